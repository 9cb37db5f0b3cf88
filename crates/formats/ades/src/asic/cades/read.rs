//! Reading: which signature or time stamp is over which manifest, and over which files through it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Seek},
};

use pki::{TimeStampToken, cms::Message, oid};

use super::{Internal, Manifest, id_prefix, internal, manifest::name_of};
use crate::{
    asic::{container::MAX_INTERNAL, is_internal, read::Files},
    cades::{Content, Data, Placed, signatures, token_objects, token_over},
    facts::{
        Coverage, Covered, FileFacts, Format, ObjectId, ReferenceFacts, SignatureFacts, TimestampFacts, TimestampKind,
    },
    xades::{Objects as _, defect},
};

/// Everything with CMS in a container.
pub(super) struct Reader<'f, R> {
    pub(super) files: &'f mut Files<R>,
    pub(super) facts: &'f mut FileFacts,
    /// Names of all entries.
    pub(super) names: Vec<String>,
    /// By name of the manifest.
    manifests: BTreeMap<String, Manifest>,
    /// By name of what was read: the objects that somebody who holds this file holds.
    held: BTreeMap<String, Vec<ObjectId>>,
    /// Files that time stamps without signatures, or evidence records, are over.
    pub(super) stamped: BTreeSet<String>,
}

/// Reads CAdES signatures, time stamps and evidence records of a container. Gives the files that time stamps alone are over.
pub(crate) fn read<R: Read + Seek>(files: &mut Files<R>, facts: &mut FileFacts) -> BTreeSet<String> {
    let names: Vec<String> = files.archive.entries().iter().map(|e| e.name().to_owned()).collect();
    if !names.iter().any(|n| internal(n).is_some()) {
        return BTreeSet::new();
    }
    let (manifests, held, stamped) = (BTreeMap::new(), std::mem::take(&mut files.held), BTreeSet::new());
    let mut reader = Reader { files, facts, names, manifests, held, stamped };
    reader.manifests();
    reader.signatures();
    reader.tokens();
    reader.evidence();
    reader.stamped
}

/// A time stamp file with the manifest it is over.
struct Stamp {
    name: String,
    token: Vec<u8>,
    manifest: Option<String>,
    checked: Vec<Checked>,
}

/// What one manifest says of one file.
pub(super) struct Checked {
    pub(super) name: String,
    pub(super) reference: ReferenceFacts,
}

