//! What this crate builds, judged by the `openssl` program.

use std::process::Command;

use crate::{testing::*, *};

fn openssl(dir: &std::path::Path, args: &[&str]) -> String {
    let out = Command::new("openssl").args(args).current_dir(dir).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "openssl {args:?}: {text}");
    text
}

#[test]
fn chain_crl_ocsp_and_time_stamp_are_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    let root = TestEntity::root("Sakne", TestKey::p384());
    let ca = root.issue_ca(2, "Izdevējs", TestKey::p256());
    let signer =
        ca.issue_signer(0xa1, "Jānis Paraugs", TestKey::new(SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha256)));
    let tsa = ca.issue_tsa(4, "Laiks", TestKey::p384());
    let responder = ca.issue_ocsp(5, "Statuss", TestKey::p256());
    let write = |name: &str, bytes: &[u8]| std::fs::write(at.join(name), bytes).unwrap();
    write("root.pem", root.certificate.to_pem().as_bytes());
    write("ca.pem", ca.certificate.to_pem().as_bytes());
    write("signer.pem", signer.certificate.to_pem().as_bytes());
    let moment = day(100);
    let entries = [CrlEntry {
        serial: vec![0x77],
        revoked_at: day(50),
        reason: Some(RevocationReason::KeyCompromise),
        invalid_since: None,
    }];
    write("ca.crl", &ca.crl(7, moment, &entries));
    write("root.crl", &root.crl(1, moment, &[]));
    let seconds = moment.as_second().to_string();
    openssl(at, &["crl", "-in", "ca.crl", "-inform", "DER", "-out", "ca.crl.pem"]);
    openssl(at, &["crl", "-in", "root.crl", "-inform", "DER", "-out", "root.crl.pem"]);
    openssl(
        at,
        &[
            "verify",
            "-x509_strict",
            "-attime",
            &seconds,
            "-CAfile",
            "root.pem",
            "-untrusted",
            "ca.pem",
            "-crl_check_all",
            "-CRLfile",
            "ca.crl.pem",
            "-CRLfile",
            "root.crl.pem",
            "signer.pem",
        ],
    );
    write("resp.der", &responder.ocsp(&ca.certificate, &signer.certificate, CertStatus::Good, moment));
    let text = openssl(
        at,
        &[
            "ocsp",
            "-respin",
            "resp.der",
            "-issuer",
            "ca.pem",
            "-cert",
            "signer.pem",
            "-CAfile",
            "root.pem",
            "-verify_other",
            "ca.pem",
            "-attime",
            &seconds,
            "-no_nonce",
            "-status_age",
            "999999999",
            "-validity_period",
            "999999999",
        ],
    );
    assert!(text.contains("Response verify OK") && text.contains("signer.pem: good"), "{text}");
    write("data", b"dati");
    let token = tsa.time_stamp(&DigestAlgorithm::Sha256.of(b"dati"), moment);
    write("token.tsr", &TimeStampResponse::granted(&token));
    let text = openssl(
        at,
        &[
            "ts",
            "-verify",
            "-in",
            "token.tsr",
            "-data",
            "data",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "ca.pem",
            "-attime",
            &seconds,
        ],
    );
    assert!(text.contains("Verification: OK"), "{text}");
    let parsed = TimeStampToken::from_ber(&token).unwrap();
    assert_eq!(parsed.verify(&[]).unwrap(), tsa.certificate);
    assert_eq!(parsed.info.time, moment);
    assert!(parsed.info.qualified && TimeStampToken::may_stamp(&tsa.certificate));
}

#[test]
fn signed_data_and_requests_are_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    let root = TestEntity::root("Sakne", TestKey::new(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512)));
    let signer = root.issue_signer(9, "Zane Paraudziņa", TestKey::p384());
    std::fs::write(at.join("root.pem"), root.certificate.to_pem()).unwrap();
    let data = b"saturs".to_vec();
    let template = SignedDataTemplate {
        content_type: oid::CMS_DATA,
        content: Some(data.clone()),
        message_digest: DigestAlgorithm::Sha384.of(&data),
        digest: DigestAlgorithm::Sha384,
        signature: signer.key.algorithm(),
        certificate: signer.certificate.clone(),
        signing_time: Some(day(10)),
        more_attributes: vec![],
    };
    let signed = template.to_be_signed().unwrap();
    let ocsp = root.ocsp(&root.certificate, &signer.certificate, CertStatus::Good, day(10));
    let cms = template
        .assemble(
            &signed,
            &signer.key.sign(&signed),
            std::slice::from_ref(&root.certificate),
            &[root.crl(1, day(10), &[])],
            &[ocsp],
            &[],
        )
        .unwrap();
    std::fs::write(at.join("m.p7s"), &cms).unwrap();
    let seconds = day(10).as_second().to_string();
    let out = openssl(
        at,
        &[
            "cms", "-verify", "-binary", "-inform", "DER", "-in", "m.p7s", "-CAfile", "root.pem", "-purpose", "any",
            "-cades", "-attime", &seconds,
        ],
    );
    assert!(out.contains("saturs"), "{out}");
    let read = SignedData::from_ber(&cms).unwrap();
    let one = read.only_signer().unwrap();
    assert_eq!((read.crls.len(), read.ocsps.len(), read.certificates.len()), (1, 1, 2));
    one.verify_value(signer.certificate.spki(), &data).unwrap();
    assert_eq!(one.signing_time().unwrap(), Some(day(10)));
    assert!(one.certificate_references().unwrap().unwrap()[0].is(&signer.certificate));

    let key = TestKey::new(SignatureAlgorithm::Ed25519);
    let tbs = CertificationRequest::tbs(&name("Pieteikums"), key.spki());
    let request = CertificationRequest::assemble(&tbs, key.algorithm(), &key.sign(&tbs)).unwrap();
    std::fs::write(at.join("r.csr"), &request).unwrap();
    openssl(at, &["req", "-in", "r.csr", "-inform", "DER", "-verify", "-noout"]);
    CertificationRequest::from_der(&request).unwrap().verify().unwrap();
}

