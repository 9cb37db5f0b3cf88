use std::fmt;

use pki::DigestAlgorithm;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names an object by the SHA-256 of its bytes as carried: the DER of a certificate, CRL, OCSP response or time stamp token, the value of a
/// signature, a data object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 32]);

impl ObjectId {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_digest(&DigestAlgorithm::Sha256.of(bytes)).unwrap_or_default()
    }
    /// From a SHA-256 digest; `None` when it is not 32 bytes.
    pub fn from_digest(sha256: &[u8]) -> Option<Self> {
        sha256.try_into().ok().map(Self)
    }
    /// Of the object whose digest stands in a reference that a time stamp covers: a proof for the digest is one for the object, as long as
    /// nobody can find another object with it (EN 319 102-1 clause 5.6.2.3.4). `None`: SHA-1, or an object that is not among `carried`.
    pub(crate) fn referred<'c>(
        algorithm: DigestAlgorithm,
        digest: &[u8],
        mut carried: impl Iterator<Item = &'c Vec<u8>>,
    ) -> Option<Self> {
        match algorithm {
            DigestAlgorithm::Sha1 => None,
            DigestAlgorithm::Sha256 => Self::from_digest(digest),
            other => carried.find(|c| other.of(c) == digest).map(|c| Self::of(c)),
        }
    }
    /// The SHA-256 digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Lower-case hexadecimal.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'d> Deserialize<'d> for ObjectId {
    fn deserialize<D: Deserializer<'d>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let wrong = || serde::de::Error::custom("not a SHA-256 digest in hexadecimal");
        let mut id = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        for (byte, pair) in id.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| wrong())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
        }
        Ok(Self(id))
    }
}
