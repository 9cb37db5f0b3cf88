//! Signatures of every form by API: begun, prepared, finished, judged.

use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::testing::TestEntity;
use serde_json::{Value, json};
use testkit::{Answer, Client, each_db};
use web::Right;

use crate::bench::{Bench, pdf, sign_hash};

pub(crate) type Texts<'t> = &'t [(&'t str, &'t str)];
pub(crate) type Files<'f> = &'f [(&'f str, &'f [u8])];

const XML: &[u8] =
    "<?xml version=\"1.0\"?>\n<līgums xmlns=\"urn:l\"><teksts Id=\"a\">Vienošanās</teksts></līgums>\n".as_bytes();
pub(crate) const TEXT: &[u8] = "Vienošanās: maksāt līdz 1. decembrim.\n".as_bytes();

pub(crate) fn code(answer: &Answer) -> String {
    answer.json::<Value>()["code"].as_str().unwrap_or_default().to_owned()
}

/// Puts a signed file where judges that are not ours find it (`conformance/rest`): in the folder that `ENKURS_FORMS` names, in a part of it for
/// each set of files that a signature is over. The form is named by what was asked for.
pub(crate) fn hand_out(
    b: &Bench,
    texts: Texts<'_>,
    files: Files<'_>,
    detached: bool,
    named: &str,
    (variant, level): (&str, &str),
    file: &[u8],
) {
    let Ok(dir) = std::env::var("ENKURS_FORMS") else { return };
    let part = if files.len() > 1 { "two" } else { "one" };
    let ours = b.hand_out(std::path::Path::new(&dir), part, files);
    let mut words: Vec<&str> = [part].into_iter().chain(texts.iter().map(|(_, v)| *v)).collect();
    if detached && !words.contains(&"detached") {
        words.push("detached");
    }
    words.extend([variant, "p384", level].into_iter().filter(|w| !w.is_empty()));
    let extension = named.rsplit('.').next().unwrap();
    std::fs::write(ours.join(format!("{}.{extension}", words.join("-"))), file).unwrap();
}

/// Begins a signature.
pub(crate) async fn begin(program: &mut Client, texts: Texts<'_>, files: Files<'_>) -> Answer {
    let files: Vec<_> = files.iter().map(|(name, bytes)| ("file", *name, *bytes)).collect();
    program.upload("/api/v1/signatures", texts, &files).await
}

/// A signature by this card: the state at its end and the file.
pub(crate) async fn sign(
    program: &mut Client,
    texts: Texts<'_>,
    files: Files<'_>,
    card: &TestEntity,
) -> (Value, String, Vec<u8>) {
    let begun: Value = begin(program, texts, files).await.expect(201).json();
    let at = format!("/api/v1/signatures/{}", begun["id"].as_str().unwrap());
    let certificate = json!({ "certificate": STANDARD.encode(card.certificate.der()) });
    let prepared: Value = program.json(Method::POST, &format!("{at}/prepare"), &certificate).await.expect(200).json();
    let hash = STANDARD.decode(prepared["hash"].as_str().unwrap()).unwrap();
    let value = json!({ "signature": STANDARD.encode(sign_hash(card, &hash)) });
    let done: Value = program.json(Method::POST, &format!("{at}/finish"), &value).await.expect(200).json();
    assert_eq!(done["state"], "done", "{texts:?}: {done:#}");
    let file = program.get(&format!("{at}/file")).await.expect(200);
    let name = file.header("content-disposition").unwrap().to_owned();
    (done, name, file.body.to_vec())
}

/// The verdict of the API about the first of these files.
pub(crate) async fn judge(b: &Bench, files: Files<'_>) -> Value {
    let files: Vec<_> = files.iter().map(|(name, bytes)| ("file", *name, *bytes)).collect();
    b.browser(None).client.upload("/api/v1/signatures/validate", &[], &files).await.expect(200).json()
}

/// That all signatures passed at these levels, whose names end so.
pub(crate) fn passed(report: &Value, levels: &[&str]) {
    let signatures = report["signatures"].as_array().unwrap();
    assert_eq!(signatures.len(), levels.len(), "{report:#}");
    for (s, level) in signatures.iter().zip(levels) {
        assert_eq!(s["indication"], "TOTAL_PASSED", "{report:#}");
        assert!(s["level"].as_str().unwrap().ends_with(level), "{level}: {report:#}");
    }
}

