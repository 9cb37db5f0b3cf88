use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use pki::{Certificate, DigestAlgorithm, SignatureAlgorithm, ecdsa_raw_to_der, testing::day};
use protocol::web_eid::{Expected, verify};
use serde_json::json;

use super::{NONCE, SITE, authenticate, world};
use crate::{Agent, AgentError, Config};

#[tokio::test]
async fn a_person_signs_in() {
    let w = world(&[("AA01", "Andra Ozoliņa"), ("AA02", "Jānis Kalns")]);
    let at = w.asked(authenticate()).await;
    // First the site, by the name that the browser gave.
    let seen = w.get(&at).await;
    assert!(seen.body.contains("127.0.0.1:8080") && seen.body.contains("name=\"allow\""), "{}", seen.body);
    assert_eq!(w.form(&format!("{at}/consent"), "allow=1&remember=1").await.location, at);
    // Then the card,
    let seen = w.get(&at).await;
    assert!(seen.body.contains("Andra Ozoliņa") && seen.body.contains("value=\"AA02\""));
    w.form(&format!("{at}/card"), "card=AA01").await;
    // then the PIN,
    let seen = w.get(&at).await;
    assert!(seen.body.contains("name=\"pin\"") && !seen.body.contains("Jānis"));
    w.form(&format!("{at}/go"), "pin=1234").await;
    assert!(w.get(&at).await.body.contains("data-stage=\"done\""));
    // and the page gets a token that its server accepts.
    let result = w.result(&at).await.json();
    assert_eq!(result["origin"], SITE);
    assert_eq!(result["call"], "c1");
    let token = result["value"].to_string();
    let expected = Expected { origin: SITE, nonce: NONCE, at: day(10), policies: &[], forbidden: &[] };
    let who = verify(&token, &expected).unwrap();
    assert_eq!(who.certificate.subject().common_name(), Some("Andra Ozoliņa"));
    // Once.
    assert_eq!(w.result(&at).await.status, StatusCode::GONE);
    // The next time neither site nor card is asked about.
    let at = w.asked(authenticate()).await;
    assert!(w.get(&at).await.body.contains("name=\"pin\""));
}

#[tokio::test]
async fn a_person_signs() {
    let w = world(&[("AA01", "Andra Ozoliņa")]);
    let at = w.asked(json!({ "action": "get-signing-certificate" })).await;
    w.form(&format!("{at}/consent"), "allow=1").await;
    // The only card is in the reader already; one confirmation.
    assert!(!w.get(&at).await.body.contains("name=\"pin\""));
    w.form(&format!("{at}/go"), "go=1").await;
    assert!(w.get(&at).await.body.contains("data-keep"));
    let value = w.result(&at).await.json()["value"].clone();
    let certificate = value["certificate"].as_str().unwrap().to_owned();
    assert_eq!(
        value["supportedSignatureAlgorithms"][1],
        json!({ "cryptoAlgorithm": "ECC", "hashFunction": "SHA-384", "paddingScheme": "NONE" })
    );

    let hash = DigestAlgorithm::Sha384.of(b"document");
    let sign = json!({ "action": "sign", "certificate": certificate, "hash": STANDARD.encode(&hash), "hashFunction": "SHA-384" });
    let at = w.asked(sign).await;
    w.form(&format!("{at}/consent"), "allow=1").await;
    w.form(&format!("{at}/go"), "pin=123456").await;
    let value = w.result(&at).await.json()["value"].clone();
    assert_eq!(value["signatureAlgorithm"]["hashFunction"], "SHA-384");
    let raw = STANDARD.decode(value["signature"].as_str().unwrap()).unwrap();
    let der = ecdsa_raw_to_der(&raw).unwrap();
    let signer = Certificate::from_der(&STANDARD.decode(certificate).unwrap()).unwrap();
    let algorithm = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384);
    assert_eq!(pki::verify(signer.spki(), algorithm, b"document", &der), Ok(()));
}

