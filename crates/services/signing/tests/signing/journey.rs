//! From files to a verdict, as a person goes.

use std::sync::atomic::Ordering;

use serde_json::Value;
use store::params;
use testkit::each_db;

use crate::bench::{Bench, api, pdf};

const TEXT: &[u8] = "Vienošanās: maksāt līdz 1. decembrim.\n".as_bytes();

each_db! {
    async fn a_pdf_is_signed_and_judged(world: World) {
        let b = Bench::new(world).await;
        let mut browser = b.browser(Some(&b.anna));
        let page = browser.choose(&[("Ligums.pdf", &pdf())], "pdf").await;
        let text = page.text();
        assert!(text.contains("Ligums.pdf") && text.contains("1 lappuse") && text.contains("Anna Paraudziņa"));
        assert!(text.contains("web-eid") && text.contains("http://127.0.0.1:8082"));
        let done: Value = browser.sign(&page, &b.anna.card).await.expect(200).json();
        assert_eq!(done["state"], "done", "{done:#}");
        let s = &done["report"]["signatures"][0];
        assert_eq!((s["indication"].as_str(), s["level"].as_str()), (Some("TOTAL_PASSED"), Some("PAdES-BASELINE-LT")));
        let shown = browser.client.get(done["page"].as_str().unwrap()).await.expect(200);
        assert!(shown.text().contains("Parakstīts") && shown.text().contains("verdict ok"));
        let file = browser.client.get(&format!("{}/file", done["page"].as_str().unwrap())).await.expect(200);
        assert!(file.header("content-disposition").unwrap().contains("Ligums.pdf"));
        assert!(file.body.starts_with(&pdf()), "the original bytes are untouched");

        // anyone may judge it, without signing in
        let mut stranger = b.browser(None);
        let verdict = stranger.upload("/validate", &[("Ligums.pdf", &file.body)]).await.expect(200);
        let text = verdict.text();
        assert!(text.contains("Paraksts ir derīgs") && text.contains("Anna Paraudziņa") && text.contains("PNOLV-320000-00001"));
        let link = verdict.links().into_iter().find(|l| l.ends_with("/report.json")).unwrap();
        let report: Value = stranger.client.get(&link).await.expect(200).json();
        assert_eq!(report["signatures"][0]["scope"][0]["covered"], "full");
        assert_eq!(report["container"], "PDF");
        // the verdict is not for others
        let mut other = b.browser(None);
        other.client.get(link.trim_end_matches("/report.json")).await.expect(404);
        assert!(b.shell.texts().missing().is_empty(), "{:?}", b.shell.texts().missing());
    }

    async fn what_will_be_signed_is_shown_inside_the_page(world: World) {
        let b = Bench::new(world).await;
        let mut browser = b.browser(Some(&b.anna));
        let png = b"\x89PNG\r\n\x1a\n and the rest of a picture";
        let files: [(&str, &[u8]); 4] =
            [("Ligums.pdf", &pdf()), ("Skice.PNG", png), ("Viltots.jpg", b"<script>alert(1)</script>"), ("Piezīme.txt", TEXT)];
        let page = browser.choose(&files, "edoc").await;
        let base = api(&page).replace("/api/v1/signatures/", "/sign/");
        assert!(page.text().contains(&format!("<iframe class=\"view\" src=\"{base}/view/0\" title=\"")));
        assert!(page.text().contains(&format!("<img class=\"view\" src=\"{base}/view/1\" alt=\"")));
        assert!(page.text().contains("Vienošanās: maksāt"), "texts are in the page itself");
        for (place, media, content) in [(0, "application/pdf", &pdf()[..]), (1, "image/png", &png[..])] {
            let seen = browser.client.get(&format!("{base}/view/{place}")).await.expect(200);
            assert_eq!((seen.header("content-type"), seen.header("content-disposition")), (Some(media), Some("inline")));
            let policy = seen.header("content-security-policy").unwrap();
            assert!(policy.starts_with("default-src 'none'; script-src 'none'") && policy.contains("frame-ancestors 'self'"));
            assert_eq!((seen.header("x-frame-options"), seen.header("x-content-type-options")), (Some("SAMEORIGIN"), Some("nosniff")));
            assert_eq!(seen.body, content, "byte for byte what is signed");
        }
        for hidden in ["2", "3", "9", "x"] {
            let refused = browser.client.get(&format!("{base}/view/{hidden}")).await;
            assert!(refused.status.is_client_error() && refused.header("x-frame-options") == Some("DENY"), "{hidden}: {refused:?}");
        }
        b.browser(Some(&b.janis)).client.get(&format!("{base}/view/0")).await.expect(404);
        assert!(b.shell.texts().missing().is_empty(), "{:?}", b.shell.texts().missing());
    }

    async fn several_files_go_into_one_container_with_two_signers(world: World) {
        let b = Bench::new(world).await;
        for format in ["edoc", "asice"] {
            let files: [(&str, &[u8]); 3] = [("Līgums.txt", TEXT), ("Tāme 1.csv", b"a;b\n1;2\n"), ("Plans.pdf", &pdf())];
            let one = b.browser(Some(&b.anna)).signed(&files, format, &b.anna.card).await;
            let mut second = b.browser(Some(&b.janis));
            let name = format!("Līgums.{format}");
            let page = second.choose(&[(&name, &one)], format).await;
            assert!(page.text().contains("jau ir 1 paraksts") && page.text().contains("Tāme 1.csv"));
            let two = second.signed(&[(&name, &one)], format, &b.janis.card).await;
            let answer = b.browser(None).client.post_bytes("/api/v1/signatures/validate?name=L.edoc", "application/octet-stream", &two).await;
            let report: Value = answer.expect(200).json();
            let signatures = report["signatures"].as_array().unwrap();
            assert_eq!(signatures.len(), 2, "{report:#}");
            for (s, who) in signatures.iter().zip(["Anna Paraudziņa", "Jānis Piemērs"]) {
                assert_eq!(s["indication"], "TOTAL_PASSED", "{s:#}");
                assert_eq!(s["level"], "XAdES-BASELINE-LT");
                assert_eq!(s["signed_by"]["common_name"], who);
                assert_eq!(s["scope"].as_array().unwrap().len(), 3);
            }
            assert_eq!(report["unsigned"].as_array().unwrap().len(), 0);
        }
    }

    async fn a_second_signature_joins_a_pdf(world: World) {
        let b = Bench::new(world).await;
        let one = b.browser(Some(&b.anna)).signed(&[("L.pdf", &pdf())], "pdf", &b.anna.card).await;
        let two = b.browser(Some(&b.janis)).signed(&[("L.pdf", &one)], "pdf", &b.janis.card).await;
        assert!(two.starts_with(&one));
        let report: Value = b.browser(None).client.post_bytes("/api/v1/signatures/validate", "application/pdf", &two).await.expect(200).json();
        for s in report["signatures"].as_array().unwrap() {
            assert_eq!((s["indication"].as_str(), s["scope"][0]["covered"].as_str()), (Some("TOTAL_PASSED"), Some("full")), "{s:#}");
        }
    }

    async fn a_program_begins_once_for_each_key(world: World) {
        let b = Bench::new(world).await;
        let mut browser = b.browser(Some(&b.anna));
        let page = browser.client.get("/sign/files").await.expect(200);
        let token = page.field("_csrf").unwrap();
        let client = browser.client.header("x-csrf-token", token).header("idempotency-key", "one");
        browser = crate::bench::Browser { client };
        let mut begin = async |name: &str| {
            let files: [(&str, &str, &[u8]); 1] = [("file", name, TEXT)];
            browser.client.upload("/api/v1/signatures", &[("format", "asice")], &files).await
        };
        let first: Value = begin("a.txt").await.expect(201).json();
        assert_eq!((first["state"].as_str(), first["format"].as_str()), (Some("open"), Some("asice")));
        let again: Value = begin("a.txt").await.expect(201).json();
        assert_eq!(first["id"], again["id"]);
        let other: Value = begin("b.txt").await.expect(422).json();
        assert_eq!(other["code"], "web.idempotency.different");
    }

    async fn the_ledger_shows_intent_and_result(world: World) {
        let b = Bench::new(world).await;
        let mut browser = b.browser(Some(&b.anna));
        let page = browser.choose(&[("a.txt", TEXT)], "edoc").await;
        let done: Value = browser.sign(&page, &b.anna.card).await.expect(200).json();
        let id = done["id"].as_str().unwrap().to_owned();
        let entries = b.world.db.read(|tx| Box::pin(async move { ledger::entries_of(tx, &id, None, 10).await })).await.unwrap();
        let mut kinds: Vec<&str> = entries.iter().map(|e| e.kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["signing.document.signed", "signing.signature.intended", "signing.signature.made"]);
        let told: String = entries.iter().map(|e| serde_json::to_string(&e.body).unwrap()).collect();
        assert!(!told.contains("PNOLV") && !told.contains("a.txt"), "the body holds no personal data: {told}");
    }

    async fn a_signature_outlives_a_time_stamping_service_that_is_away(world: World) {
        let b = Bench::new(world).await;
        let mut browser = b.browser(Some(&b.anna));
        let page = browser.choose(&[("a.txt", TEXT)], "asice").await;
        b.core.away.store(true, Ordering::SeqCst);
        let state: Value = browser.sign(&page, &b.anna.card).await.expect(200).json();
        assert_eq!(state["state"], "signed");
        let waiting = browser.client.get(state["page"].as_str().unwrap()).await.expect(200);
        assert!(waiting.text().contains("saņemts un saglabāts"));
        b.core.away.store(false, Ordering::SeqCst);
        b.world.clock.advance(jiff::SignedDuration::from_mins(2));
        let mut worker = b.world.worker();
        b.app.jobs(&mut worker);
        worker.drain().await.unwrap();
        let done = browser.client.get(state["page"].as_str().unwrap()).await.expect(200);
        assert!(done.text().contains("Parakstīts"));
    }

    async fn a_download_may_be_polled_after_its_end(world: World) {
        use futures_util::StreamExt as _;
        let blob = world.blobs.put_bytes(&world.cx, TEXT).await.unwrap();
        let mut content = std::pin::pin!(world.blobs.get(&blob.address, 0).await.unwrap());
        assert_eq!(content.next().await.unwrap().unwrap(), TEXT);
        assert!(content.next().await.is_none() && content.next().await.is_none());
    }

    async fn what_has_expired_is_forgotten(world: World) {
        let b = Bench::new(world).await;
        let mut browser = b.browser(Some(&b.anna));
        browser.choose(&[("a.txt", TEXT)], "edoc").await;
        browser.signed(&[("b.txt", TEXT)], "edoc", &b.anna.card).await;
        browser.upload("/validate", &[("b.txt", TEXT)]).await.expect(200);
        let count = async || b.world.db.one("SELECT COUNT(*) FROM blob_hold", params![]).await.unwrap().int(0).unwrap();
        assert_eq!(count().await, 2);
        b.world.clock.advance(jiff::SignedDuration::from_hours(24 * 31));
        let mut worker = b.world.worker();
        b.app.jobs(&mut worker);
        worker.drain().await.unwrap();
        assert_eq!(count().await, 0);
        for table in ["SELECT COUNT(*) FROM signing_errand", "SELECT COUNT(*) FROM signing_file", "SELECT COUNT(*) FROM signing_report"] {
            assert_eq!(b.world.db.one(table, params![]).await.unwrap().int(0).unwrap(), 0, "{table}");
        }
    }
}
