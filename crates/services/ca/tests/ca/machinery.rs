use axum::http::Method;
use contract::{
    Handlers, Peers,
    ca::{Anchors, Change, ChangeStatus, Ocsp, Profile, ServiceCertificates, TimeStamp},
};
use web::{Role, testing};

use crate::bench::{Bench, activate};

crate::on_all![contract_calls, operators_over_the_api, a_card_by_an_operators_hand];

testkit::each_db! {
    async fn every_statement_prepares(world: World) {
        assert_eq!(world.db.check_queries(&ca::queries()).await.unwrap(), Vec::<String>::new());
    }
}

async fn contract_calls(bench: Bench) {
    let bench = bench.created().await;
    let mut handlers = Handlers::new();
    bench.ca.handlers(&mut handlers);
    let peers = Peers::new(None);
    peers.answer_with(handlers).unwrap();
    let anchors = peers.call(bench.cx(), Anchors {}).await.unwrap();
    assert_eq!((anchors.roots.len(), anchors.issuers.len()), (1, 5));
    assert_eq!(peers.call(bench.cx(), ServiceCertificates {}).await.unwrap().len(), 7);
    let issued = peers.call(bench.cx(), bench.wanted("c", Profile::EidSignature, true)).await.unwrap();
    let wish =
        ChangeStatus { certificate_id: issued.certificate_id.clone(), change: activate(), actor: "staff:TEST".into() };
    peers.call(bench.cx(), wish.clone()).await.unwrap();
    let refused =
        peers.call(bench.cx(), ChangeStatus { change: Change::Revoke { reason: 6 }, ..wish }).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.args["reason"].as_str()), ("ca.revoke.bad-reason", "6"));
    assert_eq!(peers.call(bench.cx(), Ocsp(contract::Der(vec![]))).await.unwrap().0, [0x30, 0x03, 0x0a, 0x01, 0x01]);
    assert!(!peers.call(bench.cx(), TimeStamp(contract::Der(vec![]))).await.unwrap().0.is_empty());
    // Names of the authorities' own requests cannot be taken by a caller.
    let thief = peers.call(bench.cx(), bench.wanted("authority:root", Profile::EidSignature, false)).await.unwrap();
    assert_ne!(thief.der, anchors.roots[0].0);
}

async fn operators_over_the_api(bench: Bench) {
    let bench = bench.created().await;
    let issued = bench.issue("api", Profile::EidSignature, true).await;
    let config = web::Config {
        limits: web::limits::LimitConfig::unlimited(),
        ..web::Config::new(crate::bench::URL, base::KeyRing::fresh(bench.cx().random.as_ref()))
    };
    let gate = std::sync::Arc::new(web::session::MemoryGate::default());
    let shell = web::Shell::build(bench.cx().clone(), config, gate, vec![bench.ca.routes()]).unwrap();
    assert_eq!(testing::walk(&shell).await, Vec::<String>::new());

    let as_role = |role: Role| {
        let (cookie, token) = testing::cookie(&shell, Some(testing::actor(bench.cx(), true, &[role])));
        testkit::Client::new(shell.router()).header("cookie", cookie).header("x-csrf-token", token)
    };
    let mut operator = as_role(Role::Operator);
    let found = operator.get("/api/v1/ca/certificates?holder=PNOLV-320000-00007").await.expect(200);
    let found: Vec<serde_json::Value> = found.json();
    assert_eq!((found.len(), found[0]["status"].as_str()), (1, Some("pending")));
    let path = format!("/api/v1/ca/certificates/{}", issued.certificate_id);
    // Nobody activates by hand what was not handed over, whatever is written beside.
    for wish in [
        serde_json::json!({ "change": "activate" }),
        serde_json::json!({ "change": "activate", "reason": 0 }),
        serde_json::json!({ "change": "resume" }),
    ] {
        let refused = operator.json(Method::POST, &format!("{path}/status"), &wish).await.expect(409);
        let code = if wish["change"] == "resume" { "ca.resume.not-activated" } else { "ca.activate.no-hand-over" };
        assert!(refused.text().contains(code), "{wish}: {}", refused.text());
    }
    let more = serde_json::json!({ "change": "activate", "hand_over": "01ARZ3NDEKTSV4RRFFQ69G5FAV" });
    let _ = operator.json(Method::POST, &format!("{path}/status"), &more).await.expect(400);
    assert_eq!(operator.get(&path).await.expect(200).json::<serde_json::Value>()["status"], "pending");
    bench.pass(jiff::SignedDuration::from_secs(1));
    let changed = operator
        .json(Method::POST, &format!("{path}/status"), &serde_json::json!({ "change": "revoke", "reason": 4 }))
        .await
        .expect(200);
    let changed: serde_json::Value = changed.json();
    assert_eq!((changed["status"].as_str(), changed["history"].as_array().unwrap().len()), (Some("revoked"), 2));
    assert_eq!(changed["history"][1]["actor"], "staff:TEST");
    bench.work().await;
    let told = std::mem::take(&mut *bench.told.lock().unwrap());
    assert_eq!(told.len(), 1, "the service that keeps the card is told");
    assert_eq!(
        (told[0].certificate_id.as_str(), told[0].revoked, told[0].actor.as_str()),
        (&*issued.certificate_id, true, "staff:TEST")
    );
    let again = operator
        .json(Method::POST, &format!("{path}/status"), &serde_json::json!({ "change": "revoke", "reason": 1 }))
        .await
        .expect(409);
    assert!(again.text().contains("ca.revoke.already-revoked"), "{}", again.text());
    let _ = operator.get("/api/v1/ca/certificates/01ARZ3NDEKTSV4RRFFQ69G5FAV").await.expect(404);
    let _ = as_role(Role::Clerk).get(&path).await.expect(403);
    let all: Vec<serde_json::Value> =
        testkit::Client::new(shell.router()).get("/api/v1/ca/authorities").await.expect(200).json();
    assert_eq!(all.len(), 6);
}

