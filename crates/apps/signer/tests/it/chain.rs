//! Certification paths from files.

use std::fs;

use pki::{
    CrlEntry, RevocationReason,
    testing::{TestEntity, TestKey, day},
};
use serde_json::Value;

use crate::{code, run};

#[test]
fn paths_from_files() {
    let dir = tempfile::tempdir().unwrap();
    let root = TestEntity::root("Sakne", TestKey::p256());
    let ca = root.issue_ca(2, "Izdevējs", TestKey::p256());
    let leaf = ca.issue_signer(3, "Anna Paraudziņa", TestKey::p256());
    let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    write("root.pem", root.certificate.to_pem().as_bytes());
    write("ca.der", ca.certificate.der());
    write("leaf.pem", leaf.certificate.to_pem().as_bytes());
    let entry = CrlEntry {
        serial: leaf.certificate.serial().to_vec(),
        revoked_at: day(5),
        reason: Some(RevocationReason::KeyCompromise),
        invalid_since: None,
    };
    write("root.crl", &root.crl(1, day(9), &[]));
    write("good.crl", &ca.crl(1, day(9), &[]));
    write("bad.crl", &ca.crl(2, day(9), &[entry]));
    let base =
        ["--json", "verify-chain", "--leaf", "leaf.pem", "--anchor", "root.pem", "--time", "2026-01-11T00:00:00Z"];
    let judge = |more: &[&str]| {
        let out = run(dir.path(), &[&base[..], more].concat());
        let json: Value = serde_json::from_slice(&out.stdout).unwrap();
        let mut codes: Vec<String> =
            json["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect();
        codes.dedup();
        (code(&out), json["valid"].as_bool().unwrap(), codes)
    };
    let between = ["--intermediate", "ca.der"];
    let with = |more: &[&str]| judge(&[&between[..], more].concat());
    assert_eq!(with(&["--purpose", "sign"]), (0, true, vec![]));
    assert_eq!(judge(&[]), (4, false, vec!["pki.path.no-anchor".into()]));
    assert_eq!(with(&["--purpose", "tls-client"]), (4, false, vec!["pki.path.wrong-purpose".into()]));
    assert_eq!(with(&["--dns", "pki.example"]), (4, false, vec!["pki.path.wrong-host".into()]));
    assert_eq!(with(&["--policy", "0.4.0.2042.1.1"]), (4, false, vec!["pki.path.no-policy".into()]));
    assert_eq!(with(&["--crl", "good.crl", "--crl", "root.crl"]), (0, true, vec![]));
    assert_eq!(with(&["--crl", "good.crl"]), (3, false, vec!["pki.path.status-unknown".into()]));
    assert_eq!(with(&["--crl", "bad.crl", "--crl", "root.crl"]), (4, false, vec!["pki.path.revoked".into()]));
    assert_eq!(code(&run(dir.path(), &["verify-chain", "--leaf", "leaf.pem"])), 2);
}
