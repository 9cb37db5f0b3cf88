//! Gathering validation material.

use ades::gather::{Ask, Gather, GatherError};
use pki::{
    CertStatus, Certificate,
    testing::{TestEntity, TestKey, leaf_extensions},
};

use crate::world::World;

struct Net {
    world: World,
    signer: TestEntity,
    status: CertStatus,
}

impl Net {
    fn new(status: CertStatus) -> Self {
        let world = World::new();
        let root = &world.root;
        let key = TestKey::p256();
        let mut extensions = pki::testing::ca_extensions(&key, Some(0), None);
        extensions.crl = vec!["http://crl/".to_owned()];
        extensions.ca_issuers = vec!["http://root/".to_owned()];
        let ca = root.issue(20, "Starpnieks", key, extensions, |_| {});
        let key = TestKey::p256();
        let mut extensions = leaf_extensions(&key, pki::KeyUsage::NON_REPUDIATION, &[]);
        extensions.ocsp = vec!["http://dead/".to_owned(), "http://ocsp/".to_owned()];
        extensions.ca_issuers = vec!["http://ca/".to_owned()];
        let signer = ca.issue(21, "Anna", key, extensions, |_| {});
        let world = World { ca, ..world };
        Self { world, signer, status }
    }

    fn run(&self, known: &[Vec<u8>]) -> (Result<ades::material::Material, GatherError>, Vec<String>) {
        let w = &self.world;
        let responder = w.ca.issue_ocsp(22, "Atbildētājs", TestKey::p256());
        let mut gather = Gather::new(&[self.signer.certificate.der().to_vec()], known, w.now).unwrap();
        let mut asked = Vec::new();
        while let Some(ask) = gather.ask() {
            asked.push(ask.url().to_owned());
            match &ask {
                Ask::Issuer { url } if url == "http://ca/" => gather.answer(Ok(w.ca.certificate.der())),
                Ask::Issuer { .. } => gather.answer(Ok(w.root.certificate.to_pem().as_bytes())),
                Ask::Ocsp { url, request } if url == "http://ocsp/" => {
                    assert_eq!(pki::OcspRequest::from_der(request).unwrap().ids.len(), 1);
                    gather.answer(Ok(&responder.ocsp(&w.ca.certificate, &self.signer.certificate, self.status, w.now)));
                }
                Ask::Ocsp { .. } => gather.answer(Err("no connection")),
                Ask::Crl { .. } => gather.answer(Ok(&w.root.crl(1, w.now, &[]))),
            }
        }
        (gather.finish(), asked)
    }
}

#[test]
fn everything_up_to_the_root() {
    let net = Net::new(CertStatus::Good);
    let (material, asked) = net.run(&[]);
    let material = material.unwrap();
    assert_eq!(asked, ["http://ca/", "http://dead/", "http://ocsp/", "http://root/", "http://crl/"]);
    assert_eq!((material.certificates.len(), material.crls.len(), material.ocsps.len()), (4, 1, 1));
    let names: Vec<_> = material.certificates.iter().map(|c| Certificate::from_der(c).unwrap()).collect();
    assert_eq!(names[0].subject().common_name(), Some("Anna"));
}

#[test]
fn what_is_known_is_not_asked() {
    let net = Net::new(CertStatus::Good);
    let known = [net.world.root.certificate.der().to_vec(), net.world.ca.certificate.der().to_vec()];
    let (material, asked) = net.run(&known);
    assert!(material.is_ok());
    assert_eq!(asked, ["http://dead/", "http://ocsp/", "http://crl/"]);
}

#[test]
fn revoked_and_unknown() {
    let at = pki::testing::day(1);
    let net = Net::new(CertStatus::Revoked { at, reason: Some(pki::RevocationReason::CertificateHold) });
    assert_eq!(net.run(&[]).0.unwrap_err().code(), "gather.revoked");
    let net = Net::new(CertStatus::Unknown);
    let error = net.run(&[]).0.unwrap_err();
    assert_eq!(error.code(), "gather.status");
    assert!(error.to_string().contains("http://dead/: no connection"), "{error}");
}

#[test]
fn wrong_answers_are_not_taken() {
    let net = Net::new(CertStatus::Good);
    let w = &net.world;
    let other = w.ca.issue_signer(99, "Cits", TestKey::p256());
    let old = w.now - jiff::SignedDuration::from_hours(24 * 30);
    let stranger = World::new();
    for wrong in [
        w.ca.ocsp(&w.ca.certificate, &other.certificate, CertStatus::Good, w.now),
        w.ca.ocsp(&w.ca.certificate, &net.signer.certificate, CertStatus::Good, old),
        stranger.ca.ocsp(&w.ca.certificate, &net.signer.certificate, CertStatus::Good, w.now),
        b"junk".to_vec(),
    ] {
        let known = [w.ca.certificate.der().to_vec()];
        let mut gather = Gather::new(&[net.signer.certificate.der().to_vec()], &known, w.now).unwrap();
        while gather.ask().is_some() {
            gather.answer(Ok(&wrong));
        }
        assert_eq!(gather.finish().unwrap_err().code(), "gather.status");
    }
}
