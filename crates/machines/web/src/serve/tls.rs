use std::sync::Arc;

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

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
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?.with_no_client_auth();
    let mut config = builder.with_single_cert(certificates(chain_pem)?, private_key(key_pem)?)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
