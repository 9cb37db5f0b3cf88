//! A virtual card as the hand that signs.

use std::sync::Arc;

use base::Secret;
use card::{
    EidCard, PinCode,
    profile::{Pin, Use},
};
use futures_util::future::BoxFuture;
use reader::CardSource as _;
use signing::engine::{EngineError, Hand, ToSign};

use crate::Failure;

/// The signature key of a card in the tray, opened by PIN2 for every signature.
pub(super) struct CardHand {
    tray: reader::Tray,
    chip: String,
    certificate: Vec<u8>,
    pin2: Arc<Secret<String>>,
}

impl CardHand {
    /// Reads the signature certificate of the card.
    pub(super) fn new(tray: &reader::Tray, chip: &str, pin2: &str) -> Result<Self, Failure> {
        let stopped = |why: String| Failure::Wire(format!("card: {why}"));
        let transport = tray.open(chip).map_err(|e| stopped(e.to_string()))?;
        let mut card = EidCard::connect(transport).map_err(|e| stopped(e.to_string()))?;
        let certificate = card.certificate(Use::Signature).map_err(|e| stopped(e.to_string()))?;
        let pin2 = Arc::new(Secret::new(pin2.to_owned()));
        Ok(Self { tray: tray.clone(), chip: chip.to_owned(), certificate: certificate.der, pin2 })
    }
}

impl Hand for CardHand {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }
    fn sign<'a>(&'a self, what: &'a ToSign) -> BoxFuture<'a, Result<Vec<u8>, EngineError>> {
        let (tray, chip, pin2, digest) = (self.tray.clone(), self.chip.clone(), self.pin2.clone(), what.digest.clone());
        Box::pin(async move {
            let signed = tokio::task::spawn_blocking(move || {
                let transport = tray.open(&chip).map_err(|e| EngineError::Hand(e.to_string()))?;
                let mut card = EidCard::connect(transport).map_err(|e| EngineError::Hand(e.to_string()))?;
                let code = PinCode::new(Pin::Pin2, pin2.expose()).map_err(|e| EngineError::Hand(e.to_string()))?;
                card.sign(&code, &digest).map_err(|e| EngineError::Hand(e.to_string()))
            });
            let value = signed.await.map_err(|e| EngineError::Io(std::io::Error::other(e)))??;
            Ok(value.to_vec())
        })
    }
}
