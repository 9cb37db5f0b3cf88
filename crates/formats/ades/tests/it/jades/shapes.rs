//! Every serialisation, packaging, level and algorithm.

use ades::{
    facts::{Level, TimestampKind},
    jades::{JadesError, Packaging, Policy, Serialization, content_imprint, prepare},
    xades::Place,
};
use pki::{
    DigestAlgorithm::{Sha256, Sha384, Sha512},
    SignatureAlgorithm,
};
use token::json;

use super::*;

const SERIALIZATIONS: [Serialization; 3] = [Serialization::Compact, Serialization::Flattened, Serialization::General];
const PACKAGINGS: [Packaging; 4] = [Packaging::Attached, Packaging::Detached, Packaging::ByUri, Packaging::ByUriHash];

#[test]
fn every_shape_at_every_level() {
    let world = World::new();
    let one = Files::of(&[("Līgums 1.txt", "Līguma teksts".as_bytes())]);
    let two = Files::of(&[("a.txt", b"a"), ("mape/b c.txt", b"b")]);
    for serialization in SERIALIZATIONS {
        for packaging in PACKAGINGS {
            for encoded in [true, false] {
                let single = matches!(packaging, Packaging::Attached | Packaging::Detached);
                let files = if single { &one } else { &two };
                let mut request = request(&world);
                (request.serialization, request.packaging, request.encoded) = (serialization, packaging, encoded);
                if (serialization, packaging, encoded) == (Serialization::Compact, Packaging::Attached, false) {
                    let error = prepare(&files.data(), &mut files.clone(), &request).unwrap_err();
                    assert!(matches!(error, JadesError::Combination(_)), "no other letters than ASCII");
                    continue;
                }
                let mut text = sign(&world, files, &request);
                passes(&world, &text, files, "B");
                for (level, name) in [(Level::T, "T"), (Level::LT, "LT"), (Level::LTA, "LTA"), (Level::LTA, "LTA")] {
                    text = raise(&world, &text, files, level);
                    passes(&world, &text, files, name);
                }
                let stamps = only(&text, files).timestamps;
                assert_eq!(stamps.iter().filter(|t| t.kind == TimestampKind::Archive).count(), 2);
                assert!(stamps.iter().all(|t| t.imprint_matches == Some(true)));
            }
        }
    }
}

#[test]
fn every_algorithm() {
    let files = Files::of(&[("a.txt", b"a")]);
    for algorithm in [
        SignatureAlgorithm::Ecdsa(Sha256),
        SignatureAlgorithm::Ecdsa(Sha384),
        SignatureAlgorithm::RsaPkcs1(Sha256),
        SignatureAlgorithm::RsaPss(Sha256),
        SignatureAlgorithm::RsaPss(Sha512),
        SignatureAlgorithm::Ed25519,
    ] {
        let world = World::with(algorithm);
        for packaging in PACKAGINGS {
            let mut request = request(&world);
            request.packaging = packaging;
            passes(&world, &sign(&world, &files, &request), &files, "B");
        }
    }
    let world = World::with(SignatureAlgorithm::Ecdsa(Sha384));
    let mut wrong = request(&world);
    wrong.algorithm = SignatureAlgorithm::Ecdsa(Sha256);
    assert!(matches!(prepare(&files.data(), &mut files.clone(), &wrong), Err(JadesError::Algorithm)));
}

