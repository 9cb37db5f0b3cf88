//! Health, metrics and the operators' console.

use std::sync::{Arc, OnceLock};

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use base::Cx;
use futures_util::future::BoxFuture;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;

use crate::{Answer, Fault, Lang, PageCx, i18n, shell::Inner};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// Well.
    Good,
    /// It works, but somebody should look.
    Look,
    /// It does not work; the node is not ready.
    Down,
}

/// What a watch found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How it is.
    pub health: Health,
    /// Names and figures for the console: already in plain words, never personal data.
    pub rows: Vec<(String, String)>,
}

impl Finding {
    /// A finding without figures.
    pub fn new(health: Health) -> Self {
        Self { health, rows: vec![] }
    }
    /// Adds a figure.
    #[must_use]
    pub fn row(mut self, name: impl ToString, value: impl ToString) -> Self {
        self.rows.push((name.to_string(), value.to_string()));
        self
    }
}

type Look = Arc<dyn Fn(Cx, Lang) -> BoxFuture<'static, Finding> + Send + Sync>;

/// Something to watch: part of readiness and a block of the console.
#[derive(Clone)]
pub struct Watch {
    name: &'static str,
    title: &'static str,
    look: Look,
}

impl Watch {
    /// `name` is stable (`store`), `title` the key of its heading.
    pub fn new<F, Fut>(name: &'static str, title: &'static str, look: F) -> Self
    where
        F: Fn(Cx, Lang) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Finding> + Send + 'static,
    {
        Self { name, title, look: Arc::new(move |cx, lang| Box::pin(look(cx, lang))) }
    }
}

pub(crate) async fn live() -> &'static str {
    "live"
}

/// Ready when nothing watched is down.
pub(crate) async fn ready(cx: PageCx) -> Response {
    let mut out = serde_json::Map::new();
    let mut worst = Health::Good;
    for (w, f) in findings(&cx.0.shell, cx.lang()).await {
        worst = worst.max(f.health);
        let word = match f.health {
            Health::Good => "good",
            Health::Look => "look",
            Health::Down => "down",
        };
        out.insert(w.name.to_owned(), json!(word));
    }
    let status = if worst == Health::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, axum::Json(out)).into_response()
}

async fn findings(shell: &Inner, lang: Lang) -> Vec<(&Watch, Finding)> {
    let limit = std::time::Duration::from_secs(5);
    let looks = shell.watches.iter().map(|w| async move {
        let f = tokio::time::timeout(limit, (w.look)(shell.cx.clone(), lang)).await;
        (w, f.unwrap_or_else(|_| Finding::new(Health::Down)))
    });
    futures_util::future::join_all(looks).await
}

/// The process's recorder of measurements.
pub fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder =
            PrometheusBuilder::new().set_buckets(&[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]);
        let recorder = builder.unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("measurements go to another recorder");
        }
        handle
    })
}

pub(crate) fn router(shell: Arc<Inner>) -> Router {
    recorder();
    let files = Arc::clone(&shell);
    Router::new()
        .route("/", get(console))
        .route("/metrics", get(measurements))
        .route("/assets/{file}", get(move |file| async move { files.assets.serve(file) }))
        .with_state(shell)
}

async fn measurements() -> Response {
    let handle = recorder();
    handle.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
}

struct Block {
    title: String,
    health: Health,
    rows: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "pages/console.html")]
struct Console<'a> {
    shell: &'a Inner,
    lang: Lang,
    now: String,
    worst: Health,
    blocks: Vec<Block>,
}

impl Console<'_> {
    fn t(&self, key: &str) -> String {
        self.shell.texts.text(self.lang, key, None, &std::collections::BTreeMap::new())
    }
}

async fn console(State(shell): State<Arc<Inner>>, req: axum::extract::Request) -> Answer {
    let asked = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).and_then(Lang::negotiate);
    let chosen = req.uri().query().and_then(|q| q.strip_prefix("lang=")).and_then(Lang::from_tag);
    let lang = chosen.or(asked).unwrap_or_default();
    let mut blocks = vec![];
    let none = std::collections::BTreeMap::new();
    for (w, f) in findings(&shell, lang).await {
        blocks.push(Block { title: shell.texts.text(lang, w.title, None, &none), health: f.health, rows: f.rows });
    }
    let worst = blocks.iter().map(|b| b.health).max().unwrap_or(Health::Good);
    let page = Console { shell: &shell, lang, now: i18n::moment(lang, shell.cx.now()), worst, blocks };
    let html = page.render().map_err(|e| Fault::internal(&e))?;
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, shell.csp.as_str())];
    Ok((headers, html).into_response())
}
