//! The issuer's terminal: fills a blank card. Every step may be repeated, so that an interrupted personalisation goes on where it stopped;
//! only [`Personaliser::activate`] is final. The profile is described in `chip::issuer`.

use zeroize::Zeroizing;

use super::{CardError, PinCode, Transport, exchange::Link};
use crate::{
    CardCrypto,
    apdu::{Command, Sw},
    chip::Phase,
    crypto::{Channel, transcript},
    profile::{
        AID_MAIN, DF_PERSONAL, EF_CDF, EF_DOCUMENT_NUMBER, EF_OD, EF_PRKD, EF_TOKEN_INFO, Field, MF, Model, Pin, Slot,
        Use, pkcs15,
    },
    tlv,
};

const CHUNK: usize = 160;

/// An authenticated session with a blank card.
pub struct Personaliser<T: Transport, C: CardCrypto> {
    link: Link<T>,
    crypto: C,
    channel: Channel,
    serial: String,
    model: Model,
    slot: Slot,
}

impl<T: Transport, C: CardCrypto> Personaliser<T, C> {
    /// Proves the issuer to the card and the card to the issuer. `issuer_key` gives the key of a chip serial number
    /// (see [`crate::diversify`]).
    pub fn open(
        transport: T,
        crypto: C,
        issuer_key: impl FnOnce(&str) -> Zeroizing<[u8; 32]>,
    ) -> Result<Self, CardError> {
        let model = Model::of_atr(&transport.atr()).ok_or(CardError::NotAnEid)?;
        let mut link = Link::new(transport);
        link.select_aid(&AID_MAIN)?;
        match link.phase()? {
            Some(Phase::Personalisation) => {}
            Some(Phase::Operational) => return Err(CardError::AlreadyPersonalised),
            None => return Err(CardError::NotAnEid),
        }
        let serial = link.chip_serial()?.ok_or(CardError::NotAnEid)?;
        let key = issuer_key(&serial);
        let step = "open the issuer's session";
        let card = link.ask(step, Command::new(0x84, 0, 0).expecting(16))?;
        if card.len() != 16 {
            return Err(CardError::Malformed { step });
        }
        let mut host = [0; 16];
        crypto.random(&mut host)?;
        let proof = crypto.mac(&*key, &transcript(b"host", &host, &card));
        let answer =
            link.send(step, Command::new(0x82, 0, 1).with(&[host.as_slice(), &proof].concat()).expecting(256))?;
        match answer.sw {
            Sw::OK => {}
            Sw::SECURITY => return Err(CardError::Issuer),
            sw => return Err(CardError::Refused { step, sw }),
        }
        let expected = crypto.mac(&*key, &transcript(b"card", &host, &card));
        if !bool::from(subtle::ConstantTimeEq::ct_eq(expected.as_slice(), answer.data.as_slice())) {
            return Err(CardError::Issuer);
        }
        let channel = Channel::new(&crypto, &*key, &host, &card);
        Ok(Self { link, crypto, channel, serial, model, slot: model.first_slot() })
    }

    /// Serial number of the chip.
    pub fn chip_serial(&self) -> &str {
        &self.serial
    }
    /// The slot that is filled.
    pub fn slot(&self) -> Slot {
        self.slot
    }
    /// Gives the way to the card back.
    pub fn into_transport(self) -> T {
        self.link.into_transport()
    }

    fn ask(
        &mut self,
        step: &'static str,
        ins: u8,
        p1: u8,
        p2: u8,
        data: &[u8],
    ) -> Result<(Sw, Zeroizing<Vec<u8>>), CardError> {
        let sealed = self.channel.seal(&self.crypto, &[0x8C, ins, p1, p2], data)?;
        let mut command = Command::new(ins, p1, p2).with(&sealed).expecting(256);
        command.cla = 0x8C;
        let answer = self.link.send(step, command)?;
        // The status is believed only when it came sealed.
        match self.channel.open(&self.crypto, &answer.sw.0.to_be_bytes(), &answer.data) {
            Ok(plain) => Ok((answer.sw, plain)),
            Err(_) if answer.sw == Sw::OK => Err(CardError::Malformed { step }),
            Err(_) => Err(CardError::Refused { step, sw: answer.sw }),
        }
    }

