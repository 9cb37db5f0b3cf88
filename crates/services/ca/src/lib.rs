//! The trust core: certification authorities, status of certificates, revocation lists, OCSP and time stamps.

use std::sync::Arc;

use base::Cx;
use contract::{Der, Handlers, Peers, Refusal, ca as calls};
use keys::KeyStore;
use store::{Db, JobError, StoreError, Worker};
use web::{Fault, Status as HttpStatus};

mod api;
mod authority;
mod config;
mod crl;
mod issue;
mod ocsp;
mod profile;
mod routes;
mod status;
mod tsa;

pub use authority::{Authority, PkiError, Role};
pub use config::{Config, CrlConfig, Disclosure, Keys, OcspConfig, TsaConfig, Unsynchronised, UtcConfig, Validity};
pub use issue::IssueError;
pub use ocsp::OcspAnswer;
pub use routes::CODES;
pub use status::StatusError;
pub use tsa::{Certainty, ClockHealth, DriftWatch, Steady, TimeWitness, TrustedClock, UtcWatch};

use authority::Realms;

/// Kind of the scheduled job that renews responders and units.
const RENEW: &str = "ca.keys.renew";

/// Every statement of this crate; prepared on both databases by a test.
pub fn queries() -> Vec<&'static str> {
    [authority::QUERIES, issue::QUERIES, status::QUERIES, crl::QUERIES, ocsp::QUERIES, tsa::QUERIES].concat()
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Ca(Arc<Inner>);

struct Inner {
    db: Db,
    cx: Cx,
    config: Config,
    realms: Realms,
    peers: Peers,
    clock_health: Arc<dyn ClockHealth>,
    memory: ocsp::Memory,
    stamps: tsa::Memory,
    making: tokio::sync::Mutex<()>,
}

impl Ca {
    /// The service on its database and its key store. `clock_health` says when the clock may be stamped.
    pub fn new(
        db: Db,
        cx: Cx,
        keys: Arc<dyn KeyStore>,
        config: Config,
        peers: Peers,
        clock_health: Arc<dyn ClockHealth>,
    ) -> Self {
        let stamps = tsa::Memory::new(&config.tsa);
        let realms = Realms::new(db.clone(), keys);
        Self(Arc::new(Inner {
            db,
            cx,
            config,
            realms,
            peers,
            clock_health,
            memory: ocsp::Memory::default(),
            stamps,
            making: tokio::sync::Mutex::default(),
        }))
    }

    /// Creates the national PKI, or completes a creation that was interrupted; changes nothing when it is complete. Answers the
    /// public address, which the first creation fixed for ever.
    pub async fn create(&self, cx: &Cx, public_url: &str) -> Result<String, PkiError> {
        authority::create(self, cx, public_url).await
    }

    /// The authorities, root first.
    pub async fn authorities(&self) -> Result<Vec<Arc<Authority>>, PkiError> {
        Ok(self.0.realms.get().await?.authorities.clone())
    }

    /// Certificates of OCSP responders and time-stamping units in force, by the label of their key.
    pub async fn service_certificates(&self) -> Result<Vec<(String, pki::Certificate)>, PkiError> {
        let found = authority::in_force(self, self.0.cx.now()).await?;
        Ok(found.into_iter().map(|k| (k.label, k.certificate)).collect())
    }

    /// Issues a certificate; the same key gives the same certificate again.
    pub async fn issue(&self, cx: &Cx, wanted: calls::Issue) -> Result<calls::Issued, IssueError> {
        issue::issue_for(self, cx, wanted).await
    }

    /// Changes the status of a certificate.
    pub async fn change_status(&self, cx: &Cx, wish: &calls::ChangeStatus) -> Result<(), StatusError> {
        status::change(self, cx, wish).await
    }

    /// Answers an OCSP request (DER) with a response (DER).
    pub async fn ocsp(&self, cx: &Cx, request: &[u8]) -> OcspAnswer {
        ocsp::answer(self, cx, request).await
    }

    /// Answers a time-stamp request (DER) with a response (DER).
    pub async fn time_stamp(&self, cx: &Cx, request: &[u8]) -> Vec<u8> {
        tsa::answer(self, cx, request).await
    }

