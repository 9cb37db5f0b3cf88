use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use jiff::{SignedDuration, Timestamp};
use pki::{DigestAlgorithm, SignatureAlgorithm, ecdsa_der_to_raw, testing::TestKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const HERE: &[&str] = &["https://id.example.lv", "https://id.example.lv/oauth/token"];

fn now() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().unwrap()
}

fn jwk(key: &TestKey, kid: &str) -> Value {
    let public = key.public();
    let b = |octets: &[u8]| B64.encode(octets);
    let mut out = match (public.kind().ecdsa_size(), public.rsa_components()) {
        (Some(half), _) => {
            let point = &public.bits()[1..];
            json!({ "kty": "EC", "crv": if half == 32 { "P-256" } else { "P-384" }, "x": b(&point[..half]), "y": b(&point[half..]) })
        }
        (None, Some((n, e))) => json!({ "kty": "RSA", "n": b(n), "e": b(e) }),
        (None, None) => json!({ "kty": "OKP", "crv": "Ed25519", "x": b(public.bits()) }),
    };
    out["kid"] = json!(kid);
    out
}

fn keys(list: &[Value]) -> Result<ClientKeys, AssertionError> {
    ClientKeys::parse(&json!({ "keys": list }).to_string())
}

fn claims() -> Value {
    let at = now().as_second();
    json!({ "iss": "c1", "sub": "c1", "aud": HERE[0], "exp": at + 60, "iat": at, "jti": "one" })
}

fn signed(key: &TestKey, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
    let value = key.sign(message.as_bytes());
    let value = match key.public().kind().ecdsa_size() {
        Some(half) => ecdsa_der_to_raw(&value, half).unwrap(),
        None => value,
    };
    format!("{message}.{}", B64.encode(value))
}

#[test]
fn each_allowed_algorithm_holds_and_no_other() {
    let cases = [
        ("ES256", SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256)),
        ("ES384", SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384)),
        ("EdDSA", SignatureAlgorithm::Ed25519),
        ("PS256", SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha256)),
    ];
    for (name, algorithm) in cases {
        let key = TestKey::new(algorithm);
        let set = keys(&[jwk(&key, "k")]).unwrap();
        let good = signed(&key, &json!({ "alg": name, "kid": "k", "typ": "JWT" }), &claims());
        let held = verify(&good, "c1", &set, HERE, now()).unwrap();
        assert_eq!((held.client.as_str(), held.id.as_str()), ("c1", "one"));
        assert_eq!(held.expires, now() + SignedDuration::from_secs(120));
        assert_eq!(named(&good).unwrap(), "c1");
        for other in ["none", "HS256", "RS256", "ES512", "ES256K", "es256", ""] {
            let bad = signed(&key, &json!({ "alg": other, "kid": "k" }), &claims());
            assert_eq!(verify(&bad, "c1", &set, HERE, now()), Err(AssertionError::Algorithm), "{other}");
        }
        for (other, _) in cases.iter().filter(|(o, _)| *o != name) {
            let bad = signed(&key, &json!({ "alg": other, "kid": "k" }), &claims());
            assert_eq!(
                verify(&bad, "c1", &set, HERE, now()),
                Err(AssertionError::Algorithm),
                "{other} by a key for {name}"
            );
        }
    }
}

