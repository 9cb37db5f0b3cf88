//! The agent through its HTTP interface, with virtual cards.

mod browser;
mod flow;
mod pins;

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use base::{Cx, VirtualClock};
use card::{
    PinCode, diversify,
    profile::{Field, Model, Pin, Use},
    terminal::{Personaliser, p384_spki},
};
use http_body_util::BodyExt as _;
use pki::{
    KeyUsage, oid,
    testing::{TestEntity, TestKey, day, leaf_extensions},
};
use reader::{SoftCrypto, Tray};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::{Agent, Config};

const ORIGIN: &str = "http://127.0.0.1:8082";
const SITE: &str = "http://127.0.0.1:8080";
const NONCE: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";

struct World {
    agent: Arc<Agent>,
    clock: Arc<VirtualClock>,
    tray: Tray,
    _directory: TempDir,
}

fn world(people: &[(&str, &str)]) -> World {
    let (cx, clock) = Cx::seeded(day(10), 7);
    let directory = TempDir::new().unwrap();
    let tray = Tray::open(directory.path(), cx.random.clone()).unwrap();
    for (serial, name) in people {
        make_card(&tray, &cx, serial, name);
    }
    let config =
        Config { origin: ORIGIN.to_owned(), consents: Some(directory.path().join("consents.json")), demo: true };
    let agent = Agent::new(cx, config, Arc::new(tray.clone())).unwrap();
    World { agent, clock, tray, _directory: directory }
}

/// A card with certificates of a small CA. PIN1 1234, PIN2 123456, PUK 12345678.
pub(crate) fn make_card(tray: &Tray, cx: &Cx, serial: &str, name: &str) {
    let crypto = SoftCrypto::new(cx.random.clone());
    let key = diversify(&crypto, b"master", serial.as_bytes());
    tray.create(Model::LatvianV1, serial, &key).unwrap();
    let root = TestEntity::root("Root", TestKey::p384());
    let mut p = Personaliser::open(tray.insert(serial).unwrap(), crypto, |_| key).unwrap();
    for (usage, bits, purposes) in [
        (Use::Authentication, KeyUsage::DIGITAL_SIGNATURE, &[oid::CLIENT_AUTH][..]),
        (Use::Signature, KeyUsage::NON_REPUDIATION, &[]),
    ] {
        let spki = p384_spki(&p.generate(usage).unwrap());
        let key = TestKey::p384();
        let extensions = leaf_extensions(&key, bits, purposes);
        let issued = root.issue(7, name, key, extensions, |t| t.spki = spki);
        p.write_certificate(usage, issued.certificate.der()).unwrap();
    }
    let (given, surname) = name.split_once(' ').unwrap();
    p.write_holder("PA0000001", [(Field::GivenNames, given), (Field::Surname, surname)]).unwrap();
    for (pin, digits) in [(Pin::Pin1, "1234"), (Pin::Pin2, "123456"), (Pin::Puk, "12345678")] {
        p.put_pin(pin, &PinCode::new(pin, digits).unwrap()).unwrap();
    }
    p.activate().unwrap();
}

struct Seen {
    status: StatusCode,
    location: String,
    body: String,
}

impl Seen {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl World {
    async fn send(&self, request: Request<Body>) -> Seen {
        let response = self.agent.router().oneshot(request).await.unwrap();
        let status = response.status();
        let location = response.headers().get(header::LOCATION).map(|l| l.to_str().unwrap().to_owned());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Seen { status, location: location.unwrap_or_default(), body: String::from_utf8(body.to_vec()).unwrap() }
    }
    async fn get(&self, path: &str) -> Seen {
        self.send(Request::get(path).header("host", "127.0.0.1:8082").body(Body::empty()).unwrap()).await
    }
    async fn post(&self, path: &str, media: &str, body: String) -> Seen {
        let request = Request::post(path)
            .header("host", "127.0.0.1:8082")
            .header("origin", ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", media);
        self.send(request.body(Body::from(body)).unwrap()).await
    }
    async fn form(&self, path: &str, body: &str) -> Seen {
        self.post(path, "application/x-www-form-urlencoded", body.to_owned()).await
    }
    async fn ask(&self, body: Value) -> Seen {
        self.post("/request", "application/json", body.to_string()).await
    }
    /// Asks, and gives the address of the request.
    async fn asked(&self, mut action: Value) -> String {
        action["origin"] = json!(SITE);
        action["call"] = json!("c1");
        action["lang"] = json!("en");
        let seen = self.ask(action).await;
        assert_eq!(seen.status, StatusCode::CREATED, "{}", seen.body);
        format!("/request/{}", seen.json()["id"].as_str().unwrap())
    }
    async fn result(&self, request: &str) -> Seen {
        self.form(&format!("{request}/result"), "").await
    }
}

fn authenticate() -> Value {
    json!({ "action": "authenticate", "challengeNonce": NONCE })
}
