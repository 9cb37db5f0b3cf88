use std::{
    collections::BTreeMap,
    io::{Read, Seek, Write},
};

use jiff::Timestamp;
use pki::{DigestAlgorithm, Digester};

use super::{ASIC_E, ASIC_S, AsicError, Naming, is_internal, is_signature, manifest};
use crate::{
    facts::Defect,
    xades::{
        DataObject, Nothing, Objects, Prepared, Request, Text, XadesError, prepare, prepare_counter, prepare_parallel,
        read_document,
    },
    zip::{Archive, Limits, Writer, ZipError},
};

/// Largest file of `META-INF` that is read into memory.
pub(crate) const MAX_INTERNAL: u64 = 64 << 20;

/// An existing container, to be signed once more.
pub struct Container<R> {
    archive: Archive<R>,
    naming: Naming,
    media_types: BTreeMap<String, String>,
    signatures: Vec<String>,
    /// ASiC-S: the one signature file, which takes all signatures (EN 319 162-1 clause 4.3.3.2).
    only: Option<Vec<u8>>,
}

impl<R: Read + Seek> Container<R> {
    /// Opens a container.
    ///
    /// # Errors
    /// When the archive is refused or is not ASiC with XAdES.
    pub fn open(source: R, limits: &Limits) -> Result<Self, AsicError> {
        let mut archive = Archive::open(source, limits)?;
        let plain = archive.entries().first().is_some_and(|e| e.name() == "mimetype" && e.is_plain_first());
        let declared = archive.content("mimetype", 256)?;
        let simple = declared == ASIC_S.as_bytes();
        if !plain || !(simple || declared == ASIC_E.as_bytes()) {
            return Err(AsicError::NotAsic("mimetype"));
        }
        let names: Vec<String> = archive.entries().iter().map(|e| e.name().to_owned()).collect();
        if names.iter().any(|n| n.starts_with("META-INF/") && (n.ends_with(".p7s") || n.ends_with(".tst"))) {
            return Err(AsicError::NotAsic("it holds CAdES signatures or time stamps"));
        }
        let media_types = match archive.find(manifest::NAME) {
            Some(_) => {
                manifest::read(&archive.content(manifest::NAME, 8 << 20)?).ok_or(AsicError::NotAsic("manifest.xml"))?
            }
            None => BTreeMap::new(),
        };
        let signatures: Vec<String> = names.into_iter().filter(|n| is_signature(n)).collect();
        let edoc = signatures.iter().any(|n| n.starts_with("META-INF/edoc-"));
        let naming = match (simple, edoc) {
            (true, _) => Naming::Asics,
            (false, true) => Naming::Edoc,
            (false, false) => Naming::Asice,
        };
        let only = Naming::Asics.signature_name(0);
        let only = (simple && signatures.contains(&only)).then(|| archive.content(&only, MAX_INTERNAL)).transpose()?;
        Ok(Self { archive, naming, media_types, signatures, only })
    }

    /// How its signature files are named.
    pub fn naming(&self) -> Naming {
        self.naming
    }

    /// Names of its signature files.
    pub fn signatures(&self) -> &[String] {
        &self.signatures
    }

    /// File name and Id for the next signature.
    pub fn next_signature(&self) -> (String, String) {
        if self.naming == Naming::Asics {
            let taken = self.only.as_deref().map(|d| read_document(d, &mut Nothing).signatures).unwrap_or_default();
            let free = (0..).map(Naming::signature_id).find(|id| taken.iter().all(|s| s.id != *id));
            return (self.naming.signature_name(0), free.unwrap_or_default());
        }
        let mut n = self.signatures.len();
        while self.archive.find(&self.naming.signature_name(n)).is_some() {
            n += 1;
        }
        (self.naming.signature_name(n), Naming::signature_id(n))
    }

    /// Digests all files, streaming.
    ///
    /// # Errors
    /// When a file does not read well.
    pub fn files(&mut self, digest: DigestAlgorithm) -> Result<Vec<DataObject>, AsicError> {
        let entries = self.archive.entries().iter().filter(|e| !is_internal(e.name()) && !e.is_directory());
        let names: Vec<String> = entries.map(|e| e.name().to_owned()).collect();
        let mut files = Vec::new();
        for name in names {
            let mut digester = Digester::new(digest);
            std::io::copy(&mut self.archive.read(&name)?, &mut digester).map_err(ZipError::from_io)?;
            let media_type = self.media_types.get(&name).filter(|m| !m.is_empty()).cloned();
            let media_type = media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
            files.push(DataObject { name, media_type, digest: digester.finish() });
        }
        if files.is_empty() { Err(AsicError::Empty) } else { Ok(files) }
    }

