use ades::facts::Level;
use base::{Cx, Timestamp};
use jiff::SignedDuration;
use ledger::Entry;
use serde_json::json;
use store::{BlobRef, Job, JobError, NewJob, StoreError};
use web::Refuses as _;

use super::{
    KeepError,
    rows::{self, Kept, KeptId},
};
use crate::{
    Signing,
    engine::{EngineError, Files, Progress, Validation, blocking, from_blobs},
    errand::{self, Bond, ErrandError, ErrandId},
    lists,
};

/// Kind of the job that renews one file.
pub(crate) const RENEW: &str = "signing.keep.renew";
/// Kind of the scheduled job that looks for files to renew.
pub(crate) const SCHEDULE: &str = "signing.keep.due";

/// Most files that one person may keep.
const MOST: usize = 1000;
/// When a renewed file has no known end, it is looked at again after this many hours.
const LOOK_AGAIN: i64 = 24 * 365;

/// Keeps the signed file of a finished errand. Once only: the same file is not kept twice.
pub(super) async fn begin(app: &Signing, cx: &Cx, bond: &Bond, id: ErrandId) -> Result<(), KeepError> {
    let errand = errand::see(app, cx, bond, id).await?;
    let (Some(result), Some(wish)) = (errand.result, errand.wish) else { return Err(ErrandError::Order.into()) };
    let kept = Kept {
        id: cx.id(),
        owner: bond.owner.clone(),
        name: result.name,
        media: wish.form.media_type().to_owned(),
        blob: BlobRef { address: result.blob, sha256: result.sha256, size: result.size },
        renewals: 0,
        renewed: None,
        due: cx.now(),
        refusal: None,
        created: cx.now(),
    };
    app.db()
        .write(&(cx, kept), |tx, (_, kept)| {
            Box::pin(async move {
                if rows::has(tx, &kept.owner, &kept.blob.sha256).await? {
                    return Ok(());
                }
                if rows::count(tx, &kept.owner).await? >= MOST as u64 {
                    return Err(KeepError::TooMany { most: MOST });
                }
                rows::put(tx, kept).await?;
                let body = json!({ "file": kept.blob.sha256 });
                ledger::record(tx, Entry::new("signing.document.kept", kept.id, body)).await?;
                tx.enqueue(NewJob::new(RENEW, &kept.id)?.key(kept.id.to_string())).await?;
                Ok(())
            })
        })
        .await
}

/// A kept file, if it is this person's.
pub(super) async fn see(app: &Signing, owner: &str, id: &str) -> Result<Kept, KeepError> {
    let id: KeptId = id.parse().map_err(|_| KeepError::Unknown)?;
    let found = app.db().read(|tx| Box::pin(rows::one(tx, id))).await?;
    found.filter(|k| k.owner == owner).ok_or(KeepError::Unknown)
}

/// Keeps a file no longer.
pub(super) async fn forget(app: &Signing, cx: &Cx, owner: &str, id: &str) -> Result<(), KeepError> {
    let kept = see(app, owner, id).await?;
    app.db()
        .write(&(cx, kept), |tx, (_, kept)| {
            Box::pin(async move {
                rows::forget(tx, kept).await?;
                ledger::record(tx, Entry::new("signing.document.forgotten", kept.id, json!({}))).await?;
                Ok::<_, KeepError>(())
            })
        })
        .await
}

/// Orders the renewal of everything that is due.
pub(crate) async fn schedule(app: &Signing, cx: &Cx) -> Result<(), StoreError> {
    app.db()
        .write(cx, |tx, cx| {
            Box::pin(async move {
                // One job a file and day: what failed for good yesterday is tried again today.
                let day = cx.now().as_second() / (24 * 3600);
                for id in rows::due(tx, cx.now()).await? {
                    tx.enqueue(NewJob::new(RENEW, &id)?.key(format!("{id} {day}"))).await?;
                }
                Ok(())
            })
        })
        .await
}

/// How many files could not be renewed, or should have been a day ago.
pub(crate) async fn overdue(app: &Signing, cx: &Cx) -> Result<u64, StoreError> {
    let since = cx.now().checked_sub(SignedDuration::from_hours(24)).unwrap_or(cx.now());
    app.db().read(|tx| Box::pin(rows::overdue(tx, since))).await
}

/// The job that renews one file.
pub(crate) async fn renew_job(app: &Signing, cx: &Cx, job: &Job) -> Result<(), JobError> {
    let id: KeptId = job.read()?;
    let Err(error) = renew(app, cx, id).await else { return Ok(()) };
    let code = error.code().into_owned();
    let write = (cx, code.clone());
    app.db().write(&write, |tx, (_, code)| Box::pin(async move { rows::set_refused(tx, id, code).await })).await?;
    let lasting = matches!(&error, KeepError::Worse) || matches!(&error, KeepError::Engine(e) if !e.is_transient());
    Err(if lasting { JobError::dead(code) } else { JobError::retry(code) })
}

/// Gives a file the material for its latest time stamp and a new archive time stamp. Does nothing when it is not due.
async fn renew(app: &Signing, cx: &Cx, id: KeptId) -> Result<(), KeepError> {
    let Some(kept) = app.db().read(|tx| Box::pin(rows::one(tx, id))).await? else { return Ok(()) };
    if kept.due > cx.now() {
        return Ok(());
    }
    let (blob, due) = raise(app, cx, &kept).await?;
    let verdict = json!({ "from": kept.blob.sha256, "file": blob.sha256 });
    let entry = Entry::new("signing.document.renewed", id, verdict);
    let write = (cx, kept, blob, entry);
    app.db()
        .write(&write, |tx, (_, kept, blob, entry)| {
            Box::pin(async move {
                if rows::set_renewed(tx, kept, blob, due).await? {
                    ledger::record(tx, entry.clone()).await?;
                }
                Ok::<_, KeepError>(())
            })
        })
        .await
}

async fn raise(app: &Signing, cx: &Cx, kept: &Kept) -> Result<(BlobRef, Timestamp), KeepError> {
    let trouble = |e: StoreError| EngineError::Io(std::io::Error::other(e));
    let engine = app.engine();
    let input = |blob: &BlobRef| from_blobs(&kept.name, &kept.media, blob.size, app.blobs(), &blob.address);
    let raised = engine.augment(cx, &input(&kept.blob), &Files::default(), Level::LTA, &Progress::default()).await?;
    let end = raised.due;
    let out = raised.write(app.blobs().writer(cx)?).await?;
    let blob = blocking(move || out.finish().map_err(trouble)).await?;
    let how = Validation { lists: lists::current(app).await?, ..Validation::default() };
    let before = engine.validate(cx, &input(&kept.blob), &how).await?;
    let after = engine.validate(cx, &input(&blob), &how).await?;
    if before.all_passed() && !after.all_passed() {
        return Err(KeepError::Worse);
    }
    let margin = SignedDuration::from_hours(24 * app.config().renew_days);
    let again = SignedDuration::from_hours(LOOK_AGAIN);
    let latest = cx.now().checked_add(again).unwrap_or(cx.now());
    let due = end.map_or(latest, |end| {
        // A unit that itself ends within the margin: half of what is left, not every day anew.
        let half = cx.now().checked_add(end.duration_since(cx.now()) / 2).unwrap_or(end);
        let early = end.checked_sub(margin).unwrap_or(end);
        let soonest = cx.now().checked_add(SignedDuration::from_hours(24)).unwrap_or(end);
        early.max(half).max(soonest)
    });
    Ok((blob, due))
}
