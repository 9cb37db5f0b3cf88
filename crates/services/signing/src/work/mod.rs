//! Long work asked for by programs: a file comes in, a job does the work, the result can be fetched for a while.
//!
//! The request is answered 202 once file, work and job are committed together; how it goes is told at `/api/v1/jobs/ID`, and the job's
//! result names the address of the file.

mod rows;
mod service;

use axum::{
    extract::{Path, Query, Request, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Fault, PageCx, Permission, Right, Route, Routes, limits::Class};

pub(crate) use rows::{Made, QUERIES};
pub(crate) use service::{AUGMENT, Done, EVIDENCE, Task, accept, digest, make, sweep, work_job};

use crate::{
    Signing,
    api::{Form, UPLOAD, body, is_form, named},
    errand::{ErrandError, NewFile},
};

pub(crate) fn routes(app: &Signing, routes: Routes) -> Routes {
    let most = app.config().file_size;
    routes
        .route(
            Route::post("/api/v1/signatures/augment", Permission::PersonOr(Right::Preserve))
                .class(Class::Upload)
                .most(most)
                .audited()
                .summary("Raise the signatures of a file")
                .about("The file as the body, its name and the level (T, LT or LTA) in the query; or a multipart form whose first file is raised, the others are those that its detached signatures speak of. LTA is renewed each time. Answered 202; the job's result names the address of the raised file.")
                .query("name", "Name of the file")
                .query("level", "T, LT or LTA")
                .takes_bytes("application/octet-stream")
                .takes_bytes("multipart/form-data")
                .gives::<Done>(202, "Accepted; this is the result of the job when it is done")
                .refuses(UPLOAD)
                .to(app.clone(), augment),
        )
        .route(
            Route::get("/api/v1/signatures/results/{id}", Permission::PersonOr(Right::Preserve))
                .audited()
                .summary("The file that a job made")
                .gives_bytes(200, "The file", "application/octet-stream")
                .refuses(&["signing.work.unknown"])
                .to(app.clone(), result),
        )
        .route(
            Route::post("/api/v1/signatures/timestamp", Permission::PersonOr(Right::Preserve))
                .audited()
                .summary("A time stamp over a digest")
                .takes::<StampBody>()
                .gives::<Stamp>(200, "The token")
                .refuses(&["signing.request.malformed", "signing.time-stamp.missing"])
                .to(app.clone(), stamp),
        )
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    name: String,
    #[serde(default)]
    level: String,
}

async fn augment(State(app): State<Signing>, cx: PageCx, Query(q): Query<Asked>, req: Request) -> Answer {
    let owner = cx.caller().ok_or_else(Fault::not_found)?;
    let task = service::Task::augment(&q.level).ok_or(ErrandError::Malformed("level"))?;
    let files = match is_form(&req) {
        true => Form::read(&app, &cx, req).await?.files(),
        false => vec![NewFile { name: named(&q.name), blob: body(&app, &cx, req.into_body()).await? }],
    };
    let job = service::accept(&app, cx.cx(), &owner, task, files).await?;
    cx.accepted(job)
}

async fn result(State(app): State<Signing>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let owner = cx.caller().ok_or_else(Fault::not_found)?;
    let unknown = || Fault::new(StatusCode::NOT_FOUND, "signing.work.unknown");
    let made = rows::result(&app, cx.cx(), &owner, &id).await?.ok_or_else(unknown)?;
    let content = app.blobs().get(&made.blob.address, 0).await?;
    cx.download(&made.name, &made.media, axum::body::Body::from_stream(content))
}

/// What is to be stamped.
#[derive(Debug, Deserialize, ToSchema)]
struct StampBody {
    /// Digest in base64.
    hash: String,
    /// `SHA-256`, `SHA-384` or `SHA-512`.
    hash_function: String,
}

/// A time stamp.
#[derive(Debug, Serialize, ToSchema)]
struct Stamp {
    /// TimeStampToken (RFC 3161), DER in base64.
    token: String,
}

async fn stamp(State(app): State<Signing>, cx: PageCx, web::Json(asked): web::Json<StampBody>) -> Answer {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let algorithm = service::digest(&asked.hash_function).ok_or(ErrandError::Malformed("hash_function"))?;
    let hash = STANDARD.decode(asked.hash.trim()).map_err(|_| ErrandError::Malformed("hash"))?;
    if hash.len() != algorithm.of(b"").len() {
        return Err(ErrandError::Malformed("hash").into());
    }
    let token = app.engine().time_stamp(cx.cx(), algorithm, hash).await?;
    cx.json(&Stamp { token: STANDARD.encode(token) })
}
