use jiff::Timestamp;
use store::{Db, StoreError, params};

const STATUS: &str = "SELECT status, reason, status_since, version FROM ca_certificate WHERE issuer = $1 AND serial = $2 AND state = 'issued'";
pub(crate) const QUERIES: &[&str] = &[STATUS];

/// Status of an issued certificate.
#[derive(Clone, Debug)]
pub(super) struct StatusRow {
    pub(super) status: &'static str,
    pub(super) reason: Option<u8>,
    pub(super) since: Timestamp,
    version: i64,
}

impl StatusRow {
    /// What tells one status of a certificate from another.
    pub(super) fn seen(&self) -> (i64, &'static str) {
        (self.version, self.status)
    }
}

pub(super) async fn status(db: &Db, issuer: &str, serial: &[u8]) -> Result<Option<StatusRow>, StoreError> {
    let Some(row) = db.optional(STATUS, params![issuer, serial]).await? else { return Ok(None) };
    let status = crate::status::Status::read(&row, 0)?.name();
    let reason = row.int_opt(1)?.and_then(|n| u8::try_from(n).ok());
    Ok(Some(StatusRow { status, reason, since: row.time(2)?, version: row.int(3)? }))
}
