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
mod progress;
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

pub(crate) use ades::make::media_type;
pub use ades::make::{Claims, Files, Form, Format, Input, Packaging, Prepared, Signed};
pub use augment::Raised;
pub(crate) use error::CODES;
pub use error::EngineError;
pub(crate) use input::from_blobs;
pub use input::from_path;
pub use inspect::{Inspected, Kind};
pub(crate) use inspect::{choices, possible};
pub(crate) use judge::Judged;
pub use judge::Validation;
pub use prepare::to_sign;
pub use progress::Progress;
use trust::Trust;

use crate::abroad::Abroad;

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
    abroad: Option<Abroad>,
}

impl Engine {
    /// An engine that asks the trust core through `peers`.
    pub fn new(peers: Peers, limits: EngineLimits) -> Self {
        Self { trust: Trust::new(peers), limits, abroad: None }
    }

    /// The same, fetching what foreign signatures need.
    pub(crate) fn reaching(self, abroad: Option<Abroad>) -> Self {
        Self { abroad, ..self }
    }

    /// The bounds.
    pub fn limits(&self) -> &EngineLimits {
        &self.limits
    }

    /// Signs `inputs` by `hand` and writes the signed file to `out`, which is given back: a PDF or a container, at most at LT.
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
        let prepared = self.prepare(cx, inputs, &Form::new(format), &Claims::default(), hand.certificate()).await?;
        let value = hand.sign(&to_sign(&prepared)).await?;
        let completed = self.complete(cx, prepared, &value, level).await?;
        self.finish(cx.now(), inputs, completed, out).await
    }

    /// Writes a completed file on a thread for blocking work.
    pub async fn finish<W: Write + Send + 'static>(
        &self,
        modified: Timestamp,
        inputs: &[Input],
        completed: Signed,
        out: W,
    ) -> Result<W, EngineError> {
        let (inputs, limits) = (inputs.to_vec(), self.limits.readers());
        blocking(move || Ok(completed.write(&inputs, modified, &limits, out)?)).await
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
