use std::sync::Arc;

use jiff::Timestamp;
use pki::Certificate;
use store::{Row, StoreError, Tx, params};

use super::{Authority, PkiError, Role, ServiceKey, ServiceKind};

const PUT_PKI: &str =
    "INSERT INTO ca_pki (id, public_url, created) VALUES ('national', $1, $2) ON CONFLICT (id) DO NOTHING";
const PKI: &str = "SELECT public_url FROM ca_pki WHERE id = 'national'";
const PUT: &str = "INSERT INTO ca_authority (name, place, parent, key_label, certificate, der, crl_number, created) \
    VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT (name) DO NOTHING";
const ALL: &str = "SELECT name, parent, key_label, der, created FROM ca_authority ORDER BY place";
const PUT_KEY: &str = "INSERT INTO ca_service_key (label, kind, authority, certificate, der, not_before, not_after) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (label) DO NOTHING";
const LATEST_KEY: &str = "SELECT k.label, k.certificate, k.der FROM ca_service_key k JOIN ca_certificate c ON c.id = k.certificate \
    WHERE k.kind = $1 AND k.authority = $2 AND k.not_before <= $3 AND k.not_after > $3 AND c.status = 'good' \
    ORDER BY k.not_before DESC, k.label DESC LIMIT 1";
const KEY_LABELS: &str = "SELECT label FROM ca_service_key WHERE kind = $1 AND authority = $2";
const USED_UP_KEYS: &str = "SELECT k.label FROM ca_service_key k JOIN ca_certificate c ON c.id = k.certificate \
    WHERE k.kind = $1 AND (k.not_after < $2 OR c.status = 'revoked') ORDER BY k.label";
const KEYS_IN_FORCE: &str = "SELECT k.label, k.certificate, k.der FROM ca_service_key k JOIN ca_certificate c ON c.id = k.certificate \
    WHERE k.not_before <= $1 AND k.not_after > $1 AND c.status = 'good' ORDER BY k.label";
pub(crate) const QUERIES: &[&str] =
    &[PUT_PKI, PKI, PUT, ALL, PUT_KEY, LATEST_KEY, KEY_LABELS, USED_UP_KEYS, KEYS_IN_FORCE];

/// Fixes the public address, or learns the one that was fixed before.
pub(super) async fn fix_address(tx: &mut Tx, url: &str) -> Result<String, StoreError> {
    let now = tx.now()?;
    tx.run(PUT_PKI, params![url, now]).await?;
    tx.one(PKI, &[]).await?.text(0)
}

pub(super) async fn address(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    tx.optional(PKI, &[]).await?.map(|r| r.text(0)).transpose()
}

pub(super) async fn put(tx: &mut Tx, role: Role, label: &str, id: &str, der: &[u8]) -> Result<bool, StoreError> {
    let now = tx.now()?;
    let place = Role::ALL.iter().position(|r| *r == role).and_then(|p| i64::try_from(p).ok()).unwrap_or_default();
    Ok(tx.run(PUT, params![role.name(), place, Role::Root.name(), label, id, der, now]).await? == 1)
}

pub(super) async fn all(tx: &mut Tx) -> Result<Vec<Arc<Authority>>, PkiError> {
    let mut found: Vec<Arc<Authority>> = Vec::new();
    for row in tx.all(ALL, &[]).await? {
        let authority = read(&row, &found)?;
        found.push(Arc::new(authority));
    }
    Ok(found)
}

fn read(row: &Row, before: &[Arc<Authority>]) -> Result<Authority, PkiError> {
    let name = row.text(0)?;
    let role = Role::from_name(&name).ok_or(PkiError::Unknown)?;
    let parent = row.text(1)?;
    let certificate =
        Certificate::from_der(&row.bytes(3)?).map_err(|source| PkiError::Stored { name: name.clone(), source })?;
    let chain = match before.iter().find(|a| a.name == parent) {
        Some(p) if role != Role::Root => {
            std::iter::once(p.certificate.clone()).chain(p.chain.iter().cloned()).collect()
        }
        _ => Vec::new(),
    };
    Ok(Authority { name, role, key_label: row.text(2)?, certificate, chain, created: row.time(4)? })
}

pub(super) async fn put_key(
    tx: &mut Tx,
    kind: ServiceKind,
    authority: &str,
    key: &ServiceKey,
) -> Result<bool, StoreError> {
    let (from, to) = (key.certificate.not_before(), key.certificate.not_after());
    let der = key.certificate.der();
    Ok(tx.run(PUT_KEY, params![key.label, kind.name(), authority, key.id, der, from, to]).await? == 1)
}

pub(super) async fn latest_key(
    tx: &mut Tx,
    kind: ServiceKind,
    authority: &str,
    now: Timestamp,
) -> Result<Option<ServiceKey>, PkiError> {
    tx.optional(LATEST_KEY, params![kind.name(), authority, now]).await?.map(|r| key(&r)).transpose()
}

/// Labels of all keys that ever were.
pub(super) async fn key_labels(tx: &mut Tx, kind: ServiceKind, authority: &str) -> Result<Vec<String>, StoreError> {
    tx.all(KEY_LABELS, params![kind.name(), authority]).await?.iter().map(|r| r.text(0)).collect()
}

/// Keys that are of no use any more: their certificate ended before `before`, or it is revoked.
pub(super) async fn used_up_keys(tx: &mut Tx, kind: ServiceKind, before: Timestamp) -> Result<Vec<String>, StoreError> {
    tx.all(USED_UP_KEYS, params![kind.name(), before]).await?.iter().map(|r| r.text(0)).collect()
}

/// Keys of responders and units in force.
pub(super) async fn keys_in_force(tx: &mut Tx, now: Timestamp) -> Result<Vec<ServiceKey>, PkiError> {
    tx.all(KEYS_IN_FORCE, params![now]).await?.iter().map(key).collect()
}

fn key(row: &Row) -> Result<ServiceKey, PkiError> {
    let label = row.text(0)?;
    let certificate =
        Certificate::from_der(&row.bytes(2)?).map_err(|source| PkiError::Stored { name: label.clone(), source })?;
    Ok(ServiceKey { label, id: row.text(1)?, certificate })
}
