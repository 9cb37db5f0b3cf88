//! What must not work.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::{
    KeyUsage,
    testing::{TestKey, leaf_extensions},
};
use serde_json::{Value, json};
use signing::Config;
use testkit::each_db;

use crate::bench::{Bench, api, pdf, sign_hash};

/// Names and contents.
type Files<'f> = &'f [(&'f str, &'f [u8])];

const TEXT: &[u8] = b"Teksts\n";

fn code(answer: &testkit::Answer) -> String {
    answer.json::<Value>()["code"].as_str().unwrap_or_default().to_owned()
}

each_db! {
    async fn a_prepared_signature_is_used_once(world: World) {
        let b = Bench::new(world).await;
        let mut browser = b.browser(Some(&b.anna));
        let page = browser.choose(&[("a.txt", TEXT)], "edoc").await;
        let api = api(&page);
        let finish = format!("{api}/finish");
        let certificate = json!({ "certificate": STANDARD.encode(b.anna.card.certificate.der()) });
        // nothing prepared yet
        let early = browser.script(&page, &finish, &json!({ "signature": "AAAA" })).await.expect(409);
        assert_eq!(code(&early), "signing.errand.order");
        let prepared: Value = browser.script(&page, &format!("{api}/prepare"), &certificate).await.expect(200).json();
        let hash = STANDARD.decode(prepared["hash"].as_str().unwrap()).unwrap();
        // a wrong value, and one over something else
        let wrong = browser.script(&page, &finish, &json!({ "signature": STANDARD.encode([1; 96]) })).await.expect(422);
        assert_eq!(code(&wrong), "signing.value.wrong");
        let other = sign_hash(&b.anna.card, &pki::DigestAlgorithm::Sha384.of(b"other"));
        browser.script(&page, &finish, &json!({ "signature": STANDARD.encode(other) })).await.expect(422);
        // another card
        let foreign = sign_hash(&b.janis.card, &hash);
        browser.script(&page, &finish, &json!({ "signature": STANDARD.encode(foreign) })).await.expect(422);
        // prepared anew: the first hash is worth nothing
        browser.script(&page, &format!("{api}/prepare"), &certificate).await.expect(200);
        b.world.clock.advance(jiff::SignedDuration::from_secs(2));
        let anew: Value = browser.script(&page, &format!("{api}/prepare"), &certificate).await.expect(200).json();
        let old = json!({ "signature": STANDARD.encode(sign_hash(&b.anna.card, &hash)) });
        browser.script(&page, &finish, &old).await.expect(422);
        let new = STANDARD.decode(anew["hash"].as_str().unwrap()).unwrap();
        let new = json!({ "signature": STANDARD.encode(sign_hash(&b.anna.card, &new)) });
        browser.script(&page, &finish, &new).await.expect(200);
        // replayed
        let replayed = browser.script(&page, &finish, &new).await.expect(409);
        assert_eq!(code(&replayed), "signing.errand.order");
        browser.script(&page, &format!("{api}/prepare"), &certificate).await.expect(409);
    }

    async fn an_errand_is_of_one_person_and_one_session(world: World) {
        let b = Bench::new(world).await;
        let mut anna = b.browser(Some(&b.anna));
        let page = anna.choose(&[("a.txt", TEXT)], "edoc").await;
        let api = api(&page);
        let id = api.rsplit('/').next().unwrap().to_owned();
        let body = json!({ "certificate": STANDARD.encode(b.anna.card.certificate.der()) });
        for mut other in [b.browser(Some(&b.janis)), b.browser(Some(&b.anna))] {
            let own = other.client.get("/sign/files").await.expect(200);
            other.client.get(&format!("/sign/{id}")).await.expect(404);
            other.client.get(&format!("/sign/{id}/original/0")).await.expect(404);
            other.client.get(&format!("/sign/{id}/file")).await.expect(404);
            let refused = other.script(&own, &format!("{api}/prepare"), &body).await.expect(404);
            assert_eq!(code(&refused), "signing.errand.unknown");
        }
        // not signed in: to the sign-in page, or a problem
        let mut nobody = b.browser(None);
        let to = nobody.client.get_once(&format!("/sign/{id}")).await.expect(303);
        assert!(to.header("location").unwrap().starts_with("/sign-in?to="));
        nobody.with_token("x", &format!("{api}/prepare"), &body).await.expect(401);
        // a forged session is none
        let mut forged = b.browser(Some(&b.anna));
        let cookie = forged.client.cookie("enkurs").unwrap().to_owned();
        let mut bytes = cookie.into_bytes();
        let at = bytes.len() / 2;
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        forged.client.set_cookie("enkurs", &String::from_utf8(bytes).unwrap());
        forged.client.get_once("/sign/files").await.expect(303);
        // a foreign form
        let foreign = anna.with_token("forged", &format!("{api}/prepare"), &body).await.expect(403);
        assert_eq!(code(&foreign), "web.form.foreign");
    }

    async fn an_errand_ends(world: World) {
        let b = Bench::new(world).await;
        let mut browser = b.browser(Some(&b.anna));
        let page = browser.choose(&[("a.txt", TEXT)], "edoc").await;
        let api = api(&page);
        b.app.engine();
        // the session lives on because it is used
        for _ in 0..5 {
            b.world.clock.advance(jiff::SignedDuration::from_mins(13));
            browser.client.get("/sign/files").await;
        }
        let body = json!({ "certificate": STANDARD.encode(b.anna.card.certificate.der()) });
        let late = browser.script(&page, &format!("{api}/prepare"), &body).await.expect(410);
        assert_eq!(code(&late), "signing.errand.expired");
    }

    async fn only_the_own_valid_signature_certificate_signs(world: World) {
        let b = Bench::new(world).await;
        let mut browser = b.browser(Some(&b.anna));
        let page = browser.choose(&[("a.txt", TEXT)], "edoc").await;
        let prepare = format!("{}/prepare", api(&page));
        let mut refused = async |der: &[u8]| {
            let answer = browser.script(&page, &prepare, &json!({ "certificate": STANDARD.encode(der) })).await;
            code(&answer)
        };
        assert_eq!(refused(b"nonsense").await, "signing.certificate.unreadable");
        assert_eq!(refused(b.janis.card.certificate.der()).await, "signing.certificate.other-person");
        let key = TestKey::p384();
        let extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[]);
        let subject = b.anna.card.certificate.subject().clone();
        let authentication = b.core.ca.issue(40, "x", key, extensions, |t| t.subject = subject.clone());
        assert_eq!(refused(authentication.certificate.der()).await, "signing.certificate.purpose");
        let stranger = pki::testing::TestEntity::root("Cita sakne", TestKey::p256());
        let key = TestKey::p384();
        let extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
        let foreign = stranger.issue(41, "x", key, extensions, |t| t.subject = subject.clone());
        assert_eq!(refused(foreign.certificate.der()).await, "signing.certificate.issuer");
        let key = TestKey::p384();
        let extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
        let old = b.core.ca.issue(42, "x", key, extensions, |t| {
            t.subject = subject.clone();
            t.not_after = pki::testing::day(10);
        });
        assert_eq!(refused(old.certificate.der()).await, "signing.certificate.expired");
        // issued but not activated: on hold
        b.core.hold(&b.anna.card.certificate, b.world.cx.now());
        assert_eq!(refused(b.anna.card.certificate.der()).await, "signing.certificate.revoked");
        b.core.set(&b.anna.card.certificate, pki::CertStatus::Good);
        let answer = browser.script(&page, &prepare, &json!({ "certificate": STANDARD.encode(b.anna.card.certificate.der()) })).await;
        answer.expect(200);
    }

    async fn unfit_files_are_named(world: World) {
        let b = Bench::with(world, Config { files: 3, file_size: 200_000_000, ..Config::default() }).await;
        let mut browser = b.browser(Some(&b.anna));
        let cases: [(Files<'_>, &str); 4] = [
            (&[], "Nav izvēlēts neviens fails"),
            (&[("tukss.txt", b"")], "Fails tukss.txt ir tukšs"),
            (&[("a.txt", TEXT), ("A.TXT", TEXT)], "Divu failu nosaukums ir A.TXT"),
            (&[("a", TEXT), ("b", TEXT), ("c", TEXT), ("d", TEXT)], "Failu ir vairāk nekā 3"),
        ];
        for (files, text) in cases {
            let page = browser.upload("/sign/files", files).await.expect(422);
            assert!(page.text().contains(text), "{text}: {}", page.text());
        }
        // what cannot be signed as PDF can still be signed in a container
        for (name, bytes) in [("bojats.pdf", pdf()[..300].to_vec()), ("sifrets.pdf", encrypted())] {
            let page = browser.choose(&[(name, &bytes)], "edoc").await;
            assert!(page.text().contains("Šo PDF nevar parakstīt kā PDF"), "{name}");
        }
        browser.signed(&[("arhivs.zip", b"PK\x03\x04 nested")], "asice", &b.anna.card).await;
    }

    async fn above_the_limit_is_refused_by_name(world: World) {
        let b = Bench::with(world, Config { file_size: 50_000, ..Config::default() }).await;
        let mut browser = b.browser(Some(&b.anna));
        let big = vec![b'x'; 60_000];
        for path in ["/sign/files", "/validate"] {
            let page = browser.upload(path, &[("liels.bin", &big)]).await.expect(413);
            assert!(page.text().contains("50 kB"), "{}", page.text());
        }
        let answer = browser.client.post_bytes("/api/v1/signatures/validate", "application/octet-stream", &big).await.expect(413);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(code(&answer), "web.body.too-large");
        assert!(answer.text().contains("50 kB"));
    }
}

fn encrypted() -> Vec<u8> {
    let text = String::from_utf8(pdf()).unwrap().replace("/Root 1 0 R", "/Root 1 0 R/Encrypt 5 0 R");
    text.into_bytes()
}
