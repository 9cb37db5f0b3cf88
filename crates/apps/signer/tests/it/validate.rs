//! Verdicts, their exit codes, and what is refused.

use std::{fs, process::Output};

use keys::KeyKind;
use serde_json::Value;

use crate::{authority::HELD, code, refusal, run, sign::Place};

/// A place with `b.asice` at level B and `lt.edoc` at LT.
fn signed(serial: u64) -> Option<Place> {
    let place = Place::new(serial, KeyKind::P256)?;
    let out = place.sign(&["--format", "asice", "--level", "B", "--out", "b.asice", "b.txt"]);
    assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
    Some(place)
}

fn lt(place: &Place) {
    let out = place.sign(&["--out", "lt.edoc", "b.txt"]);
    assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
}

fn validate(place: &Place, args: &[&str]) -> Output {
    run(place.path(), &[&["--json", "validate"], args].concat())
}

fn reports(out: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&out.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn verdict(out: &Output) -> (i32, String, String) {
    let report = reports(out).remove(0);
    let signature = &report["signatures"][0];
    let text = |key: &str| signature[key].as_str().unwrap_or_default().to_owned();
    (code(out), text("indication"), text("sub_indication"))
}

#[test]
fn missing_status_is_fetched() {
    let Some(place) = signed(10) else { return };
    let offline = validate(&place, &["--offline", "--trust-anchor", "root.pem", "b.asice"]);
    assert_eq!(verdict(&offline), (3, "INDETERMINATE".into(), "NO_CERTIFICATE_CHAIN_FOUND".into()));
    let url = place.authority.url.clone();
    let online = validate(&place, &["--allow-origin", &url, "--trust-anchor", "root.pem", "b.asice"]);
    assert_eq!(verdict(&online), (0, "TOTAL_PASSED".into(), String::new()), "{:?}", reports(&online));
    // Fetched material does not raise the level.
    assert_eq!(reports(&online)[0]["signatures"][0]["level"], "XAdES-BASELINE-B");
    // The loopback is not reached unless it is allowed.
    let guarded = validate(&place, &["--trust-anchor", "root.pem", "b.asice"]);
    assert_eq!(code(&guarded), 3);
}

#[test]
fn a_held_certificate_is_not_passed() {
    let Some(place) = signed(HELD) else { return };
    let url = place.authority.url.clone();
    let out = validate(&place, &["--allow-origin", &url, "--trust-anchor", "root.pem", "b.asice"]);
    assert_eq!(verdict(&out), (3, "INDETERMINATE".into(), "TRY_LATER".into()));
    let findings = reports(&out)[0]["signatures"][0]["findings"].clone();
    assert!(findings.as_array().unwrap().iter().any(|f| f["code"] == "validate.chain.held"), "{findings}");
}

#[test]
fn changed_files_and_strangers() {
    let Some(place) = signed(10) else { return };
    lt(&place);
    let passed = validate(&place, &["--offline", "--trust-anchor", "root.pem", "lt.edoc"]);
    assert_eq!(verdict(&passed), (0, "TOTAL_PASSED".into(), String::new()));
    let stranger = validate(&place, &["--offline", "lt.edoc"]);
    assert_eq!(verdict(&stranger), (3, "INDETERMINATE".into(), "NO_CERTIFICATE_CHAIN_FOUND".into()));
    let earlier =
        validate(&place, &["--offline", "--trust-anchor", "root.pem", "--time", "2020-01-01T00:00:00Z", "lt.edoc"]);
    assert_eq!(code(&earlier), 3);
    let later =
        validate(&place, &["--offline", "--trust-anchor", "root.pem", "--time", "2029-01-01T00:00:00Z", "lt.edoc"]);
    assert_eq!(code(&later), 0, "{:?}", reports(&later));
    // Every octet of names and contents counts: none may be changed unseen. (The times of a ZIP entry are nobody's.)
    let bytes = fs::read(place.path().join("lt.edoc")).unwrap();
    let starts = |at: &usize| matches!(&bytes[*at..*at + 4], b"PK\x03\x04" | b"PK\x01\x02");
    let headers: Vec<usize> = (0..bytes.len() - 4).filter(starts).collect();
    let entries = headers.windows(2).filter(|pair| bytes[pair[0] + 2] == 3);
    let counts: Vec<usize> = entries.flat_map(|pair| pair[0] + 30..pair[1]).collect();
    assert!(counts.len() > bytes.len() * 4 / 5, "{} of {}", counts.len(), bytes.len());
    for at in counts.iter().copied().step_by(counts.len() / 12) {
        let mut bent = bytes.clone();
        bent[at] ^= 0x04;
        fs::write(place.path().join("bent.edoc"), bent).unwrap();
        let out = validate(&place, &["--offline", "--trust-anchor", "root.pem", "bent.edoc"]);
        assert_ne!(code(&out), 0, "octet {at}");
    }
}

#[test]
fn exit_codes_of_files_without_signatures() {
    let Some(place) = signed(10) else { return };
    let write = |name: &str, bytes: &[u8]| fs::write(place.path().join(name), bytes).unwrap();
    write("empty.edoc", b"");
    write("broken.pdf", b"%PDF-1.7\nnothing that follows");
    write("bomb.xml", b"<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>");
    for (file, expected) in
        [("b.txt", 5), ("empty.edoc", 5), ("broken.pdf", 1), ("bomb.xml", 1), ("none.edoc", 1), (".", 1)]
    {
        let out = validate(&place, &["--offline", file]);
        assert_eq!(code(&out), expected, "{file}");
        if expected == 1 {
            assert!(!refusal(&out).is_empty());
        } else {
            assert_eq!(reports(&out)[0]["signatures"], Value::Array(vec![]));
        }
    }
    // The worst of several decides; each file has its line.
    let out = validate(&place, &["--offline", "--trust-anchor", "root.pem", "b.txt", "b.asice", "b.txt"]);
    assert_eq!((code(&out), reports(&out).len()), (3, 3));
}

#[test]
fn wrong_use() {
    let Some(place) = signed(10) else { return };
    let out = validate(&place, &["--trust-anchor", "b.txt", "b.asice"]);
    assert_eq!((code(&out), refusal(&out).as_str()), (1, "validate.anchor"));
    let out = validate(&place, &["--time", "vakar", "b.asice"]);
    assert_eq!((code(&out), refusal(&out).as_str()), (2, "validate.time"));
    assert_eq!(code(&validate(&place, &[])), 2);
}

#[test]
fn people_read_it_in_their_language() {
    let Some(place) = signed(10) else { return };
    lt(&place);
    for (lang, words) in [("lv", "Paraksts ir derīgs"), ("en", "The signature is valid")] {
        let out =
            run(place.path(), &["--lang", lang, "validate", "--offline", "--trust-anchor", "root.pem", "lt.edoc"]);
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(
            text.contains(words) && text.contains("Anna Paraudziņa") && text.contains("XAdES-BASELINE-LT"),
            "{text}"
        );
    }
}

#[test]
fn bundles_replay_and_policies_are_files() {
    let Some(place) = signed(10) else { return };
    lt(&place);
    let base = ["--offline", "--trust-anchor", "root.pem"];
    let with = |more: &[&str]| validate(&place, &[&base[..], more].concat());
    let told = with(&["--evidence", "e.zip", "--report", "etsi:r.xml", "lt.edoc", "b.asice"]);
    assert_eq!((code(&told), refusal(&told).as_str()), (2, "validate.report"));
    let told = with(&["--evidence", "e.zip", "lt.edoc", "b.asice"]);
    assert_eq!(code(&told), 3);
    let again = run(place.path(), &["--json", "replay", "e.zip"]);
    assert_eq!((code(&again), &again.stdout), (3, &told.stdout));
    // What is there is not overwritten; what is no bundle is refused.
    assert_eq!(refusal(&with(&["--evidence", "e.zip", "lt.edoc"])), "file.exists");
    assert_eq!(code(&run(place.path(), &["--json", "replay", "lt.edoc"])), 1);
    assert_eq!(code(&with(&["--report", "etsi:r.xml", "lt.edoc"])), 0);
    assert!(fs::read_to_string(place.path().join("r.xml")).unwrap().contains("mainindication:total-passed"));
    let detailed = reports(&with(&["--report", "detailed", "lt.edoc"])).remove(0);
    assert!(detailed["signatures"][0]["building_blocks"].as_array().unwrap().len() > 6, "{detailed}");
    assert!(!detailed["signatures"][0]["proofs_of_existence"].as_array().unwrap().is_empty());
    // A policy that asks for nothing about revocation takes what the built-in one cannot decide.
    let write = |name: &str, text: &str| fs::write(place.path().join(name), text).unwrap();
    write("p.toml", "name = \"P\"\n[constraints]\nrevocation-available = \"warn\"\n");
    assert_eq!(code(&with(&["--policy", "p.toml", "b.asice"])), 3, "no issuer is known offline");
    write("wrong.toml", "name = \"P\"\nrevocation = \"warn\"\n");
    let wrong = with(&["--policy", "wrong.toml", "b.asice"]);
    assert_eq!((code(&wrong), refusal(&wrong).as_str()), (2, "validate.policy"));
}
