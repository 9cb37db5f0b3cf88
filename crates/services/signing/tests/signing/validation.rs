//! Hostile and odd files before the validator, through HTTP.

use std::io::{Cursor, Write as _};

use ades::zip::{Packing, Writer};
use serde_json::Value;
use testkit::each_db;

use crate::bench::{Bench, pdf};

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = Writer::new(Vec::new(), jiff::Timestamp::UNIX_EPOCH);
    zip.stored("mimetype", b"application/vnd.etsi.asic-e+zip").unwrap();
    for (name, content) in entries {
        let size = u64::try_from(content.len()).unwrap();
        zip.stream(name, Cursor::new(content), size, Packing::Deflate, |_| {}).unwrap();
    }
    zip.finish().unwrap()
}

/// An archive that our own writer would not write.
fn raw_zip(entries: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content, pack) in entries {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(content).unwrap();
        let data = if *pack { packed.finish().unwrap() } else { content.to_vec() };
        let number = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
        let mut common = vec![20, 0, 0, 0, if *pack { 8 } else { 0 }, 0, 0, 0, 0x21, 0];
        common.extend(crc.sum().to_le_bytes());
        common.extend(number(data.len()));
        common.extend(number(content.len()));
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        let offset = number(out.len());
        out.extend([b"PK\x03\x04".as_slice(), &common, name.as_bytes(), &data].concat());
        directory.extend([b"PK\x01\x02\x14\x00".as_slice(), &common, &[0; 10], &offset, name.as_bytes()].concat());
    }
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    let sizes = [directory.len(), out.len()].map(|n| u32::try_from(n).unwrap().to_le_bytes()).concat();
    out.extend(directory);
    out.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &sizes, &[0, 0]].concat());
    out
}

const MIMETYPE: &[u8] = b"application/vnd.etsi.asic-e+zip";
const SIGNATURES: &str = "META-INF/signatures0.xml";

