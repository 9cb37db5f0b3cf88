/// Why an evidence record was not made, renewed or read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// No object.
    #[error("there is nothing to prove")]
    NoData,
    /// Not a record, or a broken one.
    #[error("no evidence record: {0}")]
    Malformed(&'static str),
    /// More of something than is read.
    #[error("the evidence record has more {0} than is read")]
    TooMany(&'static str),
    /// An algorithm that is not known.
    #[error("the evidence record uses an unknown algorithm")]
    Algorithm,
    /// The time stamp is over something else.
    #[error("the time stamp is not over the evidence")]
    Timestamp,
    /// An object is not in the record.
    #[error("{0} is not in the evidence record")]
    Foreign(String),
    /// An object cannot be read.
    #[error("{0} cannot be read")]
    Object(String),
    /// A kind of file or signature that takes no record.
    #[error("no evidence record can be put into {0}")]
    Unsupported(String),
    /// A signed file that is broken, or would be by what is added.
    #[error("the signed file takes no evidence record: {0}")]
    Signed(String),
    /// No signature of this id.
    #[error("there is no signature {0}")]
    Unknown(String),
    /// Writing failed.
    #[error("the file cannot be written: {0}")]
    Write(String),
}

impl EvidenceError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoData => "evidence.no-data",
            Self::Malformed(_) => "evidence.malformed",
            Self::TooMany(_) => "evidence.too-many",
            Self::Algorithm => "evidence.algorithm",
            Self::Timestamp => "evidence.time-stamp",
            Self::Foreign(_) => "evidence.foreign",
            Self::Object(_) => "evidence.object",
            Self::Unsupported(_) => "evidence.unsupported",
            Self::Signed(_) => "evidence.signed",
            Self::Unknown(_) => "evidence.unknown-signature",
            Self::Write(_) => "evidence.write",
        }
    }
}

impl From<pki::Error> for EvidenceError {
    fn from(_: pki::Error) -> Self {
        Self::Malformed("ASN.1")
    }
}
