//! Whole signatures with a small PKI.

use pki::{
    DigestAlgorithm, SignatureAlgorithm,
    testing::{TestKey, day},
};
use proptest::prelude::*;

use super::{limits, pki};
use crate::{
    facts::{Coverage, FileFacts, Level, TimestampKind},
    pades::{PadesError, Request, prepare, read},
    pdf::{Dict, Document, Object, Sample, Update, sample},
};

fn facts(data: &[u8]) -> FileFacts {
    read("Ligums.pdf", data, &limits()).unwrap()
}

#[test]
fn every_level_is_read_back() {
    let pki = pki(TestKey::p256());
    for kind in [Sample::Table, Sample::Stream, Sample::Hybrid] {
        for level in [Level::B, Level::T, Level::LT, Level::LTA] {
            let data = pki.sign(&sample(kind), level);
            let file = facts(&data);
            assert_eq!((file.container, file.defects.len()), (Some("PDF"), 0));
            let [s] = file.signatures.as_slice() else { panic!("one signature") };
            assert_eq!(s.level_elements, Some(level));
            assert_eq!((s.value_verifies, s.certificate_reference_matches), (Some(true), Some(true)));
            assert!(s.references[0].intact && s.defects.is_empty(), "{:?}", s.defects);
            assert_eq!((s.scope[0].name.as_str(), s.scope[0].covered), ("Ligums.pdf", Coverage::Full));
            assert_eq!(s.claimed_time, Some(day(300)));
            assert_eq!(s.signing_certificate.as_deref(), Some(pki.signer.certificate.der()));
            assert!(s.timestamps.iter().all(|t| t.imprint_matches == Some(true)));
            let kinds: Vec<_> = s.timestamps.iter().map(|t| t.kind).collect();
            let expected: &[TimestampKind] = match level {
                Level::B => &[],
                Level::T | Level::LT => &[TimestampKind::Signature],
                Level::LTA => &[TimestampKind::Signature, TimestampKind::Document],
            };
            assert_eq!(kinds, expected);
            assert_eq!(s.ocsps.len(), usize::from(level >= Level::LT));
        }
    }
}

#[test]
fn keys_of_every_kind_sign() {
    let algorithms = [
        SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384),
        SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
        SignatureAlgorithm::Ed25519,
    ];
    for algorithm in algorithms {
        let pki = pki(TestKey::new(algorithm));
        let file = facts(&pki.sign(&sample(Sample::Table), Level::LT));
        assert_eq!(file.signatures[0].algorithm, Some(algorithm));
        assert_eq!(file.signatures[0].value_verifies, Some(true));
    }
}

#[test]
fn a_second_signer_leaves_the_first_whole() {
    let (one, two) = (pki(TestKey::p256()), pki(TestKey::p384()));
    let data = two.sign(&one.sign(&sample(Sample::Stream), Level::LT), Level::LT);
    let file = facts(&data);
    assert_eq!(file.signatures.len(), 2);
    assert_ne!(file.signatures[0].id, file.signatures[1].id);
    for s in &file.signatures {
        assert_eq!((s.value_verifies, s.scope[0].covered), (Some(true), Coverage::Full));
        assert!(s.defects.is_empty(), "{:?}", s.defects);
    }
}

#[test]
fn the_wrong_file_value_or_stamp_is_refused() {
    let (pki, other) = (pki(TestKey::p256()), pki(TestKey::p256()));
    let file = sample(Sample::Table);
    let prepared = pki.prepare(&file);
    assert_eq!(prepared.clone().finish(b"no signature").unwrap_err(), PadesError::WrongSignature);
    let foreign = other.signer.key.sign(prepared.to_be_signed());
    assert_eq!(prepared.clone().finish(&foreign).unwrap_err(), PadesError::WrongSignature);
    let signed = prepared.clone().finish(&pki.signer.key.sign(prepared.to_be_signed())).unwrap();
    let stamp = pki.tsa.time_stamp(&[7; 32], day(301));
    assert_eq!(signed.clone().with_timestamp(&stamp).unwrap_err(), PadesError::WrongTimestamp);
    let mut longer = file.clone();
    longer.push(b'\n');
    assert_eq!(signed.increment(&longer, &limits()).unwrap_err(), PadesError::OtherFile);
    let mut changed = file.clone();
    changed[12] ^= 1;
    assert_eq!(signed.increment(&changed, &limits()).unwrap_err(), PadesError::OtherFile);
}

