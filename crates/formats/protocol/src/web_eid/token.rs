//! The token, and what the card signs for it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{Algorithm, HashFunction, SignatureDescription};

/// A Web eID authentication token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthToken {
    /// Authentication certificate, DER in base64. Nothing about it has been verified.
    pub unverified_certificate: String,
    /// Algorithm.
    pub algorithm: Algorithm,
    /// Signature in base64; ECDSA as r ‖ s.
    pub signature: String,
    /// `web-eid:1.0` or later of version 1.
    pub format: String,
    /// What made the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,
    /// Signing certificates, since 1.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unverified_signing_certificates: Vec<SigningCertificate>,
}

/// A signing certificate and what its key can do: in tokens since 1.1, and the answer of `getSigningCertificate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningCertificate {
    /// DER in base64.
    pub certificate: String,
    /// What the key can do.
    pub supported_signature_algorithms: Vec<SignatureDescription>,
}

impl SigningCertificate {
    /// The certificate of an elliptic-curve key on a card that takes any hash.
    pub fn of_card(der: &[u8]) -> Self {
        Self {
            certificate: STANDARD.encode(der),
            supported_signature_algorithms: HashFunction::ALL.map(SignatureDescription::ecc).into(),
        }
    }
}

impl AuthToken {
    /// Wraps the authentication certificate and the signature over [`challenge`].
    pub fn new(certificate_der: &[u8], algorithm: Algorithm, signature: &[u8], app_version: &str) -> Self {
        Self {
            unverified_certificate: STANDARD.encode(certificate_der),
            algorithm,
            signature: STANDARD.encode(signature),
            format: "web-eid:1.0".to_owned(),
            app_version: Some(app_version.to_owned()),
            unverified_signing_certificates: Vec::new(),
        }
    }
}

/// The message that the authentication key signs: `hash(origin) ‖ hash(nonce)`. Sign its digest by `algorithm.digest()`.
pub fn challenge(origin: &str, nonce: &str, algorithm: Algorithm) -> Vec<u8> {
    let digest = algorithm.digest();
    [digest.of(origin.as_bytes()), digest.of(nonce.as_bytes())].concat()
}

/// A nonce as text from 32 random bytes, to be kept by the server for one attempt of a few minutes.
pub fn nonce(random: &[u8; 32]) -> String {
    STANDARD.encode(random)
}
