use web::{i18n::check, limits, testing};

use crate::sample::{EN, LV, client, shell};

testkit::each_db! {
    async fn every_route_keeps_its_permission(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let wrong = testing::walk(&shell).await;
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(shell.texts().missing().is_empty(), "{:?}", shell.texts().missing());
    }

    async fn statements_prepare(world: World) {
        let all = [web::session::QUERIES, web::client::QUERIES, web::jobs::QUERIES].concat();
        let wrong = world.db.check_queries(&all).await.unwrap();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn pages_speak_both_languages(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |c| c.demo = true);
        let mut c = client(&shell);
        let page = c.get("/sample").await.expect(200);
        assert!(page.text().contains(r#"<html lang="lv">"#) && page.text().contains("<title>Paraugs · Enkurs</title>"));
        let page = c.get("/sample?lang=en&x=1").await.expect(200);
        assert!(page.text().contains(r#"<html lang="en">"#) && page.text().contains("/sample?lang=lv&#38;x=1"), "{page:?}");
        assert!(c.get("/sample").await.text().contains("<h1>Sample</h1>"), "the choice is kept");
        let mut other = client(&shell).header("accept-language", "de, en-GB;q=0.8, lv;q=0.3");
        assert!(other.get("/sample").await.text().contains(r#"<html lang="en">"#));
    }

    async fn faults_are_pages_for_people_and_problems_for_machines(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let page = client(&shell).get("/nowhere").await.expect(404);
        assert!(page.text().contains("Šādas lapas nav") && page.text().contains("web.page.not-found"));
        let mut machine = client(&shell).header("accept", "application/json").header("accept-language", "en");
        let problem = machine.get("/nowhere").await.expect(404);
        assert_eq!(problem.header("content-type"), Some("application/problem+json"));
        let problem: serde_json::Value = problem.json();
        assert_eq!(problem["code"], "web.page.not-found");
        assert_eq!(problem["type"], "/api/errors#web.page.not-found");
        assert!(problem["remedy"].as_str().unwrap().starts_with("Check"));
        let fall = client(&shell).get("/falls").await.expect(500);
        assert!(fall.text().contains("web.internal"));
        let post = client(&shell).post_form("/mine", &[]).await.expect(405);
        assert!(post.text().contains("web.method"));
    }

    async fn answers_carry_the_headers(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |c| c.tls = true);
        let page = client(&shell).get("/sample").await.expect(200);
        let csp = page.header("content-security-policy").unwrap();
        assert!(csp.starts_with("default-src 'none'; script-src 'self'; style-src 'self'") && !csp.contains("unsafe"));
        assert!(page.header("strict-transport-security").is_some() && page.header("x-request-id").is_some());
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert!(page.header("set-cookie").unwrap().starts_with("__Host-enkurs="));
        for word in [" style=", "<style", " onclick=", "<script>"] {
            assert!(!page.text().contains(word), "{word} stands in the page");
        }
        let css = shell.assets().find(|(n, _)| *n == "app.css").unwrap().1.to_owned();
        let css = client(&shell).get(&css).await.expect(200);
        assert_eq!(css.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert!(!css.text().contains("{{"));
    }

    async fn the_api_describes_itself(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let doc: serde_json::Value = client(&shell).get("/api/v1/openapi.json").await.expect(200).json();
        assert_eq!(doc["openapi"], "3.1.0");
        assert_eq!(doc["paths"]["/api/v1/echo"]["post"]["summary"], "Echo");
        assert!(client(&shell).get("/api").await.expect(200).text().contains("/api/v1/echo"));
        assert!(client(&shell).get("/api/errors").await.expect(200).text().contains("web.form.replayed"));
        assert!(shell.texts().missing().is_empty(), "{:?}", shell.texts().missing());
    }

    async fn too_many_requests_are_put_off(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |c| {
            c.limits.rates.insert(limits::Class::Read, limits::Rate { per_minute: 1, burst: 3 });
        });
        let mut c = client(&shell);
        for _ in 0..3 {
            c.get("/sample").await.expect(200);
        }
        let refused = c.get("/sample").await.expect(429);
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait) && refused.text().contains("web.rate.exceeded"));
    }

    async fn health_and_console(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        client(&shell).get("/health/live").await.expect(200);
        client(&shell).get("/health/ready").await.expect(200);
        let mut ops = testkit::Client::new(shell.ops_router());
        ops.get("/").await.expect(200);
        client(&shell).get("/sample").await.expect(200);
        assert!(ops.get("/metrics").await.expect(200).text().contains("http_request_seconds"));
    }
}

#[test]
fn texts_agree() {
    assert_eq!(check::disagreements(web::i18n::Locale { owner: "sample", lv: LV, en: EN }), Vec::<String>::new());
    let templates = ["shell.html", "pages/fault.html", "pages/api.html", "pages/errors.html", "ui/input.html"];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources: Vec<(String, String)> = templates
        .iter()
        .map(|t| ((*t).to_owned(), std::fs::read_to_string(root.join("templates").join(t)).unwrap()))
        .collect();
    let lv = Box::leak(std::fs::read_to_string(root.join("locale/lv.ftl")).unwrap().into_boxed_str());
    let en = Box::leak(std::fs::read_to_string(root.join("locale/en.ftl")).unwrap().into_boxed_str());
    let wrong = testing::texts(web::i18n::Locale { owner: "web", lv, en }, web::shell::CODES, &sources);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
