use ades::facts::Level;
use base::{Cx, Id, Timestamp};
use ledger::Entry;
use pki::DigestAlgorithm;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{BlobRef, Job, JobError, NewJob, StoreError};
use utoipa::ToSchema;

use super::rows::{self, Made, Work, WorkId};
use crate::{
    Signing,
    engine::{EngineError, Files, blocking, from_blobs, media_type},
};

/// Kind of the job that raises the signatures of a file.
pub(crate) const AUGMENT: &str = "signing.augment";

/// What is to be done with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub(super) enum Task {
    /// Raise its signatures.
    Augment {
        /// To this level.
        level: Level,
    },
}

impl Task {
    /// Augmentation to a level by its name.
    pub(super) fn augment(level: &str) -> Option<Self> {
        let level = crate::api::level(level).filter(|l| *l > Level::B)?;
        Some(Self::Augment { level })
    }
}

/// Digest algorithm by its name in the API.
pub(crate) fn digest(name: &str) -> Option<DigestAlgorithm> {
    match name {
        "SHA-256" => Some(DigestAlgorithm::Sha256),
        "SHA-384" => Some(DigestAlgorithm::Sha384),
        "SHA-512" => Some(DigestAlgorithm::Sha512),
        _ => None,
    }
}

/// What came of the work.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {
    /// Address of the file.
    file: String,
    /// SHA-256 of the file, hexadecimal.
    sha256: String,
    /// Its size in octets.
    size: u64,
    /// When its time stamps have to be renewed, if that is known.
    #[schema(value_type = Option<String>, format = "date-time")]
    renew_before: Option<Timestamp>,
    /// Until when it can be fetched.
    #[schema(value_type = String, format = "date-time")]
    expires: Timestamp,
}

/// Takes work on: file, work, ledger entry and job in one commit.
pub(super) async fn accept(
    app: &Signing,
    cx: &Cx,
    owner: &str,
    task: Task,
    name: &str,
    blob: &BlobRef,
) -> Result<Id<Job>, StoreError> {
    let id: WorkId = cx.id();
    let work = Work { task, name: name.to_owned(), blob: blob.clone(), done: false };
    let expires = cx.now().checked_add(app.config().to_keep()).unwrap_or(cx.now());
    let entry = Entry::new("signing.work.accepted", id, json!({ "task": task, "file": blob.sha256 }))
        .personal(json!({ "owner": owner }));
    let write = (cx, owner, work, entry);
    app.db()
        .write(&write, |tx, (_, owner, work, entry)| {
            Box::pin(async move {
                rows::put(tx, id, owner, work, expires).await?;
                ledger::record(tx, entry.clone()).await?;
                let job = NewJob::new(AUGMENT, &id)?.key(id.to_string()).most(8);
                web::jobs::accept(tx, owner, job).await
            })
        })
        .await
}

/// The job that raises the signatures of a file. Done twice, it makes one result.
pub(crate) async fn augment_job(app: &Signing, cx: &Cx, job: &Job) -> Result<(), JobError> {
    let id: WorkId = job.read()?;
    let Some(work) = app.db().read(|tx| Box::pin(rows::one(tx, id))).await? else { return Ok(()) };
    if work.done {
        return Ok(());
    }
    let Task::Augment { level } = work.task;
    let failed = |e: EngineError| {
        let code = e.code().into_owned();
        if e.is_transient() { JobError::retry(code) } else { JobError::dead(code) }
    };
    let input = from_blobs(&work.name, media_type(&work.name), work.blob.size, app.blobs(), &work.blob.address);
    let raised = app.engine().augment(cx, &input, &Files::default(), level).await.map_err(failed)?;
    let renew_before = raised.due;
    let out = raised.write(app.blobs().writer(cx)?).await.map_err(failed)?;
    let trouble = |e: StoreError| EngineError::Io(std::io::Error::other(e));
    let blob = blocking(move || out.finish().map_err(trouble)).await.map_err(failed)?;
    let expires = cx.now().checked_add(app.config().to_keep()).unwrap_or(cx.now());
    let file = format!("/api/v1/signatures/results/{id}");
    let done = Done { file, sha256: blob.sha256.clone(), size: blob.size, renew_before, expires };
    let made = Made { name: work.name, media: input.media_type, blob };
    let entry = Entry::new("signing.work.done", id, json!({ "from": work.blob.sha256, "file": made.blob.sha256 }));
    let write = (cx, job, work.blob, made, entry, done);
    app.db()
        .write(&write, |tx, (_, job, from, made, entry, done)| {
            Box::pin(async move {
                if rows::set_done(tx, id, from, made, expires).await? {
                    ledger::record(tx, entry.clone()).await?;
                }
                tx.complete(job, done).await
            })
        })
        .await?;
    Ok(())
}

/// Forgets work whose time is over.
pub(crate) async fn sweep(app: &Signing, cx: &Cx) -> Result<(), StoreError> {
    loop {
        let gone = app.db().write(cx, |tx, _| Box::pin(rows::sweep(tx))).await?;
        if gone == 0 {
            return Ok(());
        }
    }
}
