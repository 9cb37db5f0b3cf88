//! Signs a sparse PDF of any size, raises it to LTA, validates it, and tells the most memory that took (Linux). More than 64 MiB is a failure.
//!
//! usage: large-pdf FILE GIB [unsigned]: with the last word it only makes the file
#![expect(clippy::unwrap_used, reason = "a test program")]

use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Seek, SeekFrom, Write},
};

use ades::{
    augment::{Augmentation, Want},
    facts::{Coverage, Level},
    material::Material,
    pades::{Raised, Request, prepare, read},
    pdf::{Limits, Ranged},
};
use pki::{
    CertStatus, DigestAlgorithm,
    testing::{TestEntity, TestKey, day},
};

/// Most memory allowed, in KiB.
const MOST: u64 = 64 << 10;

/// A PDF with an embedded stream of so many zero bytes in front of everything else.
fn sparse(path: &str, size: u64) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    write!(out, "%PDF-1.7\n4 0 obj\n<</Length {size}>>\nstream\n").unwrap();
    let start = out.stream_position().unwrap();
    out.seek(SeekFrom::Start(start + size)).unwrap();
    write!(out, "\nendstream\nendobj\n").unwrap();
    let bodies = [
        "<</Type/Catalog/Pages 2 0 R/Large 4 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ];
    let mut places = vec![0];
    for (num, body) in (1..).zip(bodies) {
        places.push(out.stream_position().unwrap());
        write!(out, "{num} 0 obj\n{body}\nendobj\n").unwrap();
    }
    places.push(9);
    let xref = out.stream_position().unwrap();
    places.push(xref);
    let entries: Vec<u8> =
        places.iter().flat_map(|p| [&[u8::from(*p > 0)], &p.to_be_bytes()[..], &[0]].concat()).collect();
    write!(out, "5 0 obj\n<</Type/XRef/Size 6/W[1 8 1]/Root 1 0 R/Length {}>>\nstream\n", entries.len()).unwrap();
    out.write_all(&entries).unwrap();
    write!(out, "\nendstream\nendobj\nstartxref\n{xref}\n%%EOF\n").unwrap();
    out.flush().unwrap();
}

fn append(path: &str, bytes: &[u8]) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

/// Takes only what follows the file, which is there already.
struct After<'f> {
    file: &'f mut Vec<u8>,
    skip: u64,
}

impl Write for After<'_> {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(buf.len());
        self.skip -= skipped as u64;
        self.file.extend_from_slice(&buf[skipped..]);
        Ok(buf.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (path, gib, rest) = match args.as_slice() {
        [_, path, gib, rest @ ..] => (path, gib, rest),
        _ => panic!("usage: large-pdf FILE GIB [unsigned]"),
    };
    sparse(path, gib.parse::<u64>().unwrap() << 30);
    if rest.first().is_some_and(|word| word == "unsigned") {
        return;
    }
    let limits = Limits::default();
    let ca = TestEntity::root("CA", TestKey::p256());
    let signer = ca.issue_signer(3, "Anna Paraugs", TestKey::p256());
    let tsa = ca.issue_tsa(5, "Laika zīmogs", TestKey::p256());

    let file = Ranged::new(File::open(path).unwrap()).unwrap();
    let prepared = prepare(&file, Request::new(signer.certificate.der(), day(300)).unwrap(), &limits).unwrap();
    let value = signer.key.sign(prepared.to_be_signed());
    let increment = prepared.finish(&value).unwrap().increment(&file, &limits).unwrap();
    append(path, &increment);

    let before = std::fs::metadata(path).unwrap().len();
    let file = Raised::open(File::open(path).unwrap(), &limits).unwrap();
    let mut steps = Augmentation::new(Box::new(file), Level::LTA, None, DigestAlgorithm::Sha256).unwrap();
    let mut at = 301;
    while let Some(want) = steps.want().unwrap() {
        match want {
            Want::Stamp { digest, .. } => steps.give_stamp(&tsa.time_stamp(&digest, day(at))).unwrap(),
            Want::Material { .. } => {
                let status = ca.ocsp(&ca.certificate, &signer.certificate, CertStatus::Good, day(at));
                let certificates = vec![ca.certificate.der().to_vec()];
                steps.give_material(&Material { certificates, crls: vec![], ocsps: vec![status] }).unwrap();
            }
        }
        at += 1;
    }
    let mut added = Vec::new();
    steps.into_file().write(&mut After { file: &mut added, skip: before }).unwrap();
    append(path, &added);

    let file = Ranged::new(File::open(path).unwrap()).unwrap();
    let facts = read("large.pdf", &file, &limits).unwrap();
    let [s] = facts.signatures.as_slice() else { panic!("one signature") };
    assert_eq!((s.value_verifies, s.references[0].intact), (Some(true), true));
    assert_eq!((s.level_elements, s.scope[0].covered), (Some(Level::LTA), Coverage::Full));
    assert!(s.timestamps.iter().all(|t| t.imprint_matches == Some(true)), "{:?}", s.defects);

    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    let most: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    println!("{} bytes signed, raised to LTA and read in {most} KiB", std::fs::metadata(path).unwrap().len());
    assert!(most <= MOST, "more than {MOST} KiB");
}
