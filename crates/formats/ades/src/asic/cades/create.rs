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
        match (self.by, self.extended) {
            (SignedBy::Signature, true) => "META-INF/signature001.p7s",
            (SignedBy::Signature, false) => "META-INF/signature.p7s",
            (SignedBy::Timestamp, true) => "META-INF/timestamp001.tst",
            (SignedBy::Timestamp, false) => "META-INF/timestamp.tst",
        }
    }

    /// The manifest; none in ASiC-S.
    fn manifest(&self) -> Option<Vec<u8>> {
        let entry = |f: &DataObject| Entry::new(&f.name, Some(&f.media_type), self.digest, f.digest.clone());
        self.extended.then(|| {
            let over_type = if self.by == SignedBy::Signature { P7S } else { TST };
            let entries = self.builder.files().iter().map(entry).collect();
            Manifest { over: self.name().to_owned(), over_type, entries }.write()
        })
    }

    /// Digest of what the signature or time stamp must be over: the manifest, or the file itself.
    ///
    /// # Errors
    /// When there is no file.
    pub fn imprint(&self) -> Result<Vec<u8>, AsicError> {
        let file = self.builder.files().first().ok_or(AsicError::Empty)?;
        Ok(self.manifest().map_or_else(|| file.digest.clone(), |m| self.digest.of(&m)))
    }

    /// Writes the signature (a detached CMS message) or token and gives the output back.
    ///
    /// # Errors
    /// When there is no file or writing fails.
    pub fn finish(self, signature: &[u8]) -> Result<W, AsicError> {
        self.imprint()?;
        let manifest = self.manifest();
        let name = self.name();
        let mut more: Vec<(&str, &[u8])> = Vec::new();
        if let Some(manifest) = &manifest {
            more.push(("META-INF/ASiCManifest001.xml", manifest));
        }
        more.push((name, signature));
        self.builder.finish_with(&more)
    }
}
