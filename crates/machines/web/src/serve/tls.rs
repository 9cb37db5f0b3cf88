use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use rustls::{
    DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{self, WebPkiSupportedAlgorithms},
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject as _},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

use crate::client::ClientCertificate;

/// Certificate or key of a listener is not usable.
#[derive(Debug, thiserror::Error)]
pub enum BadTls {
    /// No certificate or key in the PEM text, or it does not parse.
    #[error("TLS: {what}: {why}")]
    Pem {
        /// Which file.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The library refuses it.
    #[error("TLS: {0}")]
    Rustls(#[from] rustls::Error),
    /// The anchors for clients do not make a verifier.
    #[error("TLS: client certificates: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}

pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, BadTls> {
    let bad = |why: String| BadTls::Pem { what: "certificate", why };
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.map_err(|e| bad(e.to_string()))?;
    if all.is_empty() { Err(bad("none in the file".to_owned())) } else { Ok(all) }
}

pub(crate) fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, BadTls> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|e| BadTls::Pem { what: "private key", why: e.to_string() })
}

/// TLS for browsers and API clients: chain and key as PEM.
pub fn tls(chain_pem: &[u8], key_pem: &[u8]) -> Result<Arc<ServerConfig>, BadTls> {
    let builder = ServerConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?.with_no_client_auth();
    let mut config = builder.with_single_cert(certificates(chain_pem)?, private_key(key_pem)?)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// TLS for registered programs: each proves that it has the key of the certificate it shows (RFC 8705 section 2.2). Which
/// certificate is registered, the request's guard decides; nobody has to trust an issuer.
pub fn tls_for_clients(chain_pem: &[u8], key_pem: &[u8]) -> Result<Arc<ServerConfig>, BadTls> {
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let proof = Arc::new(Possession(provider.signature_verification_algorithms));
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config =
        builder.with_client_cert_verifier(proof).with_single_cert(certificates(chain_pem)?, private_key(key_pem)?)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// What a registered certificate is known by.
pub(super) fn digest_of(certificate: &CertificateDer<'_>) -> ClientCertificate {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, certificate).as_ref());
    ClientCertificate(out)
}

#[derive(Debug)]
struct Possession(WebPkiSupportedAlgorithms);

impl ClientCertVerifier for Possession {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }
    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let bad = |e: rustls::CertificateError| rustls::Error::InvalidCertificate(e);
        let read = pki::Certificate::from_der(certificate).map_err(|_| bad(rustls::CertificateError::BadEncoding))?;
        let at = i64::try_from(now.as_secs()).ok().and_then(|s| jiff::Timestamp::from_second(s).ok());
        match at.is_some_and(|at| read.is_valid_at(at)) {
            true => Ok(ClientCertVerified::assertion()),
            false => Err(bad(rustls::CertificateError::Expired)),
        }
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls12_signature(message, certificate, signed, &self.0)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls13_signature(message, certificate, signed, &self.0)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
