use base::Id;
use jiff::Timestamp;
use store::{StoreError, Tx, params};

use super::Status;
use crate::issue::CertificateRow;

const SET: &str = "UPDATE ca_certificate SET status = $1, reason = $2, status_since = $3, version = version + 1 WHERE id = $4 AND version = $5";
const PUT: &str = "INSERT INTO ca_status_change (id, certificate, issuer, at, from_status, to_status, reason, actor) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const OF: &str = "SELECT id, at, from_status, to_status, reason, actor, crl FROM ca_status_change WHERE certificate = $1 ORDER BY at, id";
pub(crate) const QUERIES: &[&str] = &[SET, PUT, OF];

/// One change on record.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) at: Timestamp,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) reason: Option<i64>,
    pub(crate) actor: String,
    pub(crate) crl: Option<i64>,
}

/// Sets the status of the version that the decision was made on.
pub(super) async fn set(
    tx: &mut Tx,
    id: &str,
    version: i64,
    to: Status,
    reason: Option<u8>,
    now: Timestamp,
) -> Result<(), StoreError> {
    match tx.run(SET, params![to.name(), reason, now, id, version]).await? {
        1 => Ok(()),
        _ => Err(StoreError::Conflict { attempts: 1 }),
    }
}

#[expect(clippy::too_many_arguments, reason = "one row of the table")]
pub(super) async fn put_change(
    tx: &mut Tx,
    id: Id<Change>,
    row: &CertificateRow,
    from: &str,
    to: Status,
    reason: Option<u8>,
    actor: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.run(PUT, params![id, row.id, row.issuer, now, from, to.name(), reason, actor]).await?;
    Ok(())
}

/// The history of a certificate.
pub(crate) async fn changes(tx: &mut Tx, certificate: &str) -> Result<Vec<Change>, StoreError> {
    let rows = tx.all(OF, params![certificate]).await?;
    rows.iter()
        .map(|r| {
            Ok(Change {
                at: r.time(1)?,
                from: r.text(2)?,
                to: r.text(3)?,
                reason: r.int_opt(4)?,
                actor: r.text(5)?,
                crl: r.int_opt(6)?,
            })
        })
        .collect()
}
