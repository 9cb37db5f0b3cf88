use Indication::*;
use SubIndication as S;

use super::*;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[test]
fn good_b_with_fresh_status() {
    let pki = Pki::new();
    let now = day(100);
    let report = judge(pki.b(), &pki.anchors(), &pki.online(now), now);
    expect(&report, TotalPassed, None, "XAdES-BASELINE-B");
    assert_eq!(report.best_time, now);
    assert_eq!(report.signed_by.unwrap().common_name.as_deref(), Some("Jānis Paraugs"));
}

#[test]
fn b_without_status_is_indeterminate_and_says_what_is_needed() {
    let pki = Pki::new();
    let file = FileFacts { signatures: vec![pki.b()], ..FileFacts::default() };
    let (anchors, policy, material) = (pki.anchors(), Policy::default(), nothing());
    let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: day(100), lang: Lang::Lv };
    let report = validate_file("x", &file, &basis);
    expect(&report.signatures[0], Indeterminate, Some(S::CertificateChainGeneralFailure), "XAdES-BASELINE-B");
    assert_eq!(report.needs.len(), 2, "signer and issuing CA");
    assert_eq!(report.exit_code(), 3);
}

#[test]
fn good_t_and_lt() {
    let pki = Pki::new();
    let at = day(100);
    let report = judge(pki.t(at), &pki.anchors(), &pki.online(at + HOUR), at + HOUR);
    expect(&report, TotalPassed, None, "XAdES-BASELINE-T");
    assert_eq!(report.best_time, at);
    let report = judge(pki.lt(at), &pki.anchors(), &nothing(), day(400));
    expect(&report, TotalPassed, None, "XAdES-BASELINE-LT");
    assert_eq!((report.best_time, report.qualification.as_str()), (at, "NA"));
    assert_eq!(report.timestamps[0].indication, TimestampIndication::Passed);
}

#[test]
fn lt_holds_after_the_signing_certificate_expired() {
    let pki = Pki::new();
    let at = day(100);
    let short =
        pki.ca.issue("short".len() as u64 + 0xb0, "Īsais", TestKey::p256(), leaf(), |t| t.not_after = day(200));
    let mut facts = pki.lt(at);
    facts.signing_certificate = Some(short.certificate.der().to_vec());
    facts.ocsps[0] = pki.ocsp(&short, CertStatus::Good, at + HOUR);
    expect(&judge(facts.clone(), &pki.anchors(), &nothing(), day(300)), TotalPassed, None, "XAdES-BASELINE-LT");
    // Without the time stamp it does not.
    facts.timestamps.clear();
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    expect(&report, Indeterminate, Some(S::OutOfBoundsNotRevoked), "XAdES-BASELINE-B");
}

fn leaf() -> pki::Extensions {
    pki::Extensions { key_usage: Some(pki::KeyUsage::NON_REPUDIATION), ..pki::Extensions::default() }
}

#[test]
fn revoked_before_and_after_the_time_stamp() {
    let pki = Pki::new();
    let at = day(100);
    let reason = RevocationReason::KeyCompromise;
    let mut facts = pki.lt(at);
    facts.ocsps[0] = pki.ocsp(&pki.signer, revoked(day(99), reason), at + HOUR);
    expect(
        &judge(facts.clone(), &pki.anchors(), &nothing(), day(300)),
        Indeterminate,
        Some(S::RevokedNoPoe),
        "XAdES-BASELINE-LT",
    );
    // A content time stamp proves that it was made after the revocation.
    facts.timestamps.push(pki.stamp(TimestampKind::Content, at - HOUR));
    expect(&judge(facts, &pki.anchors(), &nothing(), day(300)), TotalFailed, Some(S::Revoked), "XAdES-BASELINE-LT");
    let mut facts = pki.lt(at);
    facts.ocsps.push(pki.ocsp(&pki.signer, revoked(day(150), reason), day(160)));
    expect(&judge(facts, &pki.anchors(), &nothing(), day(300)), TotalPassed, None, "XAdES-BASELINE-LT");
    // At level B the current time is all there is.
    let mut material = pki.online(day(300));
    material.ocsps.push(pki.ocsp(&pki.signer, revoked(day(150), reason), day(160)));
    expect(
        &judge(pki.b(), &pki.anchors(), &material, day(300)),
        Indeterminate,
        Some(S::RevokedNoPoe),
        "XAdES-BASELINE-B",
    );
}

