use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    io::{BufReader, Read, Seek, Write},
};

use pki::{DigestAlgorithm, Digester};
use xml::{Document, dsig::DS};

use super::{
    ASIC, cades,
    container::MAX_INTERNAL,
    manifest, opc,
    profile::{self, Family},
};
use crate::{
    facts::{Coverage, Covered, Defect, FileFacts, ObjectId, SignatureFacts},
    xades::{Digested, Objects, defect, read_signatures},
    zip::{Archive, Limits, ZipError},
};

/// Reads an ASiC container with XAdES signatures into facts. What is not understood is told as a defect.
pub fn read<R: Read + Seek>(source: R, limits: &Limits) -> FileFacts {
    let mut facts = FileFacts::default();
    let archive = match Archive::open(source, limits) {
        Ok(a) => a,
        Err(e) => {
            facts.defects.push(from_zip(e));
            return facts;
        }
    };
    let mut files = Files {
        archive,
        media_types: BTreeMap::new(),
        known: Digested::new(),
        family: Family::Asic,
        held: BTreeMap::new(),
    };
    let Some(family) = files.container(&mut facts) else { return facts };
    files.family = family;
    match family {
        Family::Opc => files.package(&mut facts),
        // its manifest lists parts and tells nothing of signatures: it is signed as the parts are
        Family::Odf => {}
        Family::Asic | Family::Adoc => files.manifest(family, &mut facts),
    }
    let names: Vec<String> = files.archive.entries().iter().map(|e| e.name().to_owned()).collect();
    for name in names.iter().filter(|n| family.is_internal(n)) {
        files.internal(name, family, &mut facts);
    }
    let stamped = if family == Family::Asic { cades::read(&mut files, &mut facts) } else { BTreeSet::new() };
    profile::by_policy(&mut facts);
    coverage(&names, family, &stamped, &mut facts);
    facts
}

pub(super) fn from_zip(e: ZipError) -> Defect {
    let fatal = !matches!(e, ZipError::Io(_) | ZipError::NotZip);
    Defect { code: e.code(), object: e.to_string(), fatal }
}

/// Streams an entry into `out`.
pub(crate) fn copy<R: Read + Seek>(archive: &mut Archive<R>, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
    let reader = archive.read(name).map_err(from_zip)?;
    let mut reader = BufReader::with_capacity(256 * 1024, reader);
    std::io::copy(&mut reader, out).map(|_| ()).map_err(|e| from_zip(ZipError::from_io(e)))
}

/// The files of a container, as objects that signatures refer to.
pub(super) struct Files<R> {
    pub(super) archive: Archive<R>,
    media_types: BTreeMap<String, String>,
    known: Digested,
    family: Family,
    /// By name of a signature file: the objects in it.
    pub(super) held: BTreeMap<String, Vec<ObjectId>>,
}

impl<R: Read + Seek> Objects for Files<R> {
    fn has(&self, name: &str) -> bool {
        self.family.is_object(name) && self.archive.find(name).is_some_and(|e| !e.is_directory())
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        copy(&mut self.archive, name, out)
    }
    fn digested(&mut self, name: &str, algorithm: DigestAlgorithm, encoded: bool) -> Result<Digester, Defect> {
        let key = (name.to_owned(), algorithm, encoded);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let mut digester = Digester::new(algorithm);
        let result = self.write_to(name, encoded, &mut digester).map(|()| digester);
        self.known.insert(key, result.clone());
        result
    }
    fn is_package(&self) -> bool {
        self.family == Family::Opc
    }
    fn media_type(&self, name: &str) -> Option<&str> {
        self.media_types.get(name).map(String::as_str)
    }
}

impl<R: Read + Seek> Files<R> {
    /// Decides what container it is.
    fn container(&mut self, facts: &mut FileFacts) -> Option<Family> {
        let first = self.archive.entries().first().map(|e| (e.name().to_owned(), e.is_plain_first()));
        let declared = match self.archive.find("mimetype") {
            // Signatures do not cover it; that it is damaged is told all the same.
            Some(_) => self.archive.content("mimetype", 256).map_err(|e| facts.defects.push(from_zip(e))).ok(),
            None => None,
        };
        let text = declared.map(|d| String::from_utf8_lossy(&d).into_owned());
        let clean = text.as_deref().map(|t| t.trim_start_matches('\u{FEFF}').trim_end());
        let family = profile::of(&self.archive, clean, facts)?;
        if family != Family::Opc && (first != Some(("mimetype".to_owned(), true)) || text.as_deref() != clean) {
            facts.defects.push(defect("asic.mimetype", "mimetype", false));
        }
        Some(family)
    }

