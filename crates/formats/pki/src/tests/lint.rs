use crate::{
    lint::{LintSeverity, Profile, refuses, tbs_certificate, tbs_crl, tbs_ocsp, tst_info},
    testing::*,
    *,
};

fn person() -> Name {
    Name::build(&[
        (oid::COUNTRY, "LV"),
        (oid::COMMON_NAME, "ANNA PARAUDZIŅA"),
        (oid::SURNAME, "PARAUDZIŅA"),
        (oid::GIVEN_NAME, "ANNA"),
        (oid::SERIAL_NUMBER, "PNOLV-010190-12345"),
    ])
    .unwrap()
}

fn company() -> Name {
    Name::build(&[
        (oid::COUNTRY, "LV"),
        (oid::ORGANIZATION, "SIA Paraugs"),
        (oid::ORGANIZATION_IDENTIFIER, "NTRLV-40000000000"),
        (oid::COMMON_NAME, "SIA Paraugs"),
    ])
    .unwrap()
}

/// A template that has nothing wrong.
fn good(profile: Profile, ca: &TestEntity, key: &TestKey) -> CertificateTemplate {
    let usage = match profile {
        Profile::NaturalSignature | Profile::LegalSeal => KeyUsage::NON_REPUDIATION,
        _ => KeyUsage::DIGITAL_SIGNATURE,
    };
    let mut e = leaf_extensions(key, usage, &[]);
    e.authority_key_id = ca.certificate.subject_key_id().map(<[u8]>::to_vec);
    e.ocsp = vec!["http://pki.example/ocsp".into()];
    e.ca_issuers = vec!["http://pki.example/ca.cer".into()];
    e.crl = vec!["http://pki.example/ca.crl".into()];
    let qualified = |kind, sscd, semantics| QcStatements {
        compliance: true,
        sscd,
        types: vec![kind],
        pds: vec![("https://pki.example/pds_en.pdf".into(), "en".into())],
        semantics: Some(semantics),
        ..QcStatements::default()
    };
    let mut policy = oid::NCP;
    match profile {
        Profile::NaturalSignature => {
            policy = oid::QCP_N_QSCD;
            e.qc = Some(qualified(QcType::Esign, true, oid::SEMANTICS_NATURAL));
        }
        Profile::LegalSeal => {
            policy = oid::QCP_L;
            e.qc = Some(qualified(QcType::Eseal, false, oid::SEMANTICS_LEGAL));
        }
        Profile::NaturalAuthentication | Profile::TlsClient => e.extended_key_usage = vec![oid::CLIENT_AUTH],
        Profile::TlsServer => {
            e.extended_key_usage = vec![oid::SERVER_AUTH];
            e.alt_names = vec![GeneralName::Dns("pki.example".into())];
        }
        Profile::TimeStamping => {
            e.extended_key_usage = vec![oid::TIME_STAMPING];
            e.extended_key_usage_critical = true;
        }
        Profile::OcspResponder => {
            e.extended_key_usage = vec![oid::OCSP_SIGNING];
            e.ocsp_nocheck = true;
        }
        Profile::Root | Profile::IssuingCa => e = Extensions { policies: vec![], ..ca_extensions(key, None, None) },
    }
    if profile != Profile::Root {
        e.policies = vec![Policy { oid: policy, cps: Some("https://pki.example/cps".into()) }];
    }
    CertificateTemplate {
        serial: vec![0x5a; 16],
        signature: ca.key.algorithm(),
        issuer: ca.certificate.subject().clone(),
        not_before: day(1),
        not_after: day(700),
        subject: match profile {
            Profile::NaturalSignature | Profile::NaturalAuthentication => person(),
            Profile::LegalSeal | Profile::TimeStamping => company(),
            _ => name("Iekārta"),
        },
        spki: key.spki().to_vec(),
        extensions: e,
    }
}

const LEAVES: [Profile; 7] = [
    Profile::NaturalSignature,
    Profile::NaturalAuthentication,
    Profile::LegalSeal,
    Profile::TimeStamping,
    Profile::OcspResponder,
    Profile::TlsServer,
    Profile::TlsClient,
];

#[test]
fn good_templates_have_no_findings() {
    let ca = TestEntity::root("Izdevējs", TestKey::p384());
    for profile in LEAVES {
        let template = good(profile, &ca, &TestKey::p256());
        let findings = tbs_certificate(&template.tbs().unwrap(), profile, Some(&ca.certificate));
        assert_eq!(findings, [], "{profile:?}");
    }
    let root = tbs_certificate(ca.certificate.tbs(), Profile::Root, None);
    assert!(!refuses(&root), "{root:?}");
}

