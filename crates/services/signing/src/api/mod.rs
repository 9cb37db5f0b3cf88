//! Signing and validation for programs: `/api/v1/signatures`.

mod form;
mod once;
mod validate;
mod wish;

pub(crate) use form::{Form, is_form};
pub(crate) use wish::level;

use ades::facts::Level;
use axum::{
    body::Body,
    extract::{Path, Request, State},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Json, PageCx, Permission, Right, Route, Routes, Status, limits::Class};

use crate::{
    Signing,
    errand::{self, Bond, Errand, ErrandError},
    report::ReportDoc,
    sign::{PATIENCE, clean, file, id, refused},
};

/// Refusals of uploads.
pub(crate) const UPLOAD: &[&str] =
    &["web.body.too-large", "signing.file.empty", "signing.file.none", "signing.pdf.broken", "signing.container.bomb"];

pub(crate) fn routes(app: &Signing, routes: Routes) -> Routes {
    let most = app.config().file_size;
    validate::routes(app, routes)
        .route(
            Route::post("/api/v1/signatures", Permission::PersonOr(Right::Sign))
                .class(Class::Upload)
                .most(most)
                .audited()
                .summary("Begin a signature: send the files")
                .about("A multipart form: files under `file`, and what is wanted as texts: `format` (pdf, edoc, asice, asics, xades, cades, jades), `level` (B, T, LT, LTA; without it LT), `packaging` (enveloped, enveloping, attached, detached), `with` (xades, cades: signatures of a new ASiC container), `serialization` (compact, flattened, general), `counter` (id of the signature to counter-sign, level B), `role` and `commitment` (object identifiers; both may be repeated), `city`, `region`, `postal_code`, `country`, `reason`, `contact`, `policy` with `policy_hash`, `policy_hash_function` and `policy_uri`. A signed file gets one more signature; where it is detached, the files it is about follow it. A person signs with their own certificate; a program prepares the signature of whoever holds the key. With Idempotency-Key, sent twice it begins once.")
                .takes_bytes("multipart/form-data")
                .gives::<SignatureState>(201, "The errand")
                .refuses(UPLOAD)
                .refuses(&["signing.request.malformed", "signing.format.impossible", "signing.form.impossible"])
                .to(app.clone(), begin),
        )
        .route(
            Route::get("/api/v1/signatures/{id}", Permission::PersonOr(Right::Sign))
                .summary("How far a signature is")
                .gives::<SignatureState>(200, "The errand")
                .refuses(&["signing.errand.unknown", "signing.errand.expired"])
                .to(app.clone(), state),
        )
        .route(
            Route::post("/api/v1/signatures/{id}/prepare", Permission::PersonOr(Right::Sign))
                .audited()
                .summary("Prepare the signature for a card's certificate")
                .takes::<PrepareBody>()
                .gives::<Prepared>(200, "What the card is to sign")
                .refuses(&["signing.certificate.other-person", "signing.certificate.revoked", "signing.errand.order"])
                .refuses(&["signing.form.impossible", "signing.claim.refused", "signing.signature.unknown", "signing.file.whole"])
                .to(app.clone(), prepare),
        )
        .route(
            Route::post("/api/v1/signatures/{id}/finish", Permission::PersonOr(Right::Sign))
                .class(Class::Upload)
                .audited()
                .summary("Hand in the signature value, once")
                .takes::<FinishBody>()
                .gives::<SignatureState>(200, "The errand; `done` when the file is ready, `signed` when it will be")
                .refuses(&["signing.value.wrong", "signing.errand.order"])
                .to(app.clone(), finish),
        )
        .route(
            Route::get("/api/v1/signatures/{id}/file", Permission::PersonOr(Right::Sign))
                .audited()
                .summary("The signed file")
                .gives_bytes(200, "The file", "application/octet-stream")
                .refuses(&["signing.errand.order", "signing.errand.unknown"])
                .to(app.clone(), file),
        )
}

/// A name from the query, fit to stand in a container.
pub(crate) fn named(text: &str) -> String {
    let name = clean(text);
    if name.is_empty() { "file".to_owned() } else { name }
}

/// Streams a body into the blob store.
pub(crate) async fn body(app: &Signing, cx: &PageCx, body: Body) -> Answer<store::BlobRef> {
    let limit = app.config().file_size;
    let stream = body.into_data_stream().map_err(|e| {
        let text = std::error::Error::source(&e).map(ToString::to_string).unwrap_or_else(|| e.to_string());
        let kind =
            if text.contains("limit") { std::io::ErrorKind::FileTooLarge } else { std::io::ErrorKind::UnexpectedEof };
        std::io::Error::new(kind, text)
    });
    Ok(app.blobs().put(cx.cx(), limit, stream).await.map_err(|e| refused(e, limit))?)
}

