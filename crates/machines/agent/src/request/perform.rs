//! The card's work.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use card::{
    CardError, EidCard, PinCode,
    profile::{Pin, Use},
};
use pki::{Certificate, DigestAlgorithm, KeyKind, SignatureAlgorithm, ecdsa_raw_to_der};
use protocol::web_eid::{Algorithm, AuthToken, HashFunction, SignatureDescription, SigningCertificate, challenge};
use reader::{CardSource, ReaderError};
use serde_json::{Value, json};

use super::{Action, Trouble};
use crate::digits::Digits;

const APP: &str = concat!("https://enkurs.example/agent/", env!("CARGO_PKG_VERSION"));

/// Why the card did not do it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unperformed {
    #[error(transparent)]
    Reader(#[from] ReaderError),
    #[error(transparent)]
    Card(#[from] CardError),
    /// The page wants another card's signature.
    #[error("the card in the reader is not the one that the page means")]
    OtherCard,
    /// The card's key is not that of its certificate, or was used with another algorithm than it was told.
    #[error("the card's signature does not hold for its certificate")]
    Untrue,
    /// A key this agent does not know.
    #[error("the card's certificate or key is of an unknown kind")]
    Kind,
}

impl Unperformed {
    pub(crate) fn trouble(&self) -> Trouble {
        let (code, args) = match self {
            Self::Reader(e) => (e.code(), Vec::new()),
            Self::Card(e) => (e.code(), arguments(e)),
            Self::OtherCard => ("agent.other-card", Vec::new()),
            Self::Untrue => ("agent.untrue", Vec::new()),
            Self::Kind => ("agent.key-kind", Vec::new()),
        };
        Trouble { code, args }
    }
    /// Whether the holder can mend it on the same page: by typing again.
    pub(crate) fn is_about_pin(&self) -> bool {
        matches!(self, Self::Card(CardError::WrongPin { .. } | CardError::PinFormat { .. } | CardError::Blocked { .. }))
    }
}

/// The arguments of a card error's text.
pub(crate) fn arguments(error: &CardError) -> Vec<(&'static str, String)> {
    match error {
        CardError::WrongPin { pin, tries } => vec![("pin", pin.name().to_owned()), ("tries", tries.to_string())],
        CardError::Blocked { pin } => vec![("pin", pin.name().to_owned())],
        CardError::PinFormat { pin, min } => vec![("pin", pin.name().to_owned()), ("min", min.to_string())],
        _ => Vec::new(),
    }
}

/// Which PIN an action needs.
pub(crate) fn pin_of(action: &Action) -> Option<Pin> {
    match action {
        Action::Authenticate { .. } => Some(Pin::Pin1),
        Action::GetSigningCertificate => None,
        Action::Sign { .. } => Some(Pin::Pin2),
    }
}

/// Does it; blocks until the card is done.
pub(crate) fn perform(
    source: &dyn CardSource,
    slot: &str,
    origin: &str,
    action: &Action,
    digits: &Digits,
) -> Result<Value, Unperformed> {
    let code = |pin| PinCode::new(pin, digits.as_str());
    match action {
        Action::Authenticate { challenge_nonce } => {
            let code = code(Pin::Pin1)?;
            let mut card = EidCard::connect(source.open(slot)?)?;
            let der = card.certificate(Use::Authentication)?.der;
            let algorithm = algorithm(&der)?;
            let message = challenge(origin, challenge_nonce, algorithm);
            let hash = algorithm.digest().of(&message);
            let signature = card.authenticate(&code, &hash)?;
            holds(&der, algorithm.digest(), &hash, &signature)?;
            serde_json::to_value(AuthToken::new(&der, algorithm, &signature, APP)).map_err(|_| Unperformed::Kind)
        }
        Action::GetSigningCertificate => {
            let mut card = EidCard::connect(source.open(slot)?)?;
            let der = card.certificate(Use::Signature)?.der;
            algorithm(&der)?;
            serde_json::to_value(SigningCertificate::of_card(&der)).map_err(|_| Unperformed::Kind)
        }
        Action::Sign { certificate, hash, hash_function } => {
            let hash_function = HashFunction::of_name(hash_function).ok_or(Unperformed::Kind)?;
            let hash = STANDARD.decode(hash).map_err(|_| Unperformed::Kind)?;
            let code = code(Pin::Pin2)?;
            let mut card = EidCard::connect(source.open(slot)?)?;
            let der = card.certificate(Use::Signature)?.der;
            if STANDARD.encode(&der) != *certificate {
                return Err(Unperformed::OtherCard);
            }
            algorithm(&der)?;
            let signature = card.sign(&code, &hash)?;
            holds(&der, hash_function.digest(), &hash, &signature)?;
            Ok(json!({
                "signature": STANDARD.encode(signature),
                "signatureAlgorithm": SignatureDescription::ecc(hash_function),
            }))
        }
    }
}

/// A card that was told the wrong algorithm answers well and signs wrongly; only a look at the signature shows it.
fn holds(der: &[u8], digest: DigestAlgorithm, hash: &[u8], raw: &[u8]) -> Result<(), Unperformed> {
    let certificate = Certificate::from_der(der).map_err(|_| Unperformed::Kind)?;
    let signature = ecdsa_raw_to_der(raw).map_err(|_| Unperformed::Untrue)?;
    let algorithm = SignatureAlgorithm::Ecdsa(digest);
    pki::verify_digest(certificate.spki(), algorithm, hash, &signature).map_err(|_| Unperformed::Untrue)
}

/// The cards of this profile have P-384 keys; a card that says otherwise is not used.
fn algorithm(der: &[u8]) -> Result<Algorithm, Unperformed> {
    let certificate = Certificate::from_der(der).map_err(|_| Unperformed::Kind)?;
    match certificate.public_key().kind() {
        KeyKind::P384 => Ok(Algorithm::ES384),
        _ => Err(Unperformed::Kind),
    }
}
