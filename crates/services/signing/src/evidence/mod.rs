//! Evidence records for programs: `/api/v1/signatures/evidence` (RFC 4998, RFC 6283).
//!
//! Many files are proven by one time stamp; a record goes beside its file or into a signed one, and is renewed before what proves it ends.
//! Nothing is kept here: the caller keeps the records.

mod error;
mod service;

use axum::extract::{Query, Request, State};
use serde::Deserialize;
use web::{Answer, PageCx, Permission, Right, Route, Routes, limits::Class};

pub(crate) use error::{CODES, EvidenceFault};

use crate::{
    Signing,
    api::{Form, UPLOAD},
    engine::{EngineError, Files, Input, Validation, from_blobs, media_type},
    errand::ErrandError,
    lists,
    report::ReportDoc,
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
    routes
        .route(
            route("/api/v1/signatures/evidence", preserve())
                .audited()
                .summary("Prove that files exist: one time stamp, a record for each")
                .about("A multipart form with files under `file`. One file gives its record, several give a ZIP with a record for each, NAME.ers or NAME.ers.xml.")
                .query("form", "ers (RFC 4998, the default) or xml (RFC 6283)")
                .query("digest", "SHA-256 (the default), SHA-384 or SHA-512")
                .gives_bytes(200, "The record, or a ZIP of records", BINARY)
                .to(app.clone(), create),
        )
        .route(
            route("/api/v1/signatures/evidence/embed", preserve())
                .audited()
                .summary("Put an evidence record into a signed file")
                .about("A multipart form: first the signed file (CAdES, XAdES, ASiC-E), then what its detached signatures are about.")
                .query("form", "ers (RFC 4998, the default) or xml (RFC 6283, not for CAdES)")
                .query("digest", "SHA-256 (the default), SHA-384 or SHA-512")
                .gives_bytes(200, "The file with the record inside", BINARY)
                .to(app.clone(), embed),
        )
        .route(
            route("/api/v1/signatures/evidence/renew", preserve())
                .audited()
                .summary("Renew an evidence record, alone or inside of a signed file")
                .about("A multipart form: first the record or the signed file, then the files it is about where they are needed: for a new hash tree, and for detached signatures.")
                .query("tree", "A digest, SHA-256 to SHA-512: by a new hash tree. Without it: by a new time stamp")
                .gives_bytes(200, "The record or the file", BINARY)
                .to(app.clone(), renew),
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
async fn inputs(app: &Signing, cx: &PageCx, req: Request) -> Answer<Vec<Input>> {
    let files = Form::read(app, cx, req).await?.files();
    let mut all: Vec<Input> = Vec::new();
    for f in files {
        if f.blob.size == 0 {
            return Err(EngineError::Empty(f.name).into());
        }
        if all.iter().any(|known| known.name == f.name) {
            return Err(EngineError::SameName(f.name).into());
        }
        all.push(from_blobs(&f.name, media_type(&f.name), f.blob.size, app.blobs(), &f.blob.address));
    }
    if all.is_empty() { Err(EngineError::NoFile.into()) } else { Ok(all) }
}

/// The file that is meant, and the others.
fn first(mut all: Vec<Input>) -> Result<(Input, Vec<Input>), EngineError> {
    let rest = all.split_off(all.len().min(1));
    Ok((all.pop().ok_or(EngineError::NoFile)?, rest))
}

async fn create(State(app): State<Signing>, cx: PageCx, Query(q): Query<Asked>, req: Request) -> Answer {
    let (form, digest) = (service::form(&q.form)?, service::digest(&q.digest)?);
    let files = inputs(&app, &cx, req).await?;
    let made = service::create(&app, cx.cx(), files, form, digest).await?;
    cx.download(&made.name, made.media, made.bytes)
}

async fn embed(State(app): State<Signing>, cx: PageCx, Query(q): Query<Asked>, req: Request) -> Answer {
    let (form, digest) = (service::form(&q.form)?, service::digest(&q.digest)?);
    let (file, beside) = first(inputs(&app, &cx, req).await?)?;
    let made = service::embed(&app, cx.cx(), file, beside, form, digest).await?;
    cx.download(&made.name, made.media, axum::body::Body::from_stream(app.blobs().get(&made.blob.address, 0).await?))
}

async fn renew(State(app): State<Signing>, cx: PageCx, Query(q): Query<Asked>, req: Request) -> Answer {
    let tree = if q.tree.is_empty() { None } else { Some(service::digest(&q.tree)?) };
    let (file, beside) = first(inputs(&app, &cx, req).await?)?;
    let made = service::renew(&app, cx.cx(), file, beside, tree).await?;
    cx.download(&made.name, made.media, axum::body::Body::from_stream(app.blobs().get(&made.blob.address, 0).await?))
}

async fn validate(State(app): State<Signing>, cx: PageCx, req: Request) -> Answer {
    let (file, beside) = first(inputs(&app, &cx, req).await?)?;
    let how = Validation {
        lists: lists::current(&app).await.map_err(ErrandError::from)?,
        beside: Files(beside),
        ..Validation::default()
    };
    let report = app.engine().validate(cx.cx(), &file, &how).await?;
    let lang = if cx.lang() == web::Lang::Lv { ades::validate::Lang::Lv } else { ades::validate::Lang::En };
    cx.json(&ReportDoc::of(&report.in_language(lang)))
}
