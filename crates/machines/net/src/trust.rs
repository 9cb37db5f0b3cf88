use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// No usable root certificates were found.
#[derive(Debug, thiserror::Error)]
#[error("no root certificates: {0}")]
pub struct NoRoots(pub String);

impl NoRoots {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        "net.no-roots"
    }
}

/// The roots that the operating system trusts for TLS: `SSL_CERT_FILE`, or the usual bundle.
///
/// # Errors
/// When no bundle is found.
pub fn system_roots() -> Result<RootCertStore, NoRoots> {
    const USUAL: [&str; 5] = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
        "/opt/homebrew/etc/ca-certificates/cert.pem",
    ];
    if let Some(path) = std::env::var_os("SSL_CERT_FILE") {
        return pem_roots(Path::new(&path));
    }
    let found = USUAL.iter().map(Path::new).find(|p| p.is_file());
    pem_roots(found.ok_or_else(|| NoRoots("no bundle of the operating system".to_owned()))?)
}

/// The certificates of a PEM file as roots.
///
/// # Errors
/// When it cannot be read or holds none.
pub fn pem_roots(path: &Path) -> Result<RootCertStore, NoRoots> {
    let shown = || path.display().to_string();
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(path).map_err(|e| NoRoots(format!("{}: {e}", shown())))?;
    roots.add_parsable_certificates(certificates.flatten());
    if roots.is_empty() { Err(NoRoots(shown())) } else { Ok(roots) }
}

pub(crate) fn tls(roots: Option<RootCertStore>) -> Arc<ClientConfig> {
    let roots = roots.or_else(|| system_roots().ok()).unwrap_or_else(RootCertStore::empty);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    #[expect(clippy::expect_used, reason = "the provider supports TLS 1.2 and 1.3: known when compiled")]
    let builder = builder.expect("protocol versions of the provider");
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}
