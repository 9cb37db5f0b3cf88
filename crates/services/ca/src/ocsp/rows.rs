use jiff::Timestamp;
use store::{Db, StoreError, params};

use crate::status::Status;

/// The status asked for, and in the same moment the status of the responder that is to tell it.
const STATUS: &str = "SELECT r.status, c.status, c.reason, c.status_since, c.version FROM ca_certificate r \
    LEFT JOIN ca_certificate c ON c.issuer = $1 AND c.serial = $2 AND c.state = 'issued' WHERE r.id = $3";
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

/// The row of a serial number, `None` in it if that was never issued; nothing at all when the certificate of `responder` (its id) is
/// revoked or suspended.
pub(super) async fn status(
    db: &Db,
    issuer: &str,
    serial: &[u8],
    responder: &str,
) -> Result<Option<Option<StatusRow>>, StoreError> {
    let Some(row) = db.optional(STATUS, params![issuer, serial, responder]).await? else { return Ok(None) };
    if Status::read(&row, 0)? != Status::Good {
        return Ok(None);
    }
    if row.text_opt(1)?.is_none() {
        return Ok(Some(None));
    }
    let status = Status::read(&row, 1)?.name();
    let reason = row.int_opt(2)?.and_then(|n| u8::try_from(n).ok());
    Ok(Some(Some(StatusRow { status, reason, since: row.time(3)?, version: row.int(4)? })))
}
