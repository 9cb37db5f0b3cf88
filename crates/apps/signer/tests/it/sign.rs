//! Signing with a PKCS#12 file, and what is refused.

use std::{fs, path::Path};

use keys::KeyKind;
use serde_json::Value;

use crate::{
    authority::{Authority, HELD},
    code, refusal, run,
};

pub(crate) struct Place {
    dir: tempfile::TempDir,
    pub(crate) authority: Authority,
    key: String,
}

impl Place {
    /// `None`, and a word about it, where OpenSSL is not installed.
    pub(crate) fn new(serial: u64, kind: KeyKind) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::start();
        let Some(p12) = authority.pkcs12(dir.path(), serial, kind, Authority::valid_until()) else {
            println!("openssl is not installed: not tried");
            return None;
        };
        fs::write(dir.path().join("pin"), "secret\n").unwrap();
        fs::write(dir.path().join("Līgums 1.txt"), "Teksts\n").unwrap();
        fs::write(dir.path().join("b.txt"), "b\n").unwrap();
        authority.root_pem(dir.path());
        let key = format!("pkcs12:{}", p12.display());
        Some(Self { dir, authority, key })
    }
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }
    pub(crate) fn sign(&self, args: &[&str]) -> std::process::Output {
        let tsa = format!("{}/tsa", self.authority.url);
        let fixed = ["--json", "sign", "--key", &self.key, "--pin-file", "pin", "--tsa", &tsa];
        run(self.path(), &[&fixed[..], args].concat())
    }
    fn validate(&self, file: &str) -> (i32, Value) {
        let out = run(self.path(), &["--json", "validate", "--offline", "--trust-anchor", "root.pem", file]);
        let text = String::from_utf8(out.stdout.clone()).unwrap();
        (code(&out), serde_json::from_str(&text).unwrap_or_default())
    }
}

#[test]
fn containers_at_every_level_and_one_more_signature() {
    for kind in [KeyKind::P256, KeyKind::P384, KeyKind::Rsa3072] {
        let Some(place) = Place::new(10, kind) else { return };
        let out = place.sign(&["Līgums 1.txt", "b.txt"]);
        assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
        let made: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!((&made["format"], &made["level"]), (&"edoc".into(), &"LT".into()));
        assert_eq!(made["signer"], "Anna Paraudziņa");
        let (exit, report) = place.validate("Līgums 1.edoc");
        assert_eq!(exit, 0, "{report}");
        assert_eq!(report["signatures"][0]["level"], "XAdES-BASELINE-LT");

        let again = place.sign(&["Līgums 1.edoc"]);
        assert_eq!(code(&again), 0, "{}", String::from_utf8_lossy(&again.stderr));
        let (exit, report) = place.validate("Līgums 1-signed.edoc");
        assert_eq!((exit, report["signatures"].as_array().map(Vec::len)), (0, Some(2)), "{report}");

        for level in ["B", "T", "LTA"] {
            let out = place.sign(&["--format", "asice", "--level", level, "--out", &format!("{level}.asice"), "b.txt"]);
            assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
            let report = place.validate(&format!("{level}.asice")).1;
            assert_eq!(report["signatures"][0]["level"], format!("XAdES-BASELINE-{level}"));
        }
        assert!(
            fs::read_dir(place.path()).unwrap().all(|e| !e.unwrap().file_name().to_string_lossy().ends_with(".part"))
        );
    }
}

