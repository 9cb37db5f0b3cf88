//! Writes containers of every kind we make, and the trust anchor, for judges that are not ours (`conformance/`).
//!
//! usage: xades-samples OUT-DIR NOW(RFC 3339) [FILE…]
#![expect(clippy::unwrap_used, reason = "a test program")]

use std::{fs, io::Cursor, path::Path};

use ades::{
    asic::{Builder, Container, Naming},
    material::Material,
    xades::{DataObject, Place, Request, Signed, prepare},
    zip::Limits,
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus, DigestAlgorithm, SignatureAlgorithm, TokenTemplate, TstInfo, oid,
    testing::{TestEntity, TestKey},
};

struct Pki {
    root: TestEntity,
    ca: TestEntity,
    tsa: TestEntity,
    ocsp: TestEntity,
    now: Timestamp,
}

impl Pki {
    fn new(now: Timestamp) -> Self {
        let root = TestEntity::root("Paraugu sakne", TestKey::p384());
        let ca = root.issue_ca(2, "Paraugu izdevējs", TestKey::p384());
        let tsa = ca.issue_tsa(3, "Paraugu laika zīmogi", TestKey::p256());
        let ocsp = ca.issue_ocsp(4, "Paraugu OCSP", TestKey::p256());
        Self { root, ca, tsa, ocsp, now }
    }

    fn stamp(&self, digest: DigestAlgorithm, imprint: &[u8]) -> Vec<u8> {
        let info = TstInfo {
            policy: oid::BEST_PRACTICE_TIME_STAMP_POLICY,
            digest,
            imprint: imprint.to_vec(),
            serial: vec![7, 7],
            time: self.now,
            accuracy_micros: Some(1_000_000),
            ordering: false,
            nonce: None,
            tsa: None,
            qualified: false,
        };
        let key = &self.tsa.key;
        let template =
            TokenTemplate::new(&info, key.algorithm().companion_digest(), key.algorithm(), &self.tsa.certificate)
                .unwrap();
        let signed = template.to_be_signed().unwrap();
        template.assemble(&signed, &key.sign(&signed), Some(&[])).unwrap()
    }

    fn material(&self, signer: &TestEntity) -> Material {
        let at = self.now + SignedDuration::from_secs(2);
        let status = |e: &TestEntity| self.ocsp.ocsp(&self.ca.certificate, &e.certificate, CertStatus::Good, at);
        Material {
            certificates: [&self.ca, &self.root, &self.tsa, &self.ocsp].map(|e| e.certificate.der().to_vec()).to_vec(),
            crls: vec![self.root.crl(1, at, &[])],
            ocsps: vec![status(signer), status(&self.tsa)],
        }
    }

    fn sign(&self, files: &[DataObject], signer: &TestEntity, id: &str, level: &str) -> String {
        let mut request = Request::new(signer.certificate.der(), self.now - SignedDuration::from_secs(1)).unwrap();
        request.id = id.to_owned();
        request.algorithm = signer.key.algorithm();
        request.digest = request.algorithm.companion_digest();
        request.chain = vec![self.ca.certificate.der().to_vec()];
        request.roles = vec!["Valdes loceklis & parakstītājs".to_owned()];
        request.place =
            Some(Place { city: Some("Rīga".to_owned()), country: Some("LV".to_owned()), ..Place::default() });
        let prepared = prepare(files, request).unwrap();
        let value = signer.key.sign(prepared.to_be_signed());
        let mut signed: Signed = prepared.finish(&value).unwrap();
        if level != "B" {
            let (digest, imprint) = signed.timestamp_imprint().unwrap();
            signed = signed.with_timestamp(&self.stamp(digest, &imprint)).unwrap();
        }
        if level == "LT" {
            signed = signed.with_material(self.material(signer)).unwrap();
        }
        signed.xml()
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = Path::new(&args[0]);
    fs::create_dir_all(out).unwrap();
    let now: Timestamp = args[1].parse().unwrap();
    let pki = Pki::new(now);
    fs::write(out.join("root.pem"), pki.root.certificate.to_pem()).unwrap();
    let mut inputs: Vec<(String, Vec<u8>)> = vec![
        ("Līgums Nr. 1 (50%).txt".to_owned(), "Līguma teksts.\n".as_bytes().to_vec()),
        ("pielikumi/dati.xml".to_owned(), b"<dati/>".to_vec()),
    ];
    for file in args.iter().skip(2) {
        let name = Path::new(file).file_name().unwrap().to_str().unwrap().to_owned();
        inputs.push((name, fs::read(file).unwrap()));
    }
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    let kinds = [
        ("p256", SignatureAlgorithm::Ecdsa(Sha256)),
        ("p384", SignatureAlgorithm::Ecdsa(Sha384)),
        ("rsa", SignatureAlgorithm::RsaPkcs1(Sha256)),
        ("pss", SignatureAlgorithm::RsaPss(Sha512)),
        ("ed25519", SignatureAlgorithm::Ed25519),
    ];
    for (n, (kind, algorithm)) in kinds.into_iter().enumerate() {
        let signer = pki.ca.issue_signer(100 + n as u64, "Anna Paraudziņa", TestKey::new(algorithm));
        let second = pki.ca.issue_signer(200 + n as u64, "Jānis Otrais", TestKey::p256());
        for (naming, level) in [(Naming::Edoc, "B"), (Naming::Edoc, "T"), (Naming::Edoc, "LT"), (Naming::Asice, "LT")] {
            let digest = algorithm.companion_digest();
            let mut builder = Builder::new(Vec::new(), naming, digest, now).unwrap();
            for (name, data) in &inputs {
                builder.add(name, "application/octet-stream", &data[..], data.len() as u64).unwrap();
            }
            let xml = pki.sign(builder.files(), &signer, "S1", level);
            let bytes = builder.finish(&[xml]).unwrap();
            let file = format!("{kind}-{level}.{}", naming.extension());
            fs::write(out.join(&file), &bytes).unwrap();
            let mut container = Container::open(Cursor::new(bytes), &Limits::default()).unwrap();
            let files = container.files(Sha256).unwrap();
            let (name, id) = container.next_signature();
            let xml = pki.sign(&files, &second, &id, level);
            let both = container.add_signature(Vec::new(), &name, &xml, now).unwrap();
            fs::write(out.join(format!("{kind}-{level}-two.{}", naming.extension())), both).unwrap();
        }
    }
}
