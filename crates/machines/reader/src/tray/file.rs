//! One card's file: sealed, replaced as a whole, held by one reader at a time.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use base::Secret;
use card::{CardCrypto as _, chip::State};
use zeroize::Zeroizing;

use super::{CardFileError, Tray, write_new};
use crate::SoftCrypto;

const MAGIC: &[u8] = b"ENKURS CARD 1\n";
/// Times a card that is in another reader is tried for.
const PATIENCE: u32 = 15;

pub(super) struct CardFile {
    path: PathBuf,
    serial: String,
    key: Secret<[u8; 32]>,
    crypto: SoftCrypto,
    /// Held while the card is in a reader; the system frees it when the process dies.
    _lock: File,
}

fn path(tray: &Tray, serial: &str) -> Result<PathBuf, CardFileError> {
    let good = (1..=32).contains(&serial.len()) && serial.bytes().all(|b| b.is_ascii_alphanumeric());
    if good { Ok(tray.directory.join(format!("{serial}.card"))) } else { Err(CardFileError::Serial) }
}

/// Takes the card for this reader. One that is just being taken out elsewhere is waited for, not long.
fn lock(path: &Path) -> Result<File, CardFileError> {
    let file = File::options().create(true).truncate(false).write(true).open(path.with_extension("lock"))?;
    for _ in 0..PATIENCE {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
            Err(TryLockError::Error(e)) => return Err(e.into()),
        }
    }
    Err(CardFileError::Busy)
}

impl CardFile {
    fn new(tray: &Tray, serial: &str, path: PathBuf, lock: File) -> Self {
        Self { path, serial: serial.to_owned(), key: tray.key.clone(), crypto: tray.crypto.clone(), _lock: lock }
    }

    pub(super) fn create(tray: &Tray, serial: &str) -> Result<Self, CardFileError> {
        let path = path(tray, serial)?;
        let lock = lock(&path)?;
        if path.exists() {
            return Err(CardFileError::Exists);
        }
        Ok(Self::new(tray, serial, path, lock))
    }

    pub(super) fn open(tray: &Tray, serial: &str) -> Result<Self, CardFileError> {
        let path = path(tray, serial)?;
        if !path.exists() {
            return Err(CardFileError::NotFound);
        }
        let lock = lock(&path)?;
        Ok(Self::new(tray, serial, path, lock))
    }

    /// Reads the state without taking the card: for showing what is in the tray.
    pub(super) fn peek(tray: &Tray, serial: &str) -> Result<State, CardFileError> {
        unseal(&path(tray, serial)?, serial, &tray.key, &tray.crypto)
    }

    pub(super) fn load(&self) -> Result<State, CardFileError> {
        unseal(&self.path, &self.serial, &self.key, &self.crypto)
    }

    /// Makes `state` the content of the file, durably: when this returns, no power cut brings the old state back.
    pub(super) fn store(&self, state: &State) -> Result<(), CardFileError> {
        let plain = Zeroizing::new(serde_json::to_vec(state).map_err(io::Error::other)?);
        let mut nonce = [0; 12];
        self.crypto.random(&mut nonce).map_err(io::Error::other)?;
        let sealed =
            self.crypto.seal(self.key.expose(), nonce, &context(&self.serial), &plain).map_err(io::Error::other)?;
        let fresh = self.path.with_extension("new");
        match fs::remove_file(&fresh) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
        write_new(&fresh, &[MAGIC, &nonce, &sealed].concat())?;
        fs::rename(&fresh, &self.path)?;
        self.path.parent().map_or(Ok(()), sync_directory).map_err(Into::into)
    }
}

fn context(serial: &str) -> Vec<u8> {
    [MAGIC, serial.as_bytes()].concat()
}

fn unseal(path: &Path, serial: &str, key: &Secret<[u8; 32]>, crypto: &SoftCrypto) -> Result<State, CardFileError> {
    let bytes = match fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(CardFileError::NotFound),
        other => other?,
    };
    let (nonce, sealed) =
        bytes.strip_prefix(MAGIC).and_then(<[u8]>::split_first_chunk::<12>).ok_or(CardFileError::Sealed)?;
    let plain = crypto.open(key.expose(), *nonce, &context(serial), sealed).map_err(|_| CardFileError::Sealed)?;
    serde_json::from_slice(&plain).map_err(|_| CardFileError::Sealed)
}

/// Makes a rename durable. Only Unix has directories that can be synchronised; elsewhere the rename itself is.
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
