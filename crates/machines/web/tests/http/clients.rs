//! Programs as callers: tokens, certificates, rights, quotas, long work.

use std::collections::BTreeSet;

use axum::http::Method;
use jiff::SignedDuration;
use pki::testing::{TestEntity, TestKey};
use store::Worker;
use testkit::Client;
use web::{
    Right, Shell,
    client::{self, ClientCertificate, NewClient, Quota},
    testing,
};

use crate::sample::{client as browser, shell};

const PLENTY: Quota = Quota { requests: 1000, bytes: 1_000_000 };

/// A program with a token.
async fn program(shell: &Shell, rights: &[Right], quota: Quota) -> (web::Client, Client) {
    let rights: BTreeSet<Right> = rights.iter().copied().collect();
    let (known, token) = testing::client(shell, &rights, quota).await.unwrap();
    let caller = Client::new(shell.router()).header("authorization", format!("Bearer {token}"));
    (known, caller.header("accept-language", "en"))
}

fn code(answer: &testkit::Answer) -> String {
    answer.json::<serde_json::Value>()["code"].as_str().unwrap_or_default().to_owned()
}

testkit::each_db! {
    async fn a_program_does_what_it_has_the_right_to(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let (known, mut p) = program(&shell, &[Right::Validate], PLENTY).await;
        p.get("/api/v1/judged").await.expect(200);
        p.get("/api/v1/open").await.expect(200);
        for other in ["/api/v1/either", "/mine", "/work", "/any-work"] {
            let refused = p.send(Method::GET, other, None, vec![]).await.expect(403);
            assert!(refused.text().contains("web.permission.denied"), "{other}");
        }
        let own: serde_json::Value = p.get("/api/v1/client").await.expect(200).json();
        assert_eq!(own["id"], known.id.as_str());
        assert_eq!((&own["rights"], &own["method"]), (&serde_json::json!(["validate"]), &"private_key_jwt".into()));
        assert_eq!(own["used"]["requests"], 3, "refused requests are not counted");
        let mut nobody = Client::new(shell.router());
        let refused = nobody.get("/api/v1/judged").await.expect(401);
        assert_eq!((code(&refused).as_str(), refused.header("www-authenticate")), ("web.client.needed", Some("Bearer")));
        let mut person = browser(&shell);
        let token = person.get("/sample").await.field("_csrf").unwrap();
        person.post_form("/enter", &[("_csrf", &token)]).await.expect(200);
        person.get("/api/v1/either").await.expect(200);
        person.get_once("/api/v1/judged").await.expect(403);
    }

    async fn a_token_ends(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let (known, mut p) = program(&shell, &[Right::Validate], PLENTY).await;
        for bad in ["Bearer", "Bearer ", "Basic dGVzdDp0ZXN0", "Bearer x.y.z", &format!("Bearer {}", "a".repeat(9000))] {
            let mut stranger = Client::new(shell.router()).header("authorization", bad);
            for path in ["/api/v1/judged", "/api/v1/open"] {
                let refused = stranger.get(path).await.expect(401);
                assert_eq!(code(&refused), "web.client.token", "{bad}");
                assert_eq!(refused.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
            }
        }
        world.clock.advance(SignedDuration::from_secs(299));
        p.get("/api/v1/judged").await.expect(200);
        world.clock.advance(SignedDuration::from_secs(2));
        assert_eq!(code(&p.get("/api/v1/judged").await.expect(401)), "web.client.token");
        let (_, mut p2) = program(&shell, &[Right::Validate], PLENTY).await;
        p2.get("/api/v1/judged").await.expect(200);

        let (known2, mut p3) = program(&shell, &[Right::Validate], PLENTY).await;
        let work = (&world.cx, known2.id.clone());
        assert!(world.db.write(&work, |tx, (_, id)| Box::pin(client::suspend(tx, id))).await.unwrap());
        p3.get("/api/v1/judged").await.expect(401);
        assert!(world.db.write(&work, |tx, (_, id)| Box::pin(client::resume(tx, id))).await.unwrap());
        p3.get("/api/v1/judged").await.expect(401);
        p2.get("/api/v1/judged").await.expect(200);
        let (_, mut p4) = program(&shell, &[Right::Validate], PLENTY).await;
        let work = (&world.cx, (known.id, BTreeSet::new()));
        let changed = world.db.write(&work, |tx, (_, (id, none))| Box::pin(client::change(tx, id, none, PLENTY)));
        assert!(changed.await.unwrap());
        p4.get("/api/v1/judged").await.expect(200);
    }

    async fn quotas_are_kept_and_begin_anew_each_day(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let (_, mut p) = program(&shell, &[Right::Validate, Right::Preserve], Quota { requests: 4, bytes: 100 }).await;
        let octets = |n: usize| vec![b'x'; n];
        p.post_bytes("/api/v1/take", "application/octet-stream", &octets(60)).await.expect(200);
        let refused = p.post_bytes("/api/v1/take", "application/octet-stream", &octets(41)).await.expect(429);
        assert_eq!(code(&refused), "web.quota.bytes");
        // 09:00 UTC: fifteen hours are left of the day
        assert_eq!(refused.header("retry-after"), Some("54000"));
        p.post_bytes("/api/v1/take", "application/octet-stream", &octets(40)).await.expect(200);
        p.get("/api/v1/judged").await.expect(200);
        p.get("/api/v1/open").await.expect(200);
        let refused = p.get("/api/v1/judged").await.expect(429);
        assert_eq!((code(&refused).as_str(), refused.header("retry-after")), ("web.quota.requests", Some("54000")));
        world.clock.advance(SignedDuration::from_mins(4));
        p.get("/api/v1/judged").await.expect(429);
        world.clock.advance(SignedDuration::from_hours(15));
        let (_, mut other) = program(&shell, &[Right::Validate], Quota { requests: 1, bytes: 0 }).await;
        other.get("/api/v1/judged").await.expect(200);
        other.get("/api/v1/judged").await.expect(429);
        world.clock.advance(SignedDuration::from_secs(1));
        // people are not counted
        let mut person = browser(&shell);
        let token = person.get("/sample").await.field("_csrf").unwrap();
        person.post_form("/enter", &[("_csrf", &token)]).await.expect(200);
        for _ in 0..10 {
            person.get("/api/v1/either").await.expect(200);
        }
    }

    async fn many_at_once_do_not_get_more_than_the_quota(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let (_, p) = program(&shell, &[Right::Validate], Quota { requests: 5, bytes: 0 }).await;
        let all = (0..12).map(|_| {
            let mut p = p.clone();
            async move { p.get("/api/v1/judged").await.status.as_u16() }
        });
        let all = futures_util::future::join_all(all).await;
        assert_eq!(all.iter().filter(|s| **s == 200).count(), 5, "{all:?}");
        assert_eq!(all.iter().filter(|s| **s == 429).count(), 7, "{all:?}");
    }

    async fn a_certificate_is_as_good_as_a_token(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let new = NewClient {
            name: "Lietvedība".to_owned(),
            institution: "Paraugu pārvalde".to_owned(),
            rights: [Right::Validate].into(),
            keys: None,
            certificate: Some(ClientCertificate([7; 32]).hex()),
            quota: PLENTY,
        };
        let work = (&world.cx, new);
        let id = world.db.write(&work, |tx, (_, new)| Box::pin(client::register(tx, new))).await.unwrap().unwrap();
        let again = world.db.write(&work, |tx, (_, new)| Box::pin(client::register(tx, new))).await.unwrap();
        assert!(again.is_none(), "a certificate belongs to one client");
        let with = |digest: [u8; 32]| {
            Client::new(shell.router().layer(axum::Extension(ClientCertificate(digest))))
        };
        let own: serde_json::Value = with([7; 32]).get("/api/v1/client").await.expect(200).json();
        assert_eq!((own["id"].as_str(), own["method"].as_str()), (Some(id.as_str()), Some("mtls")));
        with([7; 32]).get("/api/v1/judged").await.expect(200);
        assert_eq!(code(&with([8; 32]).get("/api/v1/open").await.expect(401)), "web.client.certificate");
        let foreign = with([7; 32]).header("sec-fetch-site", "cross-site").get("/api/v1/judged").await.expect(403);
        assert_eq!(code(&foreign), "web.form.foreign", "a page of another site does not use a browser's certificate");
        let work = (&world.cx, id);
        world.db.write(&work, |tx, (_, id)| Box::pin(client::suspend(tx, id))).await.unwrap();
        assert_eq!(code(&with([7; 32]).get("/api/v1/judged").await.expect(403)), "web.client.suspended");
    }

    async fn long_work_is_seen_by_whoever_asked(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        let (_, mut p) = program(&shell, &[], PLENTY).await;
        let (_, mut other) = program(&shell, &[], PLENTY).await;
        let begun = p.post_bytes("/api/v1/long", "application/json", b"").await.expect(202);
        let place = begun.header("location").unwrap().to_owned();
        assert!(place.starts_with("/api/v1/jobs/"));
        let seen = p.get(&place).await.expect(200);
        assert!(seen.header("retry-after").is_some());
        let seen: serde_json::Value = seen.json();
        assert_eq!((&seen["state"], &seen["done"], &seen["total"]), (&"waiting".into(), &1.into(), &3.into()));
        other.get(&place).await.expect(404);
        Client::new(shell.router()).get_once(&place).await.expect(401);
        p.get("/api/v1/jobs/nothing").await.expect(404);
        p.get("/api/v1/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV").await.expect(404);
        let mut worker: Worker = world.worker();
        let db = world.db.clone();
        worker.on("sample.long", move |cx, job| {
            let db = db.clone();
            async move {
                let work = (&cx, job);
                db.write(&work, |tx, (_, job)| Box::pin(async move {
                    tx.complete(job, &serde_json::json!({ "location": "/api/v1/open" })).await
                })).await?;
                Ok(())
            }
        });
        worker.drain().await.unwrap();
        let seen: serde_json::Value = p.get(&place).await.expect(200).json();
        assert_eq!((&seen["state"], &seen["result"]["location"]), (&"done".into(), &"/api/v1/open".into()));
    }

    async fn a_key_of_a_request_that_died_is_free_again(world: World) {
        let (shell, _) = shell(world.cx.clone(), &world.db, |_| {});
        // as a node leaves it that ends in the middle of the work
        let scope = "127.0.0.1 POST /api/v1/count";
        let dead = world.db.write(&world.cx, |tx, _| {
            Box::pin(store::idempotency::claim(tx, scope, "k1", b"another body", SignedDuration::from_secs(35)))
        });
        assert_eq!(dead.await.unwrap(), store::idempotency::Claim::New);
        let mut c = Client::new(shell.router()).header("idempotency-key", "k1");
        let body = serde_json::json!({});
        c.json(Method::POST, "/api/v1/count", &body).await.expect(422);
        world.clock.advance(SignedDuration::from_secs(36));
        let first: i64 = c.json(Method::POST, "/api/v1/count", &body).await.expect(200).json();
        let second: i64 = c.json(Method::POST, "/api/v1/count", &body).await.expect(200).json();
        assert_eq!((first, second), (0, 0), "done once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_for_clients_tells_whose_certificate_it_is() {
    use axum::{Extension, Router, routing::get};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use web::serve::{Callers, CancellationToken, Listen, serve, tls_for_clients};

    let root = TestEntity::root("Saknes", TestKey::p256());
    let (chain, key) = apart::node(&root, 2, "localhost");
    // the name of a node in it makes nobody a node here
    let other = TestEntity::root("Citi", TestKey::p256());
    let own = apart::node(&other, 3, "portal.nodes");
    let router = Router::new().route(
        "/",
        get(|node: Option<Extension<web::peers::NodeName>>, Extension(c): Extension<ClientCertificate>| async move {
            assert!(node.is_none());
            c.hex()
        }),
    );
    let mut listen = Listen::new(router, Some(tls_for_clients(&chain, &key).unwrap()));
    listen.callers = Callers::Clients;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let stop = CancellationToken::new();
    tokio::spawn(serve(listener, listen, stop.clone()));

    let ask = |with: Option<(Vec<u8>, Vec<u8>)>| {
        let connector = crate::listener::connector(&root, &[b"http/1.1"], with);
        async move {
            let tcp = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
            let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
            let mut stream = connector.connect(name, tcp).await?;
            stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
            let mut out = String::new();
            stream.read_to_string(&mut out).await?;
            Ok::<_, std::io::Error>(out)
        }
    };
    let der = pki::pem_decode(std::str::from_utf8(&own.0).unwrap()).unwrap();
    let digest = pki::DigestAlgorithm::Sha256.of(&der[0].1);
    let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    let said = ask(Some(own.clone())).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 200") && said.ends_with(&hex), "{said}");
    assert!(ask(None).await.is_err(), "a certificate is needed");
    // somebody else's certificate with one's own key
    let (stolen, _) = apart::node(&other, 4, "portal.nodes");
    assert!(ask(Some((stolen, own.1))).await.is_err(), "the key of the certificate is needed");
    stop.cancel();
}
