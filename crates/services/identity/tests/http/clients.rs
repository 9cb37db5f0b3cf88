//! Programs: registered by an operator, given tokens for signed statements.

use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use jiff::SignedDuration;
use pki::testing::TestKey;
use serde_json::{Value, json};
use testkit::{Answer, Client, World};

use crate::{
    nation::{Nation, ORIGIN, enter},
    staff::put,
};

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn jwks(key: &TestKey) -> String {
    let public = key.public();
    let (x, y) = public.bits()[1..].split_at(32);
    json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k1", "x": B64.encode(x), "y": B64.encode(y) }] })
        .to_string()
}

fn statement(key: &TestKey, client: &str, jti: &str, at: jiff::Timestamp) -> String {
    let head = json!({ "alg": "ES256", "kid": "k1" });
    let at = at.as_second();
    let claims = json!({ "iss": client, "sub": client, "aud": ORIGIN, "iat": at, "exp": at + 60, "jti": jti });
    let message = format!("{}.{}", B64.encode(head.to_string()), B64.encode(claims.to_string()));
    let value = pki::ecdsa_der_to_raw(&key.sign(message.as_bytes()), 32).unwrap();
    format!("{message}.{}", B64.encode(value))
}

async fn ask(n: &Nation, statement: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields =
        vec![("grant_type", "client_credentials"), ("client_assertion_type", KIND), ("client_assertion", statement)];
    fields.retain(|(name, _)| more.iter().all(|(m, _)| m != name));
    fields.extend(more);
    Client::new(n.shell.router()).post_form("/oauth/token", &fields).await
}

async fn operator(n: &Nation, world: &World) -> Client {
    n.peers.call(&world.cx, put(&["operator"], "Paraugu pārvalde")).await.unwrap();
    let mut c = n.client();
    enter(&mut c, "/sign-in?staff=1&to=/operator/clients", &n.card(10, "320000-00007")).await.expect(200);
    c
}

async fn registered(c: &mut Client, fields: &[(&str, &str)]) -> Answer {
    let page = c.get("/operator/clients").await.expect(200);
    let mut all = vec![("name", "Lietvedība"), ("institution", "Paraugu dome"), ("right-validate", "yes")];
    all.extend(fields);
    c.submit(&page, "/operator/clients", &all).await
}

/// The ids on the page, in its order.
fn ids(page: &Answer) -> Vec<String> {
    let html = page.text();
    let ends = html.split("/operator/clients/").skip(1).filter_map(|t| t.split('/').next().map(str::to_owned));
    ends.filter(|id| id.len() == 26).collect()
}

fn told(a: &Answer) -> (String, String) {
    let v: Value = a.json();
    (v["error"].as_str().unwrap_or_default().to_owned(), v["code"].as_str().unwrap_or_default().to_owned())
}

