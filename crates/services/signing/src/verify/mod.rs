//! Validation for anyone: files in, signed ones and those that detached signatures are about, a verdict in plain words on each signed one out. The files
//! are not kept.

mod judge;
mod pages;
mod pictures;
mod rows;

use axum::extract::{Path, State};
use base::Cx;
use store::StoreError;
use web::{Answer, Fault, Filled, PageCx, Permission, Refuses as _, Route, Routes, Status, Upload, limits::Class};

use self::pages::{AskPage, VerdictPage};
pub(crate) use self::rows::QUERIES;
use crate::{
    Signing,
    engine::{Input, from_blobs, media_type},
    errand::NewFile,
    lists,
    receipt::{self, Receipt},
    session,
    sign::take,
};

pub(crate) fn routes(app: &Signing, routes: Routes) -> Routes {
    routes
        .route(Route::get("/validate", Permission::Public).to(app.clone(), ask))
        .route(Route::post("/validate", Permission::Public).upload().to(app.clone(), upload))
        .route(Route::get("/validate/{id}", Permission::Public).to(app.clone(), verdict))
        .route(Route::get("/validate/{id}/pages/{place}/{when}", Permission::Public).to(app.clone(), pictures::picture))
        .route(Route::get("/validate/{id}/report.json", Permission::Public).to(app.clone(), report))
        .route(
            Route::post("/validate/{id}/receipt.pdf", Permission::Public)
                .class(Class::Upload)
                .audited()
                .to(app.clone(), receipt),
        )
}

async fn ask(State(app): State<Signing>, cx: PageCx) -> Answer {
    let fetched = lists::fetched(&app).await?;
    cx.page(&AskPage::new(&cx, &app, &Filled::default()).lists(fetched))
}

async fn upload(State(app): State<Signing>, cx: PageCx, mut up: Upload) -> Answer {
    let judged = match take(&app, cx.cx(), &mut up).await {
        Ok(files) => judge::judge(&app, cx.cx(), &files).await,
        Err(e) => Err(e),
    };
    match judged {
        Ok((judged, together)) => {
            let first = judged.first().map(|j| j.id).ok_or_else(unknown)?;
            let mut verdicts = Vec::new();
            for j in judged {
                let drawn = pictures::draw(&app, cx.cx(), &j.file, &j.reports[0]).await?;
                verdicts.push((j, drawn));
            }
            rows::put(&app, cx.cx(), &session::mark(&cx), &verdicts, &together).await?;
            cx.redirect(&format!("/validate/{first}"))
        }
        Err(e) if e.status().is_client_error() => {
            let status = e.status();
            let mut form = Filled::default();
            form.refused("file", &e);
            let page = AskPage::new(&cx, &app, &form).refused(e);
            if status == Status::UNPROCESSABLE_ENTITY { cx.invalid(&page) } else { cx.page_with(status, &page) }
        }
        Err(e) => Err(e.into()),
    }
}

/// A file in the blob store as the engine takes it.
pub(crate) fn input(app: &Signing, f: &NewFile) -> Input {
    from_blobs(&f.name, media_type(&f.name), f.blob.size, app.blobs(), &f.blob.address)
}

async fn verdict(State(app): State<Signing>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let kept = rows::get(&app, cx.cx(), &session::mark(&cx), &id).await?.ok_or_else(unknown)?;
    cx.page(&VerdictPage::new(&cx, &id, kept))
}

async fn report(State(app): State<Signing>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let kept = rows::get(&app, cx.cx(), &session::mark(&cx), &id).await?.ok_or_else(unknown)?;
    let report = if cx.lang() == web::Lang::Lv { &kept.lv } else { &kept.en };
    let body = serde_json::to_string_pretty(report).map_err(|e| Fault::internal(&e))?;
    let stem = kept.name.rsplit_once('.').map_or(kept.name.as_str(), |(s, _)| s);
    cx.download(&format!("{stem}-parbaude.json"), "application/json", body)
}

/// The verdict as a sealed PDF.
async fn receipt(State(app): State<Signing>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let kept = rows::get(&app, cx.cx(), &session::mark(&cx), &id).await?.ok_or_else(unknown)?;
    let report = if cx.lang() == web::Lang::Lv { &kept.lv } else { &kept.en };
    let pages = kept.pictures.as_ref().map(pictures::Pictures::numbers).unwrap_or_default();
    let receipt = Receipt { cx: &cx, name: &kept.name, sha256: &kept.sha256, size: kept.size, report, pages };
    let sealed = receipt::seal(&app, cx.cx(), receipt).await?;
    let stem = kept.name.rsplit_once('.').map_or(kept.name.as_str(), |(s, _)| s);
    cx.download(&format!("{stem}-kvits.pdf"), "application/pdf", sealed)
}

fn unknown() -> Fault {
    Fault::new(Status::NOT_FOUND, "signing.report.unknown")
}

/// Forgets verdicts whose time is over.
pub(crate) async fn sweep(app: &Signing, cx: &Cx) -> Result<(), StoreError> {
    rows::sweep(app, cx).await
}
