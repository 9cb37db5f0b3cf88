//! Judges what is about to be signed: RFC 5280, EN 319 412-1/-2/-3/-5, EN 319 422, RFC 6960, before a key sees it.

mod certificate;
mod extensions;
mod names;
mod profiles;
mod status;
mod time_stamp;

pub use certificate::tbs_certificate;
pub use status::{tbs_crl, tbs_ocsp};
pub use time_stamp::tst_info;

use std::sync::LazyLock;

use crate::strength::Strength;

/// What kind of certificate is meant to be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Self-signed root.
    Root,
    /// Issuing authority.
    IssuingCa,
    /// Qualified signature of a natural person (EN 319 412-2).
    NaturalSignature,
    /// Authentication of a natural person.
    NaturalAuthentication,
    /// Seal of a legal person (EN 319 412-3).
    LegalSeal,
    /// Time-stamping unit (EN 319 422).
    TimeStamping,
    /// OCSP responder.
    OcspResponder,
    /// TLS server.
    TlsServer,
    /// TLS client, machine.
    TlsClient,
}

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LintSeverity {
    /// Allowed, but not what is recommended.
    Warning,
    /// Must not be signed.
    Error,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LintFinding {
    /// Stable code.
    pub code: &'static str,
    /// Clause that is broken.
    pub clause: &'static str,
    /// How bad.
    pub severity: LintSeverity,
    /// What it is about: attribute, extension, serial number. No personal data.
    pub object: String,
}

/// Whether anything must not be signed.
pub fn refuses(findings: &[LintFinding]) -> bool {
    findings.iter().any(|f| f.severity == LintSeverity::Error)
}

/// Gathers findings.
struct Bench {
    findings: Vec<LintFinding>,
    strength: &'static Strength,
}

/// Every stamp and every status is checked: the table is made once.
static STRENGTH: LazyLock<Strength> = LazyLock::new(Strength::default);

impl Bench {
    fn new() -> Self {
        Self { findings: Vec::new(), strength: &STRENGTH }
    }
    fn error(&mut self, code: &'static str, clause: &'static str, object: impl Into<String>) {
        self.findings.push(LintFinding { code, clause, severity: LintSeverity::Error, object: object.into() });
    }
    fn warn(&mut self, code: &'static str, clause: &'static str, object: impl Into<String>) {
        self.findings.push(LintFinding { code, clause, severity: LintSeverity::Warning, object: object.into() });
    }
    fn require(&mut self, holds: bool, code: &'static str, clause: &'static str, object: impl Into<String>) {
        if !holds {
            self.error(code, clause, object);
        }
    }
}

/// Names of extensions for findings.
fn extension_name(id: crate::Oid) -> String {
    use crate::oid;
    match id {
        oid::SUBJECT_KEY_IDENTIFIER => "subjectKeyIdentifier".into(),
        oid::AUTHORITY_KEY_IDENTIFIER => "authorityKeyIdentifier".into(),
        oid::KEY_USAGE => "keyUsage".into(),
        oid::EXTENDED_KEY_USAGE => "extKeyUsage".into(),
        oid::SUBJECT_ALT_NAME => "subjectAltName".into(),
        oid::BASIC_CONSTRAINTS => "basicConstraints".into(),
        oid::NAME_CONSTRAINTS => "nameConstraints".into(),
        oid::CRL_DISTRIBUTION_POINTS => "cRLDistributionPoints".into(),
        oid::CERTIFICATE_POLICIES => "certificatePolicies".into(),
        oid::AUTHORITY_INFO_ACCESS => "authorityInfoAccess".into(),
        oid::QC_STATEMENTS => "qcStatements".into(),
        oid::CRL_NUMBER => "cRLNumber".into(),
        other => other.to_string(),
    }
}
