use std::sync::{Arc, Mutex, PoisonError};

use base::Cx;
use jiff::Timestamp;
use store::StoreError;
use tokio::sync::{Semaphore, oneshot};

use super::rows;
use crate::Ca;

/// Most records in one row.
const MOST: usize = 512;

/// The record of one stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) serial: i64,
    pub(crate) time: Timestamp,
    /// SHA-256 of the `TSTInfo`: all that the stamp says.
    pub(crate) info: Vec<u8>,
}

type Waiting = (Record, oneshot::Sender<bool>);

/// Gathers the records of stamps made at the same time into one commit: whoever finds the commit free starts it for all who wait.
pub(super) struct Batcher {
    waiting: Mutex<Vec<Waiting>>,
    turn: Arc<Semaphore>,
}

impl Default for Batcher {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turn: Arc::new(Semaphore::new(1)) }
    }
}

impl Batcher {
    /// Returns when the record is committed.
    pub(super) async fn commit(&self, ca: &Ca, cx: &Cx, record: Record) -> Result<(), StoreError> {
        let (done, mut told) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((record, done));
        let outcome = tokio::select! {
            biased;
            outcome = &mut told => outcome,
            turn = self.turn.clone().acquire_owned() => {
                let (ca, cx) = (ca.clone(), cx.clone());
                // A task of its own: a client that goes away must not break off the commit of others.
                tokio::spawn(async move {
                    let _turn = turn;
                    commit_waiting(&ca, &cx).await;
                });
                told.await
            }
        };
        match outcome {
            Ok(true) => Ok(()),
            _ => Err(StoreError::Unavailable("the records of time stamps could not be committed".into())),
        }
    }
}

async fn commit_waiting(ca: &Ca, cx: &Cx) {
    loop {
        let batch: Vec<Waiting> = {
            let mut waiting = ca.stamps().batcher.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let n = waiting.len().min(MOST);
            waiting.drain(..n).collect()
        };
        if batch.is_empty() {
            return;
        }
        let (records, callers): (Vec<Record>, Vec<oneshot::Sender<bool>>) = batch.into_iter().unzip();
        let committed = ca
            .db()
            .write(&(cx, &records), |tx, (cx, records)| Box::pin(async move { rows::put(tx, cx, records).await }))
            .await;
        if let Err(e) = &committed {
            tracing::warn!(code = e.code(), error = %e, "time stamps are not given out: their records could not be committed");
        }
        for caller in callers {
            let _ = caller.send(committed.is_ok());
        }
    }
}
