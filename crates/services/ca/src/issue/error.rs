use contract::Refusal;
use keys::KeyError;
use store::StoreError;

use crate::authority::PkiError;

/// Why a certificate is not issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// A part of the subject is missing or malformed.
    #[error("the subject's {field} is missing or malformed")]
    Field {
        /// Which.
        field: &'static str,
    },
    /// The public key cannot be read or is no point of its curve.
    #[error("the public key cannot be read")]
    KeyUnreadable,
    /// Too short, or with a bad exponent.
    #[error("the public key is too weak: {kind}")]
    KeyWeak {
        /// What it is.
        kind: String,
    },
    /// Not a kind that this profile takes.
    #[error("public keys of this kind are not certified: {kind}")]
    KeyKind {
        /// What it is.
        kind: String,
    },
    /// The validity would end before it begins.
    #[error("the validity would end before it begins")]
    Period,
    /// The authority's own certificate has ended.
    #[error("the certificate of the authority {authority} has ended")]
    AuthorityExpired {
        /// Authority.
        authority: String,
    },
    /// The same key of the caller stood for another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// The key is empty or too long.
    #[error("an idempotency key has 1 to 200 characters")]
    BadKey,
    /// The content breaks a rule of the standards; nothing was signed.
    #[error("the certificate would break a rule: {finding}")]
    Lint {
        /// Code of the first finding.
        finding: String,
    },
    /// What came back is not what was intended.
    #[error("the signed certificate differs from the intended one in its {what}")]
    Mismatch {
        /// In what.
        what: &'static str,
    },
    /// The content cannot be encoded.
    #[error("the certificate cannot be built: {0}")]
    Build(#[from] pki::Error),
    /// The authorities.
    #[error(transparent)]
    Pki(Box<PkiError>),
    /// Keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IssueError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field { .. } => "ca.issue.bad-subject",
            Self::KeyUnreadable => "ca.issue.key-unreadable",
            Self::KeyWeak { .. } => "ca.issue.key-weak",
            Self::KeyKind { .. } => "ca.issue.key-kind",
            Self::Period => "ca.issue.bad-period",
            Self::AuthorityExpired { .. } => "ca.issue.authority-expired",
            Self::KeyReused => "ca.issue.key-reused",
            Self::BadKey => "ca.issue.bad-idempotency-key",
            Self::Lint { .. } => "ca.issue.lint",
            Self::Mismatch { .. } => "ca.issue.mismatch",
            Self::Build(_) => "ca.issue.not-encodable",
            Self::Pki(e) => e.code(),
            Self::Key(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }
    /// Whether the same call may succeed later.
    pub fn transient(&self) -> bool {
        match self {
            Self::Pki(e) => e.transient(),
            Self::Key(e) => e.transient(),
            Self::Store(e) => e.transient(),
            _ => false,
        }
    }
}

impl From<PkiError> for IssueError {
    fn from(e: PkiError) -> Self {
        Self::Pki(Box::new(e))
    }
}

impl From<IssueError> for Refusal {
    fn from(e: IssueError) -> Self {
        let refusal = if e.transient() { Self::transient(e.code()) } else { Self::new(e.code()) };
        match &e {
            IssueError::Field { field } => refusal.with("field", field),
            IssueError::KeyWeak { kind } | IssueError::KeyKind { kind } => refusal.with("kind", kind),
            IssueError::AuthorityExpired { authority } => refusal.with("authority", authority),
            IssueError::Lint { finding } => refusal.with("finding", finding),
            IssueError::Mismatch { what } => refusal.with("what", what),
            _ => refusal,
        }
    }
}
