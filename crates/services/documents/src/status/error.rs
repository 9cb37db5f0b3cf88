use std::{borrow::Cow, collections::BTreeMap};

use store::StoreError;
use web::{Refuses, Status};

/// Why the state of a card is not changed.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// No such card.
    #[error("no such card")]
    Unknown,
    /// This cannot happen to a card in its state.
    #[error("this cannot happen to a card that is {state}")]
    State {
        /// The state.
        state: &'static str,
    },
    /// No reason, or none of those.
    #[error("no such reason")]
    Reason,
    /// The clerk's own card.
    #[error("a clerk's own card")]
    OwnCard,
    /// Whoever asked for a resumption does not grant it.
    #[error("the clerk who asked for the resumption cannot grant it")]
    SameClerk,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every code of this feature.
pub(crate) const CODES: &[&str] =
    &["documents.card.unknown", "documents.card.state", "documents.card.reason", "documents.card.same-clerk"];

impl Refuses for CardError {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Unknown => "documents.card.unknown",
            Self::State { .. } => "documents.card.state",
            Self::Reason => "documents.card.reason",
            Self::OwnCard => "documents.own-card",
            Self::SameClerk => "documents.card.same-clerk",
            Self::Store(e) => return Refuses::code(e),
        })
    }
    fn status(&self) -> Status {
        match self {
            Self::Unknown => Status::NOT_FOUND,
            Self::State { .. } => Status::CONFLICT,
            Self::OwnCard | Self::SameClerk => Status::FORBIDDEN,
            Self::Reason => Status::UNPROCESSABLE_ENTITY,
            Self::Store(e) => e.status(),
        }
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::State { state } => [("state".to_owned(), (*state).to_owned())].into(),
            Self::Store(e) => Refuses::args(e),
            _ => BTreeMap::new(),
        }
    }
}
