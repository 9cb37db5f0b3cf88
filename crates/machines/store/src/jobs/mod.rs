//! Work that outlives a request: rows written with the change that asks for it, leased by a worker of any node, tried again
//! with growing pauses, and in the end done or dead with a visible reason. A handler is idempotent: it may run twice.

use std::time::Duration;

use base::{Id, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Row, StoreError, Tx, params};

mod schedule;
mod worker;

pub use schedule::Every;
pub use worker::Worker;

const PUT: &str = "INSERT INTO job (id, kind, key, body, state, due, leased, attempts, most, created) \
    VALUES ($1, $2, $3, $4, 'waiting', $5, 0, 0, $6, $7) ON CONFLICT (kind, key) DO NOTHING";
const BY_KEY: &str = "SELECT id FROM job WHERE kind = $1 AND key = $2";
const DUE_KINDS: &str = "SELECT DISTINCT kind FROM job WHERE state = 'waiting' AND due <= $1 AND leased <= $1";
const LEASE: &str = "UPDATE job SET leased = $1, owner = $2, attempts = attempts + 1 WHERE id IN (\
    SELECT id FROM job WHERE kind = $3 AND state = 'waiting' AND due <= $4 AND leased <= $4 ORDER BY due, id LIMIT $5 FOR UPDATE SKIP LOCKED) \
    RETURNING id, kind, key, body, attempts, most, created";
const EXTEND: &str = "UPDATE job SET leased = $1 WHERE id = $2 AND owner = $3 AND state = 'waiting'";
const DONE: &str = "UPDATE job SET state = 'done', result = $1, finished = $2, leased = 0, reason = NULL \
    WHERE id = $3 AND owner = $4 AND state = 'waiting'";
const AGAIN: &str =
    "UPDATE job SET due = $1, leased = 0, owner = NULL, reason = $2 WHERE id = $3 AND owner = $4 AND state = 'waiting'";
const DEAD: &str = "UPDATE job SET state = 'dead', leased = 0, reason = $1, finished = $2 WHERE id = $3 AND owner = $4 AND state = 'waiting'";
const SEE: &str =
    "SELECT id, kind, state, due, leased, attempts, reason, result, created, finished FROM job WHERE id = $1";
const LIST: &str = "SELECT id, kind, state, due, leased, attempts, reason, result, created, finished FROM job \
    WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3";
const REVIVE: &str =
    "UPDATE job SET state = 'waiting', due = $1, attempts = 0, finished = NULL WHERE id = $2 AND state = 'dead'";
const SUMMARY: &str =
    "SELECT kind, state, COUNT(*), MIN(due) FROM job WHERE state <> 'done' GROUP BY kind, state ORDER BY kind, state";
const SWEEP: &str = "DELETE FROM job WHERE state = 'done' AND finished < $1";
pub(crate) const QUERIES: &[&str] = &[
    PUT,
    BY_KEY,
    DUE_KINDS,
    LEASE,
    EXTEND,
    DONE,
    AGAIN,
    DEAD,
    SEE,
    LIST,
    REVIVE,
    SUMMARY,
    SWEEP,
    schedule::SLOT,
    schedule::SWEEP,
];

/// Work asked for.
#[derive(Clone, Debug)]
pub struct NewJob {
    kind: &'static str,
    key: Option<String>,
    body: serde_json::Value,
    at: Option<Timestamp>,
    most: u32,
}

impl NewJob {
    /// Work of a kind (`ca.crl.publish`) with what its handler needs to know.
    pub fn new<T: Serialize>(kind: &'static str, body: &T) -> Result<Self, StoreError> {
        Ok(Self { kind, key: None, body: serde_json::to_value(body)?, at: None, most: 20 })
    }
    /// Asks for it only once: with the same kind and key it is the same job.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
    /// Not before this time.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }
    /// How often it is tried before it is dead (20 unless told).
    #[must_use]
    pub fn most(mut self, attempts: u32) -> Self {
        self.most = attempts.max(1);
        self
    }
}

/// A leased job, as its handler sees it.
#[derive(Clone, Debug)]
pub struct Job {
    /// Id; also a good idempotency key for calls that the handler makes.
    pub id: Id<Job>,
    /// Kind.
    pub kind: String,
    /// Key that made it unique.
    pub key: Option<String>,
    /// The body given to [`NewJob::new`].
    pub body: serde_json::Value,
    /// 1 at the first try.
    pub attempt: i64,
    /// When it was asked for.
    pub created: Timestamp,
    most: i64,
    owner: String,
}

