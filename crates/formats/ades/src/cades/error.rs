/// Why a CAdES signature could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CadesError {
    /// A certificate or message cannot be read.
    #[error(transparent)]
    Pki(#[from] pki::Error),
    /// The key of the certificate cannot make signatures of this algorithm.
    #[error("the certificate's key does not fit the signature algorithm")]
    Algorithm,
    /// A digest has another length than its algorithm gives.
    #[error("a digest is not of the chosen algorithm")]
    Digest,
    /// No object identifier.
    #[error("not an object identifier: {0}")]
    Oid(String),
    /// A text that cannot stand where it should.
    #[error("not plain ASCII: {0}")]
    Text(String),
    /// The signature value was not made by the certificate's key over these bytes.
    #[error("the signature value does not belong to this certificate and these data")]
    Value,
    /// The content changed between preparing and writing.
    #[error("the data are not those that were signed")]
    OtherData,
    /// There is no signature of this id.
    #[error("there is no signature {0}")]
    Unknown(String),
    /// A signature to which nothing can be added.
    #[error("the file takes no further signature: {0}")]
    Closed(&'static str),
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl CadesError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Pki(e) => e.code(),
            Self::Algorithm => "cades.algorithm",
            Self::Digest => "cades.digest",
            Self::Oid(_) => "cades.oid",
            Self::Text(_) => "cades.text",
            Self::Value => "cades.value",
            Self::OtherData => "cades.other-data",
            Self::Unknown(_) => "cades.unknown-signature",
            Self::Closed(_) => "cades.closed",
            Self::Io(_) => "cades.io",
        }
    }
}
