use std::collections::VecDeque;

use jiff::Timestamp;
use pki::{DigestAlgorithm, TimeStampToken};

use super::{AugmentError, Raise};
use crate::{facts::Level, material::Material};

/// What is wanted next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// A time stamp token over this digest.
    Stamp {
        /// Its algorithm.
        algorithm: DigestAlgorithm,
        /// The digest.
        digest: Vec<u8>,
    },
    /// Certificates up to the root and status information for these end certificates (see [`crate::gather::Gather`]).
    Material {
        /// Signing certificates and time-stamping units, DER.
        ends: Vec<Vec<u8>>,
        /// Certificates that may lie between them and the root, DER.
        known: Vec<Vec<u8>>,
        /// The time of the last time stamp: the status information should be of then or later.
        since: Option<Timestamp>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Stamp,
    Material,
    Archive,
}

/// Raises the signatures of a file, one step after another.
pub struct Augmentation {
    file: Box<dyn Raise>,
    digest: DigestAlgorithm,
    steps: VecDeque<(String, Step)>,
}

impl Augmentation {
    /// Plans the way of all signatures (`only`: of this one) to `target`. A signature that has the level already is left alone, but for LTA,
    /// which is renewed: material for the last archive time stamp, then a new one. `digest` is that of new time stamps.
    ///
    /// # Errors
    /// When there is no signature, or nothing would change.
    pub fn new(
        file: Box<dyn Raise>,
        target: Level,
        only: Option<&str>,
        digest: DigestAlgorithm,
    ) -> Result<Self, AugmentError> {
        let chosen = only.map_or_else(|| file.ids(), |id| file.stands_for(id).into_iter().collect());
        if chosen.is_empty() {
            return Err(only.map_or(AugmentError::NoSignature, |o| AugmentError::Unknown(o.to_owned())));
        }
        // What an archive time stamp is over comes before it, for all that share it.
        let (mut stamps, mut material, mut archives) = (Vec::new(), Vec::new(), Vec::new());
        let mut archived = Vec::new();
        for id in &chosen {
            let level = file.level(id).ok_or_else(|| AugmentError::Signature(id.clone()))?;
            if level < Level::T && target >= Level::T {
                stamps.push((id.clone(), Step::Stamp));
            }
            if (level < Level::LT && target >= Level::LT) || target == Level::LTA {
                material.push((id.clone(), Step::Material));
            }
            let shared = file.archived_as(id);
            if target == Level::LTA && !archived.contains(&shared) {
                archives.push((id.clone(), Step::Archive));
                archived.push(shared);
            }
        }
        let steps: VecDeque<_> = stamps.into_iter().chain(material).chain(archives).collect();
        if steps.is_empty() {
            return Err(AugmentError::AlreadyThere(chosen.join(", ")));
        }
        Ok(Self { file, digest, steps })
    }

    /// The file as it stands.
    pub fn into_file(self) -> Box<dyn Raise> {
        self.file
    }

    /// How many steps are left.
    pub fn remaining(&self) -> usize {
        self.steps.len()
    }

    /// What is wanted next; `None` when all is done.
    ///
    /// # Errors
    /// When the file cannot take the step.
    pub fn want(&mut self) -> Result<Option<Want>, AugmentError> {
        let Some((id, step)) = self.steps.front().cloned() else { return Ok(None) };
        let algorithm = self.digest;
        Ok(Some(match step {
            Step::Stamp => Want::Stamp { algorithm, digest: self.file.stamp_imprint(&id, algorithm)? },
            Step::Archive => Want::Stamp { algorithm, digest: self.file.archive_imprint(&id, algorithm)? },
            Step::Material => self.material(&id)?,
        }))
    }

    fn material(&self, id: &str) -> Result<Want, AugmentError> {
        let mut known = self.file.carried(id);
        let mut ends = self.file.signing_certificates(id);
        if ends.is_empty() {
            return Err(AugmentError::Signature(id.to_owned()));
        }
        let mut since = None;
        for token in self.file.tokens(id) {
            let token = TimeStampToken::from_ber(&token).map_err(|e| AugmentError::Timestamp(e.to_string()))?;
            let carried: Vec<_> = known.iter().filter_map(|der| pki::Certificate::from_der(der).ok()).collect();
            let unit = token.verify(&carried).map_err(|e| AugmentError::Timestamp(e.to_string()))?;
            ends.push(unit.der().to_vec());
            since = since.max(Some(token.info.time));
            known.extend(token.signed.readable_certificates().iter().map(|c| c.der().to_vec()));
        }
        ends.dedup();
        Ok(Want::Material { ends, known, since })
    }

    /// Takes the token that was wanted.
    ///
    /// # Errors
    /// When none was, or it is over something else.
    pub fn give_stamp(&mut self, token: &[u8]) -> Result<(), AugmentError> {
        match self.steps.front() {
            Some((id, Step::Stamp)) => self.file.add_stamp(id, token)?,
            Some((id, Step::Archive)) => self.file.add_archive(id, token)?,
            _ => return Err(AugmentError::Order("no time stamp was wanted")),
        }
        self.steps.pop_front();
        Ok(())
    }

    /// Takes the material that was wanted.
    ///
    /// # Errors
    /// When none was, or the signature cannot take it.
    pub fn give_material(&mut self, material: &Material) -> Result<(), AugmentError> {
        match self.steps.front() {
            Some((id, Step::Material)) => self.file.add_material(id, material)?,
            _ => return Err(AugmentError::Order("no validation material was wanted")),
        }
        self.steps.pop_front();
        Ok(())
    }
}
