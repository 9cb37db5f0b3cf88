use std::{collections::BTreeMap, time::Duration};

use apart::node;
use base::Cx;
use contract::{Call, Handlers, Peers, Refusal, Service};
use pki::testing::{TestEntity, TestKey};
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
