//! The decision of EN 319 102-1 over the facts of a file: a pure function of facts, trust anchors, policy, further material and a time.
//!
//! The order is that of the standard: format, signing certificate, integrity, time stamps (latest archive first, so that each proves the
//! existence of what it covers), best signature time, certification path and revocation at that time, cryptographic constraints. Whatever
//! cannot be judged ends INDETERMINATE.

mod anchors;
mod bench;
mod chain;
mod conclusion;
mod crls;
mod detailed;
mod etsi;
mod level;
mod past;
mod poe;
mod policy;
mod pool;
mod qualification;
mod report;
mod revocation;
mod signature;
mod stamps;
mod text;
mod timestamp;

#[cfg(test)]
pub(crate) mod tests;

pub use anchors::Anchors;
pub use conclusion::{Block, Conclusion, Outcome};
pub use detailed::DetailedReport;
pub use policy::{Action, Constraints, Policy};
pub use report::{
    Detail, EvidenceReport, Finding, Indication, Lang, Report, Scope, Severity, Signatory, SignatureReport,
    StampDetail, SubIndication, TimestampIndication, TimestampReport,
};
pub(crate) use text::known as known_code;
pub use text::{Text, of as text_of};

use jiff::Timestamp;
use pki::Certificate;

pub use crate::material::Material;

use crate::facts::{FileFacts, Format, SignatureFacts};

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
    let (timestamps, evidence_records) = alone(facts, basis, &mut needs);
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
        timestamps,
        evidence_records,
        defects: facts
            .defects
            .iter()
            .map(|d| Finding::new(d.code, d.object.clone(), of_defect(d), basis.lang))
            .collect(),
        needs: unique,
    }
}

/// Time stamps and evidence records that belong to no signature.
fn alone(file: &FileFacts, basis: &Basis<'_>, needs: &mut Vec<Need>) -> (Vec<TimestampReport>, Vec<EvidenceReport>) {
    if file.timestamps.is_empty() && file.evidence.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let nobody = SignatureFacts::unread("", Format::CAdES);
    let pool = pool::Pool::new(&nobody, file, basis);
    let stamps = stamps::Stamps::judge(&pool, &nobody, &mut poe::Poe::new(basis.time));
    needs.extend(pool.needs.take());
    (stamps.of_file(file.timestamps.len()), stamps.records(&file.evidence))
}

fn of_defect(defect: &crate::facts::Defect) -> Severity {
    if defect.fatal { Severity::Error } else { Severity::Warning }
}
