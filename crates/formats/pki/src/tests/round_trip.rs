//! What is written is read back the same.

use jiff::Timestamp;
use proptest::prelude::*;

use crate::{asn1::Reader, cms::normalise, testing::*, *};

fn oid_strategy() -> impl Strategy<Value = Oid> {
    proptest::collection::vec(0_u32..100_000, 1..6)
        .prop_map(|arcs| Oid::new(&arcs.iter().fold("1.3".to_owned(), |s, a| format!("{s}.{a}"))).unwrap())
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Zāčēģīķļņšūž0-9 .-]{1,40}"
}

fn url() -> impl Strategy<Value = String> {
    "https?://[a-z]{1,10}\\.example/[a-z]{0,8}"
}

prop_compose! {
    fn qc()(
        compliance in any::<bool>(),
        sscd in any::<bool>(),
        types in prop::sample::subsequence(vec![QcType::Esign, QcType::Eseal, QcType::Web], 0..3),
        pds in proptest::collection::vec((url(), "[a-z]{2}"), 0..3),
        legislation in proptest::collection::vec("[A-Z]{2}", 0..3),
        retention_years in proptest::option::of(0_u32..100),
        semantics in proptest::option::of(Just(oid::SEMANTICS_NATURAL)),
    ) -> QcStatements {
        QcStatements { compliance, sscd, types, pds, legislation, retention_years, semantics, other: vec![] }
    }
}

prop_compose! {
    fn extensions()(
        basic in proptest::option::of((any::<bool>(), proptest::option::of(0_u32..9))),
        usage in proptest::option::of(1_u16..512),
        purposes in proptest::collection::btree_set(oid_strategy(), 0..4),
        critical in any::<bool>(),
        ids in (proptest::option::of(proptest::collection::vec(any::<u8>(), 1..30)), proptest::option::of(proptest::collection::vec(any::<u8>(), 1..30))),
        policies in proptest::collection::btree_map(oid_strategy(), proptest::option::of(url()), 0..4),
        urls in (proptest::collection::vec(url(), 0..3), proptest::collection::vec(url(), 0..3), proptest::collection::vec(url(), 0..3)),
        names in proptest::collection::vec("[a-z]{1,9}\\.lv".prop_map(GeneralName::Dns), 0..4),
        qc in proptest::option::of(qc()),
        flags in (any::<bool>(), any::<bool>(), any::<bool>()),
        limits in (proptest::option::of(0_u32..9), proptest::option::of(0_u32..9), proptest::option::of(0_u32..9)),
    ) -> Extensions {
        Extensions {
            basic_constraints: basic.map(|(ca, path_len)| BasicConstraints { ca, path_len }),
            key_usage: usage.map(KeyUsage),
            extended_key_usage_critical: critical && !purposes.is_empty(),
            extended_key_usage: purposes.into_iter().collect(),
            subject_key_id: ids.0,
            authority_key_id: ids.1,
            policies: policies.into_iter().map(|(oid, cps)| Policy { oid, cps }).collect(),
            ocsp: urls.0,
            ca_issuers: urls.1,
            crl: urls.2,
            name_constraints: (!names.is_empty()).then(|| NameConstraints { permitted: names.clone(), excluded: vec![GeneralName::Ip(vec![10, 0, 0, 0, 255, 0, 0, 0])] }),
            alt_names_critical: critical && !names.is_empty(),
            alt_names: names,
            qc,
            ocsp_nocheck: flags.0,
            validity_assured_short_term: flags.1,
            no_revocation_available: flags.2,
            require_explicit_policy: limits.0,
            inhibit_policy_mapping: limits.1,
            inhibit_any_policy: limits.2,
            ..Extensions::default()
        }
    }
}

fn time() -> impl Strategy<Value = Timestamp> {
    // 1950 to 9999.
    (-631_152_000_i64..253_402_300_799).prop_map(|s| Timestamp::from_second(s).unwrap())
}

/// A random tree of DER.
fn tree() -> impl Strategy<Value = Vec<u8>> {
    let leaf = proptest::collection::vec(any::<u8>(), 0..200).prop_map(|b| asn1::octets(&b));
    leaf.prop_recursive(4, 40, 6, |inner| {
        (prop::sample::select(vec![0x30_u8, 0x31, 0xa0, 0xa3]), proptest::collection::vec(inner, 0..6))
            .prop_map(|(tag, parts)| asn1::tlv(tag, &parts.concat()))
    })
}

/// The same in BER: lengths indefinite or too long, strings in pieces, as `choices` say.
fn loosen(der: &[u8], choices: &mut impl Iterator<Item = u8>) -> Vec<u8> {
    let mut r = Reader::new(der);
    let mut out = Vec::new();
    while !r.is_empty() {
        let t = r.any().unwrap();
        let constructed = t.tag & 0x20 != 0;
        let choice = choices.next().unwrap() % 4;
        let body = if constructed { loosen(t.body, choices) } else { t.body.to_vec() };
        match choice {
            1 if constructed => out.extend([vec![t.tag, 0x80], body, vec![0, 0]].concat()),
            1 => {
                let (a, b) = t.body.split_at(t.body.len() / 2);
                out.extend([vec![t.tag | 0x20, 0x80], asn1::octets(a), asn1::octets(b), vec![0, 0]].concat());
            }
            2 => {
                let len = u32::try_from(body.len()).unwrap().to_be_bytes();
                out.extend([vec![t.tag, 0x84], len.to_vec(), body].concat());
            }
            _ => out.extend(asn1::tlv(t.tag, &body)),
        }
    }
    out
}

