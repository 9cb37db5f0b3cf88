//! Files as other products write them.

use std::io::Cursor;

use ades::facts::{Level, TimestampKind};
use pki::{
    DigestAlgorithm, SignatureAlgorithm,
    asn1::{self, tag},
    cms::{Message, parts},
    oid,
};

use super::{DATA, attached, facts, holds, raise, request, sign};
use crate::world::World;

/// Indefinite lengths for everything constructed outside signed parts; the content in pieces of three octets.
fn loose(cms: &[u8]) -> Vec<u8> {
    let message = Message::from_ber(cms).unwrap();
    let indefinite = |tag: u8, inner: &[&[u8]]| [&[tag, 0x80][..], &inner.concat(), &[0, 0]].concat();
    let pieces: Vec<u8> = DATA.chunks(3).flat_map(asn1::octets).collect();
    let content = match message.content {
        Some(_) => indefinite(0xa0, &[&indefinite(0x24, &[&pieces])]),
        None => vec![],
    };
    let encapsulated = indefinite(tag::SEQUENCE, &[&asn1::oid(message.content_type), &content]);
    let certificates = indefinite(0xa0, &[&message.certificates.items.concat()]);
    let revocations = if message.revocations.items.is_empty() {
        vec![]
    } else {
        indefinite(0xa1, &[&message.revocations.items.concat()])
    };
    let signers: Vec<u8> = message.signers.iter().flat_map(|s| loose_signer(&s.to_ber())).collect();
    let data = indefinite(
        tag::SEQUENCE,
        &[
            &asn1::small_integer(1),
            &message.digests,
            &encapsulated,
            &certificates,
            &revocations,
            &indefinite(tag::SET, &[&signers]),
        ],
    );
    indefinite(tag::SEQUENCE, &[&asn1::oid(oid::CMS_SIGNED_DATA), &indefinite(0xa0, &[&data])])
}

fn loose_signer(der: &[u8]) -> Vec<u8> {
    let inner: Vec<u8> = parts(der).unwrap().concat();
    [&[tag::SEQUENCE, 0x80][..], &inner, &[0, 0]].concat()
}

#[test]
fn loose_encodings_read_the_same_and_are_raised_without_change() {
    let w = World::new();
    for b in [attached(&w), sign(&w, request(&w)).detached()] {
        let ber = loose(&b);
        let (strict, found) = (facts(&b), facts(&ber));
        assert!(holds(&found), "{found:?}");
        assert_eq!(serde_json::to_string(&strict).unwrap(), serde_json::to_string(&found).unwrap());
        let raised = raise(&w, &raise(&w, &ber, Level::LTA), Level::LTA);
        let s = &facts(&raised).signatures[0];
        assert_eq!(s.level_elements, Some(Level::LTA));
        assert!(s.timestamps.iter().all(|t| t.imprint_matches == Some(true)));
        let message = Message::from_ber(&raised).unwrap();
        let (from, to) = (message.encapsulated.start as usize, message.encapsulated.end as usize);
        assert!(ber.windows(to - from).any(|w| w == &raised[from..to]), "the signed content stands as it stood");
        // An archive time stamp holds in a loose encoding, too.
        assert!(facts(&loose(&raised)).signatures[0].timestamps.iter().all(|t| t.imprint_matches == Some(true)));
    }
}

#[test]
fn pem_is_read() {
    let w = World::new();
    for label in ["CMS", "PKCS7"] {
        let text = pki::pem_encode(label, &attached(&w));
        assert!(holds(&facts(text.as_bytes())), "{label}");
    }
    assert!(facts(w.root.certificate.to_pem().as_bytes()).container.is_none());
}

#[test]
fn plain_pkcs7_without_signed_attributes_is_told_as_it_is() {
    for algorithm in [SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256), SignatureAlgorithm::Ed25519] {
        let w = World::with(algorithm);
        let key = &w.signer.key;
        let digest = algorithm.companion_digest();
        let signer = asn1::seq([
            asn1::small_integer(1),
            w.signer.certificate.issuer_and_serial(),
            digest.to_der(),
            algorithm.to_der(),
            asn1::octets(&key.sign(DATA)),
        ]);
        let message = pki::cms::NewMessage {
            version: 1,
            content_type: oid::CMS_DATA,
            digests: vec![digest.to_der()],
            certificates: asn1::tlv(tag::constructed(0), w.signer.certificate.der()),
            revocations: Vec::new(),
            signers: vec![signer],
        };
        let detached = [message.head(None), message.tail()].concat();
        let s = facts(&detached).signatures.remove(0);
        assert_eq!((s.value_verifies, s.certificate_reference_matches, s.level_elements), (Some(true), None, None));
        assert!(s.references[0].intact && s.defects.is_empty(), "{s:?}");
        let bent = super::facts_with(&detached, b"other").signatures.remove(0);
        assert_eq!(bent.value_verifies, Some(false));
    }
}

#[test]
fn time_stamps_alone_are_read_with_their_data() {
    let w = World::new();
    let token = w.stamp(DigestAlgorithm::Sha384, &DigestAlgorithm::Sha384.of(DATA));
    for bytes in [token.clone(), pki::TimeStampResponse::granted(&token)] {
        let found = facts(&bytes);
        assert_eq!(found.container, Some("TST"));
        let stamp = &found.timestamps[0];
        assert_eq!((stamp.kind, stamp.imprint_matches, &stamp.token), (TimestampKind::Container, Some(true), &token));
        let other = super::facts_with(&bytes, b"other");
        assert_eq!(other.timestamps[0].imprint_matches, Some(false));
        let alone = ades::cades::read("x.tst", &mut Cursor::new(&bytes), &mut ades::xades::Nothing).unwrap();
        assert_eq!(alone.timestamps[0].imprint_matches, None);
        assert!(alone.defects.iter().any(|d| d.code == "tst.no-data" && !d.fatal));
    }
}
