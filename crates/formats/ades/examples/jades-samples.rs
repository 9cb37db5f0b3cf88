//! Writes JAdES files of every kind we make, the trust anchor and the files that detached ones are about, for judges that are not ours
//! (`conformance/`).
//!
//! usage: jades-samples OUT-DIR NOW(RFC 3339)
#![expect(clippy::unwrap_used, reason = "a test program")]

use std::{fs, io::Write, path::Path};

use ades::{
    augment::{Augmentation, Want},
    facts::{Defect, Level},
    jades::{Data, File, Packaging, Request, Serialization, prepare, prepare_counter, prepare_parallel},
    material::Material,
    xades::{Objects, Place},
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus,
    DigestAlgorithm::{Sha256, Sha384, Sha512},
    SignatureAlgorithm,
    testing::{TestEntity, TestKey},
};

struct Pki {
    root: TestEntity,
    ca: TestEntity,
    tsa: TestEntity,
    ocsp: TestEntity,
    now: Timestamp,
}

/// Files by name.
#[derive(Clone)]
struct Files(Vec<(&'static str, &'static [u8])>);

impl Objects for Files {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| *n == name)
    }
    fn only(&self) -> Option<String> {
        (self.0.len() == 1).then(|| self.0[0].0.to_owned())
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        let (_, bytes) = self.0.iter().find(|(n, _)| *n == name).unwrap();
        out.write_all(bytes).unwrap();
        Ok(())
    }
}

impl Files {
    fn data(&self) -> Vec<Data> {
        self.0.iter().map(|(n, _)| Data { name: (*n).to_owned(), media_type: "text/plain".to_owned() }).collect()
    }
}

impl Pki {
    fn new(now: Timestamp) -> Self {
        let root = TestEntity::root("Paraugu sakne", TestKey::p384());
        let ca = root.issue_ca(2, "Paraugu izdevējs", TestKey::p384());
        let tsa = ca.issue_tsa(3, "Paraugu laika zīmogi", TestKey::p256());
        let ocsp = ca.issue_ocsp(4, "Paraugu OCSP", TestKey::p256());
        Self { root, ca, tsa, ocsp, now }
    }

    fn material(&self, signers: &[&TestEntity]) -> Material {
        let at = self.now + SignedDuration::from_secs(2);
        let status = |e: &TestEntity| self.ocsp.ocsp(&self.ca.certificate, &e.certificate, CertStatus::Good, at);
        Material {
            certificates: [&self.ca, &self.root, &self.tsa, &self.ocsp].map(|e| e.certificate.der().to_vec()).to_vec(),
            crls: vec![self.root.crl(1, at, &[])],
            ocsps: signers.iter().copied().chain([&self.tsa]).map(status).collect(),
        }
    }

    fn request(&self, signer: &TestEntity) -> Request {
        let mut request = Request::new(signer.certificate.der(), self.now - SignedDuration::from_secs(1)).unwrap();
        request.algorithm = signer.key.algorithm();
        request.digest = request.algorithm.companion_digest();
        request.chain = vec![self.ca.certificate.der().to_vec()];
        request.roles = vec!["Valdes loceklis & parakstītājs".to_owned()];
        request.commitments = vec!["http://uri.etsi.org/01903/v1.2.2#ProofOfApproval".to_owned()];
        request.place =
            Some(Place { city: Some("Rīga".to_owned()), country: Some("LV".to_owned()), ..Place::default() });
        request
    }

    fn sign(&self, signer: &TestEntity, files: &Files, request: &Request) -> String {
        let prepared = prepare(&files.data(), &mut files.clone(), request).unwrap();
        let value = signer.key.sign(&prepared.to_be_signed());
        prepared.finish(&value).unwrap()
    }

    fn raise(&self, signers: &[&TestEntity], text: &str, files: &Files, level: Level) -> String {
        let file = Box::new(File::open(text.to_owned(), Box::new(files.clone())).unwrap());
        let mut steps = Augmentation::new(file, level, None, Sha256).unwrap();
        while let Some(want) = steps.want().unwrap() {
            match want {
                Want::Stamp { digest, .. } => {
                    steps.give_stamp(&self.tsa.time_stamp(&digest, self.now + SignedDuration::from_secs(1))).unwrap();
                }
                Want::Material { .. } => steps.give_material(&self.material(signers)).unwrap(),
            }
        }
        let mut out = Vec::new();
        steps.into_file().write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }
}

