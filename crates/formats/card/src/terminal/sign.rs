//! Using the keys.

use zeroize::Zeroizing;

use super::{CardError, Certificate, EidCard, PinCode, Transport};
use crate::{
    apdu::Command,
    profile::{DIGEST_FIELD, Model, Use},
    tlv,
};

impl<T: Transport> EidCard<T> {
    /// Signs a digest with the authentication key (PIN1): r ‖ s, 96 bytes.
    pub fn authenticate(&mut self, pin1: &PinCode, digest: &[u8]) -> Result<[u8; 96], CardError> {
        self.use_key(Use::Authentication, pin1, digest)
    }

    /// Signs a digest with the signature key (PIN2, for this one signature): r ‖ s, 96 bytes.
    pub fn sign(&mut self, pin2: &PinCode, digest: &[u8]) -> Result<[u8; 96], CardError> {
        self.use_key(Use::Signature, pin2, digest)
    }

    /// Signs with the key of `usage`, which its PIN allows.
    pub fn use_key(&mut self, usage: Use, code: &PinCode, digest: &[u8]) -> Result<[u8; 96], CardError> {
        let step = "sign";
        let field = digest_field(digest)?;
        let certificate = self.certificate(usage)?;
        self.enter(usage)?;
        self.show(usage.pin(), code)?;
        let environment = self.environment(&certificate);
        let template = match usage {
            Use::Authentication => 0xA4,
            Use::Signature => 0xB6,
        };
        self.link.ask("choose the key", Command::new(0x22, 0x41, template).with(&environment))?;
        let (ins, p1, p2) = match usage {
            Use::Authentication => (0x88, 0x00, 0x00),
            Use::Signature => (0x2A, 0x9E, 0x9A),
        };
        let answer = self.link.ask(step, Command::new(ins, p1, p2).with(&*field).expecting(256))?;
        answer.try_into().map_err(|_| CardError::Malformed { step })
    }

    /// Algorithm and key. The card's own table goes before what is known of its model: personalisations of one model differ.
    fn environment(&self, certificate: &Certificate) -> Vec<u8> {
        let known = self.model.unwrap_or(Model::LatvianV1).algorithm(certificate.usage);
        let mut data = tlv::object(0x80, certificate.algorithm.as_deref().unwrap_or(known));
        tlv::put(&mut data, 0x84, &[certificate.key]);
        data
    }
}

/// The digest as the card wants it: 48 bytes, shorter ones with zeros on the left, longer ones cut on the right as ECDSA does.
fn digest_field(digest: &[u8]) -> Result<Zeroizing<[u8; DIGEST_FIELD]>, CardError> {
    if !(20..=64).contains(&digest.len()) {
        return Err(CardError::Digest);
    }
    let mut field = Zeroizing::new([0; DIGEST_FIELD]);
    let skip = DIGEST_FIELD.saturating_sub(digest.len());
    for (to, from) in field.iter_mut().skip(skip).zip(digest) {
        *to = *from;
    }
    Ok(field)
}
