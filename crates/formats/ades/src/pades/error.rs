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
    /// The picture of a visible signature.
    #[error("the picture cannot be used: {0}")]
    Image(&'static str),
    /// The font of visible signatures has no such letter.
    #[error("the letter {0:?} cannot be shown")]
    Letter(char),
    /// Text or picture do not fit.
    #[error("the place of the signature is too small for its text or picture")]
    TextSpace,
    /// The document has no such page.
    #[error("there is no page {0}")]
    Page(usize),
    /// The place lies beyond the page.
    #[error("the place of the signature lies beyond the page")]
    Outside,
    /// A field of this name is signed already, is no signature field, or cannot be made.
    #[error("the field {0:?} cannot take a signature")]
    Field(String),
    /// Only the first signature certifies, by level 1, 2 or 3.
    #[error("only the first signature of a document can certify it, by level 1, 2 or 3")]
    Certify,
    /// A claim that cannot be made: no object identifier, a digest of another length, a reason beside a commitment.
    #[error("a claim of the signer cannot be written: {0}")]
    Claim(String),
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
            Self::Image(_) => "pades.image",
            Self::Letter(_) => "pades.letter",
            Self::TextSpace => "pades.text-space",
            Self::Page(_) => "pades.page",
            Self::Outside => "pades.outside",
            Self::Field(_) => "pades.field",
            Self::Certify => "pades.certify",
            Self::Claim(_) => "pades.claim",
            Self::NotSigned => "pades.not-signed",
        }
    }
}
