//! Raising the signatures of a PDF (EN 319 142-1 clause 5.5): every step is one more revision, so whoever made them does not matter, and
//! what is there stays byte for byte. A time stamp or material serves all signatures of the document at once.

use std::{
    cell::OnceCell,
    io::{Read, Seek, Write},
};

use pki::DigestAlgorithm;

use super::{PadesError, PreparedTimestamp, dss::add_material, prepare_timestamp, read};
use crate::{
    augment::{AugmentError, Raise, check_imprint},
    facts::{FileFacts, Level, SignatureFacts},
    material::Material,
    pdf::{Bytes, Joined, Limits, PdfError, Ranged},
};

/// Bytes kept free for the token of a document time stamp.
pub const STAMP_ROOM: usize = 16 << 10;

/// A signed PDF that is raised. The file is read where needed, only what is added is held.
#[derive(Debug)]
pub struct Raised<R> {
    source: Ranged<R>,
    added: Vec<u8>,
    limits: Limits,
    ids: Vec<String>,
    /// What is in the file now; a file may be large, so it is read again only when someone asks.
    facts: OnceCell<FileFacts>,
    pending: Option<PreparedTimestamp>,
}

impl From<PadesError> for AugmentError {
    fn from(e: PadesError) -> Self {
        match e {
            PadesError::Pdf(PdfError::Read { at }) => Self::Io(std::io::Error::other(format!("byte {at}"))),
            PadesError::Pdf(PdfError::Encrypted) => Self::Unsupported(e.to_string()),
            PadesError::WrongTimestamp => Self::Timestamp(e.to_string()),
            PadesError::NotSigned => Self::NoSignature,
            other => Self::Signature(other.to_string()),
        }
    }
}

impl<R: Read + Seek + Send> Raised<R> {
    /// Opens a signed PDF.
    ///
    /// # Errors
    /// When it cannot be read, is encrypted or broken, or has no signature.
    pub fn open(source: R, limits: &Limits) -> Result<Self, AugmentError> {
        let source = Ranged::new(source)?;
        // what is appended must be sound on top of what is there
        crate::pdf::Document::open(&source, limits).map_err(PadesError::from)?;
        let facts = read("", &source, limits).map_err(PadesError::from)?;
        if facts.signatures.is_empty() {
            return Err(AugmentError::NoSignature);
        }
        let ids = facts.signatures.iter().map(|s| s.id.clone()).collect();
        Ok(Self { source, added: Vec::new(), limits: *limits, ids, facts: facts.into(), pending: None })
    }

    fn whole(&self) -> Joined<'_> {
        Joined { first: Bytes::from(&self.source), rest: &self.added }
    }

    fn signatures(&self, id: &str) -> &[SignatureFacts] {
        // what was appended here is read again, so it can be read
        let facts = self.facts.get_or_init(|| read("", &self.whole(), &self.limits).unwrap_or_default());
        if self.known(id).is_ok() { &facts.signatures } else { &[] }
    }

    fn known(&self, id: &str) -> Result<(), AugmentError> {
        if self.ids.iter().any(|i| i == id) { Ok(()) } else { Err(AugmentError::Unknown(id.to_owned())) }
    }

    fn append(&mut self, revision: Vec<u8>) {
        self.added.extend(revision);
        self.facts = OnceCell::new();
    }

    fn imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        self.known(id)?;
        let prepared = prepare_timestamp(&self.whole(), algorithm, STAMP_ROOM, &self.limits)?;
        let imprint = prepared.imprint().1.to_vec();
        self.pending = Some(prepared);
        Ok(imprint)
    }

    fn stamp(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        self.known(id)?;
        let prepared =
            self.pending.as_ref().ok_or(AugmentError::Order("the imprint of the time stamp was not asked"))?;
        let (algorithm, imprint) = prepared.imprint();
        check_imprint(token, algorithm, imprint)?;
        let revision = prepared.clone().finish(token)?;
        self.pending = None;
        self.append(revision);
        Ok(())
    }
}

impl<R: Read + Seek + Send> Raise for Raised<R> {
    fn ids(&self) -> Vec<String> {
        self.ids.iter().take(1).cloned().collect()
    }

    fn stands_for(&self, id: &str) -> Option<String> {
        self.ids.first().filter(|_| self.ids.iter().any(|i| i == id)).cloned()
    }

    fn level(&self, id: &str) -> Option<Level> {
        // an older kind of signature is no baseline signature, but gets the same revisions
        let level = |s: &SignatureFacts| match (s.level_elements, s.timestamps.is_empty()) {
            (None, _) if s.signing_certificate.is_none() => None,
            (None, true) => Some(Level::B),
            (None, false) => Some(Level::T),
            (level, _) => level,
        };
        self.signatures(id).iter().map(level).min_by_key(|level| level.map(|l| l as u8)).flatten()
    }

    fn signing_certificates(&self, id: &str) -> Vec<Vec<u8>> {
        self.signatures(id).iter().filter_map(|s| s.signing_certificate.clone()).collect()
    }

    fn tokens(&self, id: &str) -> Vec<Vec<u8>> {
        let mut tokens: Vec<Vec<u8>> = Vec::new();
        for stamp in self.signatures(id).iter().flat_map(|s| &s.timestamps) {
            if !tokens.contains(&stamp.token) {
                tokens.push(stamp.token.clone());
            }
        }
        tokens
    }

    fn carried(&self, id: &str) -> Vec<Vec<u8>> {
        let mut carried = Material::default();
        for signature in self.signatures(id) {
            carried.merge(Material { certificates: signature.certificates.clone(), ..Material::default() });
        }
        carried.certificates
    }

    fn stamp_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        self.imprint(id, algorithm)
    }

    fn add_stamp(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        self.stamp(id, token)
    }

    fn add_material(&mut self, id: &str, material: &Material) -> Result<(), AugmentError> {
        self.known(id)?;
        if let Some(revision) = add_material(&self.whole(), material, &self.limits)? {
            self.append(revision);
        }
        Ok(())
    }

    fn archive_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        self.imprint(id, algorithm)
    }

    fn add_archive(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        self.stamp(id, token)
    }

    fn write(&mut self, out: &mut dyn Write) -> Result<(), AugmentError> {
        let source = Bytes::from(&self.source);
        std::io::copy(&mut source.reader(0..source.len()), out)?;
        Ok(out.write_all(&self.added)?)
    }
}
