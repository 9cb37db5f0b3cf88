//! How it stands, and how accessible it is.

use askama::Template;
use axum::extract::State;
use contract::{
    ca::Anchors,
    documents::Waiting,
    identity::FindStaff,
    register::{PersonRef, UsageOf},
};
use web::{Answer, PageCx, Permission, Route, Routes};

use crate::Portal;

#[derive(Template)]
#[template(path = "about/accessibility.html")]
struct AccessibilityPage<'a> {
    cx: &'a PageCx,
}

#[derive(Template)]
#[template(path = "about/status.html")]
struct StatusPage<'a> {
    cx: &'a PageCx,
    parts: [(&'static str, bool); 5],
}

impl StatusPage<'_> {
    fn well(&self) -> bool {
        self.parts.iter().all(|(_, well)| *well)
    }
}

pub(crate) fn routes(app: &Portal, routes: Routes) -> Routes {
    routes
        .route(Route::get("/accessibility", Permission::Public).to(app.clone(), accessibility))
        .route(Route::get("/status", Permission::Public).to(app.clone(), status))
}

async fn accessibility(State(_): State<Portal>, cx: PageCx) -> Answer {
    cx.page(&AccessibilityPage { cx: &cx })
}

async fn status(State(app): State<Portal>, cx: PageCx) -> Answer {
    let (at, peers) = (cx.cx(), app.peers());
    let nobody = UsageOf { person: PersonRef::Code(String::new()), after: None, limit: 1 };
    let parts = [
        ("ca", peers.call(at, Anchors {}).await.is_ok()),
        ("register", peers.call(at, nobody).await.is_ok()),
        ("documents", peers.call(at, Waiting {}).await.is_ok()),
        ("identity", peers.call(at, FindStaff { ids: vec![] }).await.is_ok()),
        ("ledger", ledger::head(app.db()).await.is_ok()),
    ];
    cx.page(&StatusPage { cx: &cx, parts })
}
