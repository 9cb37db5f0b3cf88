use std::{borrow::Cow, collections::BTreeMap};

use store::StoreError;
use web::{Refuses, Status};

use crate::{engine::EngineError, errand::ErrandError};

/// Why a file is not kept or not renewed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    /// None of this id, or not of this person.
    #[error("no such kept file")]
    Unknown,
    /// More files than one person may keep.
    #[error("more than {most} kept files")]
    TooMany {
        /// Files allowed.
        most: usize,
    },
    /// The renewed file would be judged worse than the one there is.
    #[error("the renewed file does not validate")]
    Worse,
    /// The errand it comes from.
    #[error(transparent)]
    Errand(#[from] ErrandError),
    /// Raising or judging it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every code of [`KeepError`] that is its own.
pub(crate) const CODES: &[&str] = &["signing.kept.unknown", "signing.kept.too-many", "signing.kept.worse"];

impl Refuses for KeepError {
    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "signing.kept.unknown".into(),
            Self::TooMany { .. } => "signing.kept.too-many".into(),
            Self::Worse => "signing.kept.worse".into(),
            Self::Errand(e) => e.code(),
            Self::Engine(e) => Refuses::code(e),
            Self::Store(e) => Refuses::code(e),
        }
    }
    fn status(&self) -> Status {
        match self {
            Self::Unknown => Status::NOT_FOUND,
            Self::TooMany { .. } | Self::Worse => Status::UNPROCESSABLE_ENTITY,
            Self::Errand(e) => e.status(),
            Self::Engine(e) => e.status(),
            Self::Store(e) => e.status(),
        }
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::TooMany { most } => BTreeMap::from([("most".into(), most.to_string())]),
            Self::Errand(e) => e.args(),
            Self::Engine(e) => e.args(),
            _ => BTreeMap::new(),
        }
    }
}
