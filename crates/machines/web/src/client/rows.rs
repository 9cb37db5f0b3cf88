use std::collections::BTreeSet;

use base::Id;
use jiff::Timestamp;
use store::{Db, Row, StoreError, Tx, params};

use super::{Client, Quota, Right, quota};

const COLUMNS_OF: &str = "SELECT id, name, institution, rights, keys, certificate, requests, bytes, generation, registered, suspended \
    FROM api_client WHERE id = $1";
const BY_CERTIFICATE: &str = "SELECT id, name, institution, rights, keys, certificate, requests, bytes, generation, registered, suspended \
    FROM api_client WHERE certificate = $1";
const LIST: &str = "SELECT id, name, institution, rights, keys, certificate, requests, bytes, generation, registered, suspended \
    FROM api_client ORDER BY institution, name, id LIMIT 1000";
const REGISTER: &str = "INSERT INTO api_client (id, name, institution, rights, keys, certificate, requests, bytes, generation, registered) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9) ON CONFLICT (certificate) DO NOTHING";
const CHANGE: &str =
    "UPDATE api_client SET rights = $2, requests = $3, bytes = $4, generation = generation + 1 WHERE id = $1";
const SUSPEND: &str =
    "UPDATE api_client SET suspended = $2, generation = generation + 1 WHERE id = $1 AND suspended IS NULL";
const RESUME: &str =
    "UPDATE api_client SET suspended = NULL, generation = generation + 1 WHERE id = $1 AND suspended IS NOT NULL";

/// Every statement about clients; prepared on both databases by a test.
pub const QUERIES: &[&str] =
    &[COLUMNS_OF, BY_CERTIFICATE, LIST, REGISTER, CHANGE, SUSPEND, RESUME, quota::TAKE, quota::USED, quota::FORGET];

/// A client as an operator registers it.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Name of the system.
    pub name: String,
    /// Whose it is.
    pub institution: String,
    /// What it may do.
    pub rights: BTreeSet<Right>,
    /// Its public keys, a JWK Set that has been read.
    pub keys: Option<String>,
    /// SHA-256 of its certificate, lower-case hexadecimal.
    pub certificate: Option<String>,
    /// How much a day.
    pub quota: Quota,
}

/// A registered client.
#[derive(Clone, Debug)]
pub struct Registered {
    /// `client_id`.
    pub id: String,
    /// Name of the system.
    pub name: String,
    /// Whose it is.
    pub institution: String,
    /// What it may do.
    pub rights: BTreeSet<Right>,
    /// Its public keys, a JWK Set.
    pub keys: Option<String>,
    /// SHA-256 of its certificate, lower-case hexadecimal.
    pub certificate: Option<String>,
    /// How much a day.
    pub quota: Quota,
    /// Access tokens of another generation do not hold.
    pub generation: i64,
    /// Since when.
    pub registered: Timestamp,
    /// Since when it may not come.
    pub suspended: Option<Timestamp>,
}

fn read(row: &Row) -> Result<Registered, StoreError> {
    let rights: Vec<String> = row.json(3)?;
    Ok(Registered {
        id: row.text(0)?,
        name: row.text(1)?,
        institution: row.text(2)?,
        rights: rights.iter().filter_map(|r| Right::from_name(r)).collect(),
        keys: row.text_opt(4)?,
        certificate: row.text_opt(5)?,
        quota: Quota { requests: row.count(6)?, bytes: row.count(7)? },
        generation: row.int(8)?,
        registered: row.time(9)?,
        suspended: row.time_opt(10)?,
    })
}

fn names(rights: &BTreeSet<Right>) -> Result<String, StoreError> {
    Ok(serde_json::to_string(&rights.iter().map(|r| r.name()).collect::<Vec<_>>())?)
}

fn stored(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The client with this id.
pub async fn find(db: &Db, id: &str) -> Result<Option<Registered>, StoreError> {
    db.optional(COLUMNS_OF, params![id]).await?.as_ref().map(read).transpose()
}

/// The client with the certificate of this SHA-256.
pub(super) async fn by_certificate(db: &Db, sha256: &str) -> Result<Option<Registered>, StoreError> {
    db.optional(BY_CERTIFICATE, params![sha256]).await?.as_ref().map(read).transpose()
}

/// All clients, at most a thousand.
pub async fn list(db: &Db) -> Result<Vec<Registered>, StoreError> {
    db.all(LIST, &[]).await?.iter().map(read).collect()
}

/// Registers a client and gives its id; nothing when another has the same certificate.
pub async fn register(tx: &mut Tx, new: &NewClient) -> Result<Option<String>, StoreError> {
    let cx = tx.cx()?;
    let (id, now): (Id<Client>, _) = (cx.id(), cx.now());
    let rights = names(&new.rights)?;
    let (requests, bytes) = (stored(new.quota.requests), stored(new.quota.bytes));
    let values = params![id, new.name, new.institution, rights, new.keys, new.certificate, requests, bytes, now];
    Ok((tx.run(REGISTER, values).await? == 1).then(|| id.to_string()))
}

/// Changes what a client may do; its tokens end. False if there is none.
pub async fn change(tx: &mut Tx, id: &str, rights: &BTreeSet<Right>, quota: Quota) -> Result<bool, StoreError> {
    let (rights, requests, bytes) = (names(rights)?, stored(quota.requests), stored(quota.bytes));
    Ok(tx.run(CHANGE, params![id, rights, requests, bytes]).await? == 1)
}

/// Suspends a client; its tokens end at once. False if there is none, or it is suspended.
pub async fn suspend(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    let now = tx.now()?;
    Ok(tx.run(SUSPEND, params![id, now]).await? == 1)
}

/// Lets a suspended client come again. False if there is none, or it is not suspended.
pub async fn resume(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    Ok(tx.run(RESUME, params![id]).await? == 1)
}
