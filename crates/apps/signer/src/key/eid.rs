use std::path::PathBuf;

use base::{Cx, Secret};
use card::{
    EidCard, PinCode, Transport,
    profile::{Pin, Use},
};
use pki::Certificate;
use reader::{CardSource, PcscReaders, Tray};

use super::{Credential, Key};
use crate::{cli::SecretSource, failure::Failure, ui::Ui};

/// Where cards are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cards {
    /// In readers.
    Readers,
    /// In a directory of virtual cards.
    Tray(PathBuf),
}

impl Cards {
    pub(crate) fn source(&self) -> Result<Box<dyn CardSource>, Failure> {
        match self {
            Self::Readers => Ok(Box::new(PcscReaders::new())),
            Self::Tray(dir) if !dir.is_dir() => Err(Failure::usage("card.no-tray", dir.display())),
            Self::Tray(dir) => {
                let tray = Tray::open(dir, Cx::system().random).map_err(|e| Failure::of(e.code(), e))?;
                Ok(Box::new(tray))
            }
        }
    }
}

/// Connects to the card: the only one, or that in the reader (or of the document number) named.
pub(crate) fn open_card(cards: &Cards, named: Option<&str>) -> Result<EidCard<Box<dyn Transport>>, Failure> {
    let source = cards.source()?;
    let mut slots = source.slots()?;
    slots.retain(|s| s.present);
    if let Some(name) = named {
        slots.retain(|s| s.reader == name || s.id == name || s.document_number.as_deref() == Some(name));
    }
    match slots.as_slice() {
        [] => Err(reader::ReaderError::NoCard.into()),
        [one] => Ok(EidCard::connect(source.open(&one.id)?)?),
        many => {
            let names: Vec<&str> = many.iter().map(|s| s.document_number.as_deref().unwrap_or(&s.id)).collect();
            Err(Failure::usage("card.several", names.join(", ")))
        }
    }
}

/// The signature key on a card.
pub(super) struct OnCard(EidCard<Box<dyn Transport>>);

pub(super) fn open(cards: &Cards, named: Option<&str>, ui: &Ui) -> Result<Credential, Failure> {
    let mut card = open_card(cards, named)?;
    let certificate = Certificate::from_der(&card.certificate(Use::Signature)?.der)?;
    ui.note(&ui.text("card-found", &[("name", certificate.subject().common_name().unwrap_or("?").to_owned())]));
    Ok(Credential { certificate, chain: Vec::new(), key: Key::Card(OnCard(card)) })
}

impl OnCard {
    /// Signs a digest with PIN2; gives the signature in DER.
    pub(super) fn sign(&mut self, digest: &[u8], secret: &SecretSource, ui: &Ui) -> Result<Vec<u8>, Failure> {
        let tries = self.0.tries(Pin::Pin2)?;
        let key = if tries.is_some_and(|t| t < 3) { "ask-pin2-tries" } else { "ask-pin2" };
        let prompt = ui.text(key, &[("tries", tries.unwrap_or(3).to_string())]);
        let pin: Secret<String> = secret.read(&prompt, 0)?;
        let code = PinCode::new(Pin::Pin2, pin.expose())?;
        let raw = self.0.sign(&code, digest)?;
        Ok(pki::ecdsa_raw_to_der(&raw)?)
    }
}
