//! Single rules of the decision.

use std::collections::BTreeMap;

use ades::{
    asic::Naming,
    validate::{
        Action,
        Indication::{self, Indeterminate, TotalFailed, TotalPassed},
        Severity, SignatureReport,
        SubIndication::{self as S},
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus, DigestAlgorithm, KeyUsage, asn1, oid,
    testing::{TestEntity, TestKey, day, leaf_extensions},
};

use super::{Case, hours, id_of};
use crate::world::{World, facts};

#[track_caller]
pub(super) fn is(report: &SignatureReport, indication: Indication, sub: impl Into<Option<S>>) {
    let told: Vec<_> = report.findings.iter().map(|f| (f.code.as_str(), f.object.as_str())).collect();
    assert_eq!((report.indication, report.sub_indication), (indication, sub.into()), "{told:?}");
}

pub(super) fn told(report: &SignatureReport, code: &str) -> Option<Severity> {
    report.findings.iter().find(|f| f.code == code).map(|f| f.severity)
}

#[test]
fn an_anchor_that_is_trusted_no_longer_still_carries_what_is_proven_from_before() {
    let w = World::new();
    let other = TestEntity::root("Cita sakne", TestKey::p256());
    let judge = |until: i64, archive: Option<i64>| {
        let mut case = Case::new(&w);
        // Whoever keeps it stamps under a root that is trusted.
        let key = TestKey::p256();
        let mut e = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING]);
        (e.extended_key_usage_critical, e.no_revocation_available) = (true, true);
        let keeper = other.issue(0xe3, "Arhīva zīmogi", key, e, |_| {});
        case.archive = archive.map(|at| (keeper, day(at)));
        case.anchors.add(other.certificate.clone());
        case.policy.anchors_until = BTreeMap::from([(id_of(&w.root), day(until))]);
        case.judge()
    };
    is(&judge(301, None), TotalPassed, None);
    // Trusted until day 200: the status information is proven to be from before by the archive time stamp only.
    is(&judge(200, Some(150)), TotalPassed, None);
    is(&judge(200, None), Indeterminate, S::NoCertificateChainFoundNoPoe);
    is(&judge(140, Some(150)), Indeterminate, S::NoCertificateChainFoundNoPoe);
    assert_eq!(told(&judge(140, Some(150)), "validate.chain.anchor-ended"), Some(Severity::Error));
    // A stranger's date changes nothing.
    let mut case = Case::new(&w);
    case.policy.anchors_until = BTreeMap::from([(id_of(&w.tsa), day(99))]);
    is(&case.judge(), TotalPassed, None);
}

#[test]
fn the_time_stamp_comes_within_the_delay() {
    let w = World::new();
    let judge = |minutes: Option<i64>, after: i64, stamped: bool| {
        let mut case = Case::new(&w);
        case.claimed = day(100) - SignedDuration::from_mins(after);
        case.policy.time_stamp_delay = minutes.map(SignedDuration::from_mins);
        if !stamped {
            (case.stamp, case.judged) = (None, day(100) + hours(1));
        }
        case.judge()
    };
    is(&judge(None, 600, true), TotalPassed, None);
    is(&judge(Some(30), 29, true), TotalPassed, None);
    is(&judge(Some(30), 30, true), Indeterminate, S::SigConstraintsFailure);
    assert_eq!(told(&judge(Some(30), 30, true), "validate.timestamp.late"), Some(Severity::Error));
    // Nothing to be late.
    is(&judge(Some(30), 600, false), TotalPassed, None);
}

#[test]
fn only_a_qualified_time_stamp_will_do() {
    let w = World::new();
    let mut case = Case::new(&w);
    case.policy.constraints.time_stamp_qualified = Action::Fail;
    is(&case.judge(), Indeterminate, S::SigConstraintsFailure);
    case.policy.constraints.time_stamp_qualified = Action::Warn;
    let report = case.judge();
    is(&report, TotalPassed, None);
    assert_eq!(told(&report, "validate.timestamp.not-qualified"), Some(Severity::Warning));
}

#[test]
fn media_types_that_contradict_each_other() {
    let w = World::new();
    let files: &[(&str, &[u8])] = &[("a.txt", b"a")];
    let container = w.container_of(Naming::Edoc, files, |w, objects| {
        let mut objects = objects.to_vec();
        objects[0].media_type = "application/pdf".to_owned();
        w.sign(&objects, "S1").xml()
    });
    let found = facts(&container);
    let mut case = Case::new(&w);
    let report = case.verdict(&found);
    is(&report, TotalPassed, None);
    assert_eq!(told(&report, "asic.media-type"), Some(Severity::Warning));
    case.policy.constraints.media_type = Action::Fail;
    is(&case.verdict(&found), Indeterminate, S::SigConstraintsFailure);
    case.policy.constraints.media_type = Action::Ignore;
    assert!(told(&case.verdict(&found), "asic.media-type").is_none());
}

