//! Writes containers of every kind we make, and the trust anchor, for judges that are not ours (`conformance/`).
//!
//! usage: xades-samples OUT-DIR NOW(RFC 3339) [FILE…]
#![expect(clippy::unwrap_used, reason = "a test program")]

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};

use ades::{
    asic::{Builder, Container, Naming},
    facts::Defect,
    material::Material,
    xades::{
        Content, DataObject, Nothing, Objects, Place, Prepared, Request, SignaturePolicy, Signed, prepare,
        prepare_counter, prepare_enveloped, prepare_enveloping,
    },
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

    fn request(&self, signer: &TestEntity, id: &str) -> Request {
        let mut request = Request::new(signer.certificate.der(), self.now - SignedDuration::from_secs(1)).unwrap();
        request.id = id.to_owned();
        request.algorithm = signer.key.algorithm();
        request.digest = request.algorithm.companion_digest();
        request.chain = vec![self.ca.certificate.der().to_vec()];
        request.roles = vec!["Valdes loceklis & parakstītājs".to_owned()];
        request.place =
            Some(Place { city: Some("Rīga".to_owned()), country: Some("LV".to_owned()), ..Place::default() });
        request.commitments = vec!["http://uri.etsi.org/01903/v1.2.2#ProofOfApproval".to_owned()];
        request
    }

    /// The value, and what the level asks for.
    fn finish(&self, prepared: Prepared, signer: &TestEntity, level: &str, objects: &mut dyn Objects) -> Signed {
        let value = signer.key.sign(prepared.to_be_signed());
        let mut signed: Signed = prepared.finish(&value).unwrap();
        if level != "B" {
            let (digest, imprint) = signed.timestamp_imprint().unwrap();
            signed = signed.with_timestamp(&self.stamp(digest, &imprint)).unwrap();
        }
        if level.starts_with("LT") {
            signed = signed.with_material(self.material(signer)).unwrap();
        }
        if level == "LTA" {
            let (digest, imprint) = signed.archive_imprint(objects).unwrap();
            signed = signed.with_archive(&self.stamp(digest, &imprint), objects).unwrap();
        }
        signed
    }

    fn sign(
        &self,
        files: &[DataObject],
        signer: &TestEntity,
        id: &str,
        level: &str,
        objects: &mut dyn Objects,
    ) -> String {
        self.finish(prepare(files, self.request(signer, id)).unwrap(), signer, level, objects).xml()
    }

    /// XML documents: enveloped by one and by two, enveloping, counter-signed, each at every level.
    fn documents(&self, out: &Path, kind: &str, signer: &TestEntity, second: &TestEntity) {
        const DOCUMENT: &[u8] = "<?xml version=\"1.0\"?>\n<līgums xmlns=\"urn:paraugs\" xml:lang=\"lv\"><!-- piezīme --><summa valūta='EUR'>10</summa></līgums>".as_bytes();
        let done = |p, level| self.finish(p, signer, level, &mut Nothing).xml();
        let mut written = Vec::new();
        for level in ["B", "T", "LT", "LTA"] {
            let mut request = self.request(signer, "S1");
            let digest = (DigestAlgorithm::Sha256, DigestAlgorithm::Sha256.of("Paraugu politika".as_bytes()));
            let (id, uri) = ("1.2.3.4.5".to_owned(), Some("https://example.lv/politika".to_owned()));
            request.policy = Some(SignaturePolicy::Named { id, digest, uri });
            if level == "B" {
                request.policy = Some(SignaturePolicy::Implied);
            }
            let enveloped = done(prepare_enveloped(DOCUMENT, request).unwrap(), level);
            let again = prepare_enveloped(enveloped.as_bytes(), self.request(second, "S2")).unwrap();
            let both = self.finish(again, second, level, &mut Nothing).xml();
            let bytes = prepare_enveloping(
                Content::Bytes(b"\x00\xFFbaiti"),
                "application/octet-stream",
                self.request(signer, "S1"),
            );
            let bytes = done(bytes.unwrap(), level);
            let xml = prepare_enveloping(Content::Xml(DOCUMENT), "text/xml", self.request(signer, "S1"));
            let counter = prepare_counter(bytes.as_bytes(), "S1", self.request(second, "C1")).unwrap();
            let counter = self.finish(counter, second, level, &mut Nothing).xml();
            written.extend([
                (format!("{kind}-{level}-enveloped.xml"), enveloped),
                (format!("{kind}-{level}-enveloped-two.xml"), both),
                (format!("{kind}-{level}-enveloping.xml"), bytes),
                (format!("{kind}-{level}-enveloping-xml.xml"), done(xml.unwrap(), level)),
                (format!("{kind}-{level}-countersigned.xml"), counter),
            ]);
        }
        for (name, text) in written {
            fs::write(out.join(name), text).unwrap();
        }
    }
}

/// The files of a container in the making.
struct Inputs<'i>(&'i [(String, Vec<u8>)]);

impl Objects for Inputs<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        let found = self.0.iter().find(|(n, _)| n == name).unwrap();
        out.write_all(&found.1).unwrap();
        Ok(())
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
        pki.documents(out, kind, &signer, &second);
        for (naming, level) in [
            (Naming::Edoc, "B"),
            (Naming::Edoc, "T"),
            (Naming::Edoc, "LT"),
            (Naming::Asice, "LT"),
            (Naming::Asice, "LTA"),
            (Naming::Asics, "LTA"),
        ] {
            let digest = algorithm.companion_digest();
            let mut builder = Builder::new(Vec::new(), naming, digest, now).unwrap();
            let some = if naming == Naming::Asics { 1 } else { inputs.len() };
            for (name, data) in inputs.iter().take(some) {
                builder.add(name, "application/octet-stream", &data[..], data.len() as u64).unwrap();
            }
            let xml = pki.sign(builder.files(), &signer, "S1", level, &mut Inputs(&inputs));
            let bytes = builder.finish(&[xml]).unwrap();
            let file = format!("{kind}-{level}.{}", naming.extension());
            fs::write(out.join(&file), &bytes).unwrap();
            if naming == Naming::Asics {
                continue;
            }
            let mut container = Container::open(Cursor::new(bytes), &Limits::default()).unwrap();
            let files = container.files(Sha256).unwrap();
            let (name, id) = container.next_signature();
            let xml = pki.sign(&files, &second, &id, level, &mut container);
            let both = container.add_signature(Vec::new(), &name, &xml, now).unwrap();
            fs::write(out.join(format!("{kind}-{level}-two.{}", naming.extension())), both).unwrap();
        }
    }
}
