//! MANAGE SECURITY ENVIRONMENT, INTERNAL AUTHENTICATE, PERFORM SECURITY OPERATION.

use super::VirtualCard;
use crate::{
    CardCrypto,
    apdu::{Answer, Command, Sw},
    profile::{DIGEST_FIELD, Pin, Slot, Use},
    tlv,
};

impl VirtualCard {
    pub(super) fn manage_environment(&mut self, c: &Command) -> Answer {
        let usage = match (c.p1, c.p2) {
            (0x41, 0xA4) => Use::Authentication,
            (0x41, 0xB6) => Use::Signature,
            _ => return Sw::PARAMETERS.into(),
        };
        self.session.environment = None;
        // The algorithm (tag 80) is not looked at: a key of this profile has but one.
        let Some(&[key]) = tlv::find(&c.data, 0x84) else {
            return Sw::DATA.into();
        };
        match Slot::of_key(key) {
            Some((_, u))
                if u == usage && self.session.directory == usage.directory() && self.state.key(key).is_some() =>
            {
                self.session.environment = Some((usage, key));
                Sw::OK.into()
            }
            _ => Sw::REFERENCE.into(),
        }
    }

    pub(super) fn internal_authenticate(&mut self, c: &Command, crypto: &dyn CardCrypto) -> Answer {
        if (c.p1, c.p2) != (0, 0) {
            return Sw::PARAMETERS.into();
        }
        self.use_key(Use::Authentication, c, crypto)
    }

    pub(super) fn perform(&mut self, c: &Command, crypto: &dyn CardCrypto) -> Answer {
        if (c.p1, c.p2) != (0x9E, 0x9A) {
            return Sw::FUNCTION.into();
        }
        self.use_key(Use::Signature, c, crypto)
    }

    fn use_key(&mut self, usage: Use, c: &Command, crypto: &dyn CardCrypto) -> Answer {
        let pin = usage.pin();
        if !self.is_verified(pin) || self.state.pin(pin).is_none_or(|p| p.tries == 0) {
            return Sw::SECURITY.into();
        }
        let Some((_, key)) = self.session.environment.filter(|(u, _)| *u == usage) else {
            return Sw::CONDITIONS.into();
        };
        // The signature key wants the whole field; the authentication key takes a shorter digest as it is.
        let short = usage == Use::Authentication && (20..DIGEST_FIELD).contains(&c.data.len());
        if c.data.len() != DIGEST_FIELD && !short {
            return Sw::LENGTH.into();
        }
        let mut digest = [0; DIGEST_FIELD];
        for (to, from) in digest.iter_mut().rev().zip(c.data.iter().rev()) {
            *to = *from;
        }
        // One PIN2, one signature: the verification is used up whatever comes of it.
        if pin == Pin::Pin2 {
            self.session.verified.retain(|p| *p != pin);
        }
        let Some(key) = self.state.key(key) else {
            return Sw::REFERENCE.into();
        };
        match crypto.sign(&key.pair(), &digest) {
            Ok(signature) => Answer::ok(signature.to_vec()),
            Err(_) => Sw::FAILED.into(),
        }
    }
}
