use jiff::SignedDuration;

use crate::site::{Site, code_and_envelope};

testkit::each_db! {
    async fn it_opens_once(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let (code, envelope) = code_and_envelope(&site.receipt(&mut site.second(), &base).await);
        let mut holder = site.browser(None);
        let form = holder.get(&envelope).await;
        // Two at the same moment: one sees the PINs.
        let (mut left, mut right) = (holder.clone(), holder.clone());
        let lower = code.to_lowercase();
        let (typed, again) = ([("code", code.as_str())], [("code", lower.as_str())]);
        let (a, b) =
            tokio::join!(left.submit(&form, &envelope, &typed), right.submit(&form, &envelope, &again));
        let mut both = [a.status.as_u16(), b.status.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [200, 410]);
        let third = holder.submit(&form, &envelope, &[("code", &code)]).await.expect(410);
        assert!(third.text().contains("Aploksne jau ir atvērta"));
        assert!(holder.get(&envelope).await.text().contains("Aploksne jau ir atvērta"));
    }

    async fn three_wrong_codes_lock_it_until_a_clerk_frees_it(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let mut clerk = site.second();
        let (code, envelope) = code_and_envelope(&site.receipt(&mut clerk, &base).await);
        let mut holder = site.browser(None);
        let form = holder.get(&envelope).await;
        for (typed, status) in [("ABCDE-FGHJK", 422), ("x", 422), ("ABCDE-FGHJM", 423)] {
            holder.submit(&form, &envelope, &[("code", typed)]).await.expect(status);
        }
        holder.submit(&form, &envelope, &[("code", &code)]).await.expect(423);
        let page = clerk.get(&base).await.expect(200);
        clerk.submit(&page, &format!("{base}/unlock"), &[]).await.expect(200);
        holder.submit(&form, &envelope, &[("code", &code)]).await.expect(200);
        let timeline = clerk.get(&base).await.text();
        for said in ["Nepareizs PIN aploksnes kods", "PIN aploksne slēgta", "PIN aploksne atslēgta", "PIN aploksne atvērta"] {
            assert!(timeline.contains(said), "{said}");
        }
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn a_last_try_that_was_cut_off_is_freed_by_the_clerk(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let mut clerk = site.second();
        let (code, envelope) = code_and_envelope(&site.receipt(&mut clerk, &base).await);
        let mut holder = site.browser(None);
        let form = holder.get(&envelope).await;
        for typed in ["ABCDE-FGHJK", "ABCDE-FGHJM"] {
            holder.submit(&form, &envelope, &[("code", typed)]).await.expect(422);
        }
        // the node ended between the use of the try and its judgement
        let spent = site.world.db.write(&site.world.cx, |tx, _| {
            Box::pin(tx.run("UPDATE documents_envelope SET tries = tries - 1", &[]))
        });
        assert_eq!(spent.await.unwrap(), 1);
        holder.submit(&form, &envelope, &[("code", &code)]).await.expect(423);
        assert!(holder.get(&envelope).await.text().contains("slēgta"));
        let page = clerk.get(&base).await.expect(200);
        clerk.submit(&page, &format!("{base}/unlock"), &[]).await.expect(200);
        assert!(clerk.get(&base).await.text().contains("PIN aploksne atslēgta"));
        holder.submit(&form, &envelope, &[("code", &code)]).await.expect(200);
    }

    async fn nobody_learns_both_code_and_address(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        // who took the application, and the same human under another entry, do not hand over
        for mut taker in [site.first(), site.clerk("C", "320000-00101")] {
            let page = taker.get(&base).await.expect(200);
            assert!(page.links().iter().all(|l| !l.ends_with("/hand-over")));
            assert!(taker.get(&format!("{base}/hand-over")).await.expect(403).text().contains("documents.hand-over.same-clerk"));
        }
        let mut hander = site.second();
        let (_, envelope) = code_and_envelope(&site.receipt(&mut hander, &base).await);
        let id = envelope.rsplit('/').next().unwrap();
        assert!(!hander.get(&base).await.text().contains(id), "the one who gave the code does not see the address");
        let taken = site.first().get(&base).await;
        assert!(taken.links().iter().any(|l| l.starts_with("mailto:andra@pasts.example?body=") && l.ends_with(id)));
    }

    async fn it_expires(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let (code, envelope) = code_and_envelope(&site.receipt(&mut site.second(), &base).await);
        site.world.clock.advance(SignedDuration::from_hours(24 * 30 + 1));
        let mut holder = site.browser(None);
        assert!(holder.get(&envelope).await.text().contains("termiņš ir beidzies"));
        // Whether the sweeping job or the attempt comes first, nothing is left to open.
        site.work().await;
        let page = holder.get(&envelope).await;
        let token = page.field("_csrf").unwrap_or_else(|| web::testing::cookie(&site.shell, None).1);
        let answer = holder.post_form(&envelope, &[("_csrf", &token), ("code", &code)]).await;
        assert!(matches!(answer.status.as_u16(), 410 | 403), "{answer:?}");
    }

    async fn it_is_not_there_before_the_hand_over(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let id = base.rsplit('/').next().unwrap();
        let mut holder = site.browser(None);
        holder.get(&format!("/pin/{id}")).await.expect(404);
        holder.get("/pin/nothing").await.expect(404);
        site.first().get(&format!("{base}/receipt")).await.expect(409);
    }
}
