use jiff::Timestamp;
use store::{StoreError, Tx, params};

const NEXT: &str = "UPDATE ca_authority SET crl_number = crl_number + 1 WHERE name = $1 RETURNING crl_number";
const PUT: &str = "INSERT INTO ca_crl (issuer, number, this_update, next_update, tbs) VALUES ($1, $2, $3, $4, $5)";
const TOLD: &str = "UPDATE ca_status_change SET crl = $1 WHERE issuer = $2 AND crl IS NULL";
const SIGNED: &str = "UPDATE ca_crl SET der = $1 WHERE issuer = $2 AND number = $3 AND der IS NULL";
const LATEST: &str = "SELECT number, this_update, next_update, der FROM ca_crl WHERE issuer = $1 AND der IS NOT NULL ORDER BY number DESC LIMIT 1";
const WAITING: &str = "SELECT 1 FROM ca_status_change s WHERE s.issuer = $1 AND (s.crl IS NULL OR s.crl > \
    (SELECT COALESCE(MAX(c.number), 0) FROM ca_crl c WHERE c.issuer = $1 AND c.der IS NOT NULL)) LIMIT 1";
const LISTED: &str = "SELECT serial, status, reason, status_since FROM ca_certificate \
    WHERE issuer = $1 AND status <> 'good' AND state = 'issued' ORDER BY serial";
const SWEEP: &str = "DELETE FROM ca_crl WHERE issuer = $1 AND number < $2 AND next_update < $3";
pub(crate) const QUERIES: &[&str] = &[NEXT, PUT, TOLD, SIGNED, LATEST, WAITING, LISTED, SWEEP];

/// A signed list.
pub(super) struct Latest {
    pub(super) number: i64,
    pub(super) this_update: Timestamp,
    pub(super) next_update: Timestamp,
    pub(super) der: Vec<u8>,
}

/// A certificate on the list.
pub(super) struct Listed {
    pub(super) serial: Vec<u8>,
    pub(super) reason: Option<u8>,
    pub(super) since: Timestamp,
}

pub(super) async fn next_number(tx: &mut Tx, issuer: &str) -> Result<i64, StoreError> {
    tx.one(NEXT, params![issuer]).await?.int(0)
}

/// Commits the content of a list and which changes it tells of.
pub(super) async fn put(
    tx: &mut Tx,
    issuer: &str,
    number: i64,
    this: Timestamp,
    next: Timestamp,
    tbs: &[u8],
) -> Result<(), StoreError> {
    tx.run(PUT, params![issuer, number, this, next, tbs]).await?;
    tx.run(TOLD, params![number, issuer]).await?;
    Ok(())
}

/// Records the signed list. Lists that ended long ago go, but for the latest.
pub(super) async fn signed(tx: &mut Tx, issuer: &str, number: i64, der: &[u8]) -> Result<(), StoreError> {
    let month = tx.now()?.checked_sub(jiff::SignedDuration::from_hours(24 * 30)).unwrap_or_default();
    tx.run(SIGNED, params![der, issuer, number]).await?;
    tx.run(SWEEP, params![issuer, number, month]).await?;
    Ok(())
}

pub(super) async fn latest(tx: &mut Tx, issuer: &str) -> Result<Option<Latest>, StoreError> {
    let row = tx.optional(LATEST, params![issuer]).await?;
    row.map(|r| Ok(Latest { number: r.int(0)?, this_update: r.time(1)?, next_update: r.time(2)?, der: r.bytes(3)? }))
        .transpose()
}

/// Whether a change is not told of by a signed list.
pub(super) async fn waiting(tx: &mut Tx, issuer: &str) -> Result<bool, StoreError> {
    Ok(tx.optional(WAITING, params![issuer]).await?.is_some())
}

pub(super) async fn listed(tx: &mut Tx, issuer: &str) -> Result<Vec<Listed>, StoreError> {
    let rows = tx.all(LISTED, params![issuer]).await?;
    rows.iter()
        .map(|r| {
            let hold = r.text(1)? != "revoked";
            let reason = if hold { Some(6) } else { r.int_opt(2)?.and_then(|n| u8::try_from(n).ok()) };
            Ok(Listed { serial: r.bytes(0)?, reason, since: r.time(3)? })
        })
        .collect()
}