impl Job {
    /// The body in its type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_value(self.body.clone()).map_err(|e| JobError::dead(format!("store.job.body: {e}")))
    }
}

/// Why a job did not succeed. The reason is shown to operators: a code, never personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct JobError {
    reason: String,
    again: Again,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    Later,
    After(Duration),
    Never,
}

impl JobError {
    /// Worth another try, after a pause that grows.
    pub fn retry(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), again: Again::Later }
    }
    /// Worth another try after `pause`.
    pub fn after(pause: Duration, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), again: Again::After(pause) }
    }
    /// Never to be tried again by itself.
    pub fn dead(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), again: Again::Never }
    }
}

impl From<StoreError> for JobError {
    fn from(e: StoreError) -> Self {
        Self::retry(format!("{}: {e}", e.code()))
    }
}

/// How a job stands.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Id.
    pub id: Id<Job>,
    /// Kind.
    pub kind: String,
    /// `waiting`, `done` or `dead`.
    pub state: String,
    /// Not before.
    pub due: Timestamp,
    /// Until when a worker has it.
    pub leased: Timestamp,
    /// Tries so far.
    pub attempts: i64,
    /// Why it was not done at the last try.
    pub reason: Option<String>,
    /// What came of it.
    pub result: Option<serde_json::Value>,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it ended.
    pub finished: Option<Timestamp>,
}

impl Status {
    fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id(0)?,
            kind: row.text(1)?,
            state: row.text(2)?,
            due: row.time(3)?,
            leased: row.time(4)?,
            attempts: row.int(5)?,
            reason: row.text_opt(6)?,
            result: row.json_opt(7)?,
            created: row.time(8)?,
            finished: row.time_opt(9)?,
        })
    }
}

/// What waits or died, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Kind.
    pub kind: String,
    /// `waiting` or `dead`.
    pub state: String,
    /// How many.
    pub count: u64,
    /// When the first of them was due.
    pub oldest: Timestamp,
}

impl Tx {
    /// Asks for work, with this write.
    pub async fn enqueue(&mut self, job: NewJob) -> Result<Id<Job>, StoreError> {
        let cx = self.cx()?;
        let (now, id) = (cx.now(), cx.id());
        let due = job.at.unwrap_or(now);
        let new = self.run(PUT, params![id, job.kind, job.key, job.body, due, job.most, now]).await? == 1;
        if due <= now {
            self.wake_workers().await?;
        }
        if new { Ok(id) } else { self.one(BY_KEY, params![job.kind, job.key]).await?.id(0) }
    }

    /// Ends a job in the transaction of its effect, so that both happen once. Fails if another worker has the job by now.
    pub async fn complete<T: Serialize + Sync>(&mut self, job: &Job, result: &T) -> Result<(), StoreError> {
        let (now, result) = (self.now()?, serde_json::to_string(result)?);
        match self.run(DONE, params![result, now, job.id, job.owner]).await? {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost),
        }
    }
}

/// How a job stands.
pub async fn status(tx: &mut Tx, id: Id<Job>) -> Result<Option<Status>, StoreError> {
    tx.optional(SEE, params![id]).await?.as_ref().map(Status::of).transpose()
}

/// A page of the jobs in `state` (`waiting`, `done`, `dead`), after the job `after`.
pub async fn list(tx: &mut Tx, state: &str, after: Option<Id<Job>>, limit: u32) -> Result<Vec<Status>, StoreError> {
    let after = after.map_or(String::new(), |id| id.to_string());
    tx.all(LIST, params![state, after, limit]).await?.iter().map(Status::of).collect()
}

/// What waits or died, by kind.
pub async fn summary(tx: &mut Tx) -> Result<Vec<Summary>, StoreError> {
    let rows = tx.all(SUMMARY, &[]).await?;
    rows.iter()
        .map(|r| Ok(Summary { kind: r.text(0)?, state: r.text(1)?, count: r.count(2)?, oldest: r.time(3)? }))
        .collect()
}

/// Tries a dead job again; false if it is not dead.
pub async fn revive(tx: &mut Tx, id: Id<Job>) -> Result<bool, StoreError> {
    let now = tx.now()?;
    let revived = tx.run(REVIVE, params![now, id]).await? == 1;
    if revived {
        tx.wake_workers().await?;
    }
    Ok(revived)
}
