use std::sync::atomic::Ordering;

use axum::http::Method;
use web::testing;

use crate::sample::{client, shell};

testkit::each_db! {
    async fn a_form_is_taken_once(world: World) {
        let (shell, app) = shell(world.cx.clone(), &world.db, |_| {});
        let mut c = client(&shell);
        let page = c.get("/sample").await.expect(200);
        let saved = c.submit(&page, "/sample", &[("name", "Anna <b>")]).await.expect(200);
        assert!(saved.text().contains("Saglabāts: Anna &#60;b&#62;"), "{saved:?}");
        let again = c.submit(&page, "/sample", &[("name", "Anna")]).await.expect(409);
        assert!(again.text().contains("web.form.replayed"));
        assert_eq!(app.saved.load(Ordering::SeqCst), 1);
        assert!(!c.get("/sample").await.text().contains("Saglabāts"), "a notice is shown once");
    }

    async fn mistakes_are_shown_where_they_are(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let mut c = client(&shell);
        let page = c.get("/sample").await;
        let wrong = c.submit(&page, "/sample", &[("name", "  ")]).await.expect(422).text();
        assert!(wrong.contains("<title>Kļūda: Paraugs"));
        assert!(wrong.contains("Jāizlabo 1 kļūda") && wrong.contains(r##"<a href="#name">Ievadi vārdu</a>"##));
        assert!(wrong.contains(r#"aria-describedby="name-error""#) && wrong.contains(r#"aria-invalid="true""#));
        assert!(shell.texts().missing().is_empty(), "{:?}", shell.texts().missing());
    }

    async fn foreign_forms_are_refused(world: World) {
        let (shell, app) = shell(world.cx.clone(), &world.db, |_| {});
        let mut c = client(&shell);
        let page = c.get("/sample").await;
        let token = page.field("_csrf").unwrap();
        c.post_form("/sample", &[("name", "A")]).await.expect(403);
        c.post_form("/sample", &[("name", "A"), ("_csrf", "AAAA")]).await.expect(403);
        let mut stranger = client(&shell);
        stranger.get("/sample").await;
        let theirs = stranger.post_form("/sample", &[("name", "A"), ("_csrf", &token)]).await.expect(403);
        assert!(theirs.text().contains("web.form.foreign"));
        let mut crossed = c.clone().header("sec-fetch-site", "cross-site");
        crossed.submit(&page, "/sample", &[("name", "A")]).await.expect(403);
        assert_eq!(app.saved.load(Ordering::SeqCst), 0);
        c.submit(&page, "/sample", &[("name", "A")]).await.expect(200);
    }

    async fn uploads_stream_and_are_limited(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |c| c.limits.upload = 100_000);
        let mut c = client(&shell);
        let token = c.get("/sample").await.field("_csrf").unwrap();
        let files: Vec<(&str, &str, &[u8])> = vec![("file", "C:\\ceļš\\a b.pdf", &[7; 50_000]), ("file", "tukšs", b"")];
        let told: Vec<String> = c.upload("/upload", &[("_csrf", &token)], &files).await.expect(200).json();
        assert_eq!(told, ["a b.pdf:50000", "tukšs:0"]);
        let big = c.upload("/upload", &[("_csrf", &token)], &[("file", "x", &[0; 100_001])]).await.expect(413);
        assert!(big.text().contains("100 kB"), "{big:?}");
        c.upload("/upload", &[], &[("file", "x", b"x")]).await.expect(403);
        c.upload("/upload", &[("a", "b"), ("_csrf", &token)], &[]).await.expect(403);
        c.send(Method::POST, "/upload", Some("multipart/form-data; boundary=x"), b"nonsense".to_vec()).await.expect(400);
        c.send(Method::POST, "/upload", Some("text/plain"), b"nonsense".to_vec()).await.expect(400);
        let form = vec![b'a'; 70_000];
        c.send(Method::POST, "/sample", Some("application/x-www-form-urlencoded"), form).await.expect(413);
    }

    async fn a_request_sent_twice_works_once(world: World) {
        let (shell, app) = shell(world.cx.clone(), &world.db, |_| {});
        let mut c = client(&shell).header("idempotency-key", "k1");
        let body = serde_json::json!({ "a": 1 });
        for _ in 0..2 {
            let n: i64 = c.json(Method::POST, "/api/v1/count", &body).await.expect(200).json();
            assert_eq!(n, 0);
        }
        assert_eq!(app.saved.load(Ordering::SeqCst), 1);
        let other = c.json(Method::POST, "/api/v1/count", &serde_json::json!({ "a": 2 })).await.expect(422);
        assert_eq!(other.json::<serde_json::Value>()["code"], "web.idempotency.different");
        let mut failing = client(&shell).header("idempotency-key", "k2");
        for _ in 0..2 {
            failing.json(Method::POST, "/api/v1/count", &serde_json::json!({ "fail": true })).await.expect(404);
        }
        client(&shell).header("idempotency-key", "").json(Method::POST, "/api/v1/count", &body).await.expect(400);
    }

    async fn scripts_send_the_token_in_a_header(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let (cookie, token) = testing::cookie(&shell, Some(testing::actor(&world.cx, false, &[])));
        let body = serde_json::json!({ "a": 1 });
        let c = || client(&shell).header("cookie", cookie.clone());
        let refused = c().json(Method::POST, "/api/v1/echo", &body).await.expect(403);
        assert_eq!(refused.json::<serde_json::Value>()["code"], "web.form.foreign");
        c().header("x-csrf-token", token.clone()).json(Method::POST, "/api/v1/echo", &body).await.expect(200);
        client(&shell).json(Method::POST, "/api/v1/echo", &body).await.expect(401);
        let mut with = c().header("x-csrf-token", token);
        with.send(Method::POST, "/api/v1/echo", Some("application/json"), b"{".to_vec()).await.expect(400);
        with.send(Method::POST, "/api/v1/echo", Some("text/plain"), b"{}".to_vec()).await.expect(415);
    }
}
