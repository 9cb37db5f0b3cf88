use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::Cx;
use jiff::Timestamp;
use store::StoreError;
use tokio::sync::oneshot;

use super::rows;
use crate::Ca;

/// Most records in one row.
const MOST: usize = 2048;
/// So many are worth a commit, whoever else may come.
const ENOUGH: usize = 512;

/// The record of one stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) serial: i64,
    pub(crate) time: Timestamp,
    /// SHA-256 of the `TSTInfo`: all that the stamp says.
    pub(crate) info: Vec<u8>,
}

/// A record about to be committed.
pub(super) struct New {
    pub(super) record: Record,
    /// Id of the certificate of the unit that made the stamp.
    pub(super) unit: Arc<str>,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Committed {
    /// It is on record: the stamp may be given out.
    Yes,
    /// The certificate of the unit is revoked or suspended: the stamp must not be given out.
    UnitNotInForce,
    /// The database did not take it.
    No,
}

type Waiting = (New, oneshot::Sender<Committed>);

/// Gathers the records of stamps made at the same time into one commit. The first that finds no commit under way starts a task
/// that commits until nobody waits.
#[derive(Default)]
pub(super) struct Batcher(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    committing: bool,
}

impl Batcher {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the record committed from now on, while the caller goes on; what comes of it tells whether it was.
    pub(super) fn commit(
        &self,
        ca: &Ca,
        cx: &Cx,
        new: New,
    ) -> impl Future<Output = Result<Committed, StoreError>> + use<> {
        let (done, told) = oneshot::channel();
        let start = {
            let mut queue = self.queue();
            queue.waiting.push((new, done));
            !std::mem::replace(&mut queue.committing, true)
        };
        if start {
            // A task of its own: a client that goes away must not break off the commit of others.
            let (ca, cx) = (ca.clone(), cx.clone());
            tokio::spawn(async move { commit_all(&ca, &cx).await });
        }
        async move {
            match told.await {
                Ok(done @ (Committed::Yes | Committed::UnitNotInForce)) => Ok(done),
                _ => Err(StoreError::Unavailable("the records of time stamps could not be committed".into())),
            }
        }
    }

    /// Returns when nobody who could run now adds a record: a commit costs as much as signing twenty times, whatever it carries.
    async fn gathered(&self) {
        let mut before = 0;
        loop {
            let n = self.queue().waiting.len();
            if n == before || n >= ENOUGH {
                return;
            }
            before = n;
            // Once lets those run that wait on this thread, twice those whom they wake.
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        }
    }

    /// The next batch; when there is none, the next record starts a new task.
    fn next(&self) -> Vec<Waiting> {
        let mut queue = self.queue();
        if queue.waiting.is_empty() {
            queue.committing = false;
        }
        let n = queue.waiting.len().min(MOST);
        queue.waiting.drain(..n).collect()
    }
}

async fn commit_all(ca: &Ca, cx: &Cx) {
    let mut ended = Ended { ca, well: false };
    loop {
        ca.stamps().batcher.gathered().await;
        let batch = ca.stamps().batcher.next();
        if batch.is_empty() {
            break;
        }
        let (records, callers): (Vec<New>, Vec<oneshot::Sender<Committed>>) = batch.into_iter().unzip();
        let written = ca
            .db()
            .write(&(cx, &records), |tx, (cx, records)| Box::pin(async move { rows::put(tx, cx, records).await }))
            .await;
        if let Err(e) = &written {
            tracing::warn!(code = e.code(), error = %e, "time stamps are not given out: their records could not be committed");
        }
        for (new, caller) in records.iter().zip(callers) {
            let _ = caller.send(match &written {
                Ok(not_in_force) if not_in_force.contains(&new.unit) => Committed::UnitNotInForce,
                Ok(_) => Committed::Yes,
                Err(_) => Committed::No,
            });
        }
    }
    ended.well = true;
}

/// If the task is cut off, those who wait are told and the next record starts another.
struct Ended<'a> {
    ca: &'a Ca,
    well: bool,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        if !self.well {
            let mut queue = self.ca.stamps().batcher.queue();
            queue.waiting.clear();
            queue.committing = false;
        }
    }
}