testkit::each_db! {
    async fn a_program_gets_a_token_for_a_signed_statement(world: World) {
        let n = Nation::new(&world);
        let mut op = operator(&n, &world).await;
        let key = TestKey::p256();
        let page = registered(&mut op, &[("keys", &jwks(&key)), ("right-sign", "yes"), ("requests", "5"), ("mib", "1")]).await;
        let id = ids(&page.expect(200)).remove(0);
        let now = world.cx.now();
        let first = statement(&key, &id, "one", now);
        let granted = ask(&n, &first, &[("scope", "validate")]).await.expect(200);
        assert_eq!(granted.header("cache-control"), Some("no-store"));
        let granted: Value = granted.json();
        assert_eq!((&granted["token_type"], &granted["expires_in"], &granted["scope"]), (&"Bearer".into(), &300.into(), &"validate".into()));
        let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
        let mut program = Client::new(n.shell.router()).header("authorization", bearer);
        let own: Value = program.get("/api/v1/client").await.expect(200).json();
        assert_eq!((&own["id"], &own["rights"]), (&id.as_str().into(), &json!(["validate"])));
        assert_eq!((&own["quota"]["requests"], &own["quota"]["bytes"]), (&5.into(), &(1 << 20).into()));

        let again = ask(&n, &first, &[]).await.expect(401);
        assert_eq!(told(&again), ("invalid_client".into(), "identity.client.replayed".into()));
        let all: Value = ask(&n, &statement(&key, &id, "two", now), &[]).await.expect(200).json();
        assert_eq!(all["scope"], "validate sign");
        // nothing that was refused uses up its jti
        let third = statement(&key, &id, "three", now);
        assert_eq!(told(&ask(&n, &third, &[("scope", "preserve")]).await.expect(400)).1, "identity.client.scope");
        assert_eq!(told(&ask(&n, &third, &[("scope", "all")]).await.expect(400)).0, "invalid_scope");
        assert_eq!(told(&ask(&n, &third, &[("grant_type", "password")]).await.expect(400)).0, "unsupported_grant_type");
        assert_eq!(told(&ask(&n, &third, &[("client_assertion_type", "x")]).await.expect(400)).0, "invalid_request");
        assert_eq!(told(&ask(&n, &third, &[("client_id", "other")]).await.expect(401)).1, "client-assertion.client");
        ask(&n, &third, &[]).await.expect(200);

        let other = TestKey::p256();
        assert_eq!(told(&ask(&n, &statement(&other, &id, "four", now), &[]).await.expect(401)).1, "client-assertion.signature");
        assert_eq!(told(&ask(&n, &statement(&key, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "five", now), &[]).await.expect(401)).1, "identity.client.unknown");
        let late = statement(&key, &id, "six", now - SignedDuration::from_mins(5));
        assert_eq!(told(&ask(&n, &late, &[]).await.expect(401)).1, "client-assertion.time");
        assert_eq!(told(&ask(&n, "x.y.z", &[]).await.expect(401)).1, "client-assertion.form");

        let page = op.get("/operator/clients").await.expect(200);
        let page = op.submit(&page, &format!("/operator/clients/{id}/suspend"), &[]).await.expect(200);
        assert!(page.text().contains("apturēta"));
        program.get("/api/v1/client").await.expect(401);
        assert_eq!(told(&ask(&n, &statement(&key, &id, "seven", now), &[]).await.expect(401)).1, "identity.client.suspended");
        op.submit(&page, &format!("/operator/clients/{id}/resume"), &[]).await.expect(200);
        ask(&n, &statement(&key, &id, "eight", now), &[]).await.expect(200);

        let kinds: Vec<String> = world.db.all("SELECT kind FROM ledger_entry ORDER BY id", &[]).await.unwrap()
            .iter().map(|r| r.text(0).unwrap()).filter(|k| k.starts_with("identity.client")).collect();
        let tokens = kinds.iter().filter(|k| *k == "identity.client.token").count();
        assert_eq!(tokens, 4, "{kinds:?}");
        for kind in ["registered", "suspended", "resumed"] {
            assert!(kinds.contains(&format!("identity.client.{kind}")), "{kinds:?}");
        }
        assert!(n.shell.texts().missing().is_empty(), "{:?}", n.shell.texts().missing());
    }

    async fn an_operator_is_told_what_is_wrong_with_the_form(world: World) {
        let n = Nation::new(&world);
        let mut op = operator(&n, &world).await;
        let key = TestKey::p256();
        let set = jwks(&key);
        let secret = set.replace("\"kid\"", "\"d\":\"AA\",\"kid\"");
        let card = n.card(30, "320000-00031");
        let pem = card.certificate.to_pem();
        for (fields, text) in [
            (vec![], "Ievadi atslēgas vai sertifikātu"),
            (vec![("keys", "{}")], "Atslēgu kopu nevar izmantot"),
            (vec![("keys", secret.as_str())], "Atslēgu kopu nevar izmantot"),
            (vec![("certificate", "nothing")], "Sertifikātu nevar nolasīt"),
            (vec![("keys", set.as_str()), ("requests", "0")], "Ievadi skaitli"),
            (vec![("keys", set.as_str()), ("mib", "99999999999")], "Ievadi skaitli"),
            (vec![("keys", set.as_str()), ("name", " ")], "Ievadi sistēmas nosaukumu"),
            (vec![("keys", set.as_str()), ("name", &"n".repeat(101))], "Ievadi sistēmas nosaukumu"),
        ] {
            let mut all = vec![("requests", "5"), ("mib", "1")];
            all.retain(|(n, _)| fields.iter().all(|(f, _)| f != n));
            all.extend(fields);
            let refused = registered(&mut op, &all).await.expect(422);
            assert!(refused.text().contains(text), "{text}: {}", refused.text());
        }
        let with = [("certificate", pem.as_str()), ("requests", "5"), ("mib", "1")];
        registered(&mut op, &with).await.expect(200);
        let taken = registered(&mut op, &with).await.expect(422);
        assert!(taken.text().contains("pieder citam klientam"));
        assert_eq!(ids(&op.get("/operator/clients").await).len(), 1);
        // a client that only has a certificate gets no token
        let id = ids(&op.get("/operator/clients").await).remove(0);
        assert_eq!(told(&ask(&n, &statement(&key, &id, "one", world.cx.now()), &[]).await.expect(401)).1, "identity.client.unknown");
        let mut person = n.client();
        enter(&mut person, "/sign-in", &n.card(11, "320000-00031")).await.expect(200);
        person.get_once("/operator/clients").await.expect(403);
    }

    async fn the_endpoint_describes_itself_and_reads_forms_only(world: World) {
        let n = Nation::new(&world);
        let mut c = Client::new(n.shell.router());
        let told: Value = c.get("/.well-known/oauth-authorization-server").await.expect(200).json();
        assert_eq!((told["issuer"].as_str(), told["token_endpoint"].as_str()), (Some(ORIGIN), Some("http://127.0.0.1:8080/oauth/token")));
        assert_eq!(told["token_endpoint_auth_methods_supported"], json!(["private_key_jwt"]));
        let body = json!({ "grant_type": "client_credentials" });
        let refused = c.json(Method::POST, "/oauth/token", &body).await.expect(400);
        assert_eq!(refused.json::<Value>()["error"], "unsupported_grant_type");
        c.post_bytes("/oauth/token", "application/x-www-form-urlencoded", &[b'a'; 20_000]).await.expect(413);
    }
}
