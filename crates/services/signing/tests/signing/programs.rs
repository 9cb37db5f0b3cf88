//! Programs: what they may ask for, and what comes of it.

use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::{DigestAlgorithm, TimeStampToken};
use serde_json::{Value, json};
use testkit::{Answer, Client, each_db};
use web::Right;

use crate::bench::{Bench, pdf, sign_hash};

fn code(answer: &Answer) -> String {
    answer.json::<Value>()["code"].as_str().unwrap_or_default().to_owned()
}

/// Sends a PDF to be signed; gives the address of the errand.
async fn begin(program: &mut Client) -> String {
    let begun = program.upload("/api/v1/signatures", &[("format", "pdf")], &[("file", "Ligums.pdf", &pdf())]).await;
    let begun: Value = begun.expect(201).json();
    format!("/api/v1/signatures/{}", begun["id"].as_str().unwrap())
}

each_db! {
    async fn a_program_prepares_and_finishes_the_signature_of_a_person(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Sign]).await;
        let at = begin(&mut program).await;
        let certificate = json!({ "certificate": STANDARD.encode(b.anna.card.certificate.der()) });
        let prepared: Value =
            program.json(Method::POST, &format!("{at}/prepare"), &certificate).await.expect(200).json();
        let hash = STANDARD.decode(prepared["hash"].as_str().unwrap()).unwrap();
        let value = json!({ "signature": STANDARD.encode(sign_hash(&b.anna.card, &hash)) });
        let done: Value = program.json(Method::POST, &format!("{at}/finish"), &value).await.expect(200).json();
        assert_eq!(done["state"], "done", "{done:#}");
        assert_eq!(done["report"]["signatures"][0]["indication"], "TOTAL_PASSED");
        let file = program.get(&format!("{at}/file")).await.expect(200);
        assert!(file.body.starts_with(&pdf()));
        // the value is taken once, and nobody else sees the errand
        assert_eq!(code(&program.json(Method::POST, &format!("{at}/finish"), &value).await.expect(409)), "signing.errand.order");
        let mut other = b.program(&[Right::Sign]).await;
        assert_eq!(code(&other.get(&at).await.expect(404)), "signing.errand.unknown");
        b.browser(Some(&b.anna)).client.get(&at).await.expect(404);
    }

    async fn a_program_does_only_what_it_has_a_right_to(world: World) {
        let b = Bench::new(world).await;
        let mut validates = b.program(&[Right::Validate]).await;
        validates.upload("/api/v1/signatures", &[], &[("file", "L.pdf", &pdf())]).await.expect(403);
        let stamp = json!({ "hash": STANDARD.encode([1; 32]), "hash_function": "SHA-256" });
        validates.json(Method::POST, "/api/v1/signatures/timestamp", &stamp).await.expect(403);
        validates.post_bytes("/api/v1/signatures/augment?level=T", "application/octet-stream", &pdf()).await.expect(403);
    }

    async fn a_time_stamp_is_over_what_was_sent(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Preserve]).await;
        let at = "/api/v1/signatures/timestamp";
        let hash = DigestAlgorithm::Sha384.of(b"data");
        let asked = json!({ "hash": STANDARD.encode(&hash), "hash_function": "SHA-384" });
        let given: Value = program.json(Method::POST, at, &asked).await.expect(200).json();
        let token = TimeStampToken::from_ber(&STANDARD.decode(given["token"].as_str().unwrap()).unwrap()).unwrap();
        assert_eq!((token.info.digest, token.info.imprint), (DigestAlgorithm::Sha384, hash));
        for wrong in [
            json!({ "hash": STANDARD.encode([1; 32]), "hash_function": "SHA-384" }),
            json!({ "hash": STANDARD.encode([1; 20]), "hash_function": "SHA-1" }),
            json!({ "hash": "?", "hash_function": "SHA-256" }),
            json!({ "hash": "", "hash_function": "SHA-256" }),
        ] {
            assert_eq!(code(&program.json(Method::POST, at, &wrong).await.expect(400)), "signing.request.malformed");
        }
    }

    async fn a_file_is_raised_by_a_job(world: World) {
        let b = Bench::new(world).await;
        let signed = b.browser(Some(&b.anna)).signed(&[("L.pdf", &pdf())], "pdf", &b.anna.card).await;
        let mut program = b.program(&[Right::Preserve]).await;
        let at = "/api/v1/signatures/augment?name=L.pdf&level=LTA";
        let accepted = program.post_bytes(at, "application/octet-stream", &signed).await.expect(202);
        let job = accepted.header("location").unwrap().to_owned();
        assert_eq!(program.get(&job).await.expect(200).json::<Value>()["state"], "waiting");
        b.work().await;
        let done: Value = program.get(&job).await.expect(200).json();
        assert_eq!(done["state"], "done", "{done:#}");
        assert!(done["result"]["renew_before"].is_string(), "{done:#}");
        let file = done["result"]["file"].as_str().unwrap();
        let raised = program.get(file).await.expect(200).body;
        assert!(raised.starts_with(&signed));
        let mut stranger = b.browser(None);
        let verdict: Value =
            stranger.client.post_bytes("/api/v1/signatures/validate", "application/pdf", &raised).await.expect(200).json();
        let s = &verdict["signatures"][0];
        assert_eq!((s["indication"].as_str(), s["level"].as_str()), (Some("TOTAL_PASSED"), Some("PAdES-BASELINE-LTA")), "{s:#}");
        // neither the job nor the file is there for others
        let mut other = b.program(&[Right::Preserve]).await;
        other.get(&job).await.expect(404);
        assert_eq!(code(&other.get(file).await.expect(404)), "signing.work.unknown");
        // what cannot be raised ends with a code
        let plain = program.post_bytes("/api/v1/signatures/augment?level=LT", "application/octet-stream", b"teksts").await;
        let job = plain.expect(202).header("location").unwrap().to_owned();
        b.work().await;
        let failed: Value = program.get(&job).await.expect(200).json();
        assert_eq!((failed["state"].as_str(), failed["code"].as_str()), (Some("failed"), Some("signing.augment.impossible")));
        let wrong = program.post_bytes("/api/v1/signatures/augment?level=XL", "application/octet-stream", &signed).await;
        assert_eq!(code(&wrong.expect(400)), "signing.request.malformed");
    }

    async fn a_kept_file_is_renewed_before_its_time_stamp_ends(world: World) {
        let b = Bench::new(world).await;
        let mut anna = b.browser(Some(&b.anna));
        let page = anna.choose(&[("L.txt", b"teksts")], "edoc").await;
        let done: Value = anna.sign(&page, &b.anna.card).await.expect(200).json();
        let at = done["page"].as_str().unwrap().to_owned();
        let page = anna.client.get(&at).await.expect(200);
        let list = anna.client.submit(&page, &format!("{at}/keep"), &[]).await.expect(200);
        assert!(list.path.starts_with("/kept") && list.text().contains("Gatavo"), "{}", list.text());
        b.work().await;
        let list = anna.client.get("/kept").await.expect(200);
        assert!(list.text().contains("Uzturēts"), "{}", list.text());
        let link = list.links().into_iter().find(|l| l.ends_with("/file")).unwrap();
        let first = anna.client.get(&link).await.expect(200).body;
        // kept twice, it is one file
        let page = anna.client.get(&at).await.expect(200);
        let list = anna.client.submit(&page, &format!("{at}/keep"), &[]).await.expect(200);
        assert_eq!(list.links().iter().filter(|l| l.ends_with("/file")).count(), 1);
        // years later, before the unit's certificate ends
        b.world.clock.advance(jiff::SignedDuration::from_hours(24 * 1600));
        b.work().await;
        b.world.clock.advance(jiff::SignedDuration::from_hours(25));
        b.work().await;
        let second = b.browser(Some(&b.anna)).client.get(&link).await.expect(200).body;
        let shown = b.browser(Some(&b.anna)).client.get("/kept").await.expect(200);
        assert_ne!(first, second, "{}", shown.text());
        let mut stranger = b.browser(None);
        let verdict: Value = stranger
            .client
            .post_bytes("/api/v1/signatures/validate?name=L.edoc", "application/octet-stream", &second)
            .await
            .expect(200)
            .json();
        let s = &verdict["signatures"][0];
        assert_eq!((s["indication"].as_str(), s["level"].as_str()), (Some("TOTAL_PASSED"), Some("XAdES-BASELINE-LTA")), "{s:#}");
        let archives = s["timestamps"].as_array().unwrap().iter().filter(|t| t["type"] == "archive").count();
        assert_eq!(archives, 2, "{s:#}");
        // it is of nobody else, and can be forgotten
        b.browser(Some(&b.janis)).client.get(&link).await.expect(404);
        let mut anna = b.browser(Some(&b.anna));
        let list = anna.client.get("/kept").await.expect(200);
        let forget = link.replace("/file", "/forget");
        let list = anna.client.submit(&list, &forget, &[]).await.expect(200);
        assert!(list.text().contains("Nav neviena"));
        anna.client.get(&link).await.expect(404);
    }
}
