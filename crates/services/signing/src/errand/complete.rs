use ades::{
    facts::Level,
    validate::{Lang, Report},
};
use base::Cx;
use ledger::Entry;
use serde_json::json;
use store::{BlobRef, Job, JobError, StoreError};

use super::{
    ErrandError, ErrandId, State,
    rows::{self, ResultFile, holder},
};
use crate::{
    Signing,
    engine::{EngineError, Input, Prepared, Validation, blocking, from_blobs},
    lists,
    report::ReportDoc,
};

/// Kind of the job that completes what was signed.
pub(crate) const COMPLETE: &str = "signing.complete";

/// Fetches time stamp and validation material, writes the signed file and judges it. Does nothing when that has been done.
pub(crate) async fn complete(app: &Signing, cx: &Cx, id: ErrandId) -> Result<(), ErrandError> {
    let Some(errand) = app.db().read(|tx| Box::pin(rows::one(tx, id))).await? else { return Ok(()) };
    let (State::Signed, Some(prepared), Some(value)) =
        (errand.state, errand.prepared.clone(), errand.signature.clone())
    else {
        return Ok(());
    };
    let wish = errand.wish.clone().ok_or(ErrandError::Order)?;
    let name = prepared.file_name(errand.files.first().map_or("parakstits", |f| f.name.as_str()));
    let inputs: Vec<Input> = errand.files.iter().map(|f| f.input(app.blobs())).collect();
    let made = make(app, cx, &inputs, &name, prepared, (&value, wish.level)).await;
    let (blob, report) = match made {
        Ok(made) => made,
        Err(e) if e.is_transient() => return Err(e.into()),
        Err(e) => return fail(app, cx, id, e).await,
    };
    let result = ResultFile { blob: blob.address.clone(), name, sha256: blob.sha256.clone(), size: blob.size };
    let english = ReportDoc::of(&report.clone().in_language(Lang::En));
    let reports = [text(&ReportDoc::of(&report))?, text(&english)?];
    let level = report.signatures.last().map_or_else(String::new, |s| s.level.clone());
    let body = json!({ "file": blob.sha256, "level": level, "verdict": report.exit_code() });
    let entry = Entry::new("signing.document.signed", id, body);
    let expires = cx.now().checked_add(app.config().to_keep()).unwrap_or(cx.now());
    let write = (cx, blob, result, reports, entry, errand);
    app.db()
        .write(&write, |tx, (_, blob, result, reports, entry, errand)| {
            Box::pin(async move {
                if rows::set_done(tx, id, result, reports, expires).await? {
                    rows::release_files(tx, errand).await?;
                    tx.hold(blob, &holder(id)).await?;
                    ledger::record(tx, entry.clone()).await?;
                }
                Ok::<_, ErrandError>(())
            })
        })
        .await
}

/// Writes the signed file as `name`, raised to the wanted level, and judges it.
async fn make(
    app: &Signing,
    cx: &Cx,
    inputs: &[Input],
    name: &str,
    prepared: Prepared,
    (value, level): (&[u8], Level),
) -> Result<(BlobRef, Report), EngineError> {
    let trouble = |e: StoreError| EngineError::Io(std::io::Error::other(e));
    let engine = app.engine();
    let (beside, media_type) = (prepared.beside(inputs), prepared.form().media_type());
    let input = |blob: &BlobRef| from_blobs(name, media_type, blob.size, app.blobs(), &blob.address);
    let completed = engine.complete(cx, prepared, value, level).await?;
    let reached = completed.level();
    let out = engine.finish(cx.now(), inputs, completed, app.blobs().writer(cx).map_err(trouble)?).await?;
    let mut blob = blocking(move || out.finish().map_err(trouble)).await?;
    if reached < level {
        let raised = engine.raise_last(cx, &input(&blob), &beside, level).await?;
        let out = raised.write(app.blobs().writer(cx).map_err(trouble)?).await?;
        blob = blocking(move || out.finish().map_err(trouble)).await?;
    }
    let lists = lists::current(app).await.map_err(trouble)?;
    let how = Validation { lists, beside, ..Validation::default() };
    let report = engine.validate(cx, &input(&blob), &how).await?;
    Ok((blob, report))
}

async fn fail(app: &Signing, cx: &Cx, id: ErrandId, why: EngineError) -> Result<(), ErrandError> {
    let code = why.code().into_owned();
    tracing::warn!(errand = %id, code, "a signature was not completed");
    let entry = Entry::new("signing.signature.refused", id, json!({ "code": code }));
    let write = (cx, code, entry);
    app.db()
        .write(&write, |tx, (_, code, entry)| {
            Box::pin(async move {
                if rows::set_failed(tx, id, code).await? {
                    ledger::record(tx, entry.clone()).await?;
                }
                Ok::<_, ErrandError>(())
            })
        })
        .await
}

/// The job that takes up what was interrupted.
pub(crate) async fn complete_job(app: &Signing, cx: &Cx, job: &Job) -> Result<(), JobError> {
    let id: ErrandId = job.read()?;
    complete(app, cx, id).await.map_err(|e| JobError::retry(web::Refuses::code(&e).into_owned()))
}

fn text(report: &ReportDoc) -> Result<String, ErrandError> {
    Ok(serde_json::to_string(report).map_err(StoreError::from)?)
}
