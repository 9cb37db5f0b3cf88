use store::StoreError;

/// What can go wrong with the ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The checkpoint could not be signed.
    #[error("the checkpoint could not be signed: {0}")]
    Sign(String),
    /// Tiles, entries and checkpoint do not fit together.
    #[error("{0}")]
    Inconsistent(String),
    /// A note, key, leaf or path is malformed.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// A checkpoint is not signed by the key.
    #[error("the checkpoint is not signed by {0}")]
    Unsigned(String),
    /// Something that should be there is not.
    #[error("absent: {0}")]
    Absent(String),
    /// Reading a copy failed.
    #[error("{0}: {1}")]
    Fetch(String, String),
    /// The entry has no place in the tree yet.
    #[error("this entry has no place in the tree yet")]
    Waiting,
}

impl LedgerError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(e) => e.code(),
            Self::Sign(_) => "ledger.sign",
            Self::Inconsistent(_) => "ledger.inconsistent",
            Self::Malformed(_) => "ledger.malformed",
            Self::Unsigned(_) => "ledger.unsigned",
            Self::Absent(_) => "ledger.absent",
            Self::Fetch(..) => "ledger.fetch",
            Self::Waiting => "ledger.waiting",
        }
    }
}
