//! [`Raise`] for XML files: whatever is new goes into the unsigned properties of a signature, as text; every byte that was there stays.
//! A counter-signature is raised with the signature that it is in: that one carries the material, and its archive time stamp is over both.

mod elements;
mod place;
mod seal;
mod text;

use std::io::Write;

use pki::DigestAlgorithm;

pub(super) use place::{end_of, open_counter};
pub use text::Text;

use super::Objects;
use crate::{
    augment::{AugmentError, Raise},
    facts::{Level, SignatureFacts},
    material::Material,
};

/// An XML file with signatures, open to be raised.
pub struct File {
    text: Text,
    objects: Box<dyn Objects + Send>,
    /// The archive time stamp that was asked for: of which signature, over what.
    pending: Option<(usize, Vec<u8>)>,
}

impl File {
    /// Opens a file; `objects` has what its detached signatures speak of.
    ///
    /// # Errors
    /// When it is no XML that is accepted.
    pub fn open(bytes: &[u8], objects: Box<dyn Objects + Send>) -> Result<Self, AugmentError> {
        Ok(Self::of(Text::read(bytes)?, objects))
    }

    /// A document that is there already.
    pub fn of(text: Text, objects: Box<dyn Objects + Send>) -> Self {
        Self { text, objects, pending: None }
    }

    fn number(&self, id: &str) -> Result<usize, AugmentError> {
        self.text.ids(&[]).iter().position(|i| i == id).ok_or_else(|| AugmentError::Unknown(id.to_owned()))
    }

    fn group(&self, id: &str) -> Vec<SignatureFacts> {
        self.number(id).map(|n| self.text.group(n)).unwrap_or_default()
    }
}

impl Raise for File {
    fn ids(&self) -> Vec<String> {
        let all = self.text.ids(&[]);
        self.text.outer().into_iter().filter_map(|n| all.get(n).cloned()).collect()
    }
    fn stands_for(&self, id: &str) -> Option<String> {
        let all = self.text.ids(&[]);
        let n = all.iter().position(|i| i == id)?;
        all.get(self.text.outermost(n)).cloned()
    }
    fn level(&self, id: &str) -> Option<Level> {
        self.text.level(self.number(id).ok()?)
    }
    fn signing_certificates(&self, id: &str) -> Vec<Vec<u8>> {
        self.group(id).into_iter().filter_map(|f| f.signing_certificate).collect()
    }
    fn tokens(&self, id: &str) -> Vec<Vec<u8>> {
        self.group(id).into_iter().flat_map(|f| f.timestamps).map(|t| t.token).collect()
    }
    fn carried(&self, id: &str) -> Vec<Vec<u8>> {
        self.group(id).into_iter().flat_map(|f| f.certificates).collect()
    }
    fn stamp_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        self.text.value_imprint(self.number(id)?, algorithm)
    }
    fn add_stamp(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        self.text.add_stamp(self.number(id)?, token)
    }
    fn add_material(&mut self, id: &str, material: &Material) -> Result<(), AugmentError> {
        self.text.add_material(self.number(id)?, material)
    }
    fn archive_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        let n = self.number(id)?;
        let imprint = self.text.archive_imprint(n, algorithm, self.objects.as_mut())?;
        self.pending = Some((n, imprint.clone()));
        Ok(imprint)
    }
    fn add_archive(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        let n = self.number(id)?;
        let pending = self.pending.take().filter(|(of, _)| *of == n);
        let (_, imprint) = pending.ok_or(AugmentError::Order("an archive time stamp is prepared first"))?;
        self.text.add_archive(n, token, &imprint)
    }
    fn write(&mut self, out: &mut dyn Write) -> Result<(), AugmentError> {
        Ok(out.write_all(&self.text.to_bytes())?)
    }
}
