use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use base::Cx;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;

use super::Gate;
use crate::Fault;

/// A gate in memory, for one process without a database.
#[derive(Default)]
pub struct MemoryGate(Mutex<Held>);

#[derive(Default)]
struct Held {
    epochs: BTreeMap<String, i64>,
    ended: BTreeSet<String>,
}

impl MemoryGate {
    fn with<T>(&self, f: impl FnOnce(&mut Held) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Gate for MemoryGate {
    fn epoch<'a>(&'a self, _: &'a Cx, subject: &'a str) -> BoxFuture<'a, Result<i64, Fault>> {
        let e = self.with(|h| h.epochs.get(subject).copied().unwrap_or(0));
        Box::pin(async move { Ok(e) })
    }
    fn holds<'a>(
        &'a self,
        _: &'a Cx,
        subject: &'a str,
        sid: &'a str,
        epoch: i64,
    ) -> BoxFuture<'a, Result<bool, Fault>> {
        let ok = self.with(|h| !h.ended.contains(sid) && h.epochs.get(subject).copied().unwrap_or(0) == epoch);
        Box::pin(async move { Ok(ok) })
    }
    fn end<'a>(&'a self, _: &'a Cx, sid: &'a str, _: SignedDuration) -> BoxFuture<'a, Result<(), Fault>> {
        self.with(|h| h.ended.insert(sid.to_owned()));
        Box::pin(async { Ok(()) })
    }
    fn end_all<'a>(&'a self, _: &'a Cx, subject: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        self.with(|h| *h.epochs.entry(subject.to_owned()).or_default() += 1);
        Box::pin(async { Ok(()) })
    }
}

const EPOCH: &str = "SELECT epoch FROM session_epoch WHERE subject = $1";
const HOLDS: &str = "SELECT COALESCE((SELECT epoch FROM session_epoch WHERE subject = $1), CAST(0 AS BIGINT)), \
    (SELECT COUNT(*) FROM session_ended WHERE sid = $2)";
const END: &str = "INSERT INTO session_ended (sid, forget) VALUES ($1, $2) ON CONFLICT (sid) DO NOTHING";
const FORGET: &str = "DELETE FROM session_ended WHERE forget < $1";
const END_ALL: &str = "INSERT INTO session_epoch (subject, epoch) VALUES ($1, 1) \
    ON CONFLICT (subject) DO UPDATE SET epoch = session_epoch.epoch + 1";

/// Every statement of this crate; prepared on both databases by a test.
pub const QUERIES: &[&str] = &[EPOCH, HOLDS, END, FORGET, END_ALL];

/// The gate that all nodes share.
pub struct DbGate(store::Db);

impl DbGate {
    /// On this database.
    pub fn new(db: store::Db) -> Self {
        Self(db)
    }
}

impl Gate for DbGate {
    fn epoch<'a>(&'a self, _: &'a Cx, subject: &'a str) -> BoxFuture<'a, Result<i64, Fault>> {
        Box::pin(async move {
            let row = self.0.optional(EPOCH, store::params![subject]).await?;
            Ok(row.map(|r| r.int(0)).transpose()?.unwrap_or(0))
        })
    }
    fn holds<'a>(
        &'a self,
        _: &'a Cx,
        subject: &'a str,
        sid: &'a str,
        epoch: i64,
    ) -> BoxFuture<'a, Result<bool, Fault>> {
        Box::pin(async move {
            let row = self.0.one(HOLDS, store::params![subject, sid]).await?;
            Ok(row.int(0)? == epoch && row.int(1)? == 0)
        })
    }
    fn end<'a>(&'a self, cx: &'a Cx, sid: &'a str, keep: SignedDuration) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let forget = cx.now() + keep;
            self.0
                .write(&(cx, (sid, forget)), |tx, (_, (sid, forget))| {
                    Box::pin(async move {
                        let now = tx.now()?;
                        tx.run(FORGET, store::params![now]).await?;
                        tx.run(END, store::params![*sid, *forget]).await?;
                        Ok::<_, Fault>(())
                    })
                })
                .await
        })
    }
    fn end_all<'a>(&'a self, cx: &'a Cx, subject: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            self.0
                .write(&(cx, subject), |tx, (_, subject)| {
                    Box::pin(async move {
                        tx.run(END_ALL, store::params![*subject]).await?;
                        Ok::<_, Fault>(())
                    })
                })
                .await
        })
    }
}

/// Ends every session of `subject` in the transaction that takes their rights away.
pub async fn end_all(tx: &mut store::Tx, subject: &str) -> Result<(), store::StoreError> {
    tx.run(END_ALL, store::params![subject]).await.map(|_| ())
}