#[test]
fn held_and_resumed() {
    let pki = Pki::new();
    let now = day(100);
    let mut material = pki.online(now - HOUR);
    material.ocsps.push(pki.ocsp(&pki.signer, revoked(day(90), RevocationReason::CertificateHold), now));
    let report = judge(pki.b(), &pki.anchors(), &material, now);
    expect(&report, Indeterminate, Some(S::TryLater), "XAdES-BASELINE-B");
    assert!(report.findings.iter().any(|f| f.code == "validate.chain.held"));
    material.ocsps.push(pki.ocsp(&pki.signer, CertStatus::Good, now + HOUR));
    expect(&judge(pki.b(), &pki.anchors(), &material, now + HOUR), TotalPassed, None, "XAdES-BASELINE-B");
}

#[test]
fn wrong_and_forged_time_stamps_prove_nothing() {
    let pki = Pki::new();
    let at = day(100);
    let mut facts = pki.lt(at);
    facts.timestamps[0].imprint_matches = Some(false);
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!(report.timestamps[0].indication, TimestampIndication::Failed);
    expect(&report, Indeterminate, Some(S::TryLater), "XAdES-BASELINE-B");
    let mut facts = pki.lt(at);
    let last = facts.timestamps[0].token.len() - 1;
    facts.timestamps[0].token[last] ^= 1;
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!(report.timestamps[0].indication, TimestampIndication::Failed);
    assert_eq!(report.best_time, day(300));
    // A stamp made with a certificate that is not for stamping.
    let mut facts = pki.lt(at);
    facts.timestamps[0].token = pki.signer.time_stamp(&DigestAlgorithm::Sha256.of(b"value"), at);
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!(report.timestamps[0].indication, TimestampIndication::Indeterminate);
    assert_ne!(report.indication, TotalPassed);
}

#[test]
fn ocsp_for_another_too_old_or_unauthorised_does_not_count() {
    let pki = Pki::new();
    let at = day(100);
    let stranger = pki.ca.issue_signer(0xdd, "Cits", TestKey::p256());
    let rogue = pki.root.issue_ocsp(0xee, "Viltus", TestKey::p256());
    let plain = pki.ca.issue_signer(0xef, "Bez pilnvaras", TestKey::p256());
    let good = CertStatus::Good;
    let cases = [
        (pki.ocsp(&stranger, good, at + HOUR), "validate.revocation.other-certificate"),
        (pki.ocsp(&pki.signer, good, day(98)), "validate.revocation.too-old"),
        (
            rogue.ocsp(&pki.ca.certificate, &pki.signer.certificate, good, at + HOUR),
            "validate.ocsp.responder-not-authorised",
        ),
        (
            plain.ocsp(&pki.ca.certificate, &pki.signer.certificate, good, at + HOUR),
            "validate.ocsp.responder-not-authorised",
        ),
        (pki.ocsp(&pki.signer, CertStatus::Unknown, at + HOUR), "validate.ocsp.unknown"),
    ];
    for (ocsp, code) in cases {
        let mut facts = pki.lt(at);
        facts.ocsps[0] = ocsp;
        let report = judge(facts, &pki.anchors(), &nothing(), day(300));
        let sub = if code.ends_with("too-old") { S::TryLater } else { S::CertificateChainGeneralFailure };
        expect(&report, Indeterminate, Some(sub), "XAdES-BASELINE-T");
        assert!(report.findings.iter().any(|f| f.code == code), "{code}: {:?}", report.findings);
    }
}

