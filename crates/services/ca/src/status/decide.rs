//! The decision alone: from a status and a wish to the next status, or to a refusal.

use contract::{Refusal, ca::Change};
use store::StoreError;

use super::Status;

/// Why a status is not changed.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// No such certificate.
    #[error("there is no certificate with this id")]
    NotFound,
    /// It is revoked for another reason already.
    #[error("the certificate is revoked already")]
    AlreadyRevoked,
    /// A revoked certificate never comes back.
    #[error("a revoked certificate never comes back")]
    Final,
    /// Only a certificate in force can be suspended.
    #[error("only a certificate in force can be suspended")]
    NotActive,
    /// It waits for activation, not for resumption.
    #[error("the certificate was never activated: activate it")]
    NotActivated,
    /// It was activated before and is suspended now.
    #[error("the certificate is suspended: resume it")]
    Suspended,
    /// Only the hand-over of the document activates; nobody does it by hand.
    #[error("a certificate is activated by the hand-over of its document alone")]
    NoHandOver,
    /// The certificate of a card is resumed with its card, by two clerks; nobody does it by hand.
    #[error("the certificate of a card is resumed with its card alone")]
    NoResumption,
    /// Not a reason for which a certificate is revoked for good.
    #[error("{reason} is not a reason for revocation")]
    Reason {
        /// CRLReason given.
        reason: u8,
    },
    /// Database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StatusError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "ca.status.not-found",
            Self::AlreadyRevoked => "ca.revoke.already-revoked",
            Self::Final => "ca.status.revoked-is-final",
            Self::NotActive => "ca.suspend.not-active",
            Self::NotActivated => "ca.resume.not-activated",
            Self::Suspended => "ca.activate.suspended",
            Self::NoHandOver => "ca.activate.no-hand-over",
            Self::NoResumption => "ca.resume.with-its-card",
            Self::Reason { .. } => "ca.revoke.bad-reason",
            Self::Store(e) => e.code(),
        }
    }
}

impl From<StatusError> for Refusal {
    fn from(e: StatusError) -> Self {
        match &e {
            StatusError::Store(s) if s.transient() => Self::transient(e.code()),
            StatusError::Reason { reason } => Self::new(e.code()).with("reason", reason),
            _ => Self::new(e.code()),
        }
    }
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is so already.
    Same,
    /// This status, with this reason.
    To(Status, Option<u8>),
}

/// Reasons that end a certificate: unspecified, keyCompromise, cACompromise, affiliationChanged, superseded,
/// cessationOfOperation, privilegeWithdrawn.
const REASONS: [u8; 7] = [0, 1, 2, 3, 4, 5, 9];

pub(super) fn decide(now: Status, reason: Option<u8>, wish: Change) -> Result<Next, StatusError> {
    use Status::{Good, Pending, Revoked, Suspended};
    match (now, wish) {
        (_, Change::Revoke { reason }) if !REASONS.contains(&reason) => Err(StatusError::Reason { reason }),
        (Revoked, Change::Revoke { reason: again }) if reason == Some(again) => Ok(Next::Same),
        (Revoked, Change::Revoke { .. }) => Err(StatusError::AlreadyRevoked),
        (Revoked, _) => Err(StatusError::Final),
        (_, Change::Revoke { reason }) => Ok(Next::To(Revoked, Some(reason))),
        (Pending, Change::Activate { .. }) | (Suspended, Change::Resume) => Ok(Next::To(Good, None)),
        (Good, Change::Activate { .. } | Change::Resume) | (Suspended, Change::Suspend) => Ok(Next::Same),
        (Suspended, Change::Activate { .. }) => Err(StatusError::Suspended),
        (Good, Change::Suspend) => Ok(Next::To(Suspended, Some(6))),
        (Pending, Change::Suspend) => Err(StatusError::NotActive),
        (Pending, Change::Resume) => Err(StatusError::NotActivated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activate() -> Change {
        Change::Activate { hand_over: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap() }
    }

    const ALL: [Status; 4] = [Status::Pending, Status::Good, Status::Suspended, Status::Revoked];

    #[test]
    fn nothing_leads_away_from_revoked() {
        for wish in [activate(), Change::Suspend, Change::Resume] {
            assert!(matches!(decide(Status::Revoked, Some(1), wish), Err(StatusError::Final)));
        }
        assert_eq!(decide(Status::Revoked, Some(1), Change::Revoke { reason: 1 }).unwrap(), Next::Same);
        assert_eq!(
            decide(Status::Revoked, Some(1), Change::Revoke { reason: 4 }).unwrap_err().code(),
            "ca.revoke.already-revoked"
        );
    }

    #[test]
    fn everything_else_can_be_revoked_for_a_known_reason() {
        for now in [Status::Pending, Status::Good, Status::Suspended] {
            for reason in 0..=255 {
                let next = decide(now, None, Change::Revoke { reason });
                match REASONS.contains(&reason) {
                    true => assert_eq!(next.unwrap(), Next::To(Status::Revoked, Some(reason))),
                    false => assert!(matches!(next, Err(StatusError::Reason { .. }))),
                }
            }
        }
    }

    #[test]
    fn asking_for_what_is_changes_nothing() {
        assert_eq!(decide(Status::Good, None, activate()).unwrap(), Next::Same);
        assert_eq!(decide(Status::Good, None, Change::Resume).unwrap(), Next::Same);
        assert_eq!(decide(Status::Suspended, Some(6), Change::Suspend).unwrap(), Next::Same);
    }

    #[test]
    fn a_pending_certificate_is_only_activated_or_revoked() {
        assert_eq!(decide(Status::Pending, None, activate()).unwrap(), Next::To(Status::Good, None));
        assert!(matches!(decide(Status::Pending, None, Change::Suspend), Err(StatusError::NotActive)));
        assert!(matches!(decide(Status::Pending, None, Change::Resume), Err(StatusError::NotActivated)));
        assert!(matches!(decide(Status::Suspended, Some(6), activate()), Err(StatusError::Suspended)));
    }

    #[test]
    fn a_change_leads_elsewhere_and_never_back_to_waiting() {
        for now in ALL {
            for wish in [activate(), Change::Suspend, Change::Resume, Change::Revoke { reason: 0 }] {
                if let Ok(Next::To(to, _)) = decide(now, None, wish) {
                    assert!(to != now && to != Status::Pending, "{now:?} {wish:?}");
                    assert_ne!(now, Status::Revoked);
                }
            }
        }
    }
}
