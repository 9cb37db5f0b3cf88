//! Making JAdES signatures: a request, the bytes to sign, the file.

mod header;
mod prepare;

use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm, SignatureAlgorithm};
use serde::{Deserialize, Serialize};

pub(super) use header::stamps;
pub use prepare::{Prepared, content_imprint, prepare, prepare_counter, prepare_parallel};

use super::{JadesError, Serialization};
use crate::xades::Place;

/// One file to be signed; its bytes come from [`crate::xades::Objects`] under the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// Name; with [`Packaging::ByUri`] and [`Packaging::ByUriHash`] written percent-encoded as URI.
    pub name: String,
    /// Media type.
    pub media_type: String,
}

/// Where the signed data are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Packaging {
    /// The payload is in the signature file.
    Attached,
    /// One file elsewhere, not named (RFC 7515 appendix F).
    Detached,
    /// Files elsewhere, named; their bytes are the payload (`ObjectIdByURI`).
    ByUri,
    /// Files elsewhere, named with their digests (`ObjectIdByURIHash`): files of any size.
    ByUriHash,
}

/// A signature policy to be named in the signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// URI, or `urn:oid:…`.
    pub id: String,
    /// Digest of the policy document.
    pub digest: Option<(DigestAlgorithm, Vec<u8>)>,
    /// Where the document is.
    pub uri: Option<String>,
}

/// What kind of signature is wanted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Signing certificate, DER.
    pub certificate: Vec<u8>,
    /// Certificates between it and the root, DER, for `x5c`.
    pub chain: Vec<Vec<u8>>,
    /// Algorithm of the signature value.
    pub algorithm: SignatureAlgorithm,
    /// Digest of files and of the certificate.
    pub digest: DigestAlgorithm,
    /// Claimed time (`iat`).
    pub signing_time: Timestamp,
    /// Claimed roles.
    pub roles: Vec<String>,
    /// Claimed place.
    pub place: Option<Place>,
    /// Commitment types: URIs, or `urn:oid:…`.
    pub commitments: Vec<String>,
    /// Signature policy.
    pub policy: Option<Policy>,
    /// Content time stamp tokens over [`content_imprint`].
    pub content_stamps: Vec<Vec<u8>>,
    /// How the file is written.
    pub serialization: Serialization,
    /// Where the data are.
    pub packaging: Packaging,
    /// Whether the payload is base64url-encoded; `false` is `b64: false` of RFC 7797.
    pub encoded: bool,
}

impl Request {
    /// A request with what is usual for the key of `certificate`: flattened JSON with its payload.
    ///
    /// # Errors
    /// When the certificate cannot be read or its key cannot be used.
    pub fn new(certificate: &[u8], signing_time: Timestamp) -> Result<Self, JadesError> {
        let parsed = Certificate::from_der(certificate).map_err(JadesError::Certificate)?;
        let algorithm = SignatureAlgorithm::for_key(parsed.public_key()).map_err(JadesError::Certificate)?;
        Ok(Self {
            certificate: certificate.to_vec(),
            chain: Vec::new(),
            algorithm,
            digest: algorithm.companion_digest(),
            signing_time,
            roles: Vec::new(),
            place: None,
            commitments: Vec::new(),
            policy: None,
            content_stamps: Vec::new(),
            serialization: Serialization::Flattened,
            packaging: Packaging::Attached,
            encoded: true,
        })
    }
}
