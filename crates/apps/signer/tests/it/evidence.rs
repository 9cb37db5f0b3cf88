//! Evidence records from the command line.

use std::fs;

use keys::KeyKind;
use serde_json::Value;

use crate::{code, refusal, run, sign::Place};

#[test]
fn made_renewed_and_validated() {
    let Some(place) = Place::new(40, KeyKind::P256) else { return };
    fs::write(place.path().join("c.xml"), "<c  a='1'/>").unwrap();
    let tsa = format!("{}/tsa", place.authority.url);
    let evidence = |args: &[&str]| run(place.path(), &[&["--json", "evidence"][..], args].concat());
    for (form, extension) in [("ers", "ers"), ("xml", "ers.xml")] {
        let out = evidence(&["create", "--form", form, "--tsa", &tsa, "Līgums 1.txt", "b.txt", "c.xml"]);
        assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
        let (b, c) = (format!("b.txt.{extension}"), format!("c.xml.{extension}"));
        assert_eq!(refusal(&evidence(&["create", "--form", form, "--tsa", &tsa, "b.txt"])), "file.exists");
        let out = evidence(&["renew", "--force", "--tsa", &tsa, &b, &c]);
        assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
        let wrong = evidence(&["renew", "--force", "--tree", "sha512", "--detached", "b.txt", "--tsa", &tsa, &c]);
        assert_eq!(refusal(&wrong), "evidence.foreign");
        let out = evidence(&["renew", "--force", "--tree", "sha512", "--detached", "c.xml", "--tsa", &tsa, &c]);
        assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
        for (record, file, stamps) in [(&b, "b.txt", 2), (&c, "c.xml", 3)] {
            let judge = |file: &str| {
                evidence(&[
                    "validate",
                    "--allow-origin",
                    &place.authority.url,
                    "--trust-anchor",
                    "root.pem",
                    "--detached",
                    file,
                    record,
                ])
            };
            let out = judge(file);
            let report: Value = serde_json::from_slice(&out.stdout).unwrap();
            let records = report["evidence_records"].as_array().unwrap();
            assert_eq!((records.len(), &records[0]["indication"]), (1, &"PASSED".into()), "{report} {stamps}");
            assert_eq!(code(&out), 0, "{report}");
            assert_ne!(code(&judge("Līgums 1.txt")), 0);
        }
    }
    assert_eq!(refusal(&evidence(&["renew", "--tsa", &tsa, "b.txt"])), "evidence.malformed");
}
