use base::{Cx, Id};
use ledger::Entry;
use serde_json::json;
use store::{StoreError, params};

use crate::{Signing, errand::NewFile, report::ReportDoc};

const PUT: &str = "INSERT INTO signing_report (id, session, name, sha256, size, report_lv, report_en, created, expires) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const GET: &str = "SELECT name, sha256, size, report_lv, report_en, expires FROM signing_report \
    WHERE id = $1 AND session = $2 AND expires > $3";
const SWEEP: &str = "DELETE FROM signing_report WHERE expires < $1";
pub(crate) const QUERIES: &[&str] = &[PUT, GET, SWEEP];

/// Marks ids of reports.
pub(super) struct ReportRow;

/// A verdict that is kept for a while.
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) size: u64,
    pub(super) lv: ReportDoc,
    pub(super) en: ReportDoc,
}

pub(super) async fn put(
    app: &Signing,
    cx: &Cx,
    session: &[u8],
    file: &NewFile,
    reports: &[ReportDoc; 2],
) -> Result<Id<ReportRow>, StoreError> {
    let id: Id<ReportRow> = cx.id();
    let [lv, en] = reports;
    let texts = [serde_json::to_string(lv)?, serde_json::to_string(en)?];
    let size = i64::try_from(file.blob.size).unwrap_or(i64::MAX);
    let expires = cx.now().checked_add(app.config().to_show()).unwrap_or(cx.now());
    let write = (cx, session, file, texts);
    app.db()
        .write(&write, |tx, (cx, session, file, [lv, en])| {
            Box::pin(async move {
                let blob = &file.blob;
                tx.run(PUT, params![id, *session, file.name, blob.sha256, size, lv, en, cx.now(), expires]).await?;
                // that somebody had a file judged, neither who nor which
                ledger::record(tx, Entry::new("signing.document.validated", id.as_str(), json!({}))).await.map(|_| ())
            })
        })
        .await?;
    Ok(id)
}

pub(super) async fn get(app: &Signing, cx: &Cx, session: &[u8], id: &str) -> Result<Option<Kept>, StoreError> {
    let Some(row) = app.db().optional(GET, params![id, session, cx.now()]).await? else { return Ok(None) };
    Ok(Some(Kept { name: row.text(0)?, sha256: row.text(1)?, size: row.count(2)?, lv: row.json(3)?, en: row.json(4)? }))
}

pub(super) async fn sweep(app: &Signing, cx: &Cx) -> Result<(), StoreError> {
    app.db().write(cx, |tx, cx| Box::pin(async move { tx.run(SWEEP, params![cx.now()]).await.map(|_| ()) })).await
}
