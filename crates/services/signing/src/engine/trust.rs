use ades::{
    gather::{Ask, Gather},
    material::Material,
};
use base::{Cx, Timestamp};
use contract::{Der, Peers, ca};
use pki::{Certificate, DigestAlgorithm, OcspRequest, OcspResponse, TimeStampRequest, TimeStampResponse};

use super::EngineError;
use crate::abroad::Outing;

/// The trust core, asked through the contract.
#[derive(Clone)]
pub(crate) struct Trust {
    peers: Peers,
}

/// The certificates of the national PKI.
#[derive(Clone, Debug)]
pub(crate) struct Roots {
    /// Trust anchors.
    pub(crate) roots: Vec<Certificate>,
    /// Issuing authorities.
    pub(crate) issuers: Vec<Certificate>,
}

impl Roots {
    /// Whether an OCSP request is about a certificate of this PKI.
    fn answer_for(&self, request: &[u8]) -> bool {
        let ids = OcspRequest::from_der(request).map(|r| r.ids).unwrap_or_default();
        let ours = |id: &pki::CertId| self.roots.iter().chain(&self.issuers).any(|c| id.is_of_issuer(c));
        !ids.is_empty() && ids.iter().all(ours)
    }

    /// All of them, DER.
    pub(crate) fn all(&self) -> Vec<Vec<u8>> {
        self.roots.iter().chain(&self.issuers).map(|c| c.der().to_vec()).collect()
    }
}

impl Trust {
    pub(crate) fn new(peers: Peers) -> Self {
        Self { peers }
    }

    /// Asks which authorities there are.
    pub(crate) async fn roots(&self, cx: &Cx) -> Result<Roots, EngineError> {
        let set = self.peers.call(cx, ca::Anchors {}).await?;
        let read = |all: Vec<Der>| all.iter().filter_map(|d| Certificate::from_der(&d.0).ok()).collect();
        Ok(Roots { roots: read(set.roots), issuers: read(set.issuers) })
    }

    /// A time stamp over a digest; the answer is compared with what was asked.
    pub(crate) async fn time_stamp(
        &self,
        cx: &Cx,
        digest: DigestAlgorithm,
        imprint: Vec<u8>,
    ) -> Result<Vec<u8>, EngineError> {
        let trouble = |e: pki::Error| EngineError::TimeStamp(e.to_string());
        let nonce = Some(positive(cx.bytes::<16>()).to_vec());
        let request = TimeStampRequest { digest, imprint, policy: None, nonce, certificate: true };
        let answer = self.peers.call(cx, ca::TimeStamp(Der(request.to_der().map_err(trouble)?))).await?;
        let response = TimeStampResponse::from_der(&answer.0).map_err(trouble)?;
        if let TimeStampResponse::Refused { status, text, .. } = &response {
            let text = text.clone().unwrap_or_default();
            return Err(EngineError::TimeStamp(format!("PKIStatus {status} {text}")));
        }
        response.token_for(&request).map_err(trouble)
    }

    /// A fresh OCSP response: a nonce keeps the responder from repeating an older one.
    pub(crate) async fn ocsp(&self, cx: &Cx, request: &[u8]) -> Result<Vec<u8>, EngineError> {
        let trouble = |e: pki::Error| EngineError::Material(e.to_string());
        let mut request = OcspRequest::from_der(request).map_err(trouble)?;
        let nonce = cx.bytes::<16>().to_vec();
        request.nonce = Some(nonce.clone());
        let answer = self.peers.call(cx, ca::Ocsp(Der(request.to_der().map_err(trouble)?))).await?;
        let response = OcspResponse::from_der(&answer.0).map_err(trouble)?;
        if response.nonce.is_some_and(|n| n != nonce) {
            return Err(EngineError::Material("the OCSP response answers another request".into()));
        }
        Ok(answer.0)
    }

    /// Everything that shows these end certificates valid now. A revoked one is an error.
    pub(crate) async fn gather(&self, cx: &Cx, ends: &[Vec<u8>], roots: &Roots) -> Result<Material, EngineError> {
        self.gather_with(cx, ends, &[], None, roots, None).await
    }

    /// The same with further certificates that may lie between them and the root; status information of `since`, the time of the time
    /// stamp, or later is preferred. Those of others are asked about through `abroad`.
    pub(crate) async fn gather_with(
        &self,
        cx: &Cx,
        ends: &[Vec<u8>],
        known: &[Vec<u8>],
        since: Option<Timestamp>,
        roots: &Roots,
        mut abroad: Option<&mut Outing<'_>>,
    ) -> Result<Material, EngineError> {
        let known = [roots.all().as_slice(), known].concat();
        let mut gather = Gather::new(ends, &known, cx.now())?.since(since);
        while let Some(ask) = gather.ask() {
            let found = match (&ask, abroad.as_deref_mut()) {
                (Ask::Ocsp { request, .. }, _) if roots.answer_for(request) => {
                    self.ocsp(cx, request).await.map_err(|e| e.to_string())
                }
                (_, Some(abroad)) => abroad.fetch(cx, &ask).await,
                (_, None) => Err("nothing is fetched for foreign certificates (signing.fetch)".to_owned()),
            };
            gather.answer(found.as_deref().map_err(String::as_str));
        }
        for stale in gather.stale() {
            tracing::warn!(of = %stale.of, age_seconds = stale.age.as_secs(), "no status information since the time stamp is to be had");
        }
        Ok(gather.finish()?)
    }
}

/// The same octets as a positive INTEGER without leading zero.
fn positive(mut bytes: [u8; 16]) -> [u8; 16] {
    if let Some(first) = bytes.first_mut() {
        *first = *first & 0x7F | 0x40;
    }
    bytes
}
