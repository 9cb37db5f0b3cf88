use std::{collections::BTreeMap, sync::Arc, time::Duration};

use base::{Cx, Id};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{AGAIN, Again, DEAD, DONE, DUE_KINDS, EXTEND, Every, Job, JobError, LEASE, SWEEP};
use crate::{Db, StoreError, db::Pools, events, idempotency, params};

type Handler = Arc<dyn Fn(Cx, Job) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

const SWEEPER: &str = "store.sweep";

/// Does the jobs whose kinds it has handlers for. Any number of workers, on any nodes.
pub struct Worker {
    hands: Hands,
    schedules: Vec<(Every, Option<i64>)>,
    subscriptions: Vec<(&'static str, &'static str)>,
    poll: Duration,
    at_once: u32,
}

/// What doing a job needs.
#[derive(Clone)]
struct Hands {
    db: Db,
    cx: Cx,
    name: String,
    handlers: BTreeMap<&'static str, Handler>,
    lease: Duration,
}

impl Worker {
    /// A worker that knows only how to keep this crate's tables small.
    pub fn new(db: Db, cx: Cx) -> Self {
        let name = Id::<Self>::new(cx.now(), cx.random.as_ref()).to_string();
        let hands = Hands { db: db.clone(), cx, name, handlers: BTreeMap::new(), lease: Duration::from_secs(15) };
        let (poll, at_once) = (Duration::from_secs(1), 8);
        let mut worker = Self { hands, schedules: Vec::new(), subscriptions: Vec::new(), poll, at_once };
        worker.on(SWEEPER, move |cx, _| sweep(db.clone(), cx));
        worker.every(SWEEPER, SignedDuration::from_hours(1));
        worker
    }

    /// How long a lease lasts without being extended (15 s unless told): how soon the jobs of a
    /// node that died are taken over.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.hands.lease = lease;
        self
    }

    /// How many jobs of a kind run at the same time (8 unless told).
    #[must_use]
    pub fn at_once(mut self, count: u32) -> Self {
        self.at_once = count.max(1);
        self
    }

    /// Does jobs of `kind` with `handler`.
    pub fn on<F, Fut>(&mut self, kind: &'static str, handler: F)
    where
        F: Fn(Cx, Job) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        self.hands.handlers.insert(kind, Arc::new(move |cx, job| handler(cx, job).boxed()));
    }

    /// Asks for a job of `kind` once in every period (counted from the epoch, on all nodes together).
    pub fn every(&mut self, kind: &'static str, period: SignedDuration) {
        self.schedules.push((Every { kind, period }, None));
    }

    /// Does jobs of kind `subscriber` with `handler`, one for each event of `topic`; the body is a [`crate::Event`].
    pub fn subscribe<F, Fut>(&mut self, topic: &'static str, subscriber: &'static str, handler: F)
    where
        F: Fn(Cx, Job) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        self.subscriptions.push((topic, subscriber));
        self.on(subscriber, handler);
    }

    /// Works until `stop`, then finishes what it has begun. A slow job holds up none but its own kind, and that only when
    /// [`Worker::at_once`] of them run.
    pub async fn run(mut self, stop: CancellationToken) {
        let listener = tokio::spawn(listen(self.hands.db.clone()));
        let (db, mut running, mut busy) = (self.hands.db.clone(), JoinSet::new(), BTreeMap::new());
        while !stop.is_cancelled() {
            let woken = db.0.jobs.notified();
            match self.due(&busy).await {
                Ok(jobs) => {
                    for (kind, job) in jobs {
                        *busy.entry(kind).or_insert(0) += 1;
                        let hands = self.hands.clone();
                        running.spawn(async move {
                            hands.work(kind, job).await;
                            kind
                        });
                    }
                }
                Err(e) => tracing::warn!(code = e.code(), error = %e, "jobs cannot be fetched"),
            }
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep(self.poll) => {}
                () = stop.cancelled() => {}
                Some(Ok(kind)) = running.join_next() => {
                    busy.entry(kind).and_modify(|n| *n -= 1);
                }
            }
        }
        while running.join_next().await.is_some() {}
        listener.abort();
    }

    /// Does what is due until nothing is; answers how many. For tests and `enkurs` commands that work without a server.
    pub async fn drain(&mut self) -> Result<usize, StoreError> {
        let mut total = 0;
        loop {
            let jobs = self.due(&BTreeMap::new()).await?;
            if jobs.is_empty() {
                return Ok(total);
            }
            total += jobs.len();
            let mut running: FuturesUnordered<_> =
                jobs.into_iter().map(|(kind, job)| self.hands.work(kind, job)).collect();
            while running.next().await.is_some() {}
        }
    }

    /// Fills schedules, hands out events, and leases what is due, as far as `busy` (running jobs by kind) leaves room.
    async fn due(&mut self, busy: &BTreeMap<&'static str, u32>) -> Result<Vec<(&'static str, Job)>, StoreError> {
        let Hands { db, cx, .. } = &self.hands;
        for (schedule, seen) in &mut self.schedules {
            schedule.fill(db, cx, seen).await?;
        }
        for (topic, subscriber) in &self.subscriptions {
            events::deliver(db, cx, topic, subscriber).await?;
        }
        let mut jobs = Vec::new();
        for row in db.all(DUE_KINDS, params![cx.now()]).await? {
            let kind = row.text(0)?;
            let Some((kind, _)) = self.hands.handlers.get_key_value(kind.as_str()) else { continue };
            let room = self.at_once.saturating_sub(busy.get(kind).copied().unwrap_or(0));
            if room > 0 {
                jobs.extend(self.hands.take(kind, room).await?.into_iter().map(|job| (*kind, job)));
            }
        }
        Ok(jobs)
    }
}

