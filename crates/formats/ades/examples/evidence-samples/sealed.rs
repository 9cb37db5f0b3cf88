//! Signatures and containers: plain, with a record that somebody else is to put into them, and with records that we put there.

use std::{fs, io::Cursor, path::Path};

use ades::{
    asic::{
        Builder, Naming,
        cades::{CadesBuilder, SignedBy},
    },
    cades,
    detect::Limits,
    evidence::{self, Record, Seal, Tree},
    facts::EvidenceForm::{self, Ers, XmlErs},
    xades::{self, DataObject},
};
use pki::{
    DigestAlgorithm::{Sha256, Sha384, Sha512},
    KeyUsage,
    testing::{TestEntity, TestKey, leaf_extensions},
};

use crate::{Files, Stamper};

const DATA: &[u8] = "Desmit eiro un līgums.\n".as_bytes();

struct Signer<'s> {
    entity: TestEntity,
    stamper: &'s Stamper,
}

impl Signer<'_> {
    fn cms(&self, digest: &[u8]) -> cades::Signed {
        let mut request = cades::Request::new(self.entity.certificate.der(), self.stamper.start).unwrap();
        request.algorithm = self.entity.key.algorithm();
        let prepared = cades::prepare(digest, request).unwrap();
        let value = self.entity.key.sign(prepared.to_be_signed());
        prepared.finish(&value).unwrap()
    }

    fn request(&self) -> xades::Request {
        let mut request = xades::Request::new(self.entity.certificate.der(), self.stamper.start).unwrap();
        request.algorithm = self.entity.key.algorithm();
        request
    }

    fn xml(&self, prepared: xades::Prepared) -> String {
        let value = self.entity.key.sign(prepared.to_be_signed());
        prepared.finish(&value).unwrap().xml()
    }

    /// Signed files by their names.
    fn files(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut attached = Vec::new();
        self.cms(&Sha256.of(DATA)).attached(DATA, DATA.len() as u64, &mut attached).unwrap();
        let detached = self.cms(&Sha256.of(DATA)).detached();
        let enveloped =
            xades::prepare_enveloped("<akts  nr='1'><teksts>Līgums</teksts></akts>".as_bytes(), self.request());
        let data =
            DataObject { name: "data.txt".to_owned(), media_type: "text/plain".to_owned(), digest: Sha256.of(DATA) };
        let beside = xades::prepare(&[data], self.request());
        let inside: [(&str, &[u8]); 2] = [("data.txt", DATA), ("akts 1.xml", b"<a  b='1'/>")];
        let mut with_xades = Builder::new(Vec::new(), Naming::Asice, Sha256, self.stamper.start).unwrap();
        let mut with_cades =
            CadesBuilder::new(Vec::new(), true, SignedBy::Signature, Sha256, self.stamper.start).unwrap();
        for (name, data) in inside {
            with_xades.add(name, "text/plain", data, data.len() as u64).unwrap();
            with_cades.add(name, "text/plain", data, data.len() as u64).unwrap();
        }
        let xml = self.xml(xades::prepare(with_xades.files(), self.request()).unwrap());
        let imprint = with_cades.imprint().unwrap();
        vec![
            ("attached.p7m", attached),
            ("detached.p7s", detached),
            ("enveloped.xml", self.xml(enveloped.unwrap()).into_bytes()),
            ("detached.xml", self.xml(beside.unwrap()).into_bytes()),
            ("xades.asice", with_xades.finish(&[xml]).unwrap()),
            ("cades.asice", with_cades.finish(&self.cms(&imprint).detached()).unwrap()),
        ]
    }
}

fn open(name: &str, bytes: &[u8]) -> (Box<dyn Seal>, String) {
    let beside = Box::new(Files(vec![("data.txt", DATA.to_vec())]));
    let file = evidence::open(name, Cursor::new(bytes.to_vec()), beside, &Limits::default()).unwrap();
    let id = file.ids().remove(0);
    (file, id)
}

fn done(mut file: Box<dyn Seal>) -> Vec<u8> {
    let mut out = Vec::new();
    file.write(&mut out).unwrap();
    out
}

/// Renewed by a time stamp, then by a hash tree, then by a time stamp.
fn renewed(stamper: &Stamper, name: &str, bytes: &[u8]) -> Vec<u8> {
    let (mut file, id) = open(name, bytes);
    for (step, tree) in [(2, None), (3, Some(Sha384)), (4, None), (5, Some(Sha512))] {
        let record = file.records(&id).unwrap().remove(0);
        let next = match tree {
            None => stamper.again(&record, step),
            Some(digest) => {
                let own = record.new_group(digest, &file.regroup(&id, 0, digest).unwrap());
                let tree = Tree::new(digest, vec![own]).unwrap();
                record.with_tree(digest, tree.reduced(0), &stamper.stamp(digest, tree.root(), step)).unwrap()
            }
        };
        file.replace(&id, 0, &next).unwrap();
    }
    done(file)
}

pub(crate) fn write(root: &TestEntity, stamper: &Stamper, out: &Path) {
    let key = TestKey::p256();
    let mut extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
    extensions.no_revocation_available = true;
    let entity = root.issue(4, "Anna Paraudziņa", key, extensions, |_| {});
    let signer = Signer { entity, stamper };
    let put = |name: String, bytes: &[u8]| fs::write(out.join(name), bytes).unwrap();
    put("data.txt".to_owned(), DATA);
    for (name, bytes) in signer.files() {
        put(name.to_owned(), &bytes);
        let forms: &[EvidenceForm] = if name.contains(".p7") { &[Ers] } else { &[Ers, XmlErs] };
        for form in forms {
            let kind = if *form == Ers { "ers" } else { "xmlers" };
            let (mut file, id) = open(name, &bytes);
            let own = file.group(&id, Sha256, *form).unwrap();
            let tree = Tree::new(Sha256, vec![own, vec![Sha256.of(b"another")]]).unwrap();
            let token = stamper.stamp(Sha256, tree.root(), 1);
            // For others to put into it.
            let record = Record::new(*form, Sha256, tree.reduced(0), &token).unwrap();
            put(format!("{name}.{kind}"), record.bytes());
            file.embed(&id, *form, Sha256, tree.reduced(0), &token).unwrap();
            let first = done(file);
            put(format!("ours-{kind}-{name}"), &first);
            let last = renewed(stamper, name, &first);
            put(format!("ours-renewed-{kind}-{name}"), &last);
            // One more record over everything; beside XAdES a container has room for one of each form.
            if name == "xades.asice" {
                continue;
            }
            let (mut file, id) = open(name, &last);
            let tree = Tree::new(Sha256, vec![file.group(&id, Sha256, *form).unwrap()]).unwrap();
            let token = stamper.stamp(Sha256, tree.root(), 6);
            file.embed(&id, *form, Sha256, tree.reduced(0), &token).unwrap();
            put(format!("ours-two-{kind}-{name}"), &done(file));
        }
    }
}
