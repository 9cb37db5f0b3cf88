use base::{Id, Timestamp};
use store::{BlobRef, Row, StoreError, Tx, params};

use crate::Signing;

const PUT: &str = "INSERT INTO signing_kept (id, owner, name, media, blob, sha256, origin, size, renewals, due, created) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10)";
const ONE: &str = "SELECT id, owner, name, media, blob, sha256, size, renewals, renewed, due, refusal, created \
    FROM signing_kept WHERE id = $1";
const MINE: &str = "SELECT id, owner, name, media, blob, sha256, size, renewals, renewed, due, refusal, created \
    FROM signing_kept WHERE owner = $1 ORDER BY created DESC, id LIMIT 1000";
const COUNT: &str = "SELECT COUNT(*) FROM signing_kept WHERE owner = $1";
const SAME: &str = "SELECT id FROM signing_kept WHERE owner = $1 AND origin = $2";
const DUE: &str = "SELECT id FROM signing_kept WHERE due <= $1 ORDER BY due, id LIMIT 500";
const OVERDUE: &str = "SELECT COUNT(*) FROM signing_kept WHERE refusal IS NOT NULL OR due <= $1";
const RENEWED: &str = "UPDATE signing_kept SET blob = $2, sha256 = $3, size = $4, renewals = renewals + 1, renewed = $5, \
    due = $6, refusal = NULL WHERE id = $1 AND blob = $7";
const REFUSED: &str = "UPDATE signing_kept SET refusal = $2 WHERE id = $1";
const DROP: &str = "DELETE FROM signing_kept WHERE id = $1";
pub(crate) const QUERIES: &[&str] = &[PUT, ONE, MINE, COUNT, SAME, DUE, OVERDUE, RENEWED, REFUSED, DROP];

/// Marks ids of kept files.
pub(crate) struct KeptRow;
pub(crate) type KeptId = Id<KeptRow>;

/// A kept file.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) id: KeptId,
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) media: String,
    pub(crate) blob: BlobRef,
    /// How often its time stamps were renewed; 0: it has not been raised to LTA yet.
    pub(crate) renewals: u64,
    pub(crate) renewed: Option<Timestamp>,
    /// When it is to be renewed.
    pub(crate) due: Timestamp,
    /// Why the last try failed: a code.
    pub(crate) refusal: Option<String>,
    pub(crate) created: Timestamp,
}

/// Who holds the blob of a kept file.
pub(super) fn holder(id: KeptId) -> String {
    format!("signing-kept {id}")
}

fn kept(row: &Row) -> Result<Kept, StoreError> {
    Ok(Kept {
        id: row.id(0)?,
        owner: row.text(1)?,
        name: row.text(2)?,
        media: row.text(3)?,
        blob: BlobRef { address: row.text(4)?, sha256: row.text(5)?, size: row.count(6)? },
        renewals: row.count(7)?,
        renewed: row.time_opt(8)?,
        due: row.time(9)?,
        refusal: row.text_opt(10)?,
        created: row.time(11)?,
    })
}

pub(super) async fn put(tx: &mut Tx, k: &Kept) -> Result<(), StoreError> {
    let size = i64::try_from(k.blob.size).unwrap_or(i64::MAX);
    let blob = &k.blob;
    tx.run(
        PUT,
        params![k.id, k.owner, k.name, k.media, blob.address, blob.sha256, blob.sha256, size, k.due, k.created],
    )
    .await?;
    tx.hold(&k.blob, &holder(k.id)).await
}

pub(super) async fn one(tx: &mut Tx, id: KeptId) -> Result<Option<Kept>, StoreError> {
    tx.optional(ONE, params![id]).await?.as_ref().map(kept).transpose()
}

pub(super) async fn of_owner(app: &Signing, owner: &str) -> Result<Vec<Kept>, StoreError> {
    app.db().all(MINE, params![owner]).await?.iter().map(kept).collect()
}

pub(super) async fn count(tx: &mut Tx, owner: &str) -> Result<u64, StoreError> {
    tx.one(COUNT, params![owner]).await?.count(0)
}

pub(super) async fn has(tx: &mut Tx, owner: &str, origin: &str) -> Result<bool, StoreError> {
    Ok(tx.optional(SAME, params![owner, origin]).await?.is_some())
}

pub(super) async fn due(tx: &mut Tx, before: Timestamp) -> Result<Vec<KeptId>, StoreError> {
    tx.all(DUE, params![before]).await?.iter().map(|r| r.id(0)).collect()
}

pub(super) async fn overdue(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.one(OVERDUE, params![before]).await?.count(0)
}

/// Replaces the file by its renewed form; `false` when another renewal was first.
pub(super) async fn set_renewed(tx: &mut Tx, k: &Kept, blob: &BlobRef, due: Timestamp) -> Result<bool, StoreError> {
    let (now, size) = (tx.now()?, i64::try_from(blob.size).unwrap_or(i64::MAX));
    let done = tx.run(RENEWED, params![k.id, blob.address, blob.sha256, size, now, due, k.blob.address]).await? == 1;
    if done {
        tx.hold(blob, &holder(k.id)).await?;
        tx.release(&k.blob.address, &holder(k.id)).await?;
    }
    Ok(done)
}

pub(super) async fn set_refused(tx: &mut Tx, id: KeptId, code: &str) -> Result<(), StoreError> {
    tx.run(REFUSED, params![id, code]).await.map(|_| ())
}

pub(super) async fn forget(tx: &mut Tx, k: &Kept) -> Result<(), StoreError> {
    tx.release(&k.blob.address, &holder(k.id)).await?;
    tx.run(DROP, params![k.id]).await.map(|_| ())
}
