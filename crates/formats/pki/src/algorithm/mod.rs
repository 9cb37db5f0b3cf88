//! Digest and signature algorithms, their identifiers, and verification.

mod digest;
mod ecdsa;
mod key;
mod verify;

pub use digest::{DigestAlgorithm, Digester, hmac};
pub use ecdsa::{ecdsa_der_to_raw, ecdsa_raw_to_der};
pub use key::{KeyKind, PublicKey};
pub use verify::{verify, verify_digest};

use const_oid::ObjectIdentifier;

use crate::{
    Error, Result,
    asn1::{self, Reader, tag},
    oid,
};

/// Signature algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(DigestAlgorithm),
    /// RSASSA-PSS, MGF1 with the same digest, salt as long as the digest; a salt as long as the key allows is verified, too.
    RsaPss(DigestAlgorithm),
    /// ECDSA; the curve is that of the key.
    Ecdsa(DigestAlgorithm),
    /// Ed25519.
    Ed25519,
}

impl SignatureAlgorithm {
    /// The digest that is signed; Ed25519 signs the message itself (with SHA-512 inside).
    pub fn digest(self) -> Option<DigestAlgorithm> {
        match self {
            Self::RsaPkcs1(d) | Self::RsaPss(d) | Self::Ecdsa(d) => Some(d),
            Self::Ed25519 => None,
        }
    }

    /// The digest to use beside this algorithm where a format asks for one (CMS digestAlgorithm).
    pub fn companion_digest(self) -> DigestAlgorithm {
        self.digest().unwrap_or(DigestAlgorithm::Sha512)
    }

    /// The usual algorithm for a key: ECDSA with the digest of the curve's size, RSA PKCS#1 v1.5 with SHA-256, Ed25519.
    pub fn for_key(key: &PublicKey) -> Result<Self> {
        match key.kind() {
            KeyKind::P256 => Ok(Self::Ecdsa(DigestAlgorithm::Sha256)),
            KeyKind::P384 => Ok(Self::Ecdsa(DigestAlgorithm::Sha384)),
            KeyKind::P521 => Ok(Self::Ecdsa(DigestAlgorithm::Sha512)),
            KeyKind::Rsa(_) => Ok(Self::RsaPkcs1(DigestAlgorithm::Sha256)),
            KeyKind::Ed25519 => Ok(Self::Ed25519),
            KeyKind::Other => Err(Error::UnsupportedKey),
        }
    }

    /// Whether a key of this kind can make such signatures.
    pub fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::RsaPkcs1(_) | Self::RsaPss(_) => matches!(kind, KeyKind::Rsa(_)),
            Self::Ecdsa(_) => matches!(kind, KeyKind::P256 | KeyKind::P384 | KeyKind::P521),
            Self::Ed25519 => kind == KeyKind::Ed25519,
        }
    }

    /// DER `AlgorithmIdentifier`.
    pub fn to_der(self) -> Vec<u8> {
        use DigestAlgorithm::{Sha1, Sha3_256, Sha3_384, Sha3_512, Sha256, Sha384, Sha512};
        let (id, parameters) = match self {
            Self::RsaPkcs1(d) => (
                match d {
                    Sha1 => oid::RSA_SHA1,
                    Sha256 => oid::RSA_SHA256,
                    Sha384 => oid::RSA_SHA384,
                    Sha512 => oid::RSA_SHA512,
                    Sha3_256 => oid::RSA_SHA3_256,
                    Sha3_384 => oid::RSA_SHA3_384,
                    Sha3_512 => oid::RSA_SHA3_512,
                },
                asn1::null(),
            ),
            Self::RsaPss(d) => {
                let hash = asn1::seq([asn1::oid(d.oid()), asn1::null()]);
                let mgf = asn1::seq([asn1::oid(oid::MGF1), hash.clone()]);
                let salt = asn1::small_integer(d.size() as u64);
                let default = d == Sha1;
                let parts = if default {
                    vec![]
                } else {
                    vec![asn1::explicit(0, &hash), asn1::explicit(1, &mgf), asn1::explicit(2, &salt)]
                };
                (oid::RSA_PSS, asn1::seq(parts))
            }
            Self::Ecdsa(d) => (
                match d {
                    Sha1 => oid::ECDSA_SHA1,
                    Sha256 => oid::ECDSA_SHA256,
                    Sha384 => oid::ECDSA_SHA384,
                    Sha512 => oid::ECDSA_SHA512,
                    Sha3_256 => oid::ECDSA_SHA3_256,
                    Sha3_384 => oid::ECDSA_SHA3_384,
                    Sha3_512 => oid::ECDSA_SHA3_512,
                },
                vec![],
            ),
            Self::Ed25519 => (oid::ED25519, vec![]),
        };
        asn1::seq([asn1::oid(id), parameters])
    }

    /// From a DER `AlgorithmIdentifier`.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        match AlgorithmIdentifier::parse(der)? {
            AlgorithmIdentifier { oid: id, .. } if id == oid::RSA_ENCRYPTION || id == oid::EC_PUBLIC_KEY => {
                Err(Error::UnsupportedAlgorithm(id))
            }
            other => other.signature(None),
        }
    }

    /// From the `signatureAlgorithm` of a CMS SignerInfo, where the digest may stand apart (`rsaEncryption`).
    pub fn from_cms(der: &[u8], digest: DigestAlgorithm) -> Result<Self> {
        AlgorithmIdentifier::parse(der)?.signature(Some(digest))
    }
}

