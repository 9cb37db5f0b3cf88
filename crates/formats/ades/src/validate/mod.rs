//! The decision of EN 319 102-1 over the facts of a file: a pure function of facts, trust anchors, policy, further material and a time.
//!
//! The order is that of the standard: format, signing certificate, integrity, time stamps (latest archive first, so that each proves the
//! existence of what it covers), best signature time, certification path and revocation at that time, cryptographic constraints. Whatever
//! cannot be judged ends INDETERMINATE.

mod chain;
mod level;
mod pool;
mod report;
mod revocation;
mod signature;
mod text;
mod timestamp;

#[cfg(test)]
mod tests;

pub use report::{
    Finding, Indication, Lang, Report, Scope, Severity, Signatory, SignatureReport, SubIndication, TimestampIndication,
    TimestampReport,
};
pub(crate) use text::known as known_code;
pub use text::{Text, of as text_of};

use jiff::{SignedDuration, Timestamp};
use pki::{Certificate, QcType, strength::Strength};

pub use crate::material::Material;

use crate::facts::FileFacts;

/// A trusted certificate and what is known of it.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// The certificate.
    pub certificate: Certificate,
    /// For which kinds of qualified certificates a trusted list names it as a granted service. Empty for anchors that a user gave.
    pub qualified: Vec<QcType>,
}

/// What is trusted.
#[derive(Clone, Debug, Default)]
pub struct Anchors(Vec<Anchor>);

impl Anchors {
    /// Certificates that somebody trusts, without a trusted list.
    pub fn new(certificates: impl IntoIterator<Item = Certificate>) -> Self {
        Self(certificates.into_iter().map(|certificate| Anchor { certificate, qualified: Vec::new() }).collect())
    }
    /// All certificates of a PEM text.
    pub fn from_pem(text: &str) -> pki::Result<Self> {
        Certificate::all_from_pem(text).map(Self::new)
    }
    /// Adds one.
    pub fn add(&mut self, anchor: Anchor) {
        self.0.push(anchor);
    }
    /// Adds all of another.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Whether nothing is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The certificates.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.0.iter().map(|a| &a.certificate)
    }
    fn find(&self, certificate: &Certificate) -> Option<&Anchor> {
        self.0.iter().find(|a| a.certificate == *certificate)
    }
}

/// By what rules is judged.
#[derive(Clone, Debug)]
pub struct Policy {
    /// End dates of algorithms (TS 119 312).
    pub strength: Strength,
    /// How old an OCSP response or CRL without `nextUpdate` may be at the time it is to prove.
    pub max_revocation_age: SignedDuration,
    /// How far clocks may differ.
    pub clock_tolerance: SignedDuration,
    /// Whether a signature without a signed reference to its certificate is accepted.
    pub require_certificate_reference: bool,
}

impl Default for Policy {
    /// The policy of this platform: TS 119 312 end dates, revocation information without `nextUpdate` at most a day old, clocks within a
    /// minute, signed reference to the certificate required.
    fn default() -> Self {
        Self {
            strength: Strength::default(),
            max_revocation_age: SignedDuration::from_hours(24),
            clock_tolerance: SignedDuration::from_secs(60),
            require_certificate_reference: true,
        }
    }
}

/// Something that could be fetched to come to a better verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// The issuer of this certificate, from one of these addresses.
    Issuer {
        /// Whose issuer.
        of: Certificate,
        /// `caIssuers` addresses.
        urls: Vec<String>,
    },
    /// The status of this certificate.
    Status {
        /// Of which.
        of: Certificate,
        /// Its issuer.
        issuer: Certificate,
        /// OCSP addresses.
        ocsp: Vec<String>,
        /// CRL addresses.
        crl: Vec<String>,
    },
}

/// Everything a verdict depends on besides the file.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    /// What is trusted.
    pub anchors: &'a Anchors,
    /// By what rules.
    pub policy: &'a Policy,
    /// Material from elsewhere: fetched from the network or kept by the validator. It never counts for the level.
    pub material: &'a Material,
    /// Current time of EN 319 102-1.
    pub time: Timestamp,
    /// Language of the texts.
    pub lang: Lang,
}

/// Judges all signatures of a file.
pub fn validate_file(file: &str, facts: &FileFacts, basis: &Basis<'_>) -> Report {
    let mut needs = Vec::new();
    let signatures = facts.signatures.iter().map(|s| signature::judge(s, facts, basis, &mut needs)).collect();
    let mut unique: Vec<Need> = Vec::new();
    for need in needs {
        if !unique.contains(&need) {
            unique.push(need);
        }
    }
    Report {
        file: file.to_owned(),
        container: facts.container.map(str::to_owned),
        signatures,
        unsigned: facts.unsigned.clone(),
        defects: facts
            .defects
            .iter()
            .map(|d| Finding::new(d.code, d.object.clone(), of_defect(d), basis.lang))
            .collect(),
        needs: unique,
    }
}

fn of_defect(defect: &crate::facts::Defect) -> Severity {
    if defect.fatal { Severity::Error } else { Severity::Warning }
}
