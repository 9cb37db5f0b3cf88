use std::io::{Read, Write};

use jiff::Timestamp;
use pki::{DigestAlgorithm, Digester};

use super::{AsicError, Naming, is_internal, manifest};
use crate::{
    xades::DataObject,
    zip::{Packing, Writer},
};

/// Writes a new container: files first, signatures when they are known.
pub struct Builder<W: Write> {
    zip: Writer<W>,
    naming: Naming,
    digest: DigestAlgorithm,
    files: Vec<DataObject>,
}

impl<W: Write> Builder<W> {
    /// Starts a container whose files are digested with `digest`.
    ///
    /// # Errors
    /// When writing fails.
    pub fn new(out: W, naming: Naming, digest: DigestAlgorithm, modified: Timestamp) -> Result<Self, AsicError> {
        Self::typed(out, naming.media_type(), naming, digest, modified)
    }

    /// Like [`Self::new`], of another media type.
    pub(super) fn typed(
        out: W,
        media_type: &str,
        naming: Naming,
        digest: DigestAlgorithm,
        modified: Timestamp,
    ) -> Result<Self, AsicError> {
        let mut zip = Writer::new(out, modified);
        zip.stored("mimetype", media_type.as_bytes())?;
        Ok(Self { zip, naming, digest, files: Vec::new() })
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
        if is_internal(name) || name.ends_with('/') {
            return Err(AsicError::Name(name.to_owned()));
        }
        if self.naming == Naming::Asics && !self.files.is_empty() {
            return Err(AsicError::Single);
        }
        let mut digest = Digester::new(self.digest);
        self.zip.stream(name, source, size, packing(name, media_type), |data| digest.update(data))?;
        self.files.push(DataObject {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            digest: digest.finish(),
        });
        self.files.last().ok_or(AsicError::Empty)
    }

    /// The files so far: what a signature covers.
    pub fn files(&self) -> &[DataObject] {
        &self.files
    }

    /// Writes manifest and signature files and gives the output back.
    ///
    /// # Errors
    /// When there are no files or writing fails.
    pub fn finish<S: AsRef<str>>(mut self, signatures: &[S]) -> Result<W, AsicError> {
        if self.files.is_empty() {
            return Err(AsicError::Empty);
        }
        let listed: Vec<_> = self.files.iter().map(|f| (f.name.clone(), f.media_type.clone())).collect();
        self.zip.deflated(manifest::NAME, manifest::write(self.naming.media_type(), &listed).as_bytes())?;
        for (n, xml) in signatures.iter().enumerate() {
            self.zip.deflated(&self.naming.signature_name(n), xml.as_ref().as_bytes())?;
        }
        Ok(self.zip.finish()?)
    }

    /// Writes these files of the container itself, no other manifest, and gives the output back.
    pub(super) fn finish_with(mut self, internal: &[(&str, &[u8])]) -> Result<W, AsicError> {
        for (name, bytes) in internal {
            self.zip.deflated(name, bytes)?;
        }
        Ok(self.zip.finish()?)
    }
}

/// What is packed already is not packed again.
fn packing(name: &str, media_type: &str) -> Packing {
    const DENSE: [&str; 24] = [
        "7z", "aac", "asice", "avif", "bz2", "docx", "edoc", "gz", "heic", "jpeg", "jpg", "m4a", "mkv", "mov", "mp3",
        "mp4", "odt", "ogg", "png", "pptx", "webm", "webp", "xlsx", "zip",
    ];
    let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    let dense = DENSE.contains(&extension.as_str()) || media_type.starts_with("video/");
    if dense { Packing::None } else { Packing::Deflate }
}
