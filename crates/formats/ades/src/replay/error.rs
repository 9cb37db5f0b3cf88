use crate::zip::ZipError;

/// Why a bundle was not written or replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It is no archive, or cannot be read or written.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// A part of it is not what its manifest says.
    #[error("{0} is not what the manifest says")]
    Tampered(String),
    /// A part of it cannot be understood.
    #[error("{0} cannot be read")]
    Malformed(&'static str),
    /// A bundle of another kind.
    #[error("bundle of kind {0}")]
    Version(String),
    /// More files than a bundle takes.
    #[error("too many files")]
    TooMany,
}

impl ReplayError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Zip(e) => e.code(),
            Self::Tampered(_) => "replay.tampered",
            Self::Malformed(_) => "replay.malformed",
            Self::Version(_) => "replay.version",
            Self::TooMany => "replay.too-many",
        }
    }
}
