//! An existing container with CAdES or time stamps, to be signed once more or raised.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read, Seek, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use pki::{DigestAlgorithm, Digester, TimeStampToken};

use super::{Entry, Internal, Manifest, P7S, TST, id_prefix, internal, manifest::name_of, numbered, raise::Pending};
use crate::{
    asic::{ASIC_E, ASIC_S, AsicError, container::MAX_INTERNAL, copy, is_internal},
    augment::Raise as _,
    cades::{self, CadesError, File},
    facts::Defect,
    xades::Objects,
    zip::{Archive, Limits, Writer, ZipError},
};

type Shared<R> = Arc<Mutex<Archive<R>>>;

fn lock<R>(archive: &Shared<R>) -> MutexGuard<'_, Archive<R>> {
    archive.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The one entry that a signature file of the container is over.
struct Member<R> {
    archive: Shared<R>,
    name: String,
}

impl<R: Read + Seek + Send> Objects for Member<R> {
    fn has(&self, name: &str) -> bool {
        name == self.name
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        copy(&mut lock(&self.archive), name, out)
    }
}

/// A container with CAdES signatures or time stamps.
pub struct CadesContainer<R> {
    archive: Shared<R>,
    extended: bool,
    /// Signature files, in the order of the container.
    files: Vec<(String, File<Cursor<Vec<u8>>>)>,
    /// Content of entries that are new or changed; `None`: taken away.
    changed: BTreeMap<String, Option<Vec<u8>>>,
    pub(super) pending: Option<Pending>,
    /// Manifest of a signature that waits for its value.
    prepared: Option<Vec<u8>>,
}

