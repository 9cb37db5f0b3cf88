//! The identity card: command and answer, the Latvian eID application profile, and both of its sides.
//!
//! * [`apdu`], [`tlv`]: the bytes of ISO 7816-4.
//! * [`profile`]: names, files, keys and PINs of the application, and its PKCS #15 directory.
//! * [`chip`]: the card side: a whole card as a state machine ([`chip::VirtualCard`]).
//! * [`terminal`]: the terminal side: what a program does with a card ([`terminal::EidCard`]), and how an issuer fills a blank one
//!   ([`terminal::Personaliser`]).
//!
//! Pure: keys, randomness and ciphers come through [`CardCrypto`], bytes through [`Transport`].
#![deny(clippy::indexing_slicing)]

pub mod apdu;
pub mod chip;
mod crypto;
pub mod profile;
pub mod terminal;
pub mod tlv;

pub use crypto::{CardCrypto, CryptoError, KeyPair, diversify};
pub use terminal::{CardError, EidCard, PinCode, Transport, TransportError};

/// Texts of the errors of cards, Latvian (Fluent).
pub const LOCALE_LV: &str = include_str!("../locale/lv.ftl");
/// Texts of the errors of cards, English (Fluent).
pub const LOCALE_EN: &str = include_str!("../locale/en.ftl");

#[cfg(test)]
mod tests;
