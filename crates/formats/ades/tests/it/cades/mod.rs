//! CAdES: made, read, raised, attacked.

mod attacks;
pub(crate) mod containers;
mod foreign;
mod levels;
mod raised;

use std::io::{Cursor, Write};

use ades::{
    augment::{Augmentation, Want},
    cades::{File, Request, Signed, prepare},
    detect,
    facts::{Defect, FileFacts, Level},
    validate::{Anchors, Basis, Lang, Policy, Report, validate_file},
    xades::Objects,
};
use jiff::Timestamp;
use pki::DigestAlgorithm;

use crate::world::World;

/// Data beside a signature.
#[derive(Clone)]
pub(crate) struct Beside(pub(crate) Vec<u8>);

impl Objects for Beside {
    fn has(&self, name: &str) -> bool {
        name == "data.txt"
    }
    fn only(&self) -> Option<String> {
        Some("data.txt".to_owned())
    }
    fn copy(&mut self, _name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        out.write_all(&self.0).map_err(|e| Defect { code: "cades.content", object: e.to_string(), fatal: false })
    }
}

pub(crate) const DATA: &[u8] = b"Desmit eiro.\n";

pub(crate) fn request(w: &World) -> Request {
    let mut r = Request::new(w.signer.certificate.der(), w.now).unwrap();
    r.algorithm = w.signer.key.algorithm();
    r.digest = r.algorithm.companion_digest();
    r
}

pub(crate) fn sign(w: &World, request: Request) -> Signed {
    let prepared = prepare(&request.digest.of(DATA), request).unwrap();
    let kept = serde_json::to_string(&prepared).unwrap();
    let prepared: ades::cades::Prepared = serde_json::from_str(&kept).unwrap();
    let value = w.signer.key.sign(prepared.to_be_signed());
    prepared.finish(&value).unwrap()
}

pub(crate) fn attached(w: &World) -> Vec<u8> {
    let mut out = Vec::new();
    sign(w, request(w)).attached(DATA, DATA.len() as u64, &mut out).unwrap();
    out
}

pub(crate) fn open(cms: &[u8], data: &[u8]) -> File<Cursor<Vec<u8>>> {
    File::open("data.txt.p7s", Cursor::new(cms.to_vec()), Box::new(Beside(data.to_vec()))).unwrap()
}

/// Raises all signatures.
pub(crate) fn raise(w: &World, cms: &[u8], target: Level) -> Vec<u8> {
    let mut steps = Augmentation::new(Box::new(open(cms, DATA)), target, None, DigestAlgorithm::Sha256).unwrap();
    while let Some(want) = steps.want().unwrap() {
        match want {
            Want::Stamp { algorithm, digest } => steps.give_stamp(&w.stamp(algorithm, &digest)).unwrap(),
            Want::Material { .. } => steps.give_material(&w.material()).unwrap(),
        }
    }
    let mut out = Vec::new();
    let mut file = steps.into_file();
    file.write(&mut out).unwrap();
    assert_eq!(file.ids().len(), facts(&out).signatures.iter().filter(|s| s.counter_of.is_none()).count());
    out
}

pub(crate) fn facts(cms: &[u8]) -> FileFacts {
    facts_with(cms, DATA)
}

pub(crate) fn facts_with(cms: &[u8], data: &[u8]) -> FileFacts {
    let mut objects = Beside(data.to_vec());
    detect::read("data.txt.p7s", Cursor::new(cms), &mut objects, &detect::Limits::default()).unwrap()
}

pub(crate) fn judge(w: &World, facts: &FileFacts, time: Timestamp) -> Report {
    let anchors = Anchors::new([w.root.certificate.clone()]);
    // From elsewhere, for what the file does not carry; it never counts for the level.
    let (policy, material) = (Policy::default(), w.material());
    let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time, lang: Lang::En };
    validate_file("data.txt.p7s", facts, &basis)
}

/// Every signature passes, at this level.
pub(crate) fn assert_passes(w: &World, cms: &[u8], time: Timestamp, level: &str) {
    let found = facts(cms);
    let report = judge(w, &found, time);
    assert!(!report.signatures.is_empty(), "{:?}", found.defects);
    for s in &report.signatures {
        let json = serde_json::to_value(s).unwrap();
        assert_eq!(json["indication"], "TOTAL_PASSED", "{json:#}");
        assert_eq!(json["level"], format!("CAdES-BASELINE-{level}"), "{json:#}");
    }
}

/// Whether somebody who reads only facts would take it for valid.
pub(crate) fn holds(found: &FileFacts) -> bool {
    !found.defects.iter().any(|d| d.fatal)
        && !found.signatures.is_empty()
        && found.signatures.iter().all(|s| {
            s.value_verifies == Some(true)
                && s.certificate_reference_matches == Some(true)
                && !s.references.is_empty()
                && s.references.iter().all(|r| r.found && r.intact)
                && !s.defects.iter().any(|d| d.fatal)
        })
}
