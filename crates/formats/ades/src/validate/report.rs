use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Block, Need, text};
use crate::facts::{Coverage, EvidenceForm, Format, ObjectId, TimestampKind};

/// The verdict about one file. Serialised, it is the document that `enkurs-sign validate --json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Name of the file.
    pub file: String,
    /// `ASiC-E`, `PDF`, …
    pub container: Option<String>,
    /// The signatures, in the order of the file.
    pub signatures: Vec<SignatureReport>,
    /// Contained files that no signature covers.
    pub unsigned: Vec<String>,
    /// Time stamps that belong to no signature.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timestamps: Vec<TimestampReport>,
    /// Evidence records that belong to no signature.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence_records: Vec<EvidenceReport>,
    /// What is wrong with the file itself; each signature repeats it among its findings.
    #[serde(skip)]
    pub defects: Vec<Finding>,
    /// What could be fetched to come to a better verdict.
    #[serde(skip)]
    pub needs: Vec<Need>,
}

/// The verdict about one signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignatureReport {
    /// Id in the file.
    pub id: String,
    /// Family.
    pub format: Format,
    /// Id of the signature that this one counter-signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter_of: Option<String>,
    /// `XAdES-BASELINE-LT`: the level whose material is really there; `XML-NOT-ETSI` and the like when there is none.
    pub level: String,
    /// Main verdict.
    pub indication: Indication,
    /// Why not passed.
    pub sub_indication: Option<SubIndication>,
    /// `QESig`, `AdESig-QC`, …; `NA` where no trusted list was asked.
    pub qualification: String,
    /// Who signed.
    pub signed_by: Option<Signatory>,
    /// Signing time as claimed.
    pub claimed_time: Option<Timestamp>,
    /// Earliest time at which the signature is proven to have existed.
    pub best_time: Timestamp,
    /// Time stamps.
    pub timestamps: Vec<TimestampReport>,
    /// Evidence records over it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence_records: Vec<EvidenceReport>,
    /// What is covered.
    pub scope: Vec<Scope>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// How the verdict came about, for the detailed report.
    #[serde(skip)]
    pub detail: Detail,
}

/// How a verdict came about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Building blocks in the order in which they were run.
    pub blocks: Vec<Block>,
    /// Proofs of existence: object, and since when it is proven.
    pub poe: Vec<(ObjectId, Timestamp)>,
    /// The signature value's name among them.
    pub value: ObjectId,
    /// Certification path, end entity first; empty when there is none.
    pub path: Vec<pki::Certificate>,
    /// All time stamps that were judged.
    pub stamps: Vec<StampDetail>,
}

/// A time stamp that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampDetail {
    /// Token.
    pub id: ObjectId,
    /// What over.
    pub kind: TimestampKind,
    /// The time it states.
    pub time: Option<Timestamp>,
    /// Verdict.
    pub indication: TimestampIndication,
    /// Why not passed.
    pub sub_indication: Option<SubIndication>,
    /// Certificate of the unit.
    pub unit: Option<pki::Certificate>,
}

/// One evidence record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceReport {
    /// `RFC 4998` or `RFC 6283`.
    pub form: EvidenceForm,
    /// Verdict.
    pub indication: TimestampIndication,
    /// Since when what it covers is proven to exist, as its first time stamp states.
    pub time: Option<Timestamp>,
}

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signatory {
    /// `CN`.
    pub common_name: Option<String>,
    /// `serialNumber` of a person, else `organizationIdentifier`.
    pub serial_number: Option<String>,
}

/// One time stamp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimestampReport {
    /// What over.
    #[serde(rename = "type")]
    pub kind: crate::facts::TimestampKind,
    /// Verdict.
    pub indication: TimestampIndication,
    /// The time it states, if it could be read.
    pub time: Option<Timestamp>,
    /// Why not passed.
    #[serde(skip)]
    pub sub_indication: Option<SubIndication>,
    /// What trusted lists say of the service that made it, if any were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualification: Option<crate::lists::qualification::TimeStampQualification>,
}

/// One data object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// Name.
    pub name: String,
    /// How far covered.
    pub covered: Coverage,
}

/// Main verdict about a signature (EN 319 102-1 table 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Indication {
    /// Valid.
    TotalPassed,
    /// Cannot be decided.
    Indeterminate,
    /// Not valid.
    TotalFailed,
}

/// Verdict about a time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TimestampIndication {
    /// Valid.
    Passed,
    /// Cannot be decided.
    Indeterminate,
    /// Not valid.
    Failed,
}

