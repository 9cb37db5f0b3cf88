//! What would be signed is judged before the key sees it.

use pki::{Certificate, CertificateTemplate};

use super::{Intent, IssueError};
use crate::authority::Authority;

/// Refuses content that breaks a rule of RFC 5280 or EN 319 412.
pub(super) fn check(intent: &Intent, issuer: Option<&Authority>) -> Result<(), IssueError> {
    // The signature is not there yet; a filler of the right form stands in its place.
    let certificate: Certificate = CertificateTemplate::assemble(&intent.tbs, intent.algorithm, &[0])?;
    let broken = |finding: &str| Err(IssueError::Lint { finding: finding.to_owned() });
    if !certificate.extensions().malformed.is_empty() {
        return broken("ca.malformed-extension");
    }
    if let Some(issuer) = issuer {
        if !certificate.may_be_issued_by(&issuer.certificate) {
            return broken("ca.issuer-mismatch");
        }
        if certificate.not_after() > issuer.certificate.not_after() {
            return broken("ca.outlives-issuer");
        }
    }
    Ok(())
}
