use std::{env, time::Duration};

use base::Cx;
use store::scratch;
use tokio_util::sync::CancellationToken;

use crate::{
    citizen,
    judge::{judge, judge_signed},
    load,
    node::Node,
};

/// Between 0.15 and 2.2 s: sometimes in the first request, sometimes in the middle of batches.
fn moment() -> Duration {
    let [a, b] = Cx::system().bytes::<2>();
    Duration::from_millis(150 + u64::from(u16::from_be_bytes([a, b])) / 32)
}

async fn killed(mut node: Node) {
    let kills: u32 = env::var("ENKURS_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(2);
    let shared = load::Shared::default();
    let (mut earlier, mut slowest) = (None, Duration::ZERO);
    let citizen = citizen::settle(&node).await;
    node.start().await;
    for round in 1..=kills {
        let stop = CancellationToken::new();
        let mut loading = load::start(&node, &shared, &stop);
        load::signing(&citizen, &shared, &stop, &mut loading);
        tokio::time::sleep(moment()).await;
        node.kill();
        stop.cancel();
        loading.join_all().await;
        slowest = slowest.max(node.start().await);
        let mut known = std::mem::take(&mut *shared.lock().unwrap());
        judge_signed(&citizen, &mut known, round == kills).await;
        judge(&node, &known, &mut earlier, round == kills).await;
        *shared.lock().unwrap() = known;
        if round % 10 == 0 || round == kills {
            let known = shared.lock().unwrap();
            println!(
                "{round} kills: {} time stamps, {} certificates, {} revocations, {} citizens' signatures acknowledged, none lost; slowest start {slowest:?}",
                known.stamps.len(),
                known.issued.len(),
                known.revoked.len(),
                known.signed.len()
            );
        }
    }
    let known = shared.lock().unwrap();
    assert!(!known.stamps.is_empty() || !known.issued.is_empty(), "the load reached the node");
    drop(known);
    node.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    killed(Node::new(None, None)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let Some(server) = env::var("ENKURS_TEST_PG").ok().filter(|s| !s.is_empty()) else {
        eprintln!("not run: ENKURS_TEST_PG names no PostgreSQL server");
        return;
    };
    let database = scratch::empty(&server).await.unwrap();
    killed(Node::new(Some(database.url.clone()), None)).await;
    database.end().await.unwrap();
}
