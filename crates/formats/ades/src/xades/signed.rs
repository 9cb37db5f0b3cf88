use pki::DigestAlgorithm;
use serde::{Deserialize, Serialize};

use super::{Objects, Text, XadesError};
use crate::{augment::AugmentError, facts::Level, material::Material};

/// A signature with its value; time stamp and validation material may follow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signed {
    /// Which signature of the document it is.
    number: usize,
    certificate: Vec<u8>,
    digest: DigestAlgorithm,
    text: Text,
}

impl From<AugmentError> for XadesError {
    fn from(e: AugmentError) -> Self {
        match e {
            AugmentError::Timestamp(why) => Self::Timestamp(why),
            AugmentError::Order(why) => Self::Order(why),
            other => Self::State(other.to_string()),
        }
    }
}

impl Signed {
    pub(super) fn new(text: Text, number: usize, certificate: Vec<u8>, digest: DigestAlgorithm) -> Self {
        Self { number, certificate, digest, text }
    }

    /// Signing certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Digest of the signed files.
    pub(crate) fn digest(&self) -> DigestAlgorithm {
        self.digest
    }

    /// The level reached so far.
    pub fn level(&self) -> Level {
        self.text.level(self.number).unwrap_or(Level::B)
    }

    /// Digest algorithm and digest that a signature time stamp must be over.
    ///
    /// # Errors
    /// When the state was tampered with.
    pub fn timestamp_imprint(&self) -> Result<(DigestAlgorithm, Vec<u8>), XadesError> {
        Ok((self.digest, self.text.value_imprint(self.number, self.digest)?))
    }

    /// Takes a time stamp token (`ContentInfo`) over [`Self::timestamp_imprint`].
    ///
    /// # Errors
    /// When the token is not one, or is over something else.
    pub fn with_timestamp(mut self, token: &[u8]) -> Result<Self, XadesError> {
        self.text.add_stamp(self.number, token)?;
        Ok(self)
    }

    /// Takes the material that shows the signature valid at the time of its time stamp.
    ///
    /// # Errors
    /// Without a time stamp.
    pub fn with_material(mut self, material: Material) -> Result<Self, XadesError> {
        self.text.add_material(self.number, &material)?;
        Ok(self)
    }

    /// Digest algorithm and digest that an archive time stamp must be over: the files (`objects`), the signature and all material.
    ///
    /// # Errors
    /// Without material, or when a file cannot be read.
    pub fn archive_imprint(&self, objects: &mut dyn Objects) -> Result<(DigestAlgorithm, Vec<u8>), XadesError> {
        Ok((self.digest, self.text.archive_imprint(self.number, self.digest, objects)?))
    }

    /// Takes a time stamp token over [`Self::archive_imprint`] of the same files.
    ///
    /// # Errors
    /// When the token is over something else, or a file cannot be read.
    pub fn with_archive(mut self, token: &[u8], objects: &mut dyn Objects) -> Result<Self, XadesError> {
        let (_, expected) = self.archive_imprint(objects)?;
        self.text.add_archive(self.number, token, &expected)?;
        Ok(self)
    }

    /// The signature file.
    pub fn xml(&self) -> String {
        self.text.as_str().to_owned()
    }

    /// The document with its signatures.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The document with its signatures, to be had alone.
    pub fn into_text(self) -> Text {
        self.text
    }
}
