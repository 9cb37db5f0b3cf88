//! What trusted lists say of certificates, time stamps and signatures (ETSI TS 119 615 v1.2.1 clauses 4.3 to 4.6). Pure functions of a
//! [`Catalogue`], certificates and times.

mod certificate;
mod rules;
mod signature;
mod time_stamp;

pub use certificate::certificate;
pub use signature::{signature, signature_name};
pub use time_stamp::time_stamp;

use super::Catalogue;

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    /// Electronic signatures.
    ESig,
    /// Electronic seals.
    ESeal,
    /// Website authentication.
    Wsa,
    /// Not known, or several.
    Unknown,
}

/// Something that has to be told: code and object.
pub type Remark = (&'static str, String);

/// What the lists say of a certificate at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateQualification {
    /// Whether a listed service, of whatever type, issued it.
    pub listed: bool,
    /// Whether it was a qualified certificate; `None` where the lists contradict themselves.
    pub qualified: Option<bool>,
    /// What for.
    pub kind: Kind,
    /// Whether its key was in a qualified device; `None` where the lists contradict themselves.
    pub qscd: Option<bool>,
    /// Why.
    pub remarks: Vec<Remark>,
}

impl CertificateQualification {
    /// In short: `QC for eSig with QSCD`, `Cert for eSeal`, `N/A`, …
    pub fn name(&self) -> &'static str {
        use Kind::{ESeal, ESig, Unknown, Wsa};
        match (self.listed, self.qualified, self.kind, self.qscd) {
            (false, ..) => "N/A",
            (_, None, ..) => "Indeterminate",
            (_, Some(true), ESig, Some(true)) => "QC for eSig with QSCD",
            (_, Some(true), ESeal, Some(true)) => "QC for eSeal with QSCD",
            (_, Some(true), Unknown, Some(true)) => "QC with QSCD",
            (_, Some(true), ESig, _) => "QC for eSig",
            (_, Some(true), ESeal, _) => "QC for eSeal",
            (_, Some(true), Wsa, _) => "QC for WSA",
            (_, Some(true), Unknown, _) => "QC",
            (_, Some(false), ESig, _) => "Cert for eSig",
            (_, Some(false), ESeal, _) => "Cert for eSeal",
            (_, Some(false), Wsa, _) => "Cert for WSA",
            (_, Some(false), Unknown, _) => "Cert",
        }
    }
}

/// What the lists say of a time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum TimeStampQualification {
    /// Made by a service that was granted as qualified (QTST).
    #[serde(rename = "QTSA")]
    Qualified,
    /// Made by a listed service that was not granted at the time.
    #[serde(rename = "TSA")]
    NotQualified,
    /// No list knows the service.
    #[serde(rename = "NA")]
    Unlisted,
}