type Change = fn(&mut CertificateTemplate);

#[test]
fn each_broken_rule_is_named() {
    use Profile::*;
    let ca = TestEntity::root("Izdevējs", TestKey::p384());
    let cases: &[(Profile, Change, &str)] = &[
        (
            NaturalSignature,
            |t| t.extensions.key_usage = Some(KeyUsage::NON_REPUDIATION | KeyUsage::DIGITAL_SIGNATURE),
            "pki.lint.signature.key-usage",
        ),
        (NaturalSignature, |t| t.extensions.key_usage = None, "pki.lint.extension.missing"),
        (NaturalSignature, |t| t.extensions.qc = None, "pki.lint.qc.missing"),
        (NaturalSignature, |t| qc(t).compliance = false, "pki.lint.qc.no-compliance"),
        (NaturalSignature, |t| qc(t).types = vec![QcType::Eseal], "pki.lint.qc.type"),
        (NaturalSignature, |t| qc(t).types = vec![QcType::Esign, QcType::Eseal], "pki.lint.qc.type"),
        (NaturalSignature, |t| qc(t).sscd = false, "pki.lint.qc.device-and-policy"),
        (NaturalSignature, |t| qc(t).pds.clear(), "pki.lint.qc.no-pds"),
        (NaturalSignature, |t| qc(t).pds[0].0 = "http://pki.example/p".into(), "pki.lint.qc.pds-not-https"),
        (NaturalSignature, |t| qc(t).pds[0].1 = "EN".into(), "pki.lint.qc.pds-language"),
        (NaturalSignature, |t| qc(t).pds[0].1 = "lv".into(), "pki.lint.qc.pds-english"),
        (NaturalSignature, |t| qc(t).semantics = Some(oid::SEMANTICS_LEGAL), "pki.lint.qc.semantics"),
        (NaturalSignature, |t| t.extensions.ca_issuers.clear(), "pki.lint.address.no-issuer"),
        (NaturalSignature, |t| t.extensions.ocsp.clear(), "pki.lint.address.no-ocsp"),
        (NaturalSignature, |t| t.extensions.policies.clear(), "pki.lint.extension.missing"),
        (NaturalSignature, |t| t.subject = subject("PNOLV-01019012345"), "pki.lint.subject.identifier"),
        (NaturalSignature, |t| t.subject = subject("LV-010190-12345"), "pki.lint.subject.identifier"),
        (NaturalSignature, |t| t.subject = company(), "pki.lint.subject.missing"),
        (NaturalSignature, |t| t.serial = vec![0x7f; 3], "pki.lint.serial.short"),
        (NaturalSignature, |t| t.not_after = day(7400), "pki.lint.validity.outlives-issuer"),
        (NaturalSignature, |t| t.not_after = day(0), "pki.lint.validity.reversed"),
        (
            NaturalSignature,
            |t| t.signature = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1),
            "pki.lint.algorithm.weak",
        ),
        (NaturalSignature, |t| t.signature = SignatureAlgorithm::Ed25519, "pki.lint.algorithm.wrong-key"),
        (
            NaturalSignature,
            |t| t.spki = PublicKey::from_rsa(&[0xc1; 128], &[1, 0, 1]).unwrap().spki().to_vec(),
            "pki.lint.key.weak",
        ),
        (NaturalSignature, |t| t.extensions.authority_key_id = Some(vec![1; 20]), "pki.lint.issuer.key-id"),
        (NaturalSignature, |t| t.issuer = name("Cits"), "pki.lint.issuer.name"),
        (NaturalSignature, |t| t.extensions.ocsp_nocheck = true, "pki.lint.nocheck-elsewhere"),
        (
            NaturalSignature,
            |t| t.extensions.basic_constraints = Some(BasicConstraints { ca: true, path_len: None }),
            "pki.lint.end-entity.is-ca",
        ),
        (
            NaturalAuthentication,
            |t| t.extensions.key_usage = Some(KeyUsage::NON_REPUDIATION),
            "pki.lint.authentication.key-usage",
        ),
        (
            NaturalAuthentication,
            |t| t.extensions.qc = Some(QcStatements { compliance: true, ..QcStatements::default() }),
            "pki.lint.qc.claimed",
        ),
        (NaturalAuthentication, |t| t.extensions.extended_key_usage = vec![oid::SERVER_AUTH], "pki.lint.purpose"),
        (LegalSeal, |t| t.subject = person(), "pki.lint.subject.missing"),
        (LegalSeal, |t| qc(t).sscd = true, "pki.lint.qc.device-and-policy"),
        (TimeStamping, |t| t.extensions.extended_key_usage_critical = false, "pki.lint.extension.criticality"),
        (TimeStamping, |t| t.extensions.extended_key_usage.push(oid::CLIENT_AUTH), "pki.lint.purpose"),
        (OcspResponder, |t| t.extensions.ocsp_nocheck = false, "none"),
        (TlsServer, |t| t.extensions.alt_names.clear(), "pki.lint.tls.no-name"),
        (TlsServer, |t| t.extensions.crl = vec!["gopher://x".into()], "pki.lint.address.malformed"),
        (
            TlsServer,
            |t| t.extensions.key_usage = Some(KeyUsage::KEY_ENCIPHERMENT),
            "pki.lint.key-usage.not-of-this-key",
        ),
    ];
    for (i, (profile, change, code)) in cases.iter().enumerate() {
        let mut template = good(*profile, &ca, &TestKey::p256());
        change(&mut template);
        let findings = tbs_certificate(&template.tbs().unwrap(), *profile, Some(&ca.certificate));
        let codes: Vec<_> = findings.iter().map(|f| f.code).collect();
        assert!(*code == "none" || codes.contains(code), "case {i}: {code} not in {codes:?}");
    }
}

