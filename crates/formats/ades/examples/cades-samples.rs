//! Writes CAdES signatures of every shape, level and algorithm, and the authority behind them, for judges that are not ours
//! (`conformance/cades`).
//!
//! usage: cades-samples OUT-DIR NOW(RFC 3339)
//! OUT-DIR: root.pem, ca.pem, root.crl, *.ocsp, data/ (what detached signatures are over), ours/SHAPE[-VARIANT]-KIND-LEVEL.EXTENSION
#![expect(clippy::unwrap_used, reason = "a test program")]

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};

use ades::{
    asic::cades::{CadesBuilder, CadesContainer, SignedBy},
    augment::{Augmentation, Raise, Want},
    cades::{File, Prepared, Request, Signed, prepare},
    facts::{Defect, Level},
    material::Material,
    xades::{Objects, Place},
    zip::Limits,
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus, DigestAlgorithm, SignatureAlgorithm,
    testing::{TestEntity, TestKey},
};

const DATA: &[u8] = "Līguma teksts.\n".as_bytes();

struct Data;

impl Objects for Data {
    fn has(&self, name: &str) -> bool {
        name == "data.txt"
    }
    fn only(&self) -> Option<String> {
        Some("data.txt".to_owned())
    }
    fn copy(&mut self, _name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        out.write_all(DATA).map_err(|e| Defect { code: "cades.content", object: e.to_string(), fatal: false })
    }
}

struct Pki {
    root: TestEntity,
    ca: TestEntity,
    tsa: TestEntity,
    ocsp: TestEntity,
    now: Timestamp,
}

impl Pki {
    fn material(&self, signer: &TestEntity, at: Timestamp) -> Material {
        let status = |e: &TestEntity| self.ocsp.ocsp(&self.ca.certificate, &e.certificate, CertStatus::Good, at);
        Material {
            certificates: [&self.ca, &self.root, &self.tsa, &self.ocsp].map(|e| e.certificate.der().to_vec()).to_vec(),
            crls: vec![self.root.crl(1, at, &[])],
            ocsps: vec![status(signer), status(&self.tsa)],
        }
    }

    fn request(&self, signer: &TestEntity) -> Request {
        let mut request = Request::new(signer.certificate.der(), self.now).unwrap();
        request.algorithm = signer.key.algorithm();
        request.digest = request.algorithm.companion_digest();
        request.chain = vec![self.ca.certificate.der().to_vec()];
        request.roles = vec!["Valdes loceklis & parakstītājs".to_owned()];
        request.place =
            Some(Place { city: Some("Rīga".to_owned()), country: Some("LV".to_owned()), ..Place::default() });
        request.commitments = vec!["1.2.840.113549.1.9.16.6.5".to_owned()];
        request
    }

    /// Raises all signatures; each further archive time stamp is made a second later.
    fn raise(&self, file: Box<dyn Raise>, signer: &TestEntity, level: Level, round: i64) -> Vec<u8> {
        let mut file = file;
        if level > Level::B {
            let mut steps = Augmentation::new(file, level, None, DigestAlgorithm::Sha256).unwrap();
            let mut at = self.now + SignedDuration::from_secs(1 + 20 * round);
            while let Some(want) = steps.want().unwrap() {
                at += SignedDuration::from_secs(1);
                match want {
                    Want::Stamp { digest, .. } => steps.give_stamp(&self.tsa.time_stamp(&digest, at)).unwrap(),
                    Want::Material { .. } => steps.give_material(&self.material(signer, at)).unwrap(),
                }
            }
            file = steps.into_file();
        }
        let mut out = Vec::new();
        file.write(&mut out).unwrap();
        out
    }
}

fn finish(signer: &TestEntity, prepared: Prepared) -> Signed {
    let value = signer.key.sign(prepared.to_be_signed());
    prepared.finish(&value).unwrap()
}

fn file(bytes: Vec<u8>) -> File<Cursor<Vec<u8>>> {
    File::open("data.txt.p7s", Cursor::new(bytes), Box::new(Data)).unwrap()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = Path::new(&args[0]);
    let ours = out.join("ours");
    fs::create_dir_all(&ours).unwrap();
    let now: Timestamp = args[1].parse().unwrap();
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    let root = TestEntity::root("Paraugu sakne", TestKey::p384());
    let ca = root.issue_ca(2, "Paraugu izdevējs", TestKey::p384());
    let ocsp = ca.issue_ocsp(4, "Paraugu OCSP", TestKey::p256());
    let tsa = ca.issue_tsa(3, "Paraugu laika zīmogi", TestKey::p256());
    let pki = Pki { root, ca, tsa, ocsp, now };

    fs::write(out.join("root.pem"), pki.root.certificate.to_pem()).unwrap();
    fs::write(out.join("ca.pem"), pki.ca.certificate.to_pem()).unwrap();
    fs::write(out.join("root.crl"), pki.root.crl(1, now, &[])).unwrap();
    let status = |name: &str, e: &TestEntity| {
        let answer =
            pki.ocsp.ocsp(&pki.ca.certificate, &e.certificate, CertStatus::Good, now + SignedDuration::from_secs(120));
        fs::write(out.join(format!("{name}.ocsp")), answer).unwrap();
    };
    status("unit", &pki.tsa);
    fs::create_dir_all(out.join("data")).unwrap();
    fs::write(out.join("data/data.txt"), DATA).unwrap();

    let kinds = [
        ("p256", SignatureAlgorithm::Ecdsa(Sha256)),
        ("p384", SignatureAlgorithm::Ecdsa(Sha384)),
        ("rsa", SignatureAlgorithm::RsaPkcs1(Sha256)),
        ("pss", SignatureAlgorithm::RsaPss(Sha256)),
        ("pss512", SignatureAlgorithm::RsaPss(Sha512)),
        ("ed25519", SignatureAlgorithm::Ed25519),
    ];
    for (n, (kind, algorithm)) in (30..).zip(kinds) {
        let signer = pki.ca.issue_signer(n, "Anna Paraudziņa", TestKey::new(algorithm));
        status(kind, &signer);
        shapes(&pki, &signer, kind, &ours);
    }
}

