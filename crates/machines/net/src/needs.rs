//! What a verdict lacks, fetched: issuers by AIA, status by OCSP, else by CRL (RFC 5280 sections 4.2.1.13 and 4.2.2.1). Addresses come from
//! certificates, so from strangers: every one goes through the guard, none is asked twice, and there is a bound to their number and time.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use ades::{
    gather::Ask,
    validate::{Material, Need},
};
use base::Cx;
use futures_util::{StreamExt as _, future::BoxFuture, stream};
use pki::{CertId, Certificate, Crl, DigestAlgorithm, OcspRequest, OcspResponse};

use crate::{Client, NetError, client::host_of};

/// Requests at one time.
const AT_ONCE: usize = 8;
/// Most requests for one set of verdicts.
const MOST: usize = 128;

/// Whoever fetches one thing: the network, or a cache before it.
pub trait Fetch: Send + Sync {
    /// Fetches one thing.
    fn fetch<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Vec<u8>, NetError>>;
}

/// The network. OCSP is asked with a nonce (RFC 9654); an answer with another one is refused, one without is judged by its times.
#[derive(Clone)]
pub struct Network {
    client: Client,
    cx: Cx,
}

impl Network {
    /// Fetches with this client; `cx` gives the nonces.
    pub fn new(client: Client, cx: Cx) -> Self {
        Self { client, cx }
    }

    async fn ocsp(&self, url: &str, request: &[u8]) -> Result<Vec<u8>, NetError> {
        let plain = Ask::Ocsp { url: url.to_owned(), request: request.to_vec() };
        let Ok(parsed) = OcspRequest::from_der(request) else { return self.client.fetch(&plain).await };
        let nonce = parsed.nonce.clone().unwrap_or_else(|| self.cx.bytes::<32>().to_vec());
        let given = parsed.nonce.is_some();
        let Ok(request) = (OcspRequest { nonce: Some(nonce.clone()), ..parsed }).to_der() else {
            return self.client.fetch(&plain).await;
        };
        let answer = self.client.fetch(&Ask::Ocsp { url: url.to_owned(), request }).await;
        let read = answer.as_ref().ok().and_then(|bytes| OcspResponse::from_der(bytes).ok());
        match (read, given) {
            (Some(read), _) if read.nonce.as_ref().is_some_and(|n| *n != nonce) => Err(NetError::Nonce(host_of(url))),
            (Some(_), _) | (None, true) => answer,
            // Some responders answer only requests without extensions (RFC 5019).
            (None, false) if answer.as_ref().is_err_and(NetError::is_lasting) => answer,
            (None, false) => self.client.fetch(&plain).await,
        }
    }
}

impl Fetch for Network {
    fn fetch<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Vec<u8>, NetError>> {
        Box::pin(async move {
            match ask {
                Ask::Ocsp { url, request } => self.ocsp(url, request).await,
                Ask::Issuer { .. } | Ask::Crl { .. } => self.client.fetch(ask).await,
            }
        })
    }
}

/// What was asked already.
#[derive(Default)]
pub struct Asked(Mutex<BTreeSet<(String, Vec<u8>)>>);

impl Asked {
    /// Whether this may be asked: not yet asked, and not too much altogether.
    fn may(&self, url: &str, about: &[u8]) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.len() < MOST && all.insert((url.to_owned(), about.to_vec()))
    }
}

/// Fetches what a verdict lacks, several at once, for at most `limit`. Whether anything new came.
pub fn fetch_needs<'a>(
    from: &'a dyn Fetch,
    needs: &'a [Need],
    asked: &'a Asked,
    limit: Duration,
    material: &'a mut Material,
) -> BoxFuture<'a, bool> {
    let all: Vec<BoxFuture<'a, Material>> =
        needs.iter().map(|need| Box::pin(one_need(from, need, asked)) as BoxFuture<'a, Material>).collect();
    Box::pin(async move {
        let size = |m: &Material| (m.certificates.len(), m.crls.len(), m.ocsps.len());
        let before = size(material);
        let mut all = stream::iter(all).buffer_unordered(AT_ONCE);
        let collect = async {
            while let Some(found) = all.next().await {
                material.merge(found);
            }
        };
        if tokio::time::timeout(limit, collect).await.is_err() {
            tracing::debug!("not everything was fetched in time");
        }
        before != size(material)
    })
}

async fn one_need(from: &dyn Fetch, need: &Need, asked: &Asked) -> Material {
    let mut found = Material::default();
    match need {
        Need::Issuer { urls, .. } => {
            for url in urls {
                let bytes = one(from, Ask::Issuer { url: url.clone() }, &[], asked).await;
                found.certificates = bytes.map(|b| certificates(&b)).unwrap_or_default();
                if !found.certificates.is_empty() {
                    break;
                }
            }
        }
        Need::Status { of, issuer, ocsp, crl } => {
            found.ocsps.extend(by_ocsp(from, of, issuer, ocsp, asked).await);
            for url in crl {
                if !(found.ocsps.is_empty() && found.crls.is_empty()) {
                    break;
                }
                let bytes = one(from, Ask::Crl { url: url.clone() }, &[], asked).await;
                found.crls.extend(bytes.filter(|b| Crl::from_der(b).is_ok()));
            }
        }
    }
    found
}

async fn by_ocsp(
    from: &dyn Fetch,
    of: &Certificate,
    issuer: &Certificate,
    urls: &[String],
    asked: &Asked,
) -> Option<Vec<u8>> {
    let id = CertId::new(DigestAlgorithm::Sha1, issuer, of.serial());
    let request = (OcspRequest { ids: vec![id], nonce: None }).to_der().ok()?;
    for url in urls {
        let ask = Ask::Ocsp { url: url.clone(), request: request.clone() };
        if let Some(bytes) = one(from, ask, of.der(), asked).await
            && OcspResponse::from_der(&bytes).is_ok_and(|r| r.find(of, issuer).is_some())
        {
            return Some(bytes);
        }
    }
    None
}

async fn one(from: &dyn Fetch, ask: Ask, about: &[u8], asked: &Asked) -> Option<Vec<u8>> {
    if !asked.may(ask.url(), about) {
        return None;
    }
    match from.fetch(&ask).await {
        Ok(bytes) => Some(bytes),
        Err(e) => {
            tracing::debug!(host = host_of(ask.url()), error = e.code(), "not fetched");
            None
        }
    }
}

/// One certificate in DER or PEM, or a CMS message that carries several.
fn certificates(bytes: &[u8]) -> Vec<Vec<u8>> {
    if let Ok(c) = Certificate::from_pem_or_der(bytes) {
        return vec![c.der().to_vec()];
    }
    pki::SignedData::from_ber(bytes).map(|s| s.certificates).unwrap_or_default()
}
