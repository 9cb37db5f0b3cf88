//! What must never pass.

use ades::facts::Level;
use proptest::prelude::*;
use token::{jose, json};

use super::*;

fn codes(text: &str, files: &Files) -> Vec<&'static str> {
    let facts = read(text, files);
    let inner = facts.signatures.iter().flat_map(|s| &s.defects);
    facts.defects.iter().chain(inner).map(|d| d.code).collect()
}

/// A JWS signed by the world's key with whatever header.
fn forge(world: &World, header: &str, payload: &str) -> String {
    let protected = jose::encode(header.as_bytes());
    let signed = format!("{protected}.{payload}");
    let raw = pki::ecdsa_der_to_raw(&world.signer.key.sign(signed.as_bytes()), 32).unwrap();
    format!("{{\"payload\":\"{payload}\",\"protected\":\"{protected}\",\"signature\":\"{}\"}}", jose::encode(&raw))
}

/// The usual header with `more` members.
fn header(world: &World, alg: &str, more: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let der = world.signer.certificate.der();
    let thumb = jose::encode(&pki::DigestAlgorithm::Sha256.of(der));
    let chain = format!("\"{}\",\"{}\"", STANDARD.encode(der), STANDARD.encode(world.ca.certificate.der()));
    let at = world.now.as_second();
    format!("{{\"alg\":\"{alg}\",\"x5t#S256\":\"{thumb}\",\"x5c\":[{chain}],\"iat\":{at}{more}}}")
}

#[test]
fn headers_that_play_tricks() {
    let world = World::new();
    let files = Files::default();
    passes(&world, &forge(&world, &header(&world, "ES256", ""), "YQ"), &files, "B");
    let fatal = [
        ("none", "", "jades.refused-algorithm"),
        ("HS256", "", "jades.refused-algorithm"),
        ("ES384", "", "jades.algorithm-key"),
        ("RS256", "", "jades.algorithm-key"),
        ("EdDSA", "", "jades.algorithm-key"),
        ("ES256", ",\"alg\":\"none\"", "json.duplicate-name"),
        ("ES256", ",\"crit\":[]", "jades.crit"),
        ("ES256", ",\"crit\":\"iat\"", "jades.crit"),
        ("ES256", ",\"crit\":[\"iat\",\"iat\"]", "jades.crit"),
        ("ES256", ",\"crit\":[\"alg\"]", "jades.crit"),
        ("ES256", ",\"crit\":[\"exp\"]", "jades.crit"),
        ("ES256", ",\"crit\":[\"new\"],\"new\":1", "jades.crit-unknown"),
        ("ES256", ",\"b64\":false", "jades.crit-missing"),
        ("ES256", ",\"b64\":\"false\",\"crit\":[\"b64\"]", "jades.structure"),
        ("ES256", ",\"sigD\":{},\"crit\":[\"sigD\"]", "jades.sigd"),
        ("ES256", ",\"x5t#o\":{\"digAlg\":\"S256\",\"digVal\":\"AA\"}", "jades.several-signing-certificates"),
    ];
    for (alg, more, code) in fatal {
        let text = forge(&world, &header(&world, alg, more), "YQ");
        assert!(codes(&text, &files).contains(&code), "{alg} {more}: {:?}", codes(&text, &files));
        never_passes(&world, &text, &files);
    }
    for unknown in ["ES256K", "es256", "RSA1_5", "S256"] {
        let text = forge(&world, &header(&world, unknown, ""), "YQ");
        assert_eq!(only(&text, &files).algorithm, None);
        never_passes(&world, &text, &files);
    }
}

