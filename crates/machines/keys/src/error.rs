use std::path::PathBuf;

use crate::KeyKind;

/// Why a key could not be made, found or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Label outside the allowed form.
    #[error("a key label is 1 to 64 of a-z 0-9 . _ - and begins with a letter or digit")]
    BadLabel,
    /// No such key.
    #[error("there is no key {label}")]
    NotFound {
        /// Label asked for.
        label: String,
    },
    /// The label is taken.
    #[error("there is already a key {label}")]
    Exists {
        /// Label asked for.
        label: String,
    },
    /// The label belongs to a key of another kind.
    #[error("the key {label} exists but is {found}")]
    OtherKind {
        /// Label asked for.
        label: String,
        /// What it is.
        found: KeyKind,
    },
    /// The passphrase or key file does not open the store.
    #[error("the passphrase or key file does not open the key store {}", store.display())]
    WrongPassphrase {
        /// Directory of the store.
        store: PathBuf,
    },
    /// A sealed file that is damaged or was altered.
    #[error("{} is damaged or was altered: {why}", file.display())]
    Damaged {
        /// File.
        file: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file system refused.
    #[error("{}: {source}", file.display())]
    File {
        /// File.
        file: PathBuf,
        /// Reason of the operating system.
        source: std::io::Error,
    },
    /// The key or store cannot do this.
    #[error("not possible: {0}")]
    Unsupported(&'static str),
    /// A digest whose length is not that of the algorithm.
    #[error("the digest has {found} bytes, the algorithm needs {wanted}")]
    DigestLength {
        /// Length needed.
        wanted: usize,
        /// Length given.
        found: usize,
    },
    /// The imported key is none that is known here.
    #[error("the imported key is not P-256, P-384, RSA of 3072 or 4096 bits or Ed25519 in PKCS#8")]
    BadImport,
    /// The token, its slot or library is not there.
    #[error("the token {token} is not there: {why}")]
    TokenAway {
        /// Token label.
        token: String,
        /// What was tried.
        why: String,
    },
    /// The token refused the PIN. It is not tried again: tokens block themselves.
    #[error("the token {token} refused the PIN")]
    PinRefused {
        /// Token label.
        token: String,
    },
    /// The token answered with an error.
    #[error("the token {token} failed: {why}")]
    Token {
        /// Token label.
        token: String,
        /// Its answer.
        why: String,
    },
    /// No answer in time. The signature may still have been made: its intent is on record.
    #[error("the token {token} gave no answer in {seconds} s")]
    Timeout {
        /// Token label.
        token: String,
        /// Limit.
        seconds: u64,
    },
    /// The cryptographic library failed.
    #[error("the cryptographic operation failed")]
    Crypto,
    /// The work was cut off by the end of the process.
    #[error("the operation was interrupted")]
    Interrupted,
}

impl KeyError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadLabel => "keys.bad-label",
            Self::NotFound { .. } => "keys.not-found",
            Self::Exists { .. } => "keys.exists",
            Self::OtherKind { .. } => "keys.other-kind",
            Self::WrongPassphrase { .. } => "keys.wrong-passphrase",
            Self::Damaged { .. } => "keys.damaged",
            Self::File { .. } => "keys.file",
            Self::Unsupported(_) => "keys.unsupported",
            Self::DigestLength { .. } => "keys.digest-length",
            Self::BadImport => "keys.bad-import",
            Self::TokenAway { .. } => "keys.token-away",
            Self::PinRefused { .. } => "keys.pin-refused",
            Self::Token { .. } => "keys.token-failed",
            Self::Timeout { .. } => "keys.timeout",
            Self::Crypto => "keys.crypto",
            Self::Interrupted => "keys.interrupted",
        }
    }
    /// Whether the same call may succeed later without any change here.
    pub fn transient(&self) -> bool {
        matches!(
            self,
            Self::TokenAway { .. } | Self::Token { .. } | Self::Timeout { .. } | Self::Interrupted | Self::File { .. }
        )
    }
}

impl From<aws_lc_rs::error::Unspecified> for KeyError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Crypto
    }
}
