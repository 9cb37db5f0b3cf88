//! Algorithms that others use: SHA-3, and DSA, which is refused by its name.

use std::{io::Cursor, path::Path, process::Command};

use ades::{
    asic::Naming,
    detect,
    facts::FileFacts,
    material::Material,
    validate::{Anchors, Basis, Indication, Lang, Policy, Severity, SignatureReport, SubIndication, validate_file},
    xades::Nothing,
};
use pki::{DigestAlgorithm, SignatureAlgorithm, testing::day};

use crate::world::{World, facts};

fn judge(w: &World, found: &FileFacts) -> SignatureReport {
    let anchors = Anchors::new([w.root.certificate.clone()]);
    let (policy, material) = (Policy::default(), Material::default());
    let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: day(300), lang: Lang::En };
    validate_file("x", found, &basis).signatures.remove(0)
}

#[test]
fn sha_3_in_references_values_and_time_stamps() {
    for digest in [DigestAlgorithm::Sha3_256, DigestAlgorithm::Sha3_384] {
        let w = World::with(SignatureAlgorithm::Ecdsa(digest));
        let container = w.container(Naming::Edoc, &[("a.txt", b"a")]);
        let report = judge(&w, &facts(&container));
        assert_eq!(report.indication, Indication::TotalPassed, "{:?}", report.findings);
        assert_eq!(report.level, "XAdES-BASELINE-LT");
        let cms = crate::cades::attached(&w);
        let found = detect::read("a.p7m", Cursor::new(cms), &mut Nothing, &detect::Limits::default()).unwrap();
        let s = &found.signatures[0];
        assert_eq!((s.algorithm, s.value_verifies), (Some(SignatureAlgorithm::Ecdsa(digest)), Some(true)));
        assert!(s.references.iter().all(|r| r.digest == Some(digest) && r.intact));
    }
}

#[track_caller]
fn is_refused(report: &SignatureReport) {
    assert_eq!(report.indication, Indication::Indeterminate, "{:?}", report.findings);
    assert_eq!(report.sub_indication, Some(SubIndication::CryptoConstraintsFailure), "{:?}", report.findings);
    let told = report.findings.iter().find(|f| f.code == "validate.algorithm.dsa").unwrap();
    assert!(told.severity == Severity::Error && !told.clause.is_empty() && !told.remedy.is_empty());
}

fn openssl(dir: &Path, args: &[&str]) {
    let out = Command::new("openssl").args(args).current_dir(dir).output().unwrap();
    assert!(out.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn dsa_is_refused_by_its_name() {
    let w = World::new();
    let xml = |w: &World, objects: &[ades::xades::DataObject]| {
        let xml = w.sign(objects, "S1").xml();
        let ours = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
        assert!(xml.contains(ours));
        xml.replace(ours, "http://www.w3.org/2009/xmldsig11#dsa-sha256")
    };
    is_refused(&judge(&w, &facts(&w.container_of(Naming::Asice, &[("a.txt", b"a")], xml))));
    // As openssl makes it.
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    std::fs::write(at.join("data"), b"dati").unwrap();
    openssl(at, &["dsaparam", "-genkey", "-out", "dsa.key", "1024"]);
    let subject = "/CN=Anna Paraudzina";
    openssl(at, &["req", "-x509", "-new", "-key", "dsa.key", "-subj", subject, "-out", "dsa.pem"]);
    for md in ["sha1", "sha256"] {
        let sign = ["cms", "-sign", "-binary", "-nodetach", "-in", "data", "-signer", "dsa.pem", "-inkey", "dsa.key"];
        openssl(at, &[sign.as_slice(), &["-md", md, "-outform", "DER", "-out", "a.p7m"]].concat());
        let cms = std::fs::read(at.join("a.p7m")).unwrap();
        let found = detect::read("a.p7m", Cursor::new(cms), &mut Nothing, &detect::Limits::default()).unwrap();
        is_refused(&judge(&w, &found));
    }
}
