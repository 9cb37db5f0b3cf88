use std::{fs, sync::Arc};

use base::{Cx, KeyRing};
use jiff::SignedDuration;
use serde_json::json;
use store::{Blobs, Db, NewEvent, NewJob, StoreError, backup, backup::Backup, scratch};
use testkit::World;

async fn filled(world: &World) -> String {
    let blob = world.blobs.put_bytes(&world.cx, &vec![7; 100_000]).await.unwrap();
    world
        .db
        .write(&(&world.cx, &blob), |tx, (_, blob)| {
            Box::pin(async move {
                for n in 0..300 {
                    tx.enqueue(NewJob::new("test", &json!({ "n": n, "text": "ā \" \\ \n" }))?.key(format!("{n}")))
                        .await?;
                }
                tx.event(NewEvent { topic: "t", subject: "s".into(), body: json!(null) }).await?;
                store::idempotency::claim(tx, "scope", "key", b"\0\xff", SignedDuration::from_secs(60)).await?;
                tx.reserve("counter", 9_000_000).await?;
                tx.hold(blob, "document 1").await
            })
        })
        .await
        .unwrap();
    blob.address
}

async fn restored(world: &World, from: &std::path::Path, db: &Db, name: &str) -> Result<Blobs, StoreError> {
    let blobs = Blobs::open(&world.dir().join(name), world.ring.clone()).unwrap();
    backup::restore(db, &world.cx, &blobs, from).await.map(|_| blobs)
}

testkit::each_db! {
    async fn a_backup_returns_into_both_databases(world: World) {
        let address = filled(&world).await;
        let dir = world.dir().join("backup");
        let begun = Backup::begin(&world.db, &world.cx, &world.blobs, &dir).await.unwrap();
        fs::write(world.dir().join("key"), "k").unwrap();
        begun.add(&world.dir().join("key"), "keys/one").unwrap();
        begun.add(&world.dir().join("absent"), "absent").unwrap();
        let manifest = begun.end().unwrap();
        assert!(manifest.files.contains_key("keys/one"));
        // The node goes on: the backup does not change with it.
        world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.reserve("counter", 1).await })).await.unwrap();
        backup::verify(&dir).unwrap();

        let lite = Db::open(&format!("sqlite:{}", world.dir().join("again.db").display())).await.unwrap();
        let blobs = restored(&world, &dir, &lite, "blobs-lite").await.unwrap();
        assert_eq!(lite.snapshot().await.unwrap().counter("counter").await.unwrap(), 9_000_000);
        assert_eq!(blobs.bytes(&address, 1 << 20).await.unwrap(), vec![7; 100_000]);
        assert!(matches!(restored(&world, &dir, &lite, "blobs-lite").await, Err(StoreError::Damaged(_))), "not into a used database");
        if let Ok(server) = std::env::var("ENKURS_TEST_PG") {
            let empty = scratch::empty(&server).await.unwrap();
            let pg = empty.open().await.unwrap();
            restored(&world, &dir, &pg, "blobs-pg").await.unwrap();
            assert_eq!(pg.snapshot().await.unwrap().counter("counter").await.unwrap(), 9_000_000);
            drop(pg);
            empty.end().await.unwrap();
        }
    }

    async fn a_damaged_backup_is_refused(world: World) {
        filled(&world).await;
        let dir = world.dir().join("backup");
        Backup::begin(&world.db, &world.cx, &world.blobs, &dir).await.unwrap().end().unwrap();
        assert!(Backup::begin(&world.db, &world.cx, &world.blobs, &dir).await.is_err(), "not over another");
        let job = dir.join("tables/job.jsonl");
        let good = fs::read(&job).unwrap();
        let mut bad = good.clone();
        bad[50] ^= 1;
        fs::write(&job, bad).unwrap();
        assert!(matches!(backup::verify(&dir), Err(StoreError::Damaged(_))));
        fs::write(&job, good).unwrap();
        fs::write(dir.join("extra"), "x").unwrap();
        assert!(matches!(backup::verify(&dir), Err(StoreError::Damaged(_))));
        fs::remove_file(dir.join("extra")).unwrap();
        backup::verify(&dir).unwrap();
        fs::remove_file(dir.join("manifest.json")).unwrap();
        assert!(matches!(backup::verify(&dir), Err(StoreError::Damaged(_))));
    }

    async fn a_backup_under_load_is_of_one_moment(world: World) {
        let load = {
            let world = world.clone();
            tokio::spawn(async move {
                for _ in 0..200 {
                    world.db.write(&world.cx, |tx, _| Box::pin(async move {
                        tx.reserve("a", 1).await?;
                        tokio::task::yield_now().await;
                        tx.reserve("b", 1).await?;
                        tx.event(NewEvent { topic: "t", subject: "s".into(), body: json!(null) }).await
                    })).await.unwrap();
                }
            })
        };
        for n in 0..4 {
            let dir = world.dir().join(format!("backup{n}"));
            Backup::begin(&world.db, &world.cx, &world.blobs, &dir).await.unwrap().end().unwrap();
            let db = Db::open(&format!("sqlite:{}", world.dir().join(format!("again{n}.db")).display())).await.unwrap();
            restored(&world, &dir, &db, "blobs-again").await.unwrap();
            let mut tx = db.snapshot().await.unwrap();
            let (a, b) = (tx.counter("a").await.unwrap(), tx.counter("b").await.unwrap());
            let events = tx.one("SELECT COUNT(*) FROM event", &[]).await.unwrap().int(0).unwrap();
            assert_eq!((a, a), (b, events));
        }
        load.await.unwrap();
    }
}

#[test]
fn contents_need_their_key_ring() {
    let cx = Cx::seeded(jiff::Timestamp::UNIX_EPOCH, 5).0;
    let dir = tempfile::tempdir().unwrap();
    let ring = Arc::new(KeyRing::fresh(cx.random.as_ref()));
    let mut writer = Blobs::open(dir.path(), ring).unwrap().writer(&cx).unwrap();
    std::io::Write::write_all(&mut writer, b"content").unwrap();
    let blob = writer.finish().unwrap();
    let other = Blobs::open(dir.path(), Arc::new(KeyRing::fresh(cx.random.as_ref()))).unwrap();
    assert!(other.verify(&blob.address).is_err());
}
