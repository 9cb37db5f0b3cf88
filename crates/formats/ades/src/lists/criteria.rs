//! The qualifications extension (TS 119 612 clause 5.5.9.2): which certificates of a service have which qualifiers.

use pki::{Certificate, Oid};
use serde::{Deserialize, Serialize};

use super::uri;

/// Qualifiers of the certificates that meet a list of criteria.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualification {
    /// `QCWithQSCD`, … as URI.
    pub qualifiers: Vec<String>,
    /// For which certificates.
    pub criteria: CriteriaList,
}

impl Qualification {
    /// Whether it says this (`QCWithQSCD`).
    pub fn says(&self, name: &str) -> bool {
        self.qualifiers.iter().any(|q| uri::extension_name(q) == name)
    }
}

/// How many criteria have to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Assert {
    /// All.
    All,
    /// One or more.
    AtLeastOne,
    /// None of them.
    None,
}

/// Criteria.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriteriaList {
    /// How many have to be met.
    pub assert: Assert,
    /// The criteria.
    pub criteria: Vec<Criterion>,
}

/// One criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Criterion {
    /// Bits of the key usage (number, value) that all have to be so.
    KeyUsage(Vec<(u8, bool)>),
    /// Certificate policies that all have to be there.
    Policies(Vec<String>),
    /// Extended key usages that all have to be there.
    ExtendedKeyUsage(Vec<String>),
    /// Attributes of the subject that all have to be there.
    SubjectAttributes(Vec<String>),
    /// Criteria of their own.
    List(CriteriaList),
}

/// Names of the key usage bits, by number.
pub const KEY_USAGE_BITS: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "crlSign",
    "encipherOnly",
    "decipherOnly",
];

impl CriteriaList {
    /// Whether a certificate meets them. Nothing asked for is met by no certificate.
    pub fn met_by(&self, certificate: &Certificate) -> bool {
        let mut results = self.criteria.iter().map(|c| c.met_by(certificate));
        !self.criteria.is_empty()
            && match self.assert {
                Assert::All => results.all(|m| m),
                Assert::AtLeastOne => results.any(|m| m),
                Assert::None => !results.any(|m| m),
            }
    }
}

impl Criterion {
    fn met_by(&self, certificate: &Certificate) -> bool {
        let all = |wanted: &[String], has: &dyn Fn(Oid) -> bool| {
            !wanted.is_empty() && wanted.iter().all(|w| w.parse::<Oid>().is_ok_and(has))
        };
        match self {
            Self::KeyUsage(bits) => {
                let set = certificate.key_usage().map(pki::KeyUsage::bits).unwrap_or_default();
                !bits.is_empty() && bits.iter().all(|(bit, value)| set.contains(bit) == *value)
            }
            Self::Policies(wanted) => {
                all(wanted, &|oid| certificate.extensions().policies.iter().any(|p| p.oid == oid))
            }
            Self::ExtendedKeyUsage(wanted) => all(wanted, &|oid| certificate.extended_key_usage().contains(&oid)),
            Self::SubjectAttributes(wanted) => all(wanted, &|oid| certificate.subject().get(oid).is_some()),
            Self::List(list) => list.met_by(certificate),
        }
    }
}
