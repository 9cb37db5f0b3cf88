//! The loopback agent: lets web pages use the card in this computer's reader, after asking its holder.
//!
//! A page calls `web-eid.js`, which opens the agent's own window. The browser tells the agent which page asks ([`WEB_EID_JS`] describes
//! the handshake); the agent asks for consent once per site, lets the holder choose a card, and takes the PIN on its own page. The page
//! gets a signature, never a PIN.
//!
//! What the agent defends against: pages under a name of their own that points to this computer (the `Host` header must be the agent's),
//! requests forged by other pages (`Origin`, `Sec-Fetch-Site`, unguessable request names), other pages' frames, pages that ask for many
//! things at once (one request at a time), and requests that nobody looks at (they end after five minutes).

mod assets;
mod consent;
mod digits;
mod guard;
mod home;
mod request;
mod text;

#[cfg(test)]
mod tests;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router, middleware,
    routing::{get, post},
};
use base::Cx;
use reader::CardSource;

use consent::Consents;
use request::Desk;
use text::Texts;

/// The script that web pages include, `<script src="web-eid.js" data-agent="http://127.0.0.1:8082" defer></script>`. Its global `webeid`
/// has the functions of the public `web-eid.js`; with the Web eID extension it uses that, else this agent.
pub const WEB_EID_JS: &str = include_str!("../assets/web-eid.js");

/// Texts of the agent, Latvian (Fluent).
pub const LOCALE_LV: &str = include_str!("../locale/lv.ftl");
/// Texts of the agent, English (Fluent).
pub const LOCALE_EN: &str = include_str!("../locale/en.ftl");

/// The agent's port unless told otherwise.
pub const PORT: u16 = 8082;

/// How an agent runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its own origin, `http://127.0.0.1:8082`.
    pub origin: String,
    /// Where it remembers the sites that may ask; nothing is remembered without it.
    pub consents: Option<PathBuf>,
    /// Whether its cards are virtual ones for trying out.
    pub demo: bool,
}

/// The agent cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The origin is not on this computer.
    #[error("the agent's address must be http on 127.0.0.1, localhost or [::1], with a port: {0}")]
    Origin(String),
    /// A text file is broken.
    #[error("the agent's texts: {0}")]
    Texts(String),
    /// The remembered sites cannot be read.
    #[error("the remembered sites: {0}")]
    Consents(std::io::Error),
}

impl AgentError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Origin(_) => "agent.origin",
            Self::Texts(_) => "agent.texts",
            Self::Consents(_) => "agent.consents",
        }
    }
}

/// The agent.
pub struct Agent {
    cx: Cx,
    config: Config,
    source: Arc<dyn CardSource>,
    texts: Texts,
    consents: Mutex<Consents>,
    desk: Mutex<Desk>,
}

impl Agent {
    /// An agent over the cards of `source`.
    pub fn new(cx: Cx, config: Config, source: Arc<dyn CardSource>) -> Result<Arc<Self>, AgentError> {
        if !config.origin.starts_with("http://") || !protocol::web_eid::is_origin(&config.origin) {
            return Err(AgentError::Origin(config.origin));
        }
        let consents = Consents::open(config.consents.clone()).map_err(AgentError::Consents)?;
        let texts = Texts::new().map_err(AgentError::Texts)?;
        let desk = Mutex::new(Desk::default());
        Ok(Arc::new(Self { cx, config, source, texts, consents: Mutex::new(consents), desk }))
    }

    /// Its pages. To be served on the address of its origin and on no other.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/", get(home::show))
            .route("/forget", post(home::forget))
            .route("/card", get(home::card))
            .route("/card/pin", post(home::pin))
            .route("/popup", get(request::routes::hello))
            .route("/request", post(request::routes::create))
            .route("/request/{id}", get(request::routes::show))
            .route("/request/{id}/consent", post(request::routes::consent))
            .route("/request/{id}/card", post(request::routes::card))
            .route("/request/{id}/go", post(request::routes::go))
            .route("/request/{id}/cancel", post(request::routes::cancel))
            .route("/request/{id}/result", post(request::routes::result))
            .route("/assets/{name}", get(assets::serve))
            .fallback(home::not_found)
            .layer(axum::extract::DefaultBodyLimit::max(64 * 1024))
            .layer(middleware::from_fn_with_state(self.clone(), guard::guard))
            .with_state(self.clone())
    }

    /// Serves the pages on `listener` until `stop` is done.
    pub async fn serve(
        self: Arc<Self>,
        listener: tokio::net::TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        axum::serve(listener, self.router()).with_graceful_shutdown(stop).await
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn consents(&self) -> MutexGuard<'_, Consents> {
        self.consents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
