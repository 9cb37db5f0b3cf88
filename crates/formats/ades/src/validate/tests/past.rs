//! Proofs of existence: what they overcome, what they do not, and that more of them never make a verdict worse.

use Indication::*;
use SubIndication as S;
use pki::{CrlEntry, oid};

use super::*;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A PKI whose own certificates end on day 400, and a keeper of archive time stamps under the root that lives on.
pub(super) struct World {
    pub(super) pki: Pki,
    pub(super) signer: TestEntity,
    pub(super) stamper: TestEntity,
    pub(super) keeper: TestEntity,
}

fn unit(issuer: &TestEntity, serial: u64, until: i64) -> TestEntity {
    let key = TestKey::p256();
    let mut e = leaf_extensions(&key, pki::KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING]);
    e.extended_key_usage_critical = true;
    issuer.issue(serial, "Zīmogi", key, e, |t| t.not_after = day(until))
}

impl World {
    pub(super) fn new(signer_until: i64, stamper_until: i64) -> Self {
        let pki = Pki::new();
        let key = TestKey::p256();
        let e = leaf_extensions(&key, pki::KeyUsage::NON_REPUDIATION, &[]);
        let signer = pki.ca.issue(0xb1, "Jānis Paraugs", key, e, |t| t.not_after = day(signer_until));
        let stamper = unit(&pki.root, 0xb2, stamper_until);
        let keeper = unit(&pki.root, 0xb3, 3000);
        Self { pki, signer, stamper, keeper }
    }
    /// Signed and stamped on day 100, answered for a minute later.
    fn lt(&self) -> SignatureFacts {
        let (at, p) = (day(100), &self.pki);
        let mut facts =
            facts_of(&self.signer, vec![p.ca.certificate.der().to_vec(), p.root.certificate.der().to_vec()]);
        let token = self.stamper.time_stamp(&DigestAlgorithm::Sha256.of(b"value"), at);
        let covers = vec![facts.value];
        facts.timestamps.push(TimestampFacts {
            kind: TimestampKind::Signature,
            token,
            imprint_matches: Some(true),
            covers,
        });
        facts.ocsps.push(p.ocsp(&self.signer, CertStatus::Good, at + SignedDuration::from_mins(1)));
        facts.crls.push(p.root.crl(1, at + SignedDuration::from_mins(1), &[]));
        facts.level_elements = Some(Level::LTA);
        facts
    }
    /// One more archive time stamp over everything that is there.
    fn archived(&self, mut facts: SignatureFacts, at: i64) -> SignatureFacts {
        let covers = facts.objects();
        let token = self.keeper.time_stamp(&DigestAlgorithm::Sha256.of(&[at as u8]), day(at));
        facts.timestamps.push(TimestampFacts {
            kind: TimestampKind::Archive,
            token,
            imprint_matches: Some(true),
            covers,
        });
        facts
    }
    fn judge(&self, facts: SignatureFacts, at: i64) -> SignatureReport {
        judge(facts, &self.pki.anchors(), &self.later(at), day(at))
    }
    /// The list of the root of that day: it answers for the units.
    pub(super) fn later(&self, at: i64) -> Material {
        Material { crls: vec![self.pki.root.crl(9, day(at), &[])], ..Material::default() }
    }
}

#[track_caller]
fn is(report: &SignatureReport, indication: Indication, sub: impl Into<Option<S>>) {
    let codes: Vec<_> = report.findings.iter().map(|f| (f.code.as_str(), f.object.as_str())).collect();
    assert_eq!((report.indication, report.sub_indication), (indication, sub.into()), "{codes:?}");
}

#[test]
fn an_archive_time_stamp_carries_the_signature_time_stamp_past_its_unit() {
    let w = World::new(200, 200);
    is(&w.judge(w.lt(), 150), TotalPassed, None);
    is(&w.judge(w.lt(), 300), Indeterminate, S::OutOfBoundsNotRevoked);
    is(&w.judge(w.archived(w.lt(), 150), 300), TotalPassed, None);
    assert_eq!(w.judge(w.archived(w.lt(), 150), 300).best_time, day(100));
    // Too late.
    is(&w.judge(w.archived(w.lt(), 250), 300), Indeterminate, S::OutOfBoundsNotRevoked);
}

