//! Keys on a PKCS#11 token: an HSM in production, SoftHSM2 in tests.
//!
//! Calls into the library block, so they run on threads of their own, each with its session and its cache of object handles
//! (searching the token for every signature is what makes naive users of PKCS#11 slow). A token that went away is opened and
//! logged in to again by the next call. A refused PIN is remembered and never tried again: tokens block themselves.

use std::{path::PathBuf, sync::Arc, time::Duration};

use base::Secret;
use futures_util::future::BoxFuture;
use pki::SignatureAlgorithm;

use crate::{Health, KeyError, KeyInfo, KeyKind, KeyStore, Signer, ToSign, check_label, kind::Prepared};

mod library;
mod mechanism;
mod objects;
mod pool;
mod provision;
mod session;
pub mod softhsm;

pub use provision::provision_token;

use pool::Pool;

/// Where the token is and how it is used.
#[derive(Clone, Debug)]
pub struct Pkcs11Config {
    /// The token's PKCS#11 library.
    pub library: PathBuf,
    /// Label of the token.
    pub token: String,
    /// PIN of the user.
    pub pin: Secret<String>,
    /// Threads, each with one session.
    pub threads: usize,
    /// How long one operation may take (key generation: ten times that).
    pub timeout: Duration,
}

impl Pkcs11Config {
    /// Four threads, ten seconds.
    pub fn new(library: impl Into<PathBuf>, token: impl Into<String>, pin: Secret<String>) -> Self {
        Self { library: library.into(), token: token.into(), pin, threads: 4, timeout: Duration::from_secs(10) }
    }
}

/// The keys of one token.
pub struct Pkcs11Store {
    pool: Arc<Pool>,
    timeout: Duration,
}

impl Pkcs11Store {
    /// Starts the threads. The token need not be there yet: until it is, every call says so.
    pub fn open(config: Pkcs11Config) -> Result<Arc<Self>, KeyError> {
        let timeout = config.timeout;
        Ok(Arc::new(Self { pool: Arc::new(Pool::start(config)?), timeout }))
    }
}

impl KeyStore for Pkcs11Store {
    fn generate<'a>(&'a self, label: &'a str, kind: KeyKind) -> BoxFuture<'a, Result<KeyInfo, KeyError>> {
        Box::pin(async move {
            check_label(label)?;
            let label = label.to_owned();
            self.pool.run(self.timeout * 10, move |s| s.generate(&label, kind)).await
        })
    }
    fn import<'a>(&'a self, _label: &'a str, _pkcs8: Secret<Vec<u8>>) -> BoxFuture<'a, Result<KeyInfo, KeyError>> {
        Box::pin(async { Err(KeyError::Unsupported("a token takes no keys made elsewhere; generate the key on it")) })
    }
    fn public_key<'a>(&'a self, label: &'a str) -> BoxFuture<'a, Result<KeyInfo, KeyError>> {
        Box::pin(async move {
            check_label(label)?;
            let label = label.to_owned();
            self.pool.run(self.timeout, move |s| s.public_key(&label)).await
        })
    }
    fn signer_as<'a>(
        &'a self,
        label: &'a str,
        algorithm: Option<SignatureAlgorithm>,
    ) -> BoxFuture<'a, Result<Arc<dyn Signer>, KeyError>> {
        Box::pin(async move {
            let info = self.public_key(label).await?;
            let algorithm = info.kind.choose(algorithm)?;
            Ok(
                Arc::new(TokenSigner {
                    pool: self.pool.clone(),
                    timeout: self.timeout,
                    info: Arc::new(info),
                    algorithm,
                }) as Arc<dyn Signer>,
            )
        })
    }
    fn list(&self) -> BoxFuture<'_, Result<Vec<KeyInfo>, KeyError>> {
        Box::pin(async move { self.pool.run(self.timeout, |s| s.list()).await })
    }
    fn destroy<'a>(&'a self, label: &'a str) -> BoxFuture<'a, Result<(), KeyError>> {
        Box::pin(async move {
            check_label(label)?;
            let label = label.to_owned();
            self.pool.run(self.timeout, move |s| s.destroy(&label)).await
        })
    }
    fn health(&self) -> BoxFuture<'_, Result<Health, KeyError>> {
        Box::pin(async move { self.pool.run(self.timeout, |s| s.health()).await })
    }
}

struct TokenSigner {
    pool: Arc<Pool>,
    timeout: Duration,
    info: Arc<KeyInfo>,
    algorithm: SignatureAlgorithm,
}

impl Signer for TokenSigner {
    fn spki_der(&self) -> &[u8] {
        &self.info.spki
    }
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
    fn sign<'a>(&'a self, what: ToSign<'a>, intent: &'a str) -> BoxFuture<'a, Result<Vec<u8>, KeyError>> {
        Box::pin(async move {
            let prepared = Prepared::new(self.algorithm, what)?;
            tracing::trace!(intent, label = self.info.label, "token signature");
            let data = mechanism::payload(self.algorithm, &prepared)?;
            let (info, algorithm) = (self.info.clone(), self.algorithm);
            self.pool.run(self.timeout, move |s| s.sign(&info, algorithm, &data)).await
        })
    }
}
