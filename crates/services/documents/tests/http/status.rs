//! A card in its holder's hands: suspended, resumed, revoked, reported lost.

use std::sync::atomic::Ordering;

use contract::ca::Change;
use jiff::SignedDuration;
use testkit::Client;

use crate::site::Site;

/// Sends the form of one change; answers the status.
async fn turn(clerk: &mut Client, number: &str, verb: &str, fields: &[(&str, &str)]) -> u16 {
    let here = format!("/clerk/cards/{number}");
    let page = clerk.get(&if verb == "grant" { here.clone() } else { format!("{here}/{verb}") }).await.expect(200);
    clerk.submit(&page, &format!("{here}/{verb}"), fields).await.status.as_u16()
}

testkit::each_db! {
    async fn suspended_resumed_by_two_and_revoked(world: World) {
        let site = Site::new(world);
        let number = site.in_use().await;
        let (mut first, mut second) = (site.first(), site.second());
        assert_eq!(turn(&mut first, &number, "suspend", &[]).await, 422, "a reason is needed");
        assert_eq!(turn(&mut first, &number, "suspend", &[("reason", "died")]).await, 422, "of those for this change");
        assert_eq!(turn(&mut first, &number, "suspend", &[("reason", "suspicion")]).await, 200);
        site.work().await;
        let changes = || std::mem::take(&mut *site.peers.changes.lock().unwrap());
        let both = |change: Change| vec![("cert-a".to_owned(), change), ("cert-s".to_owned(), change)];
        assert_eq!(changes(), both(Change::Suspend));
        assert_eq!(*site.peers.ended.lock().unwrap(), ["PNOLV-320000-00007"]);
        first.get(&format!("/clerk/cards/{number}/suspend")).await.expect(409);

        // nobody grants what they asked for, not under another entry either
        let mut same = site.clerk("C", "320000-00101");
        let token = second.get(&format!("/clerk/cards/{number}/resume")).await.field("_csrf").unwrap();
        let early = second.post_form(&format!("/clerk/cards/{number}/grant"), &[("_csrf", &token)]).await.expect(409);
        assert!(early.text().contains("documents.card.state"));
        assert_eq!(turn(&mut first, &number, "resume", &[]).await, 422, "the holder must be there");
        assert_eq!(turn(&mut first, &number, "resume", &[("sure", "yes")]).await, 200);
        for c in [&mut first, &mut same] {
            let page = c.get(&format!("/clerk/cards/{number}")).await.expect(200);
            assert!(page.text().contains("Atjaunošana gaida kolēģi"));
            let token = c.get(&format!("/clerk/cards/{number}/revoke")).await.field("_csrf").unwrap();
            let refused = c.post_form(&format!("/clerk/cards/{number}/grant"), &[("_csrf", &token)]).await.expect(403);
            assert!(refused.text().contains("documents.card.same-clerk"));
        }
        site.work().await;
        assert!(changes().is_empty(), "asking alone changes nothing");
        assert!(second.get("/clerk").await.links().contains(&format!("/clerk/cards/{number}")));
        assert_eq!(turn(&mut second, &number, "grant", &[]).await, 200);
        site.work().await;
        assert_eq!(changes(), both(Change::Resume));

        assert_eq!(turn(&mut first, &number, "revoke", &[("reason", "stolen")]).await, 422, "it is confirmed");
        assert_eq!(turn(&mut first, &number, "revoke", &[("reason", "stolen"), ("sure", "yes")]).await, 200);
        site.work().await;
        assert_eq!(changes(), both(Change::Revoke { reason: 1 }));
        for verb in ["suspend", "resume", "revoke"] {
            first.get(&format!("/clerk/cards/{number}/{verb}")).await.expect(409);
        }
        for missing in ["PA0000000", "nothing"] {
            first.get(&format!("/clerk/cards/{missing}")).await.expect(404);
        }
        first.get(&format!("/clerk/cards/{number}/eat")).await.expect(404);
        let kinds: Vec<String> = site.world.db.all("SELECT kind FROM ledger_entry", &[]).await.unwrap()
            .iter().map(|r| r.text(0).unwrap()).filter(|k| k.starts_with("documents.card.")).collect();
        for word in ["suspended", "resume-asked", "resumed", "revoked"] {
            let kind = format!("documents.card.{word}");
            assert_eq!(kinds.iter().filter(|k| **k == kind).count(), 1, "{word}: {kinds:?}");
        }
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn the_holder_reports_it_lost_and_is_signed_out_everywhere(world: World) {
        let site = Site::new(world);
        let number = site.in_use().await;
        let (mut holder, mut elsewhere, mut at_work) =
            (site.holder(), site.holder(), site.clerk("H", "320000-00007"));
        for c in [&mut holder, &mut elsewhere] {
            c.get("/my/card").await.expect(200);
        }
        at_work.get("/clerk").await.expect(200);
        let path = format!("/my/card/{number}/report");
        site.person("320000-00031").get(&path).await.expect(404);
        let form = holder.get(&path).await.expect(200);
        holder.submit(&form, &path, &[]).await.expect(422);
        let said = holder.submit(&form, &path, &[("reason", "lost")]).await.expect(200);
        assert!(said.text().contains("Karte ir apturēta"), "{said:?}");
        // before any job has run
        holder.get_once("/my/card").await.expect(303);
        elsewhere.get_once("/my/card").await.expect(303);
        at_work.get_once("/clerk").await.expect(303);
        site.work().await;
        assert_eq!(site.peers.changes.lock().unwrap().len(), 2);
        let mut clerk = site.first();
        assert!(clerk.get(&format!("/clerk/cards/{number}")).await.text().contains("karte pazudusi"));
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn the_ca_follows_when_it_is_back(world: World) {
        let site = Site::new(world);
        let number = site.in_use().await;
        site.peers.ca_away.store(2, Ordering::SeqCst);
        let mut clerk = site.first();
        assert_eq!(turn(&mut clerk, &number, "suspend", &[("reason", "lost")]).await, 200);
        site.work().await;
        // revoked while the job for the suspension still waits: whichever runs last, the certificates are revoked
        assert_eq!(turn(&mut clerk, &number, "revoke", &[("reason", "lost"), ("sure", "yes")]).await, 200);
        for _ in 0..4 {
            site.world.clock.advance(SignedDuration::from_mins(5));
            site.work().await;
        }
        let changes = site.peers.changes.lock().unwrap();
        assert!(changes.len() >= 2 && changes.iter().all(|(_, c)| *c == Change::Revoke { reason: 1 }), "{changes:?}");
    }

    async fn nobody_decides_about_their_own_card_at_work(world: World) {
        let site = Site::new(world);
        let number = site.in_use().await;
        let mut own = site.clerk("H", "320000-00007");
        let refused = own.get(&format!("/clerk/cards/{number}/suspend")).await.expect(403);
        assert!(refused.text().contains("documents.own-card"));
    }

    async fn a_card_that_waits_is_revoked_and_its_application_is_over(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let (number, mut clerk) = ("PA1000001", site.second());
        assert!(clerk.get(&base).await.links().contains(&format!("/clerk/cards/{number}")));
        clerk.get(&format!("/clerk/cards/{number}/suspend")).await.expect(409);
        let hand_over = clerk.get(&format!("{base}/hand-over")).await.expect(200);
        assert_eq!(turn(&mut clerk, number, "revoke", &[("reason", "damaged"), ("sure", "yes")]).await, 200);
        site.work().await;
        let both = |c: Change| vec![("cert-a".to_owned(), c), ("cert-s".to_owned(), c)];
        assert_eq!(*site.peers.changes.lock().unwrap(), both(Change::Revoke { reason: 5 }));
        let page = clerk.get(&base).await.expect(200);
        for words in ["karte atsaukta pirms lietošanas", "Pieteikums slēgts, PIN iznīcināti", "nederīga"] {
            assert!(page.text().contains(words), "{words}");
        }
        let fields = [("proof", "passport"), ("face", "yes")];
        let late = clerk.submit(&hand_over, &format!("{base}/hand-over"), &fields).await.expect(409);
        assert!(late.text().contains("documents.application.state"));
        let sealed = "SELECT COUNT(*) FROM documents_envelope WHERE sealed IS NOT NULL";
        assert_eq!(site.world.db.one(sealed, &[]).await.unwrap().int(0).unwrap(), 0, "nobody will need the PINs");
        // the person may apply anew
        site.submitted(&mut site.first()).await;
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn revoked_while_it_is_being_activated(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let mut clerk = site.second();
        site.peers.ca_away.store(1, Ordering::SeqCst);
        site.receipt(&mut clerk, &base).await;
        site.work().await;
        assert!(clerk.get(&base).await.text().contains("contract.no-peer"), "the page says what it waits for");
        assert_eq!(turn(&mut clerk, "PA1000001", "revoke", &[("reason", "stolen"), ("sure", "yes")]).await, 200);
        for _ in 0..3 {
            site.world.clock.advance(SignedDuration::from_mins(5));
            site.work().await;
        }
        assert!(site.peers.activated.lock().unwrap().is_empty());
        assert_eq!(site.peers.changes.lock().unwrap().len(), 2);
        let page = clerk.get(&base).await.expect(200);
        assert!(!page.text().contains("contract.no-peer") && page.text().contains("karte atsaukta pirms lietošanas"));
    }

    async fn a_card_follows_its_certificate(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let stopped = |certificate: &str, revoked: bool| contract::documents::CertificateStopped {
            certificate_id: certificate.into(),
            revoked,
            actor: "staff:O".into(),
        };
        let tell = async |call| site.services.peers().call(&site.world.cx, call).await;
        assert_eq!(tell(stopped("cert-x", true)).await, Ok(()), "of no card here");
        let early = tell(stopped("cert-a", false)).await.unwrap_err();
        assert!(early.transient && early.code == "documents.card.state", "later, when it is in use: {early:?}");
        site.receipt(&mut site.second(), &base).await;
        site.work().await;

        let mut holder = site.holder();
        holder.get("/my/card").await.expect(200);
        for _ in 0..2 {
            assert_eq!(tell(stopped("cert-a", false)).await, Ok(()));
        }
        holder.get_once("/my/card").await.expect(303);
        site.work().await;
        let both = |c: Change| vec![("cert-a".to_owned(), c), ("cert-s".to_owned(), c)];
        let changes = || std::mem::take(&mut *site.peers.changes.lock().unwrap());
        assert_eq!(changes(), both(Change::Suspend));
        let page = site.first().get("/clerk/cards/PA1000001").await.expect(200);
        assert!(page.text().contains("sertifikācijas iestādē"), "{}", page.text());

        for _ in 0..2 {
            assert_eq!(tell(stopped("cert-s", true)).await, Ok(()));
        }
        site.work().await;
        assert_eq!(changes(), both(Change::Revoke { reason: 5 }));
        assert_eq!(tell(stopped("cert-s", false)).await, Ok(()), "revoked stays revoked");
        let actor = "SELECT COUNT(*) FROM ledger_entry WHERE kind IN ('documents.card.suspended', 'documents.card.revoked')";
        assert_eq!(site.world.db.one(actor, &[]).await.unwrap().int(0).unwrap(), 2);
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn no_clerk_gives_the_reason_of_the_authority(world: World) {
        let site = Site::new(world);
        let number = site.in_use().await;
        let mut clerk = site.first();
        assert_eq!(turn(&mut clerk, &number, "suspend", &[("reason", "by-authority")]).await, 422);
        assert_eq!(turn(&mut clerk, &number, "revoke", &[("reason", "by-authority"), ("sure", "yes")]).await, 422);
    }
}
