use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::{
    Extensions, KeyUsage, Oid, Policy, ecdsa_der_to_raw, oid,
    testing::{TestEntity, TestKey, day, leaf_extensions},
};
use proptest::prelude::*;

use super::*;

const ORIGIN: &str = "https://portals.example";
const NONCE: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";
const POLICY: Oid = Oid::new_unwrap("1.3.6.1.4.1.99999.1.1");

fn holder(change: impl FnOnce(&mut Extensions)) -> TestEntity {
    let root = TestEntity::root("Root", TestKey::p384());
    let key = TestKey::p384();
    let mut extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::CLIENT_AUTH]);
    extensions.policies = vec![Policy { oid: POLICY, cps: None }];
    change(&mut extensions);
    root.issue(7, "Andra Ozoliņa", key, extensions, |_| {})
}

fn token_of(holder: &TestEntity, origin: &str, nonce: &str) -> AuthToken {
    let message = challenge(origin, nonce, Algorithm::ES384);
    let raw = ecdsa_der_to_raw(&holder.key.sign(&message), 48).unwrap();
    AuthToken::new(holder.certificate.der(), Algorithm::ES384, &raw, "https://enkurs.example/1")
}

fn expected() -> Expected<'static> {
    Expected { origin: ORIGIN, nonce: NONCE, at: day(10), policies: &[], forbidden: &[] }
}

fn judge(token: &AuthToken, expected: &Expected<'_>) -> Result<(), &'static str> {
    verify(&serde_json::to_string(token).unwrap(), expected).map(drop).map_err(|e| e.code())
}

#[test]
fn a_right_token_signs_in() {
    let holder = holder(|_| {});
    let token = serde_json::to_string(&token_of(&holder, ORIGIN, NONCE)).unwrap();
    let who = verify(&token, &expected()).unwrap();
    assert_eq!(who.certificate.der(), holder.certificate.der());
    assert_eq!(who.algorithm, Algorithm::ES384);
    assert!(who.signing_certificate.is_none());
}

#[test]
fn later_minor_versions_are_read_too() {
    let holder = holder(|_| {});
    let mut token = token_of(&holder, ORIGIN, NONCE);
    token.unverified_signing_certificates = vec![SigningCertificate::of_card(holder.certificate.der())];
    for (format, good) in [("web-eid:1.1", true), ("web-eid:1", true), ("web-eid:1.10", true), ("web-eid:2.0", false)] {
        token.format = format.to_owned();
        assert_eq!(judge(&token, &expected()).is_ok(), good, "{format}");
    }
    for format in ["web-eid:10", "web-eid:1.", "web-eid:1.x", "web-eid:1.00000", "", "WEB-EID:1.0"] {
        token.format = format.to_owned();
        assert_eq!(judge(&token, &expected()), Err("web-eid.token.format"), "{format}");
    }
    token.format = "web-eid:1.1".to_owned();
    let read = verify(&serde_json::to_string(&token).unwrap(), &expected()).unwrap();
    assert!(read.signing_certificate.is_some());
}

#[test]
fn a_token_of_another_page_attempt_or_key_is_refused() {
    let holder = holder(|_| {});
    let bad = Err("web-eid.token.signature");
    assert_eq!(judge(&token_of(&holder, "https://portals.example.evil", NONCE), &expected()), bad);
    assert_eq!(judge(&token_of(&holder, "http://portals.example", NONCE), &expected()), bad);
    assert_eq!(judge(&token_of(&holder, ORIGIN, &NONCE.replace('M', "N")), &expected()), bad);
    let mut stolen = token_of(&holder, ORIGIN, NONCE);
    stolen.unverified_certificate = STANDARD.encode(self::holder(|_| {}).certificate.der());
    assert_eq!(judge(&stolen, &expected()), bad);
}

#[test]
fn signatures_are_raw_and_of_the_curves_length() {
    let holder = holder(|_| {});
    let message = challenge(ORIGIN, NONCE, Algorithm::ES384);
    let der = holder.key.sign(&message);
    let mut token = token_of(&holder, ORIGIN, NONCE);
    token.signature = STANDARD.encode(&der);
    assert_eq!(judge(&token, &expected()), Err("web-eid.token.signature"));
    token.signature = "!".to_owned();
    assert_eq!(judge(&token, &expected()), Err("web-eid.token.form"));
    token.signature = STANDARD.encode([0; 96]);
    assert_eq!(judge(&token, &expected()), Err("web-eid.token.signature"));
}

#[test]
fn the_algorithm_belongs_to_the_key() {
    let holder = holder(|_| {});
    for algorithm in [Algorithm::ES256, Algorithm::ES512, Algorithm::RS256, Algorithm::PS384] {
        let mut token = token_of(&holder, ORIGIN, NONCE);
        token.algorithm = algorithm;
        assert_eq!(judge(&token, &expected()), Err("web-eid.token.algorithm"));
    }
    let none = serde_json::to_string(&token_of(&holder, ORIGIN, NONCE)).unwrap().replace("ES384", "none");
    assert_eq!(verify(&none, &expected()).map(drop), Err(WebEidError::Form));
}

#[test]
fn only_authentication_certificates_sign_in() {
    let purpose = Err("web-eid.token.purpose");
    let judge_with = |change: fn(&mut Extensions)| judge(&token_of(&holder(change), ORIGIN, NONCE), &expected());
    assert_eq!(judge_with(|e| e.key_usage = Some(KeyUsage::NON_REPUDIATION)), purpose);
    let both = |e: &mut Extensions| e.key_usage = Some(KeyUsage::NON_REPUDIATION | KeyUsage::DIGITAL_SIGNATURE);
    assert_eq!(judge_with(both), purpose);
    assert_eq!(judge_with(|e| e.key_usage = None), purpose);
    assert_eq!(judge_with(|e| e.extended_key_usage = Vec::new()), purpose);
    assert_eq!(judge_with(|e| e.extended_key_usage = vec![oid::OCSP_SIGNING]), purpose);
    let ca = |e: &mut Extensions| e.basic_constraints = Some(pki::BasicConstraints { ca: true, path_len: None });
    assert_eq!(judge_with(ca), purpose);
}

#[test]
fn policies_and_time_are_minded() {
    let holder = holder(|_| {});
    let token = token_of(&holder, ORIGIN, NONCE);
    let other = Oid::new_unwrap("1.2.3");
    assert_eq!(judge(&token, &Expected { policies: &[other, POLICY], ..expected() }), Ok(()));
    assert_eq!(judge(&token, &Expected { policies: &[other], ..expected() }), Err("web-eid.token.policy"));
    assert_eq!(judge(&token, &Expected { forbidden: &[POLICY], ..expected() }), Err("web-eid.token.policy"));
    assert_eq!(judge(&token, &Expected { at: day(-1), ..expected() }), Err("web-eid.token.validity"));
    assert_eq!(judge(&token, &Expected { at: day(2000), ..expected() }), Err("web-eid.token.validity"));
}

#[test]
fn a_server_with_wrong_settings_accepts_nobody() {
    let holder = holder(|_| {});
    for origin in ["https://portals.example/", "portals.example", "http://portals.example", "https://", "null"] {
        let token = token_of(&holder, origin, NONCE);
        assert_eq!(judge(&token, &Expected { origin, ..expected() }), Err("web-eid.token.expectation"), "{origin}");
    }
    let token = token_of(&holder, ORIGIN, "short");
    assert_eq!(judge(&token, &Expected { nonce: "short", ..expected() }), Err("web-eid.token.expectation"));
}

#[test]
fn origins_of_this_computer_may_be_plain() {
    for good in ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080", "https://a.example:8443"] {
        assert!(is_origin(good), "{good}");
    }
    for bad in [
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1:80@evil",
        "https://A.example",
        "https://a.example/x",
        "http://localhost:",
    ] {
        assert!(!is_origin(bad), "{bad}");
    }
}

