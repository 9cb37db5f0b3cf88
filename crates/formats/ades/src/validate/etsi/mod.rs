//! The validation report of ETSI TS 119 102-2 v1.4.1, XML.

mod objects;
mod xml;

use jiff::Timestamp;

use super::{EvidenceReport, Finding, Indication, Report, SignatureReport, SubIndication, TimestampIndication};
use crate::facts::TimestampKind;
use objects::Objects;
use xml::Xml;

const NAMESPACE: &str = "http://uri.etsi.org/19102/v1.4.1#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

impl Report {
    /// The report as a document of TS 119 102-2, for a validation at `time` under the policy `policy`. `None` when there is no signature to report
    /// on: the document needs one.
    pub fn etsi(&self, time: Timestamp, policy: &str) -> Option<String> {
        if self.signatures.is_empty() {
            return None;
        }
        let mut out = Xml::new();
        out.open("ValidationReport", &[("xmlns", NAMESPACE), ("xmlns:ds", DSIG), ("xmlns:XAdES", XADES)]);
        let mut objects = Objects::default();
        for (number, signature) in self.signatures.iter().enumerate() {
            report(&mut out, signature, number, time, policy, &mut objects);
        }
        objects.write(&mut out, time);
        out.close("ValidationReport");
        Some(out.finish())
    }
}

/// Clause 4.2: one signature.
fn report(out: &mut Xml, s: &SignatureReport, number: usize, time: Timestamp, policy: &str, objects: &mut Objects) {
    objects.take(s);
    out.open("SignatureValidationReport", &[]);
    out.open("SignatureIdentifier", &[("id", &format!("S-{}", number + 1))]);
    out.text("HashOnly", "false");
    out.text("DocHashOnly", "false");
    out.text("DAIdentifier", &s.id);
    out.close("SignatureIdentifier");

    out.open("ValidationConstraintsEvaluationReport", &[]);
    out.open("SignatureValidationPolicy", &[]);
    out.open("SignaturePolicyIdentifier", &[]);
    out.empty("XAdES:SignaturePolicyImplied", &[]);
    out.close("SignaturePolicyIdentifier");
    out.text("PolicyName", policy);
    out.close("SignatureValidationPolicy");
    for block in &s.detail.blocks {
        out.open("ValidationConstraint", &[]);
        let name: String = block.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        out.text("ValidationConstraintIdentifier", &format!("urn:enkurs:block:{}:{name}", block.clause));
        out.open("ConstraintStatus", &[]);
        out.text("Status", "urn:etsi:019102:constraintStatus:applied");
        out.close("ConstraintStatus");
        out.open("ValidationStatus", &[]);
        out.text("MainIndication", &format!("urn:etsi:019102:mainindication:{}", outcome(block.conclusion.indication)));
        if let Some(sub) = block.conclusion.sub_indication {
            out.text("SubIndication", &sub_uri(sub));
        }
        out.close("ValidationStatus");
        out.close("ValidationConstraint");
    }
    out.close("ValidationConstraintsEvaluationReport");

    out.open("ValidationTimeInfo", &[]);
    out.text("ValidationTime", &stamp(time));
    out.open("BestSignatureTime", &[]);
    out.text("POETime", &stamp(s.best_time));
    out.text("TypeOfProof", proof_type(s.best_time < time));
    if let Some(proof) = s.detail.stamps.iter().find(|t| t.time == Some(s.best_time)) {
        out.empty("POEObject", &[("VOReference", &objects::name(proof.id))]);
    }
    out.close("BestSignatureTime");
    out.close("ValidationTimeInfo");

    attributes(out, s);
    if let Some(signer) = s.detail.path.first() {
        let pseudonym = if signer.subject().get(pki::oid::PSEUDONYM).is_some() { "true" } else { "false" };
        out.open("SignerInformation", &[("Pseudonym", pseudonym)]);
        out.empty("SignerCertificate", &[("VOReference", &objects::name(super::detailed::id_of(signer)))]);
        out.text("Signer", &signer.subject().to_string());
        out.close("SignerInformation");
    }
    if let Some(uri) = quality(&s.qualification) {
        out.open("SignatureQuality", &[]);
        out.text("SignatureQualityInformation", &uri);
        out.close("SignatureQuality");
    }
    out.open("SignatureValidationProcess", &[]);
    out.text("SignatureValidationProcessID", "urn:etsi:019102:validationprocess:LTA");
    out.close("SignatureValidationProcess");

    let main = match s.indication {
        Indication::TotalPassed => "total-passed",
        Indication::Indeterminate => "indeterminate",
        Indication::TotalFailed => "total-failed",
    };
    status(out, main, s.sub_indication, |out| {
        out.open("AssociatedValidationReportData", &[]);
        if !s.detail.path.is_empty() {
            objects::chain(out, &s.detail.path);
        }
        findings(out, &s.findings, s);
        out.close("AssociatedValidationReportData");
    });
    out.close("SignatureValidationReport");
}

