//! Preservation: a signed file stays valid for as long as its owner wants.
//!
//! A kept file is raised to LTA at once. Before its latest time stamp stops proving anything (the unit's certificate or an algorithm ends,
//! ETSI TS 119 312) a schedule gives it the material for that stamp and a new one (EN 319 102-1 clause 5.6.2; TS 119 511). A renewal that
//! makes the verdict worse, or cannot be had, never replaces what is there; it is tried again and shown to the owner and the operators.

mod error;
mod pages;
mod rows;
mod service;

use axum::extract::{Path, State};
use web::{Answer, PageCx, Permission, Route, Routes};

pub(crate) use self::error::{CODES, KeepError};
use self::pages::KeptPage;
pub(crate) use self::rows::QUERIES;
pub(crate) use self::service::{RENEW, SCHEDULE, overdue, renew_job, schedule};
use crate::{Signing, errand::Bond};

pub(crate) fn routes(app: &Signing, routes: Routes) -> Routes {
    routes
        .route(Route::post("/sign/{id}/keep", Permission::Person).audited().to(app.clone(), begin))
        .route(Route::get("/kept", Permission::Person).to(app.clone(), list))
        .route(Route::get("/kept/{id}/file", Permission::Person).audited().to(app.clone(), file))
        .route(Route::post("/kept/{id}/forget", Permission::Person).audited().to(app.clone(), forget))
}

async fn begin(State(app): State<Signing>, cx: PageCx, Path(at): Path<String>) -> Answer {
    service::begin(&app, cx.cx(), &Bond::of(&cx)?, crate::sign::id(&at)?).await?;
    cx.redirect("/kept")
}

async fn list(State(app): State<Signing>, cx: PageCx) -> Answer {
    let files = rows::of_owner(&app, &Bond::of(&cx)?.owner).await?;
    cx.page(&KeptPage { cx: &cx, files, days: app.config().renew_days })
}

async fn file(State(app): State<Signing>, cx: PageCx, Path(at): Path<String>) -> Answer {
    let kept = service::see(&app, &Bond::of(&cx)?.owner, &at).await?;
    let content = app.blobs().get(&kept.blob.address, 0).await?;
    cx.download(&kept.name, &kept.media, axum::body::Body::from_stream(content))
}

async fn forget(State(app): State<Signing>, cx: PageCx, Path(at): Path<String>) -> Answer {
    service::forget(&app, cx.cx(), &Bond::of(&cx)?.owner, &at).await?;
    cx.redirect("/kept")
}
