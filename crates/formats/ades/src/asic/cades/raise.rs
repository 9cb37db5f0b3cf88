//! [`Raise`] for containers with CAdES or time stamps. In ASiC-S signatures are raised as CAdES alone; in ASiC-E, and for time stamps of
//! either, an archive is an `ASiCArchiveManifest` with a time stamp over it (EN 319 162-1 annex A.7).

use std::io::{Read, Seek, Write};

use pki::{DigestAlgorithm, TimeStampToken};

use super::{Entry, LAST_ARCHIVE, Manifest, TST, container::CadesContainer, is_record, numbered};
use crate::{
    asic::{AsicError, raise::under_record},
    augment::{AugmentError, Raise, check_imprint},
    cades::token_with_material,
    facts::Level,
    material::Material,
};

/// The id that stands for the time stamps of a container without signatures.
const TIMESTAMP: &str = "timestamp";

/// An archive manifest that waits for its time stamp.
pub(super) struct Pending {
    id: String,
    algorithm: DigestAlgorithm,
    manifest: Vec<u8>,
    token_name: String,
    /// The archive manifest that was the last one, under its new name.
    renamed: Option<String>,
}

impl From<AsicError> for AugmentError {
    fn from(e: AsicError) -> Self {
        match e {
            AsicError::Zip(crate::zip::ZipError::Io(e)) => Self::Io(e),
            other => Self::Signature(other.to_string()),
        }
    }
}

impl<R: Read + Seek + Send + 'static> CadesContainer<R> {
    /// Names of the time stamp files that were put over the signature, or over the container when it has no signatures, and over one another.
    pub(super) fn chain(&self, id: &str) -> Vec<String> {
        self.closure(id).into_iter().filter(|n| self.is_token(n)).collect()
    }

    /// All files that the next archive manifest for this id is over.
    fn closure(&self, id: &str) -> Vec<String> {
        let Some(signature) = self.file_of(id) else {
            return self.names().into_iter().filter(|n| n != "mimetype" && !n.ends_with('/')).collect();
        };
        let mut all = vec![signature];
        // Each round takes in what is over something that is in already, with what else that is over.
        loop {
            let before = all.len();
            for (name, manifest) in self.manifests() {
                let (over, entries) = self.located(&manifest);
                let own = over.as_ref().is_some_and(|o| all.contains(o));
                let later = over.as_ref().is_some_and(|o| self.is_token(o))
                    && entries.iter().any(|e| all.contains(e) && self.is_proof(e));
                if own || later {
                    for n in over.into_iter().chain([name]).chain(entries) {
                        if !all.contains(&n) {
                            all.push(n);
                        }
                    }
                }
            }
            if all.len() == before {
                return all;
            }
        }
    }

    /// The time stamp of a chain that nothing is over yet.
    fn last_token(&self, chain: &[String]) -> Option<String> {
        let covered: Vec<String> = self.manifests().iter().flat_map(|(_, m)| self.located(m).1).collect();
        chain.iter().rev().find(|n| !covered.contains(n)).cloned()
    }

    /// Whether an archive manifest is made for this id, rather than an archive time stamp inside its signature.
    fn by_manifest(&self, id: &str) -> bool {
        self.file(id).is_none() || self.is_extended()
    }

    fn unsealed(&self) -> Result<(), AugmentError> {
        if self.names().iter().any(|n| is_record(n)) { Err(under_record()) } else { Ok(()) }
    }

    fn known(&mut self, id: &str) -> Result<&mut dyn Raise, AugmentError> {
        self.unsealed()?;
        self.file_mut(id).map(|f| f as &mut dyn Raise).ok_or_else(|| AugmentError::Unknown(id.to_owned()))
    }
}

