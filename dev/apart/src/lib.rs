//! Services apart, in tests: with `ENKURS_TEST_APART=1` every call between services goes over mutual TLS to a contract listener, as
//! between the nodes of two institutions; without it, directly. The tests cannot tell which.
#![expect(clippy::unwrap_used, reason = "this runs in tests only")]

use std::{
    collections::BTreeMap,
    env, net,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base::Cx;
use contract::{Handlers, Peers, Refusal, Service, Transport};
use futures_util::future::BoxFuture;
use pki::{
    GeneralName, KeyUsage, PublicKey, oid, pem_encode,
    testing::{TestEntity, TestKey, leaf_extensions},
};
use tokio::net::TcpListener;
use web::{
    peers::{self, MutualTls, NodeIdentity},
    serve::{CancellationToken, Listen, serve},
};

/// Chain and key of a node called `dns`, PEM, from the authority `root`; valid until 2049.
pub fn node(root: &TestEntity, serial: u64, dns: &str) -> (Vec<u8>, Vec<u8>) {
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

/// The services around the one that is tested.
pub struct Around {
    peers: Peers,
    far: Option<Arc<Far>>,
}

/// A way that is known only when the listener is there: services need their peers before the handlers exist.
#[derive(Default)]
struct Far(OnceLock<MutualTls>);

impl Transport for Far {
    fn send(
        &self,
        service: Service,
        name: &'static str,
        body: serde_json::Value,
    ) -> BoxFuture<'_, Result<serde_json::Value, Refusal>> {
        match self.0.get() {
            Some(way) => way.send(service, name, body),
            None => Box::pin(async { Err(Refusal::transient("contract.no-peer")) }),
        }
    }
}

impl Default for Around {
    fn default() -> Self {
        let apart = env::var("ENKURS_TEST_APART").is_ok_and(|v| v == "1");
        let far = apart.then(Arc::<Far>::default);
        Self { peers: Peers::new(far.clone().map(|f| f as Arc<dyn Transport>)), far }
    }
}

impl Around {
    /// Whose answers come with [`Around::answer`].
    pub fn new() -> Self {
        Self::default()
    }
    /// What the tested service is built with.
    pub fn peers(&self) -> Peers {
        self.peers.clone()
    }
    /// Answers the calls: here, or at a node of its own until the test's runtime ends.
    pub fn answer(&self, cx: &Cx, handlers: Handlers) {
        let Some(far) = &self.far else { return self.peers.answer_with(handlers).unwrap() };
        let root = TestEntity::root("Mezgli", TestKey::p256());
        let authority = root.certificate.to_pem().into_bytes();
        let (there, here) = (node(&root, 2, "localhost"), node(&root, 3, "tested.nodes"));
        let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let identity = NodeIdentity { chain: &there.0, key: &there.1, authority: &authority };
        let router = peers::router(cx.clone(), handlers, ["tested.nodes".to_owned()].into());
        let listen = Listen::new(router, Some(identity.server().unwrap())).nodes();
        tokio::spawn(serve(TcpListener::from_std(listener).unwrap(), listen, CancellationToken::new()));
        let all =
            [Service::Ca, Service::Signing, Service::Identity, Service::Register, Service::Documents, Service::Portal];
        let services: BTreeMap<Service, String> =
            all.into_iter().map(|s| (s, format!("https://localhost:{port}"))).collect();
        let me = NodeIdentity { chain: &here.0, key: &here.1, authority: &authority };
        let way = MutualTls::new(&me, services, Duration::from_secs(30)).unwrap();
        assert!(far.0.set(way).is_ok(), "the services around are wired once");
    }
}
