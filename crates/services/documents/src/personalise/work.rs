//! The work on the card itself. Blocking: runs beside the async threads.

use std::sync::Arc;

use base::{Random, Secret, Timestamp};
use card::{
    CardError, EidCard, PinCode,
    profile::{Field, Model, Pin, Use},
    terminal::Personaliser,
};
use pki::{Certificate, DigestAlgorithm, SignatureAlgorithm, ecdsa_raw_to_der};
use reader::{CardFileError, Inserted, SoftCrypto, Tray};
use zeroize::Zeroizing;

use super::{Digits, error::Unmade};
use crate::making::Order;

/// One chip and what opens it.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) tray: Tray,
    pub(super) chip: String,
    pub(super) key: Secret<[u8; 32]>,
    pub(super) random: Arc<dyn Random>,
}

/// PINs to be set.
#[derive(Clone)]
pub(super) struct Pins {
    pub(super) pin1: Digits,
    pub(super) pin2: Digits,
    pub(super) puk: Digits,
}

impl Pins {
    fn code(&self, pin: Pin) -> Result<PinCode, CardError> {
        let digits = match pin {
            Pin::Pin1 => &self.pin1,
            Pin::Pin2 => &self.pin2,
            Pin::Puk => &self.puk,
        };
        PinCode::new(pin, digits.expose())
    }
}

/// What is written to the card.
pub(super) struct Print {
    pub(super) number: String,
    pub(super) fields: Vec<(Field, String)>,
    pub(super) points: [Vec<u8>; 2],
    pub(super) certificates: [Vec<u8>; 2],
}

/// The holder's data as it stands on the card.
pub(super) fn fields(order: &Order, now: Timestamp) -> Vec<(Field, String)> {
    let day = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
    let code = match order.code.split_at_checked(6) {
        Some((first, rest)) if !rest.starts_with('-') => format!("{first}-{rest}"),
        _ => order.code.clone(),
    };
    vec![
        (Field::Surname, order.family_name.clone()),
        (Field::GivenNames, order.given_name.clone()),
        (Field::Citizenship, order.citizenship.clone()),
        (Field::Birth, order.born.clone()),
        (Field::PersonalCode, code),
        (Field::DocumentNumber, order.number.clone()),
        (Field::Expiry, day(order.not_after)),
        (Field::Issued, day(now)),
    ]
}

type Issuer = Personaliser<Inserted, SoftCrypto>;

impl Bench {
    /// Does `work` where it may block.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, Unmade>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T, Unmade> + Send + 'static,
    {
        let bench = self.clone();
        tokio::task::spawn_blocking(move || work(&bench)).await.map_err(|_| Unmade::Interrupted)?
    }

    fn issuer(&self) -> Result<Issuer, Unmade> {
        let card = self.tray.insert(&self.chip)?;
        let crypto = SoftCrypto::new(self.random.clone());
        Ok(Personaliser::open(card, crypto, |_| Zeroizing::new(*self.key.expose()))?)
    }

    /// A blank card; one that lies there already is it.
    pub(super) fn blank(&self, model: Model) -> Result<(), Unmade> {
        match self.tray.create(model, &self.chip, self.key.expose()) {
            Ok(()) | Err(CardFileError::Exists) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// The public point of the key on board. A key that is there already is kept.
    pub(super) fn key(&self, usage: Use) -> Result<Vec<u8>, Unmade> {
        let mut issuer = self.issuer()?;
        match issuer.public_key(usage)? {
            Some(point) => Ok(point),
            None => Ok(issuer.generate(usage)?),
        }
    }

    /// Writes everything but the PINs.
    pub(super) fn write(&self, print: &Print) -> Result<(), Unmade> {
        let mut issuer = self.issuer()?;
        for ((usage, point), der) in Use::ALL.into_iter().zip(&print.points).zip(&print.certificates) {
            if issuer.public_key(usage)?.as_ref() != Some(point) {
                return Err(Unmade::KeyDiffers);
            }
            issuer.write_certificate(usage, der)?;
        }
        issuer.write_holder(&print.number, print.fields.iter().map(|(f, v)| (*f, v.as_str())))?;
        Ok(issuer.into_transport().eject()?)
    }

    /// Sets the PINs and ends the personalisation. Ended already is well.
    pub(super) fn finish(&self, pins: &Pins) -> Result<(), Unmade> {
        let mut issuer = match self.issuer() {
            Err(Unmade::Card(CardError::AlreadyPersonalised)) => return Ok(()),
            other => other?,
        };
        for pin in Pin::ALL {
            issuer.put_pin(pin, &pins.code(pin)?)?;
        }
        issuer.activate()?;
        Ok(issuer.into_transport().eject()?)
    }

    /// As its holder will: reads the certificates, signs with both keys, and checks the signatures.
    pub(super) fn try_out(&self, pins: &Pins, certificates: &[Vec<u8>; 2], digest: &[u8; 48]) -> Result<(), Unmade> {
        let mut card = EidCard::connect(self.tray.insert(&self.chip)?)?;
        for (usage, der) in Use::ALL.into_iter().zip(certificates) {
            let raw = card.use_key(usage, &pins.code(usage.pin())?, digest)?;
            let signature = ecdsa_raw_to_der(&raw).map_err(|_| Unmade::Untried)?;
            let certificate = Certificate::from_der(der).map_err(|_| Unmade::Certificate)?;
            let algorithm = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384);
            pki::verify_digest(certificate.spki(), algorithm, digest, &signature).map_err(|_| Unmade::Untried)?;
            if card.certificate(usage)?.der != *der {
                return Err(Unmade::Untried);
            }
        }
        Ok(())
    }
}
