//! A small PKI and signers over it.

use std::io::Cursor;

use ades::{
    asic::{Builder, Container, Naming},
    facts::FileFacts,
    material::Material,
    xades::{DataObject, Request, Signed, prepare},
    zip::Limits,
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus, DigestAlgorithm, SignatureAlgorithm, TokenTemplate, TstInfo, oid,
    testing::{TestEntity, TestKey, day},
};

pub struct World {
    pub root: TestEntity,
    pub ca: TestEntity,
    pub tsa: TestEntity,
    pub ocsp: TestEntity,
    pub signer: TestEntity,
    pub now: Timestamp,
}

impl World {
    pub fn new() -> Self {
        Self::with(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256))
    }
    pub fn with(algorithm: SignatureAlgorithm) -> Self {
        let root = TestEntity::root("Sakne", TestKey::p384());
        let ca = root.issue_ca(2, "Izdevējs", TestKey::p384());
        let tsa = ca.issue_tsa(3, "Laika zīmogi", TestKey::p256());
        let ocsp = ca.issue_ocsp(4, "OCSP", TestKey::p256());
        let signer = ca.issue_signer(5, "Anna Paraudziņa", TestKey::new(algorithm));
        Self { root, ca, tsa, ocsp, signer, now: day(100) }
    }

    pub fn stamp(&self, digest: DigestAlgorithm, imprint: &[u8]) -> Vec<u8> {
        let info = TstInfo {
            policy: oid::BEST_PRACTICE_TIME_STAMP_POLICY,
            digest,
            imprint: imprint.to_vec(),
            serial: vec![7],
            time: self.now,
            accuracy_micros: Some(1_000_000),
            ordering: false,
            nonce: None,
            tsa: None,
            qualified: false,
        };
        let key = &self.tsa.key;
        let alg = key.algorithm();
        let template = TokenTemplate::new(&info, alg.companion_digest(), alg, &self.tsa.certificate).unwrap();
        let signed = template.to_be_signed().unwrap();
        template.assemble(&signed, &key.sign(&signed), Some(&[])).unwrap()
    }

    pub fn material(&self) -> Material {
        let at = self.now + SignedDuration::from_secs(2);
        let status = |e: &TestEntity| self.ocsp.ocsp(&self.ca.certificate, &e.certificate, CertStatus::Good, at);
        Material {
            certificates: [&self.ca, &self.root, &self.tsa, &self.ocsp].map(|e| e.certificate.der().to_vec()).to_vec(),
            crls: vec![self.root.crl(1, at, &[])],
            ocsps: vec![status(&self.signer), status(&self.tsa)],
        }
    }

    pub fn request(&self, id: &str) -> Request {
        let mut request = Request::new(self.signer.certificate.der(), self.now).unwrap();
        request.id = id.to_owned();
        request.algorithm = self.signer.key.algorithm();
        request.digest = request.algorithm.companion_digest();
        request
    }

    pub fn sign(&self, files: &[DataObject], id: &str) -> Signed {
        let prepared = prepare(files, self.request(id)).unwrap();
        let value = self.signer.key.sign(prepared.to_be_signed());
        let signed = prepared.finish(&value).unwrap();
        let (digest, imprint) = signed.timestamp_imprint().unwrap();
        let signed = signed.with_timestamp(&self.stamp(digest, &imprint)).unwrap();
        signed.with_material(self.material()).unwrap()
    }

    /// A container of these files with one signature at LT.
    pub fn container(&self, naming: Naming, files: &[(&str, &[u8])]) -> Vec<u8> {
        self.container_of(naming, files, |w, objects| w.sign(objects, "S1").xml())
    }

    pub fn container_of(
        &self,
        naming: Naming,
        files: &[(&str, &[u8])],
        sign: impl FnOnce(&Self, &[DataObject]) -> String,
    ) -> Vec<u8> {
        let digest = self.signer.key.algorithm().companion_digest();
        let mut builder = Builder::new(Vec::new(), naming, digest, self.now).unwrap();
        for (name, data) in files {
            builder.add(name, "text/plain", *data, data.len() as u64).unwrap();
        }
        let xml = sign(self, builder.files());
        builder.finish(&[xml]).unwrap()
    }

    /// One more signature on a container.
    pub fn again(&self, container: Vec<u8>) -> Vec<u8> {
        let mut container = Container::open(Cursor::new(container), &Limits::default()).unwrap();
        let files = container.files(self.signer.key.algorithm().companion_digest()).unwrap();
        let (name, id) = container.next_signature();
        let xml = self.sign(&files, &id).xml();
        container.add_signature(Vec::new(), &name, &xml, self.now).unwrap()
    }
}

pub fn facts(container: &[u8]) -> FileFacts {
    ades::asic::read(Cursor::new(container), &Limits::default())
}

/// Codes of all defects of a file and its signatures.
pub fn defects(facts: &FileFacts) -> Vec<&'static str> {
    let inner = facts.signatures.iter().flat_map(|s| &s.defects);
    facts.defects.iter().chain(inner).map(|d| d.code).collect()
}
