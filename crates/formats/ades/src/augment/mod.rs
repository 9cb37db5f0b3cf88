//! Raising signatures to a higher level, whoever made them: from B to T, LT and LTA, and LTA renewed again and again.
//!
//! [`Raise`] is what a format can do with a file; [`Augmentation`] is the order of the steps. It does no input or output: it says what it
//! wants ([`Augmentation::want`]) and takes what its caller got, so that a command line, a server and the preservation job share it.

mod due;
mod error;
mod open;
mod pem;
mod steps;

use std::io::Write;

use pki::DigestAlgorithm;

pub use due::due;
pub use error::AugmentError;
pub use open::open;
pub use steps::{Augmentation, Want};

use crate::{facts::Level, material::Material};

/// A file whose signatures can be raised. `id` is that of [`crate::facts::SignatureFacts`]; an unknown one is refused.
///
/// What is signed or stamped already is never written anew: the bytes of the file stay, new ones are put beside them.
pub trait Raise: Send {
    /// The signatures that can be raised, in the order of the file. Where a format raises all of them at once (PDF), one id stands for all.
    fn ids(&self) -> Vec<String>;
    /// The signature that has to be raised so that the one of this id is: itself, the one that it counter-signs from within, or the one that
    /// stands for all.
    fn stands_for(&self, id: &str) -> Option<String> {
        let within = |outer: &str| id.strip_prefix(outer).is_some_and(|rest| rest.starts_with("/counter-"));
        self.ids().into_iter().find(|i| i == id || within(i))
    }
    /// What an archive time stamp for this signature is over: signatures with the same answer share it.
    fn archived_as(&self, id: &str) -> String {
        id.to_owned()
    }
    /// The level whose elements are present; `None` when it is not even B.
    fn level(&self, id: &str) -> Option<Level>;
    /// Signing certificates, DER.
    fn signing_certificates(&self, id: &str) -> Vec<Vec<u8>>;
    /// All time stamp tokens that are there: their units need validation material, too.
    fn tokens(&self, id: &str) -> Vec<Vec<u8>>;
    /// Certificates that the file carries, DER.
    fn carried(&self, id: &str) -> Vec<Vec<u8>>;
    /// What a signature time stamp must be over.
    ///
    /// # Errors
    /// When the signature is not there or cannot take one.
    fn stamp_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError>;
    /// Takes a token over [`Self::stamp_imprint`].
    ///
    /// # Errors
    /// When it is over something else.
    fn add_stamp(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError>;
    /// Takes validation material; only what is not there yet is added.
    ///
    /// # Errors
    /// When the signature cannot take it.
    fn add_material(&mut self, id: &str, material: &Material) -> Result<(), AugmentError>;
    /// What the next archive time stamp must be over.
    ///
    /// # Errors
    /// When a signed object cannot be read again.
    fn archive_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError>;
    /// Takes a token over [`Self::archive_imprint`].
    ///
    /// # Errors
    /// When it is over something else.
    fn add_archive(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError>;
    /// Writes the whole file.
    ///
    /// # Errors
    /// When the source cannot be read again or `out` cannot be written.
    fn write(&mut self, out: &mut dyn Write) -> Result<(), AugmentError>;
}

/// Whether a token is over `imprint` (of `algorithm`); what every [`Raise`] asks before it takes one.
///
/// # Errors
/// [`AugmentError::Timestamp`] when it is no token or over something else.
pub fn check_imprint(token: &[u8], algorithm: DigestAlgorithm, imprint: &[u8]) -> Result<(), AugmentError> {
    let info = pki::TimeStampToken::from_ber(token).map_err(|e| AugmentError::Timestamp(e.to_string()))?.info;
    if info.digest == algorithm && info.imprint == imprint {
        Ok(())
    } else {
        Err(AugmentError::Timestamp("its message imprint is another".to_owned()))
    }
}
