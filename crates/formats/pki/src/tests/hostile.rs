//! No reader panics or hangs, whatever the bytes; nothing bent is taken for what it was.

use proptest::prelude::*;

use crate::{lint, testing::*, *};

/// One valid object of each kind.
fn samples() -> Vec<Vec<u8>> {
    let ca = TestEntity::root("Sakne", TestKey::p256());
    let signer = ca.issue_signer(7, "Jānis Paraugs", TestKey::p384());
    let entries = [CrlEntry {
        serial: vec![9],
        revoked_at: day(1),
        reason: Some(RevocationReason::Superseded),
        invalid_since: Some(day(0)),
    }];
    let id = CertId::new(DigestAlgorithm::Sha256, &ca.certificate, &[7]);
    let request = TimeStampRequest {
        digest: DigestAlgorithm::Sha256,
        imprint: vec![1; 32],
        policy: None,
        nonce: Some(vec![5]),
        certificate: true,
    };
    let tbs = CertificationRequest::tbs(&name("Pieteikums"), signer.key.spki());
    vec![
        ca.certificate.der().to_vec(),
        signer.certificate.der().to_vec(),
        ca.crl(3, day(2), &entries),
        OcspRequest { ids: vec![id], nonce: Some(vec![1; 32]) }.to_der().unwrap(),
        ca.ocsp(&ca.certificate, &signer.certificate, CertStatus::Good, day(2)),
        request.to_der().unwrap(),
        TimeStampResponse::granted(&ca.time_stamp(&[1; 32], day(2))),
        ca.time_stamp(&[1; 32], day(2)),
        CertificationRequest::assemble(&tbs, signer.key.algorithm(), &signer.key.sign(&tbs)).unwrap(),
    ]
}

/// Everything that reads, over the same bytes.
fn read_all(bytes: &[u8]) {
    if let Ok(c) = Certificate::from_der(bytes) {
        let _ = (c.to_pem(), c.is_self_signed(), format!("{:?} {}", c, c.subject()));
        let _ = lint::tbs_certificate(c.tbs(), lint::Profile::NaturalSignature, Some(&c));
        let strength = strength::Strength::default();
        let all = [c.clone()];
        let query = path::PathQuery {
            anchors: &all,
            intermediates: &all,
            at: day(5),
            purpose: path::Purpose::TlsServer("pki.example".into()),
            policies: &[],
            strength: &strength,
        };
        let _ = path::find_path(&c, &query);
    }
    if let Ok(crl) = Crl::from_der(bytes) {
        let _ = (crl.entries().count(), crl.find(&[9]), crl.signature_algorithm());
    }
    let _ = OcspRequest::from_der(bytes);
    if let Ok(r) = OcspResponse::from_der(bytes) {
        let _ = lint::tbs_ocsp(r.tbs());
    }
    let _ = TimeStampRequest::from_der(bytes);
    let _ = TimeStampResponse::from_der(bytes);
    if let Ok(t) = TimeStampToken::from_ber(bytes) {
        let _ = t.verify(&[]);
    }
    if let Ok(s) = SignedData::from_ber(bytes) {
        for signer in &s.signers {
            let _ = (
                signer.certificate_references(),
                signer.signing_time(),
                signer.message_digest(),
                signer.to_be_signed(),
            );
        }
    }
    if let Ok(r) = CertificationRequest::from_der(bytes) {
        let _ = r.verify();
    }
    let _ = (
        PublicKey::from_spki(bytes),
        SignatureAlgorithm::from_der(bytes),
        Name::from_der(bytes),
        TstInfo::from_der(bytes),
    );
    let _ = (Pkcs12::open(bytes, "x"), pem_decode(&String::from_utf8_lossy(bytes)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }
    #[test]
    fn arbitrary_elements(tag in prop::sample::select(vec![0x30_u8, 0x31, 0xa0, 0x24, 0x04]), body in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_all(&asn1::tlv(tag, &body));
    }
}

#[test]
fn bent_objects() {
    for sample in samples() {
        read_all(&sample);
        for at in 0..sample.len() {
            let mut bent = sample.clone();
            for flip in [0x01, 0x20, 0x80] {
                bent[at] = sample[at] ^ flip;
                read_all(&bent);
            }
        }
        for cut in (0..sample.len()).step_by(3) {
            read_all(&sample[..cut]);
        }
    }
}

#[test]
fn a_bent_certificate_never_verifies() {
    let ca = TestEntity::root("Sakne", TestKey::p256());
    let der = ca.issue_signer(7, "A", TestKey::p256()).certificate.der().to_vec();
    for at in 0..der.len() {
        let mut bent = der.clone();
        bent[at] ^= 1;
        if let Ok(c) = Certificate::from_der(&bent) {
            assert!(c.verify_signed_by(&ca.certificate).is_err(), "octet {at}");
        }
    }
}

#[test]
fn limits_are_named() {
    let deep = (0..200).fold(vec![0x30, 0x80], |mut v, _| {
        v.extend([0x30, 0x80]);
        v
    });
    assert_eq!(SignedData::from_ber(&deep).unwrap_err(), Error::TooDeep(64));
    let big = vec![0x30; certificate::MAX_CERTIFICATE + 1];
    assert_eq!(Certificate::from_der(&big).unwrap_err().code(), "pki.read.too-large");
    let ca = TestEntity::root("Sakne", TestKey::p256());
    let ids = (0..65).map(|n| CertId::new(DigestAlgorithm::Sha1, &ca.certificate, &[n])).collect();
    let many = OcspRequest { ids, nonce: None }.to_der().unwrap();
    assert_eq!(OcspRequest::from_der(&many).unwrap_err().code(), "pki.read.too-many");
    let nonce =
        OcspRequest { ids: vec![CertId::new(DigestAlgorithm::Sha1, &ca.certificate, &[1])], nonce: Some(vec![0; 129]) };
    assert!(nonce.to_der().is_err());
}
