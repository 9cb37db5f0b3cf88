use crate::zip::ZipError;

/// Why a container could not be made or extended.
#[derive(Debug, thiserror::Error)]
pub enum AsicError {
    /// The archive.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// A file name that the container needs for itself, or is not acceptable.
    #[error("a file cannot have this name in a container: {0}")]
    Name(String),
    /// No file to sign.
    #[error("the container has no files to sign")]
    Empty,
    /// ASiC-S holds one file.
    #[error("an ASiC-S container holds one file")]
    Single,
    /// The file is no ASiC-E container with XAdES signatures.
    #[error("not an ASiC-E container with XAdES signatures: {0}")]
    NotAsic(&'static str),
    /// Two signatures of one name.
    #[error("a signature of this name exists already: {0}")]
    SignatureExists(String),
}

impl AsicError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Zip(e) => e.code(),
            Self::Name(_) => "asic.name",
            Self::Empty => "asic.empty",
            Self::Single => "asic.single",
            Self::NotAsic(_) => "asic.not-asic",
            Self::SignatureExists(_) => "asic.signature-exists",
        }
    }
}
