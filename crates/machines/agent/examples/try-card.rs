//! A page, an agent and two virtual cards on this computer, to try the card in the browser: `cargo run -p agent --example try-card`.
//! PIN1 1234, PIN2 123456, PUK 12345678. The page's own server is a few lines: it gives a nonce and judges what comes back.

use std::sync::Arc;

use agent::{Agent, Config, WEB_EID_JS};
use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse as _},
    routing::{get, post},
};
use base::Cx;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use card::{
    PinCode, diversify,
    profile::{Field, Model, Pin, Use},
    terminal::{Personaliser, p384_spki},
};
use pki::{
    DigestAlgorithm, KeyUsage, SignatureAlgorithm, oid,
    testing::{TestEntity, TestKey, leaf_extensions},
};
use protocol::web_eid::{Expected, nonce, verify};
use reader::{SoftCrypto, Tray};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

const PAGE: &str = include_str!("try-card.html");
const PAGE_JS: &str = include_str!("try-card.js");

#[tokio::main]
async fn main() -> Outcome {
    let cx = Cx::system();
    let directory = tempfile::TempDir::new()?;
    let tray = Tray::open(directory.path(), cx.random.clone())?;
    for (serial, given, surname) in [("AA01", "Andra", "Ozoliņa"), ("AA02", "Jānis", "Kalns")] {
        make_card(&tray, &cx, serial, given, surname)?;
    }
    let mut ports = std::env::args().skip(1).map(|p| p.parse::<u16>());
    let (page, port) = (ports.next().unwrap_or(Ok(8080))?, ports.next().unwrap_or(Ok(8082))?);
    let (site, origin) = (format!("http://127.0.0.1:{page}"), format!("http://127.0.0.1:{port}"));
    let config = Config { origin: origin.clone(), consents: Some(directory.path().join("consents.json")), demo: true };
    let agent = Agent::new(cx.clone(), config, Arc::new(tray))?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    tokio::spawn(agent.serve(listener, std::future::pending()));

    let attempt = nonce(&cx.bytes());
    let html = PAGE.replace("{{agent}}", &origin).replace("{{nonce}}", &attempt);
    let script = |body: &'static str| ([(header::CONTENT_TYPE, "text/javascript")], body).into_response();
    let judged = site.clone();
    let router = Router::new()
        .route(
            "/",
            get(move || async move {
                let policy = "default-src 'self'; frame-ancestors 'none'";
                let opener =
                    (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin-allow-popups");
                ([(header::CONTENT_SECURITY_POLICY, policy), opener], Html(html))
            }),
        )
        .route("/web-eid.js", get(move || async move { script(WEB_EID_JS) }))
        .route("/page.js", get(move || async move { script(PAGE_JS) }))
        .route("/sign-in", post(move |token: String| async move { sign_in(&token, &judged, &attempt, &cx) }))
        .route("/signed", post(|body: String| async move { signed(&body).unwrap_or_else(|| "refused".to_owned()) }));
    println!("{site}");
    axum::serve(tokio::net::TcpListener::bind(("127.0.0.1", page)).await?, router).await?;
    Ok(())
}

fn sign_in(token: &str, origin: &str, nonce: &str, cx: &Cx) -> String {
    match verify(token, &Expected { origin, nonce, at: cx.now(), policies: &[], forbidden: &[] }) {
        Ok(who) => who.certificate.subject().common_name().unwrap_or_default().to_owned(),
        Err(e) => e.code().to_owned(),
    }
}

/// `certificate signature`, both base64; the message is always the same.
fn signed(body: &str) -> Option<String> {
    let (certificate, signature) = body.split_once(' ')?;
    let certificate = pki::Certificate::from_der(&STANDARD.decode(certificate).ok()?).ok()?;
    let der = pki::ecdsa_raw_to_der(&STANDARD.decode(signature).ok()?).ok()?;
    pki::verify(certificate.spki(), SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384), b"document", &der).ok()?;
    Some(format!("signed by {}", certificate.subject().common_name()?))
}

fn make_card(tray: &Tray, cx: &Cx, serial: &str, given: &str, surname: &str) -> Outcome {
    let crypto = SoftCrypto::new(cx.random.clone());
    let key = diversify(&crypto, b"master", serial.as_bytes());
    tray.create(Model::LatvianV1, serial, &key)?;
    let root = TestEntity::root("Root", TestKey::p384());
    let mut p = Personaliser::open(tray.insert(serial)?, crypto, |_| key)?;
    for (usage, bits, purposes) in [
        (Use::Authentication, KeyUsage::DIGITAL_SIGNATURE, &[oid::CLIENT_AUTH][..]),
        (Use::Signature, KeyUsage::NON_REPUDIATION, &[]),
    ] {
        let spki = p384_spki(&p.generate(usage)?);
        let key = TestKey::p384();
        let extensions = leaf_extensions(&key, bits, purposes);
        let issued = root.issue(7, &format!("{given} {surname}"), key, extensions, |t| t.spki = spki);
        p.write_certificate(usage, issued.certificate.der())?;
    }
    p.write_holder(
        "PA0000001",
        [(Field::GivenNames, given), (Field::Surname, surname), (Field::DocumentNumber, "PA0000001")],
    )?;
    for (pin, digits) in [(Pin::Pin1, "1234"), (Pin::Pin2, "123456"), (Pin::Puk, "12345678")] {
        p.put_pin(pin, &PinCode::new(pin, digits)?)?;
    }
    p.activate()?;
    Ok(p.into_transport().eject()?)
}
