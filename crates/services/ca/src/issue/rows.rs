use jiff::Timestamp;
use store::{Row, StoreError, Tx, params};

use super::Intent;
use crate::status::Status;

const PUT: &str = "INSERT INTO ca_certificate (id, request_key, request_digest, issuer, serial, profile, holder, key_label, algorithm, tbs, \
    not_before, not_after, state, status, status_since, version, created) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'intent', $13, $14, 0, $14) ON CONFLICT (request_key) DO NOTHING";
const BY_KEY: &str = "SELECT id, request_digest, issuer, serial, profile, key_label, tbs, der, not_before, not_after, status, status_since, reason, created, version \
    FROM ca_certificate WHERE request_key = $1";
const BY_ID: &str = "SELECT id, request_digest, issuer, serial, profile, key_label, tbs, der, not_before, not_after, status, status_since, reason, created, version \
    FROM ca_certificate WHERE id = $1";
const OF_HOLDER: &str = "SELECT id, request_digest, issuer, serial, profile, key_label, tbs, der, not_before, not_after, status, status_since, reason, created, version \
    FROM ca_certificate WHERE holder = $1 AND state = 'issued' AND id > $2 ORDER BY id LIMIT 100";
const ISSUED: &str = "UPDATE ca_certificate SET state = 'issued', der = $1 WHERE id = $2 AND state = 'intent'";
pub(crate) const QUERIES: &[&str] = &[PUT, BY_KEY, BY_ID, OF_HOLDER, ISSUED];

/// A certificate as the database keeps it.
#[derive(Clone, Debug)]
pub(crate) struct CertificateRow {
    pub(crate) id: String,
    pub(crate) request_digest: Vec<u8>,
    pub(crate) issuer: String,
    pub(crate) serial: Vec<u8>,
    pub(crate) profile: String,
    pub(crate) key_label: String,
    pub(crate) tbs: Vec<u8>,
    pub(crate) der: Option<Vec<u8>>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) status: Status,
    pub(crate) status_since: Timestamp,
    pub(crate) reason: Option<u8>,
    pub(crate) created: Timestamp,
    pub(crate) version: i64,
}

impl CertificateRow {
    fn of(r: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: r.text(0)?,
            request_digest: r.bytes(1)?,
            issuer: r.text(2)?,
            serial: r.bytes(3)?,
            profile: r.text(4)?,
            key_label: r.text(5)?,
            tbs: r.bytes(6)?,
            der: r.bytes_opt(7)?,
            not_before: r.time(8)?,
            not_after: r.time(9)?,
            status: Status::read(r, 10)?,
            status_since: r.time(11)?,
            reason: r.int_opt(12)?.and_then(|n| u8::try_from(n).ok()),
            created: r.time(13)?,
            version: r.int(14)?,
        })
    }
}

/// Commits an intent; false if the key is known already.
pub(super) async fn put_intent(tx: &mut Tx, i: &Intent, now: Timestamp) -> Result<bool, StoreError> {
    let status = if i.on_hold { Status::Pending } else { Status::Good };
    let algorithm = format!("{:?}", i.algorithm);
    let done = tx
        .run(
            PUT,
            params![
                i.id,
                i.request_key,
                i.request_digest,
                i.issuer,
                i.serial,
                i.profile,
                i.holder,
                i.key_label,
                algorithm,
                i.tbs,
                i.not_before,
                i.not_after,
                status.name(),
                now
            ],
        )
        .await?;
    Ok(done == 1)
}

pub(crate) async fn by_key(tx: &mut Tx, key: &str) -> Result<Option<CertificateRow>, StoreError> {
    tx.optional(BY_KEY, params![key]).await?.map(|r| CertificateRow::of(&r)).transpose()
}

pub(crate) async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<CertificateRow>, StoreError> {
    tx.optional(BY_ID, params![id]).await?.map(|r| CertificateRow::of(&r)).transpose()
}

/// A page of the certificates of a holder (semantics identifier or host), after the certificate `after`.
pub(crate) async fn list_of_holder(tx: &mut Tx, holder: &str, after: &str) -> Result<Vec<CertificateRow>, StoreError> {
    tx.all(OF_HOLDER, params![holder, after]).await?.iter().map(CertificateRow::of).collect()
}

/// Records the signed certificate; false if that was done before.
pub(super) async fn set_issued(tx: &mut Tx, id: &str, der: &[u8]) -> Result<bool, StoreError> {
    Ok(tx.run(ISSUED, params![der, id]).await? == 1)
}
