//! Evidence records for programs: `/api/v1/signatures/evidence` (RFC 4998, RFC 6283).
//!
//! Many files are proven by one time stamp; a record goes beside its file or into a signed one, and is renewed before what proves it ends.
//! Nothing is kept here: the caller keeps the records. With `Prefer: respond-async` (RFC 7240 section 4.1) a job does the work, see [`crate::work`].

mod error;
mod service;

use axum::{
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderValue},
};
use serde::Deserialize;
use web::{Answer, Fault, PageCx, Permission, Right, Route, Routes, limits::Class};

pub(crate) use error::{CODES, EvidenceFault};
pub(crate) use service::{create, embed, renew};

use crate::{
    Signing,
    api::{Form, UPLOAD},
    engine::{EngineError, Files, Progress, Validation},
    errand::{ErrandError, NewFile},
    lists,
    report::ReportDoc,
    verify::input,
    work::{self, Done, Task},
};

/// Refusals beside those of uploads.
const REFUSED: &[&str] = &[
    error::MALFORMED,
    error::FOREIGN,
    error::IMPOSSIBLE,
    "signing.request.malformed",
    "signing.file.same-name",
    "signing.time-stamp.missing",
];

const BINARY: &str = "application/octet-stream";

pub(crate) fn routes(app: &Signing, routes: Routes) -> Routes {
    let most = app.config().file_size;
    let route = |at: &'static str, who: Permission| {
        Route::post(at, who)
            .class(Class::Upload)
            .most(most)
            .takes_bytes("multipart/form-data")
            .refuses(UPLOAD)
            .refuses(REFUSED)
    };
    let preserve = || Permission::PersonOr(Right::Preserve);
    const LATER: &str =
        "Accepted, for a request with `Prefer: respond-async`; this is the result of the job when it is done";
    routes
        .route(
            route("/api/v1/signatures/evidence", preserve())
                .audited()
                .summary("Prove that files exist: one time stamp, a record for each")
                .about("A multipart form with files under `file`. One file gives its record, several give a ZIP with a record for each, NAME.ers or NAME.ers.xml.")
                .query("form", "ers (RFC 4998, the default) or xml (RFC 6283)")
                .query("digest", "SHA-256 (the default), SHA-384 or SHA-512")
                .gives_bytes(200, "The record, or a ZIP of records", BINARY)
                .gives::<Done>(202, LATER)
                .to(app.clone(), prove),
        )
        .route(
            route("/api/v1/signatures/evidence/embed", preserve())
                .audited()
                .summary("Put an evidence record into a signed file")
                .about("A multipart form: first the signed file (CAdES, XAdES, ASiC-E), then what its detached signatures are about.")
                .query("form", "ers (RFC 4998, the default) or xml (RFC 6283, not for CAdES)")
                .query("digest", "SHA-256 (the default), SHA-384 or SHA-512")
                .gives_bytes(200, "The file with the record inside", BINARY)
                .gives::<Done>(202, LATER)
                .to(app.clone(), put),
        )
        .route(
            route("/api/v1/signatures/evidence/renew", preserve())
                .audited()
                .summary("Renew an evidence record, alone or inside of a signed file")
                .about("A multipart form: first the record or the signed file, then the files it is about where they are needed: for a new hash tree, and for detached signatures.")
                .query("tree", "A digest, SHA-256 to SHA-512: by a new hash tree. Without it: by a new time stamp")
                .gives_bytes(200, "The record or the file", BINARY)
                .gives::<Done>(202, LATER)
                .to(app.clone(), again),
        )
        .route(
            route("/api/v1/signatures/evidence/validate", Permission::Public)
                .summary("Judge an evidence record")
                .about("A multipart form: first the record or the signed file, then the files it is about. Nothing is kept.")
                .gives::<ReportDoc>(200, "The verdict")
                .to(app.clone(), validate),
        )
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    form: String,
    #[serde(default)]
    digest: String,
    #[serde(default)]
    tree: String,
}

/// The files of the form, as they were sent.
async fn files(app: &Signing, cx: &PageCx, req: Request) -> Answer<Vec<NewFile>> {
    let files = Form::read(app, cx, req).await?.files();
    for (n, f) in files.iter().enumerate() {
        if f.blob.size == 0 {
            return Err(EngineError::Empty(f.name.clone()).into());
        }
        if files.iter().take(n).any(|known| known.name == f.name) {
            return Err(EngineError::SameName(f.name.clone()).into());
        }
    }
    if files.is_empty() { Err(EngineError::NoFile.into()) } else { Ok(files) }
}

/// Does the work now, or by a job when the caller prefers that.
async fn answer(app: &Signing, cx: &PageCx, req: Request, task: Task) -> Answer {
    let later = prefers_later(req.headers());
    let files = files(app, cx, req).await?;
    if later {
        let owner = cx.caller().ok_or_else(Fault::not_found)?;
        let job = work::accept(app, cx.cx(), &owner, task, files).await?;
        let mut answer = cx.accepted(job)?;
        answer.headers_mut().insert("preference-applied", HeaderValue::from_static("respond-async"));
        return Ok(answer);
    }
    let (made, _) = work::make(app, cx.cx(), task, &files, Progress::default()).await?;
    cx.download(&made.name, &made.media, axum::body::Body::from_stream(app.blobs().get(&made.blob.address, 0).await?))
}

/// `Prefer: respond-async`, alone or among others.
fn prefers_later(headers: &HeaderMap) -> bool {
    let all = headers.get_all("prefer").iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(',')).any(|p| p.trim().eq_ignore_ascii_case("respond-async"))
}

async fn prove(State(app): State<Signing>, cx: PageCx, Query(q): Query<Asked>, req: Request) -> Answer {
    let task = Task::Prove { form: service::form(&q.form)?, digest: service::digest(&q.digest)? };
    answer(&app, &cx, req, task).await
}

async fn put(State(app): State<Signing>, cx: PageCx, Query(q): Query<Asked>, req: Request) -> Answer {
    let task = Task::Embed { form: service::form(&q.form)?, digest: service::digest(&q.digest)? };
    answer(&app, &cx, req, task).await
}

async fn again(State(app): State<Signing>, cx: PageCx, Query(q): Query<Asked>, req: Request) -> Answer {
    let tree = if q.tree.is_empty() { None } else { Some(service::digest(&q.tree)?) };
    answer(&app, &cx, req, Task::Renew { tree }).await
}

async fn validate(State(app): State<Signing>, cx: PageCx, req: Request) -> Answer {
    let files = files(&app, &cx, req).await?;
    let (file, beside) = files.split_first().ok_or(EngineError::NoFile)?;
    let how = Validation {
        lists: lists::current(&app).await.map_err(ErrandError::from)?,
        beside: Files(beside.iter().map(|f| input(&app, f)).collect()),
        ..Validation::default()
    };
    let report = app.engine().validate(cx.cx(), &input(&app, file), &how).await?;
    let lang = if cx.lang() == web::Lang::Lv { ades::validate::Lang::Lv } else { ades::validate::Lang::En };
    cx.json(&ReportDoc::of(&report.in_language(lang)))
}