/// Why a signature is not passed (EN 319 102-1 table 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are those of EN 319 102-1")]
pub enum SubIndication {
    FormatFailure,
    HashFailure,
    SigCryptoFailure,
    Revoked,
    Expired,
    NotYetValid,
    SigConstraintsFailure,
    ChainConstraintsFailure,
    CertificateChainGeneralFailure,
    CryptoConstraintsFailure,
    PolicyProcessingError,
    SignaturePolicyNotAvailable,
    TimestampOrderFailure,
    NoSigningCertificateFound,
    NoCertificateChainFound,
    NoCertificateChainFoundNoPoe,
    RevokedNoPoe,
    RevokedCaNoPoe,
    RevocationOutOfBoundsNoPoe,
    OutOfBoundsNotRevoked,
    OutOfBoundsNoPoe,
    CryptoConstraintsFailureNoPoe,
    NoPoe,
    TryLater,
    SignedDataNotFound,
    /// The custom diagnostic of clause 5.1.3; the findings say which.
    Generic,
}

impl SubIndication {
    /// All.
    pub const ALL: [Self; 26] = [
        Self::FormatFailure,
        Self::HashFailure,
        Self::SigCryptoFailure,
        Self::Revoked,
        Self::Expired,
        Self::NotYetValid,
        Self::SigConstraintsFailure,
        Self::ChainConstraintsFailure,
        Self::CertificateChainGeneralFailure,
        Self::CryptoConstraintsFailure,
        Self::PolicyProcessingError,
        Self::SignaturePolicyNotAvailable,
        Self::TimestampOrderFailure,
        Self::NoSigningCertificateFound,
        Self::NoCertificateChainFound,
        Self::NoCertificateChainFoundNoPoe,
        Self::RevokedNoPoe,
        Self::RevokedCaNoPoe,
        Self::RevocationOutOfBoundsNoPoe,
        Self::OutOfBoundsNotRevoked,
        Self::OutOfBoundsNoPoe,
        Self::CryptoConstraintsFailureNoPoe,
        Self::NoPoe,
        Self::TryLater,
        Self::SignedDataNotFound,
        Self::Generic,
    ];
}

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Does not change the verdict.
    Warning,
    /// Changes the verdict, or makes a time stamp worthless.
    Error,
}

/// Language of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Latvian.
    #[default]
    Lv,
    /// English.
    En,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code.
    pub code: String,
    /// Clause of the standard.
    pub clause: String,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, for people.
    pub text: String,
    /// What to do.
    pub remedy: String,
    /// The object it is about; part of the text.
    #[serde(skip)]
    pub object: String,
}

impl Finding {
    pub(super) fn new(code: &str, object: impl Into<String>, severity: Severity, lang: Lang) -> Self {
        let mut finding = Self {
            code: code.to_owned(),
            clause: text::row(code).clause.to_owned(),
            severity,
            text: String::new(),
            remedy: String::new(),
            object: object.into(),
        };
        finding.say(lang);
        finding
    }
    fn say(&mut self, lang: Lang) {
        (self.text, self.remedy) = text::of(&self.code, &self.object, lang);
    }
}

impl Report {
    /// Exit code of `enkurs-sign validate` for this file: 4 failed, 3 indeterminate, 5 nothing signed, 1 not readable, 0 all passed.
    pub fn exit_code(&self) -> u8 {
        let has = |i| self.signatures.iter().any(|s| s.indication == i);
        let alone =
            self.timestamps.iter().map(|t| t.indication).chain(self.evidence_records.iter().map(|e| e.indication));
        if self.signatures.is_empty() {
            match alone.max_by_key(|i| *i as u8) {
                Some(TimestampIndication::Passed) => 0,
                Some(TimestampIndication::Indeterminate) => 3,
                Some(TimestampIndication::Failed) => 4,
                None if self.defects.iter().any(|d| d.severity == Severity::Error) => 1,
                None => 5,
            }
        } else if has(Indication::TotalFailed) {
            4
        } else if has(Indication::Indeterminate) {
            3
        } else {
            0
        }
    }
    /// Whether there is a signature and all are passed.
    pub fn all_passed(&self) -> bool {
        self.exit_code() == 0
    }
    /// The same report with its texts in another language.
    #[must_use]
    pub fn in_language(mut self, lang: Lang) -> Self {
        for f in self.signatures.iter_mut().flat_map(|s| &mut s.findings).chain(&mut self.defects) {
            f.say(lang);
        }
        self
    }
}

macro_rules! display_as_serialised {
    ($($t:ty),*) => { $(
        impl fmt::Display for $t {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.serialize(f)
            }
        }
    )* };
}
display_as_serialised!(Indication, SubIndication, TimestampIndication, Severity);
