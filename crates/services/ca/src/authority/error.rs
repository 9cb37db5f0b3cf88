use keys::KeyError;
use store::StoreError;

use crate::issue::IssueError;

/// What can go wrong with the authorities themselves.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// There is no PKI yet.
    #[error("the PKI has not been created yet")]
    NotCreated,
    /// No authority of that name.
    #[error("there is no authority of that name")]
    Unknown,
    /// The address cannot stand in certificates.
    #[error("{url} cannot stand in certificates: http://, a host, no final slash; set ca.status_url")]
    Address {
        /// As given.
        url: String,
    },
    /// A stored certificate cannot be read.
    #[error("stored certificate of {name}: {source}")]
    Stored {
        /// Authority.
        name: String,
        /// Why.
        source: pki::Error,
    },
    /// No responder or unit has a certificate in force, and none could be made.
    #[error("no certificate of the service {service} is in force")]
    NoServiceKey {
        /// `ocsp` or `tsu`.
        service: &'static str,
    },
    /// Issuing failed.
    #[error(transparent)]
    Issue(Box<IssueError>),
    /// Keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PkiError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotCreated => "ca.pki.not-created",
            Self::Unknown => "ca.pki.unknown-authority",
            Self::Address { .. } => "ca.pki.bad-address",
            Self::Stored { .. } => "ca.pki.stored-unreadable",
            Self::NoServiceKey { .. } => "ca.service-key.none-in-force",
            Self::Issue(e) => e.code(),
            Self::Key(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }
    /// Whether the same call may succeed later.
    pub fn transient(&self) -> bool {
        match self {
            Self::NotCreated | Self::NoServiceKey { .. } => true,
            Self::Issue(e) => e.transient(),
            Self::Key(e) => e.transient(),
            Self::Store(e) => e.transient(),
            _ => false,
        }
    }
}

impl From<IssueError> for PkiError {
    fn from(e: IssueError) -> Self {
        Self::Issue(Box::new(e))
    }
}
