/// Why a signature could not be made.
#[derive(Debug, thiserror::Error)]
pub enum XadesError {
    /// Nothing to sign.
    #[error("there is nothing to sign")]
    NoData,
    /// The signing certificate cannot be read.
    #[error("the signing certificate: {0}")]
    Certificate(pki::Error),
    /// The key of the certificate cannot make signatures of this algorithm.
    #[error("the certificate's key does not fit the signature algorithm")]
    Algorithm,
    /// A digest has the wrong length or algorithm.
    #[error("the digest of {0} is not of the chosen algorithm")]
    Digest(String),
    /// The signature value was not made by the certificate's key over these bytes.
    #[error("the signature value does not belong to this certificate and these files")]
    Value,
    /// The time stamp is not over this signature.
    #[error("the time stamp is not over this signature: {0}")]
    Timestamp(String),
    /// A step out of order.
    #[error("{0}")]
    Order(&'static str),
    /// The document cannot take the signature.
    #[error("the document cannot take the signature: {0}")]
    Document(String),
    /// The document has the Id already that the signature would get.
    #[error("the document has the Id {0} already")]
    IdTaken(String),
    /// There is no signature of this Id.
    #[error("there is no signature {0}")]
    Unknown(String),
    /// A kept state was changed or is of another version.
    #[error("the kept state cannot be used: {0}")]
    State(String),
}

impl XadesError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoData => "xades.no-data",
            Self::Certificate(_) => "xades.certificate",
            Self::Algorithm => "xades.algorithm",
            Self::Digest(_) => "xades.digest",
            Self::Value => "xades.value",
            Self::Timestamp(_) => "xades.timestamp",
            Self::Order(_) => "xades.order",
            Self::Document(_) => "xades.document",
            Self::IdTaken(_) => "xades.id-taken",
            Self::Unknown(_) => "xades.unknown-signature",
            Self::State(_) => "xades.state",
        }
    }
}

impl From<xml::ParseError> for XadesError {
    fn from(e: xml::ParseError) -> Self {
        Self::State(e.to_string())
    }
}

impl From<xml::C14nError> for XadesError {
    fn from(e: xml::C14nError) -> Self {
        Self::State(e.to_string())
    }
}
