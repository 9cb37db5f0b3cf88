//! Algorithms by the names of JWA, and the descriptions that `getSigningCertificate` and `sign` give.

use pki::{DigestAlgorithm, KeyKind, SignatureAlgorithm};
use serde::{Deserialize, Serialize};

/// Algorithm of an authentication token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// ECDSA on P-521 with SHA-512.
    ES512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PSS with SHA-384.
    PS384,
    /// RSASSA-PSS with SHA-512.
    PS512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
}

impl Algorithm {
    /// The digest of origin, nonce, and signature.
    pub fn digest(self) -> DigestAlgorithm {
        match self {
            Self::ES256 | Self::PS256 | Self::RS256 => DigestAlgorithm::Sha256,
            Self::ES384 | Self::PS384 | Self::RS384 => DigestAlgorithm::Sha384,
            Self::ES512 | Self::PS512 | Self::RS512 => DigestAlgorithm::Sha512,
        }
    }
    /// The signature algorithm.
    pub fn signature(self) -> SignatureAlgorithm {
        let digest = self.digest();
        match self {
            Self::ES256 | Self::ES384 | Self::ES512 => SignatureAlgorithm::Ecdsa(digest),
            Self::PS256 | Self::PS384 | Self::PS512 => SignatureAlgorithm::RsaPss(digest),
            Self::RS256 | Self::RS384 | Self::RS512 => SignatureAlgorithm::RsaPkcs1(digest),
        }
    }
    /// The algorithm that goes with a card's key.
    pub fn of_key(kind: KeyKind) -> Option<Self> {
        match kind {
            KeyKind::P256 => Some(Self::ES256),
            KeyKind::P384 => Some(Self::ES384),
            KeyKind::P521 => Some(Self::ES512),
            KeyKind::Rsa(_) => Some(Self::RS256),
            KeyKind::Ed25519 | KeyKind::Other => None,
        }
    }
    /// Whether a key of this kind can have made such a signature: JWA ties each curve to one name.
    pub fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::ES256 => kind == KeyKind::P256,
            Self::ES384 => kind == KeyKind::P384,
            Self::ES512 => kind == KeyKind::P521,
            _ => matches!(kind, KeyKind::Rsa(bits) if bits >= 2048),
        }
    }
}

/// Hash functions by the names of the Web eID interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HashFunction {
    /// SHA-256.
    #[serde(rename = "SHA-256")]
    Sha256,
    /// SHA-384.
    #[serde(rename = "SHA-384")]
    Sha384,
    /// SHA-512.
    #[serde(rename = "SHA-512")]
    Sha512,
}

impl HashFunction {
    /// All of them, as a card of ours offers them.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// The digest algorithm.
    pub fn digest(self) -> DigestAlgorithm {
        match self {
            Self::Sha256 => DigestAlgorithm::Sha256,
            Self::Sha384 => DigestAlgorithm::Sha384,
            Self::Sha512 => DigestAlgorithm::Sha512,
        }
    }
    /// By its name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|h| h.digest().name().eq_ignore_ascii_case(name) || h.name() == name)
    }
    /// `SHA-384`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

/// How a signature was made, or can be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureDescription {
    /// `ECC` or `RSA`.
    pub crypto_algorithm: String,
    /// Hash function.
    pub hash_function: HashFunction,
    /// `NONE`, `PKCS1.5` or `PSS`.
    pub padding_scheme: String,
}

impl SignatureDescription {
    /// ECDSA with this hash function.
    pub fn ecc(hash_function: HashFunction) -> Self {
        Self { crypto_algorithm: "ECC".to_owned(), hash_function, padding_scheme: "NONE".to_owned() }
    }
    /// The signature algorithm, if this platform has it.
    pub fn algorithm(&self) -> Option<SignatureAlgorithm> {
        let digest = self.hash_function.digest();
        match (self.crypto_algorithm.as_str(), self.padding_scheme.as_str()) {
            ("ECC", "NONE") => Some(SignatureAlgorithm::Ecdsa(digest)),
            ("RSA", "PKCS1.5") => Some(SignatureAlgorithm::RsaPkcs1(digest)),
            ("RSA", "PSS") => Some(SignatureAlgorithm::RsaPss(digest)),
            _ => None,
        }
    }
}
