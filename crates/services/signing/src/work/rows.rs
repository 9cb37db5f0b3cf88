use base::{Cx, Id, Timestamp};
use serde::{Deserialize, Serialize};
use store::{BlobRef, StoreError, Tx, params};

use super::service::Task;
use crate::{Signing, errand::NewFile};

const PUT: &str = "INSERT INTO signing_work (id, owner, task, name, blob, sha256, size, expires) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const ONE: &str = "SELECT task, name, blob, sha256, size, result FROM signing_work WHERE id = $1";
const DONE: &str = "UPDATE signing_work SET result = $2, result_name = $3, result_media = $4, result_sha256 = $5, \
    result_size = $6, expires = $7 WHERE id = $1 AND result IS NULL";
const RESULT: &str = "SELECT result_name, result_media, result, result_sha256, result_size FROM signing_work \
    WHERE id = $1 AND owner = $2 AND expires > $3 AND result IS NOT NULL";
const OLD: &str = "SELECT id, blob, result, task FROM signing_work WHERE expires < $1 ORDER BY id LIMIT 100";
const DROP: &str = "DELETE FROM signing_work WHERE id = $1";
pub(crate) const QUERIES: &[&str] = &[PUT, ONE, DONE, RESULT, OLD, DROP];

/// Marks ids of work.
pub(crate) struct WorkRow;
pub(crate) type WorkId = Id<WorkRow>;

/// What is kept of the task: with it the files beside the first one.
#[derive(Serialize, Deserialize)]
struct Order {
    #[serde(flatten)]
    task: Task,
    #[serde(default)]
    beside: Vec<NewFile>,
}

/// Work that was asked for.
pub(super) struct Work {
    pub(super) task: Task,
    /// The files beside the first one.
    pub(super) beside: Vec<NewFile>,
    pub(super) name: String,
    pub(super) blob: BlobRef,
    pub(super) done: bool,
}

impl Work {
    /// All files, the one that the work is about first.
    pub(super) fn files(&self) -> Vec<NewFile> {
        let first = NewFile { name: self.name.clone(), blob: self.blob.clone() };
        [std::slice::from_ref(&first), &self.beside].concat()
    }
}

/// What came of it, in the blob store. Unless it is kept it is collected once it was fetched.
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) media: String,
    pub(crate) blob: BlobRef,
}

fn holder(id: WorkId) -> String {
    format!("signing-work {id}")
}

fn octets(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

pub(super) async fn put(
    tx: &mut Tx,
    id: WorkId,
    owner: &str,
    work: &Work,
    expires: Timestamp,
) -> Result<(), StoreError> {
    let order = Order { task: work.task, beside: work.beside.clone() };
    let (b, task) = (&work.blob, serde_json::to_string(&order)?);
    let size = octets(b.size);
    tx.run(PUT, params![id, owner, task, work.name, b.address, b.sha256, size, expires]).await?;
    for f in &work.beside {
        tx.hold(&f.blob, &holder(id)).await?;
    }
    tx.hold(b, &holder(id)).await
}

pub(super) async fn one(tx: &mut Tx, id: WorkId) -> Result<Option<Work>, StoreError> {
    let Some(row) = tx.optional(ONE, params![id]).await? else { return Ok(None) };
    let blob = BlobRef { address: row.text(2)?, sha256: row.text(3)?, size: row.count(4)? };
    let Order { task, beside } = row.json(0)?;
    Ok(Some(Work { task, beside, name: row.text(1)?, blob, done: row.text_opt(5)?.is_some() }))
}

/// Keeps the result and lets the files it was made from go; `false` when there was a result already.
pub(super) async fn set_done(
    tx: &mut Tx,
    id: WorkId,
    from: &Work,
    made: &Made,
    expires: Timestamp,
) -> Result<bool, StoreError> {
    let b = &made.blob;
    let size = octets(b.size);
    let done = tx.run(DONE, params![id, b.address, made.name, made.media, b.sha256, size, expires]).await? == 1;
    if done {
        tx.hold(b, &holder(id)).await?;
        for old in from.beside.iter().map(|f| &f.blob).chain([&from.blob]) {
            if old.address != b.address {
                tx.release(&old.address, &holder(id)).await?;
            }
        }
    }
    Ok(done)
}

pub(super) async fn result(app: &Signing, cx: &Cx, owner: &str, id: &str) -> Result<Option<Made>, StoreError> {
    let Some(row) = app.db().optional(RESULT, params![id, owner, cx.now()]).await? else { return Ok(None) };
    let blob = BlobRef { address: row.text(2)?, sha256: row.text(3)?, size: row.count(4)? };
    Ok(Some(Made { name: row.text(0)?, media: row.text(1)?, blob }))
}

/// Forgets up to a hundred whose time is over; gives how many.
pub(super) async fn sweep(tx: &mut Tx) -> Result<usize, StoreError> {
    let now = tx.now()?;
    let old = tx.all(OLD, params![now]).await?;
    for row in &old {
        let id: WorkId = row.id(0)?;
        tx.release(&row.text(1)?, &holder(id)).await?;
        let Order { beside, .. } = row.json(3)?;
        for f in beside {
            tx.release(&f.blob.address, &holder(id)).await?;
        }
        if let Some(result) = row.text_opt(2)? {
            tx.release(&result, &holder(id)).await?;
        }
        tx.run(DROP, params![id]).await?;
    }
    Ok(old.len())
}
