//! Pages of signing: choose files, choose the format, see what will be signed, sign with the card, take the signed file.

mod pages;

use std::time::Duration;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::IntoResponse as _,
};
use base::Cx;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use store::StoreError;
use web::{Answer, Fault, Fields, Filled, PageCx, Permission, Refuses as _, Route, Routes, Upload, upload::too_large};

use self::pages::{CheckPage, ChoosePage, DonePage, FailedPage, FormatPage, StartPage, WaitPage};
use crate::{
    Signing,
    engine::Format,
    errand::{self, Bond, ErrandError, ErrandId, NewFile, State as Stage, Wish},
};

/// How long a request waits for the completion before it shows progress instead.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

pub(crate) fn routes(app: &Signing, routes: Routes) -> Routes {
    routes
        .route(Route::get("/sign", Permission::Public).to(app.clone(), start))
        .route(Route::get("/sign/files", Permission::Person).to(app.clone(), choose_files))
        .route(Route::post("/sign/files", Permission::Person).upload().audited().to(app.clone(), upload))
        .route(Route::get("/sign/{id}", Permission::Person).to(app.clone(), show))
        .route(Route::get("/sign/{id}/format", Permission::Person).to(app.clone(), formats))
        .route(Route::post("/sign/{id}/format", Permission::Person).to(app.clone(), choose_format))
        .route(Route::get("/sign/{id}/file", Permission::Person).audited().to(app.clone(), file))
        .route(Route::get("/sign/{id}/original/{place}", Permission::Person).to(app.clone(), original))
        .route(Route::get("/sign/{id}/view/{place}", Permission::Person).to(app.clone(), view))
}

/// The id in an address.
pub(crate) fn id(text: &str) -> Result<ErrandId, ErrandError> {
    text.parse().map_err(|_| ErrandError::Unknown)
}

async fn start(State(app): State<Signing>, cx: PageCx) -> Answer {
    if cx.actor().is_some_and(|a| !a.is_staff()) {
        return cx.redirect("/sign/files");
    }
    cx.page(&StartPage { cx: &cx, days: app.config().keep_days })
}

async fn choose_files(State(app): State<Signing>, cx: PageCx) -> Answer {
    cx.page(&ChoosePage::new(&cx, &app, &Filled::default()))
}

async fn upload(State(app): State<Signing>, cx: PageCx, mut up: Upload) -> Answer {
    let bond = Bond::of(&cx)?;
    let opened = match take(&app, cx.cx(), &mut up).await {
        Ok(files) => errand::open(&app, cx.cx(), &bond, files).await,
        Err(e) => Err(e),
    };
    match opened {
        Ok(id) => cx.redirect(&format!("/sign/{id}")),
        Err(e) if e.status().is_client_error() => {
            let status = e.status();
            let mut form = Filled::default();
            form.refused("file", &e);
            let page = ChoosePage::new(&cx, &app, &form).refused(e);
            if status == web::Status::UNPROCESSABLE_ENTITY { cx.invalid(&page) } else { cx.page_with(status, &page) }
        }
        Err(e) => Err(e.into()),
    }
}

/// Streams the files of an upload into the blob store.
pub(crate) async fn take(app: &Signing, cx: &Cx, up: &mut Upload) -> Result<Vec<NewFile>, ErrandError> {
    let (whole, most) = (up.limit(), app.config().files);
    let mut files = Vec::new();
    while let Some(part) = up.next().await? {
        let name = clean(part.file_name());
        if part.name() != "file" || name.is_empty() {
            continue;
        }
        if files.len() >= most {
            return Err(ErrandError::TooMany { most });
        }
        let limit = app.config().file_size.min(whole);
        let blob = app.blobs().put(cx, limit, part.stream()).await.map_err(|e| refused(e, limit))?;
        files.push(NewFile { name, blob });
    }
    Ok(files)
}

/// A refusal of the blob store while a visitor sends a file.
pub(crate) fn refused(e: StoreError, limit: u64) -> ErrandError {
    let limit_passed = match &e {
        StoreError::TooLarge { .. } => true,
        StoreError::Io(io) => passed(io),
        _ => false,
    };
    if limit_passed { too_large(limit).into() } else { e.into() }
}

fn passed(e: &std::io::Error) -> bool {
    if e.kind() == std::io::ErrorKind::FileTooLarge {
        return true;
    }
    let inner = e.get_ref().and_then(|i| i.downcast_ref::<std::io::Error>());
    inner.is_some_and(|i| i.kind() == std::io::ErrorKind::FileTooLarge)
}

/// A file name without what deceives or cannot stand in a container.
pub(crate) fn clean(name: &str) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    let kept: String = name.chars().map(|c| if odd(c) || "\\/:*?\"<>|".contains(c) { '_' } else { c }).collect();
    let kept = kept.trim().trim_start_matches('.');
    if kept.chars().count() <= 150 {
        return kept.to_owned();
    }
    let (stem, extension) = kept.rsplit_once('.').filter(|(_, e)| e.len() <= 10).unwrap_or((kept, ""));
    let stem: String = stem.chars().take(130).collect();
    if extension.is_empty() { stem } else { format!("{stem}.{extension}") }
}

