//! Writes CAdES signatures of every shape, level and algorithm, and the authority behind them, for judges that are not ours
//! (`conformance/cades`).
//!
//! usage: cades-samples OUT-DIR NOW(RFC 3339)
//! OUT-DIR: root.pem, ca.pem, root.crl, *.ocsp, data/ (what detached signatures are over), ours/SHAPE[-VARIANT]-KIND-LEVEL.EXTENSION,
//! older/SHAPE-WHAT-KIND.EXTENSION
#![expect(clippy::unwrap_used, reason = "a test program")]

#[path = "../shared/authority.rs"]
mod authority;
mod older;

use std::{
    fs,
    io::{self, Cursor, Write},
    path::Path,
};

use ades::{
    asic::cades::{CadesBuilder, CadesContainer, SignedBy},
    augment::{self, Raise},
    cades::{File, Prepared, Request, Signed, prepare},
    detect,
    facts::{Defect, Level},
    xades::{Objects, Place},
    zip::{Archive, Limits},
};
use pki::{
    DigestAlgorithm, SignatureAlgorithm,
    testing::{TestEntity, TestKey},
};

pub(crate) use authority::{LEVELS, Pki, Signers};

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

impl Pki {
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
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    let pki = Pki::new(args[1].parse().unwrap());
    pki.publish(out);
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
        let signers = pki.signers(n, TestKey::new(algorithm));
        pki.publish_status(out, kind, &signers);
        shapes(&pki, &signers, kind, &ours);
    }
}

/// The manifest that the first signature of an ASiC-E container is over.
struct InContainer(Vec<u8>);

impl Objects for InContainer {
    fn has(&self, _name: &str) -> bool {
        true
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        let failed = |e: String| Defect { code: "cades.content", object: format!("{name}: {e}"), fatal: false };
        let mut archive = Archive::open(Cursor::new(&self.0), &Limits::default()).map_err(|e| failed(e.to_string()))?;
        let mut manifest = archive.read("META-INF/ASiCManifest001.xml").map_err(|e| failed(e.to_string()))?;
        io::copy(&mut manifest, out).map(|_| ()).map_err(|e| failed(e.to_string()))
    }
}

fn open(bytes: &[u8]) -> CadesContainer<Cursor<Vec<u8>>> {
    CadesContainer::open(Cursor::new(bytes.to_vec()), &Limits::default()).unwrap()
}

fn shapes(pki: &Pki, signers: &Signers, kind: &str, ours: &Path) {
    let save = |name: String, bytes: &[u8]| fs::write(ours.join(name), bytes).unwrap();
    let every = |shape: &str, extension: &str, reopen: &dyn Fn(Vec<u8>) -> Box<dyn Raise>, b: Vec<u8>| {
        for (level, name) in LEVELS {
            let raised = pki.raise(reopen(b.clone()), signers, level, 0);
            save(format!("{shape}-{kind}-{name}.{extension}"), &raised);
            if level == Level::LTA {
                let renewed = pki.raise(reopen(raised), signers, level, 1);
                save(format!("{shape}-renewed-{kind}-{name}.{extension}"), &renewed);
            }
        }
    };
    for (shape, extension, b) in files(pki, signers) {
        every(shape, extension, &|bytes| Box::new(file(bytes)), b);
    }
    let older = ours.with_file_name("older");
    fs::create_dir_all(&older).unwrap();
    older::files(pki, signers, kind, &files(pki, signers), &older);
    // Read and raised as PEM, by the name of the same file in DER.
    let pem = ours.with_file_name("pem");
    fs::create_dir_all(&pem).unwrap();
    for (shape, extension, b) in files(pki, signers) {
        for (level, name) in LEVELS {
            let source = Cursor::new(pki::pem_encode("CMS", &b).into_bytes());
            let name = format!("{shape}-{kind}-{name}.{extension}.pem");
            let file = augment::open("data.txt.p7s.pem", source, Box::new(Data), &detect::Limits::default()).unwrap();
            fs::write(pem.join(name), pki.raise(file, signers, level, 0)).unwrap();
        }
    }
    for (shape, extended) in [("asics", false), ("asice", true)] {
        for (variant, b) in containers(pki, signers, extended) {
            every(&format!("{shape}{variant}"), shape, &|bytes| Box::new(open(&bytes)), b);
        }
        if kind == "p256" {
            let stamp = |imprint: &[u8]| pki.tsa.time_stamp(imprint, pki.after(1));
            let stamped = container(pki, signers, extended, SignedBy::Timestamp, &stamp);
            save(format!("{shape}-stamp.{shape}"), &stamped);
            let renewed = pki.raise(Box::new(open(&stamped)), signers, Level::LTA, 1);
            save(format!("{shape}-stamp-renewed.{shape}"), &renewed);
        }
    }
}