#[test]
fn a_flood_is_refused_before_it_is_read() {
    assert_eq!(verify(&" ".repeat(MAX_TOKEN + 1), &expected()).map(drop), Err(WebEidError::TooLong));
}

#[test]
fn hash_functions_have_one_name() {
    for hash in HashFunction::ALL {
        assert_eq!(HashFunction::of_name(hash.name()), Some(hash));
        assert_eq!(serde_json::to_string(&hash).unwrap(), format!("\"{}\"", hash.name()));
    }
    assert_eq!(HashFunction::of_name("SHA-1"), None);
}

proptest! {
    #[test]
    fn any_text_is_refused_not_fallen_over(text in ".{0,400}") {
        prop_assert!(verify(&text, &expected()).is_err());
    }

    #[test]
    fn a_changed_byte_never_signs_in(at in 0usize..2000, to in 0x20u8..0x7F) {
        thread_local!(static TOKEN: String = serde_json::to_string(&token_of(&holder(|_| {}), ORIGIN, NONCE)).unwrap());
        let token = TOKEN.with(Clone::clone);
        let mut bytes = token.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] = to;
        let changed = String::from_utf8(bytes).unwrap();
        if let Ok(who) = verify(&changed, &expected()) {
            // Only what nobody signs may change: the name of the program, a minor version, parts of the certificate that its issuer's
            // signature covers and the caller checks.
            prop_assert_eq!(who.algorithm, Algorithm::ES384);
        }
    }
}
