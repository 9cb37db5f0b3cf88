//! The card tray: the virtual cards of a data directory, each a file sealed under the tray's key, and the reader they are put into.

mod file;
mod inserted;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use base::{Random, Secret};
use card::{
    Transport,
    chip::{Phase, State},
    profile::{DF_PERSONAL, Field, Model},
};

use crate::{CardSource, ReaderError, Slot, SoftCrypto};
use file::CardFile;
pub use inserted::Inserted;

const KEY_FILE: &str = "tray.key";

/// What may be wrong with the file of a virtual card.
#[derive(Debug, thiserror::Error)]
pub enum CardFileError {
    /// No such card.
    #[error("there is no such card in the tray")]
    NotFound,
    /// A card of that serial number exists.
    #[error("a card with this serial number exists already")]
    Exists,
    /// The name cannot be a serial number.
    #[error("a serial number has 1 to 32 letters and digits")]
    Serial,
    /// In another reader.
    #[error("the card is in another reader")]
    Busy,
    /// The file was changed, or the tray's key is another one.
    #[error("the card's file does not open with the tray's key")]
    Sealed,
    /// Input or output.
    #[error("the card's file: {0}")]
    Io(#[from] io::Error),
}

impl CardFileError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "reader.tray.not-found",
            Self::Exists => "reader.tray.exists",
            Self::Serial => "reader.tray.serial",
            Self::Busy => "reader.busy",
            Self::Sealed => "reader.tray.sealed",
            Self::Io(_) => "reader.tray.io",
        }
    }
}

/// A card in the tray, as one sees it from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayCard {
    /// Serial number of the chip.
    pub serial: String,
    /// Kind.
    pub model: Model,
    /// Phase of life.
    pub phase: Phase,
    /// Given names and family name printed on it.
    pub holder: Option<String>,
    /// Document number printed on it.
    pub document_number: Option<String>,
}

impl TrayCard {
    fn of(state: &State) -> Self {
        let field = |f: Field| {
            let text = std::str::from_utf8(state.file(DF_PERSONAL, f.file(state.model))?).ok()?.trim_matches('\0');
            (!text.is_empty()).then(|| text.to_owned())
        };
        let holder = match (field(Field::GivenNames), field(Field::Surname)) {
            (Some(given), Some(surname)) => Some(format!("{given} {surname}")),
            (given, surname) => given.or(surname),
        };
        Self {
            serial: state.serial.clone(),
            model: state.model,
            phase: state.phase,
            holder,
            document_number: field(Field::DocumentNumber),
        }
    }
}

/// A directory of virtual cards. Cheap to clone.
#[derive(Clone)]
pub struct Tray {
    directory: PathBuf,
    key: Secret<[u8; 32]>,
    crypto: SoftCrypto,
}

impl Tray {
    /// Opens the tray; makes the directory and its key when they are missing.
    pub fn open(directory: &Path, random: Arc<dyn Random>) -> Result<Self, CardFileError> {
        fs::create_dir_all(directory)?;
        let path = directory.join(KEY_FILE);
        let key = match fs::read(&path) {
            Ok(bytes) => bytes.try_into().map_err(|_| CardFileError::Sealed)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let mut key = [0; 32];
                random.fill(&mut key);
                write_new(&path, &key)?;
                file::sync_directory(directory)?;
                key
            }
            Err(e) => return Err(e.into()),
        };
        Ok(Self { directory: directory.to_owned(), key: Secret::new(key), crypto: SoftCrypto::new(random) })
    }

    /// Puts a blank card into the tray.
    pub fn create(&self, model: Model, serial: &str, issuer_key: &[u8; 32]) -> Result<(), CardFileError> {
        let state = State::blank(model, serial, issuer_key);
        CardFile::create(self, serial)?.store(&state)
    }

    /// All cards, by serial number.
    pub fn cards(&self) -> Result<Vec<TrayCard>, CardFileError> {
        let mut cards = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let name = entry?.file_name();
            let Some(serial) = name.to_str().and_then(|n| n.strip_suffix(".card")) else { continue };
            match CardFile::peek(self, serial) {
                Ok(state) => cards.push(TrayCard::of(&state)),
                Err(CardFileError::NotFound) => {}
                Err(e) => tracing::warn!(code = e.code(), "a card file in the tray cannot be read"),
            }
        }
        cards.sort_by(|a, b| a.serial.cmp(&b.serial));
        Ok(cards)
    }

    /// One card.
    pub fn card(&self, serial: &str) -> Result<TrayCard, CardFileError> {
        CardFile::peek(self, serial).map(|s| TrayCard::of(&s))
    }

    /// Puts a card into a reader of its own. No other reader can have it meanwhile.
    pub fn insert(&self, serial: &str) -> Result<Inserted, CardFileError> {
        Inserted::new(CardFile::open(self, serial)?, self.crypto.clone())
    }
}

impl CardSource for Tray {
    fn slots(&self) -> Result<Vec<Slot>, ReaderError> {
        let filled = self.cards()?.into_iter().filter(|c| c.phase == Phase::Operational);
        Ok(filled
            .map(|c| Slot {
                id: c.serial,
                reader: "Enkurs".to_owned(),
                present: true,
                holder: c.holder,
                document_number: c.document_number,
            })
            .collect())
    }
    fn open(&self, id: &str) -> Result<Box<dyn Transport>, ReaderError> {
        match self.insert(id) {
            Ok(card) => Ok(Box::new(card)),
            Err(CardFileError::Busy) => Err(ReaderError::Busy),
            Err(CardFileError::NotFound) => Err(ReaderError::NoCard),
            Err(e) => Err(e.into()),
        }
    }
}

/// Writes a new file that only its owner reads.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}