/// CMS files at level B: by one signer; by two, the first one counter-signed.
fn files(pki: &Pki, signers: &Signers) -> [(&'static str, &'static str, Vec<u8>); 4] {
    let (first, second) = (&signers.first, &signers.second);
    let request = pki.request(first);
    let signed = || finish(first, prepare(&request.digest.of(DATA), request.clone()).unwrap());
    let mut attached = Vec::new();
    signed().attached(DATA, DATA.len() as u64, &mut attached).unwrap();
    let detached = signed().detached();
    let several = |one: &[u8]| {
        let mut file = file(one.to_vec());
        let beside = finish(second, file.prepare(pki.request(second)).unwrap());
        file.add(&beside).unwrap();
        let counter = finish(second, file.prepare_counter("signature-1", pki.request(second)).unwrap());
        file.add_counter("signature-1", &counter).unwrap();
        let mut out = Vec::new();
        file.write(&mut out).unwrap();
        out
    };
    let both = [several(&attached), several(&detached)];
    let [attached_both, detached_both] = both;
    [
        ("attached", "p7m", attached),
        ("detached", "p7s", detached),
        ("attached-several-counter", "p7m", attached_both),
        ("detached-several-counter", "p7s", detached_both),
    ]
}

/// A new container over what `by` makes of the imprint.
fn container(pki: &Pki, signers: &Signers, extended: bool, by: SignedBy, proof: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let digest = pki.request(&signers.first).digest;
    let mut builder = CadesBuilder::new(Vec::new(), extended, by, digest, pki.now).unwrap();
    builder.add("data.txt", "text/plain", DATA, DATA.len() as u64).unwrap();
    if extended {
        builder.add("Līgums Nr. 1 (50%).xml", "application/xml", &b"<a/>"[..], 4).unwrap();
    }
    let proof = proof(&builder.imprint().unwrap());
    builder.finish(&proof).unwrap()
}

/// Containers at level B: by one signer, by two (in ASiC-S in one file, in ASiC-E each in its own), counter-signed, and in ASiC-E by two in one
/// file.
fn containers(pki: &Pki, signers: &Signers, extended: bool) -> Vec<(&'static str, Vec<u8>)> {
    let (first, second) = (&signers.first, &signers.second);
    let request = || pki.request(first);
    let signature = |imprint: &[u8]| finish(first, prepare(imprint, request()).unwrap()).detached();
    let one = container(pki, signers, extended, SignedBy::Signature, &signature);
    let written = |mut container: CadesContainer<Cursor<Vec<u8>>>| {
        let mut out = Vec::new();
        container.write_to(&mut out).unwrap();
        out
    };
    let mut several = open(&one);
    let prepared = several.prepare(pki.request(second)).unwrap();
    several.add(&finish(second, prepared)).unwrap();
    let mut countered = open(&one);
    let id = countered.ids().pop().unwrap();
    let counter = finish(second, countered.prepare_counter(&id, pki.request(second)).unwrap());
    countered.add_counter(&id, &counter).unwrap();
    let mut all = vec![("", one.clone()), ("-several", written(several)), ("-counter", written(countered))];
    if extended {
        let joint = |imprint: &[u8]| {
            let over = Box::new(InContainer(one.clone()));
            let name = "META-INF/ASiCManifest001.xml";
            let mut file = File::open(name, Cursor::new(signature(imprint)), over).unwrap();
            let beside = finish(second, file.prepare(pki.request(second)).unwrap());
            file.add(&beside).unwrap();
            let mut out = Vec::new();
            file.write(&mut out).unwrap();
            out
        };
        all.push(("-joint-several", container(pki, signers, true, SignedBy::Signature, &joint)));
    }
    all
}
