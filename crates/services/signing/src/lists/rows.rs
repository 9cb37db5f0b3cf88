use std::collections::BTreeMap;

use ades::lists::Lists;
use base::Cx;
use store::{BlobRef, Row as DbRow, StoreError, Tx, params};

use super::{MAX_KEPT, Trouble, hex};
use crate::Signing;

const GET: &str = "SELECT blob, troubles FROM signing_lists WHERE id = 'current'";
const PUT: &str = "INSERT INTO signing_lists (id, blob, troubles, tried) VALUES ('current', $1, $2, $3) \
    ON CONFLICT (id) DO UPDATE SET blob = excluded.blob, troubles = excluded.troubles, tried = excluded.tried";
const SOURCES: &str = "SELECT sha256, territory, url, blob FROM signing_list_source ORDER BY territory, sha256";
const PUT_SOURCE: &str = "INSERT INTO signing_list_source (sha256, territory, url, blob) VALUES ($1, $2, $3, $4)";
const DROP_SOURCE: &str = "DELETE FROM signing_list_source WHERE sha256 = $1";
pub(crate) const QUERIES: &[&str] = &[GET, PUT, SOURCES, PUT_SOURCE, DROP_SOURCE];

/// Who holds the content in the blob store.
const HOLDER: &str = "signing lists";

/// A list in use as it was fetched.
#[derive(Clone, Debug)]
pub(super) struct Original {
    pub(super) sha256: String,
    pub(super) territory: String,
    pub(super) url: String,
    /// Address of the content.
    pub(super) blob: String,
}

pub(super) async fn originals(app: &Signing) -> Result<Vec<Original>, StoreError> {
    app.db().all(SOURCES, params![]).await?.iter().map(original).collect()
}

fn original(row: &DbRow) -> Result<Original, StoreError> {
    Ok(Original { sha256: row.text(0)?, territory: row.text(1)?, url: row.text(2)?, blob: row.text(3)? })
}

/// Keeps the originals of the lists in use and lets go of others.
async fn keep_originals(tx: &mut Tx, used: &[String], new: &[(Original, BlobRef)]) -> Result<(), StoreError> {
    let have = tx.all(SOURCES, params![]).await?.iter().map(original).collect::<Result<Vec<_>, _>>()?;
    for old in have.iter().filter(|o| !used.contains(&o.sha256)) {
        tx.release(&old.blob, &holder(&old.sha256)).await?;
        tx.run(DROP_SOURCE, params![old.sha256]).await?;
    }
    for (o, blob) in new.iter().filter(|(n, _)| have.iter().all(|h| h.sha256 != n.sha256)) {
        tx.run(PUT_SOURCE, params![o.sha256, o.territory, o.url, o.blob]).await?;
        tx.hold(blob, &holder(&o.sha256)).await?;
    }
    Ok(())
}

fn holder(sha256: &str) -> String {
    format!("signing list {sha256}")
}

/// What is kept.
pub(super) struct Row {
    /// Address of the content.
    pub(super) blob: Option<String>,
    /// What went wrong at the last refresh.
    pub(super) troubles: Vec<Trouble>,
}

pub(super) async fn get(app: &Signing) -> Result<Option<Row>, StoreError> {
    let Some(row) = app.db().optional(GET, params![]).await? else { return Ok(None) };
    Ok(Some(Row { blob: row.text_opt(0)?, troubles: row.json(1)? }))
}

pub(super) async fn content(app: &Signing, address: &str) -> Result<Lists, StoreError> {
    let bytes = app.blobs().bytes(address, MAX_KEPT).await?;
    Lists::from_cache(&bytes).map_err(|e| StoreError::Damaged(e.to_string()))
}

/// Keeps the lists, their originals among what `came` (by SHA-256), and what went wrong; without lists only the latter.
pub(super) async fn put(
    app: &Signing,
    cx: &Cx,
    before: Option<String>,
    lists: &Lists,
    troubles: &[Trouble],
    came: &BTreeMap<String, Vec<u8>>,
) -> Result<(), StoreError> {
    let used: Vec<String> = lists.all().map(|h| hex(&h.digest.0)).collect();
    let mut new = Vec::new();
    for (held, sha256) in lists.all().zip(&used) {
        let Some(bytes) = came.get(sha256) else { continue };
        let blob = app.blobs().put_bytes(cx, bytes).await?;
        let territory = held.list.scheme.territory.clone();
        let (url, address) = (held.url.clone(), blob.address.clone());
        new.push((Original { sha256: sha256.clone(), territory, url, blob: address }, blob));
    }
    let blob = if lists.is_empty() { None } else { Some(app.blobs().put_bytes(cx, &lists.to_cache()).await?) };
    let troubles = serde_json::to_string(troubles)?;
    let all = (cx, before, blob, troubles, used, new);
    app.db()
        .write(&all, |tx, (cx, before, blob, troubles, used, new)| {
            Box::pin(async move {
                if let Some(new) = blob {
                    tx.hold(new, HOLDER).await?;
                }
                let address = blob.as_ref().map(|b| b.address.clone());
                if let Some(old) = before.as_ref().filter(|old| Some(*old) != address.as_ref()) {
                    tx.release(old, HOLDER).await?;
                }
                keep_originals(tx, used, new).await?;
                tx.run(PUT, params![address, troubles, cx.now()]).await.map(|_| ())
            })
        })
        .await
}