#[test]
fn status_from_before_the_certificate_does_not_count() {
    let pki = Pki::new();
    let at = day(100);
    let young = pki.ca.issue(0xb7, "Jaunais", TestKey::p256(), leaf(), |t| t.not_before = at + HOUR * 2);
    let mut facts = pki.lt(at);
    facts.signing_certificate = Some(young.certificate.der().to_vec());
    facts.ocsps[0] = pki.ocsp(&young, CertStatus::Good, at + HOUR);
    let report = judge(facts.clone(), &pki.anchors(), &nothing(), day(300));
    assert_eq!(report.sub_indication, Some(S::CertificateChainGeneralFailure));
    assert!(report.findings.iter().any(|f| f.code == "validate.revocation.before-issuance"));
    // With later information the time stamp proves that the signature is older than its certificate.
    facts.ocsps[0] = pki.ocsp(&young, CertStatus::Good, at + HOUR * 3);
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!((report.indication, report.sub_indication), (TotalFailed, Some(S::NotYetValid)));
}

#[test]
fn unknown_root() {
    let (pki, other) = (Pki::new(), Pki::new());
    let report = judge(pki.lt(day(100)), &other.anchors(), &nothing(), day(300));
    assert_eq!((report.indication, report.sub_indication), (Indeterminate, Some(S::NoCertificateChainFound)));
    let report = judge(pki.b(), &Anchors::default(), &nothing(), day(100));
    assert_eq!(report.sub_indication, Some(S::NoCertificateChainFound));
}

#[test]
fn integrity_comes_before_trust() {
    let pki = Pki::new();
    let mut facts = pki.lt(day(100));
    facts.references[0].intact = false;
    let report = judge(facts, &Anchors::default(), &nothing(), day(300));
    assert_eq!((report.indication, report.sub_indication), (TotalFailed, Some(S::HashFailure)));
    let mut facts = pki.lt(day(100));
    facts.value_verifies = Some(false);
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!((report.indication, report.sub_indication), (TotalFailed, Some(S::SigCryptoFailure)));
    let mut facts = pki.lt(day(100));
    facts.references[0].found = false;
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!((report.indication, report.sub_indication), (Indeterminate, Some(S::SignedDataNotFound)));
    let mut facts = pki.lt(day(100));
    facts.defects.push(Defect { code: "xades.duplicate-id", object: "S1".into(), fatal: true });
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!((report.indication, report.sub_indication), (TotalFailed, Some(S::FormatFailure)));
}

#[test]
fn nothing_unjudged_passes() {
    let pki = Pki::new();
    type Change = fn(&mut SignatureFacts);
    let changes: [(Change, S); 9] = [
        (|f| (f.references[0].digest, f.references[0].intact) = (None, false), S::CryptoConstraintsFailure),
        (|f| f.references[0].properties = true, S::SignedDataNotFound),
        (|f| f.value_verifies = None, S::Generic),
        (|f| f.algorithm = None, S::CryptoConstraintsFailure),
        (|f| f.references.clear(), S::SignedDataNotFound),
        (|f| f.signing_certificate = None, S::NoSigningCertificateFound),
        (|f| f.claimed_time = None, S::SigConstraintsFailure),
        (|f| f.claimed_time = Some(day(-1)), S::SigConstraintsFailure),
        (|f| f.certificate_reference_matches = Some(false), S::NoSigningCertificateFound),
    ];
    for (change, sub) in changes {
        let mut facts = pki.lt(day(100));
        change(&mut facts);
        let report = judge(facts, &pki.anchors(), &nothing(), day(300));
        assert_eq!((report.indication, report.sub_indication), (Indeterminate, Some(sub)));
    }
}

#[test]
fn weak_algorithms() {
    let pki = Pki::new();
    let mut facts = pki.lt(day(100));
    facts.references[0].digest = Some(DigestAlgorithm::Sha1);
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!(report.sub_indication, Some(S::CryptoConstraintsFailureNoPoe));
    let mut facts = pki.lt(day(100));
    facts.algorithm = Some(pki::SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha1));
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!(report.sub_indication, Some(S::CryptoConstraintsFailureNoPoe));
    // RSA of 1024 bits in the signing certificate.
    let short = pki::PublicKey::from_rsa(&[0xc5; 128], &[1, 0, 1]).unwrap();
    let weak = pki.ca.issue(0xc1, "Vājais", TestKey::p256(), leaf(), |t| t.spki = short.spki().to_vec());
    let mut facts = pki.lt(day(100));
    facts.signing_certificate = Some(weak.certificate.der().to_vec());
    facts.ocsps[0] = pki.ocsp(&weak, CertStatus::Good, day(100) + HOUR);
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!(report.sub_indication, Some(S::CryptoConstraintsFailureNoPoe));
}