fn qc(t: &mut CertificateTemplate) -> &mut QcStatements {
    t.extensions.qc.as_mut().unwrap()
}

fn subject(serial: &str) -> Name {
    let mut rows: Vec<(Oid, &str)> =
        vec![(oid::COUNTRY, "LV"), (oid::COMMON_NAME, "A P"), (oid::SURNAME, "P"), (oid::GIVEN_NAME, "A")];
    rows.push((oid::SERIAL_NUMBER, serial));
    Name::build(&rows).unwrap()
}

#[test]
fn lists_responses_and_stamps() {
    let ca = TestEntity::root("Izdevējs", TestKey::p256());
    let signer = ca.issue_signer(7, "A", TestKey::p256());
    let entry = |serial: u8, reason| CrlEntry { serial: vec![serial], revoked_at: day(3), reason, invalid_since: None };
    let list = |entries: &[CrlEntry], at| Crl::from_der(&ca.crl(3, at, entries)).unwrap();
    let hold = Some(RevocationReason::CertificateHold);
    let right = list(&[entry(1, hold), entry(2, None)], day(4));
    assert_eq!(tbs_crl(right.tbs(), &ca.certificate), []);
    let codes = |crl: &Crl| tbs_crl(crl.tbs(), &ca.certificate).iter().map(|f| f.code).collect::<Vec<_>>();
    assert_eq!(codes(&list(&[entry(1, hold), entry(1, None)], day(4))), ["pki.lint.crl.repeated"]);
    assert_eq!(codes(&list(&[entry(1, hold)], day(2))), ["pki.lint.crl.revoked-in-future"]);
    assert!(refuses(&tbs_crl(right.tbs(), &signer.certificate)));

    let response =
        |status| OcspResponse::from_der(&ca.ocsp(&ca.certificate, &signer.certificate, status, day(5))).unwrap();
    assert_eq!(tbs_ocsp(response(CertStatus::Good).tbs()), []);
    let future = CertStatus::Revoked { at: day(6), reason: None };
    assert_eq!(tbs_ocsp(response(future).tbs())[0].code, "pki.lint.ocsp.revoked-in-future");
    let epoch = CertStatus::Revoked { at: jiff::Timestamp::UNIX_EPOCH, reason: None };
    assert_eq!(tbs_ocsp(response(epoch).tbs())[0].code, "pki.lint.ocsp.extended-revoke");

    let mut info = TimeStampToken::from_ber(&ca.time_stamp(&[1; 32], day(5))).unwrap().info;
    assert_eq!(tst_info(&info.to_der().unwrap()), []);
    info.accuracy_micros = Some(1_500_000);
    assert_eq!(tst_info(&info.to_der().unwrap())[0].severity, LintSeverity::Error);
}
