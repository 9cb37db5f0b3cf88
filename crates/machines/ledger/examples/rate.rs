//! How many writes a second the store takes (state, event, ledger entry and job in one commit), and what the ledger costs:
//! `cargo run --release -p ledger --example rate -- URL [WRITES] [WRITERS]`. The database is migrated; use an empty one.

use std::{env, sync::Arc};

use base::Cx;
use ledger::{Entry, FileSigner, Sequencer};
use serde_json::json;
use store::{Db, NewEvent, NewJob, StoreError};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

#[derive(Clone, Copy)]
struct What {
    ledger: bool,
}

async fn writes(db: &Db, cx: &Cx, count: u32, writers: u32, what: What) -> Result<f64, StoreError> {
    let since = Instant::now();
    let mut set = JoinSet::new();
    for w in 0..writers {
        let (db, cx) = (db.clone(), cx.clone());
        set.spawn(async move {
            for n in 0..count / writers {
                db.write(&cx, |tx, cx| {
                    Box::pin(async move {
                        let subject = format!("{w}/{n}");
                        tx.once("rate", &format!("{subject} {}", cx.now()), cx.now()).await?;
                        tx.event(NewEvent { topic: "rate", subject: subject.clone(), body: json!({ "n": n }) }).await?;
                        tx.enqueue(NewJob::new("rate", &n)?).await?;
                        if what.ledger {
                            ledger::record(tx, Entry::new("rate", subject, json!({ "n": n }))).await?;
                        }
                        Ok::<_, StoreError>(())
                    })
                })
                .await?;
            }
            Ok::<_, StoreError>(())
        });
    }
    for done in set.join_all().await {
        done?;
    }
    Ok(f64::from(count) / since.elapsed().as_secs_f64())
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "it is a measurement")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let url = arguments.next().ok_or("which database?")?;
    let count = arguments.next().map_or(Ok(2000), |n| n.parse())?;
    let writers = arguments.next().map_or(Ok(8), |n| n.parse())?;
    let (db, cx) = (Db::open(&url).await?, Cx::system());
    db.migrate(&cx).await?;
    let signer = Arc::new(FileSigner::from_seed(&[1; 32])?);
    let sequencer = || Sequencer::new(db.clone(), cx.clone(), "rate.test/ledger", signer.clone());
    let without = writes(&db, &cx, count, writers, What { ledger: false }).await?;
    println!("{without:.0} writes/s without a ledger entry ({writers} writers)");
    let with = writes(&db, &cx, count, writers, What { ledger: true }).await?;
    println!("{with:.0} writes/s with one");
    let since = Instant::now();
    let placed = sequencer().drain().await?;
    println!("{:.0} entries/s placed and signed, {placed} waiting", placed as f64 / since.elapsed().as_secs_f64());
    let stop = CancellationToken::new();
    let running = tokio::spawn(sequencer().run(stop.clone()));
    let beside = writes(&db, &cx, count, writers, What { ledger: true }).await?;
    stop.cancel();
    running.await?;
    println!("{beside:.0} writes/s with one while the sequencer runs");
    let head = ledger::head(&db).await?;
    println!("{} entries, {} waiting", head.size, head.waiting);
    Ok(())
}
