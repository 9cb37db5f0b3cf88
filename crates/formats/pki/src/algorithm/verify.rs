use aws_lc_rs::{
    digest::Digest,
    signature::{self as s, RsaParameters, RsaPssSaltLength, UnparsedPublicKey, VerificationAlgorithm},
};

use super::{DigestAlgorithm, KeyKind, PublicKey, SignatureAlgorithm};
use crate::{Error, Result};

static PSS_SHA256: RsaParameters = s::RSA_PSS_2048_8192_SHA256.with_pss_salt_length(RsaPssSaltLength::Digest);
static PSS_SHA384: RsaParameters = s::RSA_PSS_2048_8192_SHA384.with_pss_salt_length(RsaPssSaltLength::Digest);
static PSS_SHA512: RsaParameters = s::RSA_PSS_2048_8192_SHA512.with_pss_salt_length(RsaPssSaltLength::Digest);

static LONG_SHA256: RsaParameters = s::RSA_PSS_2048_8192_SHA256.with_pss_salt_length(RsaPssSaltLength::Max);
static LONG_SHA384: RsaParameters = s::RSA_PSS_2048_8192_SHA384.with_pss_salt_length(RsaPssSaltLength::Max);
static LONG_SHA512: RsaParameters = s::RSA_PSS_2048_8192_SHA512.with_pss_salt_length(RsaPssSaltLength::Max);

/// RSASSA-PSS with the longest salt, for keys that [`provider`] accepts.
fn longest_salt(algorithm: SignatureAlgorithm) -> Option<&'static dyn VerificationAlgorithm> {
    match algorithm {
        SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha256) => Some(&LONG_SHA256),
        SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha384) => Some(&LONG_SHA384),
        SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha512) => Some(&LONG_SHA512),
        _ => None,
    }
}

fn provider(key: &PublicKey, algorithm: SignatureAlgorithm) -> Result<&'static dyn VerificationAlgorithm> {
    use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    use KeyKind::{P256, P384, P521, Rsa};
    use SignatureAlgorithm::{Ecdsa, Ed25519, RsaPkcs1, RsaPss};
    // Keys shorter than what is accepted today still have to be judged in old signatures; the policies of path and signature validation
    // refuse them by date.
    Ok(match (algorithm, key.kind()) {
        (RsaPkcs1(Sha1), Rsa(1024..=8192)) => &s::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (RsaPkcs1(Sha256), Rsa(1024..=8192)) => &s::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        (RsaPkcs1(Sha384), Rsa(2048..=8192)) => &s::RSA_PKCS1_2048_8192_SHA384,
        (RsaPkcs1(Sha512), Rsa(1024..=8192)) => &s::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        (RsaPss(Sha256), Rsa(2048..=8192)) => &PSS_SHA256,
        (RsaPss(Sha384), Rsa(2048..=8192)) => &PSS_SHA384,
        (RsaPss(Sha512), Rsa(2048..=8192)) => &PSS_SHA512,
        (Ecdsa(Sha1), P256) => &s::ECDSA_P256_SHA1_ASN1,
        (Ecdsa(Sha256), P256) => &s::ECDSA_P256_SHA256_ASN1,
        (Ecdsa(Sha384), P256) => &s::ECDSA_P256_SHA384_ASN1,
        (Ecdsa(Sha512), P256) => &s::ECDSA_P256_SHA512_ASN1,
        (Ecdsa(Sha256), P384) => &s::ECDSA_P384_SHA256_ASN1,
        (Ecdsa(Sha384), P384) => &s::ECDSA_P384_SHA384_ASN1,
        (Ecdsa(Sha512), P384) => &s::ECDSA_P384_SHA512_ASN1,
        (Ecdsa(Sha1), P521) => &s::ECDSA_P521_SHA1_ASN1,
        (Ecdsa(Sha256), P521) => &s::ECDSA_P521_SHA256_ASN1,
        (Ecdsa(Sha384), P521) => &s::ECDSA_P521_SHA384_ASN1,
        (Ecdsa(Sha512), P521) => &s::ECDSA_P521_SHA512_ASN1,
        (Ed25519, KeyKind::Ed25519) => &s::ED25519,
        _ => return Err(Error::UnsupportedKey),
    })
}

/// Verifies `signature` (ECDSA in DER) over `message` with a DER `SubjectPublicKeyInfo`.
///
/// This is mathematics only: whether an algorithm or key size is still good enough at a time is the caller's policy.
pub fn verify(spki: &[u8], algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> Result<()> {
    let key = PublicKey::from_spki(spki)?;
    if let Some(digest) = algorithm.digest().filter(|d| d.is_sha3()) {
        return verify_digest(spki, algorithm, &digest.of(message), signature);
    }
    let by = |provider| UnparsedPublicKey::new(provider, key.bits()).verify(message, signature);
    by(provider(&key, algorithm)?)
        .or_else(|e| longest_salt(algorithm).map_or(Err(e), by))
        .map_err(|_| Error::BadSignature)
}

/// Like [`verify`], over the digest of the message. Not for Ed25519, which signs the message itself.
pub fn verify_digest(spki: &[u8], algorithm: SignatureAlgorithm, digest: &[u8], signature: &[u8]) -> Result<()> {
    let key = PublicKey::from_spki(spki)?;
    let hash = algorithm.digest().ok_or(Error::UnsupportedParameters)?;
    // ECDSA takes the digest as a number, whatever made it: the provider, which has no SHA-3 there, is told the SHA-2 of that length.
    let (algorithm, hash) = match (algorithm, DigestAlgorithm::from_size(hash.size())) {
        (SignatureAlgorithm::Ecdsa(d), Some(same)) if d.is_sha3() => (SignatureAlgorithm::Ecdsa(same), same),
        other => (other.0, hash),
    };
    let digest = Digest::import_less_safe(digest, hash.provider())
        .map_err(|_| Error::Malformed("digest of the wrong length"))?;
    let by = |provider| UnparsedPublicKey::new(provider, key.bits()).verify_digest(&digest, signature);
    by(provider(&key, algorithm)?)
        .or_else(|e| longest_salt(algorithm).map_or(Err(e), by))
        .map_err(|_| Error::BadSignature)
}
