use aws_lc_rs::{digest, hmac as mac};

use crate::{Oid, asn1, oid};

/// Digest algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum DigestAlgorithm {
    /// SHA-1: read only, never accepted beyond its end date.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA3-256 (FIPS 202).
    Sha3_256,
    /// SHA3-384.
    Sha3_384,
    /// SHA3-512.
    Sha3_512,
}

impl DigestAlgorithm {
    /// All, the usual ones first, of them the weakest first.
    pub const ALL: [Self; 7] =
        [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512, Self::Sha3_256, Self::Sha3_384, Self::Sha3_512];

    /// Its object identifier.
    pub fn oid(self) -> Oid {
        match self {
            Self::Sha1 => oid::SHA1,
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
            Self::Sha3_256 => oid::SHA3_256,
            Self::Sha3_384 => oid::SHA3_384,
            Self::Sha3_512 => oid::SHA3_512,
        }
    }
    /// By object identifier.
    pub fn from_oid(id: Oid) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.oid() == id)
    }
    /// By its length in octets, of SHA-1 and SHA-2.
    pub fn from_size(size: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.size() == size)
    }
    /// Whether it is one of SHA-3.
    pub fn is_sha3(self) -> bool {
        matches!(self, Self::Sha3_256 | Self::Sha3_384 | Self::Sha3_512)
    }
    /// Length in octets.
    pub fn size(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 | Self::Sha3_256 => 32,
            Self::Sha384 | Self::Sha3_384 => 48,
            Self::Sha512 | Self::Sha3_512 => 64,
        }
    }
    /// Usual name, `SHA-256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha3_256 => "SHA3-256",
            Self::Sha3_384 => "SHA3-384",
            Self::Sha3_512 => "SHA3-512",
        }
    }
    /// DER `AlgorithmIdentifier` without parameters (RFC 5754).
    pub fn to_der(self) -> Vec<u8> {
        asn1::seq([asn1::oid(self.oid())])
    }
    /// Digest of `data`.
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        digest::digest(self.provider(), data).as_ref().to_vec()
    }
    pub(crate) fn provider(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
            Self::Sha3_256 => &digest::SHA3_256,
            Self::Sha3_384 => &digest::SHA3_384,
            Self::Sha3_512 => &digest::SHA3_512,
        }
    }
}

/// A digest over data that comes in pieces. Also a [`std::io::Write`]. A clone goes on from where it is.
#[derive(Clone)]
pub struct Digester {
    algorithm: DigestAlgorithm,
    context: digest::Context,
    fresh: bool,
}

impl Digester {
    /// Nothing yet.
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        Self { algorithm, context: digest::Context::new(algorithm.provider()), fresh: true }
    }
    /// Which algorithm.
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }
    /// Whether nothing was put in yet.
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }
    /// The next piece.
    pub fn update(&mut self, data: &[u8]) {
        self.fresh &= data.is_empty();
        self.context.update(data);
    }
    /// The digest of all pieces.
    pub fn finish(self) -> Vec<u8> {
        self.context.finish().as_ref().to_vec()
    }
}

impl std::fmt::Debug for Digester {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Digester").field(&self.algorithm).finish()
    }
}

impl std::io::Write for Digester {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.update(buf);
        Ok(buf.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// HMAC; `None` with SHA-3, which nothing here uses so.
pub fn hmac(algorithm: DigestAlgorithm, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match algorithm {
        DigestAlgorithm::Sha1 => mac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        DigestAlgorithm::Sha256 => mac::HMAC_SHA256,
        DigestAlgorithm::Sha384 => mac::HMAC_SHA384,
        DigestAlgorithm::Sha512 => mac::HMAC_SHA512,
        DigestAlgorithm::Sha3_256 | DigestAlgorithm::Sha3_384 | DigestAlgorithm::Sha3_512 => return None,
    };
    Some(mac::sign(&mac::Key::new(algorithm, key), data).as_ref().to_vec())
}
