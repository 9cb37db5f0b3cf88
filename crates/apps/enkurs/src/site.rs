//! What a node shows of itself: the ledger's files for everyone, its own state for operators.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use jiff::SignedDuration;
use ledger::LedgerError;
use store::{Db, StoreError, jobs};
use web::{
    Answer, Fault, Lang, Permission, Route, Routes, Status,
    limits::Class,
    ops::{Finding, Health, Watch},
};

/// The ledger's files and the node's watches. `key` verifies the ledger's checkpoints.
pub fn routes(db: &Db, key: &ledger::VerifierKey) -> Routes {
    let public = Permission::Public;
    let shown: Arc<str> = format!("{key}\n").into();
    Routes::new("enkurs", include_str!("../locale/lv.ftl"), include_str!("../locale/en.ftl"))
        .also("store", store::LOCALE_LV, store::LOCALE_EN)
        .also("ledger", ledger::LOCALE_LV, ledger::LOCALE_EN)
        .errors(&["ledger.file"])
        .route(
            Route::get("/ledger/checkpoint", public)
                .class(Class::Machine)
                .summary("Signed head of the ledger (C2SP tlog-checkpoint)")
                .documented()
                .gives_bytes(200, "Signed note", "text/plain")
                .to(db.clone(), checkpoint),
        )
        .route(
            Route::get("/ledger/tile/{*path}", public)
                .class(Class::Machine)
                .summary("Tiles and entries of the ledger (C2SP tlog-tiles)")
                .documented()
                .gives_bytes(200, "Hashes, or leaves", "application/octet-stream")
                .refuses(&["ledger.file"])
                .to(db.clone(), tile),
        )
        .route(
            Route::get("/ledger/key", public)
                .class(Class::Machine)
                .summary("Key of the ledger. Compare it with one obtained elsewhere before you trust it")
                .documented()
                .gives_bytes(200, "NAME+HASH+BASE64", "text/plain")
                .to(shown, |State(key): State<Arc<str>>| async move { key.to_string() }),
        )
        .watch(Watch::new("store", "enkurs-watch-store", with(db, store_state)))
        .watch(Watch::new("jobs", "enkurs-watch-jobs", with(db, jobs_state)))
        .watch(Watch::new("ledger", "enkurs-watch-ledger", with(db, ledger_state)))
}

fn with<F, Fut>(db: &Db, look: F) -> impl Fn(base::Cx, Lang) -> Fut + Send + Sync + 'static
where
    F: Fn(Db, base::Cx, Lang) -> Fut + Send + Sync + 'static,
{
    let db = db.clone();
    move |cx, lang| look(db.clone(), cx, lang)
}

async fn checkpoint(State(db): State<Db>) -> Answer {
    file(&db, "checkpoint").await
}

async fn tile(State(db): State<Db>, Path(path): Path<String>) -> Answer {
    file(&db, &format!("tile/{path}")).await
}

async fn file(db: &Db, path: &str) -> Answer {
    let found = ledger::resource(db, path).await.map_err(|e| match e {
        LedgerError::Store(e) => Fault::from(e),
        other => Fault::internal(&other),
    })?;
    let found = found.ok_or_else(|| Fault::new(Status::NOT_FOUND, "ledger.file"))?;
    let cache = if found.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    Ok(([(header::CONTENT_TYPE, found.media_type), (header::CACHE_CONTROL, cache)], found.content).into_response()
        as Response)
}

fn say(lang: Lang, lv: &str, en: &str) -> String {
    if lang == Lang::Lv { lv.to_owned() } else { en.to_owned() }
}

fn down(e: &StoreError) -> Finding {
    Finding::new(Health::Down).row(e.code(), e)
}

async fn store_state(db: Db, _: base::Cx, lang: Lang) -> Finding {
    match db.ping().await {
        Ok(()) => Finding::new(Health::Good).row(say(lang, "Veids", "Kind"), format!("{:?}", db.backend())),
        Err(e) => down(&e),
    }
}

async fn jobs_state(db: Db, cx: base::Cx, lang: Lang) -> Finding {
    let summary = match db.read(|tx| Box::pin(async move { jobs::summary(tx).await })).await {
        Ok(summary) => summary,
        Err(e) => return down(&e),
    };
    let late = cx.now().checked_sub(SignedDuration::from_mins(15)).unwrap_or_default();
    let look = summary.iter().any(|s| s.state == "dead" || s.oldest < late);
    let mut finding = Finding::new(if look { Health::Look } else { Health::Good });
    for s in &summary {
        let state = match s.state.as_str() {
            "dead" => say(lang, "padots", "given up"),
            _ => say(lang, "gaida", "waiting"),
        };
        finding = finding.row(&s.kind, format!("{}: {state} ({})", s.count, web::i18n::moment(lang, s.oldest)));
    }
    if summary.is_empty() { finding.row(say(lang, "Rindā", "In the queue"), 0) } else { finding }
}

async fn ledger_state(db: Db, cx: base::Cx, lang: Lang) -> Finding {
    let head = match ledger::head(&db).await {
        Ok(head) => head,
        Err(LedgerError::Store(e)) => return down(&e),
        Err(e) => return Finding::new(Health::Down).row(e.code(), e),
    };
    let late = cx.now().checked_sub(SignedDuration::from_mins(1)).unwrap_or_default();
    let health = if head.since.is_some_and(|s| s < late) { Health::Look } else { Health::Good };
    Finding::new(health)
        .row(say(lang, "Ieraksti", "Entries"), head.size)
        .row(say(lang, "Parakstīti", "Under a signed checkpoint"), head.checkpoint.map_or(0, |c| c.size))
        .row(say(lang, "Gaida vietu", "Waiting for a place"), head.waiting)
}