#[test]
fn key_files_open_with_their_password_only() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    openssl(
        at,
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "k.pem",
            "-out",
            "c.pem",
            "-subj",
            "/CN=Atslēga",
            "-utf8",
        ],
    );
    let export = |out: &str, more: &[&str]| {
        let mut args = vec![
            "pkcs12",
            "-export",
            "-inkey",
            "k.pem",
            "-in",
            "c.pem",
            "-out",
            out,
            "-passout",
            "pass:šķīvis",
            "-name",
            "mana",
        ];
        args.extend(more);
        openssl(at, &args);
        std::fs::read(at.join(out)).unwrap()
    };
    let file = export("a.p12", &[]);
    let opened = Pkcs12::open(&file, "šķīvis").unwrap();
    let (key, chain) = opened.identity().unwrap();
    let alg = &aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1_SIGNING;
    let pair = aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(alg, &key.pkcs8).unwrap();
    let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), b"x").unwrap();
    verify(chain[0].spki(), SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256), b"x", signature.as_ref()).unwrap();
    assert_eq!(key.friendly_name.as_deref(), Some("mana"));
    assert_eq!(Pkcs12::open(&file, "cits").unwrap_err(), Error::WrongPassword);
    let aes128 = export("b.p12", &["-keypbe", "AES-128-CBC", "-certpbe", "AES-128-CBC", "-macalg", "sha512"]);
    assert_eq!(Pkcs12::open(&aes128, "šķīvis").unwrap().keys.len(), 1);
    let old = export("c.p12", &["-keypbe", "PBE-SHA1-3DES", "-certpbe", "NONE"]);
    assert!(matches!(Pkcs12::open(&old, "šķīvis"), Err(Error::UnsupportedAlgorithm(_))));
    let mut bent = file.clone();
    for i in (0..file.len()).step_by(7) {
        bent[i] ^= 0x55;
        let _ = Pkcs12::open(&bent, "šķīvis");
        bent[i] ^= 0x55;
    }
}

#[test]
fn sha_3_as_openssl_signs_it() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    std::fs::write(at.join("data"), b"dati").unwrap();
    openssl(at, &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", "ec.key"]);
    openssl(at, &["pkey", "-in", "ec.key", "-pubout", "-outform", "DER", "-out", "ec.pub"]);
    openssl(at, &["genpkey", "-algorithm", "RSA", "-out", "rsa.key"]);
    openssl(at, &["pkey", "-in", "rsa.key", "-pubout", "-outform", "DER", "-out", "rsa.pub"]);
    let (ec, rsa) = (std::fs::read(at.join("ec.pub")).unwrap(), std::fs::read(at.join("rsa.pub")).unwrap());
    for (name, digest) in [
        ("sha3-256", DigestAlgorithm::Sha3_256),
        ("sha3-384", DigestAlgorithm::Sha3_384),
        ("sha3-512", DigestAlgorithm::Sha3_512),
    ] {
        let dash = format!("-{name}");
        let text = openssl(at, &["dgst", &dash, "-r", "data"]);
        let hex: String = digest.of(b"dati").iter().map(|b| format!("{b:02x}")).collect();
        assert!(text.starts_with(&hex), "{text}");
        openssl(at, &["dgst", &dash, "-sign", "ec.key", "-out", "value", "data"]);
        let value = std::fs::read(at.join("value")).unwrap();
        let algorithm = SignatureAlgorithm::Ecdsa(digest);
        assert_eq!(verify(&ec, algorithm, b"dati", &value), Ok(()));
        assert_eq!(verify(&ec, algorithm, b"data", &value), Err(Error::BadSignature));
        assert_eq!(verify_digest(&ec, algorithm, &digest.of(b"dati"), &value), Ok(()));
        assert_eq!(SignatureAlgorithm::from_der(&algorithm.to_der()), Ok(algorithm));
        // The key library has no RSA with SHA-3: not judged, never wrong or right.
        openssl(at, &["dgst", &dash, "-sign", "rsa.key", "-out", "value", "data"]);
        let value = std::fs::read(at.join("value")).unwrap();
        let algorithm = SignatureAlgorithm::RsaPkcs1(digest);
        assert_eq!(verify(&rsa, algorithm, b"dati", &value), Err(Error::UnsupportedKey));
        assert_eq!(SignatureAlgorithm::from_der(&algorithm.to_der()), Ok(algorithm));
    }
}
