use base::Cx;
use pki::{Certificate, KeyUsage};

use super::{Engine, EngineError, trust::Roots};

impl Engine {
    /// Checks that a certificate is of a person (`PNOLV-…`).
    pub fn check_owner(&self, der: &[u8], person: &str) -> Result<(), EngineError> {
        let certificate = Certificate::from_der(der).map_err(|_| EngineError::CertificateUnreadable)?;
        match certificate.subject().serial_number() {
            Some(number) if number == person => Ok(()),
            _ => Err(EngineError::CertificateOther),
        }
    }

    /// Checks that a certificate may sign now: for signatures, of the national PKI, in its time, not revoked or on hold. Gives the
    /// certificates above it, up to and including the root.
    pub async fn check_certificate(&self, cx: &Cx, der: &[u8]) -> Result<Vec<Vec<u8>>, EngineError> {
        let certificate = Certificate::from_der(der).map_err(|_| EngineError::CertificateUnreadable)?;
        if !certificate.key_usage().is_some_and(|u| u.contains(KeyUsage::NON_REPUDIATION)) || certificate.is_ca() {
            return Err(EngineError::CertificatePurpose);
        }
        let roots = self.trust.roots(cx).await?;
        let chain = chain(&roots, &certificate).ok_or(EngineError::CertificateIssuer)?;
        if !certificate.is_valid_at(cx.now()) {
            return Err(EngineError::CertificateExpired);
        }
        self.trust.gather(cx, &[der.to_vec()], &roots).await?;
        Ok(chain)
    }
}

/// The issuers of a certificate up to and including the root.
pub(super) fn chain(roots: &Roots, certificate: &Certificate) -> Option<Vec<Vec<u8>>> {
    let mut chain: Vec<Vec<u8>> = Vec::new();
    let mut current = certificate.clone();
    for _ in 0..8 {
        let of = |c: &&Certificate| current.may_be_issued_by(c) && current.verify_signed_by(c).is_ok();
        if let Some(root) = roots.roots.iter().find(of) {
            chain.push(root.der().to_vec());
            return Some(chain);
        }
        let issuer = roots.issuers.iter().find(of)?.clone();
        chain.push(issuer.der().to_vec());
        current = issuer;
    }
    None
}