fn status(out: &mut Xml, main: &str, sub: Option<SubIndication>, more: impl FnOnce(&mut Xml)) {
    out.open("SignatureValidationStatus", &[]);
    out.text("MainIndication", &format!("urn:etsi:019102:mainindication:{main}"));
    if let Some(sub) = sub {
        out.text("SubIndication", &sub_uri(sub));
    }
    more(out);
    out.close("SignatureValidationStatus");
}

/// Annex A: signing time, time stamps.
fn attributes(out: &mut Xml, s: &SignatureReport) {
    let stamps: Vec<_> = s.timestamps.iter().filter_map(|t| Some((t.kind, t.time?))).collect();
    if s.claimed_time.is_none() && stamps.is_empty() {
        return;
    }
    out.open("SignatureAttributes", &[]);
    if let Some(claimed) = s.claimed_time {
        out.open("SigningTime", &[("Signed", "true")]);
        out.text("Time", &stamp(claimed));
        out.close("SigningTime");
    }
    for (kind, time) in stamps {
        let name = match kind {
            TimestampKind::Content => "AllDataObjectsTimeStamp",
            TimestampKind::Signature => "SignatureTimeStamp",
            TimestampKind::ValidationData => "SigAndRefsTimeStamp",
            TimestampKind::Archive | TimestampKind::Container => "ArchiveTimeStamp",
            TimestampKind::Document => "DocTimeStamp",
        };
        out.open(name, &[("Signed", if kind == TimestampKind::Content { "true" } else { "false" })]);
        out.text("TimeStampValue", &stamp(time));
        out.close(name);
    }
    out.close("SignatureAttributes");
}

/// Findings, level, coverage and evidence records as further report data.
fn findings(out: &mut Xml, findings: &[Finding], s: &SignatureReport) {
    out.open("AdditionalValidationReportData", &[]);
    let mut data = |kind: &str, value: &str| {
        out.open("ReportData", &[]);
        out.text("Type", &format!("urn:enkurs:report:{kind}"));
        out.text("Value", value);
        out.close("ReportData");
    };
    data("level", &s.level);
    data("qualification", &s.qualification);
    for covered in &s.scope {
        let how = serde_json::to_string(&covered.covered).unwrap_or_default();
        data("scope", &format!("{} ({})", covered.name, how.trim_matches('"')));
    }
    for EvidenceReport { form, indication, time } in &s.evidence_records {
        let time = time.map(stamp).unwrap_or_default();
        data("evidence-record", &format!("{form:?} {indication} {time}"));
    }
    for f in findings {
        data(&format!("finding:{}", f.code), &format!("{}: {} ({}) {}", f.severity, f.text, f.clause, f.remedy));
    }
    out.close("AdditionalValidationReportData");
}

fn outcome(outcome: super::Outcome) -> &'static str {
    match outcome {
        super::Outcome::Passed => "passed",
        super::Outcome::Indeterminate => "indeterminate",
        super::Outcome::Failed => "failed",
    }
}

fn timestamp_outcome(indication: TimestampIndication) -> &'static str {
    match indication {
        TimestampIndication::Passed => "passed",
        TimestampIndication::Indeterminate => "indeterminate",
        TimestampIndication::Failed => "failed",
    }
}

fn sub_uri(sub: SubIndication) -> String {
    format!("urn:etsi:019102:subindication:{sub}")
}

fn proof_type(proven: bool) -> &'static str {
    if proven { "urn:etsi:019102:poetype:validation" } else { "urn:etsi:019102:poetype:provided" }
}

fn stamp(time: Timestamp) -> String {
    time.to_string()
}

/// TS 119 102-2 table of signature qualities, by the names of TS 119 615.
fn quality(qualification: &str) -> Option<String> {
    (qualification != "NA").then(|| format!("urn:cef:dss:signatureQualification:{qualification}"))
}