    /// Answers what other services ask.
    pub fn handlers(&self, handlers: &mut Handlers) {
        let ca = self.clone();
        handlers.on(move |cx, call: calls::Issue| {
            let ca = ca.clone();
            async move { ca.issue(&cx, call).await.map_err(Refusal::from) }
        });
        let ca = self.clone();
        handlers.on(move |cx, call: calls::ChangeStatus| {
            let ca = ca.clone();
            async move { ca.change_status(&cx, &call).await.map_err(Refusal::from) }
        });
        let ca = self.clone();
        handlers.on(move |cx, calls::Ocsp(Der(request))| {
            let ca = ca.clone();
            async move { Ok(Der(ca.ocsp(&cx, &request).await.der.to_vec())) }
        });
        let ca = self.clone();
        handlers.on(move |cx, calls::TimeStamp(Der(request))| {
            let ca = ca.clone();
            async move { Ok(Der(ca.time_stamp(&cx, &request).await)) }
        });
        let ca = self.clone();
        handlers.on(move |_, calls::ServiceCertificates {}| {
            let ca = ca.clone();
            async move {
                let all = ca.service_certificates().await.map_err(refusal)?;
                Ok(all.into_iter().map(|(_, c)| Der(c.der().to_vec())).collect())
            }
        });
        let ca = self.clone();
        handlers.on(move |_, calls::Anchors {}| {
            let ca = ca.clone();
            async move {
                let all = ca.authorities().await.map_err(refusal)?;
                let of = |root: bool| {
                    all.iter()
                        .filter(|a| (a.role == Role::Root) == root)
                        .map(|a| Der(a.certificate.der().to_vec()))
                        .collect()
                };
                Ok(calls::AnchorSet { roots: of(true), issuers: of(false) })
            }
        });
    }

    /// Does the jobs of this service.
    pub fn jobs(&self, worker: &mut Worker) {
        let ca = self.clone();
        worker.on(issue::FINISH, move |cx, job| {
            let ca = ca.clone();
            async move { issue::finish_job(&ca, &cx, &job).await }
        });
        let ca = self.clone();
        worker.on(crl::PUBLISH, move |cx, job| {
            let ca = ca.clone();
            async move { crl::publish_job(&ca, &cx, &job).await }
        });
        let ca = self.clone();
        worker.on(status::TELL, move |cx, job| {
            let ca = ca.clone();
            async move { status::tell_job(&ca, &cx, &job).await }
        });
        let ca = self.clone();
        worker.on(crl::REFRESH, move |cx, _| {
            let ca = ca.clone();
            async move { crl::refresh_job(&ca, &cx).await }
        });
        let ca = self.clone();
        worker.on(RENEW, move |cx, _| {
            let ca = ca.clone();
            async move {
                ca.0.realms.get().await.map_err(|e| JobError::retry(e.code()))?;
                authority::renew(&ca, &cx).await.map_err(|e| JobError::retry(e.code()))
            }
        });
        worker.every(crl::REFRESH, jiff::SignedDuration::from_mins(10));
        worker.every(RENEW, jiff::SignedDuration::from_hours(6));
    }

    /// Addresses of this service.
    pub fn routes(&self) -> web::Routes {
        routes::routes(self)
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }
    pub(crate) fn cx(&self) -> &Cx {
        &self.0.cx
    }
    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }
    pub(crate) fn realms(&self) -> &Realms {
        &self.0.realms
    }
    pub(crate) fn peers(&self) -> &Peers {
        &self.0.peers
    }
    pub(crate) fn clock_health(&self) -> &dyn ClockHealth {
        self.0.clock_health.as_ref()
    }
    pub(crate) fn memory(&self) -> &ocsp::Memory {
        &self.0.memory
    }
    pub(crate) fn making(&self) -> &tokio::sync::Mutex<()> {
        &self.0.making
    }
    pub(crate) fn stamps(&self) -> &tsa::Memory {
        &self.0.stamps
    }
}

/// Trouble that a visitor of a protocol address sees as "try again".
pub(crate) fn unavailable(why: &dyn std::fmt::Display) -> Fault {
    tracing::warn!(error = %why, "not available now");
    Fault::new(HttpStatus::SERVICE_UNAVAILABLE, "ca.unavailable").retry_after(5)
}

pub(crate) fn again(e: StoreError) -> JobError {
    JobError::from(e)
}

fn refusal(e: PkiError) -> Refusal {
    if e.transient() { Refusal::transient(e.code()) } else { Refusal::new(e.code()) }
}
