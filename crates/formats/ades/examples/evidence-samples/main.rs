//! Writes evidence records of every kind we make, each in a folder with the files that it is about, for judges that are not ours
//! (`conformance/`). Time stamps carry the status of their unit, so that a record stands alone.
//!
//! Signed files with records inside of them, and records for others to put there, go into SEALED-DIR.
//!
//! usage: evidence-samples OUT-DIR SEALED-DIR NOW(RFC 3339)
#![expect(clippy::unwrap_used, reason = "a test program")]

mod sealed;

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};

use ades::{
    evidence::{Record, Tree, object_digest},
    facts::{Defect, EvidenceForm},
    xades::Objects,
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    DigestAlgorithm::{self, Sha256, Sha384, Sha512},
    KeyUsage, TokenTemplate, TstInfo,
    cms::Message,
    oid,
    testing::{TestEntity, TestKey, leaf_extensions},
};

/// Files by name.
#[derive(Clone)]
struct Files(Vec<(&'static str, Vec<u8>)>);

impl Objects for Files {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| *n == name)
    }
    fn only(&self) -> Option<String> {
        self.0.first().map(|(n, _)| (*n).to_owned()).filter(|_| self.0.len() == 1)
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        out.write_all(&self.0.iter().find(|(n, _)| *n == name).unwrap().1).unwrap();
        Ok(())
    }
}

struct Stamper {
    tsa: TestEntity,
    /// CRL with the status of the unit.
    status: Vec<u8>,
    start: Timestamp,
}

impl Stamper {
    fn stamp(&self, digest: DigestAlgorithm, imprint: &[u8], second: i64) -> Vec<u8> {
        let info = TstInfo {
            policy: oid::BEST_PRACTICE_TIME_STAMP_POLICY,
            digest,
            imprint: imprint.to_vec(),
            serial: vec![7, u8::try_from(second).unwrap()],
            time: self.start + SignedDuration::from_secs(second),
            accuracy_micros: None,
            ordering: false,
            nonce: None,
            tsa: None,
            qualified: false,
        };
        let key = &self.tsa.key;
        let template = TokenTemplate::new(&info, Sha256, key.algorithm(), &self.tsa.certificate).unwrap();
        let signed = template.to_be_signed().unwrap();
        let token = template.assemble(&signed, &key.sign(&signed), Some(&[])).unwrap();
        let mut message = Message::from_ber(&token).unwrap();
        message.add_revocations(std::slice::from_ref(&self.status), &[]).unwrap();
        let mut out = Vec::new();
        message.write(Cursor::new(token), &mut out).unwrap().unwrap();
        out
    }

    fn again(&self, record: &Record, second: i64) -> Record {
        let (method, own) = record.stamp_digest().unwrap();
        let tree = Tree::new(method, vec![vec![method.of(b"another")], vec![own]]).unwrap();
        record.with_stamp(tree.reduced(1), &self.stamp(method, tree.root(), second)).unwrap()
    }

    fn regrown(&self, record: &Record, files: &Files, method: DigestAlgorithm, second: i64) -> Record {
        let own = record.new_group(method, &digests(files, record.form, method));
        let tree = Tree::new(method, vec![own, vec![method.of(b"another")]]).unwrap();
        record.with_tree(method, tree.reduced(0), &self.stamp(method, tree.root(), second)).unwrap()
    }
}

fn digests(files: &Files, form: EvidenceForm, method: DigestAlgorithm) -> Vec<Vec<u8>> {
    files.0.iter().map(|(n, _)| object_digest(&mut files.clone(), n, method, form).unwrap()).collect()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = Path::new(&args[0]);
    let now: Timestamp = args[2].parse().unwrap();
    let sealed = Path::new(&args[1]);
    fs::create_dir_all(out).unwrap();
    fs::create_dir_all(sealed).unwrap();
    let root = TestEntity::root("Paraugu sakne", TestKey::p384());
    let key = TestKey::p256();
    let mut extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING]);
    extensions.extended_key_usage_critical = true;
    let tsa = root.issue(3, "Paraugu laika zīmogi", key, extensions, |_| {});
    for dir in [out, sealed] {
        fs::write(dir.join("root.pem"), root.certificate.to_pem()).unwrap();
    }
    let status = root.crl(1, now, &[]);
    let stamper = Stamper { tsa, status, start: now - SignedDuration::from_secs(100) };
    sealed::write(&root, &stamper, sealed);
    let groups: Vec<Files> = vec![
        Files(vec![("a.txt", b"first".to_vec())]),
        Files(vec![("a.txt", b"second".to_vec()), ("b.bin", vec![0, 1, 255])]),
        Files(vec![("x.xml", b"<x  b='1' a=\"2\"/>\n".to_vec())]),
        Files(vec![("z.bin", (0..=255).collect())]),
        Files(vec![("y.txt", "Piektais līgums.\n".as_bytes().to_vec())]),
    ];
    for (form, name) in [(EvidenceForm::Ers, "ers"), (EvidenceForm::XmlErs, "xml")] {
        for count in [1, groups.len()] {
            let groups = groups.get(..count).unwrap();
            let tree = Tree::new(Sha256, groups.iter().map(|g| digests(g, form, Sha256)).collect()).unwrap();
            let token = stamper.stamp(Sha256, tree.root(), 1);
            for (n, files) in groups.iter().enumerate() {
                let first = Record::new(form, Sha256, tree.reduced(n), &token).unwrap();
                let stamped = stamper.again(&first, 2);
                let regrown = stamper.regrown(&stamped, files, Sha384, 3);
                let last = stamper.regrown(&stamper.again(&regrown, 4), files, Sha512, 5);
                for (state, record) in [("first", first), ("stamped", stamped), ("regrown", regrown), ("last", last)] {
                    let dir = out.join(format!("{name}-{count}-{n}-{state}"));
                    fs::create_dir_all(&dir).unwrap();
                    fs::write(dir.join(format!("record.{name}")), record.bytes()).unwrap();
                    for (file, bytes) in &files.0 {
                        fs::write(dir.join(file), bytes).unwrap();
                    }
                }
            }
        }
    }
}