/// Keys that the file brings are told, and the certificate decides.
#[test]
fn injected_keys_are_not_used() {
    let world = World::new();
    let other = World::new();
    let files = Files::default();
    let jwk = ",\"jwk\":{\"kty\":\"EC\"},\"jku\":\"https://evil.example\",\"x5u\":\"https://evil.example\"";
    let text = forge(&world, &header(&world, "ES256", jwk), "YQ");
    passes(&world, &text, &files, "B");
    assert_eq!(codes(&text, &files).iter().filter(|c| **c == "jades.foreign-key").count(), 3);
    // Signed by another key than that of the certificate named.
    let text = forge(&other, &header(&world, "ES256", jwk), "YQ");
    never_passes(&world, &text, &files);
    assert_eq!(only(&text, &files).value_verifies, Some(false));
    // The unprotected header changes nothing.
    let text = forge(&world, &header(&world, "ES256", ""), "YQ");
    let outside = text.replace("{\"payload\"", "{\"header\":{\"x5u\":\"https://evil.example\"},\"payload\"");
    assert!(codes(&outside, &files).contains(&"jades.unprotected-header"));
    let twice = text.replace("{\"payload\"", "{\"header\":{\"alg\":\"none\"},\"payload\"");
    assert!(codes(&twice, &files).contains(&"jades.header-twice"));
    never_passes(&world, &twice, &files);
}

#[test]
fn the_reference_names_the_certificate() {
    let world = World::new();
    let files = Files::default();
    let good = header(&world, "ES256", "");
    let thumb = |c: &pki::Certificate| jose::encode(&pki::DigestAlgorithm::Sha256.of(c.der()));
    let swapped = good.replace(&thumb(&world.signer.certificate), &thumb(&world.ca.certificate));
    never_passes(&world, &forge(&world, &swapped, "YQ"), &files);
    // Without one the policy warns, and it is no JAdES: the certificate itself stands in the signed header.
    let missing = good.replace("x5t#S256", "x5t#S255");
    let report = judge(&world, &forge(&world, &missing, "YQ"), &files);
    let [signature] = report.signatures.as_slice() else { panic!("one signature") };
    assert_eq!(signature.level, "JSON-NOT-ETSI");
    assert!(signature.findings.iter().any(|f| f.code == "validate.certificate.reference-missing"));
}

#[test]
fn structures_that_two_readers_see_differently() {
    let world = World::new();
    let files = Files::of(&[("a.txt", b"a")]);
    let text = sign(&world, &files, &request(&world));
    let cases = [
        (text.replace("{\"payload\"", "{\"payload\":\"Yg\",\"payload\""), "json.duplicate-name"),
        (text.replace("{\"payload\"", "{\"signatures\":[],\"payload\""), "jades.both-serializations"),
        (text.replace("\"payload\":\"", "\"payload\":\"Y\\u0067"), ""),
        (format!("{text} x"), "json.syntax"),
        (text.replace("\"protected\"", "\"Protected\""), "jades.structure"),
        (text.replace("\"payload\":\"YQ", "\"payload\":[\"YQ"), "json.syntax"),
    ];
    for (text, code) in cases {
        assert!(code.is_empty() || codes(&text, &files).contains(&code), "{code}: {:?}", codes(&text, &files));
        never_passes(&world, &text, &files);
    }
    let many = format!("{{\"signatures\":[{}]}}", vec!["{\"protected\":\"e30\",\"signature\":\"\"}"; 501].join(","));
    assert_eq!(codes(&many, &files), ["jades.too-many-signatures"]);
    let deep = format!("{{\"signature\":{}", "[".repeat(100_000));
    assert_eq!(codes(&deep, &files), ["json.too-deep"]);
}

/// Payload put in, taken out or exchanged.
#[test]
fn the_payload_is_bound() {
    let world = World::new();
    let files = Files::of(&[("a.txt", b"a")]);
    let mut request = request(&world);
    let attached = sign(&world, &files, &request);
    never_passes(&world, &attached.replace("\"YQ\"", "\"Yg\""), &files);
    let detached = attached.replace("\"payload\":\"YQ\",", "");
    passes(&world, &detached, &files, "B");
    for other in [Files::of(&[("a.txt", b"b")]), Files::of(&[("a.txt", b"a"), ("b", b"b")]), Files::default()] {
        never_passes(&world, &detached, &other);
    }
    let two = Files::of(&[("a.txt", b"a"), ("b.txt", b"b")]);
    for packaging in [ades::jades::Packaging::ByUri, ades::jades::Packaging::ByUriHash] {
        request.packaging = packaging;
        let text = sign(&world, &two, &request);
        passes(&world, &text, &two, "B");
        for other in [
            Files::of(&[("a.txt", b"b"), ("b.txt", b"a")]),
            Files::of(&[("a.txt", b"a")]),
            Files::of(&[("a.txt", b"ab"), ("b.txt", b"")]),
        ] {
            never_passes(&world, &text, &other);
        }
        never_passes(&world, &text.replace("{\"protected\"", "{\"payload\":\"YQ\",\"protected\""), &two);
    }
}

