//! What others ask of the service of identity documents.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Call, Service};

/// Where a card is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardState {
    /// Being personalised.
    Personalising,
    /// Waiting to be handed over; its certificates are on hold.
    Ready,
    /// Handed over; the certificates are being activated.
    HandedOver,
    /// In use.
    Active,
    /// Suspended by its holder or by a clerk; can be resumed.
    Suspended,
    /// Revoked, lost or replaced: for ever.
    Revoked,
    /// Past its last day.
    Expired,
}

impl CardState {
    /// The word kept and shown through the texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Personalising => "personalising",
            Self::Ready => "ready",
            Self::HandedOver => "handed-over",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// An identity card as its holder sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Document number.
    pub number: String,
    /// State.
    pub state: CardState,
    /// Given names on the card.
    pub given_name: String,
    /// Family name on the card.
    pub family_name: String,
    /// When it was made.
    pub issued: Option<Timestamp>,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// Id of the authentication certificate at the CA.
    pub authentication: Option<String>,
    /// Id of the signature certificate at the CA.
    pub signature: Option<String>,
}

/// The cards of a person, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CardsOf {
    /// Personal code.
    pub code: String,
}

impl Call for CardsOf {
    type Answer = Vec<Card>;
    const SERVICE: Service = Service::Documents;
    const NAME: &'static str = "cards-of";
}

/// How many applications wait in each state; for the first page of staff and the operator's console.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Waiting {}

/// Answer to [`Waiting`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingCounts {
    /// Submitted, waiting for a second clerk.
    pub approval: u64,
    /// Approved or being personalised.
    pub personalisation: u64,
    /// Ready to be handed over.
    pub hand_over: u64,
    /// Past their deadline, whatever the state.
    pub overdue: u64,
}

impl Call for Waiting {
    type Answer = WaitingCounts;
    const SERVICE: Service = Service::Documents;
    const NAME: &'static str = "waiting";
}

/// A certificate of a card was suspended or revoked at the CA by an operator's hand: the card follows, with its other certificate and the
/// sessions of its holder. Idempotent; a certificate that belongs to no card here is no error.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CertificateStopped {
    /// Id at the CA.
    pub certificate_id: String,
    /// For ever, or on hold.
    pub revoked: bool,
    /// Who did it, for the ledger: an actor id.
    pub actor: String,
}

impl Call for CertificateStopped {
    type Answer = ();
    const SERVICE: Service = Service::Documents;
    const NAME: &'static str = "certificate-stopped";
}