#[test]
fn cades_in_every_shape_and_level_and_raised() {
    let Some(place) = Place::new(20, KeyKind::P256) else { return };
    let good = |out: std::process::Output| assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
    let judged = |file: &str, detached: bool, level: &str, count: usize| {
        let more: &[&str] = if detached { &["--detached", "b.txt"] } else { &[] };
        let fixed = ["--json", "validate", "--offline", "--trust-anchor", "root.pem", file];
        let out = run(place.path(), &[&fixed[..], more].concat());
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(code(&out), 0, "{report:#}");
        let signatures = report["signatures"].as_array().unwrap();
        assert_eq!(signatures.len(), count, "{report:#}");
        assert_eq!(signatures.last().unwrap()["level"], format!("CAdES-BASELINE-{level}"), "{report:#}");
    };
    for level in ["LT", "LTA"] {
        let shape = |args: &[&str]| good(place.sign(&[&["--level", level], args, &["b.txt"]].concat()));
        let name = |kind: &str| format!("{level}.{kind}");
        shape(&["--format", "cades", "--out", &name("p7m")]);
        judged(&name("p7m"), false, level, 1);
        shape(&["--format", "cades", "--detached", "--out", &name("p7s")]);
        judged(&name("p7s"), true, level, 1);
        shape(&["--format", "asice", "--with", "cades", "--out", &name("asice")]);
        judged(&name("asice"), false, level, 1);
        shape(&["--format", "asics", "--with", "cades", "--out", &name("asics")]);
        judged(&name("asics"), false, level, 1);
        for kind in ["p7m", "asice", "asics"] {
            let out = format!("{level}-2.{kind}");
            good(place.sign(&["--level", level, "--out", &out, &name(kind)]));
            judged(&out, false, level, 2);
        }
    }
    let out = place.sign(&["--level", "LT", "--data", "b.txt", "--counter", "signature-1", "LT.p7s"]);
    good(out);
    // The counter-signature, last in the report, is at B.
    judged("LT-signed.p7s", true, "B", 2);
    let tsa = format!("{}/tsa", place.authority.url);
    let augment = ["augment", "--level", "LTA", "--tsa", &tsa];
    for (file, detached) in [("LT.p7m", false), ("LT.p7s", true), ("LT.asice", false), ("LTA.asics", false)] {
        let more: &[&str] = if detached { &["--detached", "b.txt"] } else { &[] };
        good(run(place.path(), &[&augment[..], more, &["--out", &format!("raised-{file}"), file]].concat()));
        judged(&format!("raised-{file}"), detached, "LTA", 1);
    }
    good(run(place.path(), &["timestamp", "--asic", "--tsa", &tsa, "b.txt"]));
    let out = run(place.path(), &["--json", "inspect", "b.txt.asics", "LT.p7m"]);
    let lines: Vec<Value> =
        String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines[0]["timestamps"][0]["imprint_matches"], true);
    assert_eq!((&lines[1]["container"], &lines[1]["signatures"][0]["format"]), (&"CMS".into(), &"CAdES".into()));
}

#[test]
fn xades_around_inside_and_beside_and_simple_containers() {
    let Some(place) = Place::new(22, KeyKind::P256) else { return };
    let good = |out: std::process::Output| assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
    let judged = |file: &str, more: &[&str], level: &str, count: usize| {
        let fixed = ["--json", "validate", "--offline", "--trust-anchor", "root.pem", file];
        let out = run(place.path(), &[&fixed[..], more].concat());
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(code(&out), 0, "{report:#}");
        let signatures = report["signatures"].as_array().unwrap();
        assert_eq!(signatures.len(), count, "{report:#}");
        for s in signatures {
            assert_eq!(s["level"], format!("XAdES-BASELINE-{level}"), "{report:#}");
        }
    };
    fs::write(place.path().join("d.xml"), "<?xml version=\"1.0\"?>\n<līgums summa=\"100\">teksts</līgums>\n").unwrap();
    for level in ["LT", "LTA"] {
        let (xml, around, beside, simple) =
            (format!("{level}.xml"), format!("{level}-in.xml"), format!("{level}-at.xml"), format!("{level}.asics"));
        good(place.sign(&["--format", "xades", "--level", level, "--out", &xml, "d.xml"]));
        judged(&xml, &[], level, 1);
        let two = format!("{level}-2.xml");
        good(place.sign(&["--format", "xades", "--level", level, "--out", &two, &xml]));
        judged(&two, &[], level, 2);
        good(place.sign(&["--format", "xades", "--level", level, "--out", &around, "b.txt"]));
        judged(&around, &[], level, 1);
        good(place.sign(&["--format", "xades", "--detached", "--level", level, "--out", &beside, "b.txt"]));
        judged(&beside, &["--detached", "b.txt"], level, 1);
        good(place.sign(&["--format", "asics", "--level", level, "--out", &simple, "b.txt"]));
        judged(&simple, &[], level, 1);
    }
    // a changed file, and a container of the simple kind with two
    fs::write(place.path().join("c.txt"), "cits").unwrap();
    let changed = fs::read_to_string(place.path().join("LT.xml")).unwrap().replace("100", "900");
    fs::write(place.path().join("LT.xml"), changed).unwrap();
    let out = run(place.path(), &["--json", "validate", "--offline", "--trust-anchor", "root.pem", "LT.xml"]);
    assert_eq!(code(&out), 4);
    assert_ne!(code(&place.sign(&["--format", "asics", "--level", "B", "--out", "two.asics", "b.txt", "c.txt"])), 0);
}