#[tokio::test]
async fn the_page_means_one_card() {
    let w = world(&[("AA01", "Andra Ozoliņa"), ("AA02", "Jānis Kalns")]);
    let at = w.asked(json!({ "action": "get-signing-certificate" })).await;
    w.form(&format!("{at}/consent"), "allow=1&remember=1").await;
    w.form(&format!("{at}/card"), "card=AA01").await;
    w.form(&format!("{at}/go"), "").await;
    let certificate = w.result(&at).await.json()["value"]["certificate"].clone();
    let hash = STANDARD.encode([7; 32]);
    let sign = json!({ "action": "sign", "certificate": certificate, "hash": hash, "hashFunction": "SHA-256" });
    let at = w.asked(sign).await;
    w.form(&format!("{at}/card"), "card=AA02").await;
    w.form(&format!("{at}/go"), "pin=123456").await;
    let seen = w.get(&at).await;
    assert!(
        seen.body.contains("Another card is in the reader") && seen.body.contains("value=\"AA01\""),
        "{}",
        seen.body
    );
    // No try of the other card was used up.
    assert_eq!(w.tray.insert("AA02").unwrap().state().tries(card::profile::Pin::Pin2), 3);
}

#[tokio::test]
async fn wrong_pins_are_told_and_block() {
    let w = world(&[("AA01", "Andra Ozoliņa")]);
    let at = w.asked(authenticate()).await;
    w.form(&format!("{at}/consent"), "allow=1").await;
    for text in ["Tries left: 2", "Tries left: 1", "PIN1 is blocked", "PIN1 is blocked"] {
        w.form(&format!("{at}/go"), "pin=9999").await;
        let seen = w.get(&at).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(seen.body.contains(text), "{text}: {}", seen.body);
        assert!(seen.body.contains("name=\"pin\""));
    }
    // What cannot be a PIN costs nothing.
    w.form(&format!("{at}/go"), "pin=12").await;
    assert!(w.get(&at).await.body.contains("The card was not asked"));
}

#[tokio::test]
async fn a_refusal_reaches_the_page() {
    let w = world(&[("AA01", "Andra Ozoliņa")]);
    for (path, form) in [("consent", "cancel=1"), ("cancel", "")] {
        let at = w.asked(authenticate()).await;
        w.form(&format!("{at}/{path}"), form).await;
        assert_eq!(w.result(&at).await.json()["error"]["code"], "ERR_WEBEID_USER_CANCELLED");
    }
    let at = w.asked(authenticate()).await;
    w.clock.advance(SignedDuration::from_mins(6));
    assert!(w.get(&at).await.body.contains("data-stage=\"done\""));
    assert_eq!(w.result(&at).await.json()["error"]["code"], "ERR_WEBEID_USER_TIMEOUT");
}

#[tokio::test]
async fn a_consent_holds_a_while_and_is_taken_back() {
    let w = world(&[("AA01", "Andra Ozoliņa")]);
    let asks = async || {
        let at = w.asked(authenticate()).await;
        (w.get(&at).await.body.contains("name=\"allow\""), at)
    };
    let (asked, at) = asks().await;
    assert!(asked);
    w.form(&format!("{at}/consent"), "allow=1").await;
    assert!(!asks().await.0);
    w.clock.advance(SignedDuration::from_mins(16));
    let (asked, at) = asks().await;
    assert!(asked, "a consent that was not to be remembered is over");
    w.form(&format!("{at}/consent"), "allow=1&remember=1").await;
    w.clock.advance(SignedDuration::from_hours(24));
    assert!(!asks().await.0);
    w.form("/forget", &format!("origin={SITE}")).await;
    assert!(asks().await.0);
}

