/// Why a signature was not raised.
#[derive(Debug, thiserror::Error)]
pub enum AugmentError {
    /// The kind of file or signature cannot be raised.
    #[error("signatures of this kind cannot be raised: {0}")]
    Unsupported(String),
    /// There is no signature.
    #[error("there is no signature to raise")]
    NoSignature,
    /// No signature of this id.
    #[error("there is no signature {0}")]
    Unknown(String),
    /// The signature is broken, or does not carry what the level below asks for.
    #[error("the signature cannot be raised: {0}")]
    Signature(String),
    /// The level is there already, or a higher one.
    #[error("the signature {0} has this level already")]
    AlreadyThere(String),
    /// A step out of order.
    #[error("{0}")]
    Order(&'static str),
    /// The time stamp is not one, or is over something else.
    #[error("the time stamp cannot be used: {0}")]
    Timestamp(String),
    /// A signed object cannot be read again.
    #[error("a signed object cannot be read: {0}")]
    Object(String),
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl AugmentError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsupported(_) => "augment.unsupported",
            Self::NoSignature => "augment.no-signature",
            Self::Unknown(_) => "augment.unknown-signature",
            Self::Signature(_) => "augment.signature",
            Self::AlreadyThere(_) => "augment.already-there",
            Self::Order(_) => "augment.order",
            Self::Timestamp(_) => "augment.time-stamp",
            Self::Object(_) => "augment.object",
            Self::Io(_) => "augment.io",
        }
    }
}
