use std::sync::Arc;

use base::{Cx, Id};
use jiff::Timestamp;
use store::{StoreError, Tx, params};

use super::batch::{New, Record};
use crate::status::Status;

const PUT: &str = "INSERT INTO ca_timestamp_batch (id, first_serial, last_serial, count, latest, records, created) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LATEST: &str = "SELECT latest FROM ca_timestamp_batch ORDER BY latest DESC LIMIT 1";
const OF_SERIAL: &str =
    "SELECT records FROM ca_timestamp_batch WHERE first_serial <= $1 AND last_serial >= $1 ORDER BY id";
const UNIT: &str = "SELECT status FROM ca_certificate WHERE id = $1";
pub(crate) const QUERIES: &[&str] = &[PUT, LATEST, OF_SERIAL, UNIT];

/// Octets of one record: serial, time in µs, SHA-256 of the TSTInfo.
const SIZE: usize = 8 + 8 + 32;

/// A batch of records in one row.
pub(super) struct Batch;

/// Commits the records of stamps about to be given out, but for those of units whose certificate is not in force any more: these units
/// are the answer. The ledger holds the digest of the row.
pub(super) async fn put(tx: &mut Tx, cx: &Cx, new: &[New]) -> Result<Vec<Arc<str>>, StoreError> {
    let (mut in_force, mut not_in_force): (Vec<Arc<str>>, Vec<Arc<str>>) = (Vec::new(), Vec::new());
    for n in new {
        if in_force.contains(&n.unit) || not_in_force.contains(&n.unit) {
            continue;
        }
        let good = Status::read(&tx.one(UNIT, params![&*n.unit]).await?, 0)? == Status::Good;
        if good { &mut in_force } else { &mut not_in_force }.push(n.unit.clone());
    }
    let records: Vec<&Record> = new.iter().filter(|n| in_force.contains(&n.unit)).map(|n| &n.record).collect();
    if records.is_empty() {
        return Ok(not_in_force);
    }
    let mut octets = Vec::with_capacity(records.len() * SIZE);
    let (mut first, mut last, mut latest) = (i64::MAX, i64::MIN, Timestamp::MIN);
    for r in &records {
        octets.extend_from_slice(&r.serial.to_be_bytes());
        octets.extend_from_slice(&r.time.as_microsecond().to_be_bytes());
        octets.extend_from_slice(&r.info);
        (first, last, latest) = (first.min(r.serial), last.max(r.serial), latest.max(r.time));
    }
    let id: Id<Batch> = cx.id();
    let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
    tx.run(PUT, params![id, first, last, count, latest, octets, cx.now()]).await?;
    let body = serde_json::json!({
        "first": first, "last": last, "count": count,
        "records_sha256": crate::issue::hex(&pki::DigestAlgorithm::Sha256.of(&octets)),
    });
    ledger::record(tx, ledger::Entry::new("ca.timestamps.issued", id, body)).await?;
    Ok(not_in_force)
}

/// The time of the latest stamp of all nodes.
pub(super) async fn latest(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    tx.optional(LATEST, &[]).await?.map(|r| r.time(0)).transpose()
}

/// The record of a serial number.
pub(crate) async fn of_serial(tx: &mut Tx, serial: i64) -> Result<Option<Record>, StoreError> {
    for row in tx.all(OF_SERIAL, params![serial]).await? {
        for record in row.bytes(0)?.chunks_exact(SIZE) {
            if let Some((head, rest)) = record.split_first_chunk::<8>()
                && i64::from_be_bytes(*head) == serial
                && let Some((time, info)) = rest.split_first_chunk::<8>()
            {
                let time = Timestamp::from_microsecond(i64::from_be_bytes(*time))
                    .map_err(|e| StoreError::Damaged(e.to_string()))?;
                return Ok(Some(Record { serial, time, info: info.to_vec() }));
            }
        }
    }
    Ok(None)
}
