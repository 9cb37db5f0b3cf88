//! The card side and the terminal side against each other, with real cryptography, in memory and on disk.

mod disk;
mod holder;
mod issuer;
mod kill;
mod vpcd;
mod wild;

use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};
use base::SystemRandom;
use card::{
    CardError, EidCard, PinCode, Transport, TransportError, diversify,
    profile::{Field, Model, Pin, Use},
    terminal::Personaliser,
};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::{Inserted, SoftCrypto, Tray};

const SERIAL: &str = "C0FFEE01";
const MASTER: &[u8] = b"the issuer's master key of tests";

fn crypto() -> SoftCrypto {
    SoftCrypto::new(Arc::new(SystemRandom::new()))
}

fn key(serial: &str) -> Zeroizing<[u8; 32]> {
    diversify(&crypto(), MASTER, serial.as_bytes())
}

fn pin(pin: Pin, digits: &str) -> PinCode {
    PinCode::new(pin, digits).unwrap()
}

fn tray(directory: &TempDir) -> Tray {
    Tray::open(directory.path(), Arc::new(SystemRandom::new())).unwrap()
}

/// A file of this length looks like a certificate to a card: a sequence.
fn certificate(usage: Use, point: &[u8]) -> Vec<u8> {
    card::tlv::object(0x30, &[&[usage.object_id()], point, &[0x55; 1100]].concat())
}

/// Fills a blank card; the wire breaks after `at_most` commands.
fn fill<T: Transport>(transport: T, at_most: usize, lose: Lose) -> Result<(), CardError> {
    let mut p = Personaliser::open(Cut { inner: transport, left: at_most, lose }, crypto(), key)?;
    for usage in Use::ALL {
        let point = match p.public_key(usage)? {
            Some(point) => point,
            None => p.generate(usage)?,
        };
        p.write_certificate(usage, &certificate(usage, &point))?;
    }
    p.write_holder(
        "PA0000001",
        [(Field::Surname, "Ozoliņa"), (Field::GivenNames, "Andra"), (Field::DocumentNumber, "PA0000001")],
    )?;
    for (which, digits) in [(Pin::Pin1, "1234"), (Pin::Pin2, "123456"), (Pin::Puk, "12345678")] {
        p.put_pin(which, &pin(which, digits))?;
    }
    p.activate()
}

/// What gets lost when the wire breaks.
#[derive(Clone, Copy)]
enum Lose {
    Command,
    Answer,
}

struct Cut<T> {
    inner: T,
    left: usize,
    lose: Lose,
}

impl<T: Transport> Transport for Cut<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            return self.inner.transmit(command);
        }
        if let Lose::Answer = self.lose {
            self.inner.transmit(command)?;
        }
        Err(TransportError::Removed)
    }
    fn atr(&self) -> Vec<u8> {
        self.inner.atr()
    }
}

/// A filled card in the reader.
fn filled(tray: &Tray, model: Model) -> Inserted {
    tray.create(model, SERIAL, &key(SERIAL)).unwrap();
    let mut card = tray.insert(SERIAL).unwrap();
    fill(&mut card, usize::MAX, Lose::Command).unwrap();
    card
}

fn eid(card: &mut Inserted) -> EidCard<&mut Inserted> {
    EidCard::connect(card).unwrap()
}

/// Whether a signature over an already hashed message is the card's: the point stands in the file behind its first two bytes.
fn verifies(der: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (outer, _) = card::tlv::read(der).unwrap();
    let point = &outer.value[1..98];
    UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(message, signature).is_ok()
}
