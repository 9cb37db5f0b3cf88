use std::{borrow::Cow, collections::BTreeMap};

use contract::Refusal;
use store::StoreError;
use web::{Refuses, Status};

/// Why an application does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// No such application.
    #[error("no such application")]
    Unknown,
    /// Somebody changed it in the meantime, or the form was sent twice.
    #[error("the application was changed in the meantime")]
    Stale,
    /// This cannot happen in its state.
    #[error("this cannot happen to an application that is {state}")]
    State {
        /// The state.
        state: &'static str,
    },
    /// The clerk who took it wants to decide it.
    #[error("the clerk who took the application cannot decide it")]
    SameClerk,
    /// The clerk who took it wants to hand the card over.
    #[error("the clerk who took the application cannot hand the card over")]
    SameHand,
    /// Nobody takes part in the issuing of their own card.
    #[error("a clerk's own card")]
    OwnCard,
    /// Another clerk's draft.
    #[error("the draft belongs to another clerk")]
    NotYours,
    /// Something is missing.
    #[error("{what} is missing")]
    Incomplete {
        /// What.
        what: &'static str,
    },
    /// The person has an open application.
    #[error("the person has an open application: {number}")]
    OpenAlready {
        /// Its number.
        number: String,
    },
    /// The person is below the age for a card with certificates.
    #[error("the person is younger than 14")]
    TooYoung,
    /// A rejection says why.
    #[error("a rejection says why")]
    NoReason,
    /// No such way of checking the identity.
    #[error("no such way of checking the identity")]
    NoProof,
    /// The PINs cannot be read.
    #[error("the sealed PINs cannot be opened")]
    Sealed,
    /// Another service refused.
    #[error(transparent)]
    Peer(#[from] Refusal),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refuses for ApplyError {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Unknown => "documents.application.unknown",
            Self::Stale => "documents.application.stale",
            Self::State { .. } => "documents.application.state",
            Self::SameClerk => "documents.approve.same-clerk",
            Self::SameHand => "documents.hand-over.same-clerk",
            Self::OwnCard => "documents.own-card",
            Self::NotYours => "documents.application.not-yours",
            Self::Incomplete { .. } => "documents.application.incomplete",
            Self::OpenAlready { .. } => "documents.apply.open-already",
            Self::TooYoung => "documents.apply.too-young",
            Self::NoReason => "documents.reject.no-reason",
            Self::NoProof => "documents.hand-over.no-proof",
            Self::Sealed => "documents.envelope.sealed",
            Self::Peer(e) => return Cow::Owned(e.code.clone()),
            Self::Store(e) => return Refuses::code(e),
        })
    }
    fn status(&self) -> Status {
        match self {
            Self::Unknown => Status::NOT_FOUND,
            Self::Stale | Self::State { .. } | Self::OpenAlready { .. } => Status::CONFLICT,
            Self::SameClerk | Self::SameHand | Self::OwnCard | Self::NotYours => Status::FORBIDDEN,
            Self::Sealed => Status::INTERNAL_SERVER_ERROR,
            Self::Peer(e) => e.status(),
            Self::Store(e) => e.status(),
            _ => Status::UNPROCESSABLE_ENTITY,
        }
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::State { state } => [("state".to_owned(), (*state).to_owned())].into(),
            Self::Incomplete { what } => [("what".to_owned(), (*what).to_owned())].into(),
            Self::OpenAlready { number } => [("number".to_owned(), number.clone())].into(),
            Self::Peer(e) => e.args.clone(),
            Self::Store(e) => Refuses::args(e),
            _ => BTreeMap::new(),
        }
    }
}
