//! Signing and validation of documents (B1, B5).
//!
//! - [`engine`]: signs and judges files, without HTTP and without a database.
//! - `errand`: a person's way from files to a signed file: what is kept, what may follow what, the ledger.
//! - `sign`, `verify`: pages. `api`: the same for programs.

use std::sync::Arc;

use contract::{Handlers, Peers};
use store::{Blobs, Db, Worker};
use web::{
    Asset, Lang, Nav, Permission, Routes,
    ops::{Finding, Health, Watch},
};

mod abroad;
mod api;
mod config;
pub mod engine;
mod errand;
mod evidence;
mod keep;
mod lists;
mod receipt;
mod report;
mod session;
mod sign;
mod verify;
mod work;

pub use abroad::FetchConfig;
pub use config::Config;
pub use lists::ListsConfig;
pub use receipt::Sealer;
pub use report::{EvidenceDoc, FindingDoc, ReportDoc, ScopeDoc, SignatoryDoc, SignatureDoc, TimestampDoc};

use engine::{Engine, EngineLimits};

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Signing(Arc<Inner>);

struct Inner {
    db: Db,
    blobs: Blobs,
    engine: Engine,
    peers: Peers,
    sealer: Sealer,
    config: Config,
    lists: lists::Shared,
    painter: Option<raster::Painter>,
}

/// Kind of the scheduled job that clears away what has expired.
const SWEEP: &str = "signing.sweep";

impl Signing {
    /// The service. Without a painter no pages are drawn.
    pub fn with(
        db: Db,
        peers: Peers,
        blobs: Blobs,
        sealer: Sealer,
        config: Config,
        painter: Option<raster::Painter>,
    ) -> Self {
        let abroad = abroad::Abroad::new(&config.fetch, &db).unwrap_or_else(|e| {
            tracing::error!(error = %e, "signing.fetch.allow_origins: nothing is fetched");
            None
        });
        let engine = Engine::new(peers.clone(), EngineLimits::default()).reaching(abroad);
        Self(Arc::new(Inner { db, blobs, engine, peers, sealer, config, lists: lists::Shared::default(), painter }))
    }

    /// What signs and judges, for use without HTTP.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }
    pub(crate) fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }
    pub(crate) fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }
    pub(crate) fn peers(&self) -> &Peers {
        &self.0.peers
    }
    pub(crate) fn lists(&self) -> &lists::Shared {
        &self.0.lists
    }
    pub(crate) fn painter(&self) -> Option<&raster::Painter> {
        self.0.painter.as_ref()
    }
    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    /// Pages and API.
    pub fn routes(&self) -> Routes {
        let routes = Routes::new("signing", include_str!("../locale/lv.ftl"), include_str!("../locale/en.ftl"))
            .errors(errand::CODES)
            .errors(engine::CODES)
            .errors(keep::CODES)
            .errors(evidence::CODES)
            .nav(Nav::new(30, "/sign", "signing-nav-sign", Permission::Public).private())
            .nav(Nav::new(40, "/validate", "signing-nav-validate", Permission::Public))
            .asset(Asset::js("web-eid.js", agent::WEB_EID_JS))
            .asset(Asset::js("sign.js", include_str!("sign/sign.js")))
            .watch(self.watch())
            .watch(lists::watch(self));
        let routes = sign::routes(self, routes);
        let routes = keep::routes(self, routes);
        let routes = verify::routes(self, routes);
        let routes = work::routes(self, routes);
        let routes = evidence::routes(self, routes);
        let routes = lists::routes(self, routes);
        api::routes(self, routes)
    }

    /// What waits: signatures made whose completion is overdue.
    fn watch(&self) -> Watch {
        let this = self.clone();
        Watch::new("signing", "signing-watch", move |cx, lang| {
            let this = this.clone();
            async move {
                let Ok(waiting) = errand::overdue(&this, &cx).await else { return Finding::new(Health::Down) };
                let Ok(renewals) = keep::overdue(&this, &cx).await else { return Finding::new(Health::Down) };
                let health = if waiting == 0 && renewals == 0 { Health::Good } else { Health::Look };
                let name = if lang == Lang::Lv {
                    "Paraksti, kas gaida pabeigšanu"
                } else {
                    "Signatures waiting to be finished"
                };
                let kept = if lang == Lang::Lv {
                    "Glabāti faili, kuru zīmogus neizdodas atjaunot"
                } else {
                    "Kept files whose time stamps are not renewed"
                };
                Finding::new(health).row(name, waiting).row(kept, renewals)
            }
        })
    }

    /// Calls that others make: none yet.
    pub fn handlers(&self, _: &mut Handlers) {}

    /// Does the jobs of this service.
    pub fn jobs(&self, worker: &mut Worker) {
        let this = self.clone();
        worker.on(errand::COMPLETE, move |cx, job| {
            let this = this.clone();
            async move { errand::complete_job(&this, &cx, &job).await }
        });
        let this = self.clone();
        worker.on(keep::RENEW, move |cx, job| {
            let this = this.clone();
            async move { keep::renew_job(&this, &cx, &job).await }
        });
        let this = self.clone();
        worker.on(keep::SCHEDULE, move |cx, _| {
            let this = this.clone();
            async move { Ok(keep::schedule(&this, &cx).await?) }
        });
        worker.every(keep::SCHEDULE, jiff::SignedDuration::from_hours(24));
        for kind in [work::AUGMENT, work::EVIDENCE] {
            let this = self.clone();
            worker.on(kind, move |cx, job| {
                let this = this.clone();
                async move { work::work_job(&this, &cx, &job).await }
            });
        }
        let this = self.clone();
        worker.on(lists::REFRESH, move |cx, _| {
            let this = this.clone();
            async move { lists::refresh_job(&this, &cx).await }
        });
        worker.every(lists::REFRESH, jiff::SignedDuration::from_hours(6));
        let this = self.clone();
        worker.on(SWEEP, move |cx, _| {
            let this = this.clone();
            async move {
                errand::sweep(&this, &cx).await?;
                abroad::sweep(this.db(), &cx).await?;
                work::sweep(&this, &cx).await?;
                Ok(verify::sweep(&this, &cx).await?)
            }
        });
        worker.every(SWEEP, jiff::SignedDuration::from_mins(10));
    }
}

/// Every statement of this crate; prepared on both databases by a test.
pub fn queries() -> Vec<&'static str> {
    [abroad::QUERIES, errand::QUERIES, keep::QUERIES, lists::QUERIES, verify::QUERIES, work::QUERIES].concat()
}
