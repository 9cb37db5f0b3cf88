use std::io::Cursor;

use pki::testing::day;

use super::*;
use crate::validate::tests::Pki;

fn bundle() -> (Vec<u8>, Vec<String>) {
    let pki = Pki::new();
    let (anchors, policy) = (pki.anchors(), Policy::default());
    let mut recorder = Recorder::new(Vec::new(), "enkurs-sign test", day(300));
    let mut lines = Vec::new();
    for (name, facts, time) in [("Līgums.edoc", pki.lt(day(100)), day(300)), ("b.edoc", pki.b(), day(300))] {
        let file = FileFacts { container: Some("ASiC-E"), signatures: vec![facts], ..FileFacts::default() };
        let material = pki.online(time);
        let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time, lang: Lang::Lv };
        let report = validate_file(name, &file, &basis);
        recorder.add(&file, &basis, &report, 1, ObjectId::of(b"x")).unwrap();
        lines.push(line(&report).unwrap());
    }
    (recorder.finish().unwrap(), lines)
}

#[test]
fn the_same_report_byte_for_byte() {
    let (bytes, lines) = bundle();
    let replayed = replay(Cursor::new(bytes)).unwrap();
    assert_eq!(replayed.program, "enkurs-sign test");
    assert!(replayed.files.iter().all(|f| f.same));
    let again: Vec<String> = replayed.files.iter().map(|f| line(&f.report).unwrap()).collect();
    assert_eq!(again, lines);
    assert!(lines[0].contains("TOTAL_PASSED"));
}

/// The bundle with one entry's content changed and the archive made anew.
fn changed(bytes: &[u8], name: &str, change: impl Fn(Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut zip = Archive::open(Cursor::new(bytes), &limits()).unwrap();
    let names: Vec<String> = zip.entries().iter().map(|e| e.name().to_owned()).collect();
    let mut out = Writer::new(Vec::new(), day(300));
    for entry in names {
        let content = zip.content(&entry, MAX_ENTRY).unwrap();
        let content = if entry == name { change(content) } else { Some(content) };
        if let Some(content) = content {
            out.deflated(&entry, &content).unwrap();
        }
    }
    out.finish().unwrap()
}

#[test]
fn a_changed_bundle_is_told() {
    let (bytes, _) = bundle();
    let swap = |from: &'static str, to: &'static str| {
        move |content: Vec<u8>| Some(String::from_utf8(content).unwrap().replace(from, to).into_bytes())
    };
    for (name, from, to) in [
        ("0/report.json", "TOTAL_PASSED", "TOTAL_FAILED"),
        ("0/facts.json", "\"intact\":true", "\"intact\":false"),
        ("basis.json", "\"fail\"", "\"warn\""),
    ] {
        let bent = changed(&bytes, name, swap(from, to));
        assert!(matches!(replay(Cursor::new(bent)), Err(ReplayError::Tampered(n)) if n == name), "{name}");
    }
    // A part left out, and one that the manifest does not know.
    let short = changed(&bytes, "1/material.json", |_| None);
    assert!(matches!(replay(Cursor::new(short)), Err(ReplayError::Tampered(_))));
    // Consistent digests do not make another verdict true.
    let forged = changed(&bytes, "0/report.json", swap("TOTAL_PASSED", "TOTAL_FAILED"));
    let mut zip = Archive::open(Cursor::new(&forged), &limits()).unwrap();
    let report = zip.content("0/report.json", MAX_ENTRY).unwrap();
    let fitted = changed(&forged, MANIFEST, |content| {
        let mut manifest: Manifest = serde_json::from_slice(&content).unwrap();
        for entry in manifest.entries.iter_mut().filter(|e| e.name == "0/report.json") {
            *entry = Listed::of("0/report.json", &report);
        }
        Some(json(&manifest).unwrap())
    });
    let replayed = replay(Cursor::new(fitted)).unwrap();
    assert_eq!(replayed.files.iter().map(|f| f.same).collect::<Vec<_>>(), [false, true]);
    // No bundle at all.
    assert!(replay(Cursor::new(b"PK".to_vec())).is_err());
    assert!(replay(Cursor::new(Vec::new())).is_err());
    let other = changed(&bytes, MANIFEST, swap("enkurs-evidence-1", "enkurs-evidence-9"));
    assert!(matches!(replay(Cursor::new(other)), Err(ReplayError::Version(_))));
}
