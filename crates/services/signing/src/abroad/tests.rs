use ades::gather::Ask;
use jiff::SignedDuration;
use pki::{
    CertId, CertStatus, DigestAlgorithm, OcspRequest,
    testing::{TestEntity, TestKey, day},
};

use super::expires;

#[test]
fn only_what_was_asked_for_is_kept() {
    let (now, url) = (day(9), String::from("http://ca.example/a"));
    let ca = TestEntity::root("Izdevējs", TestKey::p256());
    let (issuer, crl) = (Ask::Issuer { url: url.clone() }, Ask::Crl { url });
    let for_hours = |n| Some(now + SignedDuration::from_hours(n));
    assert_eq!(expires(&issuer, ca.certificate.der(), now), for_hours(24));
    assert_eq!(expires(&issuer, ca.certificate.to_pem().as_bytes(), now), for_hours(24));
    assert_eq!(expires(&crl, &ca.crl(1, now, &[]), now), for_hours(1));
    // Until it ends, and not at all once it has.
    assert_eq!(
        expires(&crl, &ca.crl(1, day(2) + SignedDuration::from_mins(30), &[]), now),
        Some(now + SignedDuration::from_mins(30))
    );
    assert_eq!(expires(&crl, &ca.crl(1, day(1), &[]), now), None);
    // An answer about somebody else.
    let [one, other] = [2, 3].map(|n| ca.issue_signer(n, "Anna Paraudziņa", TestKey::p256()).certificate);
    let id = CertId::new(DigestAlgorithm::Sha1, &ca.certificate, one.serial());
    let request = OcspRequest { ids: vec![id], nonce: None }.to_der().unwrap();
    let ocsp = Ask::Ocsp { url: "http://ca.example/ocsp".into(), request };
    let about = |c| ca.ocsp(&ca.certificate, c, CertStatus::Good, now);
    assert!(expires(&ocsp, &about(&one), now).is_some());
    assert_eq!(expires(&ocsp, &about(&other), now), None);
    for page in [b"<html>Maintenance</html>".as_slice(), b"", ca.certificate.tbs(), &[0x30; 64]] {
        assert_eq!([&issuer, &crl, &ocsp].map(|ask| expires(ask, page, now)), [None; 3]);
    }
}
