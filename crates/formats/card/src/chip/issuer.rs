//! The issuer's commands: how a blank card is filled. This part is our own personalisation profile; no public document tells that of the
//! real chip's maker.
//!
//! 1. GET CHALLENGE gives 16 bytes. MUTUAL AUTHENTICATE sends the host's 16 bytes and HMAC(K, "host", challenges); the card answers
//!    HMAC(K, "card", challenges). K is the chip's own issuer key, derived from a master key and the chip's serial number.
//! 2. Both sides derive a session key. Every following issuer command has class 8C; its data, and the answer's data, are sealed with
//!    AES-256-GCM under a counter, the command header (or the status word) authenticated with it. One false byte ends the session.
//! 3. CREATE FILE, UPDATE BINARY, GENERATE KEY PAIR, CHANGE REFERENCE DATA (new value only) and at last ACTIVATE, which ends the
//!    personalisation for good. All but ACTIVATE may be repeated: an interrupted personalisation goes on where it stopped.

use subtle::ConstantTimeEq as _;

use super::{
    Keep, Phase, VirtualCard,
    state::{File, Key},
};
use crate::{
    CardCrypto,
    apdu::{Answer, Command, Sw},
    crypto::{Channel, transcript},
    profile::{ADF1, ADF2, DF_PERSONAL, EF_CDF, EF_OD, EF_PRKD, MF, PIN_FIELD, Pin, Slot, Use},
    tlv,
};

const MAX_FILE: usize = 8192;
const MAX_FILES: usize = 64;

impl VirtualCard {
    pub(super) fn challenge(&mut self, c: &Command, crypto: &dyn CardCrypto) -> Answer {
        if (c.p1, c.p2) != (0, 0) {
            return Sw::PARAMETERS.into();
        }
        if self.state.phase != Phase::Personalisation {
            return Sw::CONDITIONS.into();
        }
        let mut challenge = [0; 16];
        if crypto.random(&mut challenge).is_err() {
            return Sw::FAILED.into();
        }
        self.session.challenge = Some(challenge);
        Answer::ok(challenge.to_vec())
    }

    pub(super) fn mutual_authenticate(&mut self, c: &Command, crypto: &dyn CardCrypto) -> Answer {
        self.session.channel = None;
        if (c.p1, c.p2) != (0, 1) {
            return Sw::PARAMETERS.into();
        }
        let Some(challenge) = self.session.challenge.take().filter(|_| self.state.phase == Phase::Personalisation)
        else {
            return Sw::CONDITIONS.into();
        };
        let Some((host, proof)) = c.data.split_at_checked(16).filter(|(_, p)| p.len() == 32) else {
            return Sw::LENGTH.into();
        };
        let expected = crypto.mac(&self.state.issuer_key, &transcript(b"host", host, &challenge));
        if !bool::from(expected.as_slice().ct_eq(proof)) {
            return Sw::SECURITY.into();
        }
        self.session.channel = Some(Channel::new(crypto, &self.state.issuer_key, host, &challenge));
        Answer::ok(crypto.mac(&self.state.issuer_key, &transcript(b"card", host, &challenge)).to_vec())
    }

    pub(super) fn secured(&mut self, c: &Command, crypto: &dyn CardCrypto) -> Answer {
        let Some(mut channel) = self.session.channel.take() else {
            return Sw::SECURITY.into();
        };
        let Ok(plain) = channel.open(crypto, &[c.cla, c.ins, c.p1, c.p2], &c.data) else {
            return Sw::SECURE_OBJECT.into();
        };
        let answer = self.personalise(c, &plain, crypto).unwrap_or_else(Answer::from);
        let Ok(data) = channel.seal(crypto, &answer.sw.0.to_be_bytes(), &answer.data) else {
            return Sw::FAILED.into();
        };
        if self.state.phase == Phase::Personalisation {
            self.session.channel = Some(channel);
        }
        Answer { data, sw: answer.sw }
    }

    fn personalise(&mut self, c: &Command, data: &[u8], crypto: &dyn CardCrypto) -> Result<Answer, Sw> {
        if self.state.phase != Phase::Personalisation {
            return Err(Sw::CONDITIONS);
        }
        match (c.ins, c.p1, c.p2) {
            (0xE0, 0, 0) => self.create_file(data),
            (0xD7, 0, 0) => self.update_file(data),
            (0x47, 0x80, 0) => self.generate(data, crypto),
            (0x47, 0x81, 0) => self.public_key(data),
            (0x24, 1, reference) => self.put_pin(reference, data),
            (0x44, 0, 0) => self.activate(),
            (0xE0 | 0xD7 | 0x47 | 0x24 | 0x44, ..) => Err(Sw::PARAMETERS),
            _ => Err(Sw::INSTRUCTION),
        }
    }

