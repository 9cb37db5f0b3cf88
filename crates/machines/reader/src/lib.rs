//! Ways to cards: virtual cards of a data directory ([`Tray`]), the same over vpcd to a real `pcscd` ([`vpcd`]), and real readers through
//! PC/SC (feature `pcsc`). A missing reader is never a start-up condition; it is a clear message when a card is asked for.

mod crypto;
#[cfg(feature = "pcsc")]
mod pcsc;
mod tray;
pub mod vpcd;

#[cfg(test)]
mod tests;

pub use crypto::SoftCrypto;
#[cfg(feature = "pcsc")]
pub use pcsc::PcscReaders;
pub use tray::{CardFileError, Inserted, Tray, TrayCard};

use card::{CardError, Transport};

/// Texts of the errors of readers, Latvian (Fluent).
pub const LOCALE_LV: &str = include_str!("../locale/lv.ftl");
/// Texts of the errors of readers, English (Fluent).
pub const LOCALE_EN: &str = include_str!("../locale/en.ftl");

/// A place where a card may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Names the slot to [`CardSource::open`].
    pub id: String,
    /// Name of the reader, for people.
    pub reader: String,
    /// Whether a card is there.
    pub present: bool,
    /// Whose card it is, where that is known without a PIN.
    pub holder: Option<String>,
    /// Document number, where known.
    pub document_number: Option<String>,
}

/// Something that has cards.
pub trait CardSource: Send + Sync {
    /// The slots there are now.
    fn slots(&self) -> Result<Vec<Slot>, ReaderError>;
    /// Takes the card in a slot for this program alone, until the transport is dropped.
    fn open(&self, id: &str) -> Result<Box<dyn Transport>, ReaderError>;
}

/// Why there is no card to talk to.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// The PC/SC service does not run.
    #[error("the smart-card service is not running")]
    NoService,
    /// No reader.
    #[error("no card reader is connected")]
    NoReader,
    /// No card.
    #[error("there is no card in the reader")]
    NoCard,
    /// Another program uses the card.
    #[error("another program is using the card")]
    Busy,
    /// The reader failed.
    #[error("the card reader failed: {0}")]
    Failed(String),
    /// A virtual card's file.
    #[error(transparent)]
    File(#[from] CardFileError),
    /// The card.
    #[error(transparent)]
    Card(#[from] CardError),
}

impl ReaderError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoService => "reader.no-service",
            Self::NoReader => "reader.no-reader",
            Self::NoCard => "reader.no-card",
            Self::Busy => "reader.busy",
            Self::Failed(_) => "reader.failed",
            Self::File(e) => e.code(),
            Self::Card(e) => e.code(),
        }
    }
}
