use crate::{
    Error, Result,
    asn1::{self, Reader},
    oid,
};

use super::AlgorithmIdentifier;

/// What kind of key, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum KeyKind {
    /// RSA with so many bits.
    Rsa(u32),
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// Ed25519.
    Ed25519,
    /// A key this platform does not use.
    Other,
}

impl KeyKind {
    /// Octets of one half of a raw ECDSA signature.
    pub fn ecdsa_size(self) -> Option<usize> {
        match self {
            Self::P256 => Some(32),
            Self::P384 => Some(48),
            Self::P521 => Some(66),
            _ => None,
        }
    }
    /// Name for people, `RSA-3072`.
    pub fn name(self) -> String {
        match self {
            Self::Rsa(bits) => format!("RSA-{bits}"),
            Self::P256 => "P-256".into(),
            Self::P384 => "P-384".into(),
            Self::P521 => "P-521".into(),
            Self::Ed25519 => "Ed25519".into(),
            Self::Other => "?".into(),
        }
    }
}

/// A `SubjectPublicKeyInfo`, kept as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey {
    spki: Vec<u8>,
    bits: Vec<u8>,
    kind: KeyKind,
}

impl PublicKey {
    /// From DER.
    pub fn from_spki(der: &[u8]) -> Result<Self> {
        let mut r = Reader::of_sequence(der, "public key")?;
        let algorithm = AlgorithmIdentifier::parse(r.expect(asn1::tag::SEQUENCE)?.full)?;
        let bits = r.bits()?.whole()?;
        r.finish("public key")?;
        Ok(Self { spki: der.to_vec(), bits: bits.to_vec(), kind: kind(&algorithm, bits)? })
    }
    /// From an uncompressed or compressed point.
    pub fn from_ec_point(kind: KeyKind, point: &[u8]) -> Result<Self> {
        let curve = match kind {
            KeyKind::P256 => oid::P256,
            KeyKind::P384 => oid::P384,
            KeyKind::P521 => oid::P521,
            _ => return Err(Error::UnsupportedKey),
        };
        let algorithm = asn1::seq([asn1::oid(oid::EC_PUBLIC_KEY), asn1::oid(curve)]);
        Self::from_spki(&asn1::seq([algorithm, asn1::bit_string(point)]))
    }
    /// From modulus and exponent, big-endian.
    pub fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self> {
        let key = asn1::seq([asn1::integer(modulus), asn1::integer(exponent)]);
        let algorithm = asn1::seq([asn1::oid(oid::RSA_ENCRYPTION), asn1::null()]);
        Self::from_spki(&asn1::seq([algorithm, asn1::bit_string(&key)]))
    }
    /// From the 32 octets of an Ed25519 key.
    pub fn from_ed25519(key: &[u8]) -> Result<Self> {
        Self::from_spki(&asn1::seq([asn1::seq([asn1::oid(oid::ED25519)]), asn1::bit_string(key)]))
    }
    /// DER of the `SubjectPublicKeyInfo`.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }
    /// The key's own octets: EC point, `RSAPublicKey`, Ed25519 key.
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }
    /// What kind.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }
    /// SHA-1 over the key's octets: the usual key identifier (RFC 5280 section 4.2.1.2, method 1).
    pub fn key_id(&self) -> Vec<u8> {
        super::DigestAlgorithm::Sha1.of(&self.bits)
    }
    /// Modulus and exponent of an RSA key.
    pub fn rsa_components(&self) -> Option<(&[u8], &[u8])> {
        match self.kind {
            KeyKind::Rsa(_) => {
                let mut r = Reader::of_sequence(&self.bits, "RSA key").ok()?;
                Some((r.unsigned().ok()?, r.unsigned().ok()?))
            }
            _ => None,
        }
    }
}

fn kind(algorithm: &AlgorithmIdentifier<'_>, bits: &[u8]) -> Result<KeyKind> {
    match algorithm.oid {
        oid::RSA_ENCRYPTION | oid::RSA_PSS => {
            let mut r = Reader::of_sequence(bits, "RSA key")?;
            let modulus = r.unsigned()?;
            let exponent = r.unsigned()?;
            r.finish("RSA key")?;
            let first = modulus.first().copied().unwrap_or_default();
            let length = u32::try_from(modulus.len())
                .unwrap_or(u32::MAX)
                .saturating_mul(8)
                .saturating_sub(first.leading_zeros());
            if length > 16_384 || exponent.len() > 8 || exponent.last().is_none_or(|b| b & 1 == 0) {
                return Err(Error::UnsupportedKey);
            }
            Ok(KeyKind::Rsa(length))
        }
        oid::EC_PUBLIC_KEY => {
            let Some(curve) = algorithm.parameters.and_then(|p| Reader::new(p).oid().ok()) else {
                return Ok(KeyKind::Other);
            };
            let (kind, size) = match curve {
                oid::P256 => (KeyKind::P256, 32),
                oid::P384 => (KeyKind::P384, 48),
                oid::P521 => (KeyKind::P521, 66),
                _ => return Ok(KeyKind::Other),
            };
            match bits.split_first() {
                Some((4, rest)) if rest.len() == 2 * size => Ok(kind),
                Some((2 | 3, rest)) if rest.len() == size => Ok(kind),
                _ => Err(Error::Malformed("EC point")),
            }
        }
        oid::ED25519 if bits.len() == 32 && algorithm.parameters.is_none() => Ok(KeyKind::Ed25519),
        oid::ED25519 => Err(Error::Malformed("Ed25519 key")),
        _ => Ok(KeyKind::Other),
    }
}