#[tokio::test]
async fn nothing_happens_without_consent() {
    let w = world(&[("AA01", "Andra Ozoliņa")]);
    let at = w.asked(authenticate()).await;
    w.form(&format!("{at}/go"), "pin=1234").await;
    assert!(w.get(&at).await.body.contains("name=\"allow\""));
    assert_eq!(w.result(&at).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn one_request_at_a_time() {
    let w = world(&[("AA01", "Andra Ozoliņa")]);
    let first = w.asked(authenticate()).await;
    let second = w.asked(authenticate()).await;
    assert_eq!(w.get(&first).await.status, StatusCode::GONE);
    assert_eq!(w.get(&second).await.status, StatusCode::OK);
    assert_eq!(w.result(&first).await.json()["code"], "ERR_WEBEID_ACTION_PENDING");
}

#[tokio::test]
async fn nonsense_is_refused_before_anybody_is_asked() {
    let w = world(&[]);
    for body in [
        json!({ "origin": "null", "call": "c", "action": "authenticate", "challengeNonce": NONCE }),
        json!({ "origin": "http://evil.example", "call": "c", "action": "authenticate", "challengeNonce": NONCE }),
        json!({ "origin": SITE, "call": "c", "action": "authenticate", "challengeNonce": "short" }),
        json!({ "origin": SITE, "call": "c", "action": "authenticate" }),
        json!({ "origin": SITE, "call": "c", "action": "erase" }),
        json!({ "origin": SITE, "call": "c", "action": "sign", "certificate": "AAAA", "hash": STANDARD.encode([0; 48]), "hashFunction": "SHA-384" }),
        json!({ "origin": SITE, "call": "c".repeat(65), "action": "get-signing-certificate" }),
        json!([]),
    ] {
        let seen = w.ask(body.clone()).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(seen.json()["code"], "ERR_WEBEID_NATIVE_INVALID_ARGUMENT");
    }
}

#[tokio::test]
async fn without_a_card_the_page_says_so() {
    let w = world(&[]);
    let at = w.asked(authenticate()).await;
    w.form(&format!("{at}/consent"), "allow=1").await;
    let seen = w.get(&at).await;
    assert!(seen.body.contains("There is no card in the reader"), "{}", seen.body);
}

#[tokio::test]
async fn other_pages_get_nothing() {
    let w = world(&[("AA01", "Andra Ozoliņa")]);
    let body = json!({ "origin": SITE, "call": "c", "action": "authenticate", "challengeNonce": NONCE }).to_string();
    for (host, origin, status) in [
        ("127.0.0.1:8082", "http://evil.example", StatusCode::FORBIDDEN),
        ("127.0.0.1:8082", SITE, StatusCode::FORBIDDEN),
        ("rebound.example:8082", "http://rebound.example:8082", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = Request::post("/request").header("host", host).header("origin", origin);
        let request = request.header("content-type", "application/json").body(Body::from(body.clone())).unwrap();
        assert_eq!(w.send(request).await.status, status);
    }
    // A form of another page cannot speak JSON without the browser asking first.
    let seen = w.post("/request", "text/plain", body).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_agent_stays_on_this_computer() {
    let w = world(&[]);
    for origin in ["http://0.0.0.0:8082", "https://agent.example", "http://192.168.1.2:8082", "127.0.0.1:8082"] {
        let config = Config { origin: origin.to_owned(), consents: None, demo: false };
        let made = Agent::new(w.agent.cx.clone(), config, w.agent.source.clone());
        assert!(matches!(made, Err(AgentError::Origin(_))), "{origin}");
    }
}

/// A reader whose card answers only when it is let.
struct Slow {
    tray: reader::Tray,
    begun: tokio::sync::mpsc::UnboundedSender<()>,
    let_go: std::sync::Mutex<std::sync::mpsc::Receiver<()>>,
}

impl reader::CardSource for Slow {
    fn slots(&self) -> Result<Vec<reader::Slot>, reader::ReaderError> {
        self.tray.slots()
    }
    fn open(&self, id: &str) -> Result<Box<dyn card::Transport>, reader::ReaderError> {
        self.begun.send(()).unwrap();
        self.let_go.lock().unwrap().recv().unwrap();
        self.tray.open(id)
    }
}

#[tokio::test]
async fn a_window_closed_while_the_card_works_frees_the_agent() {
    let mut w = world(&[("AA01", "Andra Ozoliņa")]);
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let (let_go, held) = std::sync::mpsc::channel();
    let slow = Slow { tray: w.tray.clone(), begun, let_go: std::sync::Mutex::new(held) };
    let (cx, _) = base::Cx::seeded(day(10), 8);
    let config = Config { origin: super::ORIGIN.to_owned(), consents: None, demo: true };
    w.agent = Agent::new(cx, config, std::sync::Arc::new(slow)).unwrap();
    let at = w.asked(authenticate()).await;
    w.form(&format!("{at}/consent"), "allow=1").await;
    let path = format!("{at}/go");
    tokio::select! {
        _ = w.form(&path, "pin=1234") => panic!("the card has not answered"),
        // the browser closes the window: its request is dropped
        _ = has_begun.recv() => {}
    }
    let busy = json!({ "origin": SITE, "call": "c2", "lang": "en", "action": "authenticate", "challengeNonce": NONCE });
    assert_eq!(w.ask(busy.clone()).await.status, StatusCode::CONFLICT, "the card still works");
    let_go.send(()).unwrap();
    let freed = async {
        while w.ask(busy.clone()).await.status != StatusCode::CREATED {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), freed).await.expect("the agent stays busy");
}
