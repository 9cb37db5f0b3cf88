use crate::pdf::PdfError;

/// Why a PDF cannot be signed or extended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PadesError {
    /// The file itself.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// Certificates, time stamps, revocation data.
    #[error(transparent)]
    Pki(#[from] pki::Error),
    /// The author certified the document and allows no change.
    #[error("the document is certified and allows no further signature")]
    Locked,
    /// The bytes given now are not those the signature was prepared for.
    #[error("this is not the file the signature was prepared for")]
    OtherFile,
    /// The signature or time stamp is greater than the room reserved.
    #[error("{needed} bytes are needed, {room} were reserved")]
    NoRoom {
        /// Bytes needed.
        needed: usize,
        /// Bytes reserved.
        room: usize,
    },
    /// The signature value does not belong to the certificate.
    #[error("the signature does not verify with the certificate it was prepared for")]
    WrongSignature,
    /// The time stamp is over something else.
    #[error("the time stamp is not over this signature")]
    WrongTimestamp,
    /// There is nothing to extend.
    #[error("the file has no signature")]
    NotSigned,
}

impl PadesError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Pdf(e) => e.code(),
            Self::Pki(e) => e.code(),
            Self::Locked => "pades.locked",
            Self::OtherFile => "pades.other-file",
            Self::NoRoom { .. } => "pades.no-room",
            Self::WrongSignature => "pades.wrong-signature",
            Self::WrongTimestamp => "pades.wrong-timestamp",
            Self::NotSigned => "pades.not-signed",
        }
    }
}
