use contract::ca::Subject;

use super::{Kind, key, subject, *};
use crate::{Config, authority::Role};

fn wanted<'a>(config: &'a Config, kind: &'a Kind, spki: &'a [u8]) -> Wanted<'a> {
    Wanted {
        config,
        public_url: "http://pki.example",
        issuer: None,
        algorithm: SignatureAlgorithm::Ecdsa(pki::DigestAlgorithm::Sha256),
        kind,
        spki,
        serial: &[0x40; 16],
        now: "2026-06-01T09:00:00.123456Z".parse().unwrap(),
        not_after: None,
    }
}

fn nobody() -> Subject {
    Subject { given_name: None, surname: None, organization: None, identifier: None, dns: vec![] }
}

fn p256() -> Vec<u8> {
    let pkcs8 = keys::software::new_pkcs8(keys::KeyKind::P256).unwrap();
    keys::software::signer_of_pkcs8(&pkcs8, None).unwrap().spki_der().to_vec()
}

#[test]
fn the_root_names_itself_and_points_nowhere() {
    let (config, key) = (Config::default(), p256());
    let root = template(&wanted(&config, &Kind::Root, &key)).unwrap();
    assert_eq!(root.issuer, root.subject);
    assert_eq!(
        root.subject.to_string(),
        "CN=Enkurs Root CA,organizationIdentifier=NTRLV-40000000000,O=Enkurs Trust Services,C=LV"
    );
    assert!(root.extensions.crl.is_empty() && root.extensions.ocsp.is_empty());
    assert_eq!(root.not_before.subsec_nanosecond(), 0);
    assert_eq!(root.extensions.authority_key_id, root.extensions.subject_key_id);
}

#[test]
fn names_of_the_institution_are_configuration() {
    let config = Config {
        country: "EE".into(),
        organization: "Näidis OÜ".into(),
        organization_identifier: "NTREE-1".into(),
        brand: "Näidis".into(),
        ..Config::default()
    };
    let key = p256();
    let ca = template(&wanted(&config, &Kind::Issuing(Role::Seal), &key)).unwrap();
    assert_eq!(ca.subject.to_string(), "CN=Näidis Seal CA,organizationIdentifier=NTREE-1,O=Näidis OÜ,C=EE");
}

#[test]
fn hosts_and_organisations_of_machines() {
    let (config, spki) = (Config::default(), p256());
    let name = |s: Subject| {
        let kind = Kind::Holder(Profile::TlsServer, s);
        subject::name(&wanted(&config, &kind, &spki)).map(|n| n.to_string())
    };
    for host in ["a.example", "*.a.example", "xn--psns-7oa.example", "localhost", "1.2.example"] {
        assert!(name(Subject { dns: vec![host.into()], ..nobody() }).is_ok(), "{host}");
    }
    for host in
        ["", ".", "a..b", "-a.b", "a-.b", "*", "*a.b", "a.*.b", "A.b", "a_b", "ā.lv", " a", "a.b.", &"a".repeat(64)]
    {
        assert!(name(Subject { dns: vec!["good.example".into(), host.into()], ..nobody() }).is_err(), "{host:?}");
    }
    let long = format!("{}.example", ["a".repeat(60), "b".repeat(60)].join("."));
    assert_eq!(name(Subject { dns: vec![long], ..nobody() }).unwrap(), "C=LV", "too long for a common name");
    assert!(name(nobody()).is_err(), "neither host nor organisation");
}

#[test]
fn keys_are_judged_by_strength() {
    let rsa = |bits: usize, exponent: &[u8]| {
        let mut modulus = vec![0xc1; bits / 8];
        *modulus.last_mut().unwrap() |= 1;
        pki::PublicKey::from_rsa(&modulus, exponent).unwrap().spki().to_vec()
    };
    let kind = Kind::Holder(Profile::TlsServer, nobody());
    assert!(key::check(&rsa(3072, &[1, 0, 1]), &kind).is_ok());
    assert!(key::check(&rsa(2048, &[1, 0, 1]), &kind).is_err());
    assert!(key::check(&rsa(3072, &[3]), &kind).is_err());
    assert!(key::check(&rsa(3072, &[1, 0, 0, 0, 1]), &kind).is_err());
    assert!(key::check(&p256(), &kind).is_ok());
    let edwards = pki::PublicKey::from_ed25519(&[1; 32]).unwrap().spki().to_vec();
    assert!(key::check(&edwards, &kind).is_err());
    assert!(key::check(&edwards, &Kind::Responder).is_ok(), "the authority's own services may use it");
    assert!(key::check(&[], &kind).is_err());
}
