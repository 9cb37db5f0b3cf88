//! Between the algorithms of X.509 and the mechanisms and encodings of PKCS#11.

use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    rsa::PublicKeyComponents,
};
use cryptoki::{
    mechanism::{
        Mechanism, MechanismType,
        eddsa::{EddsaParams, EddsaSignatureScheme},
        rsa::{PkcsMgfType, PkcsPssParams},
    },
    object::Attribute,
    types::Ulong,
};
use pki::{DigestAlgorithm, SignatureAlgorithm};

use crate::{KeyError, KeyKind, kind::Prepared};

/// The mechanism that signs a digest (or, for Ed25519, a message).
pub(super) fn of(algorithm: SignatureAlgorithm) -> Option<Mechanism<'static>> {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    let pss = |hash_alg, mgf, len| Mechanism::RsaPkcsPss(PkcsPssParams { hash_alg, mgf, s_len: Ulong::new(len) });
    Some(match algorithm {
        SignatureAlgorithm::Ecdsa(_) => Mechanism::Ecdsa,
        SignatureAlgorithm::Ed25519 => Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519)),
        SignatureAlgorithm::RsaPkcs1(_) => Mechanism::RsaPkcs,
        SignatureAlgorithm::RsaPss(Sha256) => pss(MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32),
        SignatureAlgorithm::RsaPss(Sha384) => pss(MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48),
        SignatureAlgorithm::RsaPss(Sha512) => pss(MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64),
        SignatureAlgorithm::RsaPss(_) => return None,
    })
}

/// What the mechanism signs: for PKCS#1 v1.5 the DigestInfo (RFC 8017, 9.2).
pub(super) fn payload(algorithm: SignatureAlgorithm, what: &Prepared<'_>) -> Result<Vec<u8>, KeyError> {
    let oid = match algorithm {
        SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256) => 1,
        SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha384) => 2,
        SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512) => 3,
        SignatureAlgorithm::RsaPkcs1(_) => return Err(KeyError::Unsupported("SHA-1 is never signed")),
        _ => return Ok(what.bytes().to_vec()),
    };
    let digest = what.bytes();
    let length = u8::try_from(digest.len()).map_err(|_| KeyError::Crypto)?;
    let mut out = vec![
        0x30,
        length + 17,
        0x30,
        0x0d,
        0x06,
        0x09,
        0x60,
        0x86,
        0x48,
        0x01,
        0x65,
        0x03,
        0x04,
        0x02,
        oid,
        0x05,
        0x00,
        0x04,
        length,
    ];
    out.extend_from_slice(digest);
    Ok(out)
}

/// The token's signature as X.509 has it: ECDSA `r ‖ s` becomes DER.
pub(super) fn to_x509(algorithm: SignatureAlgorithm, raw: Vec<u8>) -> Result<Vec<u8>, KeyError> {
    match algorithm {
        SignatureAlgorithm::Ecdsa(_) => pki::ecdsa_raw_to_der(&raw).map_err(|_| KeyError::Crypto),
        _ => Ok(raw),
    }
}

/// CKA_EC_PARAMS: the curve's object identifier; for Ed25519 the name, which is what SoftHSM and PKCS#11 3.0 tokens all know.
pub(super) fn curve(kind: KeyKind) -> &'static [u8] {
    match kind {
        KeyKind::P256 => &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        KeyKind::P384 => &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22],
        KeyKind::Ed25519 => b"\x13\x0cedwards25519",
        KeyKind::Rsa3072 | KeyKind::Rsa4096 => &[],
    }
}

const ED25519_OID: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

/// SubjectPublicKeyInfo of a public key object; `None` for kinds that are not used here.
pub(super) fn spki(attributes: &[Attribute]) -> Option<Vec<u8>> {
    let (mut n, mut e, mut params, mut point) = (None, None, None, None);
    for attribute in attributes {
        match attribute {
            Attribute::Modulus(v) => n = Some(v),
            Attribute::PublicExponent(v) => e = Some(v),
            Attribute::EcParams(v) => params = Some(v.as_slice()),
            Attribute::EcPoint(v) => point = Some(v),
            _ => {}
        }
    }
    if let (Some(n), Some(e)) = (n, e) {
        let der: PublicKeyX509Der<'_> = PublicKeyComponents { n, e }.as_der().ok()?;
        return Some(der.as_ref().to_vec());
    }
    let (params, point) = (params?, point?);
    let (kind, size) = match params {
        p if p == curve(KeyKind::P256) => (KeyKind::P256, 65),
        p if p == curve(KeyKind::P384) => (KeyKind::P384, 97),
        p if p == curve(KeyKind::Ed25519) || p == ED25519_OID => (KeyKind::Ed25519, 32),
        _ => return None,
    };
    // An OCTET STRING around the point, which some tokens leave out.
    let bits = if point.len() == size { point.as_slice() } else { point.get(point.len().checked_sub(size)?..)? };
    Some(kind.spki(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_becomes_minimal_der() {
        let raw = [&[0u8, 0, 0x80, 1][..], &[0u8, 0, 0, 0x7f][..]].concat();
        let der = to_x509(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256), raw).unwrap();
        assert_eq!(der, [0x30, 0x08, 0x02, 0x03, 0x00, 0x80, 0x01, 0x02, 0x01, 0x7f]);
    }

    #[test]
    fn odd_or_empty_signature_is_refused() {
        for raw in [vec![], vec![1], vec![1, 2, 3]] {
            assert!(to_x509(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256), raw).is_err());
        }
    }
}
