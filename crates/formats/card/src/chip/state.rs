//! What a card keeps when the power goes: files, keys, PINs and their counters.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    KeyPair,
    profile::{Model, PIN_FIELD, Pin, TRIES},
};

/// Phase of a card's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Blank: the issuer may fill it.
    Personalisation,
    /// In its holder's hands.
    Operational,
}

impl Phase {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Personalisation => 3,
            Self::Operational => 5,
        }
    }
    pub(crate) fn of_byte(byte: u8) -> Option<Self> {
        match byte {
            3 => Some(Self::Personalisation),
            5 => Some(Self::Operational),
            _ => None,
        }
    }
}

/// Everything a card keeps. To be stored sealed: it holds the private keys.
#[derive(Clone, Serialize, Deserialize)]
pub struct State {
    /// Which kind of card it plays.
    pub model: Model,
    /// Serial number of the chip.
    pub serial: String,
    /// Phase of life.
    pub phase: Phase,
    #[serde(with = "hex")]
    pub(super) issuer_key: Vec<u8>,
    pub(super) files: Vec<File>,
    pub(super) keys: Vec<Key>,
    pub(super) pins: Vec<PinState>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct File {
    pub(super) directory: u16,
    pub(super) name: u16,
    #[serde(with = "hex")]
    pub(super) content: Vec<u8>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) reference: u8,
    #[serde(with = "hex")]
    pub(super) private: Vec<u8>,
    #[serde(with = "hex")]
    pub(super) public: Vec<u8>,
}

impl Key {
    pub(super) fn pair(&self) -> KeyPair {
        KeyPair { private: Zeroizing::new(self.private.clone()), public: self.public.clone() }
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct PinState {
    pub(super) pin: Pin,
    #[serde(with = "hex")]
    pub(super) value: Vec<u8>,
    pub(super) tries: u8,
    pub(super) max: u8,
}

impl Drop for Key {
    fn drop(&mut self) {
        self.private.zeroize();
    }
}

impl Drop for PinState {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.issuer_key.zeroize();
    }
}

impl State {
    /// A blank card of the chip `serial`, which only the holder of `issuer_key` can fill.
    pub fn blank(model: Model, serial: &str, issuer_key: &[u8; 32]) -> Self {
        let pins = Pin::ALL.map(|pin| PinState { pin, value: Vec::new(), tries: TRIES, max: TRIES }).into();
        Self {
            model,
            serial: serial.to_owned(),
            phase: Phase::Personalisation,
            issuer_key: issuer_key.to_vec(),
            files: Vec::new(),
            keys: Vec::new(),
            pins,
        }
    }

    /// Content of a file.
    pub fn file(&self, directory: u16, name: u16) -> Option<&[u8]> {
        self.files.iter().find(|f| f.directory == directory && f.name == name).map(|f| f.content.as_slice())
    }
    /// Tries left of a PIN.
    pub fn tries(&self, pin: Pin) -> u8 {
        self.pin(pin).map_or(0, |p| p.tries)
    }
    pub(super) fn file_mut(&mut self, directory: u16, name: u16) -> Option<&mut File> {
        self.files.iter_mut().find(|f| f.directory == directory && f.name == name)
    }
    pub(super) fn key(&self, reference: u8) -> Option<&Key> {
        self.keys.iter().find(|k| k.reference == reference)
    }
    pub(super) fn pin(&self, pin: Pin) -> Option<&PinState> {
        self.pins.iter().find(|p| p.pin == pin)
    }
    pub(super) fn pin_mut(&mut self, pin: Pin) -> Option<&mut PinState> {
        self.pins.iter_mut().find(|p| p.pin == pin)
    }
    /// Whether `field` is a PIN of this card: digits, at least as many as the model wants, then only FF.
    pub(super) fn well_formed(&self, pin: Pin, field: &[u8]) -> bool {
        let digits = field.iter().take_while(|b| b.is_ascii_digit()).count();
        field.len() == PIN_FIELD
            && digits >= self.model.min_digits(pin)
            && field.iter().skip(digits).all(|b| *b == 0xFF)
    }
}

mod hex {
    use std::fmt::Write as _;

    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use zeroize::Zeroizing;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
        for b in bytes {
            let _ = write!(text, "{b:02x}");
        }
        s.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        let text = Zeroizing::new(String::deserialize(d)?);
        let digit = |c: &u8| char::from(*c).to_digit(16).map(|v| v as u8);
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let bytes: Option<Vec<u8>> = pairs.iter().map(|[hi, lo]| Some(digit(hi)? << 4 | digit(lo)?)).collect();
        match bytes {
            Some(bytes) if rest.is_empty() => Ok(bytes),
            _ => Err(D::Error::custom("pairs of hexadecimal digits")),
        }
    }
}
