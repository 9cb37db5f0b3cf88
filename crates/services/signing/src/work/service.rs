use ades::facts::{EvidenceForm, Level};
use base::{Cx, Id, Timestamp};
use ledger::Entry;
use pki::DigestAlgorithm;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Job, JobError, NewJob, StoreError};
use utoipa::ToSchema;
use web::Refuses as _;

use super::rows::{self, Made, Work, WorkId};
use crate::{
    Signing,
    engine::{EngineError, Files, Input, Progress, blocking},
    errand::{ErrandError, NewFile},
    evidence::{self, EvidenceFault},
    verify::input,
};

/// Kind of the job that raises the signatures of a file.
pub(crate) const AUGMENT: &str = "signing.augment";
/// Kind of the job that makes and renews evidence records.
pub(crate) const EVIDENCE: &str = "signing.evidence";

/// What is to be done with the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub(crate) enum Task {
    /// Raise its signatures.
    Augment {
        /// To this level.
        level: Level,
    },
    /// Make an evidence record for each file.
    Prove {
        /// Of this kind.
        form: EvidenceForm,
        /// With this digest.
        digest: DigestAlgorithm,
    },
    /// Put an evidence record into the first file.
    Embed {
        /// Of this kind.
        form: EvidenceForm,
        /// With this digest.
        digest: DigestAlgorithm,
    },
    /// Renew the evidence records of the first file.
    Renew {
        /// By a new hash tree of this digest; else by a new time stamp.
        tree: Option<DigestAlgorithm>,
    },
}

impl Task {
    /// Augmentation to a level by its name.
    pub(crate) fn augment(level: &str) -> Option<Self> {
        let level = crate::api::level(level).filter(|l| *l > Level::B)?;
        Some(Self::Augment { level })
    }

    fn kind(self) -> &'static str {
        if matches!(self, Self::Augment { .. }) { AUGMENT } else { EVIDENCE }
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
pub(crate) struct Done {
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

/// Takes work on: files (the first one is what the work is about), work, ledger entry and job in one commit.
pub(crate) async fn accept(
    app: &Signing,
    cx: &Cx,
    owner: &str,
    task: Task,
    mut files: Vec<NewFile>,
) -> Result<Id<Job>, ErrandError> {
    let id: WorkId = cx.id();
    let beside = files.split_off(files.len().min(1));
    let NewFile { name, blob } = files.pop().ok_or(EngineError::NoFile)?;
    let digests: Vec<&str> =
        [&blob].into_iter().chain(beside.iter().map(|f| &f.blob)).map(|b| b.sha256.as_str()).collect();
    let entry = Entry::new("signing.work.accepted", id, json!({ "task": task, "files": digests }));
    let work = Work { task, beside, name, blob, done: false };
    let expires = cx.now().checked_add(app.config().to_keep()).unwrap_or(cx.now());
    let entry = entry.personal(json!({ "owner": owner }));
    let write = (cx, owner, work, entry);
    let job = app
        .db()
        .write(&write, |tx, (_, owner, work, entry)| {
            Box::pin(async move {
                rows::put(tx, id, owner, work, expires).await?;
                ledger::record(tx, entry.clone()).await?;
                let job = NewJob::new(work.task.kind(), &id)?.key(id.to_string()).most(8);
                web::jobs::accept(tx, owner, job).await
            })
        })
        .await?;
    Ok(job)
}

/// The job that does the work. Done twice, it makes one result.
pub(crate) async fn work_job(app: &Signing, cx: &Cx, job: &Job) -> Result<(), JobError> {
    let id: WorkId = job.read()?;
    let Some(work) = app.db().read(|tx| Box::pin(rows::one(tx, id))).await? else { return Ok(()) };
    if work.done {
        return Ok(());
    }
    let (told, mut seen) = Progress::told();
    let files = work.files();
    let doing = make(app, cx, work.task, &files, told);
    tokio::pin!(doing);
    let (made, renew_before) = loop {
        tokio::select! {
            biased;
            made = &mut doing => break made.map_err(failed)?,
            Ok(()) = seen.changed() => {
                let steps = *seen.borrow_and_update();
                let write = (cx, job.id, steps);
                app.db()
                    .write(&write, |tx, (_, job, (done, total))| Box::pin(web::jobs::progress(tx, *job, *done, *total)))
                    .await?;
            }
        }
    };
    let expires = cx.now().checked_add(app.config().to_keep()).unwrap_or(cx.now());
    let file = format!("/api/v1/signatures/results/{id}");
    let done = Done { file, sha256: made.blob.sha256.clone(), size: made.blob.size, renew_before, expires };
    let entry = Entry::new("signing.work.done", id, json!({ "from": work.blob.sha256, "file": made.blob.sha256 }));
    let write = (cx, job, work, made, entry, done);
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

fn failed(e: EvidenceFault) -> JobError {
    let code = e.code().into_owned();
    if e.is_transient() { JobError::retry(code) } else { JobError::dead(code) }
}

/// Does it: the new file, and when its time stamps have to be renewed, if that is known.
pub(crate) async fn make(
    app: &Signing,
    cx: &Cx,
    task: Task,
    files: &[NewFile],
    told: Progress,
) -> Result<(Made, Option<Timestamp>), EvidenceFault> {
    let store = |e: StoreError| EngineError::Io(std::io::Error::other(e));
    let mut beside: Vec<Input> = files.iter().map(|f| input(app, f)).collect();
    if beside.is_empty() {
        return Err(EngineError::NoFile.into());
    }
    let first = beside.remove(0);
    let made = match task {
        Task::Augment { level } => {
            let raised = app.engine().augment(cx, &first, &Files(beside), level, &told).await?;
            let due = raised.due;
            let out = raised.write(app.blobs().writer(cx).map_err(store)?).await?;
            let blob = blocking(move || out.finish().map_err(store)).await?;
            return Ok((Made { name: first.name, media: first.media_type, blob }, due));
        }
        Task::Prove { form, digest } => {
            beside.insert(0, first);
            evidence::create(app, cx, beside, form, digest, told).await?
        }
        Task::Embed { form, digest } => evidence::embed(app, cx, first, beside, form, digest).await?,
        Task::Renew { tree } => evidence::renew(app, cx, first, beside, tree, told).await?,
    };
    Ok((made, None))
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
