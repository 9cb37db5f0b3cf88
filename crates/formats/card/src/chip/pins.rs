//! VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER.

use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::{Keep, Phase, VirtualCard};
use crate::{
    apdu::{Answer, Command, Sw},
    profile::{ADF2, PIN_FIELD, Pin},
};

impl VirtualCard {
    /// The PIN a command means. PIN2 is local: it exists only inside the signature application.
    fn pin_of(&self, reference: u8) -> Result<Pin, Sw> {
        let pin = Pin::of_reference(reference).ok_or(Sw::REFERENCE)?;
        if pin == Pin::Pin2 && self.session.directory != ADF2 {
            return Err(Sw::REFERENCE);
        }
        Ok(pin)
    }

    /// Compares once. A wrong value uses up a try, the right one gives all back.
    fn compare(&mut self, pin: Pin, field: &[u8]) -> Result<(), Sw> {
        self.session.verified.retain(|p| *p != pin);
        let p = self.state.pin_mut(pin).ok_or(Sw::REFERENCE)?;
        if p.value.is_empty() {
            return Err(Sw::NOT_SET);
        }
        if p.tries == 0 {
            return Err(Sw::BLOCKED);
        }
        if bool::from(p.value.as_slice().ct_eq(field)) {
            if p.tries != p.max {
                p.tries = p.max;
                self.keep = Keep::Now;
            }
            return Ok(());
        }
        p.tries -= 1;
        self.keep = Keep::Now;
        Err(Sw::wrong_pin(p.tries))
    }

    pub(super) fn verify(&mut self, c: &Command) -> Answer {
        self.try_verify(c).err().unwrap_or(Sw::OK).into()
    }

    fn try_verify(&mut self, c: &Command) -> Result<(), Sw> {
        let pin = self.pin_of(c.p2)?;
        match (c.p1, c.data.len()) {
            // P1 = FF takes the verified status back.
            (0xFF, 0) => {
                self.session.verified.retain(|p| *p != pin);
                Ok(())
            }
            (0, 0) => self.pin_status(pin),
            (0, PIN_FIELD) => {
                self.compare(pin, &c.data)?;
                self.session.verified.push(pin);
                Ok(())
            }
            (0, _) => Err(Sw::LENGTH),
            _ => Err(Sw::PARAMETERS),
        }
    }

    fn pin_status(&self, pin: Pin) -> Result<(), Sw> {
        let p = self.state.pin(pin).ok_or(Sw::REFERENCE)?;
        match p.tries {
            _ if p.value.is_empty() => Err(Sw::NOT_SET),
            0 => Err(Sw::BLOCKED),
            _ if self.is_verified(pin) => Ok(()),
            n => Err(Sw::wrong_pin(n)),
        }
    }

    pub(super) fn change(&mut self, c: &Command) -> Answer {
        self.try_change(c).err().unwrap_or(Sw::OK).into()
    }

    fn try_change(&mut self, c: &Command) -> Result<(), Sw> {
        let pin = self.pin_of(c.p2)?;
        if c.p1 != 0 {
            return Err(Sw::PARAMETERS);
        }
        let (old, new) = c.data.split_at_checked(PIN_FIELD).filter(|(_, n)| n.len() == PIN_FIELD).ok_or(Sw::LENGTH)?;
        // The new value is looked at first, so that a slip of the finger does not cost a try.
        if !self.state.well_formed(pin, new) {
            return Err(Sw::DATA);
        }
        self.compare(pin, old)?;
        self.store(pin, new)
    }

    pub(super) fn store(&mut self, pin: Pin, field: &[u8]) -> Result<(), Sw> {
        let p = self.state.pin_mut(pin).ok_or(Sw::REFERENCE)?;
        p.value.zeroize();
        p.value = field.to_vec();
        p.tries = p.max;
        self.keep = self.keep.max(if self.state.phase == Phase::Personalisation { Keep::Soon } else { Keep::Now });
        Ok(())
    }

    pub(super) fn reset_retry(&mut self, c: &Command) -> Answer {
        self.try_reset_retry(c).err().unwrap_or(Sw::OK).into()
    }

    /// P1: 0 PUK and new PIN · 1 PUK · 2 new PIN, the PUK verified before · 3 nothing, the PUK verified before.
    fn try_reset_retry(&mut self, c: &Command) -> Result<(), Sw> {
        let pin = self.pin_of(c.p2)?;
        if pin == Pin::Puk {
            return Err(Sw::REFERENCE);
        }
        let data = Zeroizing::new(c.data.clone());
        let (puk, new) = match (c.p1, data.len()) {
            (0 | 2, PIN_FIELD) => (None, Some(data.as_slice())),
            (0, _) => data
                .split_at_checked(PIN_FIELD)
                .filter(|(_, n)| n.len() == PIN_FIELD)
                .map(|(p, n)| (Some(p), Some(n)))
                .ok_or(Sw::LENGTH)?,
            (1, PIN_FIELD) => (Some(data.as_slice()), None),
            (3, 0) => (None, None),
            (1..=3, _) => return Err(Sw::LENGTH),
            _ => return Err(Sw::PARAMETERS),
        };
        if new.is_some_and(|n| !self.state.well_formed(pin, n)) {
            return Err(Sw::DATA);
        }
        match puk {
            Some(puk) => self.compare(Pin::Puk, puk)?,
            None if self.is_verified(Pin::Puk) => {}
            None => return Err(Sw::SECURITY),
        }
        self.session.verified.retain(|p| *p != pin);
        match new {
            Some(new) => self.store(pin, new),
            None => {
                let p = self.state.pin_mut(pin).ok_or(Sw::REFERENCE)?;
                if p.value.is_empty() {
                    return Err(Sw::NOT_SET);
                }
                p.tries = p.max;
                self.keep = Keep::Now;
                Ok(())
            }
        }
    }
}