each_db! {
    async fn a_verdict_is_given_as_a_sealed_receipt(world: World) {
        let b = Bench::new(world).await;
        let signed = b.browser(Some(&b.anna)).signed(&[("Līgums ļ漢.txt", b"teksts")], "edoc", &b.anna.card).await;
        let mut stranger = b.browser(None);
        let page = stranger.upload("/validate", &[("Līgums.edoc", &signed)]).await.expect(200);
        let at = format!("{}/receipt.pdf", page.path);
        stranger.client.post_form(&at, &[]).await.expect(403);
        let receipt = stranger.client.submit(&page, &at, &[]).await.expect(200);
        assert_eq!(receipt.header("content-type"), Some("application/pdf"));
        let verdict: Value = b
            .browser(None)
            .client
            .post_bytes("/api/v1/signatures/validate?name=kvits.pdf", "application/pdf", &receipt.body)
            .await
            .expect(200)
            .json();
        let seal = &verdict["signatures"][0];
        assert_eq!((seal["indication"].as_str(), seal["level"].as_str()), (Some("TOTAL_PASSED"), Some("PAdES-BASELINE-LT")), "{verdict:#}");
        assert_eq!(seal["signed_by"]["common_name"], "Paraugu uzticamības dienests");
        // a verdict of somebody else gives no receipt
        let mut other = b.browser(None);
        let theirs = other.client.get("/validate").await.expect(200);
        let token = theirs.field("_csrf").unwrap();
        other.client.post_form(&at, &[("_csrf", &token)]).await.expect(404);
    }


    async fn hostile_files_are_refused_or_failed(world: World) {
        let b = Bench::new(world).await;
        let signed = b.browser(Some(&b.anna)).signed(&[("a.txt", b"Teksts\n")], "asice", &b.anna.card).await;
        let mut browser = b.browser(None);
        let mut judge = async |name: &str, bytes: &[u8]| {
            let path = format!("/api/v1/signatures/validate?name={name}");
            let answer = browser.client.post_bytes(&path, "application/octet-stream", bytes).await;
            let json: Value = answer.json();
            let code = json["code"].as_str().map(str::to_owned);
            let verdicts = json["signatures"].as_array().into_iter().flatten();
            let verdicts: Vec<String> = verdicts.map(|s| s["indication"].as_str().unwrap().to_owned()).collect();
            (answer.status.as_u16(), code, verdicts)
        };
        let refused = |got: (u16, Option<String>, Vec<String>), code: &str| {
            assert_eq!((got.0, got.1.as_deref()), (422, Some(code)), "{got:?}");
        };

        assert_eq!(judge("a.asice", &signed).await.2, ["TOTAL_PASSED"]);
        refused(judge("tukss", b"").await, "signing.file.empty");
        refused(judge("b.pdf", &pdf()[..200]).await, "signing.pdf.broken");
        let encrypted = String::from_utf8(pdf()).unwrap().replace("/Root 1 0 R", "/Root 1 0 R/Encrypt 5 0 R");
        refused(judge("c.pdf", encrypted.as_bytes()).await, "signing.pdf.encrypted");

        // a bomb: 80 MB of zeros
        let bomb = raw_zip(&[("mimetype", MIMETYPE, false), ("zeros.bin", &vec![0; 80 << 20], true), (SIGNATURES, b"<a/>", true)]);
        refused(judge("bomb.asice", &bomb).await, "signing.container.bomb");
        let page = b.browser(Some(&b.anna)).upload("/sign/files", &[("bomb.asice", &bomb)]).await.expect(422);
        assert!(page.text().contains("Konteiners izpakojas pārāk liels"));
        // two entries of one name
        let mut twice = zip(&[("a.txt", b"viens"), ("b.txt", b"divi"), (SIGNATURES, b"<a/>")]);
        for at in 0..twice.len() - 5 {
            if twice[at..at + 5] == *b"b.txt" {
                twice[at] = b'a';
            }
        }
        refused(judge("twice.asice", &twice).await, "signing.container.duplicate");
        // cut off
        refused(judge("cut.asice", &signed[..signed.len() - 30]).await, "signing.container.broken");

        // an XML bomb, alone and in a container
        let lol = b"<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><l>&b;</l>";
        refused(judge("lol.xml", lol).await, "signing.xml.refused");
        let inside = judge("lol.asice", &zip(&[("a.txt", b"x"), (SIGNATURES, lol)])).await;
        assert!(inside.1.is_some() || inside.2.iter().all(|v| v == "TOTAL_FAILED") && !inside.2.is_empty(), "{inside:?}");

        // a container in a container is just a file that nobody signed
        let nested = judge("nested.asice", &zip(&[("inner.asice", &signed)])).await;
        assert_eq!((nested.0, nested.2.len()), (200, 0));
        let plain = judge("plain.txt", b"teksts").await;
        assert_eq!((plain.0, plain.2.len()), (200, 0));

        // a changed byte of content
        let mut changed = signed.clone();
        let at = changed.windows(7).position(|w| w == b"Teksts\n");
        if let Some(at) = at {
            changed[at] = b'B';
            let got = judge("changed.asice", &changed).await;
            assert!(got.1.is_some() || got.2 == ["TOTAL_FAILED"], "{got:?}");
        }
    }

    async fn a_pdf_changed_after_signing_fails(world: World) {
        let b = Bench::new(world).await;
        let signed = b.browser(Some(&b.anna)).signed(&[("l.pdf", &pdf())], "pdf", &b.anna.card).await;
        let mut browser = b.browser(None);
        // an increment that shows other content
        let limits = ades::pdf::Limits::default();
        let doc = ades::pdf::Document::open(&signed, &limits).unwrap();
        let mut update = ades::pdf::Update::new(&doc).unwrap();
        update.put_raw(ades::pdf::Ref { num: 4, generation: 0 }, b"<</Length 4>>\nstream\nBT E\nendstream".to_vec());
        let shadow = [signed.as_slice(), &update.finish().bytes].concat();
        let page = browser.upload("/validate", &[("l.pdf", &shadow)]).await.expect(200);
        assert!(page.text().contains("Paraksts nav derīgs") && page.text().contains("pades.changed-after-signing"), "{}", page.text());
        let mut flipped = signed.clone();
        let at = flipped.windows(7).position(|w| w == b"Pirkuma").unwrap();
        flipped[at] = b'M';
        let page = browser.upload("/validate", &[("l.pdf", &flipped)]).await.expect(200);
        assert!(page.text().contains("HASH_FAILURE"), "{}", page.text());
    }

    async fn the_page_says_when_nothing_is_signed(world: World) {
        let b = Bench::new(world).await;
        let mut browser = b.browser(None);
        let page = browser.upload("/validate", &[("l.pdf", &pdf())]).await.expect(200);
        assert!(page.text().contains("Šajā failā paraksta nav"));
        let english = browser.client.get(&format!("{}?lang=en", page.links().iter().find(|l| l.ends_with("/report.json")).unwrap().trim_end_matches("/report.json"))).await.expect(200);
        assert!(english.text().contains("There is no signature in this file"));
    }
}