/// Components moved, taken away, exchanged: the stamps over them fall.
#[test]
fn components_are_bound_by_their_order() {
    let world = World::new();
    let files = Files::of(&[("a.txt", b"a")]);
    let text = raise(&world, &sign(&world, &files, &request(&world)), &files, Level::LTA);
    let root = json::parse(text.as_bytes(), &json::Limits::default()).unwrap();
    let list = root.get("header").unwrap().get("etsiU").unwrap();
    let parts: Vec<String> = list.as_strings().unwrap().iter().map(|p| format!("\"{p}\"")).collect();
    let with =
        |parts: &[String]| format!("{}[{}]{}", &text[..list.span.start], parts.join(","), &text[list.span.end..]);
    passes(&world, &with(&parts), &files, "LTA");
    for (a, b) in [(0, 1), (1, 2), (0, 2)] {
        let mut moved = parts.clone();
        moved.swap(a, b);
        let archive = read(&with(&moved), &files).signatures.remove(0).timestamps.pop().unwrap();
        assert_eq!(archive.imprint_matches, Some(false));
    }
    let mut mixed = parts.clone();
    mixed[0] = String::from_utf8(jose::decode(mixed[0].trim_matches('"')).unwrap()).unwrap();
    assert!(codes(&with(&mixed), &files).contains(&"jades.etsiu-mixed"));
    // A stamp over another digest is not taken in, and not believed where it stands.
    let mut file = File::open(sign(&world, &files, &request(&world)), Box::new(files.clone())).unwrap();
    let sha = pki::DigestAlgorithm::Sha256;
    file.stamp_imprint("signature-1", sha).unwrap();
    assert!(file.add_stamp("signature-1", &world.stamp(sha, &[7; 32])).is_err());
    assert!(file.add_stamp("signature-9", &world.stamp(sha, &[7; 32])).is_err());
}

#[test]
fn counter_signatures_stay_with_their_signature() {
    let world = World::new();
    let files = Files::of(&[("a.txt", b"a")]);
    let text = sign(&world, &files, &request(&world));
    let countered = counter(&world, &text, "signature-1");
    let other = sign(&world, &files, &request(&world));
    let root = json::parse(countered.as_bytes(), &json::Limits::default()).unwrap();
    let header = &countered[root.get("header").unwrap().span.clone()];
    let moved = other.replacen('{', &format!("{{\"header\":{header},"), 1);
    let facts = read(&moved, &files);
    assert_eq!(facts.signatures[0].value_verifies, Some(true));
    assert_eq!(facts.signatures[1].value_verifies, Some(false));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// One character of what is signed changed: never valid.
    #[test]
    fn a_changed_character_never_passes(at in any::<prop::sample::Index>(), flip in 1u8..64) {
        thread_local! {
            static SAMPLE: (World, String) = {
                let world = World::new();
                let files = Files::of(&[("a.txt", b"signed text of some length")]);
                let mut request = request(&world);
                request.serialization = ades::jades::Serialization::Compact;
                let text = sign(&world, &files, &request);
                (world, text)
            };
        }
        SAMPLE.with(|(world, text)| {
            let mut bytes = text.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let Ok(changed) = String::from_utf8(bytes) else { return };
            if changed != *text {
                never_passes(world, &changed, &Files::default());
            }
        });
    }
}
