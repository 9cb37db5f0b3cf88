//! Signatures made by API that are counter-signed in containers, and raised there or beside their files.

use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use testkit::{Client, each_db};
use web::Right;

use crate::{
    bench::Bench,
    forms::{Files, TEXT, Texts, begin, code, hand_out, judge, passed, sign},
};

/// Asks for a file to be raised, with the files it is about after it; the address of the job.
async fn send(program: &mut Client, level: &str, files: Files<'_>) -> String {
    let files: Vec<_> = files.iter().map(|(name, bytes)| ("file", *name, *bytes)).collect();
    let accepted = program.upload(&format!("/api/v1/signatures/augment?level={level}"), &[], &files).await.expect(202);
    accepted.header("location").unwrap().to_owned()
}

/// A raised file.
async fn raise(b: &Bench, program: &mut Client, level: &str, files: Files<'_>) -> Vec<u8> {
    let job = send(program, level, files).await;
    b.work().await;
    let done: Value = program.get(&job).await.expect(200).json();
    assert_eq!(done["state"], "done", "{done:#}");
    // every time stamp and every round of material is a step, writing the file the last one
    assert!(done["total"].as_u64() >= Some(4) && done["done"].as_u64() < done["total"].as_u64(), "{done:#}");
    program.get(done["result"]["file"].as_str().unwrap()).await.expect(200).body.to_vec()
}

/// That so many signatures are there, and all passed.
fn passed_all(report: &Value, count: usize) {
    let signatures = report["signatures"].as_array().unwrap();
    assert!(signatures.iter().all(|s| s["indication"] == "TOTAL_PASSED") && signatures.len() == count, "{report:#}");
}

each_db! {
    async fn signatures_in_containers_are_counter_signed_and_raised(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Sign, Right::Preserve]).await;
        let (one, two): (Files<'_>, Files<'_>) = (&[("Ligums.txt", TEXT)], &[("Ligums.txt", TEXT), ("b.csv", b"a;b\n")]);
        let forms: [(Texts<'_>, Files<'_>); 5] = [
            (&[("format", "edoc")], two),
            (&[("format", "asice")], two),
            (&[("format", "asice"), ("with", "cades")], two),
            (&[("format", "asics")], one),
            (&[("format", "asics"), ("with", "cades")], one),
        ];
        for (texts, files) in forms {
            let (done, name, signed) = sign(&mut program, &[texts, &[("level", "B")]].concat(), files, &b.anna.card).await;
            let name = name.split('"').nth(1).unwrap().to_owned();
            let id = done["report"]["signatures"][0]["id"].as_str().unwrap();
            let counter = [texts[0], ("level", "B"), ("counter", id)];
            let mut file = signed;
            // the second counter-signature goes beside the first one
            for (n, who) in [(1, &b.janis), (2, &b.anna)] {
                let (done, _, countered) = sign(&mut program, &counter, &[(&name, &file)], &who.card).await;
                let signatures = done["report"]["signatures"].as_array().unwrap();
                assert_eq!(signatures.len(), n + 1, "{texts:?} {done:#}");
                for s in &signatures[1..] {
                    assert_eq!((&s["counter_of"], &s["indication"]), (&json!(id), &json!("TOTAL_PASSED")), "{done:#}");
                }
                if n == 1 {
                    hand_out(&b, texts, files, false, &name, ("counter", "B"), &countered);
                    let raised = raise(&b, &mut program, "LTA", &[(&name, &countered)]).await;
                    passed_all(&judge(&b, &[(&name, &raised)]).await, 2);
                    hand_out(&b, texts, files, false, &name, ("counter", "LTA"), &raised);
                }
                file = countered;
            }
            let above = [texts[0], ("level", "LT"), ("counter", id)];
            assert_eq!(code(&begin(&mut program, &above, &[(&name, &file)]).await.expect(422)), "signing.form.impossible");
            let begun: Value = begin(&mut program, &[texts[0], ("level", "B"), ("counter", "nowhere")], &[(&name, &file)]).await.expect(201).json();
            let at = format!("/api/v1/signatures/{}/prepare", begun["id"].as_str().unwrap());
            let certificate = json!({ "certificate": STANDARD.encode(b.janis.card.certificate.der()) });
            let refused = program.json(Method::POST, &at, &certificate).await.expect(422);
            assert_eq!(code(&refused), "signing.signature.unknown", "{texts:?}");
        }
        // what is not signed yet has nothing to be counter-signed
        let begun: Value = begin(&mut program, &[("format", "asice"), ("level", "B"), ("counter", "S1")], two).await.expect(201).json();
        let at = format!("/api/v1/signatures/{}/prepare", begun["id"].as_str().unwrap());
        let certificate = json!({ "certificate": STANDARD.encode(b.janis.card.certificate.der()) });
        assert_eq!(code(&program.json(Method::POST, &at, &certificate).await.expect(422)), "signing.form.impossible");
    }

    async fn detached_signatures_are_raised_with_the_files_they_are_about(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Sign, Right::Preserve]).await;
        let two: Files<'_> = &[("Ligums.txt", TEXT), ("b.csv", b"a;b\n")];
        let forms: [(Texts<'_>, Files<'_>); 3] = [
            (&[("format", "xades"), ("packaging", "detached")], two),
            (&[("format", "cades"), ("packaging", "detached")], &two[..1]),
            (&[("format", "jades"), ("packaging", "detached")], two),
        ];
        for (texts, files) in forms {
            let (_, name, signed) = sign(&mut program, &[texts, &[("level", "B")]].concat(), files, &b.anna.card).await;
            let name = name.split('"').nth(1).unwrap().to_owned();
            let all = [&[(name.as_str(), signed.as_slice())], files].concat();
            let raised = raise(&b, &mut program, "LTA", &all).await;
            passed(&judge(&b, &[&[(name.as_str(), raised.as_slice())], files].concat()).await, &["BASELINE-LTA"]);
            hand_out(&b, texts, files, true, &name, ("raised", "LTA"), &raised);
            // without the files an archive time stamp has nothing to be over
            let alone = send(&mut program, "LTA", &all[..1]).await;
            b.work().await;
            let failed: Value = program.get(&alone).await.expect(200).json();
            assert_eq!((failed["state"].as_str(), failed["code"].as_str()), (Some("failed"), Some("signing.augment.impossible")), "{texts:?}");
        }
    }
}
