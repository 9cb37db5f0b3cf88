//! The server's judgement of a token.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use pki::{Certificate, KeyUsage, Oid, ecdsa_raw_to_der, oid};

use super::{Algorithm, AuthToken, MAX_NONCE, MAX_TOKEN, MIN_NONCE, challenge, is_origin};

/// What the server expects of a token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Origin of the server's own pages.
    pub origin: &'a str,
    /// The nonce that the server gave for this attempt, and has just used up.
    pub nonce: &'a str,
    /// Now.
    pub at: Timestamp,
    /// The certificate must carry one of these policies; empty: any.
    pub policies: &'a [Oid],
    /// The certificate must carry none of these.
    pub forbidden: &'a [Oid],
}

/// A token whose signature, origin, nonce, form, and purpose hold. Trust in the certificate and its revocation are still to be judged.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// Authentication certificate.
    pub certificate: Certificate,
    /// Algorithm of the signature.
    pub algorithm: Algorithm,
    /// First signing certificate offered by the token (1.1 and later), unverified.
    pub signing_certificate: Option<Certificate>,
}

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebEidError {
    /// Too long.
    #[error("the token is longer than {MAX_TOKEN} bytes")]
    TooLong,
    /// No token.
    #[error("the token is no JSON of the expected form")]
    Form,
    /// Version.
    #[error("the token's format is not web-eid of version 1")]
    Format,
    /// Certificate.
    #[error("the token's certificate cannot be read")]
    Certificate,
    /// Purpose.
    #[error("the certificate is not for authentication: {0}")]
    Purpose(&'static str),
    /// Policy.
    #[error("the certificate's policy is not accepted here")]
    Policy,
    /// Validity.
    #[error("the certificate is not valid at this time")]
    Validity,
    /// Algorithm.
    #[error("the token's algorithm does not belong to the certificate's key")]
    Algorithm,
    /// Signature: of another key, origin or nonce.
    #[error("the signature does not hold for this page and this attempt")]
    Signature,
    /// The server's own settings.
    #[error("the expected origin or nonce is malformed")]
    Expectation,
}

impl WebEidError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "web-eid.token.too-long",
            Self::Form => "web-eid.token.form",
            Self::Format => "web-eid.token.format",
            Self::Certificate => "web-eid.token.certificate",
            Self::Purpose(_) => "web-eid.token.purpose",
            Self::Policy => "web-eid.token.policy",
            Self::Validity => "web-eid.token.validity",
            Self::Algorithm => "web-eid.token.algorithm",
            Self::Signature => "web-eid.token.signature",
            Self::Expectation => "web-eid.token.expectation",
        }
    }
}

/// Judges a token (JSON).
pub fn verify(token: &str, expected: &Expected<'_>) -> Result<Authenticated, WebEidError> {
    if !is_origin(expected.origin) || !(MIN_NONCE..=MAX_NONCE).contains(&expected.nonce.len()) {
        return Err(WebEidError::Expectation);
    }
    if token.len() > MAX_TOKEN {
        return Err(WebEidError::TooLong);
    }
    let token: AuthToken = serde_json::from_str(token).map_err(|_| WebEidError::Form)?;
    if !is_version_1(&token.format) {
        return Err(WebEidError::Format);
    }
    let certificate = certificate(&token.unverified_certificate)?;
    purpose(&certificate)?;
    let policies: Vec<Oid> = certificate.extensions().policies.iter().map(|p| p.oid).collect();
    let allowed = expected.policies.is_empty() || expected.policies.iter().any(|p| policies.contains(p));
    if !allowed || expected.forbidden.iter().any(|p| policies.contains(p)) {
        return Err(WebEidError::Policy);
    }
    if !certificate.is_valid_at(expected.at) {
        return Err(WebEidError::Validity);
    }
    signature(&token, &certificate, expected)?;
    let signing = token.unverified_signing_certificates.first();
    let signing_certificate = signing.map(|s| self::certificate(&s.certificate)).transpose()?;
    Ok(Authenticated { certificate, algorithm: token.algorithm, signing_certificate })
}

/// `web-eid:1`, `web-eid:1.0`, `web-eid:1.1`, …
fn is_version_1(format: &str) -> bool {
    match format.strip_prefix("web-eid:1") {
        Some("") => true,
        Some(minor) => {
            let digits = minor.strip_prefix('.').unwrap_or_default();
            (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        }
        None => false,
    }
}

fn certificate(base64: &str) -> Result<Certificate, WebEidError> {
    let der = STANDARD.decode(base64).map_err(|_| WebEidError::Certificate)?;
    Certificate::from_der(&der).map_err(|_| WebEidError::Certificate)
}

fn purpose(certificate: &Certificate) -> Result<(), WebEidError> {
    if certificate.is_ca() {
        return Err(WebEidError::Purpose("it is a CA certificate"));
    }
    match certificate.key_usage() {
        Some(usage) if usage.contains(KeyUsage::NON_REPUDIATION) => {
            return Err(WebEidError::Purpose("it is a signature certificate"));
        }
        Some(usage) if usage.contains(KeyUsage::DIGITAL_SIGNATURE) => {}
        _ => return Err(WebEidError::Purpose("its key usage lacks digitalSignature")),
    }
    if certificate.extended_key_usage().contains(&oid::CLIENT_AUTH) {
        Ok(())
    } else {
        Err(WebEidError::Purpose("its extended key usage lacks clientAuth"))
    }
}

fn signature(token: &AuthToken, certificate: &Certificate, expected: &Expected<'_>) -> Result<(), WebEidError> {
    let kind = certificate.public_key().kind();
    if !token.algorithm.fits(kind) {
        return Err(WebEidError::Algorithm);
    }
    let raw = STANDARD.decode(&token.signature).map_err(|_| WebEidError::Form)?;
    let signature = match kind.ecdsa_size() {
        // r ‖ s of the curve's size and nothing else: a DER signature is refused.
        Some(half) if raw.len() == 2 * half => ecdsa_raw_to_der(&raw).map_err(|_| WebEidError::Signature)?,
        Some(_) => return Err(WebEidError::Signature),
        None => raw,
    };
    let message = challenge(expected.origin, expected.nonce, token.algorithm);
    pki::verify(certificate.spki(), token.algorithm.signature(), &message, &signature)
        .map_err(|_| WebEidError::Signature)
}
