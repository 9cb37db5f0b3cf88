//! Signatures in PDF, made, raised, attacked.

mod attacks;
mod levels;
mod raise;
mod revisions;
mod unreadable;
mod visible;

use pki::{
    CertStatus, DigestAlgorithm,
    testing::{TestEntity, TestKey, day},
};

use crate::{
    facts::Level,
    material::Material,
    pades::{Prepared, Request, prepare, prepare_timestamp},
    pdf::Limits,
};

/// Signer, time-stamping unit and status responder under one authority.
pub(super) struct Pki {
    pub(super) ca: TestEntity,
    pub(super) signer: TestEntity,
    pub(super) tsa: TestEntity,
    pub(super) ocsp: TestEntity,
}

pub(super) fn pki(key: TestKey) -> Pki {
    let ca = TestEntity::root("Izdevējs", TestKey::p256());
    let signer = ca.issue_signer(3, "Anna Paraugs", key);
    let tsa = ca.issue_tsa(5, "Laika zīmogs", TestKey::p256());
    let ocsp = ca.issue_ocsp(6, "OCSP", TestKey::p256());
    Pki { ca, signer, tsa, ocsp }
}

pub(super) fn limits() -> Limits {
    Limits::default()
}

impl Pki {
    pub(super) fn prepare(&self, file: &[u8]) -> Prepared {
        prepare(file, self.request(), &limits()).unwrap()
    }

    pub(super) fn request(&self) -> Request {
        let mut request = Request::new(self.signer.certificate.der(), day(300)).unwrap();
        request.chain = vec![self.ca.certificate.der().to_vec()];
        request.digest = DigestAlgorithm::Sha256;
        request.reason = Some("Piekrītu".into());
        request
    }

    /// What shows signer and time-stamping unit valid.
    pub(super) fn material(&self) -> Material {
        let status = |e: &TestEntity| self.ocsp.ocsp(&self.ca.certificate, &e.certificate, CertStatus::Good, day(302));
        let certificates = vec![self.ocsp.certificate.der().to_vec(), self.ca.certificate.der().to_vec()];
        Material { certificates, crls: vec![], ocsps: vec![status(&self.signer), status(&self.tsa)] }
    }

    pub(super) fn sign(&self, file: &[u8], level: Level) -> Vec<u8> {
        self.complete(file, self.prepare(file), level)
    }

    /// The whole file, from what was prepared for `file`.
    pub(super) fn complete(&self, file: &[u8], prepared: Prepared, level: Level) -> Vec<u8> {
        // what is kept between the two steps survives being written down
        let prepared: Prepared = serde_json::from_str(&serde_json::to_string(&prepared).unwrap()).unwrap();
        let value = self.signer.key.sign(prepared.to_be_signed());
        let mut signed = prepared.finish(&value).unwrap();
        if level >= Level::T {
            let (_, imprint) = signed.timestamp_imprint();
            signed = signed.with_timestamp(&self.tsa.time_stamp(&imprint, day(301))).unwrap();
        }
        if level >= Level::LT {
            let status = self.ocsp.ocsp(&self.ca.certificate, &self.signer.certificate, CertStatus::Good, day(302));
            let certificates = vec![self.ocsp.certificate.der().to_vec()];
            signed = signed.with_material(Material { certificates, crls: vec![], ocsps: vec![status] });
        }
        assert_eq!(signed.level(), level.min(Level::LT));
        let mut out = [file, &signed.increment(file, &limits()).unwrap()].concat();
        if level == Level::LTA {
            let stamp = prepare_timestamp(&out, DigestAlgorithm::Sha256, 8192, &limits()).unwrap();
            let token = self.tsa.time_stamp(stamp.imprint().1, day(303));
            out.extend(stamp.finish(&token).unwrap());
        }
        out
    }
}
