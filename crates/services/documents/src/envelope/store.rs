use jiff::Timestamp;
use store::{Row, StoreError, Tx, params};

use super::{Envelope, EnvelopeId, SealedPins, State, TRIES};
use crate::application::ApplicationId;

const PUT: &str = "INSERT INTO documents_envelope (id, application, state, sealed, salt, tries, expires, created) \
    VALUES ($1, $2, 'kept', $3, NULL, $4, $5, $6)";
const SEE: &str = "SELECT id, application, state, tries, expires FROM documents_envelope WHERE id = $1";
const OF_APPLICATION: &str =
    "SELECT id, application, state, tries, expires FROM documents_envelope WHERE application = $1";
const CONTENT: &str = "SELECT sealed, salt FROM documents_envelope WHERE id = $1 AND sealed IS NOT NULL";
const ADDRESS: &str = "UPDATE documents_envelope SET state = 'waiting', sealed = $2, salt = $3, tries = $4, expires = $5 \
    WHERE application = $1 AND state = 'kept'";
const TRY: &str = "UPDATE documents_envelope SET tries = tries - 1 WHERE id = $1 AND state = 'waiting' AND tries > 0";
const LOCK: &str = "UPDATE documents_envelope SET state = 'locked' WHERE id = $1 AND state = 'waiting' AND tries = 0";
const UNLOCK: &str = "UPDATE documents_envelope SET state = 'waiting', tries = $2 \
    WHERE id = $1 AND (state = 'locked' OR (state = 'waiting' AND tries = 0))";
const OPENED: &str = "UPDATE documents_envelope SET state = 'opened', sealed = NULL, salt = NULL, opened = $2 \
    WHERE id = $1 AND state = 'waiting'";
const EXPIRED: &str = "SELECT id, application, state, tries, expires FROM documents_envelope \
    WHERE state IN ('waiting', 'locked') AND expires < $1 LIMIT 100";
const EXPIRE: &str = "UPDATE documents_envelope SET state = 'expired', sealed = NULL, salt = NULL WHERE id = $1";

pub(crate) const QUERIES: &[&str] =
    &[PUT, SEE, OF_APPLICATION, CONTENT, ADDRESS, TRY, LOCK, UNLOCK, OPENED, EXPIRED, EXPIRE];

fn envelope(row: &Row) -> Result<Envelope, StoreError> {
    let word = row.text(2)?;
    let state = State::ALL.into_iter().find(|s| s.name() == word);
    Ok(Envelope {
        id: row.id(0)?,
        application: row.id(1)?,
        state: state.ok_or_else(|| StoreError::Column { index: 2, detail: "no such state".into() })?,
        tries: u32::try_from(row.int(3)?).unwrap_or(0),
        expires: row.time(4)?,
    })
}

pub(crate) async fn see(tx: &mut Tx, id: EnvelopeId) -> Result<Option<Envelope>, StoreError> {
    tx.optional(SEE, params![id]).await?.as_ref().map(envelope).transpose()
}

pub(crate) async fn of_application(tx: &mut Tx, id: ApplicationId) -> Result<Option<Envelope>, StoreError> {
    tx.optional(OF_APPLICATION, params![id]).await?.as_ref().map(envelope).transpose()
}

pub(super) async fn put(
    tx: &mut Tx,
    application: ApplicationId,
    pins: &SealedPins,
    expires: Timestamp,
) -> Result<(), StoreError> {
    let cx = tx.cx()?;
    let id: EnvelopeId = cx.id();
    tx.run(PUT, params![id, application, pins.sealed, TRIES, expires, cx.now()]).await.map(|_| ())
}

pub(super) async fn content(tx: &mut Tx, id: EnvelopeId) -> Result<Option<SealedPins>, StoreError> {
    let Some(row) = tx.optional(CONTENT, params![id]).await? else { return Ok(None) };
    let salt = row.bytes_opt(1)?.map(<[u8; 16]>::try_from).transpose();
    let salt = salt.map_err(|_| StoreError::Column { index: 1, detail: "16 bytes expected".into() })?;
    Ok(Some(SealedPins { sealed: row.bytes(0)?, salt }))
}

pub(super) async fn address(
    tx: &mut Tx,
    application: ApplicationId,
    pins: &SealedPins,
    expires: Timestamp,
) -> Result<bool, StoreError> {
    let salt = pins.salt.map(|s| s.to_vec());
    Ok(tx.run(ADDRESS, params![application, pins.sealed, salt, TRIES, expires]).await? == 1)
}

/// Uses up one try; false if none is left or it is not there to be opened.
pub(super) async fn spend(tx: &mut Tx, id: EnvelopeId) -> Result<bool, StoreError> {
    Ok(tx.run(TRY, params![id]).await? == 1)
}

pub(super) async fn lock(tx: &mut Tx, id: EnvelopeId) -> Result<bool, StoreError> {
    Ok(tx.run(LOCK, params![id]).await? == 1)
}

pub(super) async fn unlock(tx: &mut Tx, id: EnvelopeId) -> Result<bool, StoreError> {
    Ok(tx.run(UNLOCK, params![id, TRIES]).await? == 1)
}

pub(super) async fn opened(tx: &mut Tx, id: EnvelopeId) -> Result<bool, StoreError> {
    let now = tx.now()?;
    Ok(tx.run(OPENED, params![id, now]).await? == 1)
}

pub(super) async fn expired(tx: &mut Tx, now: Timestamp) -> Result<Vec<Envelope>, StoreError> {
    tx.all(EXPIRED, params![now]).await?.iter().map(envelope).collect()
}

pub(super) async fn expire(tx: &mut Tx, id: EnvelopeId) -> Result<(), StoreError> {
    tx.run(EXPIRE, params![id]).await.map(|_| ())
}
