//! The verdict as the API gives it and as the pages show it.

use ades::validate::Report;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The verdict about one file.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ReportDoc {
    /// Name of the file.
    pub file: String,
    /// `ASiC-E`, `PDF`, …; nothing when the file is no known container.
    pub container: Option<String>,
    /// The signatures, in the order of the file.
    pub signatures: Vec<SignatureDoc>,
    /// Contained files that no signature covers.
    pub unsigned: Vec<String>,
    /// Time stamps that belong to no signature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timestamps: Vec<TimestampDoc>,
    /// Evidence records that belong to no signature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_records: Vec<EvidenceDoc>,
}

/// The verdict about one signature.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignatureDoc {
    /// Id in the file.
    pub id: String,
    /// `XAdES`, `PAdES`, …
    pub format: String,
    /// Id of the signature that this one counter-signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter_of: Option<String>,
    /// `XAdES-BASELINE-LT`.
    pub level: String,
    /// `TOTAL_PASSED`, `INDETERMINATE` or `TOTAL_FAILED`.
    pub indication: String,
    /// Why not passed (EN 319 102-1 table 4).
    pub sub_indication: Option<String>,
    /// `QESig`, `AdESig-QC`, …; `NA` where no trusted list was asked.
    pub qualification: String,
    /// Who signed.
    pub signed_by: Option<SignatoryDoc>,
    /// Signing time as claimed.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub claimed_time: Option<Timestamp>,
    /// Earliest time at which the signature is proven to have existed.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub best_time: Option<Timestamp>,
    /// Time stamps.
    pub timestamps: Vec<TimestampDoc>,
    /// Evidence records over it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_records: Vec<EvidenceDoc>,
    /// What is covered.
    pub scope: Vec<ScopeDoc>,
    /// What was found.
    pub findings: Vec<FindingDoc>,
}

/// Who signed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignatoryDoc {
    /// Name in the certificate.
    pub common_name: Option<String>,
    /// `PNOLV-…`, or the number of an organisation.
    pub serial_number: Option<String>,
}

/// A time stamp.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TimestampDoc {
    /// `signature`, `archive`, `content` or `document`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `PASSED`, `INDETERMINATE` or `FAILED`.
    pub indication: String,
    /// The time it states.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub time: Option<Timestamp>,
}

/// An evidence record.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EvidenceDoc {
    /// `RFC 4998` or `RFC 6283`.
    pub form: String,
    /// `PASSED`, `INDETERMINATE` or `FAILED`.
    pub indication: String,
    /// Since when it proves that the objects existed.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub time: Option<Timestamp>,
}

/// A data object and how far it is covered.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ScopeDoc {
    /// Name.
    pub name: String,
    /// `full`, `partial` or `none`.
    pub covered: String,
}

/// A finding.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FindingDoc {
    /// Stable code.
    pub code: String,
    /// Clause of the standard.
    pub clause: String,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub remedy: String,
}

/// The verdict about a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Every signature is valid.
    Good,
    /// At least one could not be judged.
    Open,
    /// At least one is not valid.
    Bad,
    /// Nothing is signed.
    Unsigned,
}

impl Outcome {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Open => "open",
            Self::Bad => "bad",
            Self::Unsigned => "unsigned",
        }
    }
}

impl ReportDoc {
    /// From the decision.
    pub fn of(report: &Report) -> Self {
        let value = serde_json::to_value(report).unwrap_or_default();
        serde_json::from_value(value).unwrap_or_else(|e| {
            tracing::error!(error = %e, "a report is not of the documented shape");
            Self { file: report.file.clone(), ..Self::default() }
        })
    }

    /// The same; files that were sent beside it and that no signature covers are told like contained ones.
    pub(crate) fn with_beside(mut self, names: &[&str]) -> Self {
        let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
        // what stands in a container or a PDF is in it: a file beside it is another, whatever its name
        let detached = matches!(self.container.as_deref(), Some("CMS" | "JSON" | "XML"));
        let whole = || self.signatures.iter().flat_map(|s| &s.scope).filter(|s| detached && s.covered == "full");
        let covered: Vec<String> = whole().map(|s| last(&s.name)).collect();
        // CMS and JWS may leave their one object without a name: it was the only file.
        let nameless = matches!(self.container.as_deref(), Some("CMS" | "JSON")) && names.len() == 1;
        let all = nameless && !covered.is_empty();
        if !self.signatures.is_empty() && !all {
            let apart = names.iter().filter(|n| !covered.iter().any(|c| c == *n));
            self.unsigned.extend(apart.map(|n| (*n).to_owned()));
        }
        self
    }

    pub(crate) fn outcome(&self) -> Outcome {
        let has = |i: &str| self.signatures.iter().any(|s| s.indication == i);
        if self.signatures.is_empty() {
            Outcome::Unsigned
        } else if has("TOTAL_FAILED") {
            Outcome::Bad
        } else if self.signatures.iter().all(|s| s.indication == "TOTAL_PASSED") {
            Outcome::Good
        } else {
            Outcome::Open
        }
    }

    /// Names of the signers.
    pub(crate) fn names(&self) -> String {
        let names = self.signatures.iter().filter_map(SignatureDoc::name);
        names.collect::<Vec<_>>().join(", ")
    }
}

impl SignatureDoc {
    /// The name to show.
    pub(crate) fn name(&self) -> Option<&str> {
        self.signed_by.as_ref().and_then(|s| s.common_name.as_deref())
    }
    /// The identifier to show.
    pub(crate) fn number(&self) -> &str {
        self.signed_by.as_ref().and_then(|s| s.serial_number.as_deref()).unwrap_or_default()
    }
    /// Kind of the tag.
    pub(crate) fn tone(&self) -> &'static str {
        match self.indication.as_str() {
            "TOTAL_PASSED" => "ok",
            "TOTAL_FAILED" => "bad",
            _ => "warn",
        }
    }
    /// Names of what is covered as `how` says.
    pub(crate) fn covering(&self, how: &str) -> String {
        let names = self.scope.iter().filter(|s| s.covered == how).map(|s| s.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }
    /// The time of the first valid time stamp.
    pub(crate) fn stamped(&self) -> Option<Timestamp> {
        self.timestamps.iter().filter(|t| t.indication == "PASSED").filter_map(|t| t.time).min()
    }
}