impl<R: Read + Seek> Reader<'_, R> {
    pub(super) fn of(&self, kind: Internal) -> Vec<String> {
        self.names.iter().filter(|n| internal(n) == Some(kind)).cloned().collect()
    }

    pub(super) fn tell(&mut self, code: &'static str, object: &str, fatal: bool) {
        self.facts.defects.push(defect(code, object, fatal));
    }

    pub(super) fn content(&mut self, name: &str) -> Option<Vec<u8>> {
        match self.files.archive.content(name, MAX_INTERNAL) {
            Ok(bytes) => Some(bytes),
            Err(e) => {
                self.facts.defects.push(crate::asic::read::from_zip(e));
                None
            }
        }
    }

    fn manifests(&mut self) {
        for name in self.of(Internal::Manifest).into_iter().chain(self.of(Internal::EvidenceManifest)) {
            let Some(bytes) = self.content(&name) else { continue };
            match Manifest::read(&bytes) {
                Ok(manifest) => {
                    self.held.insert(name.clone(), vec![ObjectId::of(&bytes)]);
                    self.manifests.insert(name, manifest);
                }
                Err(code) => self.tell(code, &name, false),
            }
        }
    }

    fn locate(&self, uri: &str) -> Option<String> {
        name_of(uri, &|n| n != "mimetype" && self.names.iter().any(|have| have == n))
    }

    /// The manifest that is over a signature or time stamp. Two of them are refused: a reader could take either.
    pub(super) fn manifest_of(&mut self, name: &str) -> Result<Option<String>, ()> {
        let found: Vec<String> = self
            .manifests
            .iter()
            .filter(|(_, m)| self.locate(&m.over).as_deref() == Some(name))
            .map(|(n, _)| n.clone())
            .collect();
        if found.len() > 1 {
            self.tell("asic.several-manifests", name, true);
            return Err(());
        }
        Ok(found.into_iter().next())
    }

    /// The one file of ASiC-S.
    pub(super) fn only_file(&self) -> Option<String> {
        let mut files = self.names.iter().filter(|n| !is_internal(n) && !n.ends_with('/'));
        let first = files.next()?;
        files.next().is_none().then(|| first.clone())
    }

    /// Compares the digests of a manifest.
    pub(super) fn check(&mut self, manifest: &str) -> Vec<Checked> {
        let Some(entries) = self.manifests.get(manifest).map(|m| m.entries.clone()) else { return Vec::new() };
        let mut all: Vec<Checked> = Vec::new();
        for e in entries {
            let name = self.locate(&e.uri);
            let found = name.as_ref().zip(e.digest).map(|(n, d)| self.files.digest(n, d));
            if let Some(Err(why)) = &found {
                self.facts.defects.push(why.clone());
            }
            let declared = name.as_ref().and_then(|n| self.files.media_type(n));
            if let (Some(name), Some(a), Some(b)) = (&name, declared, e.media_type.as_deref())
                && !a.is_empty()
                && a != b
            {
                let object = name.clone();
                self.tell("asic.media-type", &object, false);
            }
            let intact = matches!(&found, Some(Ok(d)) if *d == e.value);
            let shown = name.clone().unwrap_or_else(|| e.uri.clone());
            if all.iter().any(|c| c.name == shown) {
                self.tell("asic.repeated-reference", &shown, true);
            }
            let reference = ReferenceFacts {
                object: shown.clone(),
                digest: e.digest,
                found: name.is_some(),
                intact,
                properties: false,
            };
            all.push(Checked { name: shown, reference });
        }
        all
    }

    fn signatures(&mut self) {
        for name in self.of(Internal::Signature) {
            let Some(bytes) = self.content(&name) else { continue };
            let Ok(manifest) = self.manifest_of(&name) else { continue };
            let message = match Message::from_ber(&bytes) {
                Ok(message) if message.content_type != oid::TST_INFO => message,
                result => {
                    let mut facts = SignatureFacts::unread(&*name, Format::CAdES);
                    let why = result.map_or_else(|e| e.to_string(), |_| "TSTInfo".to_owned());
                    facts.defects.push(defect("cades.broken", why, true));
                    self.facts.signatures.push(facts);
                    continue;
                }
            };
            let object = manifest.clone().or_else(|| self.only_file());
            if message.content.is_some() {
                self.tell("asic.attached", &name, true);
            }
            if manifest.is_none() && (object.is_none() || self.facts.container == Some("ASiC-E")) {
                self.tell("asic.no-signed-manifest", &name, object.is_none());
            }
            let prefix = id_prefix(&name);
            let id = |n: usize| format!("{prefix}{}", n + 1);
            let mut defects = Vec::new();
            let shown = object.clone().unwrap_or_else(|| name.clone());
            let data = match object {
                Some(object) => Data::Beside(object, self.files),
                None => Data::Missing,
            };
            let placed = Placed { message: &message, id: &id, object: &shown };
            let mut found = signatures(&placed, &mut Content::new(data), &mut defects);
            if let Some(manifest) = manifest {
                let checked = self.check(&manifest);
                found.iter_mut().filter(|s| s.counter_of.is_none()).for_each(|s| through(s, &checked));
            }
            let held = found.iter().flat_map(SignatureFacts::objects).chain([ObjectId::of(&bytes)]).collect();
            self.held.insert(name, held);
            self.facts.defects.extend(defects);
            self.facts.signatures.extend(found);
        }
    }

    /// Time stamps: over a manifest, or over the one file. Those over signatures are told with the signatures.
    fn tokens(&mut self) {
        let mut found = Vec::new();
        for name in self.of(Internal::Token) {
            let Some(token) = self.content(&name) else { continue };
            let Ok(manifest) = self.manifest_of(&name) else { continue };
            let checked = manifest.as_ref().map(|m| self.check(m)).unwrap_or_default();
            self.held.insert(name.clone(), token_objects(&token));
            found.push(Stamp { name, token, manifest, checked });
        }
        let time = |token: &[u8]| TimeStampToken::from_ber(token).ok().map(|t| t.info.time);
        found.sort_by_key(|s: &Stamp| time(&s.token));
        for Stamp { name, token, manifest, checked } in found {
            let Some(object) = manifest.clone().or_else(|| self.only_file()) else {
                self.tell("asic.no-signed-manifest", &name, false);
                continue;
            };
            let mut stamp = token_over(token, &mut Content::new(Data::Beside(object.clone(), self.files)));
            for c in &checked {
                if !c.reference.intact {
                    self.tell("asic.manifest-digest", &c.name, false);
                    continue;
                }
                stamp.covers.extend(self.held_by(&c.name));
            }
            self.place(stamp, manifest.is_none().then_some(object), &checked);
        }
    }

    /// The objects in a file of the container.
    pub(super) fn held_by(&mut self, name: &str) -> Vec<ObjectId> {
        if let Some(held) = self.held.get(name) {
            return held.clone();
        }
        let digest = self.files.digest(name, pki::DigestAlgorithm::Sha256);
        digest.ok().and_then(|d| ObjectId::from_digest(&d)).into_iter().collect()
    }

    /// Whoever holds this file holds these objects, too.
    pub(super) fn hold(&mut self, name: &str, objects: Vec<ObjectId>) {
        let digest = self.files.digest(name, pki::DigestAlgorithm::Sha256);
        let own = digest.ok().and_then(|d| ObjectId::from_digest(&d));
        self.held.insert(name.to_owned(), own.into_iter().chain(objects).collect());
    }

    /// A stamp belongs to the signatures whose values it covers, else to the container.
    fn place(&mut self, stamp: TimestampFacts, file: Option<String>, checked: &[Checked]) {
        let mut placed = false;
        for s in self.facts.signatures.iter_mut().filter(|s| stamp.covers.contains(&s.value)) {
            placed = true;
            let has = |kind| s.timestamps.iter().any(|t| t.kind == kind);
            if has(TimestampKind::Signature) && s.level_elements >= Some(crate::facts::Level::LT) {
                s.level_elements = Some(crate::facts::Level::LTA);
            }
            let material = crate::cades::token_material(&stamp.token);
            for (here, there) in [(&mut s.crls, material.crls), (&mut s.ocsps, material.ocsps)] {
                here.extend(there);
            }
            s.timestamps.push(TimestampFacts { kind: TimestampKind::Archive, ..stamp.clone() });
        }
        if placed {
            return;
        }
        for c in checked.iter().filter(|c| !c.reference.intact && !is_internal(&c.name)) {
            self.facts.defects.push(defect("asic.stamped-data-changed", c.name.clone(), true));
        }
        if stamp.imprint_matches == Some(true) {
            let intact = checked.iter().filter(|c| c.reference.intact).map(|c| c.name.clone());
            self.stamped.extend(intact.chain(file));
        }
        self.facts.timestamps.push(stamp);
    }
}

/// What a signature over a manifest covers: the files of the manifest, when both are intact.
fn through(s: &mut SignatureFacts, checked: &[Checked]) {
    let intact = s.references.iter().all(|r| r.intact);
    s.scope.clear();
    for c in checked {
        s.references.push(c.reference.clone());
        let covered = if intact && c.reference.intact { Coverage::Full } else { Coverage::None };
        if !is_internal(&c.name) {
            s.scope.push(Covered { name: c.name.clone(), covered });
        }
    }
}
