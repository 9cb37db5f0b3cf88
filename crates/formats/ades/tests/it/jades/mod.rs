//! JAdES: made, raised, read; and what attackers do to it.

mod attacks;
mod shapes;

use ades::{
    augment::{Augmentation, Raise, Want},
    facts::{Defect, FileFacts, Level, SignatureFacts},
    jades::{Data, File, Prepared, Request, prepare, prepare_counter, prepare_parallel, read_document},
    validate::{Anchors, Basis, Indication, Lang, Policy, Report, validate_file},
    xades::Objects,
};
use jiff::SignedDuration;
use std::io::Write;

use crate::world::World;

/// Files by name.
#[derive(Clone, Default)]
pub struct Files(pub Vec<(String, Vec<u8>)>);

impl Files {
    pub fn of(files: &[(&str, &[u8])]) -> Self {
        Self(files.iter().map(|(n, b)| ((*n).to_owned(), b.to_vec())).collect())
    }
    pub fn data(&self) -> Vec<Data> {
        self.0.iter().map(|(n, _)| Data { name: n.clone(), media_type: "text/plain".to_owned() }).collect()
    }
}

impl Objects for Files {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }
    fn only(&self) -> Option<String> {
        match self.0.as_slice() {
            [(one, _)] => Some(one.clone()),
            _ => None,
        }
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        let missing = || Defect { code: "jades.object-missing", object: name.to_owned(), fatal: false };
        let (_, bytes) = self.0.iter().find(|(n, _)| n == name).ok_or_else(missing)?;
        out.write_all(bytes).map_err(|_| missing())
    }
}

pub fn request(world: &World) -> Request {
    let mut request = Request::new(world.signer.certificate.der(), world.now).unwrap();
    request.algorithm = world.signer.key.algorithm();
    request.chain = vec![world.ca.certificate.der().to_vec()];
    request
}

pub fn value(world: &World, prepared: &Prepared) -> Vec<u8> {
    let state = serde_json::to_string(prepared).unwrap();
    let kept: Prepared = serde_json::from_str(&state).unwrap();
    world.signer.key.sign(&kept.to_be_signed())
}

pub fn sign(world: &World, files: &Files, request: &Request) -> String {
    let prepared = prepare(&files.data(), &mut files.clone(), request).unwrap();
    let value = value(world, &prepared);
    prepared.finish(&value).unwrap()
}

pub fn parallel(world: &World, file: &str, files: &Files) -> String {
    let prepared = prepare_parallel(file, &mut files.clone(), &request(world)).unwrap();
    let value = value(world, &prepared);
    prepared.finish_parallel(file, &value).unwrap()
}

pub fn counter(world: &World, file: &str, id: &str) -> String {
    let prepared = prepare_counter(file, id, &request(world)).unwrap();
    let value = value(world, &prepared);
    prepared.finish_counter(file, id, &value).unwrap()
}

/// Raises all signatures of a file.
pub fn raise(world: &World, text: &str, files: &Files, level: Level) -> String {
    let file = Box::new(File::open(text.to_owned(), Box::new(files.clone())).unwrap());
    let mut steps = Augmentation::new(file, level, None, pki::DigestAlgorithm::Sha256).unwrap();
    while let Some(want) = steps.want().unwrap() {
        match want {
            Want::Stamp { algorithm, digest } => steps.give_stamp(&world.stamp(algorithm, &digest)).unwrap(),
            Want::Material { .. } => steps.give_material(&world.material()).unwrap(),
        }
    }
    let mut out = Vec::new();
    steps.into_file().write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub fn read(text: &str, files: &Files) -> FileFacts {
    read_document(text.as_bytes(), &mut files.clone())
}

pub fn only(text: &str, files: &Files) -> SignatureFacts {
    let mut facts = read(text, files);
    assert_eq!(facts.signatures.len(), 1, "{:?}", facts.defects);
    facts.signatures.remove(0)
}

pub fn judge(world: &World, text: &str, files: &Files) -> Report {
    let facts = read(text, files);
    let anchors = Anchors::new([world.root.certificate.clone()]);
    // What the network would give: a signature at B or T is judged, too.
    let material = world.material();
    let (policy, time) = (Policy::default(), world.now + SignedDuration::from_mins(5));
    let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time, lang: Lang::En };
    validate_file("x.json", &facts, &basis)
}

pub fn passes(world: &World, text: &str, files: &Files, level: &str) {
    let report = judge(world, text, files);
    assert!(!report.signatures.is_empty());
    for s in &report.signatures {
        assert_eq!(s.indication, Indication::TotalPassed, "{:?}\n{text}", s.findings);
        assert_eq!(s.level, format!("JAdES-BASELINE-{level}"), "{:?}", s.findings);
    }
}

pub fn never_passes(world: &World, text: &str, files: &Files) {
    let report = judge(world, text, files);
    assert!(report.signatures.iter().all(|s| s.indication != Indication::TotalPassed), "{text}");
}
