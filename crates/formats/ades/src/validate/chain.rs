use jiff::Timestamp;
use pki::{
    Certificate,
    path::{NoPath, Path, PathProblem, Purpose},
};

use super::{Severity, SubIndication, pool::Pool, revocation::Status};

/// What X.509 validation says (EN 319 102-1 clause 5.2.6).
pub(super) struct Verdict {
    /// Empty: passed.
    pub(super) failures: Vec<SubIndication>,
    /// Codes and objects of findings.
    pub(super) findings: Vec<(&'static str, String, Severity)>,
    /// The path, if there is one.
    pub(super) path: Option<Path>,
    /// Since when the end entity's certificate is revoked, if it was at the time.
    pub(super) revoked_at: Option<Timestamp>,
}

/// Name of a certificate for people: common name or serial number.
pub(super) fn label(certificate: &Certificate) -> String {
    certificate.subject().common_name().map_or_else(|| certificate.serial_hex(), str::to_owned)
}

impl Pool<'_> {
    /// Judges a certificate at `at`, with proof that all material existed at `poe`.
    pub(super) fn judge_chain(&self, leaf: &Certificate, at: Timestamp, poe: Timestamp, purpose: Purpose) -> Verdict {
        let mut v = Verdict { failures: Vec::new(), findings: Vec::new(), path: None, revoked_at: None };
        let path = match self.path(leaf, at, purpose) {
            Ok(path) => path,
            Err(NoPath::NoAnchor(partial)) => {
                let last = partial.last().map(label).unwrap_or_default();
                v.findings.push(("validate.chain.no-anchor", last, Severity::Error));
                v.failures.push(SubIndication::NoCertificateChainFound);
                return v;
            }
            Err(NoPath::TooComplex) => {
                v.findings.push(("validate.chain.too-complex", label(leaf), Severity::Error));
                v.failures.push(SubIndication::NoCertificateChainFound);
                return v;
            }
        };
        for finding in &path.findings {
            let name = path.certificates.get(finding.index).map(label).unwrap_or_default();
            let (code, sub) = match &finding.problem {
                PathProblem::NotYetValid if finding.index == 0 => {
                    ("validate.chain.not-yet-valid", SubIndication::NotYetValid)
                }
                PathProblem::NotYetValid => ("validate.chain.not-yet-valid", SubIndication::OutOfBoundsNoPoe),
                PathProblem::Expired => ("validate.chain.expired", SubIndication::OutOfBoundsNoPoe),
                PathProblem::Weak(_) => ("validate.chain.weak-algorithm", SubIndication::CryptoConstraintsFailureNoPoe),
                PathProblem::WrongPurpose => ("validate.chain.wrong-purpose", SubIndication::ChainConstraintsFailure),
                PathProblem::UnknownCritical(_) | PathProblem::Malformed(_) => {
                    ("validate.chain.extension", SubIndication::CertificateChainGeneralFailure)
                }
                _ => ("validate.chain.constraints", SubIndication::ChainConstraintsFailure),
            };
            v.findings.push((code, name, Severity::Error));
            v.failures.push(sub);
        }
        for (index, certificate) in path.certificates.iter().enumerate() {
            let Some(issuer) = path.issuer_of(index) else { break };
            let name = label(certificate);
            // What an issuer signed can be relied on only while its certificate held, or with proof from then.
            if index > 0 && certificate.not_after() < poe && certificate.is_valid_at(at) {
                v.findings.push(("validate.chain.ca-expired-no-poe", name.clone(), Severity::Error));
                v.failures.push(SubIndication::OutOfBoundsNoPoe);
            }
            match self.status(certificate, issuer, at, poe) {
                Status::NotRequired => {}
                Status::Good { revoked_later, issued_before, .. } => {
                    if issued_before && index == 0 {
                        v.findings.push(("validate.revocation.issued-before", name.clone(), Severity::Info));
                    }
                    if index > 0 && revoked_later.is_some_and(|r| r <= poe) {
                        v.findings.push(("validate.chain.ca-revoked", name, Severity::Error));
                        v.failures.push(SubIndication::RevokedCaNoPoe);
                    } else if revoked_later.is_some() {
                        v.findings.push(("validate.revocation.later", name, Severity::Info));
                    }
                }
                Status::Revoked { at, .. } if index == 0 => {
                    v.revoked_at = Some(at);
                    v.findings.push(("validate.chain.revoked", name, Severity::Error));
                    v.failures.push(SubIndication::RevokedNoPoe);
                }
                Status::Revoked { .. } => {
                    v.findings.push(("validate.chain.ca-revoked", name, Severity::Error));
                    v.failures.push(SubIndication::RevokedCaNoPoe);
                }
                Status::Held { .. } => {
                    v.findings.push(("validate.chain.held", name, Severity::Error));
                    v.failures.push(SubIndication::TryLater);
                }
                Status::Unknown(problems) => {
                    let old = problems.contains(&"validate.revocation.too-old");
                    v.findings.push(("validate.revocation.missing", name.clone(), Severity::Error));
                    let told = problems
                        .into_iter()
                        .filter(|p| *p != "validate.revocation.other-certificate" || !self.speaks_of_somebody(issuer));
                    v.findings.extend(told.map(|p| (p, name.clone(), Severity::Info)));
                    // Old information may be followed by newer; where there is none at all, nothing says that waiting helps.
                    v.failures.push(if old {
                        SubIndication::TryLater
                    } else {
                        SubIndication::CertificateChainGeneralFailure
                    });
                }
            }
        }
        v.path = Some(path);
        v
    }

    /// Whether any OCSP response answers about a certificate of this issuer that is in the pool: then it is not a stray one.
    fn speaks_of_somebody(&self, issuer: &Certificate) -> bool {
        self.ocsps.iter().all(|o| self.certificates.iter().any(|c| o.item.find(c, issuer).is_some()))
    }
}

/// The failure that is reported when there are several: what no proof of existence can cure comes first.
pub(super) fn worst(failures: &[SubIndication]) -> Option<SubIndication> {
    use SubIndication as S;
    let order = [
        S::NoCertificateChainFound,
        S::CertificateChainGeneralFailure,
        S::ChainConstraintsFailure,
        S::NotYetValid,
        S::RevokedNoPoe,
        S::RevokedCaNoPoe,
        S::CryptoConstraintsFailureNoPoe,
        S::OutOfBoundsNoPoe,
        S::TryLater,
    ];
    order.into_iter().find(|s| failures.contains(s)).or_else(|| failures.first().copied())
}