impl<R: Read + Seek + Send + 'static> Raise for CadesContainer<R> {
    fn ids(&self) -> Vec<String> {
        let all = self.signature_ids();
        if all.is_empty() && self.names().iter().any(|n| self.is_token(n)) { vec![TIMESTAMP.to_owned()] } else { all }
    }

    /// An archive manifest is over the whole file, with all its signers.
    fn archived_as(&self, id: &str) -> String {
        self.file_of(id).filter(|_| self.is_extended()).unwrap_or_else(|| id.to_owned())
    }

    fn level(&self, id: &str) -> Option<Level> {
        if id == TIMESTAMP {
            return Some(Level::LTA);
        }
        let level = self.file(id)?.level(id)?;
        Some(if level >= Level::LT && !self.chain(id).is_empty() { Level::LTA } else { level })
    }

    fn signing_certificates(&self, id: &str) -> Vec<Vec<u8>> {
        match self.file(id) {
            Some(file) => file.signing_certificates(id),
            // The first unit signed what is to be preserved.
            None => {
                let first = self.chain(id).first().and_then(|n| self.bytes(n));
                let unit = first.and_then(|t| TimeStampToken::from_ber(&t).ok()?.verify(&[]).ok());
                unit.map(|c| c.der().to_vec()).into_iter().collect()
            }
        }
    }

    fn tokens(&self, id: &str) -> Vec<Vec<u8>> {
        let own = self.file(id).map(|f| f.tokens(id)).unwrap_or_default();
        own.into_iter().chain(self.chain(id).iter().filter_map(|n| self.bytes(n))).collect()
    }

    fn carried(&self, id: &str) -> Vec<Vec<u8>> {
        self.file(id).map(|f| f.carried(id)).unwrap_or_default()
    }

    fn stamp_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        self.known(id)?.stamp_imprint(id, algorithm)
    }

    fn add_stamp(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        if !self.chain(id).is_empty() {
            return Err(AugmentError::Order("an archive manifest is over the signature already"));
        }
        self.known(id)?.add_stamp(id, token)
    }

    fn add_material(&mut self, id: &str, material: &Material) -> Result<(), AugmentError> {
        self.unsealed()?;
        let chain = self.chain(id);
        // What an archive manifest is over stays as it is: the material goes into the last time stamp.
        let Some(last) = self.last_token(&chain) else { return self.known(id)?.add_material(id, material) };
        let token = self.bytes(&last).ok_or_else(|| AugmentError::Object(last.clone()))?;
        let token = token_with_material(&token, material)?;
        self.put(&last, token);
        Ok(())
    }

    fn archive_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        if !self.by_manifest(id) {
            return self.known(id)?.archive_imprint(id, algorithm);
        }
        self.unsealed()?;
        let names = self.names();
        let taken = |n: &str| names.iter().any(|have| have == n);
        let renamed = taken(LAST_ARCHIVE).then(|| numbered("ASiCArchiveManifest", "xml", &taken));
        let token_name = numbered("timestamp", "tst", &taken);
        let mut entries = Vec::new();
        for name in self.closure(id) {
            let digest = self.digest(&name, algorithm)?;
            let shown = renamed.as_ref().filter(|_| name == LAST_ARCHIVE).unwrap_or(&name);
            entries.push(Entry::new(shown, self.media_type(&name), algorithm, digest));
        }
        let manifest = Manifest { over: token_name.clone(), over_type: TST, entries }.write();
        let imprint = algorithm.of(&manifest);
        self.pending = Some(Pending { id: id.to_owned(), algorithm, manifest, token_name, renamed });
        Ok(imprint)
    }

    fn add_archive(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        if !self.by_manifest(id) {
            return self.known(id)?.add_archive(id, token);
        }
        let Some(p) = self.pending.take().filter(|p| p.id == id) else {
            return Err(AugmentError::Order("an archive time stamp is prepared first"));
        };
        check_imprint(token, p.algorithm, &p.algorithm.of(&p.manifest))?;
        if let Some(new) = &p.renamed {
            self.rename(LAST_ARCHIVE, new)?;
        }
        self.put(LAST_ARCHIVE, p.manifest);
        self.put(&p.token_name, token.to_vec());
        Ok(())
    }

    fn write(&mut self, out: &mut dyn Write) -> Result<(), AugmentError> {
        self.write_to(out)?;
        Ok(())
    }
}
