//! PINs at the terminal: they live shortly and are wiped.

use std::fmt;

use zeroize::Zeroizing;

use super::{CardError, EidCard, Transport};
use crate::{
    apdu::{Command, Sw},
    profile::{AID_MAIN, Model, PIN_FIELD, Pin, Use},
};

/// The digits of a PIN, as the card wants them: filled up with FF. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct PinCode(Zeroizing<[u8; PIN_FIELD]>);

impl fmt::Debug for PinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinCode(…)")
    }
}

impl PinCode {
    /// Takes 4 to 12 digits for `pin`. What cannot be that PIN on any card is refused here and costs no try.
    pub fn new(pin: Pin, digits: &str) -> Result<Self, CardError> {
        let min = Model::ALL.into_iter().map(|m| m.min_digits(pin)).min().unwrap_or(4);
        let bytes = digits.as_bytes();
        if bytes.len() < min || bytes.len() > PIN_FIELD || !bytes.iter().all(u8::is_ascii_digit) {
            return Err(CardError::PinFormat { pin, min });
        }
        let mut field = Zeroizing::new([0xFF; PIN_FIELD]);
        for (to, from) in field.iter_mut().zip(bytes) {
            *to = *from;
        }
        Ok(Self(field))
    }
    pub(crate) fn field(&self) -> &[u8; PIN_FIELD] {
        &self.0
    }
    fn digits(&self) -> usize {
        self.0.iter().take_while(|b| b.is_ascii_digit()).count()
    }
}

/// The meaning of a status after a PIN was shown.
fn judge(pin: Pin, step: &'static str, sw: Sw) -> Result<(), CardError> {
    match sw {
        Sw::OK => Ok(()),
        Sw::BLOCKED => Err(CardError::Blocked { pin }),
        sw => match sw.tries() {
            Some(0) => Err(CardError::Blocked { pin }),
            Some(tries) => Err(CardError::WrongPin { pin, tries }),
            None => Err(CardError::Refused { step, sw }),
        },
    }
}

impl<T: Transport> EidCard<T> {
    fn at_home(&mut self, pin: Pin) -> Result<(), CardError> {
        match pin {
            Pin::Pin2 => self.enter(Use::Signature),
            Pin::Pin1 | Pin::Puk => self.link.select_aid(&AID_MAIN),
        }
    }

    fn long_enough(&self, pin: Pin, code: &PinCode) -> Result<(), CardError> {
        let min = self.model.map_or(0, |m| m.min_digits(pin));
        if code.digits() < min { Err(CardError::PinFormat { pin, min }) } else { Ok(()) }
    }

    /// Shows a PIN to the card.
    pub fn verify(&mut self, pin: Pin, code: &PinCode) -> Result<(), CardError> {
        self.long_enough(pin, code)?;
        self.at_home(pin)?;
        self.show(pin, code)
    }

    pub(super) fn show(&mut self, pin: Pin, code: &PinCode) -> Result<(), CardError> {
        let step = "check the PIN";
        let answer = self.link.send(step, Command::new(0x20, 0, pin.reference()).with(code.field()))?;
        judge(pin, step, answer.sw)
    }

    /// Replaces a PIN.
    pub fn change(&mut self, pin: Pin, old: &PinCode, new: &PinCode) -> Result<(), CardError> {
        let step = "change the PIN";
        self.long_enough(pin, new)?;
        self.at_home(pin)?;
        let data = Zeroizing::new([*old.field(), *new.field()].concat());
        let answer = self.link.send(step, Command::new(0x24, 0, pin.reference()).with(&data))?;
        judge(pin, step, answer.sw)
    }

    /// Frees a blocked PIN with the PUK and sets it anew.
    pub fn unblock(&mut self, pin: Pin, puk: &PinCode, new: &PinCode) -> Result<(), CardError> {
        let step = "free the PIN";
        self.long_enough(pin, new)?;
        self.link.select_aid(&AID_MAIN)?;
        self.show(Pin::Puk, puk)?;
        if pin == Pin::Pin2 {
            self.link.select_aid(Use::Signature.aid())?;
        }
        let answer = self.link.send(step, Command::new(0x2C, 2, pin.reference()).with(new.field()))?;
        judge(pin, step, answer.sw)
    }
}
