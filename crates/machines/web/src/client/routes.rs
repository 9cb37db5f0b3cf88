//! What a client may ask about itself.

use axum::extract::State;
use serde::Serialize;
use store::Db;
use utoipa::ToSchema;

use super::Usage;
use crate::{Answer, Fault, PageCx, Permission, Route, Routes, jobs};

/// A client, as it sees itself.
#[derive(Debug, Serialize, ToSchema)]
struct ClientView {
    /// `client_id`.
    id: String,
    /// Whose it is.
    institution: String,
    /// What it may do now.
    rights: Vec<&'static str>,
    /// How it proved itself: `private_key_jwt` or `mtls`.
    method: &'static str,
    /// What it has used today (UTC), this request included.
    used: Usage,
    /// What it may use on a day.
    quota: Usage,
}

/// Routes of the API that belong to no service: the client itself, and long work.
pub fn routes(db: &Db) -> Routes {
    let own = Route::get("/api/v1/client", Permission::AnyClient)
        .summary("Who the client is, and what is left of its quota")
        .gives::<ClientView>(200, "The client")
        .refuses(&["web.client.needed", "web.client.token", "web.quota.requests"])
        .to(db.clone(), show);
    jobs::routes(Routes::new("api", "", "").route(own), db)
}

async fn show(State(db): State<Db>, cx: PageCx) -> Answer {
    let client = cx.client().ok_or_else(Fault::not_found)?;
    let used = Usage::today(&db, cx.cx(), &client.id).await?;
    cx.json(&ClientView {
        rights: client.rights.iter().map(|r| r.name()).collect(),
        quota: Usage { requests: client.quota.requests, bytes: client.quota.bytes },
        id: client.id,
        institution: client.institution,
        method: client.method,
        used,
    })
}
