//! Keys in sealed files.
//!
//! The directory holds `store.sealed` (a random master key under Argon2id of the passphrase or key file) and one `LABEL.key` a
//! key (PKCS#8 under AES-256-GCM with a key derived from the master key; label, kind and public key in the clear and
//! authenticated). Files are written beside, flushed, linked into place and the directory flushed: after a crash a key is
//! there whole or not at all, and a second writer never overwrites a first.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use base::Secret;
use futures_util::future::BoxFuture;
use pki::SignatureAlgorithm;

use crate::{Health, KeyError, KeyInfo, KeyKind, KeyStore, Signer, blocking, check_label};

mod file;
mod seal;
mod sign;

use sign::{Private, SoftSigner};

/// What opens a software store.
pub enum Unlock {
    /// A passphrase.
    Passphrase(Secret<String>),
    /// A file with at least 32 bytes (see [`new_key_file`]).
    KeyFile(PathBuf),
}

impl Unlock {
    fn bytes(self) -> Result<Secret<Vec<u8>>, KeyError> {
        match self {
            Self::Passphrase(p) => Ok(Secret::new(p.expose().as_bytes().to_vec())),
            Self::KeyFile(path) => {
                let key = Secret::new(fs::read(&path).map_err(file::error(&path))?);
                if key.expose().len() < 32 {
                    return Err(KeyError::Damaged { file: path, why: "a key file has at least 32 bytes" });
                }
                Ok(key)
            }
        }
    }
}

