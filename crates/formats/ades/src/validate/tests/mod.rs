//! The decision over generated facts and a generated PKI.

mod cases;
mod monotone;
mod past;
mod texts;

use jiff::{SignedDuration, Timestamp};
use pki::{CertStatus, DigestAlgorithm, RevocationReason, testing::*};

use super::*;
use crate::facts::*;

/// Root → issuing CA → signer, time-stamping unit, OCSP responder.
pub(crate) struct Pki {
    root: TestEntity,
    ca: TestEntity,
    signer: TestEntity,
    tsa: TestEntity,
    responder: TestEntity,
}

impl Pki {
    pub(crate) fn new() -> Self {
        let root = TestEntity::root("Sakne", TestKey::p256());
        let ca = root.issue_ca(2, "Izdevējs", TestKey::p256());
        let signer = ca.issue_signer(0xa1, "Jānis Paraugs", TestKey::p256());
        let tsa = ca.issue_tsa(0xa2, "Laika zīmogi", TestKey::p256());
        let responder = ca.issue_ocsp(0xa3, "OCSP", TestKey::p256());
        Self { root, ca, signer, tsa, responder }
    }
    pub(crate) fn anchors(&self) -> Anchors {
        Anchors::new([self.root.certificate.clone()])
    }
    fn ocsp(&self, of: &TestEntity, status: CertStatus, at: Timestamp) -> Vec<u8> {
        self.responder.ocsp(&self.ca.certificate, &of.certificate, status, at)
    }
    /// A signature at level B as a reader would describe it.
    pub(crate) fn b(&self) -> SignatureFacts {
        facts_of(&self.signer, vec![self.ca.certificate.der().to_vec(), self.root.certificate.der().to_vec()])
    }
    /// With a time stamp at `at`.
    pub(crate) fn t(&self, at: Timestamp) -> SignatureFacts {
        let mut facts = self.b();
        facts.timestamps.push(self.stamp(TimestampKind::Signature, at));
        facts.level_elements = Some(Level::T);
        facts
    }
    fn stamp(&self, kind: TimestampKind, at: Timestamp) -> TimestampFacts {
        let token = self.tsa.time_stamp(&DigestAlgorithm::Sha256.of(b"value"), at);
        TimestampFacts { kind, token, imprint_matches: Some(true), covers: vec![ObjectId::of(b"value")] }
    }
    /// With time stamp at `at`, OCSP for signer and unit a minute later, CRL of the root.
    pub(crate) fn lt(&self, at: Timestamp) -> SignatureFacts {
        let mut facts = self.t(at);
        let later = at + SignedDuration::from_mins(1);
        facts.ocsps.push(self.ocsp(&self.signer, CertStatus::Good, later));
        facts.ocsps.push(self.ocsp(&self.tsa, CertStatus::Good, later));
        facts.crls.push(self.root.crl(1, at - SignedDuration::from_hours(24), &[]));
        facts.level_elements = Some(Level::LT);
        facts
    }
    /// Fresh status of everything at `at`, from elsewhere than the file.
    pub(crate) fn online(&self, at: Timestamp) -> Material {
        Material { certificates: vec![], crls: vec![self.root.crl(9, at, &[]), self.ca.crl(9, at, &[])], ocsps: vec![] }
    }
}

fn facts_of(signer: &TestEntity, certificates: Vec<Vec<u8>>) -> SignatureFacts {
    let mut facts = SignatureFacts::unread("S1", Format::XAdES);
    let reference = |object: &str, properties| ReferenceFacts {
        object: object.into(),
        digest: Some(DigestAlgorithm::Sha256),
        found: true,
        intact: true,
        properties,
    };
    facts.references = vec![reference("Līgums.pdf", false), reference("#S1-SignedProperties", true)];
    facts.algorithm = Some(signer.key.algorithm());
    facts.value_verifies = Some(true);
    facts.value = ObjectId::of(b"value");
    facts.signing_certificate = Some(signer.certificate.der().to_vec());
    facts.certificate_reference_matches = Some(true);
    facts.certificates = certificates;
    facts.claimed_time = Some(day(100));
    facts.level_elements = Some(Level::B);
    facts.scope = vec![Covered { name: "Līgums.pdf".into(), covered: Coverage::Full }];
    facts
}

fn judge(facts: SignatureFacts, anchors: &Anchors, material: &Material, time: Timestamp) -> SignatureReport {
    let file = FileFacts { container: Some("ASiC-E"), signatures: vec![facts], ..FileFacts::default() };
    let policy = Policy::default();
    let basis = Basis { anchors, policy: &policy, material, time, lang: Lang::En };
    validate_file("Līgums.edoc", &file, &basis).signatures.remove(0)
}

fn nothing() -> Material {
    Material::default()
}

#[track_caller]
fn expect(report: &SignatureReport, indication: Indication, sub: Option<SubIndication>, level: &str) {
    let codes: Vec<_> = report.findings.iter().map(|f| (f.code.as_str(), f.object.as_str())).collect();
    assert_eq!(
        (report.indication, report.sub_indication, report.level.as_str()),
        (indication, sub, level),
        "{codes:?}"
    );
}

fn revoked(at: Timestamp, reason: RevocationReason) -> CertStatus {
    CertStatus::Revoked { at, reason: Some(reason) }
}
