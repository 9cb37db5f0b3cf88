use std::{fs, io, path::Path};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base::Random;
use futures_util::future::BoxFuture;

use crate::LedgerError;

/// Signs checkpoints with Ed25519; the application puts its key store behind this.
pub trait CheckpointSigner: Send + Sync {
    /// The public key.
    fn public(&self) -> [u8; 32];
    /// Signs a text: 64 bytes.
    fn sign<'a>(&'a self, text: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, LedgerError>>;
}

/// A key in memory, from a file or fresh.
pub struct FileSigner(Ed25519KeyPair);

impl FileSigner {
    /// A key of these 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, LedgerError> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| LedgerError::Malformed("Ed25519 seed"))
    }

    /// Reads the PKCS#8 key of a file; makes one if there is none.
    pub fn load(path: &Path, random: &dyn Random) -> Result<Self, LedgerError> {
        let failed = |e: io::Error| LedgerError::Fetch(path.display().to_string(), e.to_string());
        match fs::read(path) {
            Ok(der) => Ed25519KeyPair::from_pkcs8(&der)
                .map(Self)
                .map_err(|_| LedgerError::Malformed("PKCS#8 key of the ledger")),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let mut seed = [0; 32];
                random.fill(&mut seed);
                let key = Self::from_seed(&seed)?;
                let der = key.0.to_pkcs8().map_err(|_| LedgerError::Malformed("PKCS#8 key of the ledger"))?;
                write_private(path, der.as_ref()).map_err(failed)?;
                Ok(key)
            }
            Err(e) => Err(failed(e)),
        }
    }
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    io::Write::write_all(&mut file, content)?;
    file.sync_all()
}

impl CheckpointSigner for FileSigner {
    fn public(&self) -> [u8; 32] {
        self.0.public_key().as_ref().try_into().unwrap_or_default()
    }
    fn sign<'a>(&'a self, text: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, LedgerError>> {
        Box::pin(async move { Ok(self.0.sign(text).as_ref().to_vec()) })
    }
}