async fn show(State(app): State<Signing>, cx: PageCx, Path(at): Path<String>) -> Answer {
    let errand = errand::see(&app, cx.cx(), &Bond::of(&cx)?, id(&at)?).await?;
    match (errand.state, errand.format()) {
        (Stage::Open | Stage::Prepared, None) => cx.redirect(&format!("/sign/{at}/format")),
        (Stage::Open | Stage::Prepared, Some(format)) => cx.page(&CheckPage::new(&cx, &errand, format)),
        (Stage::Signed, _) => cx.page(&WaitPage { cx: &cx, id: errand.id }),
        (Stage::Done, _) => cx.page(&DonePage::new(&cx, &errand)?),
        (Stage::Failed, _) => cx.page(&FailedPage { cx: &cx, code: errand.refusal.unwrap_or_default() }),
    }
}

async fn formats(State(app): State<Signing>, cx: PageCx, Path(at): Path<String>) -> Answer {
    let errand = errand::see(&app, cx.cx(), &Bond::of(&cx)?, id(&at)?).await?;
    if !matches!(errand.state, Stage::Open | Stage::Prepared) || errand::formats(&errand.files).len() < 2 {
        return cx.redirect(&format!("/sign/{at}"));
    }
    cx.page(&FormatPage::new(&cx, &errand, &Filled::default()))
}

async fn choose_format(State(app): State<Signing>, cx: PageCx, Path(at): Path<String>, fields: Fields) -> Answer {
    let (bond, id) = (Bond::of(&cx)?, id(&at)?);
    let Some(format) = Format::from_name(fields.get("format")) else {
        let errand = errand::see(&app, cx.cx(), &bond, id).await?;
        let mut form = Filled::from(fields);
        form.wrong("format", "signing-format-missing");
        return cx.invalid(&FormatPage::new(&cx, &errand, &form));
    };
    errand::choose(&app, cx.cx(), &bond, id, &Wish::usual(format)).await?;
    cx.redirect(&format!("/sign/{at}"))
}

/// The signed file.
pub(crate) async fn file(State(app): State<Signing>, cx: PageCx, Path(at): Path<String>) -> Answer {
    let errand = errand::see(&app, cx.cx(), &Bond::of(&cx)?, id(&at)?).await?;
    let (Some(result), Some(wish)) = (errand.result, errand.wish) else { return Err(ErrandError::Order.into()) };
    let content = app.blobs().get(&result.blob, 0).await?;
    cx.download(&result.name, wish.form.media_type(), axum::body::Body::from_stream(content))
}

/// What a browser shows by itself, by name; and how such a file begins.
pub(crate) fn shown(name: &str) -> Option<(&'static str, &'static [u8])> {
    let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase())?;
    Some(match extension.as_str() {
        "pdf" => ("application/pdf", b"%PDF-"),
        "png" => ("image/png", b"\x89PNG\r\n\x1a\n"),
        "jpg" | "jpeg" => ("image/jpeg", b"\xff\xd8\xff"),
        _ => return None,
    })
}

/// The policy of such a file: no script, no form, no address but its own, and framed by our pages only. A sandbox would
/// keep browsers from starting their own viewer, which is one.
const VIEW_POLICY: &str = "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; object-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// A PDF or a picture as it will be signed, inside the page. What does not begin like one is not shown.
async fn view(State(app): State<Signing>, cx: PageCx, Path((at, place)): Path<(String, usize)>) -> Answer {
    let errand = errand::see(&app, cx.cx(), &Bond::of(&cx)?, id(&at)?).await?;
    let open = matches!(errand.state, Stage::Open | Stage::Prepared);
    let file = errand.files.get(place).filter(|_| open).ok_or_else(Fault::not_found)?;
    let (media, begins) = shown(&file.name).ok_or_else(Fault::not_found)?;
    let mut content = Box::pin(app.blobs().get(&file.blob, 0).await?);
    let first = content.try_next().await?.unwrap_or_default();
    if !first.starts_with(begins) {
        return Err(Fault::not_found());
    }
    let whole = stream::once(async move { Ok::<_, StoreError>(first) }).chain(content);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(VIEW_POLICY)),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, Body::from_stream(whole)).into_response())
}

/// A file as it will be signed, to keep and open.
async fn original(State(app): State<Signing>, cx: PageCx, Path((at, place)): Path<(String, usize)>) -> Answer {
    let errand = errand::see(&app, cx.cx(), &Bond::of(&cx)?, id(&at)?).await?;
    let open = matches!(errand.state, Stage::Open | Stage::Prepared);
    let file = errand.files.get(place).filter(|_| open).ok_or_else(Fault::not_found)?;
    let content = app.blobs().get(&file.blob, 0).await?;
    cx.download(&file.name, "application/octet-stream", axum::body::Body::from_stream(content))
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn names_are_cleaned() {
        assert_eq!(clean("Līgums (2).pdf"), "Līgums (2).pdf");
        assert_eq!(clean("..\\..\\a:b.txt"), "_.._a_b.txt");
        assert_eq!(clean("rekins\u{202E}fdp.exe"), "rekins_fdp.exe");
        assert_eq!(clean(".profile"), "profile");
        let long = clean(&format!("{}.pdf", "ā".repeat(400)));
        assert!(long.ends_with(".pdf") && long.chars().count() < 150);
    }
}
