use std::{borrow::Cow, collections::BTreeMap};

use store::StoreError;
use web::{Fault, Refuses, Status};

use crate::engine::EngineError;

/// Why a step of an errand is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ErrandError {
    /// None of this id, or not of this person and session.
    #[error("no such errand")]
    Unknown,
    /// Its time is over.
    #[error("the time of the errand is over")]
    Expired,
    /// The step was done already, or another one comes first.
    #[error("this step is not the next one")]
    Order,
    /// Too many files.
    #[error("more than {most} files")]
    TooMany {
        /// Files allowed.
        most: usize,
    },
    /// A request that cannot be read.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// Signing itself.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The shell's own refusal of an upload.
    #[error("{}", .0.code)]
    Upload(Fault),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every code of [`ErrandError`] that is its own.
pub(crate) const CODES: &[&str] = &[
    "signing.errand.unknown",
    "signing.errand.expired",
    "signing.errand.order",
    "signing.file.too-many",
    "signing.request.malformed",
    "signing.report.unknown",
    "signing.work.unknown",
];

impl Refuses for ErrandError {
    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "signing.errand.unknown".into(),
            Self::Expired => "signing.errand.expired".into(),
            Self::Order => "signing.errand.order".into(),
            Self::TooMany { .. } => "signing.file.too-many".into(),
            Self::Malformed(_) => "signing.request.malformed".into(),
            Self::Engine(e) => Refuses::code(e),
            Self::Upload(f) => f.code.clone(),
            Self::Store(e) => Refuses::code(e),
        }
    }
    fn status(&self) -> Status {
        match self {
            Self::Unknown => Status::NOT_FOUND,
            Self::Expired => Status::GONE,
            Self::Order => Status::CONFLICT,
            Self::TooMany { .. } => Status::UNPROCESSABLE_ENTITY,
            Self::Malformed(_) => Status::BAD_REQUEST,
            Self::Engine(e) => e.status(),
            Self::Upload(f) => f.status,
            Self::Store(e) => e.status(),
        }
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::TooMany { most } => BTreeMap::from([("most".into(), most.to_string())]),
            Self::Malformed(what) => BTreeMap::from([("what".into(), (*what).to_owned())]),
            Self::Engine(e) => e.args(),
            Self::Upload(f) => f.args.clone(),
            _ => BTreeMap::new(),
        }
    }
}

impl From<Fault> for ErrandError {
    fn from(f: Fault) -> Self {
        Self::Upload(f)
    }
}