    /// `62 { 51 directory and file · 80 size }`: a new file of zeros, or the old one emptied.
    fn create_file(&mut self, data: &[u8]) -> Result<Answer, Sw> {
        let fcp = tlv::find(data, 0x62).ok_or(Sw::DATA)?;
        let (directory, name) = file_reference(fcp)?;
        let size =
            tlv::find(fcp, 0x80).and_then(|s| <[u8; 2]>::try_from(s).ok()).map(u16::from_be_bytes).ok_or(Sw::DATA)?;
        let size = usize::from(size);
        if ![MF, ADF1, ADF2, DF_PERSONAL].contains(&directory) {
            return Err(Sw::NOT_FOUND);
        }
        let others = self.state.files.iter().filter(|f| (f.directory, f.name) != (directory, name)).count();
        if size > MAX_FILE || others >= MAX_FILES {
            return Err(Sw::FULL);
        }
        self.state.files.retain(|f| (f.directory, f.name) != (directory, name));
        self.state.files.push(File { directory, name, content: vec![0; size] });
        self.keep = Keep::Soon;
        Ok(Sw::OK.into())
    }

    /// `51 directory and file · 54 offset · 53 bytes`.
    fn update_file(&mut self, data: &[u8]) -> Result<Answer, Sw> {
        let (directory, name) = file_reference(data)?;
        let offset =
            tlv::find(data, 0x54).and_then(|s| <[u8; 2]>::try_from(s).ok()).map(u16::from_be_bytes).ok_or(Sw::DATA)?;
        let bytes = tlv::find(data, 0x53).ok_or(Sw::DATA)?;
        let file = self.state.file_mut(directory, name).ok_or(Sw::NOT_FOUND)?;
        let start = usize::from(offset);
        file.content.get_mut(start..start + bytes.len()).ok_or(Sw::OFFSET)?.copy_from_slice(bytes);
        self.keep = Keep::Soon;
        Ok(Sw::OK.into())
    }

    fn generate(&mut self, data: &[u8], crypto: &dyn CardCrypto) -> Result<Answer, Sw> {
        let reference = key_reference(data)?;
        let pair = crypto.generate().map_err(|_| Sw::FAILED)?;
        self.state.keys.retain(|k| k.reference != reference);
        self.state.keys.push(Key { reference, private: pair.private.to_vec(), public: pair.public });
        self.keep = Keep::Now;
        self.public_key(data)
    }

    fn public_key(&self, data: &[u8]) -> Result<Answer, Sw> {
        let key = self.state.key(key_reference(data)?).ok_or(Sw::REFERENCE)?;
        Ok(Answer::ok(tlv::object(0x7F49, &tlv::object(0x86, &key.public))))
    }

    fn put_pin(&mut self, reference: u8, data: &[u8]) -> Result<Answer, Sw> {
        let pin = Pin::of_reference(reference).ok_or(Sw::REFERENCE)?;
        if data.len() != PIN_FIELD {
            return Err(Sw::LENGTH);
        }
        if !self.state.well_formed(pin, data) {
            return Err(Sw::DATA);
        }
        self.session.verified.retain(|p| *p != pin);
        self.store(pin, data)?;
        Ok(Sw::OK.into())
    }

    /// Ends the personalisation, if the card is whole: PINs, and in each application directory, key and certificate of one slot.
    fn activate(&mut self) -> Result<Answer, Sw> {
        let whole = |usage: Use| {
            let here = usage.directory();
            let key = |s: &Slot| {
                self.state.key(s.key(usage)).is_some() && self.state.file(here, s.certificate(usage)).is_some()
            };
            [EF_OD, EF_PRKD, EF_CDF].iter().all(|f| self.state.file(here, *f).is_some()) && Slot::ALL.iter().any(key)
        };
        let secrets = Pin::ALL.iter().all(|p| self.state.pin(*p).is_some_and(|p| !p.value.is_empty()));
        if !secrets || !Use::ALL.into_iter().all(whole) {
            return Err(Sw::CONDITIONS);
        }
        self.state.phase = Phase::Operational;
        self.keep = Keep::Now;
        Ok(Sw::OK.into())
    }
}

fn file_reference(data: &[u8]) -> Result<(u16, u16), Sw> {
    match tlv::find(data, 0x51) {
        Some(&[a, b, c, d]) => Ok((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))),
        _ => Err(Sw::DATA),
    }
}

/// `A4 { 84 key }` or `B6 { 84 key }`.
fn key_reference(data: &[u8]) -> Result<u8, Sw> {
    for (template, usage) in [(0xA4, Use::Authentication), (0xB6, Use::Signature)] {
        if let Some(&[key]) = tlv::find(data, template).and_then(|t| tlv::find(t, 0x84)) {
            return match Slot::of_key(key) {
                Some((_, u)) if u == usage => Ok(key),
                _ => Err(Sw::REFERENCE),
            };
        }
    }
    Err(Sw::DATA)
}