#[test]
fn what_is_wrong_is_refused_by_its_name() {
    let key = TestKey::p256();
    let set = keys(&[jwk(&key, "k"), jwk(&TestKey::p256(), "other")]).unwrap();
    let head = json!({ "alg": "ES256", "kid": "k" });
    let at = now().as_second();
    let change = |name: &str, value: Value| {
        let mut c = claims();
        c[name] = value;
        verify(&signed(&key, &head, &c), "c1", &set, HERE, now()).unwrap_err()
    };
    for name in ["iss", "sub"] {
        assert_eq!(change(name, json!("c2")), AssertionError::Client);
    }
    for aud in
        [json!("https://id.example.lv.evil"), json!([]), json!([HERE[0], "https://other"]), json!(["https://other"])]
    {
        assert_eq!(change("aud", aud), AssertionError::Audience);
    }
    for exp in [json!(at - 60), json!(at + 601), json!(-1), json!(1e300)] {
        assert_eq!(change("exp", exp), AssertionError::Time);
    }
    for name in ["nbf", "iat"] {
        assert_eq!(change(name, json!(at + 61)), AssertionError::Time);
    }
    for jti in [json!(null), json!(""), json!("x".repeat(257))] {
        assert_eq!(change("jti", jti), AssertionError::Id);
    }
    for name in ["exp", "aud", "iss"] {
        assert_eq!(change(name, json!({})), AssertionError::Form("claims"));
    }
    let with = |head: Value| verify(&signed(&key, &head, &claims()), "c1", &set, HERE, now()).unwrap_err();
    assert_eq!(with(json!({ "alg": "ES256" })), AssertionError::Key, "two keys and no kid");
    assert_eq!(with(json!({ "alg": "ES256", "kid": "unknown" })), AssertionError::Key);
    assert_eq!(with(json!({ "alg": "ES256", "kid": "other" })), AssertionError::Signature);
    assert_eq!(
        with(json!({ "alg": "ES256", "kid": "k", "crit": ["b64"], "b64": false })),
        AssertionError::Form("crit")
    );
    let good = signed(&key, &head, &claims());
    assert!(verify(&good, "c1", &set, &[HERE[1]], now()).is_err());
    for bad in ["", ".", "..", "a.b", "....", &good[..good.len() - 4], &format!("{good}="), &format!("{good}.x")] {
        assert!(verify(bad, "c1", &set, HERE, now()).is_err(), "{bad}");
    }
    assert_eq!(named(&"a".repeat(MAX_ASSERTION + 1)), Err(AssertionError::TooLong));
    // a DER signature in place of r ‖ s
    let (message, _) = good.rsplit_once('.').unwrap();
    let der = format!("{message}.{}", B64.encode(key.sign(message.as_bytes())));
    assert_eq!(verify(&der, "c1", &set, HERE, now()), Err(AssertionError::Signature));
}

#[test]
fn sets_of_keys_are_bounded_and_hold_no_secrets() {
    let (one, two) = (jwk(&TestKey::p256(), "a"), jwk(&TestKey::p256(), "b"));
    assert_eq!(keys(&[one.clone(), two.clone()]).unwrap().count(), 2);
    let with = |name: &str, value: Value| {
        let mut k = one.clone();
        k[name] = value;
        keys(&[k]).unwrap_err()
    };
    assert_eq!(with("d", json!("AA")), AssertionError::Keys("a secret key"));
    assert_eq!(with("use", json!("enc")), AssertionError::Keys("a key that is not for signatures"));
    assert_eq!(with("alg", json!("ES384")), AssertionError::Keys("alg does not belong to the key"));
    assert_eq!(with("x", json!("AA")), AssertionError::Keys("coordinates of a wrong length"));
    assert_eq!(with("crv", json!("secp256k1")), AssertionError::Keys("EC on P-256 or P-384, OKP on Ed25519, or RSA"));
    assert!(keys(&[]).is_err() && keys(&vec![one.clone(); MAX_KEYS + 1]).is_err());
    assert!(keys(&[one.clone(), one.clone()]).is_err(), "the same kid twice");
    let short = json!({ "kty": "RSA", "n": B64.encode([0xff; 128]), "e": "AQAB" });
    assert_eq!(keys(&[short]).unwrap_err(), AssertionError::Keys("RSA of 2048 to 8192 bits"));
    for bad in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[1]}"#, r#"{"keys":[{"kty":"oct","k":"AA"}]}"#] {
        assert!(ClientKeys::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(ClientKeys::parse(&" ".repeat(MAX_SET + 1)).unwrap_err(), AssertionError::TooLong);
}

proptest! {
    #[test]
    fn nothing_panics(text in ".{0,200}", parts in proptest::collection::vec("[A-Za-z0-9_-]{0,40}", 0..5)) {
        let set = keys(&[jwk(&TestKey::p256(), "k")]).unwrap();
        for t in [text.clone(), parts.join(".")] {
            prop_assert!(verify(&t, "c1", &set, HERE, now()).is_err());
        }
        prop_assert!(ClientKeys::parse(&text).is_err());
    }
}
