use std::sync::atomic::{AtomicU32, Ordering};

use base::Id;
use jiff::SignedDuration;
use store::{StoreError, idempotency, params};

const ADD: &str = "INSERT INTO counter (name, value) VALUES ($1, $2)";
const SEE: &str = "SELECT value FROM counter WHERE name = $1";
const SET: &str = "UPDATE counter SET value = $2 WHERE name = $1";
const TYPES: &str = "SELECT key, status, answer, created, created > $1 FROM idempotency ORDER BY key";

testkit::each_db! {
    async fn every_statement_prepares(world: World) {
        assert_eq!(world.db.check_queries(&store::queries()).await.unwrap(), Vec::<String>::new());
    }

    async fn wrong_statements_are_found(world: World) {
        let wrong = world.db.check_queries(&["SELECT value FROM counter WHERE name = $2", "SELECT nothing FROM counter"]).await.unwrap();
        assert_eq!(wrong.len(), 2, "{wrong:?}");
    }

    async fn values_of_all_types_return(world: World) {
        let now = world.cx.now();
        world.db.write(&world.cx, |tx, _| Box::pin(async move {
            assert_eq!(idempotency::claim(tx, "s", "ā", b"r", SignedDuration::from_secs(60)).await?, idempotency::Claim::New);
            assert_eq!(idempotency::claim(tx, "s", "a", b"r", SignedDuration::from_secs(60)).await?, idempotency::Claim::New);
            idempotency::keep(tx, "s", "a", 201, b"\0\xff").await
        })).await.unwrap();
        let rows = world.db.all(TYPES, params![0i64]).await.unwrap();
        assert_eq!(rows[0].text(0).unwrap(), "a");
        assert_eq!(rows[0].int_opt(1).unwrap(), Some(201));
        assert_eq!(rows[0].bytes(2).unwrap(), b"\0\xff");
        assert_eq!(rows[0].time(3).unwrap(), now);
        assert!(rows[0].flag(4).unwrap());
        assert_eq!(rows[1].text(0).unwrap(), "ā", "bytewise order");
        assert_eq!(rows[1].int_opt(1).unwrap(), None);
        assert_eq!(rows[1].bytes_opt(2).unwrap(), None);
        assert!(matches!(rows[1].int(1), Err(StoreError::Column { index: 1, .. })));
        assert!(matches!(rows[1].int(0), Err(StoreError::Column { index: 0, .. })), "a text is no number");
        assert!(matches!(rows[1].int(9), Err(StoreError::Column { index: 9, .. })));
    }

    async fn the_number_of_arguments_is_checked(world: World) {
        let e = world.db.one(SEE, &[]).await.err().unwrap();
        assert!(matches!(e, StoreError::Arguments { expected: 1, given: 0, .. }), "{e}");
        let e = world.db.one(SEE, params!["a", 1i64]).await.err().unwrap();
        assert!(matches!(e, StoreError::Arguments { expected: 1, given: 2, .. }), "{e}");
    }

    async fn a_second_row_with_the_same_key_is_told_apart(world: World) {
        let add = || world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.run(ADD, params!["a", 1i64]).await }));
        add().await.unwrap();
        let e = add().await.unwrap_err();
        assert!(matches!(&e, StoreError::Unique { table } if table == "counter"), "{e:?}");
    }

    async fn an_error_undoes_the_whole_write(world: World) {
        let e = world.db.write(&world.cx, |tx, _| Box::pin(async move {
            tx.reserve("a", 1).await?;
            tx.one(SEE, params!["b"]).await.map(|_| ())
        })).await.unwrap_err();
        assert!(matches!(e, StoreError::NotFound));
        assert!(world.db.optional(SEE, params!["a"]).await.unwrap().is_none());
    }

    async fn a_read_changes_nothing(world: World) {
        let e = world.db.read(|tx| Box::pin(async move { tx.run(ADD, params!["a", 1i64]).await })).await;
        assert!(e.is_err());
        let e = world.db.read(|tx| Box::pin(async move { tx.event(store::NewEvent { topic: "t", subject: String::new(), body: serde_json::Value::Null }).await })).await;
        assert!(matches!(e, Err(StoreError::ReadOnly)));
    }

    async fn a_snapshot_stays_as_it_is(world: World) {
        let mut tx = world.db.snapshot().await.unwrap();
        assert_eq!(tx.counter("a").await.unwrap(), 0);
        world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.reserve("a", 5).await })).await.unwrap();
        assert_eq!(tx.counter("a").await.unwrap(), 0);
        drop(tx);
        assert_eq!(world.db.snapshot().await.unwrap().counter("a").await.unwrap(), 5);
    }

    async fn concurrent_changes_lose_nothing(world: World) {
        world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.run(ADD, params!["a", 0i64]).await })).await.unwrap();
        let tries = std::sync::Arc::new(AtomicU32::new(0));
        let mut set = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let (db, cx, tries) = (world.db.clone(), world.cx.clone(), tries.clone());
            set.spawn(async move {
                for _ in 0..10 {
                    // Read, think, write: what only SERIALIZABLE (or one writer) makes right.
                    db.write(&(&cx, &tries), |tx, (_, tries)| Box::pin(async move {
                        tries.fetch_add(1, Ordering::Relaxed);
                        let value = tx.one(SEE, params!["a"]).await?.int(0)?;
                        tokio::task::yield_now().await;
                        tx.run(SET, params!["a", value + 1]).await
                    })).await.unwrap();
                }
            });
        }
        set.join_all().await;
        assert_eq!(world.db.one(SEE, params!["a"]).await.unwrap().int(0).unwrap(), 60);
    }

    async fn an_abandoned_write_leaves_the_writer_free(world: World) {
        for _ in 0..3 {
            let write = world.db.write(&world.cx, |tx, _| Box::pin(async move {
                tx.reserve("a", 1).await?;
                std::future::pending::<()>().await;
                Ok::<_, StoreError>(())
            }));
            let short = tokio::time::timeout(std::time::Duration::from_millis(30), write).await;
            assert!(short.is_err());
        }
        let value = world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.reserve("a", 1).await })).await.unwrap();
        assert_eq!(value, 1);
    }

    async fn whatever_is_dropped_leaves_good_connections(world: World) {
        // Clients go away at any moment of reads and writes; the next user of a connection must not notice.
        for n in 0..60u64 {
            let pause = std::time::Duration::from_micros(20 * (n % 50));
            let read = world.db.read(|tx| Box::pin(async move { tx.counter("a").await }));
            let _ = tokio::time::timeout(pause, read).await;
            let write = world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.reserve("cut", 1).await }));
            let _ = tokio::time::timeout(pause, write).await;
            let _ = tokio::time::timeout(pause, world.db.one(SEE, params!["a"])).await;
            drop(world.db.snapshot().await.unwrap());
            let value = world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.reserve("a", 1).await })).await.unwrap();
            assert_eq!(value, i64::try_from(n).unwrap() + 1);
            assert_eq!(world.db.one(SEE, params!["a"]).await.unwrap().int(0).unwrap(), value);
        }
    }

    async fn tokens_work_once_and_until_they_expire(world: World) {
        let soon = world.cx.now().checked_add(SignedDuration::from_mins(5)).unwrap();
        let take = || world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.consume::<String>("login", "t").await }));
        let issue = || world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.issue("login", "t", &"who", soon).await }));
        issue().await.unwrap();
        assert!(issue().await.unwrap_err().is_unique());
        assert_eq!(take().await.unwrap().as_deref(), Some("who"));
        assert_eq!(take().await.unwrap(), None);
        issue().await.unwrap();
        world.clock.advance(SignedDuration::from_mins(6));
        assert_eq!(take().await.unwrap(), None);
        let once = || world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.once("nonce", "n", soon).await }));
        assert!(once().await.unwrap());
        assert!(!once().await.unwrap());
        let swept = world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.sweep_tokens().await })).await.unwrap();
        assert_eq!(swept, 1);
    }

    async fn an_idempotency_key_answers_again(world: World) {
        use idempotency::Claim;
        let claim = |request: &'static [u8]| {
            let (db, cx) = (world.db.clone(), world.cx.clone());
            async move { db.write(&cx, |tx, _| Box::pin(async move { idempotency::claim(tx, "c", "k", request, SignedDuration::from_secs(60)).await })).await.unwrap() }
        };
        assert_eq!(claim(b"a").await, Claim::New);
        assert_eq!(claim(b"a").await, Claim::Running);
        assert_eq!(claim(b"b").await, Claim::Different);
        world.db.write(&world.cx, |tx, _| Box::pin(async move { idempotency::release(tx, "c", "k").await })).await.unwrap();
        assert_eq!(claim(b"a").await, Claim::New);
        world.db.write(&world.cx, |tx, _| Box::pin(async move { idempotency::keep(tx, "c", "k", 201, b"x").await })).await.unwrap();
        assert_eq!(claim(b"a").await, Claim::Done { status: 201, answer: b"x".to_vec() });
    }

    async fn counters_reserve_blocks(world: World) {
        let reserve = |n| { let (db, cx) = (world.db.clone(), world.cx.clone()); async move { db.write(&cx, |tx, _| Box::pin(async move { tx.reserve("serial", n).await })).await.unwrap() } };
        assert_eq!(reserve(100).await, 100);
        assert_eq!(reserve(100).await, 200);
        world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.reset_counter("serial").await })).await.unwrap();
        assert_eq!(reserve(1).await, 1);
    }

    async fn the_schema_is_made_once_and_a_changed_step_is_refused(world: World) {
        assert_eq!(world.db.migrate(&world.cx).await.unwrap(), []);
        assert_eq!(world.db.pending().await.unwrap(), []);
        const SPOIL: &str = "UPDATE migration SET checksum = 'x' WHERE name = $1";
        const STRANGE: &str = "INSERT INTO migration (name, checksum, applied) VALUES ($1, 'x', 0)";
        let id = Id::<()>::new(world.cx.now(), world.cx.random.as_ref()).to_string();
        world.db.write(&(&world.cx, &id), |tx, (_, id)| Box::pin(async move { tx.run(STRANGE, params![id]).await })).await.unwrap();
        assert!(matches!(world.db.migrate(&world.cx).await, Err(StoreError::Migration { name, .. }) if name == id));
        world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.run(SPOIL, params!["0001_store_jobs"]).await })).await.unwrap();
        let e = world.db.migrate(&world.cx).await.unwrap_err();
        assert!(matches!(&e, StoreError::Migration { name, .. } if name == "0001_store_jobs"), "{e}");
    }
}
