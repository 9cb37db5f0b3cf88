//! What must never pass.

use ades::facts::{Level, TimestampKind};
use pki::{
    Attribute, DigestAlgorithm,
    asn1::{self, Reader},
    cms::{Message, SignerParts, signer_info},
    oid,
    testing::TestKey,
};

use super::{DATA, attached, facts, facts_with, holds, raise, request, sign};
use crate::world::World;

#[test]
fn no_flipped_octet_of_what_is_signed_or_certified_passes() {
    let w = World::new();
    let cms = attached(&w);
    let good = facts(&cms).signatures.remove(0);
    for at in 0..cms.len() {
        let mut bent = cms.clone();
        bent[at] ^= 1;
        let found = facts(&bent);
        if holds(&found) {
            // What stays undetected is no part of the signature: lengths and tags around it, versions.
            let s = &found.signatures[0];
            assert_eq!(s.signing_certificate, good.signing_certificate, "octet {at}");
            assert_eq!((s.value, s.claimed_time), (good.value, good.claimed_time), "octet {at}");
        }
    }
}

/// A message with these signed attributes, properly signed.
fn with_attributes(w: &World, change: impl FnOnce(&mut Vec<Attribute>)) -> Vec<u8> {
    let digest = DigestAlgorithm::Sha256;
    let mut all = vec![
        Attribute::new(oid::CONTENT_TYPE, asn1::oid(oid::CMS_DATA)),
        Attribute::new(oid::MESSAGE_DIGEST, asn1::octets(&digest.of(DATA))),
        Attribute::new(oid::SIGNING_TIME, asn1::x509_time(w.now)),
        pki::cms::signing_certificate_v2(&w.signer.certificate, digest),
    ];
    change(&mut all);
    let signed = asn1::set_of(all.iter().map(Attribute::to_der).collect());
    let key = &w.signer.key;
    let signer =
        signer_info(&w.signer.certificate, digest, key.algorithm(), &signed, &key.sign(&signed), Vec::new()).unwrap();
    let message = pki::cms::NewMessage {
        version: 1,
        content_type: oid::CMS_DATA,
        digests: vec![digest.to_der()],
        certificates: asn1::tlv(asn1::tag::constructed(0), w.signer.certificate.der()),
        revocations: Vec::new(),
        signers: vec![signer],
    };
    [message.head(Some(DATA.len() as u64)).as_slice(), DATA, &message.tail()].concat()
}

#[test]
fn attributes_that_say_otherwise_are_refused() {
    let w = World::new();
    assert!(holds(&facts(&with_attributes(&w, |_| ()))));
    type Change = fn(&mut Vec<Attribute>, &World);
    let cases: [(&str, Change); 8] = [
        ("swapped digest", |a, _| a[1].values = vec![asn1::octets(&DigestAlgorithm::Sha256.of(b"other"))]),
        ("no digest", |a, _| drop(a.remove(1))),
        ("two digests", |a, _| a.push(Attribute::new(oid::MESSAGE_DIGEST, asn1::octets(&[0; 32])))),
        ("digest with two values", |a, _| a[1].values.push(asn1::octets(&[0; 32]))),
        ("another content type", |a, _| a[0].values = vec![asn1::oid(oid::TST_INFO)]),
        ("no content type", |a, _| drop(a.remove(0))),
        ("certificate of another", |a, w| {
            a[3] = pki::cms::signing_certificate_v2(&w.ca.certificate, DigestAlgorithm::Sha256)
        }),
        ("no certificate", |a, _| drop(a.remove(3))),
    ];
    for (what, change) in cases {
        let found = facts(&with_attributes(&w, |a| change(a, &w)));
        assert!(!holds(&found), "{what}");
    }
    let twice = with_attributes(&w, |a| a.push(a[3].clone()));
    assert!(!holds(&facts(&twice)));
    let protected = with_attributes(&w, |a| {
        let value = asn1::seq([
            DigestAlgorithm::Sha256.to_der(),
            asn1::tlv(asn1::tag::constructed(1), &asn1::oid(oid::ECDSA_SHA384)),
        ]);
        a.push(Attribute::new(oid::CMS_ALGORITHM_PROTECTION, value));
    });
    assert!(facts(&protected).signatures[0].defects.iter().any(|d| d.code == "cades.algorithm-protection" && d.fatal));
}

