//! Every sub-indication, each from one thing that is wrong.

use Indication::*;
use SubIndication as S;

use super::*;

type Make = fn(&Pki, &mut SignatureFacts, &mut Policy);

fn policy_of(digest_matches: Option<bool>) -> PolicyFacts {
    PolicyFacts { id: Some("1.2.3.4".into()), digest_matches, uri: None }
}

fn signer(pki: &Pki, facts: &mut SignatureFacts, change: impl FnOnce(&mut pki::CertificateTemplate)) {
    let key = TestKey::p256();
    let e = leaf_extensions(&key, pki::KeyUsage::NON_REPUDIATION, &[]);
    let entity = pki.ca.issue(0xd1, "Cits paraugs", key, e, change);
    facts.signing_certificate = Some(entity.certificate.der().to_vec());
    facts.ocsps[0] = pki.ocsp(&entity, CertStatus::Good, day(100) + SignedDuration::from_mins(1));
}

fn content_stamp(pki: &Pki, facts: &mut SignatureFacts, at: i64) {
    let mut stamp = pki.stamp(TimestampKind::Content, day(at));
    stamp.covers = vec![ObjectId::of(b"data")];
    facts.timestamps.push(stamp);
    facts.ocsps.push(pki.ocsp(&pki.tsa, CertStatus::Good, day(at) + SignedDuration::from_mins(1)));
}

const CASES: &[(Indication, S, Make)] = &[
    (TotalFailed, S::FormatFailure, |_, f, _| {
        f.defects.push(Defect { code: "xades.duplicate-id", object: "S1".into(), fatal: true });
    }),
    (TotalFailed, S::HashFailure, |_, f, _| f.references[0].intact = false),
    (TotalFailed, S::SigCryptoFailure, |_, f, _| f.value_verifies = Some(false)),
    (TotalFailed, S::Revoked, |p, f, _| {
        f.ocsps[0] = p.ocsp(&p.signer, revoked(day(90), RevocationReason::KeyCompromise), day(101));
        content_stamp(p, f, 95);
    }),
    (TotalFailed, S::Expired, |p, f, _| {
        signer(p, f, |t| t.not_after = day(90));
        f.ocsps[0] = p.responder.ocsp(
            &p.ca.certificate,
            &pki::Certificate::from_der(f.signing_certificate.as_deref().unwrap()).unwrap(),
            CertStatus::Good,
            day(89),
        );
        f.claimed_time = Some(day(89));
        content_stamp(p, f, 95);
    }),
    (TotalFailed, S::NotYetValid, |p, f, _| {
        signer(p, f, |t| t.not_before = day(100) + SignedDuration::from_secs(30));
        f.claimed_time = Some(day(101));
    }),
    (Indeterminate, S::SigConstraintsFailure, |_, f, _| f.claimed_time = None),
    (Indeterminate, S::ChainConstraintsFailure, |p, f, _| {
        signer(p, f, |t| t.extensions.extended_key_usage = vec![pki::oid::SERVER_AUTH]);
    }),
    (Indeterminate, S::CertificateChainGeneralFailure, |_, f, _| drop(f.ocsps.remove(0))),
    (Indeterminate, S::CryptoConstraintsFailure, |_, f, _| f.algorithm = None),
    (Indeterminate, S::CryptoConstraintsFailureNoPoe, |_, f, _| f.references[0].digest = Some(DigestAlgorithm::Sha1)),
    (Indeterminate, S::PolicyProcessingError, |_, f, p| {
        f.policy = Some(policy_of(Some(false)));
        p.constraints.signature_policy_digest = Action::Fail;
    }),
    (Indeterminate, S::SignaturePolicyNotAvailable, |_, f, p| {
        f.policy = Some(policy_of(None));
        p.constraints.signature_policy_available = Action::Fail;
    }),
    (Indeterminate, S::TimestampOrderFailure, |p, f, _| content_stamp(p, f, 101)),
    (Indeterminate, S::NoSigningCertificateFound, |_, f, _| f.certificate_reference_matches = Some(false)),
    (Indeterminate, S::NoCertificateChainFound, |_, f, _| {
        let stranger = Pki::new().signer.certificate.der().to_vec();
        f.signing_certificate = Some(stranger);
    }),
    (Indeterminate, S::RevokedNoPoe, |p, f, _| {
        f.ocsps[0] = p.ocsp(&p.signer, revoked(day(90), RevocationReason::KeyCompromise), day(101));
    }),
    (Indeterminate, S::OutOfBoundsNotRevoked, |p, f, _| {
        signer(p, f, |t| t.not_after = day(200));
        f.timestamps.clear();
    }),
    (Indeterminate, S::TryLater, |_, f, _| f.timestamps.clear()),
    (Indeterminate, S::SignedDataNotFound, |_, f, _| f.references[0].found = false),
    (Indeterminate, S::Generic, |_, f, _| f.value_verifies = None),
];

#[test]
fn one_fault_each() {
    let pki = Pki::new();
    let anchors = pki.anchors();
    for (indication, sub, make) in CASES {
        let (mut facts, mut policy) = (pki.lt(day(100)), Policy::default());
        facts.claimed_time = Some(day(100));
        make(&pki, &mut facts, &mut policy);
        let file = FileFacts { signatures: vec![facts], ..FileFacts::default() };
        let material = nothing();
        let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: day(300), lang: Lang::En };
        let report = validate_file("x", &file, &basis).signatures.remove(0);
        let codes: Vec<_> = report.findings.iter().map(|f| f.code.as_str()).collect();
        assert_eq!((report.indication, report.sub_indication), (*indication, Some(*sub)), "{codes:?}");
        // Whatever is told against it has a clause and a remedy, and the blocks say the same.
        assert!(report.findings.iter().any(|f| f.severity == Severity::Error && !f.clause.is_empty()), "{sub}");
        assert!(report.detail.blocks.iter().any(|b| b.conclusion.sub_indication == Some(*sub)), "{sub}");
    }
}

#[test]
fn policies_and_counter_signatures_are_told() {
    let pki = Pki::new();
    let mut facts = pki.lt(day(100));
    facts.policy = Some(policy_of(None));
    facts.counter_of = Some("S0".into());
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!((report.indication, report.counter_of.as_deref()), (TotalPassed, Some("S0")));
    assert!(report.findings.iter().any(|f| f.code == "validate.policy.not-available" && f.severity == Severity::Info));
    let mut facts = pki.lt(day(100));
    facts.policy = Some(PolicyFacts { id: None, digest_matches: None, uri: None });
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert!(!report.findings.iter().any(|f| f.code.starts_with("validate.policy")));
}