fn shapes(pki: &Pki, signer: &TestEntity, kind: &str, ours: &Path) {
    let request = || pki.request(signer);
    let signed = || finish(signer, prepare(&request().digest.of(DATA), request()).unwrap());
    let mut attached = Vec::new();
    signed().attached(DATA, DATA.len() as u64, &mut attached).unwrap();
    let detached = signed().detached();
    let several = |one: &[u8]| {
        let mut file = file(one.to_vec());
        let second = finish(signer, file.prepare(request()).unwrap());
        file.add(&second).unwrap();
        let counter = finish(signer, file.prepare_counter("signature-1", request()).unwrap());
        file.add_counter("signature-1", &counter).unwrap();
        let mut out = Vec::new();
        file.write(&mut out).unwrap();
        out
    };
    let container = |extended, by| {
        let digest = request().digest;
        let mut builder = CadesBuilder::new(Vec::new(), extended, by, digest, pki.now).unwrap();
        builder.add("data.txt", "text/plain", DATA, DATA.len() as u64).unwrap();
        if extended {
            builder.add("Līgums Nr. 1 (50%).xml", "application/xml", &b"<a/>"[..], 4).unwrap();
        }
        let imprint = builder.imprint().unwrap();
        match by {
            SignedBy::Signature => {
                let signed = finish(signer, prepare(&imprint, request()).unwrap());
                builder.finish(&signed.detached()).unwrap()
            }
            SignedBy::Timestamp => {
                builder.finish(&pki.tsa.time_stamp(&imprint, pki.now + SignedDuration::from_secs(1))).unwrap()
            }
        }
    };
    let open = |bytes: &[u8]| -> CadesContainer<Cursor<Vec<u8>>> {
        CadesContainer::open(Cursor::new(bytes.to_vec()), &Limits::default()).unwrap()
    };
    let again = |bytes: &[u8]| {
        let mut container = open(bytes);
        let prepared = container.prepare(request()).unwrap();
        container.add(&finish(signer, prepared)).unwrap();
        let mut out = Vec::new();
        container.write_to(&mut out).unwrap();
        out
    };
    let levels = [("B", Level::B), ("T", Level::T), ("LT", Level::LT), ("LTA", Level::LTA)];
    let save = |name: String, bytes: &[u8]| fs::write(ours.join(name), bytes).unwrap();
    let cms = [("attached", "p7m", attached.clone()), ("detached", "p7s", detached.clone())];
    let cms = cms.into_iter().chain([
        ("attached-several-counter", "p7m", several(&attached)),
        ("detached-several-counter", "p7s", several(&detached)),
    ]);
    for (shape, extension, b) in cms {
        for (name, level) in levels {
            let raised = pki.raise(Box::new(file(b.clone())), signer, level, 0);
            save(format!("{shape}-{kind}-{name}.{extension}"), &raised);
            if level == Level::LTA {
                let renewed = pki.raise(Box::new(file(raised)), signer, level, 1);
                save(format!("{shape}-renewed-{kind}-{name}.{extension}"), &renewed);
            }
        }
    }
    for (shape, extended) in [("asics", false), ("asice", true)] {
        let one = container(extended, SignedBy::Signature);
        for (many, b) in [("", one.clone()), ("-several", again(&one))] {
            for (name, level) in levels {
                let raised = pki.raise(Box::new(open(&b)), signer, level, 0);
                save(format!("{shape}{many}-{kind}-{name}.{shape}"), &raised);
                if level == Level::LTA {
                    let renewed = pki.raise(Box::new(open(&raised)), signer, level, 1);
                    save(format!("{shape}{many}-renewed-{kind}-{name}.{shape}"), &renewed);
                }
            }
        }
        if kind == "p256" {
            let stamped = container(extended, SignedBy::Timestamp);
            save(format!("{shape}-stamp.{shape}"), &stamped);
            let renewed = pki.raise(Box::new(open(&stamped)), signer, Level::LTA, 1);
            save(format!("{shape}-stamp-renewed.{shape}"), &renewed);
        }
    }
}
