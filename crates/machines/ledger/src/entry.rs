use aws_lc_rs::hmac;
use base::{Id, Timestamp};
use serde::Serialize;
use store::{Row, StoreError, Tx, params};

const PUT: &str = "INSERT INTO ledger_entry \
    (id, kind, subject, body, personal, body_salt, body_commitment, personal_salt, personal_commitment, created) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const ERASE: &str = "UPDATE ledger_entry SET personal = NULL, personal_salt = NULL WHERE id = $1";
const ERASE_OF: &str =
    "UPDATE ledger_entry SET personal = NULL, personal_salt = NULL WHERE subject = $1 AND personal IS NOT NULL";
const ONE: &str = "SELECT id, kind, subject, body, personal, created, position FROM ledger_entry WHERE id = $1";
const OF: &str = "SELECT id, kind, subject, body, personal, created, position FROM ledger_entry \
    WHERE subject = $1 AND id > $2 ORDER BY id LIMIT $3";
const NEWEST: &str = "SELECT id, kind, subject, body, personal, created, position FROM ledger_entry \
    WHERE id < $1 ORDER BY id DESC LIMIT $2";
const NEWEST_OF_KIND: &str = "SELECT id, kind, subject, body, personal, created, position FROM ledger_entry \
    WHERE kind = $1 ORDER BY id DESC LIMIT 1";
pub(crate) const QUERIES: &[&str] = &[PUT, ERASE, ERASE_OF, ONE, OF, NEWEST, NEWEST_OF_KIND];

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Stable name: `ca.certificate.issued`. Public, as is the time.
    pub kind: &'static str,
    /// Id of what it is about.
    pub subject: String,
    /// What happened, without personal data: ids, serial numbers, digests, the id of who did it.
    pub body: serde_json::Value,
    /// Personal data, if they must be provable; can be erased.
    pub personal: Option<serde_json::Value>,
}

impl Entry {
    /// An entry without personal data.
    pub fn new(kind: &'static str, subject: impl ToString, body: serde_json::Value) -> Self {
        Self { kind, subject: subject.to_string(), body, personal: None }
    }
    /// Adds personal data.
    #[must_use]
    pub fn personal(mut self, data: serde_json::Value) -> Self {
        self.personal = Some(data);
        self
    }
}

/// Records an entry with the change it tells of: both commit, or neither.
pub async fn record(tx: &mut Tx, entry: Entry) -> Result<Id<Entry>, StoreError> {
    let cx = tx.cx()?;
    let id = cx.id();
    let body = entry.body.to_string();
    let body_salt = cx.bytes::<32>();
    let body_commitment = commit_body(&body_salt, &entry.subject, &body);
    let personal = entry.personal.map(|p| p.to_string());
    let personal_salt = personal.as_ref().map(|_| cx.bytes::<32>());
    let personal_commitment = personal.as_ref().zip(personal_salt).map(|(p, salt)| commit(&salt, &[p.as_bytes()]));
    tx.run(
        PUT,
        params![
            id,
            entry.kind,
            entry.subject,
            body,
            personal,
            body_salt,
            body_commitment,
            personal_salt,
            personal_commitment,
            cx.now()
        ],
    )
    .await?;
    Ok(id)
}

/// Erases the personal data of one entry, for good: without the salt the commitment in the tree tells nothing.
pub async fn erase(tx: &mut Tx, id: Id<Entry>) -> Result<bool, StoreError> {
    Ok(tx.run(ERASE, params![id]).await? == 1)
}

/// Erases the personal data of all entries about `subject`; answers how many.
pub async fn erase_subject(tx: &mut Tx, subject: &str) -> Result<u64, StoreError> {
    tx.run(ERASE_OF, params![subject]).await
}

/// An entry as it was recorded.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    /// Id.
    pub id: Id<Entry>,
    /// Stable name.
    pub kind: String,
    /// Id of what it is about.
    pub subject: String,
    /// What happened.
    pub body: Option<serde_json::Value>,
    /// Personal data, unless erased.
    pub personal: Option<serde_json::Value>,
    /// When.
    pub time: Timestamp,
    /// Position in the tree, once it has one.
    pub position: Option<i64>,
}

impl Recorded {
    fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id(0)?,
            kind: row.text(1)?,
            subject: row.text(2)?,
            body: row.json_opt(3)?,
            personal: row.json_opt(4)?,
            time: row.time(5)?,
            position: row.int_opt(6)?,
        })
    }
}

/// One entry.
pub async fn entry(tx: &mut Tx, id: Id<Entry>) -> Result<Option<Recorded>, StoreError> {
    tx.optional(ONE, params![id]).await?.as_ref().map(Recorded::of).transpose()
}

/// A page of the entries about `subject`, oldest first, after the entry `after`.
pub async fn entries_of(
    tx: &mut Tx,
    subject: &str,
    after: Option<Id<Entry>>,
    limit: u32,
) -> Result<Vec<Recorded>, StoreError> {
    let after = after.map_or(String::new(), |id| id.to_string());
    tx.all(OF, params![subject, after, limit]).await?.iter().map(Recorded::of).collect()
}

/// A page of all entries, newest first, before the entry `before`.
pub async fn newest(tx: &mut Tx, before: Option<Id<Entry>>, limit: u32) -> Result<Vec<Recorded>, StoreError> {
    let before = before.map_or("~".to_owned(), |id| id.to_string());
    tx.all(NEWEST, params![before, limit]).await?.iter().map(Recorded::of).collect()
}

/// The newest entry of a kind.
pub async fn newest_of_kind(tx: &mut Tx, kind: &str) -> Result<Option<Recorded>, StoreError> {
    tx.optional(NEWEST_OF_KIND, params![kind]).await?.as_ref().map(Recorded::of).transpose()
}

/// HMAC-SHA256 under the salt over length-prefixed parts.
pub(crate) fn commit(salt: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, salt));
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(mac.sign().as_ref());
    out
}

pub(crate) fn commit_body(salt: &[u8], subject: &str, body: &str) -> [u8; 32] {
    commit(salt, &[subject.as_bytes(), body.as_bytes()])
}