proptest! {
    #[test]
    fn certificates(e in extensions(), cn in text(), not_after in time(), serial in proptest::collection::vec(1_u8.., 1..19)) {
        let key = TestKey::p256();
        let template = CertificateTemplate {
            serial: serial.clone(),
            signature: key.algorithm(),
            issuer: name("Izdevējs"),
            not_before: epoch(),
            not_after,
            subject: Name::build(&[(oid::COMMON_NAME, &cn)]).unwrap(),
            spki: key.spki().to_vec(),
            extensions: e.clone(),
        };
        let tbs = template.tbs().unwrap();
        let c = CertificateTemplate::assemble(&tbs, key.algorithm(), &key.sign(&tbs)).unwrap();
        let mut read = c.extensions().clone();
        read.present.clear();
        read.crl_points.clear();
        prop_assert_eq!(read, e);
        prop_assert_eq!((c.not_after(), c.subject().common_name()), (not_after, Some(cn.as_str())));
        prop_assert_eq!(c.tbs(), tbs.as_slice());
        prop_assert_eq!(serial_of(c.serial()), serial.as_slice());
        prop_assert_eq!(&Certificate::all_from_pem(&format!("{}text\n{}", c.to_pem(), c.to_pem())).unwrap(), &[c.clone(), c]);
    }

    #[test]
    fn revocation_lists(rows in proptest::collection::btree_map(1_u32.., (time(), 0_u8..11), 0..60), number in any::<u64>()) {
        let ca = TestEntity::root("Sakne", TestKey::p256());
        let entries: Vec<CrlEntry> = rows.iter().map(|(serial, (at, reason))| CrlEntry {
            serial: asn1::integer_bytes(&serial.to_be_bytes()),
            revoked_at: *at,
            reason: RevocationReason::from_code(*reason).filter(|r| !matches!(r, RevocationReason::RemoveFromCrl | RevocationReason::Unspecified)),
            invalid_since: None,
        }).collect();
        let crl = Crl::from_der(&ca.crl(number, day(9), &entries)).unwrap();
        prop_assert_eq!(crl.entries().collect::<Result<Vec<_>>>().unwrap(), entries.clone());
        prop_assert_eq!(crl.number.clone().map(|n| asn1::integer_bytes(&n)), Some(asn1::integer_bytes(&number.to_be_bytes())));
        for e in &entries {
            prop_assert_eq!(crl.find(&e.serial).unwrap(), Some(e.clone()));
        }
        crl.verify_signed_by(&ca.certificate).unwrap();
    }

    #[test]
    fn time_stamps(micros in 0_i64..4_000_000_000_000_000, accuracy in proptest::option::of(1_u64..5_000_000), serial in proptest::collection::vec(1_u8..128, 1..20),
                   nonce in proptest::option::of(proptest::collection::vec(1_u8.., 1..20)), ordering in any::<bool>(), qualified in any::<bool>()) {
        let info = TstInfo {
            policy: oid::BEST_PRACTICE_TIME_STAMP_POLICY, digest: DigestAlgorithm::Sha512, imprint: vec![3; 64], serial,
            time: Timestamp::from_microsecond(micros).unwrap(), accuracy_micros: accuracy, ordering, nonce, tsa: Some(name("TSA")), qualified,
        };
        prop_assert_eq!(TstInfo::from_der(&info.to_der().unwrap()).unwrap(), info);
    }

    #[test]
    fn times(at in time()) {
        let mut r = Reader::new(&[]);
        prop_assert!(r.any().is_err());
        let der = asn1::x509_time(at);
        prop_assert_eq!(Reader::new(&der).time().unwrap(), at);
        let der = asn1::generalized_time(at);
        prop_assert_eq!(Reader::new(&der).time().unwrap(), at);
    }

    #[test]
    fn raw_and_der_ecdsa(raw in proptest::collection::vec(any::<u8>(), 96)) {
        prop_assert_eq!(ecdsa_der_to_raw(&ecdsa_raw_to_der(&raw).unwrap(), 48).unwrap(), raw);
    }

    #[test]
    fn loose_encodings_become_the_strict_one(der in tree(), choices in proptest::collection::vec(any::<u8>(), 1..64)) {
        let ber = loosen(&der, &mut choices.into_iter().cycle());
        let normal = normalise(&ber, 1 << 20).unwrap();
        prop_assert_eq!(normal.der.as_ref(), der.as_slice());
        // Every element is traced to octets that mean the same.
        let mut r = Reader::new(&normal.der);
        let first = r.any().unwrap();
        if first.tag & 0x20 != 0 {
            let mut inner = first.reader();
            while !inner.is_empty() {
                let t = inner.any().unwrap();
                let original = normal.original(t.full);
                let again = normalise(&original, 1 << 20).unwrap();
                prop_assert_eq!(again.der.as_ref(), t.full);
            }
        }
    }
}

fn serial_of(content: &[u8]) -> &[u8] {
    match content {
        [0, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    }
}

#[test]
fn certificates_in_loose_messages_stay_as_they_are() {
    let ca = TestEntity::root("Sakne", TestKey::p256());
    let token = ca.time_stamp(&[1; 32], day(2));
    // The outermost lengths made indefinite, as many signers write them.
    let outer = Reader::single(&token, 0x30, "").unwrap();
    let ber = [vec![0x30, 0x80], outer.body.to_vec(), vec![0, 0]].concat();
    let read = SignedData::from_ber(&ber).unwrap();
    assert_eq!(read.certificates, [ca.certificate.der().to_vec()]);
    TimeStampToken::from_ber(&ber).unwrap().verify(&[]).unwrap();
}
