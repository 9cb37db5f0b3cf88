//! Reading: document number, holder's data, certificates, tries.

use std::collections::BTreeMap;

use super::{CardError, EidCard, Transport};
use crate::{
    apdu::{Command, Sw},
    profile::{DF_PERSONAL, EF_DOCUMENT_NUMBER, EF_OD, EF_TOKEN_INFO, Field, MF, Model, Pin, Slot, Use, pkcs15},
    tlv,
};

/// What a card tells without a PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Kind of card, if its answer to reset is known.
    pub model: Option<Model>,
    /// Document number.
    pub document_number: Option<String>,
    /// Chip serial number.
    pub chip_serial: Option<String>,
    /// Holder's data, as far as the card has it.
    pub holder: BTreeMap<Field, String>,
    /// Tries left of PIN1, PIN2, PUK.
    pub tries: BTreeMap<Pin, u8>,
}

/// A certificate on the card, and the key that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What it is for.
    pub usage: Use,
    /// What the card wants to be told about the algorithm, if its table says so.
    pub algorithm: Option<Vec<u8>>,
    /// Reference of its key.
    pub key: u8,
    /// X.509, DER.
    pub der: Vec<u8>,
}

/// Certificate file, key reference, algorithm reference.
type Found = (u16, u8, Option<Vec<u8>>);

impl<T: Transport> EidCard<T> {
    /// Reads everything that needs no PIN but the certificates.
    pub fn info(&mut self) -> Result<Info, CardError> {
        let number = self.link.read_file(MF, EF_DOCUMENT_NUMBER)?;
        let document_number = number.as_deref().and_then(|n| tlv::find(n, 0x04)).and_then(text);
        let mut holder = BTreeMap::new();
        let model = self.model.unwrap_or(Model::LatvianV1);
        let mut fields = Field::ALL;
        fields.sort_by_key(|f| f.file(model));
        for field in fields {
            // Files are filled from the first on: a card that lacks one has none of the following.
            let Some(content) = self.link.read_file(DF_PERSONAL, field.file(model))? else { break };
            if let Some(value) = text(&content) {
                holder.insert(field, value);
            }
        }
        let mut tries = BTreeMap::new();
        for pin in Pin::ALL {
            if let Some(left) = self.tries(pin)? {
                tries.insert(pin, left);
            }
        }
        Ok(Info { model: self.model, document_number, chip_serial: self.link.chip_serial()?, holder, tries })
    }

    /// Tries left of a PIN; `None` if the card does not tell.
    pub fn tries(&mut self, pin: Pin) -> Result<Option<u8>, CardError> {
        let reference = pin.reference() & 0x7F;
        if pin == Pin::Pin2 {
            self.enter(Use::Signature)?;
        }
        let query = [0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, reference, 0x02, 0xA0, 0x80];
        let answer =
            self.link.send("tell the tries left", Command::new(0xCB, 0x3F, 0xFF).with(&query).expecting(256))?;
        if answer.sw != Sw::OK {
            return Ok(None);
        }
        let counters = tlv::find(&answer.data, 0x70)
            .and_then(|d| tlv::find(d, 0x00BF_8100 | u32::from(reference)))
            .and_then(|d| tlv::find(d, 0xA0))
            .ok_or(CardError::Malformed { step: "tell the tries left" })?;
        Ok(tlv::find(counters, 0x9B).and_then(|v| v.first().copied()))
    }

    /// The certificate for `usage`: the one that the card's directory names, in either slot.
    pub fn certificate(&mut self, usage: Use) -> Result<Certificate, CardError> {
        let home = usage.directory();
        let (file, key, algorithm) = match self.directory(usage)? {
            Some(found) => found,
            None => self.guess(usage)?.map(|(file, key)| (file, key, None)).ok_or(CardError::NoCertificate(usage))?,
        };
        let content = self.link.read_file(home, file)?.ok_or(CardError::NoCertificate(usage))?;
        let step = "read the certificate";
        if matches!(content.first(), None | Some(0x00 | 0xFF)) {
            return Err(CardError::NoCertificate(usage));
        }
        // The file may be longer than the certificate in it.
        let (outer, rest) = tlv::read(&content).map_err(|_| CardError::Malformed { step })?;
        if outer.tag != 0x30 {
            return Err(CardError::Malformed { step });
        }
        let der = content.get(..content.len() - rest.len()).unwrap_or(&content).to_vec();
        Ok(Certificate { usage, algorithm, key, der })
    }

    /// Follows `EF.OD` to the certificate's file, the key's reference and its algorithm.
    fn directory(&mut self, usage: Use) -> Result<Option<Found>, CardError> {
        let home = usage.directory();
        let Some(od) = self.link.read_file(home, EF_OD)? else { return Ok(None) };
        let Some((keys, certificates)) = pkcs15::read_object_directory(&od) else { return Ok(None) };
        let Some(certificates) = self.link.read_file(home, certificates)? else { return Ok(None) };
        let Some(file) = pkcs15::read_certificate_directory(&certificates) else { return Ok(None) };
        let keys = self.link.read_file(home, keys)?.unwrap_or_default();
        let of_slot = Slot::ALL.into_iter().find(|s| s.certificate(usage) == file).map(|s| s.key(usage));
        let info = self.link.read_file(home, EF_TOKEN_INFO)?.unwrap_or_default();
        let algorithm = pkcs15::read_algorithm(&keys, &info);
        Ok(pkcs15::read_key_directory(&keys).or(of_slot).map(|key| (file, key, algorithm)))
    }

    /// A card without directory: the first slot that holds a certificate.
    fn guess(&mut self, usage: Use) -> Result<Option<(u16, u8)>, CardError> {
        for slot in Slot::ALL {
            let file = slot.certificate(usage);
            if self.link.read_file(usage.directory(), file)?.is_some_and(|c| c.first() == Some(&0x30)) {
                return Ok(Some((file, slot.key(usage))));
            }
        }
        Ok(None)
    }
}

/// Text without its padding; `None` when empty or not text.
fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().rposition(|b| *b != 0xFF).map_or(0, |last| last + 1);
    let s = std::str::from_utf8(bytes.get(..end)?).ok()?.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    (!s.is_empty()).then(|| s.to_owned())
}