#[test]
fn what_was_appended_after_the_archive_time_stamp_is_not_proven_by_it() {
    let w = World::new(200, 1000);
    // The responder ends on day 300: from then on only what is proven from before counts.
    let key = TestKey::p256();
    let mut e = leaf_extensions(&key, pki::KeyUsage::DIGITAL_SIGNATURE, &[oid::OCSP_SIGNING]);
    e.ocsp_nocheck = true;
    let short = w.pki.ca.issue(0xc1, "OCSP", key, e, |t| t.not_after = day(300));
    let status = short.ocsp(&w.pki.ca.certificate, &w.signer.certificate, CertStatus::Good, day(100) + HOUR);
    let mut before = w.lt();
    before.ocsps = vec![status.clone()];
    is(&w.judge(w.archived(before, 150), 500), TotalPassed, None);
    let mut after = w.lt();
    after.ocsps.clear();
    let mut after = w.archived(after, 150);
    after.ocsps.push(status);
    is(&w.judge(after, 500), Indeterminate, S::OutOfBoundsNoPoe);
}

#[test]
fn lists_that_say_it_only_together_are_each_proven() {
    let w = World::new(200, 1000);
    // The authority ends on day 1825: what it signed counts when it is proven from before.
    let list = |reasons: &[u8]| w.pki.ca.partial_crl(1, day(100) + HOUR, reasons, None, &[]);
    let (one, rest) = (list(&[1, 2]), list(&[3, 4, 5, 6, 7, 8]));
    let mut before = w.lt();
    before.ocsps.clear();
    before.crls.push(one);
    let mut both = before.clone();
    both.crls.push(rest.clone());
    is(&w.judge(w.archived(both, 150), 2000), TotalPassed, None);
    let mut after = w.archived(before, 150);
    after.crls.push(rest);
    is(&w.judge(after, 2000), Indeterminate, S::OutOfBoundsNoPoe);
}

#[test]
fn status_of_an_issuer_that_has_ended() {
    let w = World::new(1000, 1000);
    let key = TestKey::p256();
    let mut e = leaf_extensions(&key, pki::KeyUsage::DIGITAL_SIGNATURE, &[oid::OCSP_SIGNING]);
    e.ocsp_nocheck = true;
    let short = w.pki.ca.issue(0xc1, "OCSP", key, e, |t| t.not_after = day(300));
    let mut facts = w.lt();
    facts.ocsps = vec![short.ocsp(&w.pki.ca.certificate, &w.signer.certificate, CertStatus::Good, day(100) + HOUR)];
    is(&w.judge(facts.clone(), 200), TotalPassed, None);
    is(&w.judge(facts.clone(), 500), Indeterminate, S::RevocationOutOfBoundsNoPoe);
    is(&w.judge(w.archived(facts, 200), 500), TotalPassed, None);
}

#[test]
fn revocations_that_came_later() {
    let reason = RevocationReason::KeyCompromise;
    let w = World::new(1000, 200);
    let with = |since: i64, archive: Option<i64>| {
        let facts = archive.map_or(w.lt(), |at| w.archived(w.lt(), at));
        let mut material = w.later(300);
        material.ocsps.push(w.pki.ocsp(&w.signer, revoked(day(since), reason), day(since) + HOUR));
        judge(facts, &w.pki.anchors(), &material, day(300))
    };
    // The unit has ended: without an archive time stamp nothing proves that the signature came before the revocation.
    is(&with(150, None), Indeterminate, S::RevokedNoPoe);
    is(&with(150, Some(160)), TotalPassed, None);
    is(&with(50, Some(160)), Indeterminate, S::RevokedNoPoe);
    // A unit that was revoked: its stamp holds only with proof from before.
    let w = World::new(200, 1000);
    let entry = CrlEntry {
        serial: w.stamper.certificate.serial().to_vec(),
        revoked_at: day(160),
        reason: Some(reason),
        invalid_since: None,
    };
    for (archive, sub) in [(150, None), (170, Some(S::TryLater))] {
        let mut facts = w.archived(w.lt(), archive);
        facts.crls.push(w.pki.root.crl(2, day(161), std::slice::from_ref(&entry)));
        let indication = if sub.is_none() { TotalPassed } else { Indeterminate };
        is(&w.judge(facts, 300), indication, sub);
    }
}

#[test]
fn algorithms_by_their_end_dates() {
    let w = World::new(1000, 1000);
    // SHA-384 ends on day 200; the signed data are digested with it.
    let judge = |stamped: bool, updated: i64, at: i64| {
        let mut policy = Policy::default();
        policy.strength.set_digest_end(DigestAlgorithm::Sha384, Some(day(200)));
        policy.strength_updated = Some(day(updated));
        let mut facts = w.lt();
        facts.references[0].digest = Some(DigestAlgorithm::Sha384);
        if !stamped {
            facts.timestamps.clear();
            facts.ocsps.push(w.pki.ocsp(&w.signer, CertStatus::Good, day(at)));
        }
        let file = FileFacts { signatures: vec![facts], ..FileFacts::default() };
        let (anchors, material) = (w.pki.anchors(), w.later(at));
        let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: day(at), lang: Lang::En };
        validate_file("x", &file, &basis).signatures.remove(0)
    };
    is(&judge(false, 900, 150), TotalPassed, None);
    is(&judge(false, 900, 300), Indeterminate, S::CryptoConstraintsFailureNoPoe);
    is(&judge(true, 900, 300), TotalPassed, None);
    // An end that lies after the last update of the list only warns.
    let report = judge(false, 100, 300);
    is(&report, TotalPassed, None);
    assert!(report.findings.iter().any(|f| f.code == "validate.algorithm.weak" && f.severity == Severity::Warning));
}