#[test]
fn a_certified_document_that_allows_nothing_is_left_alone() {
    let file = sample(Sample::Table);
    let doc = Document::open(&file, &limits()).unwrap();
    let (root, mut catalog) = doc.catalog().unwrap();
    let mut update = Update::new(&doc).unwrap();
    let nested = |key: &str, value: Object| {
        let mut d = Dict::new();
        d.set(key, value);
        d
    };
    let mut reference = nested("TransformMethod", Object::name("DocMDP"));
    reference.set("TransformParams", nested("P", Object::Int(1)));
    let signature = nested("Reference", Object::Array(vec![reference.into()]));
    catalog.set("Perms", nested("DocMDP", signature.into()));
    update.put(root, &catalog.into());
    let certified = [file.as_slice(), &update.finish().bytes].concat();
    let pki = pki(TestKey::p256());
    let request = Request::new(pki.signer.certificate.der(), day(300)).unwrap();
    assert_eq!(prepare(&certified, request, &limits()).unwrap_err(), PadesError::Locked);
}

#[test]
fn changed_bytes_do_not_verify() {
    let pki = pki(TestKey::p256());
    let mut data = pki.sign(&sample(Sample::Table), Level::B);
    let at = data.windows(7).position(|w| w == b"Pirkuma").unwrap();
    data[at] = b'M';
    let file = facts(&data);
    assert!(!file.signatures[0].references[0].intact);
    assert_eq!(file.signatures[0].value_verifies, Some(true));
}

#[test]
fn an_unknown_or_old_sub_filter_is_named() {
    let pki = pki(TestKey::p256());
    let data = pki.sign(&sample(Sample::Table), Level::B);
    for (name, code) in [
        ("adbe.pkcs7.detached", "pades.legacy-subfilter"),
        ("adbe.x509.rsa_sha1", "pades.legacy-subfilter"),
        ("PKCS7.unknown", "pades.unsupported-subfilter"),
    ] {
        let text = "/SubFilter /ETSI.CAdES.detached";
        let at = data.windows(text.len()).position(|w| w == text.as_bytes()).unwrap();
        let mut data = data.clone();
        data[at..at + text.len()]
            .copy_from_slice(format!("{:width$}", format!("/SubFilter /{name}"), width = text.len()).as_bytes());
        let s = &facts(&data).signatures[0];
        assert_eq!(s.defects[0].code, code);
        assert_eq!(s.level_elements, None);
        // what is no bare RSA value is not taken for one
        assert_eq!(name.contains("x509"), s.defects.iter().any(|d| d.code == "pades.cms-broken" && d.fatal));
    }
}

proptest! {
    /// One changed byte anywhere in what is signed is noticed.
    #[test]
    fn no_byte_can_change(at in any::<prop::sample::Index>(), with in any::<u8>()) {
        thread_local!(static SIGNED: Vec<u8> = pki(TestKey::p256()).sign(&sample(Sample::Stream), Level::B));
        let mut data = SIGNED.with(Clone::clone);
        let i = at.index(data.len());
        prop_assume!(data[i] != with);
        data[i] = with;
        if let Ok(file) = read("x.pdf", &data, &limits()) {
            for s in &file.signatures {
                let contents = s.value_verifies != Some(true) || s.references.iter().any(|r| !r.intact);
                let told = contents || s.defects.iter().any(|d| d.fatal) || s.scope[0].covered != Coverage::Full;
                let in_contents = s.value_verifies == Some(true) && s.references.iter().all(|r| r.intact);
                prop_assert!(told || in_contents && s.defects.iter().any(|d| d.code == "pades.contents-padding") || padding(&data, i), "{s:?}");
            }
        }
    }
}

/// Whether a byte stands in the unsigned room of a signature.
fn padding(data: &[u8], at: usize) -> bool {
    let start = data.windows(11).position(|w| w == b"/Contents <").map(|p| p + 11);
    start.is_some_and(|s| at >= s && data[s..].iter().position(|b| *b == b'>').is_some_and(|e| at <= s + e))
}

#[test]
fn claims_are_signed_and_read_back() {
    let pki = pki(TestKey::p256());
    let base = sample(Sample::Table);
    let mut request = pki.request();
    request.roles = vec!["valdes loceklis".into()];
    request.commitments = vec!["1.2.840.113549.1.9.16.6.5".into()];
    assert_eq!(prepare(&base, request.clone(), &limits()).unwrap_err().code(), "pades.claim");
    request.reason = None;
    let data = pki.complete(&base, prepare(&base, request, &limits()).unwrap(), Level::B);
    let s = &facts(&data).signatures[0];
    assert_eq!((s.value_verifies, s.level_elements), (Some(true), Some(Level::B)));
    assert_eq!(s.roles, ["valdes loceklis"]);
    assert!(s.commitments.iter().any(|c| c.contains("1.2.840.113549.1.9.16.6.5")));
}

#[test]
fn the_signed_revision_can_be_opened() {
    let pki = pki(TestKey::p256());
    let one = pki.sign(&sample(Sample::Stream), Level::B);
    let two = pki.sign(&one, Level::LT);
    assert_eq!(crate::pades::revision(&two, "Signature1", &limits()).unwrap(), Some(0..one.len()));
    assert_eq!(crate::pades::revision(&two, "cits", &limits()).unwrap(), None);
}
