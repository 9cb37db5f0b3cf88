//! What may go wrong between a program and a card.

use crate::{
    CryptoError,
    apdu::Sw,
    profile::{Pin, Use},
};

/// The bytes did not get to the card or back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The card was taken out, or the reader unplugged.
    #[error("the card was removed")]
    Removed,
    /// Another program uses the card.
    #[error("another program is using the card")]
    Busy,
    /// Anything else.
    #[error("the reader failed: {0}")]
    Failed(String),
}

/// A way to a card: one command, one answer.
pub trait Transport: Send {
    /// Sends a command and gives the answer, status word included.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;
    /// Answer to reset.
    fn atr(&self) -> Vec<u8>;
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        (**self).transmit(command)
    }
    fn atr(&self) -> Vec<u8> {
        (**self).atr()
    }
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        (**self).transmit(command)
    }
    fn atr(&self) -> Vec<u8> {
        (**self).atr()
    }
}

/// Why something with a card did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The way to the card failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The card has no eID application.
    #[error("this is no eID card")]
    NotAnEid,
    /// The card has not been filled yet.
    #[error("the card is blank")]
    Blank,
    /// The card is filled already.
    #[error("the card is personalised already")]
    AlreadyPersonalised,
    /// The card refused a step with an unexpected status.
    #[error("the card refused to {step}: {sw}")]
    Refused {
        /// What was asked.
        step: &'static str,
        /// Its status.
        sw: Sw,
    },
    /// The answer is cut or garbled.
    #[error("the card's answer to “{step}” is cut or garbled")]
    Malformed {
        /// What was asked.
        step: &'static str,
    },
    /// Wrong PIN.
    #[error("wrong {}: {tries} tries left", pin.name())]
    WrongPin {
        /// Which.
        pin: Pin,
        /// Tries left.
        tries: u8,
    },
    /// The PIN is blocked.
    #[error("{} is blocked", pin.name())]
    Blocked {
        /// Which.
        pin: Pin,
    },
    /// These digits cannot be that PIN; the card was not asked.
    #[error("{} has {min} to 12 digits", pin.name())]
    PinFormat {
        /// Which.
        pin: Pin,
        /// Fewest digits.
        min: usize,
    },
    /// No certificate for this use.
    #[error("the card holds no certificate for {0:?}")]
    NoCertificate(Use),
    /// The digest is empty or too long.
    #[error("a digest has 20 to 64 bytes")]
    Digest,
    /// The card and the issuer do not know each other.
    #[error("the card and the issuer's key do not belong together")]
    Issuer,
    /// The cryptography failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

impl CardError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Transport(TransportError::Removed) => "card.removed",
            Self::Transport(TransportError::Busy) => "card.busy",
            Self::Transport(TransportError::Failed(_)) => "card.reader-failed",
            Self::NotAnEid => "card.not-an-eid",
            Self::Blank => "card.blank",
            Self::AlreadyPersonalised => "card.already-personalised",
            Self::Refused { .. } => "card.refused",
            Self::Malformed { .. } => "card.malformed-answer",
            Self::WrongPin { .. } => "card.wrong-pin",
            Self::Blocked { .. } => "card.pin-blocked",
            Self::PinFormat { .. } => "card.pin-format",
            Self::NoCertificate(_) => "card.no-certificate",
            Self::Digest => "card.digest",
            Self::Issuer => "card.issuer",
            Self::Crypto(_) => "card.crypto",
        }
    }
}
