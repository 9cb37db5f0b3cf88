//! What signatures need from the network.

use ades::{
    gather::{Ask, Gather, GatherError},
    material::Material,
};
use base::Timestamp;
use pki::{DigestAlgorithm, TimeStampRequest, TimeStampResponse};

use crate::{Client, NetError, client::host_of};

const MAX_OCSP: usize = 256 * 1024;
const MAX_CRL: usize = 64 << 20;
const MAX_CERTIFICATE: usize = 256 * 1024;
const MAX_TOKEN: usize = 256 * 1024;

impl Client {
    /// Fetches one thing that a [`Gather`] wants.
    ///
    /// # Errors
    /// See [`NetError`].
    pub async fn fetch(&self, ask: &Ask) -> Result<Vec<u8>, NetError> {
        match ask {
            Ask::Issuer { url } => self.get(url, MAX_CERTIFICATE).await,
            Ask::Crl { url } => self.get(url, MAX_CRL).await,
            Ask::Ocsp { url, request } => {
                let (sent, wanted) = ("application/ocsp-request", "application/ocsp-response");
                self.post(url, sent, wanted, request.clone(), MAX_OCSP).await
            }
        }
    }

    /// Gathers the validation material for these end certificates; `known` are certificates at hand, all DER. Status information issued
    /// at `since` (the time stamp's time) or later is preferred; an older one is logged with its age.
    ///
    /// # Errors
    /// When something was not found, or a certificate is revoked.
    pub async fn material(
        &self,
        ends: &[Vec<u8>],
        known: &[Vec<u8>],
        at: Timestamp,
        since: Option<Timestamp>,
    ) -> Result<Material, GatherError> {
        let mut gather = Gather::new(ends, known, at)?.since(since);
        while let Some(ask) = gather.ask() {
            match self.fetch(&ask).await {
                Ok(bytes) => gather.answer(Ok(&bytes)),
                Err(e) => {
                    tracing::debug!(host = host_of(ask.url()), error = e.code(), "not fetched");
                    gather.answer(Err(&e.to_string()));
                }
            }
        }
        for stale in gather.stale() {
            tracing::warn!(of = %stale.of, age_seconds = stale.age.as_secs(), "no status information since the time stamp is to be had");
        }
        gather.finish()
    }

    /// A time stamp over `imprint` from an authority (RFC 3161): the token, as received. The answer is held against the request.
    ///
    /// # Errors
    /// When the authority cannot be reached, refuses, or answers something else.
    pub async fn time_stamp(
        &self,
        url: &str,
        digest: DigestAlgorithm,
        imprint: &[u8],
        nonce: &[u8],
    ) -> Result<Vec<u8>, NetError> {
        let failed = |e: pki::Error| NetError::Timestamp { host: url.to_owned(), why: e.to_string() };
        let (imprint, nonce) = (imprint.to_vec(), Some(nonce.to_vec()));
        let request = TimeStampRequest { digest, imprint, policy: None, nonce, certificate: true };
        let body = request.to_der().map_err(failed)?;
        let (sent, wanted) = ("application/timestamp-query", "application/timestamp-reply");
        let answer = self.post(url, sent, wanted, body, MAX_TOKEN).await?;
        let response = TimeStampResponse::from_der(&answer).map_err(failed)?;
        response.token_for(&request).map_err(failed)
    }
}