/// A parsed `AlgorithmIdentifier`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlgorithmIdentifier<'a> {
    /// Which algorithm.
    pub oid: ObjectIdentifier,
    /// DER of the parameters, if any.
    pub parameters: Option<&'a [u8]>,
}

impl<'a> AlgorithmIdentifier<'a> {
    /// From DER.
    pub fn parse(der: &'a [u8]) -> Result<Self> {
        let mut r = Reader::of_sequence(der, "algorithm identifier")?;
        let oid = r.oid()?;
        let parameters = if r.is_empty() { None } else { Some(r.any()?.full) };
        r.finish("algorithm identifier")?;
        Ok(Self { oid, parameters })
    }

    fn no_parameters(&self) -> Result<()> {
        match self.parameters {
            None | Some([tag::NULL, 0]) => Ok(()),
            Some(_) => Err(Error::UnsupportedParameters),
        }
    }

    /// As a digest algorithm.
    pub fn digest(&self) -> Result<DigestAlgorithm> {
        self.no_parameters()?;
        DigestAlgorithm::from_oid(self.oid).ok_or(Error::UnsupportedAlgorithm(self.oid))
    }

    fn signature(&self, digest: Option<DigestAlgorithm>) -> Result<SignatureAlgorithm> {
        use DigestAlgorithm::{Sha1, Sha3_256, Sha3_384, Sha3_512, Sha256, Sha384, Sha512};
        use SignatureAlgorithm::{Ecdsa, Ed25519, RsaPkcs1};
        let found = match self.oid {
            oid::RSA_PSS => return self.pss(),
            oid::RSA_SHA1 => RsaPkcs1(Sha1),
            oid::RSA_SHA256 => RsaPkcs1(Sha256),
            oid::RSA_SHA384 => RsaPkcs1(Sha384),
            oid::RSA_SHA512 => RsaPkcs1(Sha512),
            oid::ECDSA_SHA1 => Ecdsa(Sha1),
            oid::ECDSA_SHA256 => Ecdsa(Sha256),
            oid::ECDSA_SHA384 => Ecdsa(Sha384),
            oid::ECDSA_SHA512 => Ecdsa(Sha512),
            oid::ECDSA_SHA3_256 => Ecdsa(Sha3_256),
            oid::ECDSA_SHA3_384 => Ecdsa(Sha3_384),
            oid::ECDSA_SHA3_512 => Ecdsa(Sha3_512),
            oid::RSA_SHA3_256 => RsaPkcs1(Sha3_256),
            oid::RSA_SHA3_384 => RsaPkcs1(Sha3_384),
            oid::RSA_SHA3_512 => RsaPkcs1(Sha3_512),
            oid::ED25519 if self.parameters.is_none() => Ed25519,
            oid::ED25519 => return Err(Error::UnsupportedParameters),
            oid::RSA_ENCRYPTION => RsaPkcs1(digest.ok_or(Error::UnsupportedAlgorithm(self.oid))?),
            // Some CMS signers name the key's algorithm here; its parameters are then the curve.
            oid::EC_PUBLIC_KEY => return digest.map(Ecdsa).ok_or(Error::UnsupportedAlgorithm(self.oid)),
            other => return Err(Error::UnsupportedAlgorithm(other)),
        };
        self.no_parameters()?;
        Ok(found)
    }

    /// RFC 4055 section 3.1.
    fn pss(&self) -> Result<SignatureAlgorithm> {
        let mut r = Reader::of_sequence(self.parameters.ok_or(Error::UnsupportedParameters)?, "PSS parameters")?;
        let hash = match r.explicit(0)? {
            Some(t) => AlgorithmIdentifier::parse(t.full)?.digest()?,
            None => DigestAlgorithm::Sha1,
        };
        let mgf = match r.explicit(1)? {
            Some(t) => {
                let mgf = AlgorithmIdentifier::parse(t.full)?;
                if mgf.oid != oid::MGF1 {
                    return Err(Error::UnsupportedParameters);
                }
                AlgorithmIdentifier::parse(mgf.parameters.ok_or(Error::UnsupportedParameters)?)?.digest()?
            }
            None => DigestAlgorithm::Sha1,
        };
        let salt = match r.explicit(2)? {
            Some(t) => t.as_u64()?,
            None => 20,
        };
        let trailer = match r.explicit(3)? {
            Some(t) => t.as_u64()?,
            None => 1,
        };
        r.finish("PSS parameters")?;
        // the other length in use is the greatest that the key allows
        if mgf != hash || salt < hash.size() as u64 || trailer != 1 {
            return Err(Error::UnsupportedParameters);
        }
        Ok(SignatureAlgorithm::RsaPss(hash))
    }
}
