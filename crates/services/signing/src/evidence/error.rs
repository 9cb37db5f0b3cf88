use std::{borrow::Cow, collections::BTreeMap};

use ades::evidence::EvidenceError;
use web::{Refuses, Status};

use crate::{engine::EngineError, errand::ErrandError};

/// Why no evidence record was made, put into a file or renewed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EvidenceFault {
    /// The record or the signed file.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The files that were sent.
    #[error(transparent)]
    Errand(#[from] ErrandError),
}

impl From<EngineError> for EvidenceFault {
    fn from(e: EngineError) -> Self {
        Self::Errand(e.into())
    }
}

impl EvidenceFault {
    /// Whether the same may succeed later without any change.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Evidence(e) => matches!(e, EvidenceError::Timestamp | EvidenceError::Write(_)),
            Self::Errand(ErrandError::Engine(e)) => e.is_transient(),
            Self::Errand(e) => matches!(e, ErrandError::Store(_)),
        }
    }
}

/// Every code of [`EvidenceFault`] that is its own.
pub(crate) const CODES: &[&str] = &[MALFORMED, FOREIGN, IMPOSSIBLE];
pub(super) const MALFORMED: &str = "signing.evidence.malformed";
pub(super) const FOREIGN: &str = "signing.evidence.foreign";
pub(super) const IMPOSSIBLE: &str = "signing.evidence.impossible";

impl Refuses for EvidenceFault {
    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Errand(e) => e.code(),
            Self::Evidence(e) => Cow::Borrowed(match e {
                EvidenceError::Foreign(_) => FOREIGN,
                EvidenceError::Unsupported(_) | EvidenceError::Signed(_) | EvidenceError::Unknown(_) => IMPOSSIBLE,
                EvidenceError::Timestamp => "signing.time-stamp.missing",
                EvidenceError::Write(_) => "signing.internal",
                _ => MALFORMED,
            }),
        }
    }
    fn status(&self) -> Status {
        match self {
            Self::Errand(e) => e.status(),
            Self::Evidence(EvidenceError::Timestamp) => Status::SERVICE_UNAVAILABLE,
            Self::Evidence(EvidenceError::Write(_)) => Status::INTERNAL_SERVER_ERROR,
            Self::Evidence(_) => Status::UNPROCESSABLE_ENTITY,
        }
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::Errand(e) => e.args(),
            Self::Evidence(e) => BTreeMap::from([("detail".into(), e.to_string())]),
        }
    }
}
