use crate::{
    asic::AsicError, augment::AugmentError, cades::CadesError, jades::JadesError, pades::PadesError, pdf::PdfError,
    xades::XadesError,
};

/// Why a signature was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// No files.
    #[error("there is no file")]
    NoFile,
    /// Two files of one name.
    #[error("two files are named {0}")]
    SameName(String),
    /// The form does not suit these files.
    #[error("these files cannot be signed so: {0}")]
    Form(&'static str),
    /// A file that has to be read whole is larger than what is accepted.
    #[error("{0} is too large to be read whole; it can be signed by its digest")]
    TooLarge(String),
    /// The files are others than the signature was prepared for.
    #[error("the files are not those that the signature was prepared for")]
    Changed,
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// PAdES.
    #[error(transparent)]
    Pades(#[from] PadesError),
    /// A container.
    #[error(transparent)]
    Asic(#[from] AsicError),
    /// XAdES.
    #[error(transparent)]
    Xades(#[from] XadesError),
    /// CAdES.
    #[error(transparent)]
    Cades(#[from] CadesError),
    /// JAdES.
    #[error(transparent)]
    Jades(#[from] JadesError),
    /// A time stamp or material that the signature does not take.
    #[error(transparent)]
    Augment(#[from] AugmentError),
}

impl From<PdfError> for MakeError {
    fn from(e: PdfError) -> Self {
        Self::Pades(PadesError::Pdf(e))
    }
}
