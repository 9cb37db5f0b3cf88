//! A new container with CAdES or a time stamp: files first, what is over them when it is known.

use std::io::{Read, Write};

use jiff::Timestamp;
use pki::DigestAlgorithm;

use super::{Entry, Manifest, P7S, TST};
use crate::{
    asic::{ASIC_E, ASIC_S, AsicError, Builder, Naming},
    xades::DataObject,
};

/// What goes over the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// A CAdES signature.
    Signature,
    /// A time stamp.
    Timestamp,
}

impl SignedBy {
    /// The name of the file that holds it.
    fn file(self, extended: bool) -> &'static str {
        match (self, extended) {
            (Self::Signature, true) => "META-INF/signature001.p7s",
            (Self::Signature, false) => "META-INF/signature.p7s",
            (Self::Timestamp, true) => "META-INF/timestamp001.tst",
            (Self::Timestamp, false) => "META-INF/timestamp.tst",
        }
    }
}

/// Digest of what the signature or time stamp of a new container of these files must be over: the manifest, or the file itself.
///
/// # Errors
/// When there is no file.
pub fn imprint(
    files: &[DataObject],
    extended: bool,
    by: SignedBy,
    digest: DigestAlgorithm,
) -> Result<Vec<u8>, AsicError> {
    let first = files.first().ok_or(AsicError::Empty)?;
    Ok(manifest(files, extended, by, digest).map_or_else(|| first.digest.clone(), |m| digest.of(&m)))
}

/// The manifest; none in ASiC-S.
fn manifest(files: &[DataObject], extended: bool, by: SignedBy, digest: DigestAlgorithm) -> Option<Vec<u8>> {
    let entry = |f: &DataObject| Entry::new(&f.name, Some(&f.media_type), digest, f.digest.clone());
    extended.then(|| {
        let over_type = if by == SignedBy::Signature { P7S } else { TST };
        let entries = files.iter().map(entry).collect();
        Manifest { over: by.file(extended).to_owned(), over_type, entries }.write()
    })
}

/// Writes a container with CAdES or a time stamp.
pub struct CadesBuilder<W: Write> {
    builder: Builder<W>,
    by: SignedBy,
    digest: DigestAlgorithm,
    /// Whether it is ASiC-E.
    extended: bool,
}

impl<W: Write> CadesBuilder<W> {
    /// Starts a container whose files are digested with `digest`: ASiC-E (`extended`), or ASiC-S for one file.
    ///
    /// # Errors
    /// When writing fails.
    pub fn new(
        out: W,
        extended: bool,
        by: SignedBy,
        digest: DigestAlgorithm,
        modified: Timestamp,
    ) -> Result<Self, AsicError> {
        let media_type = if extended { ASIC_E } else { ASIC_S };
        let builder = Builder::typed(out, media_type, Naming::Asice, digest, modified)?;
        Ok(Self { builder, by, digest, extended })
    }

    /// Adds a file, reading it once. `size` is what it is believed to hold.
    ///
    /// # Errors
    /// When the name is not accepted or taken, ASiC-S has its file already, or reading or writing fails.
    pub fn add(
        &mut self,
        name: &str,
        media_type: &str,
        source: impl Read,
        size: u64,
    ) -> Result<&DataObject, AsicError> {
        if !self.extended && !self.builder.files().is_empty() {
            return Err(AsicError::Single);
        }
        self.builder.add(name, media_type, source, size)
    }

    /// The name of the file that will hold the signature or time stamp.
    pub fn name(&self) -> &'static str {
        self.by.file(self.extended)
    }

    /// Digest of what the signature or time stamp must be over: the manifest, or the file itself.
    ///
    /// # Errors
    /// When there is no file.
    pub fn imprint(&self) -> Result<Vec<u8>, AsicError> {
        imprint(self.builder.files(), self.extended, self.by, self.digest)
    }

    /// Writes the signature (a detached CMS message) or token and gives the output back.
    ///
    /// # Errors
    /// When there is no file or writing fails.
    pub fn finish(self, signature: &[u8]) -> Result<W, AsicError> {
        self.imprint()?;
        let manifest = manifest(self.builder.files(), self.extended, self.by, self.digest);
        let name = self.name();
        let mut more: Vec<(&str, &[u8])> = Vec::new();
        if let Some(manifest) = &manifest {
            more.push(("META-INF/ASiCManifest001.xml", manifest));
        }
        more.push((name, signature));
        self.builder.finish_with(&more)
    }
}
