//! What is made, at every level, again and again.

use ades::{
    cades::SignaturePolicy,
    facts::{Coverage, Level, ObjectId, TimestampKind},
    xades::Place,
};
use jiff::SignedDuration;
use pki::{DigestAlgorithm, SignatureAlgorithm, testing::day};

use super::{DATA, assert_passes, attached, facts, facts_with, holds, open, raise, request, sign};
use crate::world::World;

const ALGORITHMS: [SignatureAlgorithm; 5] = [
    SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
    SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384),
    SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
    SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha256),
    SignatureAlgorithm::Ed25519,
];

#[test]
fn every_algorithm_at_every_level_attached_and_detached() {
    for algorithm in ALGORITHMS {
        let w = World::with(algorithm);
        let after = w.now + SignedDuration::from_secs(60);
        for b in [attached(&w), sign(&w, request(&w)).detached()] {
            assert!(holds(&facts(&b)), "{algorithm:?} {:?}", facts(&b));
            for (level, name) in [(Level::T, "T"), (Level::LT, "LT"), (Level::LTA, "LTA")] {
                let raised = raise(&w, &b, level);
                assert_eq!(facts(&raised).signatures[0].level_elements, Some(level), "{algorithm:?}");
                assert_passes(&w, &raised, after, name);
            }
        }
    }
}

#[test]
fn an_archive_is_renewed_again_and_again_and_each_stamp_covers_what_was_there() {
    let mut w = World::new();
    let mut cms = raise(&w, &attached(&w), Level::LT);
    let mut sizes = Vec::new();
    for n in 0..3 {
        w.now = day(100 + 40 * n);
        cms = raise(&w, &cms, Level::LTA);
        let found = facts(&cms);
        let s = &found.signatures[0];
        let archives: Vec<_> = s.timestamps.iter().filter(|t| t.kind == TimestampKind::Archive).collect();
        assert_eq!(archives.len(), usize::try_from(n).unwrap() + 1);
        assert!(archives.iter().all(|t| t.imprint_matches == Some(true)));
        let last = archives.last().unwrap();
        assert!(last.covers.contains(&ObjectId::of(DATA)) && last.covers.contains(&s.value));
        assert!(s.timestamps.iter().rev().skip(1).all(|t| last.covers.contains(&ObjectId::of(&t.token))));
        assert!(!last.covers.contains(&ObjectId::of(&last.token)));
        sizes.push(last.covers.len());
        assert_passes(&w, &cms, w.now + SignedDuration::from_secs(60), "LTA");
    }
    assert!(sizes.is_sorted() && sizes[0] < sizes[2]);
}

#[test]
fn claims_are_read_as_they_were_made() {
    let w = World::new();
    let mut r = request(&w);
    r.roles = vec!["valdes loceklis".to_owned(), "grāmatvede".to_owned()];
    r.place = Some(Place { city: Some("Rīga".to_owned()), country: Some("LV".to_owned()), ..Place::default() });
    r.commitments = vec!["1.2.840.113549.1.9.16.6.1".to_owned(), "1.2.840.113549.1.9.16.6.5".to_owned()];
    let hash = DigestAlgorithm::Sha256.of(b"policy");
    r.policy = Some(SignaturePolicy {
        id: "1.3.6.1.4.1.99999.1".to_owned(),
        digest: DigestAlgorithm::Sha256,
        hash,
        uri: Some("https://example.lv/policy".to_owned()),
    });
    r.content_timestamps = vec![w.stamp(DigestAlgorithm::Sha256, &DigestAlgorithm::Sha256.of(DATA))];
    r.media_type = Some("text/plain".to_owned());
    let found = facts(&sign(&w, r).detached());
    assert!(holds(&found), "{found:?}");
    let s = &found.signatures[0];
    assert!(s.defects.is_empty(), "{:?}", s.defects);
    let mut roles = s.roles.clone();
    roles.sort();
    assert_eq!(roles, ["grāmatvede", "valdes loceklis"]);
    assert_eq!(s.place.as_deref(), Some("Rīga, LV"));
    assert_eq!(s.commitments, ["1.2.840.113549.1.9.16.6.1", "1.2.840.113549.1.9.16.6.5"]);
    let policy = s.policy.as_ref().unwrap();
    assert_eq!((policy.id.as_deref(), policy.digest_matches), (Some("1.3.6.1.4.1.99999.1"), None));
    assert_eq!(policy.uri.as_deref(), Some("https://example.lv/policy"));
    assert_eq!((s.timestamps[0].kind, s.timestamps[0].imprint_matches), (TimestampKind::Content, Some(true)));
    assert_eq!(s.timestamps[0].covers, [ObjectId::of(DATA)]);
    assert_eq!(s.scope[0].covered, Coverage::Full);
}

#[test]
fn parallel_and_counter_signatures_stay_valid_through_every_level() {
    let w = World::new();
    for b in [attached(&w), sign(&w, request(&w)).detached()] {
        let mut file = open(&b, DATA);
        let second = file.prepare(request(&w)).unwrap();
        let value = w.signer.key.sign(second.to_be_signed());
        file.add(&second.finish(&value).unwrap()).unwrap();
        let counter = file.prepare_counter("signature-1", request(&w)).unwrap();
        let value = w.signer.key.sign(counter.to_be_signed());
        file.add_counter("signature-1", &counter.finish(&value).unwrap()).unwrap();
        assert!(file.prepare_counter("signature-9", request(&w)).is_err());
        let mut out = Vec::new();
        file.write(&mut out).unwrap();
        let found = facts(&out);
        assert!(holds(&found), "{found:?}");
        let ids: Vec<_> = found.signatures.iter().map(|s| (s.id.as_str(), s.counter_of.as_deref())).collect();
        let expected = [("signature-1", None), ("signature-1/counter-1", Some("signature-1")), ("signature-2", None)];
        assert_eq!(ids, expected);
        for level in [Level::T, Level::LT, Level::LTA, Level::LTA] {
            out = raise(&w, &out, level);
            let found = facts(&out);
            assert!(holds(&found), "{level:?}");
            let stamps = found.signatures.iter().flat_map(|s| &s.timestamps);
            assert!(stamps.clone().all(|t| t.imprint_matches == Some(true)), "{level:?}");
        }
        let found = facts(&out);
        let counter = found.signatures.iter().find(|s| s.counter_of.is_some()).unwrap();
        assert!(counter.timestamps.iter().any(|t| t.kind == TimestampKind::Archive));
    }
}

#[test]
fn other_data_are_not_taken() {
    let w = World::new();
    let signed = sign(&w, request(&w));
    for data in [&b"Desmit eiro!\n"[..], b"Desmit eiro.\n+", b"Desmit"] {
        let mut out = Vec::new();
        assert_eq!(signed.attached(data, DATA.len() as u64, &mut out).unwrap_err().code(), "cades.other-data");
    }
    let detached = signed.detached();
    assert!(holds(&facts_with(&detached, DATA)));
    assert!(!holds(&facts_with(&detached, b"other")));
}
