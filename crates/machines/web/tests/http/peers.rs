use std::{collections::BTreeMap, time::Duration};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base::Cx;
use contract::{Call, Handlers, Peers, Refusal, Service};
use pki::{
    GeneralName, KeyUsage, PublicKey, oid, pem_encode,
    testing::{TestEntity, TestKey, leaf_extensions},
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use web::{
    peers::{self, MutualTls, NodeIdentity},
    serve::{CancellationToken, Listen, serve},
};

#[derive(Clone, Serialize, Deserialize)]
struct Double(i64);

impl Call for Double {
    type Answer = i64;
    const SERVICE: Service = Service::Ca;
    const NAME: &'static str = "double";
}

/// Chain and key of one node, PEM.
pub(crate) fn node(root: &TestEntity, serial: u64, dns: &str) -> (Vec<u8>, Vec<u8>) {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap();
    let public = PublicKey::from_ec_point(pki::KeyKind::P256, pair.public_key().as_ref()).unwrap();
    let key = TestKey::p256();
    let mut extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::SERVER_AUTH, oid::CLIENT_AUTH]);
    extensions.alt_names = vec![GeneralName::Dns(dns.to_owned())];
    let made = root.issue(serial, dns, key, extensions, |t| {
        t.spki = public.spki().to_vec();
        t.not_before = jiff::Timestamp::UNIX_EPOCH;
        t.not_after = "2049-01-01T00:00:00Z".parse().unwrap();
    });
    (made.certificate.to_pem().into_bytes(), pem_encode("PRIVATE KEY", pkcs8.as_ref()).into_bytes())
}

fn client(authority: &[u8], (chain, key): &(Vec<u8>, Vec<u8>), port: u16) -> Peers {
    let me = NodeIdentity { chain, key, authority };
    let nodes = BTreeMap::from([(Service::Ca, format!("https://localhost:{port}"))]);
    Peers::new(Some(std::sync::Arc::new(MutualTls::new(&me, nodes, Duration::from_secs(5)).unwrap())))
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_cross_nodes_and_strangers_do_not() {
    let cx = Cx::system();
    let root = TestEntity::root("Mezgli", TestKey::p256());
    let authority = root.certificate.to_pem().into_bytes();
    let here = node(&root, 2, "localhost");
    let mut handlers = Handlers::new();
    handlers.on(|_, Double(n)| async move {
        if n < 0 { Err(Refusal::new("ca.test.negative").with("n", n)) } else { Ok(n * 2) }
    });
    let router = peers::router(cx.clone(), handlers, ["portal.nodes".to_owned()].into());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let me = NodeIdentity { chain: &here.0, key: &here.1, authority: &authority };
    let stop = CancellationToken::new();
    let running = tokio::spawn(serve(listener, Listen::new(router, Some(me.server().unwrap())).nodes(), stop.clone()));

    let portal = client(&authority, &node(&root, 3, "portal.nodes"), port);
    assert_eq!(portal.call(&cx, Double(21)).await, Ok(42));
    let refusal = portal.call(&cx, Double(-1)).await.unwrap_err();
    assert_eq!(
        (refusal.code.as_str(), refusal.args["n"].as_str(), refusal.transient),
        ("ca.test.negative", "-1", false)
    );

    let unlisted = client(&authority, &node(&root, 4, "other.nodes"), port);
    assert_eq!(unlisted.call(&cx, Double(1)).await.unwrap_err().code, "contract.not-allowed");

    let impostor = TestEntity::root("Mezgli", TestKey::p256());
    let foreign = client(&authority, &node(&impostor, 3, "portal.nodes"), port);
    let refusal = foreign.call(&cx, Double(1)).await.unwrap_err();
    assert!(refusal.code == "contract.no-peer" && refusal.transient);
    let misled = client(&impostor.certificate.to_pem().into_bytes(), &node(&root, 5, "portal.nodes"), port);
    assert_eq!(misled.call(&cx, Double(1)).await.unwrap_err().code, "contract.no-peer");

    stop.cancel();
    running.await.unwrap();
    assert!(portal.call(&cx, Double(1)).await.unwrap_err().transient, "the node has gone");
}
