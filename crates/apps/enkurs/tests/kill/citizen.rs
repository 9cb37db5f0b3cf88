use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use base::Cx;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use card::{
    EidCard, PinCode,
    profile::{Pin, Use},
};
use enkurs::{Config, demo, wire};
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, body::Bytes, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use reader::CardSource as _;
use serde_json::{Value, json};
use web::Actor;

use crate::node::Node;

/// A person with a card, signed in, who signs files through the API of programs.
#[derive(Clone)]
pub(crate) struct Citizen {
    client: Client<HttpConnector, Full<Bytes>>,
    cookie: Arc<Mutex<String>>,
    csrf: String,
    tray: reader::Tray,
    chip: String,
    certificate: String,
    base: String,
}

static COUNT: AtomicU64 = AtomicU64::new(1);

/// Brings the person and the card about, as the demonstration does, before the node is started for the first time.
pub(crate) async fn settle(node: &Node) -> Citizen {
    let config = Config::load(&node.path("enkurs.toml")).unwrap();
    let opened = enkurs::Node::open(config, Cx::system()).await.unwrap();
    opened.db.migrate(&opened.cx).await.unwrap();
    let (services, wired) = wire::wire(&opened).await.unwrap();
    let people = demo::settle(&opened, &services, 5).await.unwrap();
    let person = people.iter().find(|p| p.role == "citizen").unwrap();
    let (given_name, surname) = person.name.split_once(' ').unwrap();
    let actor = Actor {
        id: format!("PNOLV-{}", person.code),
        person_code: person.code.clone(),
        given_name: given_name.into(),
        surname: surname.into(),
        roles: std::collections::BTreeSet::new(),
        institution: None,
        method: "eid-card".into(),
        since: opened.cx.now(),
    };
    let (cookie, csrf) = web::testing::cookie(&wired.shell, Some(actor));
    let tray = services.tray.clone();
    let mut card = EidCard::connect(tray.open(&person.card).unwrap()).unwrap();
    let certificate = STANDARD.encode(card.certificate(Use::Signature).unwrap().der);
    opened.db.close().await;
    Citizen {
        client: Client::builder(TokioExecutor::new()).build_http(),
        cookie: Arc::new(Mutex::new(cookie)),
        csrf,
        tray,
        chip: person.card.clone(),
        certificate,
        base: node.url("/api/v1/signatures"),
    }
}

impl Citizen {
    async fn send(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Option<(u16, Value)> {
        let cookie = self.cookie.lock().unwrap().clone();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::COOKIE, cookie)
            .header("x-csrf-token", &self.csrf)
            .header(header::CONTENT_TYPE, kind)
            .body(Full::from(body))
            .unwrap();
        let asked = async {
            let answer = self.client.request(request).await.ok()?;
            if let Some(value) = answer.headers().get(header::SET_COOKIE).and_then(|v| v.to_str().ok()) {
                let pair = value.split(';').next().unwrap_or_default();
                *self.cookie.lock().unwrap() = pair.to_owned();
            }
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.ok()?.to_bytes();
            Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
        };
        tokio::time::timeout(Duration::from_secs(20), asked).await.ok().flatten()
    }

    async fn json(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        self.send(Method::POST, path, "application/json", body.to_string().into_bytes()).await
    }

    /// Signs one file. Answers the errand when the node has acknowledged the signature.
    pub(crate) async fn sign(&self) -> Option<String> {
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let form = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"format\"\r\n\r\nedoc\r\n--edge\r\nContent-Disposition: form-data; \
             name=\"file\"; filename=\"Ligums {n}.txt\"\r\nContent-Type: text/plain\r\n\r\nL\u{12b}gums nr. {n}\r\n--edge--\r\n"
        );
        let begun = self.send(Method::POST, "", "multipart/form-data; boundary=edge", form.into_bytes()).await;
        let id = good(begun)?["id"].as_str()?.to_owned();
        let wanted = good(self.json(&format!("/{id}/prepare"), &json!({ "certificate": self.certificate })).await)?;
        let digest = STANDARD.decode(wanted["hash"].as_str()?).unwrap();
        let (tray, chip) = (self.tray.clone(), self.chip.clone());
        let value = tokio::task::spawn_blocking(move || {
            let mut card = EidCard::connect(tray.open(&chip).unwrap()).unwrap();
            card.sign(&PinCode::new(Pin::Pin2, "123456").unwrap(), &digest).unwrap().to_vec()
        });
        let signature = STANDARD.encode(value.await.unwrap());
        good(self.json(&format!("/{id}/finish"), &json!({ "signature": signature })).await)?;
        Some(id)
    }

    /// How an errand is: its state, and the verdict about the signed file.
    pub(crate) async fn state(&self, id: &str) -> (String, Option<String>) {
        let (status, state) = self.send(Method::GET, &format!("/{id}"), "application/json", Vec::new()).await.unwrap();
        assert_eq!(status, 200, "{id}: {state}");
        let verdict = state["report"].to_string();
        let passed = verdict.contains("TOTAL_PASSED").then(|| "TOTAL_PASSED".to_owned());
        (state["state"].as_str().unwrap().to_owned(), passed.or(Some(verdict)))
    }
}

/// The answer, unless the node was away; a refusal that is not temporary fails the test.
fn good(answer: Option<(u16, Value)>) -> Option<Value> {
    let (status, value) = answer?;
    let away = status >= 500 || value["code"].as_str().is_some_and(|c| c.starts_with("contract.no-peer"));
    assert!(status < 300 || away, "{status}: {value}");
    (status < 300).then_some(value)
}
