use std::sync::atomic::Ordering;

use jiff::SignedDuration;

use crate::site::{Site, code_and_envelope};

testkit::each_db! {
    async fn an_application_becomes_a_card_in_use(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let mut first = site.first();
        let page = first.get(&base).await.expect(200);
        assert!(page.text().contains("PA1000001"), "{page:?}");
        assert!(site.peers.activated.lock().unwrap().is_empty(), "nothing is activated before the hand-over");

        let mut second = site.second();
        let receipt = site.receipt(&mut second, &base).await;
        let (code, envelope) = code_and_envelope(&receipt);
        site.work().await;
        assert_eq!(*site.peers.activated.lock().unwrap(), ["cert-a", "cert-s"]);
        assert!(first.get(&base).await.text().contains("Karte ir lietošanā"));

        // The code stays until the clerk says that it was given, and is gone afterwards.
        let again = second.get(&format!("{base}/receipt")).await;
        assert!(again.text().contains(&code));
        second.submit(&again, &format!("{base}/receipt"), &[]).await.expect(200);
        assert!(!second.get(&format!("{base}/receipt")).await.text().contains(&code));

        let mut holder = site.browser(None);
        let form = holder.get(&envelope).await.expect(200);
        let shown = holder.submit(&form, &envelope, &[("code", &code)]).await.expect(200);
        assert_eq!(shown.header("cache-control"), Some("no-store"));
        let [pin1, pin2, puk] = site.peers.pins.lock().unwrap()[0].clone();
        for secret in [&pin1, &pin2, &puk] {
            assert!(shown.text().contains(secret.as_str()));
        }
        // Each step stands in the ledger, none of them with a PIN.
        let mut tx = site.world.db.snapshot().await.unwrap();
        let id = base.rsplit('/').next().unwrap();
        let entries = ledger::entries_of(&mut tx, id, None, 50).await.unwrap();
        let mut kinds: Vec<&str> = entries.iter().map(|e| e.kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, [
            "documents.application.approved",
            "documents.application.begun",
            "documents.application.submitted",
            "documents.card.active",
            "documents.card.handed-over",
            "documents.card.made",
            "documents.card.ordered",
            "documents.envelope.opened",
        ]);
        let text: String = entries.iter().map(|e| format!("{:?}{:?}", e.body, e.personal)).collect();
        assert!(!text.contains(&puk) && !text.contains(&pin2));
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn a_making_cut_off_goes_on_with_the_same_pins(world: World) {
        let site = Site::new(world);
        site.peers.cut_off.store(3, Ordering::SeqCst);
        let base = site.ready().await;
        let mut clerk = site.first();
        assert!(clerk.get(&base).await.text().contains("documents.make.interrupted"), "the reason is visible");
        for _ in 0..6 {
            site.world.clock.advance(SignedDuration::from_mins(5));
            site.work().await;
        }
        let pins = site.peers.pins.lock().unwrap().clone();
        assert_eq!(pins.len(), 4);
        assert!(pins.iter().all(|p| *p == pins[0]));
        let page = clerk.get(&base).await;
        assert!(page.text().contains("Karte ir gatava") && !page.text().contains("documents.make.interrupted"));
    }

    async fn an_activation_cut_off_goes_on(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let mut clerk = site.second();
        site.receipt(&mut clerk, &base).await;
        site.peers.ca_away.store(2, Ordering::SeqCst);
        site.work().await;
        assert!(clerk.get(&base).await.text().contains("contract.no-peer"));
        for _ in 0..4 {
            site.world.clock.advance(SignedDuration::from_mins(5));
            site.work().await;
        }
        assert!(clerk.get(&base).await.text().contains("Karte ir lietošanā"));
        assert_eq!(*site.peers.activated.lock().unwrap(), ["cert-a", "cert-s"]);
    }

    async fn a_page_that_renews_itself_is_one_look(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let mut clerk = site.first();
        site.peers.looks.lock().unwrap().clear();
        for _ in 0..5 {
            clerk.get(&base).await.expect(200);
        }
        assert_eq!(*site.peers.looks.lock().unwrap(), ["hand-over"]);
        site.world.clock.advance(SignedDuration::from_mins(11));
        clerk.get(&base).await.expect(200);
        site.second().get(&base).await.expect(200);
        assert_eq!(site.peers.looks.lock().unwrap().len(), 3, "later, and for another clerk, it is another look");
    }

    async fn seeding_twice_issues_one_card(world: World) {
        let site = Site::new(world);
        let staff = |id: &str, code: &str| documents::Staff {
            actor: format!("staff:{id}"),
            code: code.into(),
            name: id.into(),
            institution: "Paraugu pārvalde".into(),
        };
        let (a, b) = (staff("A", "320000-00101"), staff("B", "320000-00202"));
        let issue = documents::Issue {
            person: crate::site::PERSON.into(),
            photo: crate::site::portrait(),
            pins: documents::envelope::Pins::random(site.world.cx.random.as_ref()),
        };
        let first = documents::seed(&site.app, &site.world.cx, (&a, &b), &issue).await.unwrap();
        let second = documents::seed(&site.app, &site.world.cx, (&a, &b), &issue).await.unwrap();
        assert!(first.now && !second.now);
        assert_eq!((&first.card, &first.document), (&second.card, &second.document));
        assert_eq!(site.peers.pins.lock().unwrap().len(), 1);
        site.work().await;
        assert_eq!(site.peers.activated.lock().unwrap().len(), 2, "the jobs find nothing left to do");
    }
}
