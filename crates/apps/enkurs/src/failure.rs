//! Why a command ended, and its exit code.

use std::path::PathBuf;

/// A command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is wrong.
    #[error("{file}: {why}", file = .file.display())]
    Config {
        /// The file.
        file: PathBuf,
        /// What is wrong, with line and key.
        why: String,
    },
    /// The database or the blob store.
    #[error("database: {0} ({code})", code = .0.code())]
    Store(#[from] store::StoreError),
    /// The ledger.
    #[error("ledger: {0} ({code})", code = .0.code())]
    Ledger(#[from] ledger::LedgerError),
    /// The keys.
    #[error("keys: {0}")]
    Keys(#[from] keys::KeyError),
    /// The key ring.
    #[error(transparent)]
    Ring(#[from] base::RingError),
    /// A file or directory.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// Certificates of a listener.
    #[error(transparent)]
    Tls(#[from] web::serve::BadTls),
    /// The services do not fit together.
    #[error("{0}")]
    Wire(String),
    /// Something checked is not as it should be.
    #[error("{0}")]
    Unsound(String),
}

impl Failure {
    /// 1 trouble with files, network, keys or database; 2 usage or configuration; 4 checked and found wrong.
    pub fn exit(&self) -> u8 {
        match self {
            Self::Config { .. } => 2,
            Self::Unsound(_) => 4,
            Self::Ledger(e) => match e {
                ledger::LedgerError::Store(_) | ledger::LedgerError::Fetch(..) | ledger::LedgerError::Sign(_) => 1,
                _ => 4,
            },
            Self::Store(store::StoreError::Damaged(_)) => 4,
            _ => 1,
        }
    }

    /// Of a file operation on `path`.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
