//! Private keys: where they are kept and how they sign.
//!
//! A [`Signer`] is one private key, wherever it is: a sealed file, a hardware token, a card, another node. A [`KeyStore`] makes
//! and finds them by label. Signatures come back in the encoding of X.509 (ECDSA as DER `SEQUENCE { r, s }`), whatever the
//! device speaks. Every signature carries an intent: the id of the record that was committed before the key was used.

use std::sync::Arc;

use base::Secret;
use futures_util::future::BoxFuture;
use pki::SignatureAlgorithm;

mod error;
mod kind;
pub mod pkcs11;
pub mod software;

pub use error::KeyError;
pub use kind::KeyKind;
pub use pkcs11::{Pkcs11Config, Pkcs11Store};
pub use software::{SoftwareStore, Unlock};

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub enum ToSign<'a> {
    /// The message; it is digested with the digest of the algorithm (Ed25519: signed as it is).
    Message(&'a [u8]),
    /// Its digest, made with the digest of the algorithm. Ed25519 refuses it.
    Digest(&'a [u8]),
}

/// One private key that signs with one algorithm.
pub trait Signer: Send + Sync {
    /// SubjectPublicKeyInfo, DER.
    fn spki_der(&self) -> &[u8];
    /// The algorithm of every signature it makes.
    fn algorithm(&self) -> SignatureAlgorithm;
    /// Signs. `intent` names the record committed beforehand; it is written to the trace of the signature, never into it.
    fn sign<'a>(&'a self, what: ToSign<'a>, intent: &'a str) -> BoxFuture<'a, Result<Vec<u8>, KeyError>>;
}

/// A key as its store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// Name within the store.
    pub label: String,
    /// Kind.
    pub kind: KeyKind,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
}

/// How a store feels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// What it is: `software`, `pkcs11`.
    pub store: &'static str,
    /// Model and place, for the operator.
    pub description: String,
    /// Number of keys.
    pub keys: usize,
}

/// Makes, finds and destroys keys. Labels: 1 to 64 of `a-z 0-9 . _ -`, beginning with a letter or digit.
pub trait KeyStore: Send + Sync {
    /// Makes a new key; a label that is taken is refused.
    fn generate<'a>(&'a self, label: &'a str, kind: KeyKind) -> BoxFuture<'a, Result<KeyInfo, KeyError>>;
    /// Takes over a key made elsewhere (migration of an existing CA), as PKCS#8.
    fn import<'a>(&'a self, label: &'a str, pkcs8: Secret<Vec<u8>>) -> BoxFuture<'a, Result<KeyInfo, KeyError>>;
    /// The public half of a key.
    fn public_key<'a>(&'a self, label: &'a str) -> BoxFuture<'a, Result<KeyInfo, KeyError>>;
    /// The key, signing with `algorithm`; without one, with the default of its kind.
    fn signer_as<'a>(
        &'a self,
        label: &'a str,
        algorithm: Option<SignatureAlgorithm>,
    ) -> BoxFuture<'a, Result<Arc<dyn Signer>, KeyError>>;
    /// All keys, by label.
    fn list(&self) -> BoxFuture<'_, Result<Vec<KeyInfo>, KeyError>>;
    /// Destroys a key for good.
    fn destroy<'a>(&'a self, label: &'a str) -> BoxFuture<'a, Result<(), KeyError>>;
    /// Whether the store works now.
    fn health(&self) -> BoxFuture<'_, Result<Health, KeyError>>;

    /// The key, signing with the default algorithm of its kind.
    fn signer<'a>(&'a self, label: &'a str) -> BoxFuture<'a, Result<Arc<dyn Signer>, KeyError>> {
        self.signer_as(label, None)
    }
    /// The key of `label`, made now if there is none: repeatable creation of a PKI.
    fn ensure<'a>(&'a self, label: &'a str, kind: KeyKind) -> BoxFuture<'a, Result<KeyInfo, KeyError>> {
        Box::pin(async move {
            match self.generate(label, kind).await {
                Err(KeyError::Exists { .. }) => {
                    let found = self.public_key(label).await?;
                    if found.kind == kind {
                        Ok(found)
                    } else {
                        Err(KeyError::OtherKind { label: label.to_owned(), found: found.kind })
                    }
                }
                made => made,
            }
        })
    }
}

/// Refuses a label that cannot be a file name and a token label alike.
pub(crate) fn check_label(label: &str) -> Result<(), KeyError> {
    let known = |c: &u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'_' | b'-');
    let first = label.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
    if first && label.len() <= 64 && label.as_bytes().iter().all(known) { Ok(()) } else { Err(KeyError::BadLabel) }
}

/// Runs blocking work beside the runtime, or in place when there is none.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeyError> + Send + 'static,
) -> Result<T, KeyError> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.map_err(|_| KeyError::Interrupted)?,
        Err(_) => work(),
    }
}
