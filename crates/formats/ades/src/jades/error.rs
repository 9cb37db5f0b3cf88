use token::json::JsonError;

/// Why a JAdES signature could not be made or raised.
#[derive(Debug, thiserror::Error)]
pub enum JadesError {
    /// Nothing to sign.
    #[error("there is nothing to sign")]
    NoData,
    /// The signing certificate cannot be read.
    #[error("the signing certificate: {0}")]
    Certificate(pki::Error),
    /// JOSE has no such algorithm for this key.
    #[error("JOSE has no such signature algorithm for the certificate's key")]
    Algorithm,
    /// The wanted combination of serialisation, payload and encoding does not exist.
    #[error("{0}")]
    Combination(&'static str),
    /// A payload that has to be held in memory is too large.
    #[error("a payload of more than {0} bytes is signed by its digest only")]
    TooLarge(usize),
    /// A file to be signed cannot be read.
    #[error("{0} cannot be read")]
    Object(String),
    /// The signature value was not made by the certificate's key over these bytes.
    #[error("the signature value does not belong to this certificate and this payload")]
    Value,
    /// The time stamp is not over this signature.
    #[error("the time stamp is not over this signature")]
    Timestamp,
    /// The file is no JWS, or one that is not taken.
    #[error("the file is no signature in JSON: {0}")]
    Document(String),
    /// There is no such signature in the file.
    #[error("there is no signature {0} in the file")]
    Unknown(String),
}

impl JadesError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoData => "jades.no-data",
            Self::Certificate(_) => "jades.certificate",
            Self::Algorithm => "jades.algorithm",
            Self::Combination(_) => "jades.combination",
            Self::TooLarge(_) => "jades.too-large",
            Self::Object(_) => "jades.object",
            Self::Value => "jades.value",
            Self::Timestamp => "jades.timestamp",
            Self::Document(_) => "jades.document",
            Self::Unknown(_) => "jades.unknown-signature",
        }
    }
}

impl From<JsonError> for JadesError {
    fn from(e: JsonError) -> Self {
        Self::Document(e.to_string())
    }
}
