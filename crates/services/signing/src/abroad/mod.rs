//! What foreign signatures need: issuers, OCSP responses and CRLs from the addresses in their certificates, through the guard of `net`, kept
//! in the store for a short time so that many files of one origin ask once.
//!
//! Off unless configured: whoever sends a file to be judged makes the node send requests to addresses that are written in it.

mod config;
mod rows;
#[cfg(test)]
mod tests;

use std::time::Duration;

use ades::gather::Ask;
use base::Cx;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use net::{Client, Config, Fetch, Guard, NetError, Network, Origin};
use pki::{Crl, DigestAlgorithm, OcspRequest, OcspResponse};
use store::Db;

pub use config::FetchConfig;
pub(crate) use rows::{QUERIES, sweep};

/// An OCSP response is used again for at most this long.
const OCSP: SignedDuration = SignedDuration::from_mins(10);
/// A CRL.
const CRL: SignedDuration = SignedDuration::from_hours(1);
/// The certificate of an issuer.
const ISSUER: SignedDuration = SignedDuration::from_hours(24);
/// Larger answers are not kept.
const MAX_KEPT: usize = 16 << 20;

/// The network with the cache before it.
#[derive(Clone)]
pub(crate) struct Abroad {
    client: Client,
    db: Db,
    /// For all that one verdict wants in one round.
    pub(crate) round: Duration,
    /// For all that raising the signatures of one file fetches.
    whole: Duration,
}

/// What is fetched for one piece of work: it ends after a time in all, however much is wanted.
pub(crate) struct Outing<'a> {
    abroad: &'a Abroad,
    left: Duration,
}

impl Outing<'_> {
    pub(crate) async fn fetch(&mut self, cx: &Cx, ask: &Ask) -> Result<Vec<u8>, String> {
        let (began, at) = (tokio::time::Instant::now(), self.abroad.at(cx));
        let got = match self.left.is_zero() {
            true => None,
            false => tokio::time::timeout(self.left, at.fetch(ask)).await.ok(),
        };
        self.left = self.left.saturating_sub(began.elapsed());
        match got {
            Some(got) => got.map_err(|e| e.to_string()),
            None => {
                Err("the time for all that is fetched for one file is over (signing.fetch.raise_seconds)".to_owned())
            }
        }
    }
}

impl Abroad {
    /// As configured; `None` when nothing is to be fetched.
    ///
    /// # Errors
    /// When an allowed origin is none.
    pub(crate) fn new(config: &FetchConfig, db: &Db) -> Result<Option<Self>, NetError> {
        if !config.enabled {
            return Ok(None);
        }
        let allowed = config.allow_origins.iter().map(|o| o.parse::<Origin>()).collect::<Result<_, _>>()?;
        let round = Duration::from_secs(config.seconds);
        let guard = Guard { allowed, web_ports: true, ..Guard::public() };
        let client = Client::new(Config { guard, timeout: round, ..Config::default() });
        Ok(Some(Self { client, db: db.clone(), round, whole: Duration::from_secs(config.raise_seconds) }))
    }

    /// Begins to fetch for one piece of work.
    pub(crate) fn outing(&self) -> Outing<'_> {
        Outing { abroad: self, left: self.whole }
    }

    /// For the time and randomness of one request.
    pub(crate) fn at<'a>(&'a self, cx: &'a Cx) -> Cached<'a> {
        Cached { abroad: self, network: Network::new(self.client.clone(), cx.clone()), cx }
    }
}

/// See [`Abroad::at`].
pub(crate) struct Cached<'a> {
    abroad: &'a Abroad,
    network: Network,
    cx: &'a Cx,
}

impl Cached<'_> {
    async fn ask(&self, ask: &Ask) -> Result<Vec<u8>, NetError> {
        let (key, fresh) = key(ask);
        if !fresh && let Ok(Some(body)) = rows::get(&self.abroad.db, self.cx, &key).await {
            return Ok(body);
        }
        let body = self.network.fetch(ask).await?;
        if let Some(expires) = expires(ask, &body, self.cx.now())
            && let Err(e) = rows::put(&self.abroad.db, self.cx, &key, &body, expires).await
        {
            tracing::warn!(code = e.code(), "what was fetched is not kept");
        }
        Ok(body)
    }
}

impl Fetch for Cached<'_> {
    fn fetch<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Vec<u8>, NetError>> {
        Box::pin(self.ask(ask))
    }
}

/// The key of an answer, and whether a kept one will not do: who asks with a nonce wants a fresh answer.
fn key(ask: &Ask) -> (String, bool) {
    let (kind, request, fresh) = match ask {
        Ask::Issuer { .. } => ("issuer", Vec::new(), false),
        Ask::Crl { .. } => ("crl", Vec::new(), false),
        Ask::Ocsp { request, .. } => {
            let parsed = OcspRequest::from_der(request).ok();
            let fresh = parsed.as_ref().is_some_and(|r| r.nonce.is_some());
            let plain = parsed.and_then(|r| OcspRequest { nonce: None, ..r }.to_der().ok());
            ("ocsp", plain.unwrap_or_else(|| request.clone()), fresh)
        }
    };
    let told = [kind.as_bytes(), &[0], ask.url().as_bytes(), &[0], &request].concat();
    (DigestAlgorithm::Sha256.of(&told).iter().map(|b| format!("{b:02x}")).collect(), fresh)
}

/// Until when an answer can be used again; `None`: it is not kept, because it is none or too large.
fn expires(ask: &Ask, body: &[u8], now: Timestamp) -> Option<Timestamp> {
    if body.len() > MAX_KEPT {
        return None;
    }
    let (most, stated) = match ask {
        Ask::Issuer { .. } => {
            let certificates = || pki::SignedData::from_ber(body).is_ok_and(|s| !s.readable_certificates().is_empty());
            (pki::Certificate::from_pem_or_der(body).is_ok() || certificates()).then_some((ISSUER, None))?
        }
        Ask::Crl { .. } => (CRL, Some(Crl::from_der(body).ok()?.next_update?)),
        Ask::Ocsp { request, .. } => {
            let response = OcspResponse::from_der(body).ok()?;
            let asked = OcspRequest::from_der(request).ok()?.ids;
            response.responses.iter().find(|r| asked.contains(&r.id))?;
            (OCSP, Some(response.responses.iter().map(|r| r.next_update).min().flatten()?))
        }
    };
    let end = now.checked_add(most).ok()?;
    Some(stated.map_or(end, |s| s.min(end))).filter(|e| *e > now)
}
