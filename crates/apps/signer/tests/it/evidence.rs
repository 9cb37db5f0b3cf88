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

/// Into a message, an XML signature and a container by one time stamp, then renewed in both ways.
#[test]
fn put_into_signed_files_and_renewed_there() {
    let Some(place) = Place::new(41, KeyKind::P256) else { return };
    let good = |out: std::process::Output| assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
    let files = ["a.p7m", "a.p7s", "a.xml", "a.asice", "c.asice"];
    good(place.sign(&["--format", "cades", "--out", "a.p7m", "b.txt"]));
    good(place.sign(&["--format", "cades", "--detached", "--out", "a.p7s", "b.txt"]));
    good(place.sign(&["--format", "xades", "--detached", "--out", "a.xml", "b.txt"]));
    good(place.sign(&["--format", "asice", "--out", "a.asice", "b.txt"]));
    good(place.sign(&["--format", "asice", "--with", "cades", "--out", "c.asice", "b.txt"]));
    let tsa = format!("{}/tsa", place.authority.url);
    let evidence = |args: &[&str]| {
        let fixed = ["--json", "evidence"];
        run(place.path(), &[&fixed[..], args, &["--force", "--tsa", &tsa, "--detached", "b.txt"], &files].concat())
    };
    let judged = |stamps: usize| {
        for file in files {
            let origin = &place.authority.url;
            let fixed = ["--json", "validate", "--trust-anchor", "root.pem", "--detached", "b.txt"];
            let out = run(place.path(), &[&fixed[..], &["--allow-origin", origin, file]].concat());
            let report: Value = serde_json::from_slice(&out.stdout).unwrap();
            assert_eq!(code(&out), 0, "{report:#}");
            let own = report["signatures"][0]["evidence_records"].as_array();
            let all = own.into_iter().chain(report["evidence_records"].as_array()).flatten();
            let all: Vec<_> = all.map(|r| r["indication"].as_str().unwrap()).collect();
            assert_eq!(all, ["PASSED"], "{file} {stamps}: {report:#}");
        }
    };
    good(evidence(&["create", "--embed"]));
    judged(1);
    good(evidence(&["renew"]));
    good(evidence(&["renew", "--tree", "sha512"]));
    judged(3);
    // A record of its own stands beside, and what takes none is told.
    assert_eq!(
        refusal(&run(place.path(), &["--json", "evidence", "create", "--embed", "--tsa", &tsa, "b.txt"])),
        "evidence.unsupported"
    );
    good(run(place.path(), &["--json", "evidence", "create", "--tsa", &tsa, "b.txt"]));
    assert_eq!(refusal(&evidence(&["renew", "b.txt.ers"])), "evidence.mixed");
    good(place.sign(&["--format", "cades", "--out", "plain.p7m", "b.txt"]));
    assert_eq!(
        refusal(&run(place.path(), &["--json", "evidence", "renew", "--tsa", &tsa, "plain.p7m"])),
        "evidence.malformed"
    );
    // What a record is over is not raised: the record is renewed.
    let raised = run(place.path(), &["augment", "--level", "LTA", "--tsa", &tsa, "a.p7m"]);
    assert_ne!(code(&raised), 0);
}
