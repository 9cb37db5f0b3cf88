use base::{Cx, Id};
use ledger::Entry;
use serde_json::json;
use store::{StoreError, params};

use super::{
    judge::{Judged, Together},
    pictures::Pictures,
};
use crate::{Signing, report::ReportDoc};

const PUT: &str = "INSERT INTO signing_report (id, session, name, sha256, size, report_lv, report_en, created, \
    expires, pictures, together) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const GET: &str = "SELECT name, sha256, size, report_lv, report_en, pictures, together FROM signing_report \
    WHERE id = $1 AND session = $2 AND expires > $3";
const OLD: &str = "SELECT id, pictures FROM signing_report WHERE expires < $1 ORDER BY id LIMIT 100";
const DROP: &str = "DELETE FROM signing_report WHERE id = $1";
pub(crate) const QUERIES: &[&str] = &[PUT, GET, OLD, DROP];

/// Marks ids of reports.
pub(super) struct ReportRow;

/// A verdict that is kept for a while.
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) size: u64,
    pub(super) lv: ReportDoc,
    pub(super) en: ReportDoc,
    pub(super) pictures: Option<Pictures>,
    /// The files that came together with it, and it itself; none when it came alone.
    pub(super) together: Vec<Together>,
}

/// Who holds the pictures of a verdict.
fn holder(id: Id<ReportRow>) -> String {
    format!("signing-report {id}")
}

/// Keeps the verdicts on files that came together, all or none.
pub(super) async fn put(
    app: &Signing,
    cx: &Cx,
    session: &[u8],
    verdicts: &[(Judged, Option<Pictures>)],
    together: &[Together],
) -> Result<(), StoreError> {
    let expires = cx.now().checked_add(app.config().to_show()).unwrap_or(cx.now());
    let together = if together.is_empty() { None } else { Some(serde_json::to_string(together)?) };
    let write = (cx, session, verdicts, together);
    app.db()
        .write(&write, |tx, (cx, session, verdicts, together)| {
            Box::pin(async move {
                for (Judged { id, file, reports: [lv, en] }, pictures) in *verdicts {
                    let (lv, en) = (serde_json::to_string(lv)?, serde_json::to_string(en)?);
                    let shown = pictures.as_ref().map(serde_json::to_string).transpose()?;
                    let (blob, now, shown, together) = (&file.blob, cx.now(), shown.as_deref(), together.as_deref());
                    let size = i64::try_from(blob.size).unwrap_or(i64::MAX);
                    let row =
                        params![*id, *session, file.name, blob.sha256, size, lv, en, now, expires, shown, together];
                    tx.run(PUT, row).await?;
                    for picture in pictures.iter().flat_map(Pictures::blobs) {
                        tx.hold(picture, &holder(*id)).await?;
                    }
                    // that somebody had a file judged, neither who nor which
                    ledger::record(tx, Entry::new("signing.document.validated", id.as_str(), json!({}))).await?;
                }
                Ok(())
            })
        })
        .await
}

pub(super) async fn get(app: &Signing, cx: &Cx, session: &[u8], id: &str) -> Result<Option<Kept>, StoreError> {
    let Some(row) = app.db().optional(GET, params![id, session, cx.now()]).await? else { return Ok(None) };
    Ok(Some(Kept {
        name: row.text(0)?,
        sha256: row.text(1)?,
        size: row.count(2)?,
        lv: row.json(3)?,
        en: row.json(4)?,
        pictures: row.text_opt(5)?.map(|p| serde_json::from_str(&p)).transpose()?,
        together: row.text_opt(6)?.map(|t| serde_json::from_str(&t)).transpose()?.unwrap_or_default(),
    }))
}

/// Forgets verdicts whose time is over and lets their pictures go.
pub(super) async fn sweep(app: &Signing, cx: &Cx) -> Result<(), StoreError> {
    loop {
        let gone = app
            .db()
            .write(cx, |tx, cx| {
                Box::pin(async move {
                    let old = tx.all(OLD, params![cx.now()]).await?;
                    for row in &old {
                        let id: Id<ReportRow> = row.id(0)?;
                        let pictures: Option<Pictures> =
                            row.text_opt(1)?.map(|p| serde_json::from_str(&p)).transpose()?;
                        for picture in pictures.iter().flat_map(Pictures::blobs) {
                            tx.release(&picture.address, &holder(id)).await?;
                        }
                        tx.run(DROP, params![id]).await?;
                    }
                    Ok::<_, StoreError>(old.len())
                })
            })
            .await?;
        if gone == 0 {
            return Ok(());
        }
    }
}
