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
}
