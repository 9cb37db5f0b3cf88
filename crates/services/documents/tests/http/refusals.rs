use crate::site::{PERSON, Site, portrait, upload};

testkit::each_db! {
    async fn whoever_took_an_application_does_not_decide_it(world: World) {
        let site = Site::new(world);
        let mut first = site.first();
        let base = site.submitted(&mut first).await;
        let mut second = site.second();
        let form = second.get(&format!("{base}/decide")).await.expect(200);
        let version = form.field("version").unwrap();
        // The same account, and another account of the same human being.
        for mut same in [first.clone(), site.clerk("C", "320000-00101")] {
            same.get(&format!("{base}/decide")).await.expect(403);
            let token = same.get("/clerk").await.field("_csrf").unwrap();
            for step in ["approve", "reject"] {
                let fields = [("_csrf", token.as_str()), ("version", &version), ("why", "tāpat")];
                let answer = same.post_form(&format!("{base}/{step}"), &fields).await.expect(403);
                assert!(answer.text().contains("documents.approve.same-clerk"), "{answer:?}");
            }
        }
        second.submit(&form, &format!("{base}/approve"), &[]).await.expect(200);
    }

    async fn a_form_counts_once(world: World) {
        let site = Site::new(world);
        let (mut first, mut second) = (site.first(), site.second());
        let base = site.draft(&mut first).await;
        let check = first.get(&format!("{base}/check")).await;
        first.submit(&check, &format!("{base}/submit"), &[]).await.expect(200);
        first.submit(&check, &format!("{base}/submit"), &[]).await.expect(409);
        let decide = second.get(&format!("{base}/decide")).await;
        let (mut left, mut right) = (second.clone(), second.clone());
        let (path, other) = (format!("{base}/approve"), format!("{base}/reject"));
        let (a, b) = tokio::join!(
            left.submit(&decide, &path, &[]),
            right.submit(&decide, &other, &[("why", "Fotogrāfijā nav šī persona")]),
        );
        let mut both = [a.status.as_u16(), b.status.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [200, 409], "one decision, whoever comes first");
    }

    async fn no_step_is_skipped(world: World) {
        let site = Site::new(world);
        let (mut first, mut second) = (site.first(), site.second());
        let base = site.draft(&mut first).await;
        let token = second.get("/clerk").await.field("_csrf").unwrap();
        for step in ["approve", "reject", "make", "hand-over"] {
            let fields = [("_csrf", token.as_str()), ("version", "3"), ("why", "x"), ("proof", "passport"), ("face", "yes")];
            let answer = second.post_form(&format!("{base}/{step}"), &fields).await.expect(409);
            assert!(answer.text().contains("documents.application.state"), "{step}: {answer:?}");
        }
        // Another clerk's draft is not to be filled in or submitted.
        let version = first.get(&format!("{base}/check")).await.field("version").unwrap();
        let fields = [("_csrf", token.as_str()), ("version", version.as_str()), ("reason", "first")];
        second.post_form(&format!("{base}/reason"), &fields).await.expect(403);
        second.post_form(&format!("{base}/submit"), &fields[..2]).await.expect(403);
        second.post_form(&format!("{base}/withdraw"), &fields[..2]).await.expect(403);
        for missing in ["/clerk/applications/nothing", "/clerk/applications/01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
            first.get(missing).await.expect(404);
        }
    }

    async fn a_rejection_says_why_and_ends_it(world: World) {
        let site = Site::new(world);
        let (mut first, mut second) = (site.first(), site.second());
        let base = site.submitted(&mut first).await;
        let decide = second.get(&format!("{base}/decide")).await;
        second.submit(&decide, &format!("{base}/reject"), &[("why", "  ")]).await.expect(422);
        second.submit(&decide, &format!("{base}/reject"), &[("why", "Fotogrāfija ir neskaidra")]).await.expect(200);
        assert!(first.get(&base).await.text().contains("Fotogrāfija ir neskaidra"));
        // A new application may begin now; while one is open, another may not.
        let again = site.submitted(&mut first).await;
        assert_ne!(again, base);
        let begin = first.get(&format!("/clerk/applications/new/{PERSON}")).await;
        first.submit(&begin, &begin.path, &[]).await.expect(409);
    }

    async fn children_have_no_card_with_certificates(world: World) {
        let site = Site::new(world);
        *site.peers.born.lock().unwrap() = Some("2012-06-02".into());
        let mut clerk = site.first();
        let begin = clerk.get(&format!("/clerk/applications/new/{PERSON}")).await;
        let answer = clerk.submit(&begin, &begin.path, &[]).await.expect(422);
        assert!(answer.text().contains("documents.apply.too-young"));
        *site.peers.born.lock().unwrap() = Some("2012-06-01".into());
        clerk.submit(&begin, &begin.path, &[]).await.expect(200);
    }

    async fn pictures_are_refused_by_name(world: World) {
        let site = Site::new(world);
        let mut clerk = site.first();
        let base = site.draft(&mut clerk).await;
        let page = clerk.get(&format!("{base}/photo")).await.expect(200);
        let cases: [(&[u8], u16, &str); 4] = [
            (b"", 422, "Izvēlies fotogrāfijas failu"),
            (b"%PDF-1.7 not a picture", 422, "nav JPEG vai PNG"),
            (&portrait()[..4000], 422, "neizdodas nolasīt"),
            (&vec![0xFF; 8_010_000], 413, "par lielu"),
        ];
        for (file, status, said) in cases {
            let answer = upload(&mut clerk, &page, file).await.expect(status);
            assert!(answer.text().contains(said), "{said}: {answer:?}");
        }
        // The earlier photo is still there.
        let photo = clerk.get(&format!("{base}/photo.jpg")).await.expect(200);
        assert_eq!(photo.header("content-type"), Some("image/jpeg"));
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn a_hand_over_needs_proof(world: World) {
        let site = Site::new(world);
        let base = site.ready().await;
        let mut clerk = site.second();
        let ask = clerk.get(&format!("{base}/hand-over")).await.expect(200);
        let path = format!("{base}/hand-over");
        clerk.submit(&ask, &path, &[("face", "yes")]).await.expect(422);
        clerk.submit(&ask, &path, &[("proof", "passport")]).await.expect(422);
        clerk.submit(&ask, &path, &[("proof", "by-heart"), ("face", "yes")]).await.expect(422);
        assert!(site.peers.activated.lock().unwrap().is_empty());
        clerk.submit(&ask, &path, &[("proof", "passport"), ("face", "yes")]).await.expect(200);
        clerk.submit(&ask, &path, &[("proof", "passport"), ("face", "yes")]).await.expect(409);
    }

    async fn an_old_draft_is_given_up(world: World) {
        let site = Site::new(world);
        let mut clerk = site.first();
        let base = site.draft(&mut clerk).await;
        site.world.clock.advance(jiff::SignedDuration::from_hours(24 * 15));
        site.work().await;
        let mut clerk = site.first();
        assert!(clerk.get(&base).await.text().contains("atsaukts"));
        clerk.get(&format!("{base}/photo.jpg")).await.expect(404);
    }
}
