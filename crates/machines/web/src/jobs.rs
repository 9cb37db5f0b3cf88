//! Long work asked for by API: answered 202 with `Location: /api/v1/jobs/ID`, where whoever asked sees how it goes.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::IntoResponse as _,
};
use base::Id;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::{Db, Job, NewJob, StoreError, Tx, jobs, params};
use utoipa::ToSchema;

use crate::{Answer, Fault, PageCx, Permission, Route, Routes, Status};

const OWN: &str = "INSERT INTO api_job (job, owner, created) VALUES ($1, $2, $3) ON CONFLICT (job) DO NOTHING";
const OWNED: &str = "SELECT done, total FROM api_job WHERE job = $1 AND owner = $2";
const PROGRESS: &str = "UPDATE api_job SET done = $2, total = $3 WHERE job = $1";
const FORGET: &str = "DELETE FROM api_job WHERE created < $1";

/// Every statement of this file; prepared on both databases by a test.
pub const QUERIES: &[&str] = &[OWN, OWNED, PROGRESS, FORGET];

/// How long it is known whose a job was; finished jobs themselves are forgotten sooner.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Asks for work on behalf of `owner` ([`PageCx::caller`]), in the write that belongs to it. Answer with [`PageCx::accepted`].
pub async fn accept(tx: &mut Tx, owner: &str, job: NewJob) -> Result<Id<Job>, StoreError> {
    let now = tx.now()?;
    let id = tx.enqueue(job).await?;
    tx.run(FORGET, params![now - KEPT]).await?;
    tx.run(OWN, params![id, owner, now]).await?;
    Ok(id)
}

/// Notes how far a job is: so many of so many steps.
pub async fn progress(tx: &mut Tx, id: Id<Job>, done: u32, total: u32) -> Result<(), StoreError> {
    tx.run(PROGRESS, params![id, i64::from(done), i64::from(total)]).await.map(|_| ())
}

/// How a job goes.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobView {
    /// Its id.
    id: String,
    /// `waiting`, `done` or `failed`.
    state: &'static str,
    /// Steps done, where the work has steps.
    done: Option<u64>,
    /// Steps in all.
    total: Option<u64>,
    /// What came of it, when done.
    #[schema(value_type = Option<Object>)]
    result: Option<serde_json::Value>,
    /// Why it failed, or why it was not done at the last try: a code.
    code: Option<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = "date-time")]
    finished: Option<Timestamp>,
}

pub(crate) fn routes(routes: Routes, db: &Db) -> Routes {
    routes.route(
        Route::get("/api/v1/jobs/{id}", Permission::AnyCaller)
            .summary("How long work goes")
            .about("Whoever asked for the work sees it; for anyone else it does not exist. While it waits, Retry-After says when to ask again.")
            .gives::<JobView>(200, "The job")
            .refuses(&["web.page.not-found"])
            .to(db.clone(), show),
    )
}

async fn show(State(db): State<Db>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let id: Id<Job> = id.parse().map_err(|_| Fault::not_found())?;
    let owner = cx.caller().ok_or_else(Fault::not_found)?;
    let mut tx = db.snapshot().await?;
    let row = tx.optional(OWNED, params![id, owner]).await?.ok_or_else(Fault::not_found)?;
    let steps = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok());
    let job = jobs::status(&mut tx, id).await?.ok_or_else(Fault::not_found)?;
    let state = match job.state.as_str() {
        "done" => "done",
        "dead" => "failed",
        _ => "waiting",
    };
    // a reason begins with its code; what follows is for operators
    let code = job.reason.as_deref().and_then(|r| r.split([':', ' ']).next()).filter(|c| c.contains('.'));
    let view = JobView {
        id: id.to_string(),
        state,
        done: steps(row.int_opt(0)?),
        total: steps(row.int_opt(1)?),
        result: job.result,
        code: code.map(str::to_owned).or_else(|| (state == "failed").then(|| "web.internal".to_owned())),
        created: job.created,
        finished: job.finished,
    };
    let mut answer = cx.json(&view)?;
    if state == "waiting" {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    Ok(answer)
}

impl PageCx {
    /// 202: the work goes on, and here is where to ask for it.
    pub fn accepted(&self, id: Id<Job>) -> Answer {
        let place = format!("/api/v1/jobs/{id}");
        let to = HeaderValue::from_str(&place).map_err(|e| Fault::internal(&e))?;
        let body = axum::Json(serde_json::json!({ "id": id, "state": "waiting" }));
        Ok((Status::ACCEPTED, [(header::LOCATION, to), (header::RETRY_AFTER, HeaderValue::from_static("1"))], body)
            .into_response())
    }
}
