//! As much of JWS (RFC 7515) and JAdES (TS 119 182-1) as a list needs: compact, the signer's certificate in `x5c`, listed algorithms only.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm, KeyKind, SignatureAlgorithm, strength::Strength};
use serde::Deserialize;

use crate::lists::{ListError, Signers};

/// Largest protected header.
const MAX_HEADER: usize = 256 * 1024;

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    x5c: Vec<String>,
    #[serde(rename = "x5t#S256", default)]
    digest: Option<String>,
    #[serde(default)]
    crit: Option<Vec<String>>,
    #[serde(default)]
    b64: Option<bool>,
}

/// Opens a compact JWS: its payload, who signed it, and with what algorithm.
pub(super) fn open(text: &str, signers: Signers<'_>) -> Result<(Vec<u8>, Certificate, SignatureAlgorithm), ListError> {
    let json = |why: &str| ListError::Json(why.to_owned());
    let wrong = |why: &str| ListError::Signature(why.to_owned());
    let mut parts = text.split('.');
    let (Some(header), Some(payload), Some(value), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(ListError::Unsigned);
    };
    if header.len() > MAX_HEADER {
        return Err(ListError::TooLarge("header"));
    }
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| json("base64url"));
    let head: Header = serde_json::from_slice(&decode(header)?).map_err(|e| ListError::Json(e.to_string()))?;
    if head.b64 == Some(false) || head.crit.iter().flatten().any(|c| !matches!(c.as_str(), "sigT" | "b64")) {
        return Err(ListError::Form("critical header".to_owned()));
    }
    let first = head.x5c.first().ok_or_else(|| wrong("no certificate"))?;
    let der = STANDARD.decode(first).map_err(|_| json("x5c"))?;
    let signer = Certificate::from_der(&der).map_err(|e| ListError::Signer(e.to_string()))?;
    if let Some(digest) = &head.digest
        && decode(digest)? != DigestAlgorithm::Sha256.of(&der)
    {
        return Err(wrong("x5t#S256"));
    }
    if let Signers::Of(allowed) = signers
        && !allowed.contains(&signer)
    {
        return Err(ListError::Signer(signer.subject().to_string()));
    }
    let kind = signer.public_key().kind();
    let algorithm = algorithm(&head.alg, kind).ok_or_else(|| wrong("the key does not fit the algorithm"))?;
    let mut value = decode(value)?;
    if matches!(algorithm, SignatureAlgorithm::Ecdsa(_)) {
        if kind.ecdsa_size().is_none_or(|size| value.len() != 2 * size) {
            return Err(wrong("value"));
        }
        value = pki::ecdsa_raw_to_der(&value).map_err(|_| wrong("value"))?;
    }
    let signed = text.rsplit_once('.').map(|(s, _)| s).unwrap_or_default();
    pki::verify(signer.spki(), algorithm, signed.as_bytes(), &value).map_err(|_| wrong("value"))?;
    Ok((decode(payload)?, signer, algorithm))
}

/// Whether algorithm and key were good enough, and the certificate valid, when the list was issued.
pub(super) fn strong(signer: &Certificate, algorithm: SignatureAlgorithm, issued: Timestamp) -> Result<(), ListError> {
    if !signer.is_valid_at(issued) {
        return Err(ListError::Signer(format!("{}: not valid when it signed", signer.subject())));
    }
    let kind = signer.public_key().kind();
    Strength::default().signature(algorithm, kind, issued).map_err(|_| ListError::Weak)
}

/// The algorithm of RFC 7518 for exactly this kind of key.
fn algorithm(name: &str, key: KeyKind) -> Option<SignatureAlgorithm> {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    Some(match (name, key) {
        ("ES256", KeyKind::P256) => SignatureAlgorithm::Ecdsa(Sha256),
        ("ES384", KeyKind::P384) => SignatureAlgorithm::Ecdsa(Sha384),
        ("ES512", KeyKind::P521) => SignatureAlgorithm::Ecdsa(Sha512),
        ("PS256", KeyKind::Rsa(_)) => SignatureAlgorithm::RsaPss(Sha256),
        ("PS384", KeyKind::Rsa(_)) => SignatureAlgorithm::RsaPss(Sha384),
        ("PS512", KeyKind::Rsa(_)) => SignatureAlgorithm::RsaPss(Sha512),
        ("RS256", KeyKind::Rsa(_)) => SignatureAlgorithm::RsaPkcs1(Sha256),
        ("RS384", KeyKind::Rsa(_)) => SignatureAlgorithm::RsaPkcs1(Sha384),
        ("RS512", KeyKind::Rsa(_)) => SignatureAlgorithm::RsaPkcs1(Sha512),
        ("EdDSA" | "Ed25519", KeyKind::Ed25519) => SignatureAlgorithm::Ed25519,
        _ => return None,
    })
}