#[test]
fn several_signers_and_counter_signatures() {
    let world = World::new();
    for packaging in PACKAGINGS {
        let files = Files::of(&[("a.txt", b"a")]);
        let mut request = request(&world);
        request.packaging = packaging;
        let mut text = sign(&world, &files, &request);
        text = raise(&world, &text, &files, Level::T);
        text = parallel(&world, &text, &files);
        assert_eq!(read(&text, &files).signatures.len(), 2);
        text = parallel(&world, &text, &files);
        text = counter(&world, &text, "signature-2");
        let facts = read(&text, &files);
        let ids: Vec<_> = facts.signatures.iter().map(|s| (s.id.as_str(), s.counter_of.as_deref())).collect();
        let expected = [
            ("signature-1", None),
            ("signature-2", None),
            ("signature-2-1", Some("signature-2")),
            ("signature-3", None),
        ];
        assert_eq!(ids, expected);
        assert!(facts.signatures.iter().all(|s| s.value_verifies == Some(true) && s.defects.is_empty()), "{facts:?}");
        let text = raise(&world, &text, &files, Level::LTA);
        let report = judge(&world, &text, &files);
        assert!(report.all_passed(), "{report:?}");
        let levels: Vec<_> = report.signatures.iter().map(|s| s.level.rsplit('-').next().unwrap().to_owned()).collect();
        assert_eq!(levels, ["LTA", "LTA", "B", "LTA"]);
    }
}

#[test]
fn what_the_signer_claims() {
    let world = World::new();
    let files = Files::of(&[("a.txt", b"a")]);
    let mut request = request(&world);
    request.roles = vec!["Valdes \"loceklis\"".to_owned()];
    request.place = Some(Place { city: Some("Rīga".to_owned()), country: Some("LV".to_owned()), ..Place::default() });
    request.commitments = vec!["http://uri.etsi.org/01903/v1.2.2#ProofOfApproval".to_owned()];
    request.policy = Some(Policy {
        id: "urn:oid:1.3.6.1.4.1.99999.1".to_owned(),
        digest: Some((Sha256, vec![1; 32])),
        uri: Some("https://example.lv/p".to_owned()),
    });
    request.digest = Sha512;
    let imprint = content_imprint(&files.data(), &mut files.clone(), true, Sha256).unwrap();
    request.content_stamps = vec![world.stamp(Sha256, &imprint)];
    let facts = only(&sign(&world, &files, &request), &files);
    assert_eq!(facts.roles, ["Valdes \"loceklis\""]);
    assert_eq!(facts.place.as_deref(), Some("Rīga, LV"));
    assert_eq!(facts.commitments, request.commitments);
    let policy = facts.policy.unwrap();
    assert_eq!(
        (policy.id.as_deref(), policy.uri.as_deref()),
        (Some("urn:oid:1.3.6.1.4.1.99999.1"), Some("https://example.lv/p"))
    );
    assert_eq!(facts.claimed_time, Some(world.now));
    assert_eq!(facts.certificate_reference_matches, Some(true));
    let kinds: Vec<_> = facts.timestamps.iter().map(|t| (t.kind, t.imprint_matches)).collect();
    assert_eq!(kinds, [(TimestampKind::Content, Some(true))]);
    assert!(facts.defects.is_empty(), "{:?}", facts.defects);
}

/// Clear components are raised clear, and stamped in their canonical form.
#[test]
fn clear_components() {
    let world = World::new();
    let files = Files::of(&[("a.txt", b"a")]);
    let text = raise(&world, &sign(&world, &files, &request(&world)), &files, Level::LT);
    let root = json::parse(text.as_bytes(), &json::Limits::default()).unwrap();
    let list = root.get("header").unwrap().get("etsiU").unwrap();
    let clear: Vec<String> = list
        .as_strings()
        .unwrap()
        .into_iter()
        .map(|c| String::from_utf8(token::jose::decode(c).unwrap()).unwrap().replace(":", " :\n"))
        .collect();
    let clear = format!("{}[{}]{}", &text[..list.span.start], clear.join(", "), &text[list.span.end..]);
    passes(&world, &clear, &files, "LT");
    let archived = raise(&world, &clear, &files, Level::LTA);
    passes(&world, &archived, &files, "LTA");
    assert!(archived.contains("canonAlg"));
    passes(&world, &archived.replace(" :\n", ":"), &files, "LTA");
}

#[test]
fn other_json_is_no_signature() {
    for text in ["{}", "{\"payload\":\"x\"}", "{broken", "[1]", "eyJhIjoxfQ.e30.x", "", "ey"] {
        let facts = read(text, &Files::default());
        assert_eq!((facts.container, facts.signatures.len(), facts.defects.len()), (None, 0, 0), "{text}");
    }
}