impl Hands {
    async fn take(&self, kind: &'static str, most: u32) -> Result<Vec<Job>, StoreError> {
        let now = self.cx.now();
        let until = now.checked_add(self.lease).unwrap_or(now);
        self.db
            .lease(&(&self.cx, self), |tx, (_, me)| {
                Box::pin(async move {
                    let rows = tx.all(LEASE, params![until, me.name, kind, now, most]).await?;
                    rows.iter()
                        .map(|r| {
                            Ok(Job {
                                id: r.id(0)?,
                                kind: r.text(1)?,
                                key: r.text_opt(2)?,
                                body: r.json(3)?,
                                attempt: r.int(4)?,
                                most: r.int(5)?,
                                created: r.time(6)?,
                                owner: me.name.clone(),
                            })
                        })
                        .collect()
                })
            })
            .await
    }

    /// Runs a handler, extending the lease while it works, and notes how it ended.
    async fn work(&self, kind: &'static str, job: Job) {
        let Some(handler) = self.handlers.get(kind) else { return };
        let id = job.id;
        let guarded = std::panic::AssertUnwindSafe(handler(self.cx.clone(), job.clone())).catch_unwind();
        tokio::pin!(guarded);
        let outcome = loop {
            tokio::select! {
                done = &mut guarded => break done.unwrap_or_else(|_| Err(JobError::retry("store.job.panicked"))),
                () = tokio::time::sleep(self.lease / 3) => if let Err(e) = self.extend(&job).await {
                    tracing::warn!(job = %id, kind, error = %e, "the lease of a job could not be extended");
                },
            }
        };
        if let Err(e) = &outcome {
            tracing::warn!(job = %id, kind, reason = %e, "a job failed");
        }
        if let Err(e) = self.finish(&job, outcome).await {
            tracing::warn!(job = %id, kind, error = %e, "the end of a job could not be noted; it will run again");
        }
    }

    async fn extend(&self, job: &Job) -> Result<(), StoreError> {
        let until = self.cx.now().checked_add(self.lease).unwrap_or_default();
        self.db
            .lease(&(&self.cx, job), |tx, (_, job)| {
                Box::pin(async move { tx.run(EXTEND, params![until, job.id, job.owner]).await.map(|_| ()) })
            })
            .await
    }

    async fn finish(&self, job: &Job, outcome: Result<(), JobError>) -> Result<(), StoreError> {
        self.db
            .lease(&(&self.cx, (job, outcome)), |tx, (cx, (job, outcome))| {
                Box::pin(async move {
                    let now = cx.now();
                    match outcome {
                        // No row: the handler ended it by `Tx::complete`.
                        Ok(()) => tx.run(DONE, params![None::<String>, now, job.id, job.owner]).await?,
                        Err(e) if e.again == Again::Never || job.attempt >= job.most => {
                            tx.run(DEAD, params![e.reason, now, job.id, job.owner]).await?
                        }
                        Err(e) => {
                            let pause = match e.again {
                                Again::After(pause) => pause,
                                _ => grown(cx, job.attempt),
                            };
                            tx.run(AGAIN, params![now.checked_add(pause).unwrap_or(now), e.reason, job.id, job.owner])
                                .await?
                        }
                    };
                    Ok(())
                })
            })
            .await
    }
}

/// 1 s, 2 s, 4 s … at most an hour, times a random half to whole.
fn grown(cx: &Cx, attempt: i64) -> Duration {
    let [r] = cx.bytes::<1>();
    let most = 1000u64 << u32::try_from(attempt - 1).unwrap_or(0).min(12);
    Duration::from_millis(most.min(3_600_000) / 2 + most.min(3_600_000) * u64::from(r) / 512)
}

async fn sweep(db: Db, cx: Cx) -> Result<(), JobError> {
    let week = cx.now().checked_sub(SignedDuration::from_hours(24 * 7)).unwrap_or_default();
    let month = cx.now().checked_sub(SignedDuration::from_hours(24 * 30)).unwrap_or_default();
    db.write(&cx, |tx, _| {
        Box::pin(async move {
            tx.run(SWEEP, params![week]).await?;
            tx.sweep_tokens().await?;
            idempotency::sweep(tx, week).await?;
            events::sweep(tx, month).await?;
            Ok::<_, JobError>(())
        })
    })
    .await
}

/// Passes the wake-up calls of other nodes on. Without them the polling finds the work, later.
async fn listen(db: Db) {
    let Pools::Pg(pool) = &db.0.pools else { return };
    let mut told = false;
    loop {
        // told once, however long it lasts
        if let Err(e) = pass_on(&db, pool, &mut told).await
            && !std::mem::replace(&mut told, true)
        {
            tracing::warn!(error = %StoreError::from(e), "no wake-up calls from other nodes for now: their jobs start later");
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

/// Returns only when the connection fails. `told`: that it had failed.
async fn pass_on(db: &Db, pool: &sqlx::PgPool, told: &mut bool) -> Result<(), sqlx::Error> {
    let mut listener = sqlx::postgres::PgListener::connect_with(pool).await?;
    listener.listen("enkurs_jobs").await?;
    if std::mem::take(told) {
        tracing::info!("wake-up calls from other nodes arrive again");
    }
    loop {
        listener.recv().await?;
        db.0.jobs.notify_waiters();
    }
}