/// Writes a new key file of 32 random bytes, in hexadecimal, readable by its owner alone. An existing file is left as it is.
pub fn new_key_file(path: &Path) -> Result<(), KeyError> {
    if path.exists() {
        return Ok(());
    }
    let mut key = zeroize::Zeroizing::new([0u8; 32]);
    aws_lc_rs::rand::fill(key.as_mut_slice())?;
    let text = Secret::new(format!("{}\n", seal::hex(key.as_slice())));
    match file::write_new(path, text.expose().as_bytes()) {
        Err(KeyError::File { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        written => written,
    }
}

/// A directory of sealed keys.
pub struct SoftwareStore {
    dir: PathBuf,
    master: Secret<[u8; 32]>,
    open: RwLock<BTreeMap<String, Arc<Private>>>,
}

impl SoftwareStore {
    /// Opens the store of `dir`, making it when it is new. Takes about a tenth of a second: that is Argon2id.
    pub fn open(dir: &Path, unlock: Unlock) -> Result<Arc<Self>, KeyError> {
        file::make_dir(dir)?;
        let secret = unlock.bytes()?;
        let path = dir.join("store.sealed");
        if !path.exists() {
            let keys = fs::read_dir(dir)
                .map_err(file::error(dir))?
                .flatten()
                .any(|e| e.path().extension().is_some_and(|x| x == "key"));
            if keys {
                return Err(KeyError::Damaged {
                    file: path,
                    why: "missing, though there are keys: restore it from the backup",
                });
            }
            match file::write_new(&path, &seal::new_store(&secret)?) {
                Err(KeyError::File { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => {}
                written => written?,
            }
        }
        let sealed = fs::read(&path).map_err(file::error(&path))?;
        let master = seal::open_store(&sealed, &secret, dir, &path)?;
        Ok(Arc::new(Self { dir: dir.to_owned(), master, open: RwLock::default() }))
    }

    /// Seals the master key under another passphrase or key file. The keys themselves stay as they are.
    pub fn reseal(&self, unlock: Unlock) -> Result<(), KeyError> {
        let secret = unlock.bytes()?;
        file::replace(&self.dir.join("store.sealed"), &seal::seal_store(&self.master, &secret)?)
    }

    fn path(&self, label: &str) -> PathBuf {
        self.dir.join(format!("{label}.key"))
    }

    fn keep(&self, label: &str, pkcs8: &Secret<Vec<u8>>) -> Result<KeyInfo, KeyError> {
        check_label(label)?;
        let private = Private::from_pkcs8(pkcs8)?;
        let info = KeyInfo { label: label.to_owned(), kind: private.kind(), spki: private.spki().to_vec() };
        let path = self.path(label);
        match file::write_new(&path, &seal::seal_key(&self.master, &info, pkcs8)?) {
            Err(KeyError::File { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(KeyError::Exists { label: label.to_owned() });
            }
            written => written?,
        }
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(label.to_owned(), Arc::new(private));
        Ok(info)
    }

    fn sealed(&self, label: &str) -> Result<Vec<u8>, KeyError> {
        check_label(label)?;
        let path = self.path(label);
        fs::read(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => KeyError::NotFound { label: label.to_owned() },
            _ => file::error(&path)(e),
        })
    }

    fn private(&self, label: &str) -> Result<Arc<Private>, KeyError> {
        let known = self.open.read().unwrap_or_else(PoisonError::into_inner).get(label).cloned();
        if let Some(found) = known {
            return if self.path(label).exists() {
                Ok(found)
            } else {
                Err(KeyError::NotFound { label: label.to_owned() })
            };
        }
        let (info, pkcs8) = seal::open_key(&self.master, &self.sealed(label)?, &self.path(label))?;
        let private = Private::from_pkcs8(&pkcs8)?;
        if info.label != label || info.spki != private.spki() {
            return Err(KeyError::Damaged { file: self.path(label), why: "it holds another key" });
        }
        let private = Arc::new(private);
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(label.to_owned(), private.clone());
        Ok(private)
    }

    fn all(&self) -> Result<Vec<KeyInfo>, KeyError> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(file::error(&self.dir))? {
            let path = entry.map_err(file::error(&self.dir))?.path();
            if path.extension().is_some_and(|x| x == "key") {
                let sealed = fs::read(&path).map_err(file::error(&path))?;
                found.push(seal::public_half(&sealed, &path)?);
            }
        }
        found.sort_by(|a, b| a.label.cmp(&b.label));
        Ok(found)
    }
}

/// A signer of a key in PKCS#8 that belongs to no store: a PKCS#12 file, a virtual card.
pub fn signer_of_pkcs8(
    pkcs8: &Secret<Vec<u8>>,
    algorithm: Option<SignatureAlgorithm>,
) -> Result<Arc<dyn Signer>, KeyError> {
    let private = Private::from_pkcs8(pkcs8)?;
    let algorithm = private.kind().choose(algorithm)?;
    Ok(Arc::new(SoftSigner::new(Arc::new(private), algorithm)))
}

/// A new key as PKCS#8 that belongs to no store.
pub fn new_pkcs8(kind: KeyKind) -> Result<Secret<Vec<u8>>, KeyError> {
    sign::generate(kind)
}

impl KeyStore for SoftwareStore {
    fn generate<'a>(&'a self, label: &'a str, kind: KeyKind) -> BoxFuture<'a, Result<KeyInfo, KeyError>> {
        Box::pin(async move {
            check_label(label)?;
            if self.path(label).exists() {
                return Err(KeyError::Exists { label: label.to_owned() });
            }
            let pkcs8 = blocking(move || sign::generate(kind)).await?;
            self.keep(label, &pkcs8)
        })
    }
    fn import<'a>(&'a self, label: &'a str, pkcs8: Secret<Vec<u8>>) -> BoxFuture<'a, Result<KeyInfo, KeyError>> {
        Box::pin(async move { self.keep(label, &pkcs8) })
    }
    fn public_key<'a>(&'a self, label: &'a str) -> BoxFuture<'a, Result<KeyInfo, KeyError>> {
        Box::pin(async move { seal::public_half(&self.sealed(label)?, &self.path(label)) })
    }
    fn signer_as<'a>(
        &'a self,
        label: &'a str,
        algorithm: Option<SignatureAlgorithm>,
    ) -> BoxFuture<'a, Result<Arc<dyn Signer>, KeyError>> {
        Box::pin(async move {
            let private = self.private(label)?;
            let algorithm = private.kind().choose(algorithm)?;
            Ok(Arc::new(SoftSigner::new(private, algorithm)) as Arc<dyn Signer>)
        })
    }
    fn list(&self) -> BoxFuture<'_, Result<Vec<KeyInfo>, KeyError>> {
        Box::pin(async move { self.all() })
    }
    fn destroy<'a>(&'a self, label: &'a str) -> BoxFuture<'a, Result<(), KeyError>> {
        Box::pin(async move {
            self.sealed(label)?;
            self.open.write().unwrap_or_else(PoisonError::into_inner).remove(label);
            file::remove(&self.path(label))
        })
    }
    fn health(&self) -> BoxFuture<'_, Result<Health, KeyError>> {
        Box::pin(async move {
            let keys = self.all()?.len();
            Ok(Health { store: "software", description: self.dir.display().to_string(), keys })
        })
    }
}