    fn done(
        &mut self,
        step: &'static str,
        ins: u8,
        p1: u8,
        p2: u8,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CardError> {
        match self.ask(step, ins, p1, p2, data)? {
            (Sw::OK, data) => Ok(data),
            (sw, _) => Err(CardError::Refused { step, sw }),
        }
    }

    /// Generates a new key pair on the card, in place of any that was there. Gives the public point, `04 ‖ X ‖ Y`.
    pub fn generate(&mut self, usage: Use) -> Result<Vec<u8>, CardError> {
        let step = "generate a key";
        let request = self.key_request(usage);
        point(step, &self.done(step, 0x47, 0x80, 0, &request)?)
    }

    /// The public point of the key on the card, if there is one.
    pub fn public_key(&mut self, usage: Use) -> Result<Option<Vec<u8>>, CardError> {
        let step = "tell a public key";
        let request = self.key_request(usage);
        match self.ask(step, 0x47, 0x81, 0, &request)? {
            (Sw::OK, data) => point(step, &data).map(Some),
            (Sw::REFERENCE, _) => Ok(None),
            (sw, _) => Err(CardError::Refused { step, sw }),
        }
    }

    fn key_request(&self, usage: Use) -> Vec<u8> {
        let template = match usage {
            Use::Authentication => 0xA4,
            Use::Signature => 0xB6,
        };
        tlv::object(template, &tlv::object(0x84, &[self.slot.key(usage)]))
    }

    /// Writes a whole file, new or in place of an old one.
    pub fn write(&mut self, directory: u16, file: u16, content: &[u8]) -> Result<(), CardError> {
        let [a, b] = directory.to_be_bytes();
        let [c, d] = file.to_be_bytes();
        let name = tlv::object(0x51, &[a, b, c, d]);
        let size =
            u16::try_from(content.len()).map_err(|_| CardError::Refused { step: "create a file", sw: Sw::FULL })?;
        let mut fcp = name.clone();
        tlv::put(&mut fcp, 0x80, &size.to_be_bytes());
        self.done("create a file", 0xE0, 0, 0, &tlv::object(0x62, &fcp))?;
        for (i, chunk) in content.chunks(CHUNK).enumerate() {
            let mut data = name.clone();
            tlv::put(&mut data, 0x54, &((i * CHUNK) as u16).to_be_bytes());
            tlv::put(&mut data, 0x53, chunk);
            self.done("write a file", 0xD7, 0, 0, &data)?;
        }
        Ok(())
    }

    /// Writes the certificate of a key and the directory that names both.
    pub fn write_certificate(&mut self, usage: Use, der: &[u8]) -> Result<(), CardError> {
        let (home, slot) = (usage.directory(), self.slot);
        self.write(home, slot.certificate(usage), der)?;
        self.write(home, EF_PRKD, &pkcs15::key_directory(slot, usage))?;
        self.write(home, EF_CDF, &pkcs15::certificate_directory(slot, usage))?;
        let label = match usage {
            Use::Authentication => "eID authentication",
            Use::Signature => "eID signature",
        };
        let info = pkcs15::token_info(self.serial.as_bytes(), label, self.model.algorithm(usage));
        self.write(home, EF_TOKEN_INFO, &info)?;
        self.write(home, EF_OD, &pkcs15::object_directory())
    }

    /// Writes the document number and the holder's data.
    pub fn write_holder<'a>(
        &mut self,
        document_number: &str,
        fields: impl IntoIterator<Item = (Field, &'a str)>,
    ) -> Result<(), CardError> {
        self.write(MF, EF_DOCUMENT_NUMBER, &tlv::object(0x04, document_number.as_bytes()))?;
        for field in Field::ALL {
            // All files exist, so that a reader finds the end of the list.
            self.write(DF_PERSONAL, field.file(self.model), b"\0")?;
        }
        for (field, value) in fields {
            self.write(DF_PERSONAL, field.file(self.model), value.as_bytes())?;
        }
        Ok(())
    }

    /// Sets a PIN and gives it all its tries.
    pub fn put_pin(&mut self, pin: Pin, code: &PinCode) -> Result<(), CardError> {
        self.done("set a PIN", 0x24, 1, pin.reference(), code.field()).map(drop)
    }

    /// Ends the personalisation for good.
    pub fn activate(&mut self) -> Result<(), CardError> {
        self.done("end the personalisation", 0x44, 0, 0, &[]).map(drop)
    }
}

fn point(step: &'static str, data: &[u8]) -> Result<Vec<u8>, CardError> {
    match tlv::find(data, 0x7F49).and_then(|d| tlv::find(d, 0x86)) {
        Some(p) if p.len() == 97 && p.first() == Some(&4) => Ok(p.to_vec()),
        _ => Err(CardError::Malformed { step }),
    }
}

/// SubjectPublicKeyInfo (DER) of a P-384 point `04 ‖ X ‖ Y`.
pub fn p384_spki(point: &[u8]) -> Vec<u8> {
    const ALGORITHM: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";
    let mut info = tlv::object(0x30, ALGORITHM);
    tlv::put(&mut info, 0x03, &[&[0], point].concat());
    tlv::object(0x30, &info)
}
