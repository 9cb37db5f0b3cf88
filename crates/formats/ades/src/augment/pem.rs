use std::io::{Cursor, Read, Write};

use pki::DigestAlgorithm;

use super::{AugmentError, Raise};
use crate::{
    cades::{self, is_pem_label},
    detect::MAX_PEM,
    facts::Level,
    material::Material,
    xades::Objects,
};

/// A CMS file in PEM, raised as what it holds and written as PEM again.
pub(super) struct PemFile {
    label: String,
    inner: cades::File<Cursor<Vec<u8>>>,
}

impl PemFile {
    /// # Errors
    /// When there is no CMS message in it, or it is broken.
    pub(super) fn open(
        name: &str,
        source: &mut impl Read,
        objects: Box<dyn Objects + Send>,
    ) -> Result<Self, AugmentError> {
        let mut text = Vec::new();
        source.take(MAX_PEM + 1).read_to_end(&mut text)?;
        let unsupported = || AugmentError::Unsupported(name.to_owned());
        if text.len() as u64 > MAX_PEM {
            return Err(unsupported());
        }
        let all = pki::pem_decode(&String::from_utf8_lossy(&text)).map_err(|_| unsupported())?;
        let (label, der) = all.into_iter().find(|(l, _)| is_pem_label(l)).ok_or_else(unsupported)?;
        Ok(Self { label, inner: cades::File::open(name, Cursor::new(der), objects)? })
    }
}

impl Raise for PemFile {
    fn ids(&self) -> Vec<String> {
        Raise::ids(&self.inner)
    }
    fn level(&self, id: &str) -> Option<Level> {
        self.inner.level(id)
    }
    fn signing_certificates(&self, id: &str) -> Vec<Vec<u8>> {
        self.inner.signing_certificates(id)
    }
    fn tokens(&self, id: &str) -> Vec<Vec<u8>> {
        self.inner.tokens(id)
    }
    fn carried(&self, id: &str) -> Vec<Vec<u8>> {
        self.inner.carried(id)
    }
    fn stamp_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        self.inner.stamp_imprint(id, algorithm)
    }
    fn add_stamp(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        self.inner.add_stamp(id, token)
    }
    fn add_material(&mut self, id: &str, material: &Material) -> Result<(), AugmentError> {
        self.inner.add_material(id, material)
    }
    fn archive_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        self.inner.archive_imprint(id, algorithm)
    }
    fn add_archive(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        self.inner.add_archive(id, token)
    }
    fn write(&mut self, out: &mut dyn Write) -> Result<(), AugmentError> {
        let mut der = Vec::new();
        Raise::write(&mut self.inner, &mut der)?;
        out.write_all(pki::pem_encode(&self.label, &der).as_bytes())?;
        Ok(())
    }
}
