//! Records put into what they are over: unsigned attributes of CAdES, `SealingEvidenceRecords` of XAdES, files of an ASiC container.

mod container;
mod open;

use std::io::Write;

use pki::DigestAlgorithm;

pub use container::Container;
pub use open::open;

use super::{EvidenceError, Record, Subject};
use crate::facts::EvidenceForm;

/// A signed file that takes evidence records. `id` is that of a signature; a container that takes them as a whole has one id.
pub trait Seal: Send {
    /// What takes records.
    fn ids(&self) -> Vec<String>;
    /// Digests of what a new record is over, as one group of a [`Tree`](super::Tree).
    ///
    /// # Errors
    /// When there is no such signature, it takes no record of this form, or an object cannot be read.
    fn group(&mut self, id: &str, digest: DigestAlgorithm, form: EvidenceForm) -> Result<Vec<Vec<u8>>, EvidenceError>;
    /// Puts a record with this reduced tree, the first list of which is [`Self::group`], and a token over its root into its place.
    ///
    /// # Errors
    /// [`EvidenceError::Foreign`] when it is over something else.
    fn embed(
        &mut self,
        id: &str,
        form: EvidenceForm,
        digest: DigestAlgorithm,
        tree: Vec<Vec<Vec<u8>>>,
        token: &[u8],
    ) -> Result<(), EvidenceError>;
    /// The records that can be renewed: those that nothing later is over.
    ///
    /// # Errors
    /// When there is no such signature, or a record is broken.
    fn records(&mut self, id: &str) -> Result<Vec<Record>, EvidenceError>;
    /// Digests of the objects of record `n` of [`Self::records`] for a new hash tree.
    ///
    /// # Errors
    /// When the record is not over what is there now.
    fn regroup(&mut self, id: &str, n: usize, digest: DigestAlgorithm) -> Result<Vec<Vec<u8>>, EvidenceError>;
    /// Puts the renewed record `n` of [`Self::records`] in the place of the old one.
    ///
    /// # Errors
    /// [`EvidenceError::Foreign`] when it is not its renewal.
    fn replace(&mut self, id: &str, n: usize, record: &Record) -> Result<(), EvidenceError>;
    /// Writes the whole file.
    ///
    /// # Errors
    /// When the source cannot be read again or `out` cannot be written.
    fn write(&mut self, out: &mut dyn Write) -> Result<(), EvidenceError>;
}

/// The digests of these subjects by another method, each in the form in which the record has it.
pub(crate) fn regroup(
    record: &Record,
    digest: DigestAlgorithm,
    subjects: impl FnOnce(&Record) -> Result<Vec<Subject>, EvidenceError>,
) -> Result<Vec<Vec<u8>>, EvidenceError> {
    let probe = record.with_method(digest);
    let last = record.chains.len();
    let list = record.first_list();
    let one = |s: &Subject| {
        let form = s.in_list(&list).filter(|f| f.digest(0).is_some_and(|d| list.contains(d)));
        let form = form.ok_or_else(|| EvidenceError::Foreign(s.name.clone()))?;
        form.digest(last).cloned().ok_or_else(|| EvidenceError::Object(s.name.clone()))
    };
    subjects(&probe)?.iter().map(one).collect()
}

/// Whether `new` is `old` with more stamps.
pub(crate) fn is_renewal(old: &Record, new: &Record) -> bool {
    let tokens =
        |r: &Record| r.chains.iter().flat_map(|c| c.stamps.iter().map(|s| s.token.clone())).collect::<Vec<_>>();
    let (before, after) = (tokens(old), tokens(new));
    old.form == new.form && after.len() > before.len() && after.starts_with(&before)
}
