//! A virtual card in its reader.

use card::{
    Transport, TransportError,
    apdu::{Answer, Sw},
    chip::{Keep, Phase, State, VirtualCard},
};

use super::{CardFileError, file::CardFile};
use crate::SoftCrypto;

/// A virtual card that this process holds. What it keeps is on disk before an answer leaves, so killing the process gives back no try.
pub struct Inserted {
    card: VirtualCard,
    file: CardFile,
    crypto: SoftCrypto,
    owed: Keep,
}

impl Inserted {
    pub(super) fn new(file: CardFile, crypto: SoftCrypto) -> Result<Self, CardFileError> {
        let state = file.load()?;
        // A card whose counters could not be written would be open to guessing: it must prove first that they can.
        if state.phase == Phase::Operational {
            file.store(&state)?;
        }
        Ok(Self { card: VirtualCard::new(state), file, crypto, owed: Keep::Nothing })
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
        if self.owed == Keep::Now && !self.keep() {
            return Answer::from(Sw::MEMORY).encode();
        }
        let reply = self.card.transmit(command, &self.crypto);
        self.owed = self.owed.max(reply.keep);
        if reply.keep == Keep::Now && !self.keep() {
            self.card.reset();
            return Answer::from(Sw::MEMORY).encode();
        }
        reply.bytes
    }

    fn keep(&mut self) -> bool {
        match self.store() {
            Ok(()) => true,
            Err(e) => {
                tracing::error!(code = e.code(), "a virtual card's state could not be stored");
                self.owed = Keep::Now;
                false
            }
        }
    }

    fn store(&mut self) -> Result<(), CardFileError> {
        if self.owed > Keep::Nothing {
            self.file.store(self.card.state())?;
            self.owed = Keep::Nothing;
        }
        Ok(())
    }

    /// Takes the card out. When this is well, everything that was written to the card is on disk.
    pub fn eject(mut self) -> Result<(), CardFileError> {
        self.store()
    }

    /// As if the process had been killed just now.
    #[cfg(test)]
    pub(crate) fn kill(mut self) {
        self.owed = Keep::Nothing;
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

impl Drop for Inserted {
    fn drop(&mut self) {
        self.keep();
    }
}