const LEVELS: [(Level, &str); 4] = [(Level::B, "B"), (Level::T, "T"), (Level::LT, "LT"), (Level::LTA, "LTA")];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = Path::new(&args[0]);
    let pki = Pki::new(args[1].parse().unwrap());
    for dir in ["attached", "detached", "by-uri", "several", "data"] {
        fs::create_dir_all(out.join(dir)).unwrap();
    }
    fs::write(out.join("root.pem"), pki.root.certificate.to_pem()).unwrap();
    let one = Files(vec![("a.txt", "Līguma teksts.\n".as_bytes())]);
    let plain = Files(vec![("a.txt", b"plain")]);
    let two = Files(vec![("a.txt", "Līguma teksts.\n".as_bytes()), ("b.bin", &[0, 255, 1, 254])]);
    for (name, bytes) in &two.0 {
        fs::write(out.join("data").join(name), bytes).unwrap();
    }
    let kinds = [
        ("p256", SignatureAlgorithm::Ecdsa(Sha256)),
        ("p384", SignatureAlgorithm::Ecdsa(Sha384)),
        ("rsa", SignatureAlgorithm::RsaPkcs1(Sha256)),
        ("pss", SignatureAlgorithm::RsaPss(Sha512)),
        ("ed25519", SignatureAlgorithm::Ed25519),
    ];
    let shapes = [
        ("compact", Serialization::Compact),
        ("flattened", Serialization::Flattened),
        ("general", Serialization::General),
    ];
    let packagings = [
        ("attached", Packaging::Attached),
        ("detached", Packaging::Detached),
        ("by-uri", Packaging::ByUri),
        ("by-uri-hash", Packaging::ByUriHash),
    ];
    for (n, (kind, algorithm)) in kinds.into_iter().enumerate() {
        let signer = pki.ca.issue_signer(100 + n as u64, "Anna Paraudziņa", TestKey::new(algorithm));
        let second = pki.ca.issue_signer(200 + n as u64, "Jānis Otrais", TestKey::p256());
        let signers = [&signer, &second];
        for (shape, serialization) in shapes {
            for (place, packaging) in packagings {
                for (coding, encoded) in [("b64", true), ("raw", false)] {
                    let mut request = pki.request(&signer);
                    (request.serialization, request.packaging, request.encoded) = (serialization, packaging, encoded);
                    let files = match packaging {
                        Packaging::Attached if !encoded => &plain,
                        Packaging::Attached | Packaging::Detached => &one,
                        _ => &two,
                    };
                    let signed = pki.sign(&signer, files, &request);
                    let dir = place.trim_end_matches("-hash");
                    for (level, name) in LEVELS {
                        // The compact form stays at B; raised, it would be the flattened one.
                        if kind != "p256" && (shape != "flattened" || !encoded) || (shape == "compact" && name != "B") {
                            continue;
                        }
                        let text =
                            if level == Level::B { signed.clone() } else { pki.raise(&signers, &signed, files, level) };
                        fs::write(out.join(dir).join(format!("{kind}-{shape}-{place}-{coding}-{name}.json")), text)
                            .unwrap();
                    }
                }
            }
        }
        let mut text = pki.sign(&signer, &one, &pki.request(&signer));
        let prepared = prepare_parallel(&text, &mut one.clone(), &pki.request(&second)).unwrap();
        let value = second.key.sign(&prepared.to_be_signed());
        text = prepared.finish_parallel(&text, &value).unwrap();
        let mut countered = text.clone();
        let prepared = prepare_counter(&countered, "signature-1", &pki.request(&second)).unwrap();
        let value = second.key.sign(&prepared.to_be_signed());
        countered = prepared.finish_counter(&countered, "signature-1", &value).unwrap();
        for (shape, text) in [("two", &text), ("countered", &countered)] {
            for (level, name) in LEVELS {
                let text = if level == Level::B { text.clone() } else { pki.raise(&signers, text, &one, level) };
                fs::write(out.join("several").join(format!("{kind}-{shape}-{name}.json")), text).unwrap();
            }
        }
    }
}
