use jiff::SignedDuration;
use testkit::Client;

use crate::sample::{client, shell};

async fn enter(c: &mut Client) {
    let token = c.get("/sample").await.field("_csrf").unwrap();
    let home = c.post_form("/enter", &[("_csrf", &token)]).await.expect(200);
    assert_eq!(home.text(), r#""PNOLV-320000-00001""#);
}

testkit::each_db! {
    async fn a_session_ends_by_the_clock(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let mut c = client(&shell);
        enter(&mut c).await;
        world.clock.advance(SignedDuration::from_mins(29));
        c.get("/mine").await.expect(200);
        world.clock.advance(SignedDuration::from_mins(29));
        c.get("/mine").await.expect(200);
        world.clock.advance(SignedDuration::from_mins(31));
        let gone = c.get_once("/mine").await.expect(303);
        assert_eq!(gone.header("location"), Some("/sign-in?to=/mine"));
        assert!(c.cookie("enkurs").is_none(), "the stale cookie is cleared");
    }

    async fn a_forged_cookie_is_nobody(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let mut c = client(&shell);
        enter(&mut c).await;
        let real = c.cookie("enkurs").unwrap().to_owned();
        for i in [0, 5, 20, 60, real.len() - 2] {
            let mut forged = real.clone().into_bytes();
            forged[i] = if forged[i] == b'A' { b'B' } else { b'A' };
            c.set_cookie("enkurs", std::str::from_utf8(&forged).unwrap());
            assert_eq!(c.get_once("/mine").await.expect(303).header("location"), Some("/sign-in?to=/mine"), "{i}");
        }
        c.set_cookie("enkurs", "nonsense");
        c.get_once("/mine").await.expect(303);
        c.set_cookie("enkurs", &real);
        c.get("/mine").await.expect(200);
    }

    async fn signing_out_ends_copies_too(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let mut c = client(&shell);
        enter(&mut c).await;
        let mut stolen = c.clone();
        let mut elsewhere = client(&shell);
        enter(&mut elsewhere).await;
        stolen.get("/mine").await.expect(200);
        let token = c.get("/sample").await.field("_csrf").unwrap();
        c.post_form("/leave", &[("_csrf", &token)]).await.expect(200);
        for gone in [&mut c, &mut stolen, &mut elsewhere] {
            gone.get_once("/mine").await.expect(303);
        }
        let mut new = client(&shell);
        enter(&mut new).await;
    }

    async fn what_is_taken_away_ends_every_session(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        for subject in ["PNOLV-320000-00001".to_owned(), web::session::human("320000-00001")] {
            let (mut one, mut two) = (client(&shell), client(&shell));
            enter(&mut one).await;
            enter(&mut two).await;
            // another node, with nothing in common but the database
            let work = (&world.cx, subject);
            world.db.write(&work, |tx, (_, s)| Box::pin(web::session::end_all(tx, s))).await.unwrap();
            for gone in [&mut one, &mut two] {
                gone.get_once("/mine").await.expect(303);
            }
            enter(&mut one).await;
        }
    }

    async fn sign_in_changes_every_secret(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let mut c = client(&shell);
        let before = c.get("/sample").await.field("_csrf").unwrap();
        enter(&mut c).await;
        c.post_form("/leave", &[("_csrf", &before)]).await.expect(403);
    }

    async fn a_database_that_is_away_signs_nobody_out(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let mut c = client(&shell);
        enter(&mut c).await;
        world.db.close().await;
        let busy = c.get_once("/mine").await.expect(503);
        assert!(busy.text().contains("web.busy") && busy.header("retry-after").is_some());
        assert!(c.cookie("enkurs").is_some());
        c.get("/sample").await.expect(200);
    }
}