#[test]
fn times_in_the_future() {
    let pki = Pki::new();
    let mut facts = pki.b();
    facts.claimed_time = Some(day(101));
    let report = judge(facts, &pki.anchors(), &pki.online(day(100)), day(100));
    expect(&report, Indeterminate, Some(S::SigConstraintsFailure), "XAdES-BASELINE-B");
    let mut facts = pki.lt(day(100));
    facts.claimed_time = Some(day(50));
    let report = judge(facts, &pki.anchors(), &pki.online(day(50)), day(50));
    assert_eq!((report.indication, report.sub_indication), (Indeterminate, Some(S::TimestampOrderFailure)));
    // Before the certificate was issued.
    let report = judge(pki.b(), &pki.anchors(), &nothing(), day(-10));
    assert_eq!(report.indication, Indeterminate);
}

#[test]
fn archive_time_stamp_carries_past_the_end_of_the_authorities() {
    let pki = Pki::new();
    let at = day(100);
    let mut facts = pki.lt(at);
    facts.level_elements = Some(Level::LTA);
    // All certificates of the PKI but the root end on day 1825; a newer unit under the root stamps on day 1800 and lives until day 3600.
    let new_unit = {
        let key = TestKey::p256();
        let mut extensions = leaf();
        extensions.key_usage = Some(pki::KeyUsage::DIGITAL_SIGNATURE);
        extensions.extended_key_usage = vec![pki::oid::TIME_STAMPING];
        extensions.extended_key_usage_critical = true;
        pki.root.issue(0xf1, "Jaunie zīmogi", key, extensions, |t| t.not_after = day(3600))
    };
    let late = day(2500);
    expect(
        &judge(facts.clone(), &pki.anchors(), &pki.online(late), late),
        Indeterminate,
        Some(S::OutOfBoundsNoPoe),
        "XAdES-BASELINE-LT",
    );
    let covers = facts.objects();
    facts.timestamps.push(TimestampFacts {
        kind: TimestampKind::Archive,
        token: new_unit.time_stamp(&DigestAlgorithm::Sha256.of(b"all"), day(1800)),
        imprint_matches: Some(true),
        covers,
    });
    facts.crls.push(pki.root.crl(2, day(1801), &[]));
    expect(&judge(facts, &pki.anchors(), &nothing(), late), TotalPassed, None, "XAdES-BASELINE-LTA");
}

#[test]
fn revoked_authority() {
    let pki = Pki::new();
    let at = day(100);
    let entry = pki::CrlEntry {
        serial: pki.ca.certificate.serial().to_vec(),
        revoked_at: day(50),
        reason: Some(RevocationReason::CaCompromise),
        invalid_since: None,
    };
    let mut facts = pki.lt(at);
    facts.crls = vec![pki.root.crl(1, at, &[entry])];
    let report = judge(facts, &pki.anchors(), &nothing(), day(300));
    assert_eq!((report.indication, report.sub_indication), (Indeterminate, Some(S::RevokedCaNoPoe)));
}

#[test]
fn certificates_not_for_signing() {
    let pki = Pki::new();
    let now = day(100);
    let facts = facts_of(&pki.tsa, vec![pki.ca.certificate.der().to_vec()]);
    let report = judge(facts, &pki.anchors(), &pki.online(now), now);
    assert_eq!(report.sub_indication, Some(S::ChainConstraintsFailure));
}

fn policy_of(digest_matches: Option<bool>) -> PolicyFacts {
    PolicyFacts { id: Some("1.2.3.4".into()), digest_matches, uri: None }
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
