//! The portal through HTTP, with peers of the test's own.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use contract::{
    Handlers, Refusal,
    documents::{Card, CardState, CardsOf},
    register::{PersonRef, Usage, UsageOf, Use},
};
use portal::{DemoIdentity, DemoInfo, Portal};
use serde_json::json;
use store::StoreError;
use testkit::{Client, World};
use web::{Shell, limits::LimitConfig, session::DbGate};

struct Site {
    world: World,
    shell: Shell,
}

fn site(world: World, demo: bool, register_away: bool) -> Site {
    let (services, mut handlers) = (apart::Around::new(), Handlers::new());
    handlers.on(|_, call: CardsOf| async move {
        assert_eq!(call.code, "320000-00001");
        Ok(vec![Card {
            number: "PA1000001".into(),
            state: CardState::Active,
            given_name: "Anna".into(),
            family_name: "Paraudziņa".into(),
            issued: None,
            not_after: "2036-05-31T20:59:59Z".parse().unwrap(),
            authentication: None,
            signature: None,
        }])
    });
    handlers.on(move |cx, call: UsageOf| async move {
        if register_away {
            return Err(Refusal::transient("contract.no-peer").with("service", "register"));
        }
        assert_eq!(call.person, PersonRef::Code("320000-00001".into()));
        let one = Use {
            id: "1".into(),
            at: cx.now(),
            institution: "Paraugu pārvalde".into(),
            actor: "staff:A".into(),
            purpose: "document-application".into(),
            scope: "record".into(),
            case: Some("E26-000001".into()),
        };
        Ok(Usage { uses: vec![one], next: None })
    });
    services.answer(&world.cx, handlers);
    let info = DemoInfo {
        identities: vec![DemoIdentity {
            role: "clerk-1".into(),
            name: "Laura Liepa".into(),
            code: "320000-00101".into(),
            card: "CHIP1".into(),
            pin1: "1234".into(),
            pin2: "123456".into(),
        }],
        since: world.cx.now(),
    };
    let app = Portal::new(world.db.clone(), services.peers());
    if demo {
        app.demonstrate(info);
    }
    let mut config = web::Config::new("http://127.0.0.1:8080", world.ring.clone());
    config.limits = LimitConfig::unlimited();
    let gate = Arc::new(DbGate::new(world.db.clone()));
    let shell = Shell::build(world.cx.clone(), config, gate, vec![app.routes()]).unwrap();
    Site { world, shell }
}

impl Site {
    fn browser(&self, person: bool) -> Client {
        let actor = person.then(|| web::testing::actor(&self.world.cx, false, &[]));
        let mut client = Client::new(self.shell.router());
        let (cookie, _) = web::testing::cookie(&self.shell, actor);
        let (name, value) = cookie.split_once('=').unwrap();
        client.set_cookie(name, value);
        client
    }
    async fn happens(&self, kind: &'static str) {
        let done: Result<(), StoreError> = self
            .world
            .db
            .write(&self.world.cx, |tx, _| {
                Box::pin(
                    async move { ledger::record(tx, ledger::Entry::new(kind, "subject", json!({}))).await.map(|_| ()) },
                )
            })
            .await;
        done.unwrap();
    }
    fn texts_are_there(&self) {
        assert_eq!(self.shell.texts().missing(), Vec::<String>::new());
    }
}

testkit::each_db! {
    async fn every_route_keeps_its_permission(world: World) {
        let site = site(world, false, false);
        assert_eq!(web::testing::walk(&site.shell).await, Vec::<String>::new());
    }

    async fn the_journey_shows_what_is_done(world: World) {
        let site = site(world, true, false);
        let mut visitor = site.browser(false);
        let page = visitor.get("/").await.expect(200).text();
        assert!(page.contains(r#"data-identity="clerk-1" data-card="CHIP1" data-pin1="1234" data-pin2="123456""#));
        assert!(page.contains("Sākt ceļojumu") && !page.contains(r#"<li class="done">"#));
        site.world.clock.advance(jiff::SignedDuration::from_secs(1));
        site.happens("documents.application.submitted").await;
        let page = visitor.get("/?lang=en").await.expect(200).text();
        assert!(page.contains("Go on with the journey") && page.contains(r#"<li class="done">"#));
        let four =
            ["documents.application.approved", "documents.card.made", "documents.card.active", "signing.document.signed"];
        for kind in four {
            site.happens(kind).await;
        }
        let page = visitor.get("/").await.expect(200).text();
        assert_eq!(page.matches(r#"<li class="done">"#).count(), 5);
        site.happens("signing.document.validated").await;
        let page = visitor.get("/").await.expect(200);
        assert_eq!(page.text().matches(r#"<li class="done">"#).count(), 6, "the last step as well");
        assert!(page.links().contains(&"/status".to_owned()));
        site.texts_are_there();
    }

    async fn without_a_demonstration_nobody_is_named(world: World) {
        let site = site(world, false, false);
        let page = site.browser(false).get("/").await.expect(200).text();
        assert!(!page.contains("data-pin1"));
        site.texts_are_there();
    }

    async fn my_page_shows_the_card_and_who_looked(world: World) {
        let site = site(world, false, false);
        let mut person = site.browser(true);
        let page = person.get("/my").await.expect(200).text();
        assert!(page.contains("PA1000001") && page.contains("Paraugu pārvalde"));
        assert!(person.get("/my/usage").await.expect(200).text().contains("E26-000001"));
        site.texts_are_there();
    }

    async fn a_service_that_is_away_takes_only_its_part(world: World) {
        let site = site(world, false, true);
        let page = site.browser(true).get("/my").await.expect(200).text();
        assert!(page.contains("PA1000001") && page.contains("nav pieejama"));
        site.browser(true).get("/my/usage").await.expect(503);
        let status = site.browser(false).get("/status").await.expect(200).text();
        assert!(status.contains("neatbild"));
        site.texts_are_there();
    }

    async fn what_happened_is_told_in_words(world: World) {
        let site = site(world, false, false);
        let kinds = ["documents.card.handed-over", "signing.document.signed", "something.new"];
        for kind in kinds {
            site.happens(kind).await;
        }
        for lang in ["lv", "en"] {
            let page = site.browser(false).get(&format!("/ledger?lang={lang}")).await.expect(200).text();
            assert!(page.contains("something.new") && page.contains("signing.document.signed"));
            site.browser(false).get(&format!("/accessibility?lang={lang}")).await.expect(200);
        }
        site.texts_are_there();
    }
}
