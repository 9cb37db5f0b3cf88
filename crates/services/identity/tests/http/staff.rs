use contract::identity::{EndStaff, FindStaff, PutStaff};

use crate::nation::{Nation, enter};

pub(crate) fn put(roles: &[&str], institution: &str) -> PutStaff {
    PutStaff {
        code: "320000-00007".to_owned(),
        given_name: "Andra".to_owned(),
        surname: "Ozola".to_owned(),
        institution: institution.to_owned(),
        roles: roles.iter().map(|r| (*r).to_owned()).collect(),
        actor: "staff:TEST".to_owned(),
    }
}

testkit::each_db! {
    async fn staff_signs_in_to_work(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        let refused = enter(&mut n.client(), "/sign-in?staff=1", &card).await.expect(422);
        assert!(refused.text().contains("identity.enter.not-staff"));
        let member = n.peers.call(&world.cx, put(&["clerk"], "Paraugu pārvalde")).await.unwrap();
        assert!(member.id.starts_with("staff:") && member.active);
        let mut c = n.client();
        let asked = c.get("/clerk").await.expect(200);
        assert!(asked.path.contains("staff=1"), "{}", asked.path);
        let home = enter(&mut c, "/sign-in?staff=1", &card).await.expect(200);
        assert_eq!((home.path.as_str(), home.text()), ("/clerk", format!("{:?}", member.id)));
        c.get_once("/my").await.expect(403);
        let found = n.peers.call(&world.cx, FindStaff { ids: vec![member.id.clone(), "staff:X".into()] }).await.unwrap();
        assert_eq!(found, [member]);
    }

    async fn one_card_two_lives(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        n.peers.call(&world.cx, put(&["clerk"], "Paraugu pārvalde")).await.unwrap();
        let mut c = n.client();
        let choice = enter(&mut c, "/sign-in?to=/my", &card).await.expect(200);
        assert!(choice.path == "/sign-in/as" && choice.text().contains("Paraugu pārvalde"));
        c.get_once("/my").await.expect(303);
        let again = c.submit(&choice, "/sign-in/as", &[("as", "staff:01ARZ3NDEKTSV4RRFFQ69G5FAV")]).await.expect(200);
        assert_eq!(again.path, "/sign-in/as", "another's place cannot be taken");
        let home = c.submit(&choice, "/sign-in/as", &[("as", "person")]).await.expect(200);
        assert_eq!(home.text(), r#""PNOLV-320000-00007""#);
        c.get_once("/clerk").await.expect(403);
        let mut late = n.client();
        let choice = enter(&mut late, "/sign-in", &card).await;
        world.clock.advance(jiff::SignedDuration::from_mins(6));
        let asked = late.submit(&choice, "/sign-in/as", &[("as", "person")]).await.expect(200);
        assert_eq!(asked.path, "/sign-in");
    }

    async fn rights_end_at_once(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        let member = n.peers.call(&world.cx, put(&["clerk"], "Paraugu pārvalde")).await.unwrap();
        let mut c = n.client();
        enter(&mut c, "/sign-in?staff=1", &card).await.expect(200);
        let end = || EndStaff { id: member.id.clone(), actor: "staff:TEST".to_owned() };
        n.peers.call(&world.cx, end()).await.unwrap();
        n.peers.call(&world.cx, end()).await.unwrap();
        c.get_once("/clerk").await.expect(303);
        let unknown = EndStaff { id: "staff:01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(), actor: String::new() };
        assert_eq!(n.peers.call(&world.cx, unknown).await.unwrap_err().code, "identity.staff.unknown");
        for (call, code) in [
            (PutStaff { code: "32000000007".to_owned(), ..put(&[], "A") }, "identity.staff.code"),
            (PutStaff { surname: " ".to_owned(), ..put(&[], "A") }, "identity.staff.name"),
            (put(&[], ""), "identity.staff.institution"),
            (put(&["king"], "A"), "identity.staff.role"),
        ] {
            assert_eq!(n.peers.call(&world.cx, call).await.unwrap_err().code, code);
        }
    }

    async fn a_session_does_not_begin_with_what_was_taken_away(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        let one = n.peers.call(&world.cx, put(&["clerk", "operator"], "Paraugu pārvalde")).await.unwrap();
        n.peers.call(&world.cx, put(&["clerk"], "Cita iestāde")).await.unwrap();
        // the card has proved itself; while the question "as whom?" is open, the roles change, then the work ends
        let mut c = n.client();
        let choice = enter(&mut c, "/sign-in?staff=1", &card).await.expect(200);
        n.peers.call(&world.cx, put(&["operator"], "Paraugu pārvalde")).await.unwrap();
        c.submit(&choice, "/sign-in/as", &[("as", one.id.as_str())]).await;
        c.get_once("/clerk").await.expect(403);
        let mut late = n.client();
        let choice = enter(&mut late, "/sign-in?staff=1", &card).await.expect(200);
        n.peers.call(&world.cx, EndStaff { id: one.id.clone(), actor: "staff:TEST".to_owned() }).await.unwrap();
        late.submit(&choice, "/sign-in/as", &[("as", one.id.as_str())]).await;
        late.get_once("/clerk").await.expect(303);
        // the card itself is taken away while the question is open
        n.peers.call(&world.cx, put(&["clerk"], "Paraugu pārvalde")).await.unwrap();
        let mut lost = n.client();
        let choice = enter(&mut lost, "/sign-in", &card).await.expect(200);
        let human = web::session::human("320000-00007");
        let work = (&world.cx, human);
        world.db.write(&work, |tx, (_, human)| Box::pin(web::session::end_all(tx, human))).await.unwrap();
        for place in ["person", one.id.as_str()] {
            lost.clone().submit(&choice, "/sign-in/as", &[("as", place)]).await;
            lost.get_once("/my").await.expect(303);
            lost.get_once("/clerk").await.expect(303);
        }
    }

    async fn a_manager_keeps_the_register(world: World) {
        let n = Nation::new(&world);
        let card = n.card(10, "320000-00007");
        let me = n.peers.call(&world.cx, put(&["staff-manager"], "Paraugu pārvalde")).await.unwrap();
        let other = PutStaff { code: "320000-00009".to_owned(), ..put(&["clerk"], "Cita iestāde") };
        let other = n.peers.call(&world.cx, other).await.unwrap();
        let mut c = n.client();
        enter(&mut c, "/sign-in?staff=1&to=/staff", &card).await.expect(200);
        let page = c.get("/staff").await.expect(200);
        assert!(!page.text().contains("Cita iestāde"));
        let wrong = c.submit(&page, "/staff", &[("code", "1"), ("given", "Jānis"), ("family", "Liepa")]).await.expect(422);
        assert!(wrong.text().contains("Tas nav personas kods"));
        let fields = [("code", "320000-00008"), ("given", "Jānis"), ("family", "Liepa")];
        assert!(c.submit(&page, "/staff", &fields).await.expect(422).text().contains("vismaz vienu lomu"));
        let fields = [fields[0], fields[1], fields[2], ("role-clerk", "yes")];
        let done = c.submit(&page, "/staff", &fields).await.expect(200);
        assert!(done.text().contains("Jānis Liepa ir ierakstīts"));
        c.submit(&page, "/staff", &fields).await.expect(409);
        let jani = done.text().split("/staff/").nth(1).unwrap()[..26].to_owned();
        let gone = c.submit(&done, &format!("/staff/{jani}/end"), &[]).await.expect(200);
        assert!(gone.text().contains("vairs nestrādā"));
        let token = gone.field("_csrf").unwrap();
        let path = |id: &str| format!("/staff/{}/end", id.trim_start_matches("staff:"));
        c.post_form(&path(&other.id), &[("_csrf", &token)]).await.expect(404);
        c.post_form(&path(&me.id), &[("_csrf", &token)]).await.expect(422);
        assert!(n.shell.texts().missing().is_empty(), "{:?}", n.shell.texts().missing());
    }
}