/// How far a signature is.
#[derive(Debug, Serialize, ToSchema)]
struct SignatureState {
    /// Id of the errand.
    id: String,
    /// `open`, `prepared`, `signed`, `done` or `failed`.
    state: String,
    /// `pdf`, `edoc`, `asice`, `asics`, `xades`, `cades` or `jades`, when chosen.
    format: Option<String>,
    /// `B`, `T`, `LT` or `LTA`, when the format is chosen.
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// What is signed.
    files: Vec<FileState>,
    /// Until when it can be signed, or fetched when done.
    #[schema(value_type = String, format = "date-time")]
    expires: jiff::Timestamp,
    /// Why it failed: a code.
    refusal: Option<String>,
    /// The verdict about the signed file.
    report: Option<ReportDoc>,
    /// Address of the page that shows it.
    page: String,
}

/// A file to be signed.
#[derive(Debug, Serialize, ToSchema)]
struct FileState {
    name: String,
    size: u64,
    sha256: String,
    pages: Option<u64>,
    /// Signatures it has already.
    signatures: u64,
}

impl SignatureState {
    fn of(cx: &PageCx, errand: &Errand) -> Self {
        let lv = cx.lang() == web::Lang::Lv;
        let report = errand.reports.as_ref().map(|[l, e]| if lv { l } else { e });
        Self {
            id: errand.id.to_string(),
            state: errand.state.name().to_owned(),
            format: errand.format().map(|f| f.name().to_owned()),
            level: errand.wish.as_ref().map(|w| w.level),
            files: errand.files.iter().map(FileState::of).collect(),
            expires: errand.expires,
            refusal: errand.refusal.clone(),
            report: report.and_then(|t| serde_json::from_str(t).ok()),
            page: format!("/sign/{}", errand.id),
        }
    }
}

impl FileState {
    fn of(f: &errand::ErrandFile) -> Self {
        let (pages, signatures) = (f.seen.pages, f.seen.signatures);
        Self { name: f.name.clone(), size: f.size, sha256: f.sha256.clone(), pages, signatures }
    }
}

async fn begin(State(app): State<Signing>, cx: PageCx, req: Request) -> Answer {
    let bond = Bond::of(&cx)?;
    let key = req.headers().get("idempotency-key").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let form = Form::read(&app, &cx, req).await?;
    let wish = wish::read(form.texts())?;
    let at = once::open(&app, &cx, &bond, &form, key.as_deref()).await?;
    let known = errand::see(&app, cx.cx(), &bond, at).await?;
    if let Some(wish) = wish.filter(|w| known.wish.as_ref() != Some(w)) {
        errand::choose(&app, cx.cx(), &bond, at, &wish).await?;
    }
    let errand = errand::see(&app, cx.cx(), &bond, at).await?;
    let mut answer = cx.json(&SignatureState::of(&cx, &errand))?;
    *answer.status_mut() = Status::CREATED;
    Ok(answer)
}

async fn state(State(app): State<Signing>, cx: PageCx, Path(at): Path<String>) -> Answer {
    let errand = errand::see(&app, cx.cx(), &Bond::of(&cx)?, id(&at)?).await?;
    cx.json(&SignatureState::of(&cx, &errand))
}

/// The card's certificate.
#[derive(Debug, Deserialize, ToSchema)]
struct PrepareBody {
    /// Signing certificate, DER in base64.
    certificate: String,
}

/// What the card is to sign.
#[derive(Debug, Serialize, ToSchema)]
struct Prepared {
    /// Digest in base64.
    hash: String,
    /// `SHA-256`, `SHA-384` or `SHA-512`.
    hash_function: String,
}

async fn prepare(
    State(app): State<Signing>,
    cx: PageCx,
    Path(at): Path<String>,
    Json(body): Json<PrepareBody>,
) -> Answer {
    let certificate = STANDARD.decode(body.certificate.trim()).map_err(|_| ErrandError::Malformed("certificate"))?;
    let card = errand::prepare(&app, cx.cx(), &Bond::of(&cx)?, id(&at)?, &certificate).await?;
    cx.json(&Prepared { hash: STANDARD.encode(card.hash), hash_function: card.hash_function.to_owned() })
}

/// The signature value.
#[derive(Debug, Deserialize, ToSchema)]
struct FinishBody {
    /// Signature in base64; ECDSA as `r‖s` or as DER.
    signature: String,
}

async fn finish(
    State(app): State<Signing>,
    cx: PageCx,
    Path(at): Path<String>,
    Json(body): Json<FinishBody>,
) -> Answer {
    let value = STANDARD.decode(body.signature.trim()).map_err(|_| ErrandError::Malformed("signature"))?;
    let (bond, at) = (Bond::of(&cx)?, id(&at)?);
    errand::receive(&app, cx.cx(), &bond, at, &value).await?;
    // The value is safe now. The rest goes on even when nobody waits for it, and a job takes it up when this node dies.
    let (worker, clock) = (app.clone(), cx.cx().clone());
    let task = tokio::spawn(async move {
        if let Err(e) = errand::complete(&worker, &clock, at).await {
            tracing::warn!(errand = %at, error = %e, "completion will be taken up by a job");
        }
    });
    let _ = tokio::time::timeout(PATIENCE, task).await;
    let errand = errand::see(&app, cx.cx(), &bond, at).await?;
    cx.json(&SignatureState::of(&cx, &errand))
}
