//! `inspect --pages`: the pages of a PDF that was changed after signing, drawn by the program in a process of its own.

use std::fs;

use keys::KeyKind;
use serde_json::Value;

use crate::{code, refusal, run, sign::Place};

/// A PDF with a page a line.
pub(crate) fn pdf(lines: &[&str]) -> Vec<u8> {
    let kids: String = (0..lines.len()).map(|n| format!("{} 0 R ", 4 + 2 * n)).collect();
    let mut bodies = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{kids}]/Count {}>>", lines.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    for (n, line) in lines.iter().enumerate() {
        bodies.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {} 0 R/Resources<</Font<</F 3 0 R>>>>>>",
            5 + 2 * n
        ));
        bodies.push(content(line));
    }
    let mut out = "%PDF-1.7\n".to_owned();
    let mut table = "0000000000 65535 f\r\n".to_owned();
    for (n, body) in (1..).zip(&bodies) {
        table += &format!("{:010} 00000 n\r\n", out.len());
        out += &format!("{n} 0 obj\n{body}\nendobj\n");
    }
    let (size, start) = (bodies.len() + 1, out.len());
    out += &format!("xref\n0 {size}\n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}

fn content(line: &str) -> String {
    let text = format!("BT /F 24 Tf 72 720 Td ({line}) Tj ET");
    format!("<</Length {}>>\nstream\n{text}\nendstream", text.len())
}

/// One more revision, in which an object is another.
fn changed(file: &[u8], number: usize, body: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let before = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap();
    let (at, object) = (file.len(), format!("{number} 0 obj\n{body}\nendobj\n"));
    let table = format!("xref\n{number} 1\n{at:010} 00000 n\r\ntrailer\n<</Size 99/Root 1 0 R/Prev {before}>>\n");
    let end = format!("startxref\n{}\n%%EOF\n", at + object.len());
    [file, object.as_bytes(), table.as_bytes(), end.as_bytes()].concat()
}

#[test]
fn pages_are_drawn_as_signed_and_as_they_are_now() {
    let Some(place) = Place::new(19, KeyKind::P256) else { return };
    fs::write(place.path().join("a.pdf"), pdf(&["One", "Two", "Three"])).unwrap();
    let made = place.sign(&["--format", "pdf", "--level", "B", "--out", "signed.pdf", "a.pdf"]);
    assert_eq!(code(&made), 0, "{}", String::from_utf8_lossy(&made.stderr));
    let signed = fs::read(place.path().join("signed.pdf")).unwrap();
    fs::write(place.path().join("changed.pdf"), changed(&signed, 7, &content("Zwei"))).unwrap();
    fs::write(place.path().join("large.pdf"), changed(&signed, 7, &content(&" ".repeat(65 << 20)))).unwrap();

    let ask = |file| run(place.path(), &["--json", "inspect", "--pages", "out", file]);
    let same: Value = serde_json::from_slice(&ask("signed.pdf").stdout).unwrap();
    assert_eq!(same["pages"], Value::Array(Vec::new()));
    assert!(!place.path().join("out").exists(), "nothing to show, nothing made");

    let out = ask("changed.pdf");
    assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    let page = &told["pages"][0];
    assert_eq!((&page["page"], &page["places"], &told["complete"]), (&2.into(), &1.into(), &true.into()), "{told}");
    assert_eq!(page["signatures"][0], told["signatures"][0]["id"]);
    let read = |side: &str| fs::read(place.path().join(page[side].as_str().unwrap())).unwrap();
    assert!(read("signed").starts_with(b"\x89PNG") && read("now").starts_with(b"\x89PNG"));
    assert_ne!(read("signed"), read("now"));
    assert_eq!(fs::read_dir(place.path().join("out")).unwrap().count(), 2);
    // what is there is not overwritten
    assert_eq!(refusal(&ask("changed.pdf")), "file.write");
    assert_eq!(refusal(&run(place.path(), &["--json", "inspect", "--pages", "other", "large.pdf"])), "inspect.pages");
    // the drawing process takes no other orders
    assert_eq!(code(&run(place.path(), &["draw-pages"])), 1);
}
