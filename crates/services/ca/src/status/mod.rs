//! The life of a certificate after it was issued: pending → good ⇄ suspended → revoked (RFC 5280 section 5.3.1,
//! EN 319 411-1 section 6.2.4). Revocation is final. Every change stays on record.

use store::{Row, StoreError};

mod decide;
mod rows;
mod service;
mod tell;

pub use decide::StatusError;
pub(crate) use rows::{Change, QUERIES, changes};
pub(crate) use service::{change, change_by_hand, record_birth};
pub(crate) use tell::{TELL, tell_job};

/// Status of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    /// Issued, not activated: to the world on hold.
    Pending,
    /// In force.
    Good,
    /// On hold.
    Suspended,
    /// Revoked for good.
    Revoked,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Good => "good",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }
    pub(crate) fn read(row: &Row, n: usize) -> Result<Self, StoreError> {
        let text = row.text(n)?;
        [Self::Pending, Self::Good, Self::Suspended, Self::Revoked]
            .into_iter()
            .find(|s| s.name() == text)
            .ok_or_else(|| StoreError::Damaged("unknown certificate status".into()))
    }
}
