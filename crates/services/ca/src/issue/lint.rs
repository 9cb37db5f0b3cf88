//! What would be signed is judged before the key sees it.

use contract::ca::Profile as Holder;
use pki::lint::{self, LintFinding, Profile};

use super::IssueError;
use crate::{authority::Authority, profile::Kind};

/// Refuses content that breaks a rule of RFC 5280, EN 319 412 or EN 319 422.
pub(super) fn check(tbs: &[u8], kind: &Kind, issuer: Option<&Authority>) -> Result<(), IssueError> {
    let profile = match kind {
        Kind::Root => Profile::Root,
        Kind::Issuing(_) => Profile::IssuingCa,
        Kind::Responder => Profile::OcspResponder,
        Kind::TimeStamping => Profile::TimeStamping,
        Kind::Holder(Holder::EidAuthentication, _) => Profile::NaturalAuthentication,
        Kind::Holder(Holder::EidSignature, _) => Profile::NaturalSignature,
        Kind::Holder(Holder::Seal, _) => Profile::LegalSeal,
        Kind::Holder(Holder::TlsServer, _) => Profile::TlsServer,
        Kind::Holder(Holder::TlsClient, _) => Profile::TlsClient,
    };
    passed(&lint::tbs_certificate(tbs, profile, issuer.map(|i| &i.certificate)))
}

/// Refuses when any finding says that this must not be signed; notes the others.
pub(crate) fn passed(findings: &[LintFinding]) -> Result<(), IssueError> {
    for f in findings {
        tracing::debug!(code = f.code, clause = f.clause, object = f.object, severity = ?f.severity, "lint");
    }
    match findings.iter().find(|f| f.severity == lint::LintSeverity::Error) {
        Some(f) => Err(IssueError::Lint { finding: format!("{} ({}, {})", f.code, f.clause, f.object) }),
        None => Ok(()),
    }
}