each_db! {
    async fn every_form_is_made_at_every_level(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Sign]).await;
        let pdf = pdf();
        let (one, xml, two): (Files<'_>, Files<'_>, Files<'_>) =
            (&[("Ligums.txt", TEXT)], &[("Ligums.xml", XML)], &[("Ligums.txt", TEXT), ("b.csv", b"a;b\n")]);
        // what is asked for, the files, how the result is named, whether the files stand beside it
        let forms: [(Texts<'_>, Files<'_>, &str, bool); 16] = [
            (&[("format", "pdf")], &[("Ligums.pdf", &pdf)], "Ligums.pdf", false),
            (&[("format", "edoc")], two, "Ligums.edoc", false),
            (&[("format", "asice")], two, "Ligums.asice", false),
            (&[("format", "asice"), ("with", "cades")], two, "Ligums.asice", false),
            (&[("format", "asics")], one, "Ligums.asics", false),
            (&[("format", "asics"), ("with", "cades")], one, "Ligums.asics", false),
            (&[("format", "xades")], xml, "Ligums.xml", false),
            (&[("format", "xades"), ("packaging", "enveloping")], one, "Ligums.txt.xades.xml", false),
            (&[("format", "xades"), ("packaging", "detached")], one, "Ligums.txt.xades.xml", true),
            (&[("format", "xades")], two, "Ligums.txt.xades.xml", true),
            (&[("format", "cades")], one, "Ligums.txt.p7m", false),
            (&[("format", "cades"), ("packaging", "detached")], one, "Ligums.txt.p7s", true),
            (&[("format", "jades")], one, "Ligums.txt.json", false),
            (&[("format", "jades"), ("serialization", "general")], one, "Ligums.txt.json", false),
            (&[("format", "jades"), ("packaging", "detached")], two, "Ligums.txt.json", true),
            (&[("format", "jades"), ("serialization", "compact")], one, "Ligums.txt.jws", false),
        ];
        for (texts, files, named, detached) in forms {
            for level in ["B", "T", "LT", "LTA"] {
                let asked = [texts, &[("level", level)]].concat();
                if texts.contains(&("serialization", "compact")) && level != "B" {
                    assert_eq!(code(&begin(&mut program, &asked, files).await.expect(422)), "signing.form.impossible");
                    continue;
                }
                let (done, name, file) = sign(&mut program, &asked, files, &b.anna.card).await;
                assert_eq!(done["level"], level);
                assert!(name.contains(&format!("\"{named}\"")), "{name}, {named}");
                passed(&done["report"], &[&format!("BASELINE-{level}")]);
                let beside = if detached { files } else { &[] };
                let report = judge(&b, &[&[(named, file.as_slice())], beside].concat()).await;
                passed(&report, &[&format!("BASELINE-{level}")]);
                hand_out(&b, texts, files, detached, named, ("", level), &file);
                if detached {
                    let alone = judge(&b, &[(named, &file)]).await;
                    assert_ne!(alone["signatures"][0]["indication"], "TOTAL_PASSED", "{alone:#}");
                }
            }
        }
    }

    async fn a_signed_file_of_every_form_gets_one_more(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Sign]).await;
        let (one, xml): (Files<'_>, Files<'_>) = (&[("L.txt", TEXT)], &[("L.xml", XML)]);
        let forms: [(Texts<'_>, Files<'_>, &str, bool); 10] = [
            (&[("format", "edoc")], one, "L.edoc", false),
            (&[("format", "asics")], one, "L.asics", false),
            (&[("format", "asice"), ("with", "cades")], one, "L.asice", false),
            (&[("format", "asics"), ("with", "cades")], one, "L.asics", false),
            (&[("format", "xades")], xml, "L.xml", false),
            (&[("format", "xades"), ("packaging", "detached")], one, "L.txt.xades.xml", true),
            (&[("format", "cades")], one, "L.txt.p7m", false),
            (&[("format", "cades"), ("packaging", "detached")], one, "L.txt.p7s", true),
            (&[("format", "jades")], one, "L.txt.json", false),
            (&[("format", "jades"), ("packaging", "detached")], one, "L.txt.json", true),
        ];
        for (texts, files, named, detached) in forms {
            let (_, _, first) = sign(&mut program, texts, files, &b.anna.card).await;
            let beside = if detached { files } else { &[] };
            let sent = [&[(named, first.as_slice())], beside].concat();
            let again = [&texts[..1], &[("level", "LT")]].concat();
            let (_, _, both) = sign(&mut program, &again, &sent, &b.janis.card).await;
            let report = judge(&b, &[&[(named, both.as_slice())], beside].concat()).await;
            passed(&report, &["BASELINE-LT", "BASELINE-LT"]);
            hand_out(&b, texts, files, detached, named, ("several", "LT"), &both);
            let names: Vec<_> = (0..2).map(|n| report["signatures"][n]["signed_by"]["common_name"].clone()).collect();
            assert_eq!(names, ["Anna Paraudziņa", "Jānis Piemērs"], "{texts:?}");
        }
    }

    async fn counter_signatures_and_claims_are_in_the_file(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Sign]).await;
        let hash = STANDARD.encode(pki::DigestAlgorithm::Sha256.of(b"policy"));
        let claims: Texts<'_> = &[
            ("role", "Valdes loceklis"),
            ("role", "Grāmatvede"),
            ("city", "Rīga"),
            ("country", "LV"),
            ("commitment", "1.2.840.113549.1.9.16.6.1"),
            ("policy", "1.3.6.1.4.1.99999.1"),
            ("policy_hash", &hash),
            ("policy_hash_function", "SHA-256"),
            ("policy_uri", "https://example.lv/policy.pdf"),
        ];
        let forms: [(Texts<'_>, Files<'_>); 3] = [
            (&[("format", "xades")], &[("L.xml", XML)]),
            (&[("format", "cades")], &[("L.txt", TEXT)]),
            (&[("format", "jades")], &[("L.txt", TEXT)]),
        ];
        for (form, files) in forms {
            let format = form[0].1;
            let texts = [form, &[("level", "B")], claims].concat();
            let (done, name, first) = sign(&mut program, &texts, files, &b.anna.card).await;
            passed(&done["report"], &["BASELINE-B"]);
            let name = name.split('"').nth(1).unwrap().to_owned();
            // the claims are there for whoever reads the file with other means: in XML as they stand, else as encoded
            let has = |text: &str| {
                let told = String::from_utf8_lossy(&first).into_owned();
                let header = told.split('"').filter_map(|p| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(p).ok());
                told.contains(text) || header.into_iter().any(|h| String::from_utf8_lossy(&h).contains(text))
            };
            for text in ["Valdes loceklis", "Grāmatvede", "Rīga", "https://example.lv/policy.pdf"] {
                assert!(has(text), "{format} {text}");
            }
            let id = done["report"]["signatures"][0]["id"].as_str().unwrap();
            let counter = [("format", format), ("level", "B"), ("counter", id)];
            let (_, _, both) = sign(&mut program, &counter, &[(&name, &first)], &b.janis.card).await;
            let report = judge(&b, &[(&name, &both)]).await;
            let countered = &report["signatures"][1];
            assert_eq!((&countered["counter_of"], &countered["indication"]), (&json!(id), &json!("TOTAL_PASSED")), "{report:#}");
            hand_out(&b, form, files, false, &name, ("counter", "B"), &both);
            let begun: Value =
                begin(&mut program, &[("format", format), ("level", "B"), ("counter", "nowhere")], &[(&name, &first)]).await.expect(201).json();
            let at = format!("/api/v1/signatures/{}/prepare", begun["id"].as_str().unwrap());
            let certificate = json!({ "certificate": STANDARD.encode(b.janis.card.certificate.der()) });
            let refused = program.json(Method::POST, &at, &certificate).await.expect(422);
            assert_eq!(code(&refused), "signing.signature.unknown", "{format}");
        }
    }

    async fn what_does_not_go_together_is_refused(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Sign]).await;
        let (one, two): (Files<'_>, Files<'_>) = (&[("L.txt", TEXT)], &[("L.txt", TEXT), ("b.csv", b"a;b\n")]);
        let malformed: [Texts<'_>; 9] = [
            &[("format", "docx")],
            &[("level", "LT")],
            &[("format", "xades"), ("level", "XL")],
            &[("format", "xades"), ("packaging", "boxed")],
            &[("format", "xades"), ("format", "cades")],
            &[("format", "xades"), ("policy", "1.2.3")],
            &[("format", "xades"), ("policy", "1.2.3"), ("policy_hash", "AAAA"), ("policy_hash_function", "SHA-256")],
            &[("format", "xades"), ("lvl", "B")],
            &[("format", "xades"), ("role", "")],
        ];
        for texts in malformed {
            assert_eq!(code(&begin(&mut program, texts, one).await.expect(400)), "signing.request.malformed", "{texts:?}");
        }
        assert_eq!(code(&begin(&mut program, &[("format", "asics")], two).await.expect(422)), "signing.format.impossible");
        assert_eq!(code(&begin(&mut program, &[("format", "pdf")], one).await.expect(422)), "signing.format.impossible");
        let certificate = json!({ "certificate": STANDARD.encode(b.anna.card.certificate.der()) });
        let late: [(Texts<'_>, Files<'_>, &str); 9] = [
            (&[("format", "xades"), ("packaging", "enveloped")], one, "signing.xml.refused"),
            (&[("format", "xades"), ("packaging", "attached")], one, "signing.form.impossible"),
            (&[("format", "xades"), ("packaging", "enveloping")], two, "signing.form.impossible"),
            (&[("format", "cades")], two, "signing.form.impossible"),
            (&[("format", "cades"), ("packaging", "enveloped")], one, "signing.form.impossible"),
            (&[("format", "jades"), ("packaging", "enveloping")], one, "signing.form.impossible"),
            (&[("format", "edoc"), ("packaging", "detached")], one, "signing.form.impossible"),
            (&[("format", "edoc"), ("with", "cades")], one, "signing.form.impossible"),
            (&[("format", "cades"), ("commitment", "proof")], one, "signing.claim.refused"),
        ];
        for (texts, files, refusal) in late {
            let begun: Value = begin(&mut program, texts, files).await.expect(201).json();
            let at = format!("/api/v1/signatures/{}/prepare", begun["id"].as_str().unwrap());
            assert_eq!(code(&program.json(Method::POST, &at, &certificate).await.expect(422)), refusal, "{texts:?}");
        }
        // what would have to be held whole is refused by its size, not by running out of memory
        let large = vec![b'a'; 40 << 20];
        let begun: Value = begin(&mut program, &[("format", "jades")], &[("L.txt", &large)]).await.expect(201).json();
        let at = format!("/api/v1/signatures/{}/prepare", begun["id"].as_str().unwrap());
        assert_eq!(code(&program.json(Method::POST, &at, &certificate).await.expect(422)), "signing.file.whole");
    }

    async fn the_page_takes_a_detached_signature_with_its_files(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Sign]).await;
        let two: Files<'_> = &[("Ligums.txt", TEXT), ("b.csv", b"a;b\n")];
        let forms: [(Texts<'_>, Files<'_>); 3] = [
            (&[("format", "xades"), ("packaging", "detached")], two),
            (&[("format", "cades"), ("packaging", "detached")], &two[..1]),
            (&[("format", "jades"), ("packaging", "detached")], two),
        ];
        for (texts, files) in forms {
            let (_, name, signed) = sign(&mut program, texts, files, &b.anna.card).await;
            let name = name.split('"').nth(1).unwrap().to_owned();
            let mut visitor = b.browser(None);
            // in any order
            let page = visitor.upload("/validate", &[files, &[(name.as_str(), signed.as_slice())]].concat()).await.expect(200);
            assert!(page.text().contains("Anna Paraudziņa") && page.text().contains("Paraksts ir derīgs"), "{}", page.text());
            let report: Value = visitor.client.get(&format!("{}/report.json", page.path)).await.expect(200).json();
            passed(&report, &["BASELINE-LT"]);
            assert_eq!((&report["file"], &report["unsigned"]), (&json!(name), &json!([])), "{report:#}");
            // a file that the signature is not about is told, a changed one does not pass
            let more = [&[(name.as_str(), signed.as_slice())], files, &[("cits.txt", b"cits".as_slice())]].concat();
            let page = visitor.upload("/validate", &more).await.expect(200);
            let report: Value = visitor.client.get(&format!("{}/report.json", page.path)).await.expect(200).json();
            assert_eq!(report["unsigned"], json!(["cits.txt"]), "{report:#}");
            let changed = [(name.as_str(), signed.as_slice()), ("Ligums.txt", b"cits"), ("b.csv", b"a;b\n")];
            let page = visitor.upload("/validate", &changed[..=files.len()]).await.expect(200);
            let report: Value = visitor.client.get(&format!("{}/report.json", page.path)).await.expect(200).json();
            assert_eq!(report["signatures"][0]["indication"], "TOTAL_FAILED", "{report:#}");
        }
        // several signed files: a verdict on each; what a signature is about, and what none is about, is told where it belongs
        let detached: Texts<'_> = &[("format", "xades"), ("packaging", "detached")];
        let (_, _, first) = sign(&mut program, detached, &two[..1], &b.anna.card).await;
        let (_, _, second) = sign(&mut program, &[("format", "edoc"), ("level", "B")], &two[1..], &b.anna.card).await;
        let mut broken = second.clone();
        broken.truncate(second.len() / 2);
        // "b.csv" lies beside the container that holds one of this name: it is another file
        let many = [two[0], ("a.xml", &first), ("b.edoc", &second), ("c.edoc", &broken), ("b.csv", b"d")];
        let mut visitor = b.browser(None);
        let page = visitor.upload("/validate?lang=en", &many).await.expect(200);
        let words: Vec<&str> = ["4 files checked", "a.xml", "b.edoc", "c.edoc", "cannot be read", "b.csv", "not signed"]
            .into_iter().filter(|w| !page.text().contains(w)).collect();
        assert!(words.is_empty(), "{words:?} {}", page.text());
        let report: Value = visitor.client.get(&format!("{}/report.json", page.path)).await.expect(200).json();
        assert_eq!((&report["file"], &report["unsigned"]), (&json!("a.xml"), &json!(["c.edoc", "b.csv"])), "{report:#}");
        let verdict = |l: &String| l.starts_with("/validate/") && !l.contains(['?', '.']);
        let links = page.links().into_iter().filter(verdict).collect::<Vec<_>>();
        assert_eq!(links.len(), 1, "the other verdict: {links:?}");
        let other: Value = visitor.client.get(&format!("{}/report.json", links[0])).await.expect(200).json();
        assert_eq!(other["file"], "b.edoc", "{other:#}");
        let page = visitor.client.get(&links[0]).await.expect(200);
        assert!(page.text().contains("a.xml") && page.links().iter().any(verdict));
        // to nobody else
        b.browser(None).client.get(&links[0]).await.expect(404);
        // nothing is signed, or a name is there twice
        let mut visitor = b.browser(None);
        let page = visitor.upload("/validate", two).await.expect(200);
        let report: Value = visitor.client.get(&format!("{}/report.json", page.path)).await.expect(200).json();
        assert_eq!((&report["file"], &report["signatures"]), (&json!("Ligums.txt"), &json!([])));
        let twice = visitor.upload("/validate", &[two[0], two[0]]).await.expect(422);
        assert!(twice.text().contains("Ligums.txt"));
    }

    async fn every_kind_of_report_is_given_and_the_evidence_replays(world: World) {
        let b = Bench::new(world).await;
        let mut program = b.program(&[Right::Sign]).await;
        let files: Files<'_> = &[("L.txt", TEXT)];
        let detached = [("format", "cades"), ("packaging", "detached")];
        let (_, name, signed) = sign(&mut program, &detached, files, &b.anna.card).await;
        let name = name.split('"').nth(1).unwrap().to_owned();
        let sent = [("file", name.as_str(), signed.as_slice()), ("file", "L.txt", TEXT)];
        let mut stranger = b.browser(None);
        let mut ask = async |query: &str| {
            stranger.client.upload(&format!("/api/v1/signatures/validate?{query}"), &[], &sent).await
        };
        let simple: Value = ask("report=simple").await.expect(200).json();
        passed(&simple, &["CAdES-BASELINE-LT"]);
        let detailed: Value = ask("report=detailed&lang=en").await.expect(200).json();
        assert_eq!(detailed["signatures"][0]["indication"], "TOTAL_PASSED");
        assert!(detailed.to_string().len() > simple.to_string().len());
        let etsi = ask("report=etsi").await.expect(200);
        assert!(etsi.header("content-type").unwrap().starts_with("application/xml"));
        assert!(etsi.text().contains("ValidationReport") && etsi.text().contains("urn:etsi:019102:mainindication:total-passed"), "{}", etsi.text());
        let bundle = ask("report=evidence").await.expect(200).body;
        let replayed = ades::replay::replay(std::io::Cursor::new(bundle.to_vec())).unwrap();
        assert!(replayed.files.iter().all(|f| f.same) && replayed.files[0].report.all_passed());
        // before it was made it cannot have been valid, and what is no time or kind is refused
        let early: Value = ask("time=2020-01-01T00:00:00Z").await.expect(200).json();
        assert_ne!(early["signatures"][0]["indication"], "TOTAL_PASSED");
        for wrong in ["report=all", "time=yesterday"] {
            assert_eq!(code(&ask(wrong).await.expect(400)), "signing.request.malformed");
        }
        let nothing = b.browser(None).client.post_bytes("/api/v1/signatures/validate?report=etsi", "text/plain", TEXT).await;
        assert_eq!(code(&nothing.expect(422)), "signing.file.unsigned");
    }
}