/// An authority with two certificates, one of them revoked: the other path is taken (5.2.6.4 step 4 d).
#[test]
fn another_path_around_a_revoked_authority() {
    let w = World::new();
    let key = |t: &mut pki::CertificateTemplate| t.spki = w.ca.key.spki().to_vec();
    let e = pki::testing::ca_extensions(&w.ca.key, Some(0), None);
    let other = w.root.issue(0xe2, "Izdevējs", TestKey::p256(), e, key);
    let revoke = |serial: &[u8]| pki::CrlEntry {
        serial: serial.to_vec(),
        revoked_at: day(90),
        reason: Some(super::COMPROMISE),
        invalid_since: None,
    };
    for (revoked, indication) in [(vec![&w.ca], TotalPassed), (vec![&w.ca, &other], Indeterminate)] {
        let mut case = Case::new(&w);
        case.certificates.push(other.certificate.der().to_vec());
        let entries: Vec<_> = revoked.iter().map(|e| revoke(e.certificate.serial())).collect();
        case.crls = vec![w.root.crl(2, day(160), &entries)];
        let sub = (indication == Indeterminate).then_some(S::RevokedCaNoPoe);
        is(&case.judge(), indication, sub);
    }
}

/// From a signature value to a nonce.
type Nonce<'n> = dyn Fn(&[u8]) -> Vec<u8> + 'n;

/// A BDOC signature without time stamp whose OCSP answer has the digest of the signature value as nonce.
fn marked(w: &World, (marks, bare): (&Nonce<'_>, bool), produced: Timestamp) -> Vec<u8> {
    let files: &[(&str, &[u8])] = &[("a.txt", b"a")];
    w.container_of(Naming::Asice, files, |w, objects| {
        let prepared = ades::xades::prepare(objects, w.request("S1")).unwrap();
        let der = w.signer.key.sign(prepared.to_be_signed());
        let value = pki::ecdsa_der_to_raw(&der, 32).unwrap();
        let of = (&w.ca.certificate, &w.signer.certificate);
        let answer = w.ocsp.ocsp_with_nonce(of, CertStatus::Good, produced, &marks(&value), bare);
        let one = |name: &str, der: &[u8]| format!("<xades:{name}>{}</xades:{name}>", STANDARD.encode(der));
        let material = w.material();
        let certificates = material.certificates.iter().map(|c| one("EncapsulatedX509Certificate", c));
        let properties = format!(
            "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CertificateValues>{}\
             </xades:CertificateValues><xades:RevocationValues><xades:CRLValues>{}</xades:CRLValues><xades:OCSPValues>{}\
             </xades:OCSPValues></xades:RevocationValues></xades:UnsignedSignatureProperties></xades:UnsignedProperties>",
            certificates.collect::<String>(),
            one("EncapsulatedCRLValue", &material.crls[0]),
            one("EncapsulatedOCSPValue", &answer),
        );
        let end = "</xades:QualifyingProperties>";
        prepared.finish(&der).unwrap().xml().replace(end, &format!("{properties}{end}"))
    })
}

#[test]
fn time_marks_of_bdoc() {
    let w = World::new();
    let mark = |d: DigestAlgorithm| {
        move |value: &[u8]| asn1::seq([asn1::seq([asn1::oid(d.oid()), asn1::null()]), asn1::octets(&d.of(value))])
    };
    let judge = |bytes: &[u8], counted: bool, judged: Timestamp| {
        let mut case = Case::new(&w);
        (case.policy.time_marks, case.judged) = (counted, judged);
        case.verdict(&facts(bytes))
    };
    let (at, sha256) = (day(100), mark(DigestAlgorithm::Sha256));
    let good = marked(&w, (&sha256, false), at);
    let report = judge(&good, true, day(300));
    is(&report, TotalPassed, None);
    assert_eq!(report.best_time, at);
    assert_eq!(told(&report, "validate.time-mark.counted"), Some(Severity::Info));
    // As responders of the time before RFC 6960 write the nonce.
    is(&judge(&marked(&w, (&sha256, true), at), true, day(300)), TotalPassed, None);
    // Unless the policy takes them nothing proves when it was signed.
    let report = judge(&good, false, day(300));
    is(&report, Indeterminate, S::TryLater);
    assert_eq!(told(&report, "validate.time-mark.not-counted"), Some(Severity::Info));
    // Once the responder has ended, nothing proves the mark.
    assert_ne!(judge(&good, true, day(1900)).indication, TotalPassed);
    // Over another value, by SHA-1, a bare digest, nothing of the kind.
    let others: [&Nonce<'_>; 4] = [
        &|value| sha256(&[value, b"x"].concat()),
        &mark(DigestAlgorithm::Sha1),
        &|value| DigestAlgorithm::Sha256.of(value),
        &|_| vec![7; 16],
    ];
    for other in others {
        let report = judge(&marked(&w, (other, false), at), true, day(300));
        is(&report, Indeterminate, S::TryLater);
        assert!(told(&report, "validate.time-mark.counted").is_none());
    }
    // A mark from before the certificate.
    is(&judge(&marked(&w, (&sha256, false), day(-1)), true, day(1)), Indeterminate, S::CertificateChainGeneralFailure);
}

#[test]
fn times_at_the_end_of_time_are_no_trouble() {
    let w = World::new();
    let end: Timestamp = "9999-12-30T20:00:00Z".parse().unwrap();
    let mut case = Case::new(&w);
    case.claimed = end;
    case.policy.time_stamp_delay = Some(hours(24));
    is(&case.judge(), Indeterminate, S::SigConstraintsFailure);
    let mut case = Case::new(&w);
    case.status = Some((CertStatus::Good, "9999-12-30T01:00:00Z".parse().unwrap()));
    is(&case.judge(), Indeterminate, S::CertificateChainGeneralFailure);
    // A content time stamp from after the signing is one that contradicts, not a failure.
    let mut case = Case::new(&w);
    case.content = Some(day(290));
    assert_ne!(case.judge().indication, TotalFailed);
}