#[test]
fn evidence_records_and_stamps_of_the_file_prove_too() {
    let w = World::new(200, 200);
    let stamp = |covers: Vec<ObjectId>| TimestampFacts {
        kind: TimestampKind::Container,
        token: w.keeper.time_stamp(&[9; 32], day(150)),
        imprint_matches: Some(true),
        covers,
    };
    let facts = w.lt();
    let record = |intact: bool| EvidenceFacts {
        form: EvidenceForm::Ers,
        record: vec![1],
        stamps: vec![stamp(facts.objects())],
        objects: vec![ReferenceFacts {
            object: "x".into(),
            digest: Some(DigestAlgorithm::Sha256),
            found: true,
            intact,
            properties: false,
        }],
        defects: vec![],
    };
    let judge_file = |file: &FileFacts| {
        let (anchors, policy, material) = (w.pki.anchors(), Policy::default(), w.later(300));
        let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: day(300), lang: Lang::En };
        validate_file("x", file, &basis)
    };
    for (intact, indication) in [(true, TotalPassed), (false, Indeterminate)] {
        let mut with = facts.clone();
        with.evidence.push(record(intact));
        let report = judge_file(&FileFacts { signatures: vec![with], ..FileFacts::default() });
        assert_eq!(report.signatures[0].indication, indication);
        let expected = if intact { TimestampIndication::Passed } else { TimestampIndication::Failed };
        assert_eq!(report.signatures[0].evidence_records[0].indication, expected);
        assert_eq!(report.signatures[0].timestamps.len(), 1);
    }
    let report = judge_file(&FileFacts {
        signatures: vec![facts.clone()],
        timestamps: vec![stamp(facts.objects())],
        ..FileFacts::default()
    });
    assert_eq!((report.signatures[0].indication, report.timestamps.len()), (TotalPassed, 1));
    // Without any signature they are judged for themselves.
    let alone = judge_file(&FileFacts {
        timestamps: vec![stamp(vec![])],
        evidence: vec![record(true)],
        ..FileFacts::default()
    });
    assert_eq!(alone.timestamps[0].indication, TimestampIndication::Passed, "{alone:?}");
    assert_eq!((alone.evidence_records[0].indication, alone.exit_code()), (TimestampIndication::Passed, 0));
}

#[test]
fn order_of_what_covers_and_what_is_covered() {
    let w = World::new(1000, 1000);
    let mut facts = w.archived(w.lt(), 150);
    // A stamp of day 120 that claims to cover the archive time stamp of day 150.
    facts = w.archived(facts, 120);
    is(&w.judge(facts, 300), Indeterminate, S::TimestampOrderFailure);
}

#[test]
fn more_proofs_never_make_it_worse() {
    let rank = |r: &SignatureReport| match r.indication {
        TotalPassed => 2,
        Indeterminate => 1,
        TotalFailed => 0,
    };
    for (signer_until, stamper_until) in [(200, 200), (200, 1000), (1000, 200), (1000, 1000)] {
        let w = World::new(signer_until, stamper_until);
        for revoked_on in [None, Some(50), Some(130), Some(180)] {
            let mut base = w.lt();
            if let Some(since) = revoked_on {
                let reason = RevocationReason::Superseded;
                base.ocsps.push(w.pki.ocsp(&w.signer, revoked(day(since), reason), day(190)));
            }
            let mut last = 0;
            let mut facts = base.clone();
            // The signature alone, stamped, archived once, twice, three times.
            facts.timestamps.clear();
            let steps = [Some(base), None, None, None];
            let mut judged = vec![rank(&w.judge(facts.clone(), 300))];
            for (n, step) in steps.into_iter().enumerate() {
                facts = step.unwrap_or_else(|| w.archived(facts, 140 + 10 * n as i64));
                judged.push(rank(&w.judge(facts.clone(), 300)));
            }
            for now in judged {
                assert!(now >= last, "{signer_until} {stamper_until} {revoked_on:?}");
                last = now;
            }
            // The decision is pure.
            assert_eq!(w.judge(facts.clone(), 300), w.judge(facts, 300));
        }
    }
}
