//! The trusted lists in use, for anyone: which, how old, and each as it was fetched.

use axum::{
    body::Body,
    extract::{Path, State},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, Fault, PageCx, Permission, Route, Routes};

use super::{current, rows};
use crate::Signing;

pub(crate) fn routes(app: &Signing, routes: Routes) -> Routes {
    routes
        .route(
            Route::get("/api/v1/signatures/lists", Permission::Public)
                .summary("The trusted lists in use")
                .about("Which lists verdicts stand on and when each was last found to be the valid one; and what went wrong at the last refresh.")
                .gives::<ListsDoc>(200, "The lists")
                .to(app.clone(), lists),
        )
        .route(
            Route::get("/api/v1/signatures/lists/{sha256}", Permission::Public)
                .summary("A trusted list as it was fetched")
                .gives_bytes(200, "The list, byte for byte", "application/vnd.etsi.tsl+xml")
                .refuses(&["web.page.not-found"])
                .to(app.clone(), original),
        )
}

/// The trusted lists in use.
#[derive(Debug, Serialize, ToSchema)]
struct ListsDoc {
    /// The list of lists first.
    lists: Vec<ListDoc>,
    /// What went wrong at the last refresh; what was known stays in use.
    troubles: Vec<TroubleDoc>,
}

/// A trusted list.
#[derive(Debug, Serialize, ToSchema)]
struct ListDoc {
    /// Territory; `EU` for the list of lists.
    territory: String,
    /// Number of the issue.
    sequence: u64,
    /// When it was issued.
    #[schema(value_type = String, format = "date-time")]
    issued: Timestamp,
    /// By when the next is issued.
    #[schema(value_type = Option<String>, format = "date-time")]
    next_update: Option<Timestamp>,
    /// Whether that time is over.
    expired: bool,
    /// When it was last found to be the valid one.
    #[schema(value_type = String, format = "date-time")]
    fetched: Timestamp,
    /// Whole hours since then.
    age_hours: i64,
    /// Where it comes from.
    url: Option<String>,
    /// SHA-256 of its bytes, hexadecimal; they are at `/api/v1/signatures/lists/SHA256`.
    sha256: Option<String>,
}

/// A list that was not refreshed.
#[derive(Debug, Serialize, ToSchema)]
struct TroubleDoc {
    /// Its address.
    url: String,
    /// Why: a code.
    code: String,
}

async fn lists(State(app): State<Signing>, cx: PageCx) -> Answer {
    let now = cx.cx().now();
    let (catalogue, originals) = (current(&app).await?, rows::originals(&app).await?);
    let troubles = rows::get(&app).await?.map(|row| row.troubles).unwrap_or_default();
    let states = catalogue.as_deref().map(ades::lists::Catalogue::states).unwrap_or_default();
    let lists = states.iter().map(|s| {
        let original = originals.iter().find(|o| o.territory == s.territory);
        ListDoc {
            territory: s.territory.clone(),
            sequence: s.sequence,
            issued: s.issued,
            next_update: s.next_update,
            expired: s.next_update.is_none_or(|n| n < now),
            fetched: s.fetched,
            age_hours: now.duration_since(s.fetched).as_hours().max(0),
            url: original.map(|o| o.url.clone()),
            sha256: original.map(|o| o.sha256.clone()),
        }
    });
    let troubles = troubles.into_iter().map(|t| TroubleDoc { url: t.url, code: t.code }).collect();
    cx.json(&ListsDoc { lists: lists.collect(), troubles })
}

async fn original(State(app): State<Signing>, cx: PageCx, Path(sha256): Path<String>) -> Answer {
    let found = rows::originals(&app).await?.into_iter().find(|o| o.sha256 == sha256);
    let found = found.ok_or_else(Fault::not_found)?;
    let content = app.blobs().get(&found.blob, 0).await?;
    let name = format!("{}-{}.xml", found.territory.to_lowercase(), sha256.get(..8).unwrap_or_default());
    cx.download(&name, "application/vnd.etsi.tsl+xml", Body::from_stream(content))
}
