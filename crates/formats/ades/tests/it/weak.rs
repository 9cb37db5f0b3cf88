//! Algorithms by their end dates.

use std::{io::Cursor, path::Path, process::Command};

use ades::{
    asic::Naming,
    augment, detect,
    facts::FileFacts,
    make::{Claims, Form, Format, Input, Signer, prepare},
    validate::{Anchors, Basis, Indication, Lang, Policy, SubIndication, validate_file},
    xades::Nothing,
};
use jiff::Timestamp;
use pki::{CertStatus, Certificate, DigestAlgorithm, PublicKey, SignatureAlgorithm, testing::day};

use crate::{
    every::pdf,
    world::{World, facts},
};

/// A signature with a time stamp of day 100 is judged on day 300: what ended between is proven, what ended before is not. By the policy as it
/// is, SHA-1 ended in 2012 and RSA below 1900 bits long ago.
#[test]
fn sha1_and_short_rsa_by_date() {
    let world = World::new();
    let good = facts(&world.container(Naming::Asice, &[("a.txt", b"a")]));
    let mut digest = good.clone();
    digest.signatures[0].references[0].digest = Some(DigestAlgorithm::Sha1);
    let mut value = good.clone();
    value.signatures[0].algorithm = Some(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha1));
    let mut short = good.clone();
    let key = PublicKey::from_rsa(&[0xc5; 128], &[1, 0, 1]).unwrap();
    let profile = pki::Extensions {
        key_usage: Some(pki::KeyUsage::NON_REPUDIATION),
        ..world.signer.certificate.extensions().clone()
    };
    let weak = world.ca.issue(9, "Vājais", pki::testing::TestKey::p256(), profile, |t| t.spki = key.spki().to_vec());
    let fresh = world.ocsp.ocsp(&world.ca.certificate, &weak.certificate, CertStatus::Good, day(100));
    short.signatures[0].signing_certificate = Some(weak.certificate.der().to_vec());
    short.signatures[0].ocsps.push(fresh);
    let judge = |found, ends: Option<Timestamp>| {
        let mut policy = Policy::default();
        if ends.is_some() {
            policy.strength.set_end("SHA-1", ends).unwrap();
            policy.strength.set_end("RSA-1024", ends).unwrap();
            policy.strength_updated = Some(day(400));
        }
        let (anchors, material) = (Anchors::new([world.root.certificate.clone()]), world.material());
        let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: day(300), lang: Lang::En };
        let report = validate_file("a.asice", found, &basis);
        let s = &report.signatures[0];
        (s.indication, s.sub_indication, format!("{:?}", s.findings))
    };
    for (name, found) in [("digest", &digest), ("value", &value), ("key", &short)] {
        for (ends, passes) in [(None, false), (Some(day(50)), false), (Some(day(200)), true)] {
            let (indication, sub, told) = judge(found, ends);
            if passes {
                assert_eq!(indication, Indication::TotalPassed, "{name} {told}");
            } else {
                assert_eq!(sub, Some(SubIndication::CryptoConstraintsFailureNoPoe), "{name} {told}");
            }
        }
    }
}

/// An authority's certificate for an RSA key that openssl made, whatever its length.
struct Rsa<'d> {
    dir: &'d Path,
    certificate: Certificate,
}

impl<'d> Rsa<'d> {
    fn new(w: &World, dir: &'d Path, bits: &str) -> Self {
        openssl(dir, &["genrsa", "-out", "key.pem", bits]);
        openssl(dir, &["rsa", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "key.spki"]);
        let spki = std::fs::read(dir.join("key.spki")).unwrap();
        let profile = pki::testing::leaf_extensions(&w.signer.key, pki::KeyUsage::NON_REPUDIATION, &[]);
        let key = pki::testing::TestKey::p256();
        Self { dir, certificate: w.ca.issue(9, "Vājais", key, profile, |t| t.spki = spki).certificate }
    }
    fn sign(&self, digest: DigestAlgorithm, message: &[u8]) -> Vec<u8> {
        std::fs::write(self.dir.join("message"), message).unwrap();
        let digest = format!("-{}", digest.name().to_lowercase().replace('-', ""));
        openssl(self.dir, &["dgst", &digest, "-sign", "key.pem", "-out", "value", "message"]);
        std::fs::read(self.dir.join("value")).unwrap()
    }
}

