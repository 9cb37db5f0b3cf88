use std::{fmt, str::FromStr};

use aws_lc_rs::digest;
use pki::{DigestAlgorithm, SignatureAlgorithm};
use serde::{Deserialize, Serialize};

use crate::{KeyError, ToSign};

/// The kinds of key that are made and used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyKind {
    /// NIST P-256.
    #[serde(rename = "p256")]
    P256,
    /// NIST P-384.
    #[serde(rename = "p384")]
    P384,
    /// RSA, 3072 bits, exponent 65537.
    #[serde(rename = "rsa3072")]
    Rsa3072,
    /// RSA, 4096 bits, exponent 65537.
    #[serde(rename = "rsa4096")]
    Rsa4096,
    /// Edwards curve 25519.
    #[serde(rename = "ed25519")]
    Ed25519,
}

/// What stands before the key bits in the SubjectPublicKeyInfo of each kind (all of it is fixed for a kind).
const P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const P384: &[u8] = &[
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00,
    0x22, 0x03, 0x62, 0x00,
];
const RSA_3072: &[u8] = &[
    0x30, 0x82, 0x01, 0xa2, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    0x03, 0x82, 0x01, 0x8f, 0x00,
];
const RSA_4096: &[u8] = &[
    0x30, 0x82, 0x02, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    0x03, 0x82, 0x02, 0x0f, 0x00,
];
const ED25519: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl KeyKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::P256, Self::P384, Self::Rsa3072, Self::Rsa4096, Self::Ed25519];

    /// Its name in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
            Self::Ed25519 => "ed25519",
        }
    }

    /// The algorithm it signs with unless told otherwise.
    pub fn default_algorithm(self) -> SignatureAlgorithm {
        match self {
            Self::P256 => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
            Self::P384 => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384),
            Self::Rsa3072 | Self::Rsa4096 => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
            Self::Ed25519 => SignatureAlgorithm::Ed25519,
        }
    }

    /// `wanted`, or the default; refuses what the kind cannot do. ECDSA pairs each curve with the digest of its strength.
    pub(crate) fn choose(self, wanted: Option<SignatureAlgorithm>) -> Result<SignatureAlgorithm, KeyError> {
        let Some(wanted) = wanted else { return Ok(self.default_algorithm()) };
        let fits = match (self, wanted) {
            (Self::Rsa3072 | Self::Rsa4096, SignatureAlgorithm::RsaPkcs1(d) | SignatureAlgorithm::RsaPss(d)) => {
                d != DigestAlgorithm::Sha1
            }
            (kind, wanted) => kind.default_algorithm() == wanted,
        };
        if fits { Ok(wanted) } else { Err(KeyError::Unsupported("this kind of key does not sign with this algorithm")) }
    }

    /// SubjectPublicKeyInfo of the key bits: point, Ed25519 key, or RSAPublicKey.
    pub(crate) fn spki(self, bits: &[u8]) -> Vec<u8> {
        [self.prefix(), bits].concat()
    }

    fn prefix(self) -> &'static [u8] {
        match self {
            Self::P256 => P256,
            Self::P384 => P384,
            Self::Rsa3072 => RSA_3072,
            Self::Rsa4096 => RSA_4096,
            Self::Ed25519 => ED25519,
        }
    }

    /// The kind of a SubjectPublicKeyInfo.
    pub fn of_spki(spki: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|k| spki.starts_with(k.prefix()))
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeyKind {
    type Err = KeyError;
    fn from_str(s: &str) -> Result<Self, KeyError> {
        Self::ALL
            .into_iter()
            .find(|k| k.name() == s)
            .ok_or(KeyError::Unsupported("kinds of key are p256, p384, rsa3072, rsa4096, ed25519"))
    }
}

/// The digest of an algorithm; `None` for Ed25519, which signs the message itself.
pub(crate) fn digest_of(algorithm: SignatureAlgorithm) -> Result<Option<&'static digest::Algorithm>, KeyError> {
    let digest = match algorithm {
        SignatureAlgorithm::RsaPkcs1(d) | SignatureAlgorithm::RsaPss(d) | SignatureAlgorithm::Ecdsa(d) => d,
        SignatureAlgorithm::Ed25519 => return Ok(None),
    };
    match digest {
        DigestAlgorithm::Sha256 => Ok(Some(&digest::SHA256)),
        DigestAlgorithm::Sha384 => Ok(Some(&digest::SHA384)),
        DigestAlgorithm::Sha512 => Ok(Some(&digest::SHA512)),
        DigestAlgorithm::Sha1 => Err(KeyError::Unsupported("SHA-1 is never signed")),
        DigestAlgorithm::Sha3_256 | DigestAlgorithm::Sha3_384 | DigestAlgorithm::Sha3_512 => {
            Err(KeyError::Unsupported("SHA-3 is not signed"))
        }
    }
}

/// What the key itself gets: a digest, or the message for Ed25519.
pub(crate) enum Prepared<'a> {
    Digest(digest::Digest),
    Message(&'a [u8]),
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(algorithm: SignatureAlgorithm, what: ToSign<'a>) -> Result<Self, KeyError> {
        match (digest_of(algorithm)?, what) {
            (Some(d), ToSign::Message(m)) => Ok(Self::Digest(digest::digest(d, m))),
            (Some(d), ToSign::Digest(v)) => digest::Digest::import_less_safe(v, d)
                .map(Self::Digest)
                .map_err(|_| KeyError::DigestLength { wanted: d.output_len(), found: v.len() }),
            (None, ToSign::Message(m)) => Ok(Self::Message(m)),
            (None, ToSign::Digest(_)) => Err(KeyError::Unsupported("Ed25519 signs messages, not digests")),
        }
    }
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Digest(d) => d.as_ref(),
            Self::Message(m) => m,
        }
    }
}
