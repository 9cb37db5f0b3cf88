//! The terminal side: what a program does with a card in a reader, real or virtual.

mod error;
mod exchange;
mod info;
mod personalise;
mod pin;
mod sign;

pub use error::{CardError, Transport, TransportError};
pub use info::{Certificate, Info};
pub use personalise::{Personaliser, p384_spki};
pub use pin::PinCode;

use crate::{
    chip::Phase,
    profile::{AID_MAIN, Model, Use},
};
use exchange::Link;

/// An eID card.
pub struct EidCard<T: Transport> {
    link: Link<T>,
    model: Option<Model>,
}

impl<T: Transport> EidCard<T> {
    /// Finds the eID application. A card that is still blank is refused.
    pub fn connect(transport: T) -> Result<Self, CardError> {
        let model = Model::of_atr(&transport.atr());
        let mut link = Link::new(transport);
        match link.select_aid(&AID_MAIN) {
            Ok(()) => {}
            Err(CardError::Refused { .. }) => return Err(CardError::NotAnEid),
            Err(e) => return Err(e),
        }
        if link.phase()? == Some(Phase::Personalisation) {
            return Err(CardError::Blank);
        }
        Ok(Self { link, model })
    }

    /// What the answer to reset tells.
    pub fn model(&self) -> Option<Model> {
        self.model
    }
    /// Gives the way to the card back.
    pub fn into_transport(self) -> T {
        self.link.into_transport()
    }

    fn enter(&mut self, usage: Use) -> Result<(), CardError> {
        self.link.select_aid(&AID_MAIN)?;
        self.link.select_aid(usage.aid())
    }
}
