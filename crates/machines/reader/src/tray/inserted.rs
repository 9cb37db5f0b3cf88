//! A virtual card in its reader.

use card::{
    Transport, TransportError,
    apdu::{Answer, Sw},
    chip::{State, VirtualCard},
};

use super::{CardFileError, file::CardFile};
use crate::SoftCrypto;

/// A virtual card that this process holds. What it keeps is on disk before an answer leaves, so killing the process gives back no try.
pub struct Inserted {
    card: VirtualCard,
    file: CardFile,
    crypto: SoftCrypto,
    unsaved: bool,
}

impl Inserted {
    pub(super) fn new(file: CardFile, crypto: SoftCrypto) -> Result<Self, CardFileError> {
        let state = file.load()?;
        // A card whose counters could not be written would be open to guessing: it must prove first that they can.
        file.store(&state)?;
        Ok(Self { card: VirtualCard::new(state), file, crypto, unsaved: false })
    }

    /// The card's kept state.
    pub fn state(&self) -> &State {
        self.card.state()
    }

    /// Reset: PINs must be shown again.
    pub fn reset(&mut self) {
        self.card.reset();
    }

    /// Answers a command. If the state cannot be kept the answer is withheld, and every later one too until it can.
    pub fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        if self.unsaved && !self.keep() {
            return Answer::from(Sw::MEMORY).encode();
        }
        let reply = self.card.transmit(command, &self.crypto);
        if reply.changed && !self.keep() {
            self.card.reset();
            return Answer::from(Sw::MEMORY).encode();
        }
        reply.bytes
    }

    fn keep(&mut self) -> bool {
        let kept = self.file.store(self.card.state());
        if let Err(e) = &kept {
            tracing::error!(code = e.code(), "a virtual card's state could not be stored");
        }
        self.unsaved = kept.is_err();
        !self.unsaved
    }
}

impl Transport for Inserted {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        Ok(self.answer(command))
    }
    fn atr(&self) -> Vec<u8> {
        self.card.atr().to_vec()
    }
}
