//! Trusted lists of the node (ETSI TS 119 612 and 119 615 clauses 4.1, 4.2): fetched by a scheduled job through the guard, kept in the
//! store across restarts, used offline with their age shown. A list that fails verification never replaces a good one.

mod api;
mod config;
mod refresh;
mod rows;

use std::sync::{Arc, RwLock};

use ades::lists::Catalogue;
use base::{Cx, Timestamp};
use serde::{Deserialize, Serialize};
use store::StoreError;
use web::{
    Lang,
    ops::{Finding, Health, Watch},
};

pub(crate) use api::routes;
pub use config::ListsConfig;
pub(crate) use refresh::{REFRESH, refresh_job};
pub(crate) use rows::QUERIES;

use crate::Signing;

/// Largest kept form that is read.
const MAX_KEPT: u64 = 256 << 20;

/// The lists as last read from the store, by the address of their content.
#[derive(Default)]
pub(crate) struct Shared(RwLock<Option<(String, Arc<Catalogue>)>>);

/// A list that could not be refreshed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trouble {
    url: String,
    code: String,
}

/// The trusted lists in use; `None` when there are none yet.
pub(crate) async fn current(app: &Signing) -> Result<Option<Arc<Catalogue>>, StoreError> {
    let Some(address) = rows::get(app).await?.and_then(|row| row.blob) else { return Ok(None) };
    let shared = &app.lists().0;
    let known = shared.read().ok().and_then(|s| s.clone()).filter(|(a, _)| *a == address);
    if let Some((_, catalogue)) = known {
        return Ok(Some(catalogue));
    }
    let lists = rows::content(app, &address).await?;
    let catalogue = Arc::new(Catalogue::new(&lists));
    if let Ok(mut shared) = shared.write() {
        *shared = Some((address, Arc::clone(&catalogue)));
    }
    Ok(Some(catalogue))
}

/// When the list fetched longest ago was fetched.
pub(crate) async fn fetched(app: &Signing) -> Result<Option<Timestamp>, StoreError> {
    Ok(current(app).await?.and_then(|c| c.states().iter().map(|s| s.fetched).min()))
}

/// How the lists are: part of the operators' console.
pub(crate) fn watch(app: &Signing) -> Watch {
    let this = app.clone();
    Watch::new("lists", "signing-lists-watch", move |cx, lang| {
        let this = this.clone();
        async move { look(&this, &cx, lang).await.unwrap_or_else(|_| Finding::new(Health::Down)) }
    })
}

async fn look(app: &Signing, cx: &Cx, lang: Lang) -> Result<Finding, StoreError> {
    let word = |lv: &'static str, en: &'static str| if lang == Lang::Lv { lv } else { en };
    if app.config().lists.lotl.is_none() {
        let text = word("nav iestatīti", "not configured");
        return Ok(Finding::new(Health::Good).row(word("Uzticamie saraksti", "Trusted lists"), text));
    }
    let row = rows::get(app).await?;
    let troubles = row.map(|r| r.troubles).unwrap_or_default();
    let catalogue = current(app).await?;
    let states = catalogue.as_deref().map(Catalogue::states).unwrap_or_default();
    let old = states.iter().any(|s| s.next_update.is_none_or(|n| n < cx.now()));
    let health = if states.is_empty() || old || !troubles.is_empty() { Health::Look } else { Health::Good };
    let mut finding = Finding::new(health).row(word("Uzticamie saraksti", "Trusted lists"), states.len());
    if let Some(oldest) = states.iter().map(|s| s.fetched).min() {
        let hours = cx.now().duration_since(oldest).as_hours();
        finding = finding.row(word("Vecākais iegūts pirms stundām", "Oldest fetched, hours ago"), hours);
    }
    for trouble in troubles {
        finding = finding.row(trouble.url, trouble.code);
    }
    Ok(finding)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
