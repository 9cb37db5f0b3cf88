use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use base::Cx;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;

use super::{Epochs, Gate, human};
use crate::{Actor, Fault};

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
    fn holds<'a>(
        &'a self,
        _: &'a Cx,
        actor: &'a Actor,
        sid: &'a str,
        epochs: Epochs,
    ) -> BoxFuture<'a, Result<bool, Fault>> {
        let ok = self.with(|h| {
            let now = |subject: &str| h.epochs.get(subject).copied().unwrap_or(0);
            let now = Epochs { actor: now(&actor.id), human: now(&human(&actor.person_code)) };
            !h.ended.contains(sid) && now == epochs
        });
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
    COALESCE((SELECT epoch FROM session_epoch WHERE subject = $2), CAST(0 AS BIGINT)), \
    (SELECT COUNT(*) FROM session_ended WHERE sid = $3)";
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
    fn holds<'a>(
        &'a self,
        _: &'a Cx,
        actor: &'a Actor,
        sid: &'a str,
        epochs: Epochs,
    ) -> BoxFuture<'a, Result<bool, Fault>> {
        Box::pin(async move {
            let row = self.0.one(HOLDS, store::params![actor.id, human(&actor.person_code), sid]).await?;
            Ok(Epochs { actor: row.int(0)?, human: row.int(1)? } == epochs && row.int(2)? == 0)
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

/// The epoch of `subject` in this transaction: read it together with what makes somebody who they are.
pub async fn epoch(tx: &mut store::Tx, subject: &str) -> Result<i64, store::StoreError> {
    let row = tx.optional(EPOCH, store::params![subject]).await?;
    Ok(row.map(|r| r.int(0)).transpose()?.unwrap_or(0))
}
