//! A root, an issuing CA with its OCSP responder, cards, and the service on top.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use base::Cx;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use contract::{
    Der, Handlers, Peers,
    ca::{AnchorSet, Anchors, Ocsp},
};
use identity::Identity;
use pki::{
    CertStatus, CertificateTemplate, KeyUsage, Name, OcspRequest, OcspResponseTemplate, SingleResponse, oid,
    testing::{TestEntity, TestKey, leaf_extensions},
};
use protocol::web_eid::{Algorithm, AuthToken, challenge};
use testkit::{Answer, Client, World};
use web::{Config, DbGate, Permission, Route, Routes, Shell, limits::LimitConfig};

pub(crate) const ORIGIN: &str = "http://127.0.0.1:8080";

/// How the responder behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Responder {
    #[default]
    Honest,
    Silent,
    Stale,
    WithoutNonce,
    Impostor,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) status: BTreeMap<Vec<u8>, CertStatus>,
    pub(crate) responder: Responder,
}

pub(crate) struct Nation {
    pub(crate) shell: Shell,
    pub(crate) peers: Peers,
    pub(crate) issuing: Arc<TestEntity>,
    pub(crate) state: Arc<Mutex<State>>,
}

async fn ok(cx: web::PageCx) -> web::Answer {
    cx.json(&cx.who()?.id)
}

impl Nation {
    pub(crate) fn new(world: &World) -> Self {
        let root = TestEntity::root("Sakne", TestKey::p384());
        let issuing = Arc::new(root.issue_ca(2, "Apliecības", TestKey::p384()));
        let responder = Arc::new(issuing.issue_ocsp(3, "OCSP", TestKey::p256()));
        let stranger = Arc::new(TestEntity::root("Svešs", TestKey::p256()).issue_ocsp(4, "OCSP", TestKey::p256()));
        let state = Arc::new(Mutex::new(State::default()));
        let services = apart::Around::new();
        let peers = services.peers();
        let identity = Identity::new(world.db.clone(), peers.clone(), ORIGIN);
        let mut handlers = Handlers::new();
        identity.handlers(&mut handlers);
        let anchors = AnchorSet {
            roots: vec![Der(root.certificate.der().to_vec())],
            issuers: vec![Der(issuing.certificate.der().to_vec())],
        };
        handlers.on(move |_, _: Anchors| {
            let a = anchors.clone();
            async move { Ok(a) }
        });
        let s = Arc::clone(&state);
        handlers.on(move |cx: Cx, Ocsp(asked)| {
            let (s, responder, stranger) = (Arc::clone(&s), Arc::clone(&responder), Arc::clone(&stranger));
            async move {
                let s = s.lock().unwrap();
                if s.responder == Responder::Silent {
                    return Ok(Der(pki::ocsp_error(pki::OcspErrorStatus::TryLater)));
                }
                let by = if s.responder == Responder::Impostor { &stranger } else { &responder };
                Ok(Der(respond(&cx, &s, &asked.0, by)))
            }
        });
        services.answer(&world.cx, handlers);
        let home = Routes::new("home", "", "")
            .route(Route::get("/", Permission::Public).to((), || async { "home" }))
            .route(Route::get("/my", Permission::Person).to((), ok))
            .route(Route::get("/clerk", Permission::Staff(web::Role::Clerk)).to((), ok));
        let mut config = Config::new(ORIGIN, web::KeyRing::fresh(world.cx.random.as_ref()));
        config.limits = LimitConfig::unlimited();
        config.clients = Some(world.db.clone());
        let gate = Arc::new(DbGate::new(world.db.clone()));
        let shell =
            Shell::build(world.cx.clone(), config, gate, vec![identity.routes(), home, web::client::routes(&world.db)])
                .unwrap();
        Self { shell, peers, issuing, state }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.shell.router()).header("accept", "text/html")
    }

    pub(crate) fn card(&self, serial: u64, code: &str) -> TestEntity {
        self.card_with(serial, &format!("PNOLV-{code}"), |_| {})
    }

    pub(crate) fn card_with(&self, serial: u64, id: &str, change: impl FnOnce(&mut CertificateTemplate)) -> TestEntity {
        let key = TestKey::p384();
        let extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::CLIENT_AUTH]);
        self.issuing.issue(serial, "x", key, extensions, |t| {
            t.subject = Name::build(&[
                (oid::COUNTRY, "LV"),
                (oid::COMMON_NAME, "ANDRA OZOLA"),
                (oid::SURNAME, "Ozola"),
                (oid::GIVEN_NAME, "Andra"),
                (oid::SERIAL_NUMBER, id),
            ])
            .unwrap();
            change(t);
        })
    }

    pub(crate) fn set(&self, card: &TestEntity, status: CertStatus) {
        self.state.lock().unwrap().status.insert(card.certificate.serial().to_vec(), status);
    }
}

fn respond(cx: &Cx, s: &State, asked: &[u8], by: &TestEntity) -> Vec<u8> {
    let request = OcspRequest::from_der(asked).unwrap();
    let now = jiff::Timestamp::from_second(cx.now().as_second()).unwrap();
    let at = if s.responder == Responder::Stale { now - jiff::SignedDuration::from_hours(48) } else { now };
    let one = |id: &pki::CertId| SingleResponse {
        id: id.clone(),
        status: s.status.get(&id.serial).cloned().unwrap_or(CertStatus::Good),
        this_update: at,
        next_update: Some(at + jiff::SignedDuration::from_hours(1)),
        archive_cutoff: None,
    };
    let template = OcspResponseTemplate {
        responder_key_id: by.key.public().key_id().to_vec(),
        produced_at: at,
        responses: request.ids.iter().map(one).collect(),
        nonce: request.nonce.filter(|_| s.responder != Responder::WithoutNonce),
        extended_revoke: false,
    };
    let tbs = template.tbs().unwrap();
    let chain = [by.certificate.clone()];
    OcspResponseTemplate::assemble(&tbs, by.key.algorithm(), &by.key.sign(&tbs), &chain).unwrap()
}

/// What the card answers to a page.
pub(crate) fn token(card: &TestEntity, origin: &str, nonce: &str) -> String {
    let message = challenge(origin, nonce, Algorithm::ES384);
    let raw = pki::ecdsa_der_to_raw(&card.key.sign(&message), 48).unwrap();
    serde_json::to_string(&AuthToken::new(card.certificate.der(), Algorithm::ES384, &raw, "https://enkurs.example/1"))
        .unwrap()
}

/// The whole of sign-in.
pub(crate) async fn enter(c: &mut Client, path: &str, card: &TestEntity) -> Answer {
    let page = c.get(path).await.expect(200);
    let nonce = page.field("nonce").unwrap();
    assert!(STANDARD.decode(&nonce).unwrap().len() == 32);
    c.submit(&page, "/sign-in", &[("token", &token(card, ORIGIN, &nonce))]).await
}
