use ades::lists::Lists;
use base::Cx;
use store::{StoreError, params};

use super::{MAX_KEPT, Trouble};
use crate::Signing;

const GET: &str = "SELECT blob, troubles FROM signing_lists WHERE id = 'current'";
const PUT: &str = "INSERT INTO signing_lists (id, blob, troubles, tried) VALUES ('current', $1, $2, $3) \
    ON CONFLICT (id) DO UPDATE SET blob = excluded.blob, troubles = excluded.troubles, tried = excluded.tried";
pub(crate) const QUERIES: &[&str] = &[GET, PUT];

/// Who holds the content in the blob store.
const HOLDER: &str = "signing lists";

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

/// Keeps the lists and what went wrong; without lists only the latter.
pub(super) async fn put(
    app: &Signing,
    cx: &Cx,
    before: Option<String>,
    lists: &Lists,
    troubles: &[Trouble],
) -> Result<(), StoreError> {
    let blob = if lists.is_empty() { None } else { Some(app.blobs().put_bytes(cx, &lists.to_cache()).await?) };
    let troubles = serde_json::to_string(troubles)?;
    let all = (cx, before, blob, troubles);
    app.db()
        .write(&all, |tx, (cx, before, blob, troubles)| {
            Box::pin(async move {
                if let Some(new) = blob {
                    tx.hold(new, HOLDER).await?;
                }
                let address = blob.as_ref().map(|b| b.address.clone());
                if let Some(old) = before.as_ref().filter(|old| Some(*old) != address.as_ref()) {
                    tx.release(old, HOLDER).await?;
                }
                tx.run(PUT, params![address, troubles, cx.now()]).await.map(|_| ())
            })
        })
        .await
}
