//! The whole site: joins the routes of the services with sessions, texts, files and limits.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{Router, middleware};
use base::{Cx, KeyRing};
use serde_json::Value;
use tower_http::compression::CompressionLayer;

use crate::{
    Asset, Nav, Permission, Route, Routes, Seen,
    assets::Assets,
    i18n::{BadLocale, Catalogue},
    limits::{LimitConfig, Limits},
    ops::{self, Watch},
    route::{openapi, reference},
    session::{Gate, Lifetimes},
};

mod outer;
pub(crate) use outer::cookie_name;

/// The deployment as the shell needs to know it.
pub struct Config {
    /// Origin in links and certificates, without a slash at the end.
    pub public_url: String,
    /// All persons are invented; every page says so.
    pub demo: bool,
    /// Served over TLS, here or by a proxy in front: secure cookies, HSTS.
    pub tls: bool,
    /// Keys of sealed cookies.
    pub keys: Arc<KeyRing>,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
    /// Limits of rate, size and time.
    pub limits: LimitConfig,
    /// Origin of the loopback agent that pages may talk to.
    pub agent_origin: Option<String>,
    /// Header in which a proxy in front gives the visitor's address; only behind a proxy that sets it.
    pub address_header: Option<String>,
    /// Where people find help.
    pub support: Option<String>,
    /// Where registered programs are known; without it there are none.
    pub clients: Option<store::Db>,
}

impl Config {
    /// A configuration with the usual values.
    pub fn new(public_url: impl Into<String>, keys: impl Into<Arc<KeyRing>>) -> Self {
        let public_url = public_url.into();
        Self {
            demo: false,
            tls: public_url.starts_with("https://"),
            public_url,
            keys: keys.into(),
            lifetimes: Lifetimes::default(),
            limits: LimitConfig::default(),
            agent_origin: None,
            address_header: None,
            support: None,
            clients: None,
        }
    }
}

pub(crate) struct Inner {
    pub(crate) cx: Cx,
    pub(crate) config: Config,
    pub(crate) texts: Arc<Catalogue>,
    pub(crate) assets: Assets,
    pub(crate) limits: Limits,
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) nav: Vec<Nav>,
    pub(crate) openapi: Value,
    pub(crate) codes: Vec<&'static str>,
    pub(crate) watches: Vec<Watch>,
    pub(crate) csp: String,
}