/// A message whose first signer was changed.
fn change(cms: &[u8], change: impl FnOnce(&mut SignerParts)) -> Vec<u8> {
    let mut message = Message::from_ber(cms).unwrap();
    change(&mut message.signers[0]);
    let mut out = Vec::new();
    message.write(std::io::Cursor::new(cms), &mut out).unwrap().unwrap();
    out
}

#[test]
fn a_time_stamp_over_something_else_says_so() {
    let w = World::new();
    let other = w.stamp(DigestAlgorithm::Sha256, &[7; 32]);
    let cms = change(&attached(&w), |s| s.add_unsigned(Attribute::new(oid::SIGNATURE_TIME_STAMP, other.clone())));
    assert_eq!(facts(&cms).signatures[0].timestamps[0].imprint_matches, Some(false));
    // An archive time stamp without the index of what it is over.
    let cms = change(&raise(&w, &attached(&w), Level::LT), |s| {
        s.add_unsigned(Attribute::new(oid::ARCHIVE_TIME_STAMP_V3, other.clone()));
    });
    assert_eq!(facts(&cms).signatures[0].timestamps[1].imprint_matches, Some(false));
}

#[test]
fn what_came_after_an_archive_time_stamp_is_not_covered_and_what_is_missing_breaks_it() {
    let w = World::new();
    let cms = raise(&w, &attached(&w), Level::LTA);
    let archive = |cms: &[u8]| {
        let s = facts(cms).signatures.remove(0);
        s.timestamps.into_iter().find(|t| t.kind == TimestampKind::Archive).unwrap()
    };
    let before = archive(&cms);
    let more = w.stamp(DigestAlgorithm::Sha256, &[7; 32]);
    let added = change(&cms, |s| s.add_unsigned(Attribute::new(oid::SIGNATURE_TIME_STAMP, more.clone())));
    let after = archive(&added);
    assert_eq!((after.imprint_matches, &after.covers), (Some(true), &before.covers));
    assert!(!after.covers.contains(&ades::facts::ObjectId::of(&more)));
    // The signature time stamp taken away.
    let removed = change(&cms, |s| {
        let first = s.unsigned.remove(0);
        assert_eq!(first.oid, oid::SIGNATURE_TIME_STAMP);
        s.replace_unsigned(0, s.unsigned[0].values.clone());
    });
    assert_eq!(archive(&removed).imprint_matches, Some(false));
}

#[test]
fn the_value_of_another_key_does_not_verify() {
    let w = World::new();
    let other = TestKey::p256();
    let prepared = ades::cades::prepare(&DigestAlgorithm::Sha256.of(DATA), request(&w)).unwrap();
    let value = other.sign(prepared.to_be_signed());
    assert_eq!(prepared.finish(&value).unwrap_err().code(), "cades.value");
}

#[test]
fn broken_messages_are_refused_by_name() {
    let w = World::new();
    let cms = raise(&w, &attached(&w), Level::LTA);
    for cut in (0..cms.len()).step_by(7) {
        assert!(!holds(&facts(&cms[..cut])), "{cut}");
    }
    let deep = [[0x30, 0x80].repeat(5000), vec![0; 10]].concat();
    assert!(!holds(&facts(&deep)));
    // Content in ever deeper pieces.
    let head =
        [&[0x30, 0x80][..], &asn1::oid(oid::CMS_SIGNED_DATA), &[0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0]].concat();
    let content = [&[0x30, 0x80][..], &asn1::oid(oid::CMS_DATA), &[0xa0, 0x80]].concat();
    let pieces = [head, content, [0x24, 0x80].repeat(10_000)].concat();
    let found = facts(&pieces);
    assert!(found.defects.iter().any(|d| d.code == "cades.broken" && d.object.contains("deeper")), "{found:?}");
    let long = [0x30, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert!(!holds(&facts(&long)));
}

#[test]
fn a_signature_over_other_data_tells_so() {
    let w = World::new();
    let detached = sign(&w, request(&w)).detached();
    let found = facts_with(&detached, b"Divdesmit eiro.\n");
    let s = &found.signatures[0];
    assert_eq!((s.value_verifies, s.references[0].found, s.references[0].intact), (Some(true), true, false));
    let mut objects = ades::xades::Nothing;
    let found = ades::cades::read("x.p7s", &mut std::io::Cursor::new(&detached), &mut objects).unwrap();
    assert!(!found.signatures[0].references[0].found);
    assert_eq!(Reader::new(&detached).peek(), Some(0x30));
}
