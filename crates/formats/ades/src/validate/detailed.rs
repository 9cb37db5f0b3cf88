//! The detailed report: the simple one with all building blocks, certification paths, time stamps and proofs of existence.

use jiff::Timestamp;
use serde::Serialize;

use super::{Block, Finding, Report, SignatureReport, SubIndication, TimestampIndication};
use crate::facts::{ObjectId, TimestampKind};

/// How one signature was judged, beside what [`SignatureReport`] says.
#[derive(Serialize)]
struct Detailed<'r> {
    #[serde(flatten)]
    simple: &'r SignatureReport,
    building_blocks: &'r [Block],
    certification_path: Vec<Step>,
    judged_timestamps: Vec<Stamp>,
    proofs_of_existence: Vec<Proof>,
}

#[derive(Serialize)]
struct Step {
    subject: String,
    serial: String,
    not_before: Timestamp,
    not_after: Timestamp,
    sha256: ObjectId,
}

#[derive(Serialize)]
struct Stamp {
    sha256: ObjectId,
    #[serde(rename = "type")]
    kind: TimestampKind,
    time: Option<Timestamp>,
    indication: TimestampIndication,
    sub_indication: Option<SubIndication>,
    unit: Option<String>,
}

#[derive(Serialize)]
struct Proof {
    sha256: ObjectId,
    /// `signature`, `certificate`, `time-stamp` or `other`.
    object: &'static str,
    since: Timestamp,
}

/// A detailed report. Serialised, it is the document of `enkurs-sign validate --json --report detailed`.
#[derive(Serialize)]
pub struct DetailedReport<'r> {
    file: &'r str,
    container: &'r Option<String>,
    signatures: Vec<Detailed<'r>>,
    unsigned: &'r [String],
    timestamps: &'r [super::TimestampReport],
    evidence_records: &'r [super::EvidenceReport],
    defects: &'r [Finding],
}

/// Name of a certificate among proofs of existence.
pub(super) fn id_of(certificate: &pki::Certificate) -> ObjectId {
    super::pool::id_of(certificate)
}

fn one(simple: &SignatureReport) -> Detailed<'_> {
    let detail = &simple.detail;
    let path = detail.path.iter().map(|c| Step {
        subject: c.subject().to_string(),
        serial: c.serial_hex(),
        not_before: c.not_before(),
        not_after: c.not_after(),
        sha256: id_of(c),
    });
    let stamps = detail.stamps.iter().map(|s| Stamp {
        sha256: s.id,
        kind: s.kind,
        time: s.time,
        indication: s.indication,
        sub_indication: s.sub_indication,
        unit: s.unit.as_ref().map(|c| c.subject().to_string()),
    });
    let kind = |id: ObjectId| {
        if id == detail.value {
            "signature"
        } else if detail.path.iter().any(|c| id_of(c) == id) {
            "certificate"
        } else if detail.stamps.iter().any(|s| s.id == id) {
            "time-stamp"
        } else {
            "other"
        }
    };
    let proofs = detail.poe.iter().map(|(id, since)| Proof { sha256: *id, object: kind(*id), since: *since });
    Detailed {
        simple,
        building_blocks: &detail.blocks,
        certification_path: path.collect(),
        judged_timestamps: stamps.collect(),
        proofs_of_existence: proofs.collect(),
    }
}

impl Report {
    /// With everything that led to it.
    pub fn detailed(&self) -> DetailedReport<'_> {
        DetailedReport {
            file: &self.file,
            container: &self.container,
            signatures: self.signatures.iter().map(one).collect(),
            unsigned: &self.unsigned,
            timestamps: &self.timestamps,
            evidence_records: &self.evidence_records,
            defects: &self.defects,
        }
    }
}