/// The shell could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BadShell {
    /// Texts.
    #[error(transparent)]
    Locale(#[from] BadLocale),
    /// A route without handler.
    #[error("route {0} has no handler")]
    NoHandler(&'static str),
}

/// The site.
#[derive(Clone)]
pub struct Shell {
    pub(crate) inner: Arc<Inner>,
    router: Router,
    seen: Arc<Vec<Seen>>,
}

/// The codes of the shell and of the contract between services.
pub const CODES: &[&str] = &[
    "web.page.not-found",
    "web.internal",
    "web.method",
    "web.session.needed",
    "web.client.needed",
    "web.client.token",
    "web.client.certificate",
    "web.client.suspended",
    "web.quota.requests",
    "web.quota.bytes",
    "web.permission.denied",
    "web.form.foreign",
    "web.form.replayed",
    "web.request.malformed",
    "web.request.media-type",
    "web.request.timeout",
    "web.idempotency.key",
    "web.idempotency.running",
    "web.idempotency.different",
    "web.body.too-large",
    "web.rate.exceeded",
    "web.busy",
    "web.full",
    "contract.no-peer",
    "contract.mistyped",
    "contract.unspeakable",
    "contract.malformed",
    "contract.unknown-call",
    "contract.already-wired",
    "contract.not-allowed",
];

/// The shell's own texts.
pub fn own_locale() -> crate::i18n::Locale {
    crate::i18n::Locale { owner: "web", lv: include_str!("../locale/lv.ftl"), en: include_str!("../locale/en.ftl") }
}

impl Shell {
    /// Joins all services.
    pub fn build(cx: Cx, config: Config, gate: Arc<dyn Gate>, services: Vec<Routes>) -> Result<Self, BadShell> {
        let mut locales = vec![own_locale()];
        let (mut assets, mut codes): (Vec<Asset>, Vec<&'static str>) = (vec![], CODES.to_vec());
        let (mut nav, mut watches, mut routes) = (vec![], vec![], own_routes());
        for s in services {
            for l in s.locales {
                if locales.iter().all(|k| k.owner != l.owner) {
                    locales.push(l);
                }
            }
            assets.extend(s.assets);
            codes.extend(s.codes);
            nav.extend(s.nav);
            watches.extend(s.watches);
            routes.extend(s.routes);
        }
        nav.sort_by_key(|n| n.order);
        codes.sort_unstable();
        codes.dedup();
        let (mut router, mut described) = (Router::new(), vec![]);
        for r in routes {
            if r.router.is_none() {
                return Err(BadShell::NoHandler(r.path));
            }
            let (next, seen, doc) = r.mount(router);
            router = next;
            described.push((seen, doc));
        }
        let openapi = openapi::describe(&described, &config.public_url, env!("CARGO_PKG_VERSION"));
        let inner = Arc::new(Inner {
            texts: Arc::new(Catalogue::new(&locales)?),
            assets: Assets::new(&assets),
            limits: Limits::new(config.limits.clone()),
            csp: outer::policy(config.agent_origin.as_deref()),
            cx,
            config,
            gate,
            nav,
            openapi,
            codes,
            watches,
        });
        let site = Arc::clone(&inner);
        let router = router
            .fallback(outer::nothing_here)
            .method_not_allowed_fallback(outer::wrong_method)
            .layer(middleware::from_fn_with_state(Arc::clone(&inner), outer::visit))
            .route("/assets/{file}", axum::routing::get(move |file| async move { site.assets.serve(file) }))
            .layer(
                CompressionLayer::new().quality(tower_http::CompressionLevel::Fastest).compress_when(outer::text_only),
            )
            .layer(middleware::from_fn_with_state(Arc::clone(&inner), outer::outermost));
        let seen = Arc::new(described.into_iter().map(|(s, _)| s).collect());
        Ok(Self { inner, router, seen })
    }

    /// The router of the public listener.
    pub fn router(&self) -> Router {
        self.router.clone()
    }
    /// The router of the operators' listener: metrics and console. Never reachable from outside.
    pub fn ops_router(&self) -> Router {
        ops::router(Arc::clone(&self.inner))
    }
    /// Every declared route: the test of permissions walks it.
    pub fn matrix(&self) -> &[Seen] {
        &self.seen
    }
    /// The OpenAPI description.
    pub fn openapi(&self) -> &Value {
        &self.inner.openapi
    }
    /// The texts.
    pub fn texts(&self) -> &Catalogue {
        &self.inner.texts
    }
    /// Every error code.
    pub fn codes(&self) -> &[&'static str] {
        &self.inner.codes
    }
    /// The embedded files' addresses.
    pub fn assets(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.inner.assets.all()
    }
    /// Forgets what need not be remembered; call it every minute.
    pub fn tidy(&self) {
        self.inner.limits.tidy();
    }
    /// The shell's clock and randomness.
    pub fn cx(&self) -> &Cx {
        &self.inner.cx
    }
}

fn own_routes() -> Vec<Route> {
    let open = Permission::Public;
    vec![
        Route::get("/api", open).to((), reference::reference),
        Route::get("/api/errors", open).to((), reference::errors).not_api(),
        Route::get("/api/v1/openapi.json", open).summary("This description").to((), outer::openapi),
        Route::get("/health/live", open).to((), ops::live),
        Route::get("/health/ready", open).to((), ops::ready),
        Route::post("/session/extend", Permission::SignedIn).to((), outer::extend),
    ]
}

impl Route {
    fn not_api(mut self) -> Self {
        self.api = false;
        self
    }
}

pub(crate) fn visitor(header: Option<&str>, direct: Option<&SocketAddr>) -> Option<IpAddr> {
    let told = header.and_then(|h| h.split(',').next_back()).and_then(|h| h.trim().parse().ok());
    told.or_else(|| direct.map(SocketAddr::ip))
}