    /// Parts of a package: their content types, and names that two readers could take for the same part (ECMA-376 part 2).
    fn package(&mut self, facts: &mut FileFacts) {
        let names: Vec<String> = self.archive.entries().iter().map(|e| e.name().to_owned()).collect();
        match opc::read(&mut self.archive, &names) {
            Ok(types) => self.media_types = types,
            Err(d) => facts.defects.push(d),
        }
        facts.defects.extend(opc::ambiguous(&names));
    }

    fn manifest(&mut self, family: Family, facts: &mut FileFacts) {
        if self.archive.find(manifest::NAME).is_none() {
            return;
        }
        let content = match self.archive.content(manifest::NAME, 8 << 20) {
            Ok(content) => content,
            Err(e) => return facts.defects.push(from_zip(e)),
        };
        let Some(listed) = manifest::read(&content) else {
            facts.defects.push(defect("asic.manifest", manifest::NAME, false));
            return;
        };
        let files = self.archive.entries().iter().filter(|e| !family.is_internal(e.name()) && !e.is_directory());
        let unlisted = files.map(|e| e.name()).filter(|n| !listed.contains_key(*n));
        let absent = listed.keys().map(String::as_str).filter(|n| !n.ends_with('/') && self.archive.find(n).is_none());
        for name in unlisted.chain(absent) {
            facts.defects.push(defect("asic.manifest-mismatch", name, false));
        }
        self.media_types = listed;
    }

    /// A file of the container itself: signatures are read, what is not known is told.
    fn internal(&mut self, name: &str, family: Family, facts: &mut FileFacts) {
        if family.is_signature(name) {
            self.signatures(name, family, facts);
        } else if !family.is_known(name) {
            facts.defects.push(defect("asic.unknown-file", name, false));
        }
    }

    fn signatures(&mut self, name: &str, family: Family, facts: &mut FileFacts) {
        let bytes = match self.archive.content(name, MAX_INTERNAL) {
            Ok(b) => b,
            Err(e) => return facts.defects.push(from_zip(e)),
        };
        let parsed = xml::decode(&bytes);
        let limits = xml::Limits::default();
        let doc = match parsed.as_ref().map_err(Clone::clone).and_then(|text| Document::parse(text, &limits)) {
            Ok(d) => d,
            Err(e) => {
                return facts.defects.push(Defect { code: e.code(), object: format!("{name}: {e}"), fatal: true });
            }
        };
        let root = doc.root();
        let asic = family == Family::Asic && facts.profile != Some("BDOC 1.0");
        if asic && !(root.is(ASIC, "XAdESSignatures") && root.children().all(|c| c.is(DS, "Signature"))) {
            facts.defects.push(defect("asic.signatures-root", name, false));
        }
        let before = facts.signatures.len();
        read_signatures(&doc, name, self, facts);
        let own = facts.signatures.iter().skip(before).flat_map(SignatureFacts::objects);
        self.held.insert(name.to_owned(), std::iter::once(ObjectId::of(&bytes)).chain(own).collect());
        if facts.signatures.len() == before {
            facts.defects.push(defect("asic.no-signature", name, false));
        }
    }
}

/// Tells for each signature which files it does not cover, and for the container which files none covers.
fn coverage(names: &[String], family: Family, stamped: &BTreeSet<String>, facts: &mut FileFacts) {
    let files: Vec<&String> = names.iter().filter(|n| !family.is_internal(n) && !n.ends_with('/')).collect();
    let mut covered: HashSet<String> = HashSet::new();
    for s in facts.signatures.iter_mut().filter(|s| s.counter_of.is_none()) {
        let own: HashSet<String> = s.scope.iter().map(|c| c.name.clone()).collect();
        covered.extend(s.scope.iter().filter(|c| c.covered != Coverage::None).map(|c| c.name.clone()));
        let not = files.iter().filter(|n| !own.contains(n.as_str()));
        let not: Vec<Covered> = not.map(|n| Covered { name: (*n).clone(), covered: Coverage::None }).collect();
        s.scope.extend(not);
    }
    // Without signatures the time stamps are what is over the files.
    if facts.signatures.is_empty() && !(facts.timestamps.is_empty() && facts.evidence.is_empty()) {
        return;
    }
    facts.unsigned =
        files.into_iter().filter(|n| !covered.contains(n.as_str()) && !stamped.contains(*n)).cloned().collect();
}
