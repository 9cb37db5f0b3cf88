//! Why a card is not made yet.

use card::{CardError, TransportError};
use contract::Refusal;
use reader::CardFileError;
use store::StoreError;

use crate::making::MakeError;

#[derive(Debug, thiserror::Error)]
pub(super) enum Unmade {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Peer(#[from] Refusal),
    #[error(transparent)]
    Card(#[from] CardError),
    #[error(transparent)]
    File(#[from] CardFileError),
    #[error("the key ring no longer holds the key of this card")]
    KeyLost,
    #[error("the key on the card is not the one of the journal")]
    KeyDiffers,
    #[error("the certificate is not for the card's key")]
    Certificate,
    #[error("a key of the finished card does not sign for its certificate")]
    Untried,
    #[error("the journal does not hold what it should")]
    Journal,
    #[error("the work was interrupted")]
    Interrupted,
}

impl Unmade {
    fn code(&self) -> String {
        match self {
            Self::Store(e) => e.code().to_owned(),
            Self::Peer(e) => e.code.clone(),
            Self::Card(e) => e.code().to_owned(),
            Self::File(e) => e.code().to_owned(),
            Self::KeyLost => "documents.make.key-lost".to_owned(),
            Self::KeyDiffers => "documents.make.key-differs".to_owned(),
            Self::Certificate => "documents.make.certificate".to_owned(),
            Self::Untried => "documents.make.untried".to_owned(),
            Self::Journal => "documents.make.journal".to_owned(),
            Self::Interrupted => "documents.make.interrupted".to_owned(),
        }
    }

    fn is_transient(&self) -> bool {
        match self {
            Self::Store(e) => e.transient(),
            Self::Peer(e) => e.transient,
            Self::Card(CardError::Transport(TransportError::Removed | TransportError::Busy)) => true,
            Self::File(CardFileError::Busy | CardFileError::Io(_)) | Self::Interrupted => true,
            _ => false,
        }
    }

    pub(super) fn into_make_error(self) -> MakeError {
        MakeError { transient: self.is_transient(), code: self.code() }
    }
}