#[test]
fn every_code_has_its_texts() {
    let locale = web::i18n::Locale {
        owner: "ca",
        lv: include_str!("../../locale/lv.ftl"),
        en: include_str!("../../locale/en.ftl"),
    };
    assert_eq!(testing::texts(locale, ca::CODES, &[]), Vec::<String>::new());
}

/// What an operator stops, the card follows; what two clerks decide about, an operator does not bring back.
async fn a_card_by_an_operators_hand(bench: Bench) {
    let bench = bench.created().await;
    let issued = bench.issue("hand", Profile::EidAuthentication, true).await;
    let seal = bench.issue("seal-by-hand", Profile::Seal, false).await;
    bench.change(&issued.certificate_id, crate::bench::activate()).await.unwrap();
    let config = web::Config {
        limits: web::limits::LimitConfig::unlimited(),
        ..web::Config::new(crate::bench::URL, base::KeyRing::fresh(bench.cx().random.as_ref()))
    };
    let gate = std::sync::Arc::new(web::session::MemoryGate::default());
    let shell = web::Shell::build(bench.cx().clone(), config, gate, vec![bench.ca.routes()]).unwrap();
    let (cookie, token) = testing::cookie(&shell, Some(testing::actor(bench.cx(), true, &[Role::Operator])));
    let mut operator = testkit::Client::new(shell.router()).header("cookie", cookie).header("x-csrf-token", token);
    let path = |id: &str| format!("/api/v1/ca/certificates/{id}/status");
    let (suspend, resume) = (serde_json::json!({ "change": "suspend" }), serde_json::json!({ "change": "resume" }));
    for id in [&issued.certificate_id, &seal.certificate_id] {
        let _ = operator.json(Method::POST, &path(id), &suspend).await.expect(200);
        let _ = operator.json(Method::POST, &path(id), &suspend).await.expect(200);
    }
    bench.work().await;
    let told = std::mem::take(&mut *bench.told.lock().unwrap());
    let told: Vec<_> = told.into_iter().map(|t| (t.certificate_id, t.revoked)).collect();
    assert_eq!(told, [(issued.certificate_id.clone(), false)], "once, and no seal has a card");
    let refused = operator.json(Method::POST, &path(&issued.certificate_id), &resume).await.expect(409);
    assert!(refused.text().contains("ca.resume.with-its-card"), "{}", refused.text());
    let _ = operator.json(Method::POST, &path(&seal.certificate_id), &resume).await.expect(200);

    // resumed by its card before the job ran: there is nothing to tell any more
    bench.change(&issued.certificate_id, contract::ca::Change::Resume).await.unwrap();
    let _ = operator.json(Method::POST, &path(&issued.certificate_id), &suspend).await.expect(200);
    bench.change(&issued.certificate_id, contract::ca::Change::Resume).await.unwrap();
    bench.work().await;
    assert!(bench.told.lock().unwrap().is_empty());
}