fn openssl(dir: &Path, args: &[&str]) {
    let out = Command::new("openssl").args(args).current_dir(dir).output().unwrap();
    assert!(out.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}

/// A file of this format, signed and stamped on day 100. `None`: the format has no name for the algorithm.
fn stamped(w: &World, rsa: &Rsa<'_>, digest: DigestAlgorithm, format: Format) -> Option<FileFacts> {
    let algorithm = SignatureAlgorithm::RsaPkcs1(digest);
    let chain = vec![w.ca.certificate.der().to_vec(), w.root.certificate.der().to_vec()];
    let signer = Signer { chain, algorithm, ..Signer::new(rsa.certificate.der(), w.now).unwrap() };
    let (name, data) = if format == Format::Pdf { ("a.pdf", pdf()) } else { ("a.xml", b"<a>dati</a>".to_vec()) };
    let (files, limits) = ([Input::bytes(name, data)], detect::Limits::default());
    let prepared = prepare(&files, &Form::new(format), &signer, &Claims::default(), &limits).ok()?;
    let signed = prepared.clone().finish(&rsa.sign(digest, &prepared.to_be_signed())).unwrap();
    let bytes = signed.write(&files, w.now, &limits, Vec::new()).unwrap();
    let mut file = augment::open(name, Cursor::new(bytes), Box::new(Nothing), &limits).unwrap();
    let id = file.ids().remove(0);
    let imprint = file.stamp_imprint(&id, DigestAlgorithm::Sha256).unwrap();
    file.add_stamp(&id, &w.stamp(DigestAlgorithm::Sha256, &imprint)).unwrap();
    let mut material = w.material();
    material.ocsps.push(w.ocsp.ocsp(&w.ca.certificate, &rsa.certificate, CertStatus::Good, day(101)));
    file.add_material(&id, &material).unwrap();
    let mut bytes = Vec::new();
    file.write(&mut bytes).unwrap();
    Some(detect::read(name, Cursor::new(bytes), &mut Nothing, &limits).unwrap())
}

#[test]
fn sha1_and_short_rsa_by_date_in_files_of_every_format() {
    let w = World::new();
    for (bits, digest, weak) in
        [("1024", DigestAlgorithm::Sha256, "RSA-1024"), ("2048", DigestAlgorithm::Sha1, "SHA-1")]
    {
        let dir = tempfile::tempdir().unwrap();
        let rsa = Rsa::new(&w, dir.path(), bits);
        for format in Format::ALL {
            let Some(found) = stamped(&w, &rsa, digest, format) else {
                // RFC 7518 has no RSA signature with SHA-1.
                assert_eq!((format, weak), (Format::Jades, "SHA-1"));
                continue;
            };
            assert_eq!(found.signatures[0].value_verifies, Some(true), "{format:?} {weak}");
            for (ends, passes) in [(None, false), (Some(day(50)), false), (Some(day(200)), true)] {
                let mut policy = Policy::default();
                if ends.is_some() {
                    policy.strength.set_end(weak, ends).unwrap();
                    policy.strength_updated = Some(day(400));
                }
                let (anchors, material) = (Anchors::new([w.root.certificate.clone()]), w.material());
                let basis =
                    Basis { anchors: &anchors, policy: &policy, material: &material, time: day(300), lang: Lang::En };
                let report = validate_file("a", &found, &basis).signatures.remove(0);
                let wanted = if passes {
                    (Indication::TotalPassed, None)
                } else {
                    (Indication::Indeterminate, Some(SubIndication::CryptoConstraintsFailureNoPoe))
                };
                let told = &report.findings;
                assert_eq!((report.indication, report.sub_indication), wanted, "{format:?} {weak} {ends:?}: {told:?}");
            }
        }
    }
}

#[test]
fn rsa_with_sha_3_is_refused_by_its_name() {
    let w = World::with(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256));
    let refused = |found: &FileFacts, name: &str| {
        let (anchors, policy) = (Anchors::new([w.root.certificate.clone()]), Policy::default());
        let material = w.material();
        let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: w.now, lang: Lang::En };
        let report = validate_file("a", found, &basis).signatures.remove(0);
        assert_eq!(report.indication, Indication::Indeterminate, "{name}");
        let told = report.findings.iter().find(|f| f.code == "validate.algorithm.rsa-sha3").unwrap();
        assert_eq!(told.object, name);
    };
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    std::fs::write(at.join("data"), b"dati").unwrap();
    openssl(at, &["genrsa", "-out", "rsa.key", "3072"]);
    openssl(at, &["req", "-x509", "-new", "-key", "rsa.key", "-subj", "/CN=Anna Paraudzina", "-out", "rsa.pem"]);
    for (md, name) in [("sha3-256", "SHA3-256"), ("sha3-384", "SHA3-384"), ("sha3-512", "SHA3-512")] {
        let sign = ["cms", "-sign", "-binary", "-nodetach", "-in", "data", "-signer", "rsa.pem", "-inkey", "rsa.key"];
        openssl(at, &[sign.as_slice(), &["-md", md, "-outform", "DER", "-out", "a.p7m"]].concat());
        let cms = std::fs::read(at.join("a.p7m")).unwrap();
        refused(&detect::read("a.p7m", Cursor::new(cms), &mut Nothing, &detect::Limits::default()).unwrap(), name);
        // PSS, as XML names it.
        let xml = |w: &World, objects: &[ades::xades::DataObject]| {
            let (ours, pss) = ("2001/04/xmldsig-more#rsa-sha256", format!("2007/05/xmldsig-more#{md}-rsa-MGF1"));
            w.sign(objects, "S1").xml().replace(ours, &pss)
        };
        refused(&facts(&w.container_of(Naming::Asice, &[("a.txt", b"a")], xml)), name);
    }
}
