use const_oid::ObjectIdentifier;

/// Why bytes were not read, a structure not built or a signature not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The input ends inside an element.
    #[error("input ends inside an element")]
    Truncated,
    /// Something follows where the structure ends.
    #[error("{0}: bytes after the end")]
    Trailing(&'static str),
    /// A length that DER does not allow.
    #[error("length is not minimal, indefinite or too large")]
    BadLength,
    /// Another element than the structure asks for.
    #[error("element {expected:#04x} expected, {found:#04x} found")]
    UnexpectedTag {
        /// Tag octet that had to stand here.
        expected: u8,
        /// Tag octet found.
        found: u8,
    },
    /// Larger than this reader takes.
    #[error("{what} larger than {limit} bytes")]
    TooLarge {
        /// What was read.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// More elements than this reader takes.
    #[error("more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Nested deeper than this reader follows.
    #[error("nested deeper than {0}")]
    TooDeep(usize),
    /// A value that the structure does not allow.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// An algorithm this platform does not know.
    #[error("unsupported algorithm {0}")]
    UnsupportedAlgorithm(ObjectIdentifier),
    /// Parameters of an algorithm that this platform does not accept.
    #[error("unsupported algorithm parameters")]
    UnsupportedParameters,
    /// A public key this platform does not know, or too short or long.
    #[error("unsupported public key")]
    UnsupportedKey,
    /// The signature does not belong to this message and key.
    #[error("signature does not verify")]
    BadSignature,
    /// The password does not open the file.
    #[error("wrong password")]
    WrongPassword,
    /// PEM text that is none.
    #[error("malformed PEM")]
    BadPem,
    /// A template that asks for what cannot be encoded.
    #[error("cannot build: {0}")]
    Unbuildable(&'static str),
}

impl Error {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Truncated => "pki.read.truncated",
            Self::Trailing(_) => "pki.read.trailing",
            Self::BadLength => "pki.read.bad-length",
            Self::UnexpectedTag { .. } => "pki.read.unexpected-element",
            Self::TooLarge { .. } => "pki.read.too-large",
            Self::TooMany { .. } => "pki.read.too-many",
            Self::TooDeep(_) => "pki.read.too-deep",
            Self::Malformed(_) => "pki.read.malformed",
            Self::UnsupportedAlgorithm(_) => "pki.algorithm.unsupported",
            Self::UnsupportedParameters => "pki.algorithm.unsupported-parameters",
            Self::UnsupportedKey => "pki.key.unsupported",
            Self::BadSignature => "pki.signature.invalid",
            Self::WrongPassword => "pki.pkcs12.wrong-password",
            Self::BadPem => "pki.read.bad-pem",
            Self::Unbuildable(_) => "pki.build.impossible",
        }
    }
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
