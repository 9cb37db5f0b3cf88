use std::{borrow::Cow, collections::BTreeMap};

use protocol::web_eid::WebEidError;
use web::{Refuses, Status};

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// The token is not good.
    #[error(transparent)]
    Token(#[from] WebEidError),
    /// The page was open for too long, or belongs to another session.
    #[error("the nonce is not one of this session, or it has expired")]
    Nonce,
    /// The nonce was used before.
    #[error("the nonce has been used")]
    Replayed,
    /// The certificate does not lead to a root of ours.
    #[error("the certificate is not issued by this infrastructure: {0}")]
    Issuer(&'static str),
    /// The certificate names no natural person of Latvia.
    #[error("the certificate names no personal code")]
    Person,
    /// Not activated yet, or suspended.
    #[error("the certificate is on hold")]
    OnHold,
    /// Revoked.
    #[error("the certificate is revoked")]
    Revoked {
        /// Since when, `2026-11-20`.
        since: String,
    },
    /// The CA does not know it.
    #[error("the certificate's status is unknown")]
    Unknown,
    /// No answer about the status that can be relied on.
    #[error("no status: {0}")]
    Status(&'static str),
    /// The person works nowhere here.
    #[error("not a member of staff")]
    NotStaff,
}

impl Refuses for EnterError {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Token(e) => e.code(),
            Self::Nonce => "identity.enter.nonce",
            Self::Replayed => "identity.enter.replayed",
            Self::Issuer(_) => "identity.enter.issuer",
            Self::Person => "identity.enter.person",
            Self::OnHold => "identity.enter.on-hold",
            Self::Revoked { .. } => "identity.enter.revoked",
            Self::Unknown => "identity.enter.unknown",
            Self::Status(_) => "identity.enter.status",
            Self::NotStaff => "identity.enter.not-staff",
        })
    }
    fn status(&self) -> Status {
        match self {
            Self::Status(_) => Status::SERVICE_UNAVAILABLE,
            _ => Status::FORBIDDEN,
        }
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::Revoked { since } => [("since".to_owned(), since.clone())].into(),
            _ => BTreeMap::new(),
        }
    }
}