#[test]
fn a_pdf_names_the_policy_it_follows() {
    let Some(place) = Place::new(17, KeyKind::P256) else { return };
    let document = "Kas paraksta, to ir lasījis.\n";
    fs::write(place.path().join("policy.txt"), document).unwrap();
    fs::write(place.path().join("a.pdf"), crate::pages::pdf(&["One"])).unwrap();
    let policy = ["--signature-policy", "1.3.6.1.4.1.99999.7", "--policy-url", "https://policy.example/1"];
    let file = ["--format", "pdf", "--level", "T", "a.pdf"];
    let alone = place.sign(&[&policy[..], &file].concat());
    assert_eq!(code(&alone), 2, "a policy is named with the digest of its document");
    let made = place.sign(&[&policy[..], &["--policy-document", "policy.txt", "--out", "b.pdf"], &file].concat());
    assert_eq!(code(&made), 0, "{}", String::from_utf8_lossy(&made.stderr));
    let written = String::from_utf8_lossy(&fs::read(place.path().join("b.pdf")).unwrap()).to_lowercase();
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let id = "06092b06010401868d1f07".to_owned();
    for part in [id, hex(&pki::DigestAlgorithm::Sha256.of(document.as_bytes())), hex(b"https://policy.example/1")] {
        assert!(written.contains(&part), "{part}");
    }
    let (_, report) = place.validate("b.pdf");
    let findings = report["signatures"][0]["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["code"] == "validate.policy.not-available"), "{findings:?}");
}

#[test]
fn nothing_is_overwritten() {
    let Some(place) = Place::new(11, KeyKind::P256) else { return };
    fs::write(place.path().join("b.edoc"), "mine").unwrap();
    assert_eq!(refusal(&place.sign(&["b.txt"])), "file.exists");
    assert_eq!(fs::read(place.path().join("b.edoc")).unwrap(), b"mine");
    assert_eq!(code(&place.sign(&["--force", "b.txt"])), 0);
    assert_eq!(place.validate("b.edoc").0, 0);
}

#[test]
fn refusals_name_cause_and_remedy() {
    let Some(place) = Place::new(HELD, KeyKind::P256) else { return };
    let cases: [(&[&str], &str, i32); 5] = [
        (&["b.txt"], "gather.revoked", 1),
        (&["missing.txt"], "file.read", 1),
        (&["--format", "jades", "--serialization", "compact", "b.txt"], "sign.compact-level", 2),
        (&["b.txt", "./b.txt"], "sign.same-name", 2),
        (&["."], "sign.not-a-file", 2),
    ];
    for (args, expected, exit) in cases {
        let out = place.sign(args);
        assert_eq!((refusal(&out).as_str(), code(&out)), (expected, exit), "{args:?}");
        assert!(out.stdout.is_empty());
    }
    assert!(!place.path().join("b.edoc").exists());
    fs::write(place.path().join("pin"), "wrong\n").unwrap();
    assert_eq!(refusal(&place.sign(&["b.txt"])), "key.wrong-passphrase");
    fs::write(place.path().join("broken.edoc"), "PK\x03\x04").unwrap();
    fs::write(place.path().join("pin"), "secret\n").unwrap();
    assert_eq!(refusal(&place.sign(&["broken.edoc"])), "zip.not-zip");
    let out = run(place.path(), &["--json", "sign", "--key", &place.key, "--pin-file", "pin", "b.txt"]);
    assert_eq!((refusal(&out).as_str(), code(&out)), ("sign.no-tsa", 2));
    let out = run(place.path(), &["sign", "--key", "nonsense", "b.txt"]);
    assert_eq!(code(&out), 2);
}

#[test]
fn expired_certificates_do_not_sign() {
    let Some(place) = Place::new(12, KeyKind::P256) else { return };
    let p12 = place.authority.pkcs12(place.path(), 13, KeyKind::P256, pki::testing::day(1)).unwrap();
    let expired = Place { key: format!("pkcs12:{}", p12.display()), ..place };
    assert_eq!(refusal(&expired.sign(&["b.txt"])), "sign.certificate-time");
}

#[test]
fn time_stamp_inspect_and_canonical_form() {
    let Some(place) = Place::new(14, KeyKind::P256) else { return };
    let tsa = format!("{}/tsa", place.authority.url);
    assert_eq!(code(&run(place.path(), &["timestamp", "--tsa", &tsa, "b.txt"])), 0);
    let out = run(place.path(), &["--json", "inspect", "b.txt.tst", "root.pem"]);
    let lines: Vec<Value> =
        String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!((&lines[0]["type"], &lines[1]["type"]), (&"time-stamp".into(), &"certificates".into()));
    assert_eq!(code(&run(place.path(), &["inspect", "b.txt"])), 5);

    fs::write(place.path().join("a.xml"), "<b y='2' x='1'/>").unwrap();
    let alg = "http://www.w3.org/2006/12/xml-c14n11";
    let out = run(place.path(), &["c14n", "--alg", alg, "a.xml"]);
    assert_eq!((out.stdout.as_slice(), code(&out)), (&b"<b x=\"1\" y=\"2\"></b>"[..], 0));
    fs::write(place.path().join("a.xml"), "<!DOCTYPE a><a/>").unwrap();
    assert_eq!(refusal(&run(place.path(), &["--json", "c14n", "--alg", alg, "a.xml"])), "xml.parse.doctype");
    assert_eq!(code(&run(place.path(), &["c14n", "--alg", "urn:x", "a.xml"])), 2);
}

#[test]
fn signatures_in_json() {
    let Some(place) = Place::new(15, KeyKind::P256) else { return };
    let text = "Līgums 1.txt";
    for level in ["B", "T", "LT", "LTA"] {
        for detached in [false, true] {
            let out = format!("{level}-{detached}.json");
            let mut args = vec!["--format", "jades", "--level", level, "--out", &out, text];
            if detached {
                args.insert(0, "--detached");
            }
            let made = place.sign(&args);
            assert_eq!(code(&made), 0, "{}", String::from_utf8_lossy(&made.stderr));
            let mut ask =
                vec!["--json", "validate", "--offline", "--trust-anchor", "root.pem", "--detached", text, &out];
            let judged = run(place.path(), &ask);
            let report: Value = serde_json::from_slice(&judged.stdout).unwrap();
            assert_eq!(report["container"], "JSON");
            assert_eq!(report["signatures"][0]["level"], format!("JAdES-BASELINE-{level}"), "{report}");
            assert_eq!(report["signatures"][0]["indication"] == "TOTAL_PASSED", level.starts_with('L'), "{report}");
            if detached {
                ask.drain(5..7);
                assert_eq!(code(&run(place.path(), &ask)), 3);
            }
        }
    }
    // One more signer, and several files.
    let again = place.sign(&["--format", "jades", "LT-true.json"]);
    assert_eq!(code(&again), 0, "{}", String::from_utf8_lossy(&again.stderr));
    let report: Value = serde_json::from_slice(
        &run(
            place.path(),
            &[
                "--json",
                "validate",
                "--offline",
                "--trust-anchor",
                "root.pem",
                "--detached",
                text,
                "LT-true-signed.json",
            ],
        )
        .stdout,
    )
    .unwrap();
    assert_eq!(report["signatures"].as_array().map(Vec::len), Some(2), "{report}");
    assert_eq!(report["signatures"][1]["indication"], "TOTAL_PASSED", "{report}");
    assert_eq!(code(&place.sign(&["--format", "jades", "--serialization", "general", text, "b.txt"])), 0);
    assert_eq!(code(&place.sign(&["--format", "jades", "--serialization", "compact", "--level", "B", "b.txt"])), 0);
    assert!(fs::read_to_string(place.path().join("b.txt.jws")).unwrap().starts_with("ey"));
    let refused = place.sign(&["--format", "jades", "--serialization", "compact", "b.txt"]);
    assert_eq!((refusal(&refused).as_str(), code(&refused)), ("sign.compact-level", 2));
}