    /// Makes everything of one more signature over these files but its value: in a file of its own, in ASiC-S beside those that are there.
    ///
    /// # Errors
    /// As [`xades::prepare`](crate::xades::prepare) and [`xades::prepare_parallel`](crate::xades::prepare_parallel).
    pub fn prepare(&self, files: &[DataObject], request: Request) -> Result<Prepared, XadesError> {
        match &self.only {
            Some(document) => prepare_parallel(document, files, request),
            None => prepare(files, request),
        }
    }

    /// Makes everything of a counter-signature on the signature `of` but its value, and gives the name of the file it will stand in, for
    /// [`Self::replace_signature`].
    ///
    /// # Errors
    /// When there is no such signature, or as [`xades::prepare_counter`](crate::xades::prepare_counter).
    pub fn prepare_counter(&mut self, of: &str, request: Request) -> Result<(String, Prepared), XadesError> {
        let mut taken: Vec<String> = Vec::new();
        for name in self.signatures.clone() {
            let document = self.archive.content(&name, MAX_INTERNAL).map_err(|e| XadesError::State(e.to_string()))?;
            let text = Text::read(&document)?;
            let ids = text.ids(&taken);
            if let Some(place) = ids.iter().position(|id| id == of) {
                let own = text.ids(&[]).into_iter().nth(place).unwrap_or_default();
                return Ok((name, prepare_counter(&document, &own, request)?));
            }
            taken.extend(ids);
        }
        Err(XadesError::Unknown(of.to_owned()))
    }

    /// An Id that no signature of any file of the container has.
    ///
    /// # Errors
    /// When a signature file cannot be read.
    pub fn free_id(&mut self) -> Result<String, XadesError> {
        let mut taken: Vec<String> = Vec::new();
        for name in self.signatures.clone() {
            let document = self.archive.content(&name, MAX_INTERNAL).map_err(|e| XadesError::State(e.to_string()))?;
            taken.extend(Text::read(&document)?.ids(&[]));
        }
        Ok((0..).map(Naming::signature_id).find(|id| !taken.contains(id)).unwrap_or_default())
    }

    /// Writes the container with one signature file as [`Self::prepare_counter`] goes on with it.
    ///
    /// # Errors
    /// When there is no such signature file, or reading or writing fails.
    pub fn replace_signature<W: Write>(
        &mut self,
        out: W,
        name: &str,
        xml: &str,
        modified: Timestamp,
    ) -> Result<W, AsicError> {
        if !self.signatures.iter().any(|n| n == name) {
            return Err(AsicError::NotAsic("signature file"));
        }
        self.write(out, name, xml, modified)
    }

    /// Writes the container with one more signature file, or with what [`Self::prepare`] made of the one of ASiC-S. Everything else that
    /// was there is copied byte for byte.
    ///
    /// # Errors
    /// When the name is taken, the file leaves out a signature that was there, or reading or writing fails.
    pub fn add_signature<W: Write>(
        &mut self,
        out: W,
        name: &str,
        xml: &str,
        modified: Timestamp,
    ) -> Result<W, AsicError> {
        let again = self.only.as_deref().is_some_and(|was| name == self.naming.signature_name(0) && goes_on(was, xml));
        if self.archive.find(name).is_some() && !again {
            return Err(AsicError::SignatureExists(name.to_owned()));
        }
        self.write(out, name, xml, modified)
    }

    fn write<W: Write>(&mut self, out: W, name: &str, xml: &str, modified: Timestamp) -> Result<W, AsicError> {
        let names: Vec<String> = self.archive.entries().iter().map(|e| e.name().to_owned()).collect();
        let mut zip = Writer::new(out, modified);
        for n in names.iter().filter(|n| *n != name) {
            let (record, raw) = self.archive.raw(n)?;
            zip.copy(&record, raw)?;
        }
        zip.deflated(name, xml.as_bytes())?;
        Ok(zip.finish()?)
    }

    /// Gives the source back.
    pub fn into_inner(self) -> R {
        self.archive.into_inner()
    }
}

/// Whether a document goes on where another one ended its document element.
fn goes_on(was: &[u8], now: &str) -> bool {
    let Ok(was) = xml::decode(was) else { return false };
    was.rfind("</").and_then(|end| was.get(..end)).is_some_and(|begun| now.starts_with(begun))
}

impl<R: Read + Seek> Objects for Container<R> {
    fn has(&self, name: &str) -> bool {
        self.archive.find(name).is_some_and(|e| !e.is_directory())
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        super::copy(&mut self.archive, name, out)
    }
}
