use pki::{DigestAlgorithm, KeyKind, SignatureAlgorithm};

use super::DsigError;

/// The identifier of a digest algorithm.
pub fn digest_uri(algorithm: DigestAlgorithm) -> &'static str {
    match algorithm {
        DigestAlgorithm::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
        DigestAlgorithm::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
        DigestAlgorithm::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
        DigestAlgorithm::Sha512 => "http://www.w3.org/2001/04/xmlenc#sha512",
        // RFC 9231 section 2.1.5.
        DigestAlgorithm::Sha3_256 => "http://www.w3.org/2007/05/xmldsig-more#sha3-256",
        DigestAlgorithm::Sha3_384 => "http://www.w3.org/2007/05/xmldsig-more#sha3-384",
        DigestAlgorithm::Sha3_512 => "http://www.w3.org/2007/05/xmldsig-more#sha3-512",
    }
}

/// The digest algorithm of an identifier.
pub fn digest_from_uri(uri: &str) -> Option<DigestAlgorithm> {
    DigestAlgorithm::ALL.into_iter().find(|d| digest_uri(*d) == uri)
}

/// The identifier of a signature algorithm; one that has none for XML by its object identifier.
pub fn signature_uri(algorithm: SignatureAlgorithm) -> &'static str {
    use DigestAlgorithm::{Sha1, Sha3_256, Sha3_384, Sha3_512, Sha256, Sha384, Sha512};
    match algorithm {
        SignatureAlgorithm::RsaPkcs1(Sha1) => "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        SignatureAlgorithm::RsaPkcs1(Sha256) => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        SignatureAlgorithm::RsaPkcs1(Sha384) => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        SignatureAlgorithm::RsaPkcs1(Sha512) => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        SignatureAlgorithm::RsaPss(Sha1) => "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1",
        SignatureAlgorithm::RsaPss(Sha256) => "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        SignatureAlgorithm::RsaPss(Sha384) => "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
        SignatureAlgorithm::RsaPss(Sha512) => "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
        SignatureAlgorithm::Ecdsa(Sha1) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        SignatureAlgorithm::Ecdsa(Sha256) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        SignatureAlgorithm::Ecdsa(Sha384) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        SignatureAlgorithm::Ecdsa(Sha512) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        SignatureAlgorithm::RsaPkcs1(Sha3_256) => "urn:oid:2.16.840.1.101.3.4.3.14",
        SignatureAlgorithm::RsaPkcs1(Sha3_384) => "urn:oid:2.16.840.1.101.3.4.3.15",
        SignatureAlgorithm::RsaPkcs1(Sha3_512) => "urn:oid:2.16.840.1.101.3.4.3.16",
        SignatureAlgorithm::RsaPss(Sha3_256) => "http://www.w3.org/2007/05/xmldsig-more#sha3-256-rsa-MGF1",
        SignatureAlgorithm::RsaPss(Sha3_384) => "http://www.w3.org/2007/05/xmldsig-more#sha3-384-rsa-MGF1",
        SignatureAlgorithm::RsaPss(Sha3_512) => "http://www.w3.org/2007/05/xmldsig-more#sha3-512-rsa-MGF1",
        SignatureAlgorithm::Ecdsa(Sha3_256) => "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-256",
        SignatureAlgorithm::Ecdsa(Sha3_384) => "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-384",
        SignatureAlgorithm::Ecdsa(Sha3_512) => "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-512",
        SignatureAlgorithm::Ed25519 => "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
    }
}

/// The signature algorithm of an identifier.
pub fn signature_from_uri(uri: &str) -> Option<SignatureAlgorithm> {
    let kinds = [SignatureAlgorithm::RsaPkcs1, SignatureAlgorithm::RsaPss, SignatureAlgorithm::Ecdsa];
    let all = kinds.into_iter().flat_map(|k| DigestAlgorithm::ALL.map(k)).chain([SignatureAlgorithm::Ed25519]);
    all.into_iter().find(|a| signature_uri(*a) == uri)
}

/// A signature value as XML writes it, from the encoding of X.509: ECDSA becomes `r ‖ s`.
///
/// # Errors
/// When the value is not one of this algorithm and key.
pub fn to_xml_value(algorithm: SignatureAlgorithm, key: KeyKind, value: &[u8]) -> Result<Vec<u8>, DsigError> {
    match algorithm {
        SignatureAlgorithm::Ecdsa(_) => {
            let size = key.ecdsa_size().ok_or(DsigError::Key)?;
            pki::ecdsa_der_to_raw(value, size).map_err(|_| DsigError::Key)
        }
        _ => Ok(value.to_vec()),
    }
}

/// A signature value in the encoding of X.509, from what XML writes.
///
/// # Errors
/// When the value does not have the length that the key demands.
pub fn from_xml_value(algorithm: SignatureAlgorithm, key: KeyKind, value: &[u8]) -> Result<Vec<u8>, DsigError> {
    match algorithm {
        SignatureAlgorithm::Ecdsa(_) => {
            let size = key.ecdsa_size().ok_or(DsigError::Key)?;
            if value.len() != 2 * size {
                return Err(DsigError::Key);
            }
            pki::ecdsa_raw_to_der(value).map_err(|_| DsigError::Key)
        }
        _ => Ok(value.to_vec()),
    }
}
