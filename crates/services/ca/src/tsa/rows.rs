use std::sync::Arc;

use base::{Cx, Id};
use jiff::Timestamp;
use store::{StoreError, Tx, params};

use super::batch::{New, Record};

/// Only while the certificate of the unit is in force.
const PUT: &str = "INSERT INTO ca_timestamp_batch (id, first_serial, last_serial, count, latest, records, created) \
    SELECT $1, $2, $3, $4, $5, $6, $7 WHERE EXISTS (SELECT 1 FROM ca_certificate WHERE id = $8 AND status = 'good')";
const LATEST: &str = "SELECT latest FROM ca_timestamp_batch ORDER BY latest DESC LIMIT 1";
const OF_SERIAL: &str =
    "SELECT records FROM ca_timestamp_batch WHERE first_serial <= $1 AND last_serial >= $1 ORDER BY id";
pub(crate) const QUERIES: &[&str] = &[PUT, LATEST, OF_SERIAL];

/// Octets of one record: serial, time in µs, SHA-256 of the TSTInfo.
const SIZE: usize = 8 + 8 + 32;

/// A batch of records in one row.
pub(super) struct Batch;

/// Commits the records of stamps about to be given out, but for those of units whose certificate is not in force any more: these units
/// are the answer. The ledger holds the digest of the row.
pub(super) async fn put(tx: &mut Tx, cx: &Cx, new: &[New]) -> Result<Vec<Arc<str>>, StoreError> {
    let mut units: Vec<&Arc<str>> = Vec::new();
    for n in new {
        if !units.contains(&&n.unit) {
            units.push(&n.unit);
        }
    }
    let mut not_in_force = Vec::new();
    for unit in units {
        let records = new.iter().filter(|n| n.unit == *unit).map(|n| &n.record);
        if !put_of(tx, cx, unit, records).await? {
            not_in_force.push(unit.clone());
        }
    }
    Ok(not_in_force)
}

/// The records of one unit; false if its certificate is not in force.
async fn put_of<'a>(
    tx: &mut Tx,
    cx: &Cx,
    unit: &str,
    records: impl Iterator<Item = &'a Record>,
) -> Result<bool, StoreError> {
    let mut octets = Vec::new();
    let (mut first, mut last, mut latest, mut count) = (i64::MAX, i64::MIN, Timestamp::MIN, 0i64);
    for r in records {
        count += 1;
        octets.extend_from_slice(&r.serial.to_be_bytes());
        octets.extend_from_slice(&r.time.as_microsecond().to_be_bytes());
        octets.extend_from_slice(&r.info);
        (first, last, latest) = (first.min(r.serial), last.max(r.serial), latest.max(r.time));
    }
    let id: Id<Batch> = cx.id();
    if tx.run(PUT, params![id, first, last, count, latest, octets, cx.now(), unit]).await? == 0 {
        return Ok(false);
    }
    let body = serde_json::json!({
        "first": first, "last": last, "count": count,
        "records_sha256": crate::issue::hex(&pki::DigestAlgorithm::Sha256.of(&octets)),
    });
    ledger::record(tx, ledger::Entry::new("ca.timestamps.issued", id, body)).await?;
    Ok(true)
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
