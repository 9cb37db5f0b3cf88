//! Writes JAdES files of every kind we make, the trust anchor and the files that detached ones are about, for judges that are not ours
//! (`conformance/`).
//!
//! usage: jades-samples OUT-DIR NOW(RFC 3339)
#![expect(clippy::unwrap_used, reason = "a test program")]

#[path = "shared/authority.rs"]
mod authority;

use std::{fs, io::Write, path::Path};

use ades::{
    facts::{Defect, Level},
    jades::{Data, File, Packaging, Request, Serialization, prepare, prepare_counter, prepare_parallel},
    xades::{Objects, Place},
};
use pki::{
    DigestAlgorithm::{Sha256, Sha384, Sha512},
    SignatureAlgorithm,
    testing::{TestEntity, TestKey},
};

use authority::{LEVELS, Pki, Signers};

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
    fn request(&self, signer: &TestEntity) -> Request {
        let mut request = Request::new(signer.certificate.der(), self.after(-1)).unwrap();
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

    fn raised(&self, signers: &Signers, text: &str, files: &Files, level: Level) -> String {
        let file = File::open(text.to_owned(), Box::new(files.clone())).unwrap();
        String::from_utf8(self.raise(Box::new(file), signers, level, 0)).unwrap()
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = Path::new(&args[0]);
    let pki = Pki::new(args[1].parse().unwrap());
    for dir in ["attached", "detached", "by-uri", "several", "data"] {
        fs::create_dir_all(out.join(dir)).unwrap();
    }
    pki.publish(out);
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
        let signers = pki.signers(100 + n as u64, TestKey::new(algorithm));
        pki.publish_status(out, kind, &signers);
        let Signers { first, second } = &signers;
        for (shape, serialization) in shapes {
            for (place, packaging) in packagings {
                for (coding, encoded) in [("b64", true), ("raw", false)] {
                    let mut request = pki.request(first);
                    (request.serialization, request.packaging, request.encoded) = (serialization, packaging, encoded);
                    let files = match packaging {
                        Packaging::Attached if !encoded => &plain,
                        Packaging::Attached | Packaging::Detached => &one,
                        _ => &two,
                    };
                    let signed = pki.sign(first, files, &request);
                    let dir = place.trim_end_matches("-hash");
                    for (level, name) in LEVELS {
                        // The compact form stays at B; raised, it would be the flattened one.
                        if kind != "p256" && (shape != "flattened" || !encoded) || (shape == "compact" && name != "B") {
                            continue;
                        }
                        let text = if level == Level::B {
                            signed.clone()
                        } else {
                            pki.raised(&signers, &signed, files, level)
                        };
                        fs::write(out.join(dir).join(format!("{kind}-{shape}-{place}-{coding}-{name}.json")), text)
                            .unwrap();
                    }
                }
            }
        }
        let mut text = pki.sign(first, &one, &pki.request(first));
        let prepared = prepare_parallel(&text, &mut one.clone(), &pki.request(second)).unwrap();
        let value = second.key.sign(&prepared.to_be_signed());
        text = prepared.finish_parallel(&text, &value).unwrap();
        let mut countered = text.clone();
        let prepared = prepare_counter(&countered, "signature-1", &pki.request(second)).unwrap();
        let value = second.key.sign(&prepared.to_be_signed());
        countered = prepared.finish_counter(&countered, "signature-1", &value).unwrap();
        for (shape, text) in [("two", &text), ("countered", &countered)] {
            for (level, name) in LEVELS {
                let text = if level == Level::B { text.clone() } else { pki.raised(&signers, text, &one, level) };
                fs::write(out.join("several").join(format!("{kind}-{shape}-{name}.json")), text).unwrap();
            }
        }
    }
}
