use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use base::Id;
use jiff::SignedDuration;
use store::{Db, Event, Job, JobError, NewEvent, NewJob, StoreError, Worker, jobs};

async fn ask(db: &Db, cx: &base::Cx, job: NewJob) -> Id<Job> {
    db.write(&(cx, job), |tx, (_, job)| Box::pin(async move { tx.enqueue(job.clone()).await })).await.unwrap()
}

fn job(n: u32) -> NewJob {
    NewJob::new("test.job", &n).unwrap()
}

type Seen = Arc<Mutex<Vec<u32>>>;

fn noting(worker: &mut Worker) -> Seen {
    let seen = Seen::default();
    let inner = seen.clone();
    worker.on("test.job", move |_, job| {
        inner.lock().unwrap().push(job.read().unwrap());
        async { Ok(()) }
    });
    seen
}

testkit::each_db! {
    async fn a_job_is_done_and_its_end_is_visible(world: World) {
        let mut worker = world.worker();
        let seen = noting(&mut worker);
        let id = ask(&world.db, &world.cx, job(7)).await;
        worker.drain().await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [7]);
        let status = jobs::status(&mut world.db.snapshot().await.unwrap(), id).await.unwrap().unwrap();
        assert_eq!((status.state.as_str(), status.attempts), ("done", 1));
    }

    async fn a_job_waits_for_its_time(world: World) {
        let mut worker = world.worker();
        let seen = noting(&mut worker);
        let later = world.cx.now().checked_add(SignedDuration::from_mins(1)).unwrap();
        ask(&world.db, &world.cx, job(1).at(later)).await;
        worker.drain().await.unwrap();
        assert!(seen.lock().unwrap().is_empty());
        world.clock.advance(SignedDuration::from_mins(1));
        worker.drain().await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [1]);
    }

    async fn the_same_key_is_the_same_job(world: World) {
        let a = ask(&world.db, &world.cx, job(1).key("k")).await;
        let b = ask(&world.db, &world.cx, job(2).key("k")).await;
        assert_eq!(a, b);
        assert_ne!(a, ask(&world.db, &world.cx, job(1)).await);
    }

    async fn a_failing_job_is_tried_again_then_dead_with_its_reason_then_revived(world: World) {
        let mut worker = world.worker();
        let tries = Arc::new(AtomicU32::new(0));
        let counted = tries.clone();
        worker.on("test.job", move |_, _| {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Err(JobError::retry("test.failed")) }
        });
        let id = ask(&world.db, &world.cx, job(1).most(3)).await;
        for _ in 0..5 {
            worker.drain().await.unwrap();
            world.clock.advance(SignedDuration::from_mins(1));
        }
        assert_eq!(tries.load(Ordering::SeqCst), 3);
        let mut tx = world.db.snapshot().await.unwrap();
        let status = jobs::status(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((status.state.as_str(), status.reason.as_deref()), ("dead", Some("test.failed")));
        assert_eq!(jobs::summary(&mut tx).await.unwrap()[0].state, "dead");
        assert_eq!(jobs::list(&mut tx, "dead", None, 10).await.unwrap().len(), 1);
        drop(tx);
        let mut worker = world.worker();
        let seen = noting(&mut worker);
        assert!(world.db.write(&world.cx, |tx, _| Box::pin(async move { jobs::revive(tx, id).await })).await.unwrap());
        worker.drain().await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [1]);
    }

    async fn a_panic_is_a_failure(world: World) {
        let mut worker = world.worker();
        worker.on("test.job", |_, _| async { panic!("of the test") });
        let id = ask(&world.db, &world.cx, job(1).most(1)).await;
        worker.drain().await.unwrap();
        let status = jobs::status(&mut world.db.snapshot().await.unwrap(), id).await.unwrap().unwrap();
        assert_eq!((status.state.as_str(), status.reason.as_deref()), ("dead", Some("store.job.panicked")));
    }

    async fn an_effect_and_the_end_of_its_job_commit_together(world: World) {
        let mut worker = world.worker();
        let db = world.db.clone();
        worker.on("test.job", move |cx, job| {
            let db = db.clone();
            async move {
                db.write(&(&cx, &job), |tx, (_, job)| Box::pin(async move {
                    tx.reserve("effects", 1).await?;
                    tx.complete(job, &"result").await
                })).await?;
                // A second run of the same lease finds the job ended, and its effect is undone.
                let again = db.write(&(&cx, &job), |tx, (_, job)| Box::pin(async move {
                    tx.reserve("effects", 1).await?;
                    tx.complete(job, &"result").await
                })).await;
                assert!(matches!(again, Err(StoreError::LeaseLost)));
                Ok(())
            }
        });
        let id = ask(&world.db, &world.cx, job(1)).await;
        worker.drain().await.unwrap();
        let mut tx = world.db.snapshot().await.unwrap();
        assert_eq!(tx.counter("effects").await.unwrap(), 1);
        assert_eq!(jobs::status(&mut tx, id).await.unwrap().unwrap().result, Some("result".into()));
    }

    async fn many_workers_do_each_job_once(world: World) {
        for n in 0..200 {
            ask(&world.db, &world.cx, job(n)).await;
        }
        let seen = Seen::default();
        let mut set = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (world, seen) = (world.clone(), seen.clone());
            set.spawn(async move {
                let mut worker = world.worker();
                worker.on("test.job", move |_, job| {
                    let seen = seen.clone();
                    async move {
                        let n = job.read()?;
                        seen.lock().unwrap().push(n);
                        Ok(())
                    }
                });
                worker.drain().await.unwrap()
            });
        }
        set.join_all().await;
        let mut seen = seen.lock().unwrap().clone();
        seen.sort_unstable();
        assert_eq!(seen, (0..200).collect::<Vec<_>>());
    }

    async fn a_job_of_a_worker_that_died_is_taken_over(world: World) {
        ask(&world.db, &world.cx, job(1)).await;
        let mut dying = world.worker();
        dying.on("test.job", |_, _| std::future::pending());
        let gone = tokio::time::timeout(Duration::from_millis(200), dying.drain()).await;
        assert!(gone.is_err());
        let mut worker = world.worker();
        let seen = noting(&mut worker);
        worker.drain().await.unwrap();
        assert!(seen.lock().unwrap().is_empty(), "leased");
        world.clock.advance(SignedDuration::from_mins(2));
        worker.drain().await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [1]);
    }

    async fn a_lease_is_extended_while_the_handler_works(world: World) {
        let mut slow = world.worker().lease(Duration::from_millis(60));
        let clock = world.clock.clone();
        slow.on("test.job", move |_, _| {
            let clock = clock.clone();
            async move {
                for _ in 0..10 {
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    clock.advance(SignedDuration::from_millis(30));
                }
                Ok(())
            }
        });
        let id = ask(&world.db, &world.cx, job(1)).await;
        slow.drain().await.unwrap();
        let status = jobs::status(&mut world.db.snapshot().await.unwrap(), id).await.unwrap().unwrap();
        assert_eq!((status.state.as_str(), status.attempts), ("done", 1));
    }

    async fn a_schedule_is_filled_once_by_all_nodes(world: World) {
        let seen = Arc::new(AtomicU32::new(0));
        let mut workers: Vec<Worker> = (0..3).map(|_| {
            let mut worker = world.worker();
            let seen = seen.clone();
            worker.on("test.hourly", move |_, _| { seen.fetch_add(1, Ordering::SeqCst); async { Ok(()) } });
            worker.every("test.hourly", SignedDuration::from_hours(1));
            worker
        }).collect();
        for hour in 1..=3 {
            for worker in &mut workers {
                worker.drain().await.unwrap();
            }
            assert_eq!(seen.load(Ordering::SeqCst), hour);
            world.clock.advance(SignedDuration::from_hours(1));
        }
    }

    async fn an_event_reaches_every_subscriber_once(world: World) {
        let mut worker = world.worker();
        let seen = Arc::new(Mutex::new(Vec::new()));
        for name in ["test.a", "test.b"] {
            let seen = seen.clone();
            worker.subscribe("card.issued", name, move |_, job| {
                let event: Event = job.read().unwrap();
                seen.lock().unwrap().push((name, event.subject));
                async { Ok(()) }
            });
        }
        world.db.write(&world.cx, |tx, _| Box::pin(async move {
            tx.event(NewEvent { topic: "card.issued", subject: "1".into(), body: serde_json::json!({}) }).await?;
            tx.event(NewEvent { topic: "card.other", subject: "2".into(), body: serde_json::json!({}) }).await
        })).await.unwrap();
        worker.drain().await.unwrap();
        worker.drain().await.unwrap();
        let mut seen = seen.lock().unwrap().clone();
        seen.sort();
        assert_eq!(seen, [("test.a", "1".to_owned()), ("test.b", "1".to_owned())]);
    }

    async fn a_slow_job_holds_up_no_other_kind(world: World) {
        let stop = tokio_util::sync::CancellationToken::new();
        let mut worker = world.worker();
        worker.on("test.slow", |_, _| async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            Ok(())
        });
        let seen = noting(&mut worker);
        ask(&world.db, &world.cx, NewJob::new("test.slow", &()).unwrap()).await;
        let running = tokio::spawn(worker.run(stop.clone()));
        tokio::time::sleep(Duration::from_millis(400)).await;
        let asked = tokio::time::Instant::now();
        ask(&world.db, &world.cx, job(1)).await;
        while seen.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(asked.elapsed() < Duration::from_secs(2));
        stop.cancel();
        running.await.unwrap();
        let mut tx = world.db.snapshot().await.unwrap();
        assert_eq!(jobs::list(&mut tx, "done", None, 10).await.unwrap().iter().filter(|s| s.kind.starts_with("test.")).count(), 2, "begun work was finished");
    }

    async fn a_running_worker_is_woken_at_once_and_stops_gracefully(world: World) {
        let stop = tokio_util::sync::CancellationToken::new();
        let mut worker = world.worker();
        let seen = noting(&mut worker);
        let running = tokio::spawn(worker.run(stop.clone()));
        tokio::time::sleep(Duration::from_millis(300)).await;
        ask(&world.db, &world.cx, job(1)).await;
        let mut waited = 0;
        while seen.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
            waited += 1;
            assert!(waited < 300);
        }
        stop.cancel();
        running.await.unwrap();
    }
}