impl<R: Read + Seek + Send + 'static> CadesContainer<R> {
    /// Whether these entries are those of such a container.
    pub fn is_one(archive: &Archive<R>) -> bool {
        archive.entries().iter().any(|e| matches!(internal(e.name()), Some(Internal::Signature | Internal::Token)))
    }

    /// Opens a container.
    ///
    /// # Errors
    /// When the archive is refused or holds no CAdES signature or time stamp.
    pub fn open(source: R, limits: &Limits) -> Result<Self, AsicError> {
        Self::over(Archive::open(source, limits)?)
    }

    /// An archive that is open.
    pub(crate) fn over(mut archive: Archive<R>) -> Result<Self, AsicError> {
        if !Self::is_one(&archive) {
            return Err(AsicError::NotAsic("it holds no CAdES signature or time stamp"));
        }
        let extended = match archive.find("mimetype") {
            Some(_) => {
                let text = archive.content("mimetype", 256)?;
                let text = String::from_utf8_lossy(&text).trim_start_matches('\u{feff}').trim_end().to_owned();
                match text.as_str() {
                    ASIC_E => true,
                    ASIC_S => false,
                    _ => return Err(AsicError::NotAsic("mimetype")),
                }
            }
            None => archive.entries().iter().any(|e| internal(e.name()) == Some(Internal::Manifest)),
        };
        let names: Vec<String> = archive.entries().iter().map(|e| e.name().to_owned()).collect();
        let archive = Arc::new(Mutex::new(archive));
        let mut container =
            Self { archive, extended, files: Vec::new(), changed: BTreeMap::new(), pending: None, prepared: None };
        let manifests = container.manifests();
        for name in names.iter().filter(|n| internal(n) == Some(Internal::Signature)) {
            let bytes = lock(&container.archive).content(name, MAX_INTERNAL)?;
            let over = manifests.iter().find(|(_, m)| container.located(m).0.as_ref() == Some(name));
            let object = over.map(|(n, _)| n.clone()).or_else(|| container.data().into_iter().next());
            let object = object.ok_or(AsicError::Empty)?;
            let member = Member { archive: container.archive.clone(), name: object.clone() };
            let file = File::within(object, id_prefix(name), Cursor::new(bytes), Box::new(member));
            container.files.push((name.clone(), file.map_err(|_| AsicError::NotAsic("a signature file is broken"))?));
        }
        Ok(container)
    }

    /// Whether it is ASiC-E.
    pub fn is_extended(&self) -> bool {
        self.extended
    }

    /// Names of the entries as they will be written.
    pub(super) fn names(&self) -> Vec<String> {
        let kept: Vec<String> = lock(&self.archive).entries().iter().map(|e| e.name().to_owned()).collect();
        let gone = |n: &String| matches!(self.changed.get(n), Some(None));
        let new = self.changed.iter().filter(|(n, c)| c.is_some() && !kept.contains(n)).map(|(n, _)| n.clone());
        kept.iter().filter(|n| !gone(n)).cloned().chain(new).collect()
    }

    /// Names of the data files.
    pub fn data(&self) -> Vec<String> {
        self.names().into_iter().filter(|n| !is_internal(n) && !n.ends_with('/')).collect()
    }

    pub(super) fn is_token(&self, name: &str) -> bool {
        internal(name) == Some(Internal::Token)
    }

    /// Whether a time stamp over this file prolongs a proof (rather than being over some data of its own).
    pub(super) fn is_proof(&self, name: &str) -> bool {
        matches!(internal(name), Some(Internal::Token | Internal::Signature))
    }

    pub(super) fn media_type(&self, name: &str) -> Option<&'static str> {
        match internal(name) {
            Some(Internal::Signature) => Some(P7S),
            Some(Internal::Token) => Some(TST),
            Some(Internal::Manifest) => Some("application/xml"),
            _ => None,
        }
    }

    /// Manifests by name.
    pub(super) fn manifests(&self) -> Vec<(String, Manifest)> {
        let names = self.names().into_iter().filter(|n| internal(n) == Some(Internal::Manifest));
        names.filter_map(|n| Some((n.clone(), Manifest::read(&self.bytes(&n)?).ok()?))).collect()
    }

    /// What a manifest is for, and what it is over.
    pub(super) fn located(&self, manifest: &Manifest) -> (Option<String>, Vec<String>) {
        let names = self.names();
        let locate = |uri: &str| name_of(uri, &|n| names.iter().any(|have| have == n));
        (locate(&manifest.over), manifest.entries.iter().filter_map(|e| locate(&e.uri)).collect())
    }

    /// Content of a file of the container itself.
    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        match self.changed.get(name) {
            Some(content) => content.clone(),
            None => lock(&self.archive).content(name, MAX_INTERNAL).ok(),
        }
    }

    /// Digest of an entry as it will be written.
    pub(super) fn digest(&mut self, name: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AsicError> {
        self.settle()?;
        if let Some(Some(bytes)) = self.changed.get(name) {
            return Ok(algorithm.of(bytes));
        }
        let mut digester = Digester::new(algorithm);
        let mut archive = lock(&self.archive);
        std::io::copy(&mut archive.read(name)?, &mut digester).map_err(ZipError::from_io)?;
        Ok(digester.finish())
    }

    pub(super) fn put(&mut self, name: &str, content: Vec<u8>) {
        self.changed.insert(name.to_owned(), Some(content));
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> Result<(), AsicError> {
        let content = self.bytes(from).ok_or(AsicError::NotAsic("an archive manifest is broken"))?;
        self.changed.insert(from.to_owned(), None);
        self.put(to, content);
        Ok(())
    }

    /// Takes what was done to signature files into the container.
    fn settle(&mut self) -> Result<(), AsicError> {
        for (name, file) in &mut self.files {
            let mut bytes = Vec::new();
            file.write(&mut bytes).map_err(|_| AsicError::NotAsic("a signature file is broken"))?;
            let same = match self.changed.get(name) {
                Some(known) => known.as_ref() == Some(&bytes),
                None => lock(&self.archive).content(name, MAX_INTERNAL)? == bytes,
            };
            // A loose encoding may become a strict one around unchanged parts; only what got more is written anew.
            if !same && file.is_changed() {
                self.changed.insert(name.clone(), Some(bytes));
            }
        }
        Ok(())
    }

    pub(super) fn signature_ids(&self) -> Vec<String> {
        self.files.iter().flat_map(|(_, f)| f.ids()).collect()
    }
    pub(super) fn file(&self, id: &str) -> Option<&File<Cursor<Vec<u8>>>> {
        self.files.iter().find(|(_, f)| f.ids().iter().any(|i| i == id)).map(|(_, f)| f)
    }
    pub(super) fn file_mut(&mut self, id: &str) -> Option<&mut File<Cursor<Vec<u8>>>> {
        self.files.iter_mut().find(|(_, f)| f.ids().iter().any(|i| i == id)).map(|(_, f)| f)
    }
    /// Name of the file with this signature.
    pub(super) fn file_of(&self, id: &str) -> Option<String> {
        self.files.iter().find(|(_, f)| f.ids().iter().any(|i| i == id)).map(|(n, _)| n.clone())
    }

    /// Makes everything of one more signature over all files but its value.
    ///
    /// # Errors
    /// When a file cannot be read, or certificate, algorithm and claims do not fit together.
    pub fn prepare(&mut self, request: cades::Request) -> Result<cades::Prepared, CadesError> {
        let closed = |_| CadesError::Closed("a file of the container cannot be read");
        if !self.extended {
            let (_, file) = self.files.first_mut().ok_or(CadesError::Closed("it holds a time stamp"))?;
            return file.prepare(request);
        }
        let names = self.names();
        let over = numbered("signature", "p7s", &|n| names.iter().any(|have| have == n));
        let mut entries = Vec::new();
        for name in self.data() {
            let digest = self.digest(&name, request.digest).map_err(closed)?;
            entries.push(Entry::new(&name, None, request.digest, digest));
        }
        let manifest = Manifest { over, over_type: P7S, entries }.write();
        let digest = request.digest.of(&manifest);
        self.prepared = Some(manifest);
        cades::prepare(&digest, request)
    }

    /// Takes one more signature, from [`Self::prepare`] on this container. Gives its id.
    ///
    /// # Errors
    /// When it is not over the files of this container.
    pub fn add(&mut self, signed: &cades::Signed) -> Result<String, CadesError> {
        if !self.extended {
            let (_, file) = self.files.first_mut().ok_or(CadesError::Closed("it holds a time stamp"))?;
            file.add(signed)?;
            return file.ids().pop().ok_or(CadesError::OtherData);
        }
        let manifest = self.prepared.take().filter(|m| signed.is_over(m)).ok_or(CadesError::OtherData)?;
        let names = self.names();
        let taken = |n: &str| names.iter().any(|have| have == n);
        let (signature, own) = (numbered("signature", "p7s", &taken), numbered("ASiCManifest", "xml", &taken));
        let member = Box::new(Kept { name: own.clone(), content: manifest.clone() });
        let bytes = signed.detached();
        let file = File::within(own.clone(), id_prefix(&signature), Cursor::new(bytes.clone()), member)?;
        self.put(&own, manifest);
        self.put(&signature, bytes);
        let id = file.ids().pop().ok_or(CadesError::OtherData)?;
        self.files.push((signature, file));
        Ok(id)
    }

    /// Makes everything of a counter-signature on the signature `id` but its value.
    ///
    /// # Errors
    /// When there is no such signature, or an archive of the container is over it.
    pub fn prepare_counter(&mut self, id: &str, request: cades::Request) -> Result<cades::Prepared, CadesError> {
        if self.is_extended() && !self.chain(id).is_empty() {
            return Err(CadesError::Closed("an archive manifest is over the signature"));
        }
        let file = self.file_mut(id).ok_or_else(|| CadesError::Unknown(id.to_owned()))?;
        file.prepare_counter(id, request)
    }

    /// Takes a counter-signature, from [`Self::prepare_counter`].
    ///
    /// # Errors
    /// As [`cades::File::add_counter`].
    pub fn add_counter(&mut self, id: &str, signed: &cades::Signed) -> Result<(), CadesError> {
        let file = self.file_mut(id).ok_or_else(|| CadesError::Unknown(id.to_owned()))?;
        file.add_counter(id, signed)
    }

    /// Writes the whole container; what was not changed is copied byte for byte.
    ///
    /// # Errors
    /// When reading or writing fails.
    pub fn write_to(&mut self, out: &mut dyn Write) -> Result<(), AsicError> {
        self.settle()?;
        let latest = self.changed.iter().filter(|(n, _)| self.is_token(n)).filter_map(|(_, c)| c.as_ref());
        let latest = latest.filter_map(|t| TimeStampToken::from_ber(t).ok()).map(|t| t.info.time).max();
        let inside = || self.files.iter().flat_map(|(_, f)| f.ids().into_iter().flat_map(|i| f.tokens(&i)));
        let inside = inside().filter_map(|t| TimeStampToken::from_ber(&t).ok()).map(|t| t.info.time).max();
        let modified = latest.or(inside).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut zip = Writer::new(out, modified);
        let mut archive = lock(&self.archive);
        let names: Vec<String> = archive.entries().iter().map(|e| e.name().to_owned()).collect();
        for name in &names {
            match self.changed.get(name) {
                Some(Some(content)) => {
                    zip.deflated(name, content)?;
                }
                Some(None) => {}
                None => {
                    let (record, raw) = archive.raw(name)?;
                    zip.copy(&record, raw)?;
                }
            }
        }
        for (name, content) in self.changed.iter().filter(|(n, _)| !names.contains(n)) {
            if let Some(content) = content {
                zip.deflated(name, content)?;
            }
        }
        zip.finish()?;
        Ok(())
    }
}

/// A manifest that is not in the archive yet.
struct Kept {
    name: String,
    content: Vec<u8>,
}

impl Objects for Kept {
    fn has(&self, name: &str) -> bool {
        name == self.name
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        out.write_all(&self.content).map_err(|e| crate::xades::defect("cades.content", format!("{name}: {e}"), false))
    }
}
