//! Signing and validating files, without HTTP and without a database: what the pages, the API and the command line share.
//!
//! Making a signature: [`Engine::inspect`] says what a file is, [`Engine::prepare`] gives the bytes to sign, [`Engine::complete`]
//! takes the value and fetches time stamp and validation material from the trust core through the contract, [`write`] writes the
//! signed file. [`Engine::sign`] does all of it with a [`Hand`] that signs. [`Engine::validate`] judges a file.

mod augment;
mod certificate;
mod complete;
mod error;
mod input;
mod inspect;
mod judge;
mod prepare;
mod trust;

#[cfg(test)]
mod tests;

use std::io::Write;

use ades::{detect, facts::Level, pdf, zip};
use base::Cx;
use contract::Peers;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use pki::{DigestAlgorithm, SignatureAlgorithm};
use serde::{Deserialize, Serialize};

pub use augment::Raised;
pub use complete::{Completed, write};
pub(crate) use error::CODES;
pub use error::EngineError;
pub(crate) use input::Sent;
pub(crate) use input::media_type;
pub use input::{Input, Source};
pub(crate) use inspect::choices;
pub use inspect::{Inspected, Kind};
pub use judge::Validation;
pub use prepare::Prepared;
pub(crate) use trust::Trust;

/// Bounds of what is read.
#[derive(Clone, Copy, Debug)]
pub struct EngineLimits {
    /// Of PDFs, of which only what is needed is read.
    pub pdf: pdf::Limits,
    /// Of containers, which are streamed.
    pub zip: zip::Limits,
    /// Bytes of text shown before signing.
    pub preview: usize,
}

impl EngineLimits {
    /// Those of the readers.
    pub(crate) fn readers(&self) -> detect::Limits {
        detect::Limits { zip: self.zip, pdf: self.pdf }
    }
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self { pdf: pdf::Limits::default(), zip: zip::Limits::default(), preview: 4000 }
    }
}

/// What a signed file is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The PDF itself, with a PAdES signature.
    Pdf,
    /// An EDOC 2.0 container.
    Edoc,
    /// An ASiC-E container.
    Asice,
}

impl Format {
    /// Its name in addresses and in the database, also its file name extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Edoc => "edoc",
            Self::Asice => "asice",
        }
    }
    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pdf, Self::Edoc, Self::Asice].into_iter().find(|f| f.name() == name)
    }
    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Edoc | Self::Asice => "application/vnd.etsi.asic-e+zip",
        }
    }
}

/// What is to be signed, as a signer needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToSign {
    /// The bytes, for signers that hash themselves (Ed25519).
    pub message: Vec<u8>,
    /// Digest of the bytes.
    pub digest: Vec<u8>,
    /// The algorithm of the digest.
    pub digest_algorithm: DigestAlgorithm,
    /// The algorithm of the signature.
    pub algorithm: SignatureAlgorithm,
}

/// Whoever holds a signing key: a card, a key store.
pub trait Hand: Send + Sync {
    /// The signing certificate, DER.
    fn certificate(&self) -> &[u8];
    /// Signs; ECDSA as DER or as raw `r‖s`.
    fn sign<'a>(&'a self, what: &'a ToSign) -> BoxFuture<'a, Result<Vec<u8>, EngineError>>;
}

/// Signs and validates. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    trust: Trust,
    limits: EngineLimits,
}

impl Engine {
    /// An engine that asks the trust core through `peers`.
    pub fn new(peers: Peers, limits: EngineLimits) -> Self {
        Self { trust: Trust::new(peers), limits }
    }

    /// The bounds.
    pub fn limits(&self) -> &EngineLimits {
        &self.limits
    }

    /// Signs `inputs` by `hand` and writes the signed file to `out`, which is given back.
    ///
    /// One container or PDF that is signed already gets one more signature; else all inputs go into one new file.
    pub async fn sign<W: Write + Send + 'static>(
        &self,
        cx: &Cx,
        inputs: &[Input],
        format: Format,
        level: Level,
        hand: &dyn Hand,
        out: W,
    ) -> Result<W, EngineError> {
        let prepared = self.prepare(cx, inputs, format, hand.certificate()).await?;
        let value = hand.sign(&prepared.to_sign()).await?;
        let completed = self.complete(cx, prepared, &value, level).await?;
        self.finish(cx.now(), inputs, completed, out).await
    }

    /// Writes a completed file on a thread for blocking work.
    pub async fn finish<W: Write + Send + 'static>(
        &self,
        modified: Timestamp,
        inputs: &[Input],
        completed: Completed,
        out: W,
    ) -> Result<W, EngineError> {
        let (inputs, limits) = (inputs.to_vec(), self.limits);
        blocking(move || write(&inputs, &completed, modified, &limits, out)).await
    }
}

/// Runs work that reads or computes much where it does not hold up others.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, EngineError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, EngineError> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.map_err(|e| EngineError::Io(std::io::Error::other(e)))?
}
