use jiff::SignedDuration;
use pki::{CertStatus, RevocationReason, testing::TestEntity};
use testkit::{Answer, Client};
use web::testing;

use crate::nation::{Nation, ORIGIN, Responder, enter, token};

fn says(a: &Answer, code: &str) {
    let text = a.text();
    assert!(text.contains(code), "{code} wanted on\n{text}");
    assert!(!text.contains('⟦'), "a text is missing on\n{text}");
}

async fn inside(c: &mut Client) -> bool {
    c.get_once("/my").await.status == 200
}

testkit::each_db! {
    async fn a_card_signs_in_and_out(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        let mut c = n.client();
        let asked = c.get("/my").await.expect(200);
        assert!(asked.path.starts_with("/sign-in?to=/my"));
        let nonce = asked.field("nonce").unwrap();
        let home = c.submit(&asked, "/sign-in", &[("token", &token(&card, ORIGIN, &nonce))]).await.expect(200);
        assert_eq!((home.path.as_str(), home.text().as_str()), ("/my", r#""PNOLV-320000-00007""#));
        let session: serde_json::Value = c.get("/api/v1/session").await.expect(200).json();
        assert_eq!((session["surname"].as_str(), session["method"].as_str()), (Some("Ozola"), Some("eid-card")));
        world.clock.advance(SignedDuration::from_secs(1));
        let page = c.get("/sign-in").await.expect(200);
        assert!(page.text().contains("Andra Ozola"));
        c.submit(&page, "/sign-out", &[]).await.expect(200);
        assert!(!inside(&mut c).await);
        let kinds = world.db.all("SELECT kind FROM ledger_entry ORDER BY id", &[]).await.unwrap();
        let kinds: Vec<String> = kinds.iter().map(|r| r.text(0).unwrap()).collect();
        assert_eq!(kinds, ["identity.enter.done", "identity.leave.done"]);
        assert!(n.shell.texts().missing().is_empty(), "{:?}", n.shell.texts().missing());
    }

    async fn a_token_counts_once(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        let mut c = n.client();
        let page = c.get("/sign-in").await;
        let before = c.clone();
        let answer = token(&card, ORIGIN, &page.field("nonce").unwrap());
        let fields = [("token", answer.as_str())];
        c.submit(&page, "/sign-in", &fields).await.expect(200);
        assert!(inside(&mut c).await);
        let mut again = before;
        says(&again.submit(&page, "/sign-in", &fields).await.expect(422), "identity.enter.replayed");
        assert!(!inside(&mut again).await);
        let mut stranger = n.client();
        let theirs = stranger.get("/sign-in").await;
        let stolen = [fields[0], ("nonce", &page.field("nonce").unwrap())];
        says(&stranger.submit(&theirs, "/sign-in", &stolen).await.expect(422), "identity.enter.nonce");
        says(&stranger.submit(&theirs, "/sign-in", &fields).await.expect(422), "web-eid.token.signature");
    }

    async fn another_origin_or_nonce_does_not_sign_in(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        let mut c = n.client();
        for origin in ["http://127.0.0.1:8081", "https://enkurs.evil", "http://localhost:8080"] {
            let page = c.get("/sign-in").await;
            let t = token(&card, origin, &page.field("nonce").unwrap());
            says(&c.submit(&page, "/sign-in", &[("token", &t)]).await.expect(422), "web-eid.token.signature");
        }
        let (first, second) = (c.get("/sign-in").await, c.get("/sign-in").await);
        let t = token(&card, ORIGIN, &first.field("nonce").unwrap());
        says(&c.submit(&second, "/sign-in", &[("token", &t)]).await.expect(422), "web-eid.token.signature");
        c.submit(&first, "/sign-in", &[("token", &t)]).await.expect(200);
        assert!(inside(&mut c).await, "two pages open side by side both work");
        for bad in ["", "{}", "nonsense"] {
            let mut c = n.client();
            let page = c.get("/sign-in").await;
            says(&c.submit(&page, "/sign-in", &[("token", bad)]).await.expect(422), "web-eid.token.form");
        }
    }

    async fn a_page_lives_five_minutes(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        let mut c = n.client();
        let page = c.get("/sign-in").await;
        let t = token(&card, ORIGIN, &page.field("nonce").unwrap());
        world.clock.advance(SignedDuration::from_secs(301));
        says(&c.submit(&page, "/sign-in", &[("token", &t)]).await.expect(422), "identity.enter.nonce");
        assert!(!inside(&mut c).await);
    }

    async fn only_good_certificates_sign_in(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        let at = world.cx.now();
        let at = jiff::Timestamp::from_second(at.as_second()).unwrap();
        let revoked = |reason| CertStatus::Revoked { at, reason };
        let cases = [
            (revoked(Some(RevocationReason::CertificateHold)), "identity.enter.on-hold"),
            (revoked(Some(RevocationReason::KeyCompromise)), "identity.enter.revoked"),
            (revoked(None), "identity.enter.revoked"),
            (CertStatus::Unknown, "identity.enter.unknown"),
        ];
        for (status, code) in cases {
            n.set(&card, status);
            let mut c = n.client();
            says(&enter(&mut c, "/sign-in", &card).await.expect(422), code);
            assert!(!inside(&mut c).await);
        }
        n.set(&card, CertStatus::Good);
        enter(&mut n.client(), "/sign-in", &card).await.expect(200);
        assert!(n.shell.texts().missing().is_empty(), "{:?}", n.shell.texts().missing());
    }

    async fn a_status_that_cannot_be_relied_on_lets_nobody_in(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        for responder in [Responder::Silent, Responder::Stale, Responder::WithoutNonce, Responder::Impostor] {
            n.state.lock().unwrap().responder = responder.clone();
            let mut c = n.client();
            says(&enter(&mut c, "/sign-in", &card).await.expect(503), "identity.enter.status");
            assert!(!inside(&mut c).await, "{responder:?}");
        }
    }

    async fn only_people_of_ours_sign_in(world: World) {
        let n = Nation::new(&world);
        for id in ["PNOEE-38001085718", "NTRLV-40000000001", "PNOLV-3200000007", "320000-00007"] {
            let card = n.card_with(11, id, |_| {});
            says(&enter(&mut n.client(), "/sign-in", &card).await.expect(422), "identity.enter.person");
        }
        let other = Nation::new(&world);
        let foreign: TestEntity = other.card(10, "320000-00007");
        says(&enter(&mut n.client(), "/sign-in", &foreign).await.expect(422), "identity.enter.issuer");
        let expired = n.card_with(12, "PNOLV-320000-00007", |t| t.not_after = "2026-05-01T00:00:00Z".parse().unwrap());
        says(&enter(&mut n.client(), "/sign-in", &expired).await.expect(422), "web-eid.token.validity");
    }

    async fn a_forged_session_is_asked_to_sign_in(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        let mut c = n.client();
        enter(&mut c, "/sign-in", &card).await.expect(200);
        let cookie = c.cookie("enkurs").unwrap().to_owned();
        let other = Nation::new(&world);
        let mut elsewhere = other.client();
        elsewhere.set_cookie("enkurs", &cookie);
        let asked = elsewhere.get_once("/my").await.expect(303);
        assert_eq!(asked.header("location"), Some("/sign-in?to=/my"));
        let page = c.get("/sign-in").await;
        let mut copy = c.clone();
        c.submit(&page, "/sign-out", &[]).await;
        assert!(!inside(&mut copy).await, "a copied cookie ends with the session");
    }

    async fn return_addresses_stay_here(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        for to in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
            let mut c = n.client();
            let page = c.get("/sign-in").await;
            let t = token(&card, ORIGIN, &page.field("nonce").unwrap());
            let home = c.submit(&page, "/sign-in", &[("token", &t), ("to", to)]).await.expect(200);
            assert_eq!(home.path, "/");
        }
    }

    async fn every_route_keeps_its_permission(world: World) {
        let n = Nation::new(&world);
        let wrong = testing::walk(&n.shell).await;
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn statements_prepare(world: World) {
        let wrong = world.db.check_queries(identity::QUERIES).await.unwrap();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn texts_agree() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |p: &str| std::fs::read_to_string(root.join(p)).unwrap();
    let sources = ["src/enter/sign-in.html", "src/enter/as.html"].map(|p| (p.to_owned(), read(p)));
    let (lv, en) = (read("locale/lv.ftl").leak(), read("locale/en.ftl").leak());
    let wrong = testing::texts(web::i18n::Locale { owner: "identity", lv, en }, identity::CODES, &sources);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
