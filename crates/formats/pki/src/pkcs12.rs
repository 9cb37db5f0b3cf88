//! PKCS#12 key files (RFC 7292) as current programs write them: PBES2 with AES and PBKDF2. Older encryption is refused by name.

use std::num::NonZeroU32;

use aws_lc_rs::{
    cipher::{AES_128, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey},
    constant_time, pbkdf2,
};
use zeroize::Zeroizing;

use crate::{
    Certificate, DigestAlgorithm, Error, Result,
    algorithm::{AlgorithmIdentifier, hmac},
    asn1::{Reader, tag},
    cms::normalise,
    oid,
};

/// Largest file read.
pub const MAX_PKCS12: usize = 1024 * 1024;
/// Most rounds of a key derivation that are computed.
pub const MAX_ROUNDS: u32 = 2_000_000;
const MAX_BAGS: usize = 64;

/// A private key of a file.
pub struct Pkcs12Key {
    /// DER of the `PrivateKeyInfo` (PKCS#8).
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// Ties the key to its certificate.
    pub local_key_id: Option<Vec<u8>>,
    /// Name for people.
    pub friendly_name: Option<String>,
}

/// A certificate of a file.
#[derive(Clone, Debug)]
pub struct Pkcs12Certificate {
    /// The certificate.
    pub certificate: Certificate,
    /// Ties it to its key.
    pub local_key_id: Option<Vec<u8>>,
}

/// What a file holds.
#[derive(Default)]
pub struct Pkcs12 {
    /// Private keys.
    pub keys: Vec<Pkcs12Key>,
    /// Certificates.
    pub certificates: Vec<Pkcs12Certificate>,
}

impl std::fmt::Debug for Pkcs12 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pkcs12")
            .field("keys", &self.keys.len())
            .field("certificates", &self.certificates.len())
            .finish()
    }
}

impl Pkcs12 {
    /// Opens a file with its password. [`Error::WrongPassword`] when the integrity check fails.
    pub fn open(input: &[u8], password: &str) -> Result<Self> {
        let normal = normalise(input, MAX_PKCS12)?;
        let mut r = Reader::of_sequence(&normal.der, "PKCS#12")?;
        if r.u64()? != 3 {
            return Err(Error::Malformed("PKCS#12 version"));
        }
        let mut safe = r.sequence()?;
        if safe.oid()? != oid::CMS_DATA {
            return Err(Error::Malformed("PKCS#12 integrity by signature"));
        }
        let content = safe.explicit(0)?.ok_or(Error::Malformed("PKCS#12 without content"))?;
        if content.tag != tag::OCTET_STRING {
            return Err(Error::Malformed("PKCS#12 content"));
        }
        let mac = r.optional(tag::SEQUENCE)?.ok_or(Error::Malformed("PKCS#12 without integrity check"))?;
        r.finish("PKCS#12")?;
        check_mac(mac.reader(), content.body, password)?;

        let inner = normalise(content.body, MAX_PKCS12)?;
        let mut all = Self::default();
        let mut list = Reader::of_sequence(&inner.der, "PKCS#12 content")?;
        while !list.is_empty() {
            let mut info = list.sequence()?;
            match info.oid()? {
                oid::CMS_DATA => {
                    let data = info.explicit(0)?.ok_or(Error::Malformed("PKCS#12 content"))?;
                    all.bags(data.body, password)?;
                }
                oid::CMS_ENCRYPTED_DATA => {
                    let data = info.explicit(0)?.ok_or(Error::Malformed("PKCS#12 content"))?;
                    let mut data = data.reader();
                    data.u64()?;
                    let mut encrypted = data.sequence()?;
                    encrypted.oid()?;
                    let algorithm = encrypted.expect(tag::SEQUENCE)?.full;
                    // The normaliser leaves `[0] IMPLICIT OCTET STRING` alone: primitive, or constructed of pieces.
                    let cipher = encrypted.any()?;
                    let bytes = match cipher.tag {
                        0x80 => cipher.body.to_vec(),
                        0xa0 => {
                            let mut pieces = cipher.reader();
                            let mut joined = Vec::new();
                            while !pieces.is_empty() {
                                joined.extend_from_slice(pieces.octets()?);
                            }
                            joined
                        }
                        found => return Err(Error::UnexpectedTag { expected: 0x80, found }),
                    };
                    let plain = decrypt(algorithm, &bytes, password)?;
                    all.bags(&plain, password)?;
                }
                other => return Err(Error::UnsupportedAlgorithm(other)),
            }
        }
        Ok(all)
    }

    /// The key to sign with and its chain: the first key, its certificate first, the others after.
    pub fn identity(&self) -> Option<(&Pkcs12Key, Vec<Certificate>)> {
        let key = self.keys.first()?;
        let own = self
            .certificates
            .iter()
            .position(|c| key.local_key_id.is_some() && c.local_key_id == key.local_key_id)
            .or_else(|| self.certificates.iter().position(|c| !c.certificate.is_ca()))?;
        let mut chain = vec![self.certificates.get(own)?.certificate.clone()];
        chain.extend(
            self.certificates.iter().enumerate().filter(|(i, _)| *i != own).map(|(_, c)| c.certificate.clone()),
        );
        Some((key, chain))
    }

    fn bags(&mut self, input: &[u8], password: &str) -> Result<()> {
        let normal = normalise(input, MAX_PKCS12)?;
        let mut list = Reader::of_sequence(&normal.der, "PKCS#12 bags")?;
        while !list.is_empty() {
            if self.keys.len() + self.certificates.len() >= MAX_BAGS {
                return Err(Error::TooMany { what: "PKCS#12 bags", limit: MAX_BAGS });
            }
            let mut bag = list.sequence()?;
            let kind = bag.oid()?;
            let value = bag.explicit(0)?.ok_or(Error::Malformed("PKCS#12 bag"))?;
            let (mut friendly_name, mut local_key_id) = (None, None);
            if let Some(attributes) = bag.optional(tag::SET)? {
                let mut r = attributes.reader();
                while !r.is_empty() {
                    let mut one = r.sequence()?;
                    match one.oid()? {
                        oid::FRIENDLY_NAME => friendly_name = one.set()?.any()?.as_text().ok(),
                        oid::LOCAL_KEY_ID => local_key_id = Some(one.set()?.octets()?.to_vec()),
                        _ => {}
                    }
                }
            }
            match kind {
                oid::PKCS12_KEY_BAG => {
                    let pkcs8 = Zeroizing::new(value.full.to_vec());
                    self.keys.push(Pkcs12Key { pkcs8, local_key_id, friendly_name });
                }
                oid::PKCS12_SHROUDED_KEY_BAG => {
                    let mut r = value.reader();
                    let algorithm = r.expect(tag::SEQUENCE)?.full;
                    let pkcs8 = decrypt(algorithm, r.octets()?, password)?;
                    self.keys.push(Pkcs12Key { pkcs8, local_key_id, friendly_name });
                }
                oid::PKCS12_CERT_BAG => {
                    let mut r = value.reader();
                    if r.oid()? == oid::X509_CERTIFICATE_BAG {
                        let der = r.explicit(0)?.ok_or(Error::Malformed("PKCS#12 certificate"))?;
                        let certificate = Certificate::from_der(der.body)?;
                        self.certificates.push(Pkcs12Certificate { certificate, local_key_id });
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Opens an `EncryptedPrivateKeyInfo` (PKCS#8 with PBES2).
pub fn open_pkcs8(der: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>> {
    let mut r = Reader::of_sequence(der, "encrypted key")?;
    let algorithm = r.expect(tag::SEQUENCE)?.full;
    let cipher = r.octets()?;
    r.finish("encrypted key")?;
    decrypt(algorithm, cipher, password)
}

fn rounds(n: u64) -> Result<NonZeroU32> {
    u32::try_from(n)
        .ok()
        .filter(|n| *n <= MAX_ROUNDS)
        .and_then(NonZeroU32::new)
        .ok_or(Error::Malformed("rounds of key derivation"))
}

/// PBKDF2 (RFC 8018): derives `size` octets with the parameters in `der`.
fn derive(der: &[u8], password: &str, size: usize) -> Result<Zeroizing<Vec<u8>>> {
    let kdf = AlgorithmIdentifier::parse(der)?;
    if kdf.oid != oid::PBKDF2 {
        return Err(Error::UnsupportedAlgorithm(kdf.oid));
    }
    let mut r = Reader::of_sequence(kdf.parameters.ok_or(Error::UnsupportedParameters)?, "PBKDF2 parameters")?;
    let salt = r.octets()?;
    let count = rounds(r.u64()?)?;
    if r.peek() == Some(tag::INTEGER) && r.u64()? != size as u64 {
        return Err(Error::UnsupportedParameters);
    }
    let prf = match r.optional(tag::SEQUENCE)? {
        None => oid::HMAC_SHA1,
        Some(t) => AlgorithmIdentifier::parse(t.full)?.oid,
    };
    r.finish("PBKDF2 parameters")?;
    let algorithm = match prf {
        oid::HMAC_SHA1 => pbkdf2::PBKDF2_HMAC_SHA1,
        oid::HMAC_SHA256 => pbkdf2::PBKDF2_HMAC_SHA256,
        oid::HMAC_SHA384 => pbkdf2::PBKDF2_HMAC_SHA384,
        oid::HMAC_SHA512 => pbkdf2::PBKDF2_HMAC_SHA512,
        other => return Err(Error::UnsupportedAlgorithm(other)),
    };
    let mut out = Zeroizing::new(vec![0; size]);
    pbkdf2::derive(algorithm, count, salt, password.as_bytes(), &mut out);
    Ok(out)
}

fn decrypt(algorithm: &[u8], cipher: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>> {
    let outer = AlgorithmIdentifier::parse(algorithm)?;
    if outer.oid != oid::PBES2 {
        return Err(Error::UnsupportedAlgorithm(outer.oid));
    }
    let mut r = Reader::of_sequence(outer.parameters.ok_or(Error::UnsupportedParameters)?, "PBES2 parameters")?;
    let kdf = r.expect(tag::SEQUENCE)?.full;
    let scheme = AlgorithmIdentifier::parse(r.expect(tag::SEQUENCE)?.full)?;
    r.finish("PBES2 parameters")?;
    let (aes, size) = match scheme.oid {
        oid::AES128_CBC => (&AES_128, 16),
        oid::AES256_CBC => (&AES_256, 32),
        other => return Err(Error::UnsupportedAlgorithm(other)),
    };
    let iv = Reader::new(scheme.parameters.ok_or(Error::UnsupportedParameters)?).octets()?;
    let iv: [u8; 16] = iv.try_into().map_err(|_| Error::UnsupportedParameters)?;
    let key = derive(kdf, password, size)?;
    let failed = |_| Error::WrongPassword;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(aes, &key).map_err(failed)?).map_err(failed)?;
    let mut buffer = Zeroizing::new(cipher.to_vec());
    let plain = key.decrypt(&mut buffer, DecryptionContext::Iv128(iv.into())).map_err(failed)?.to_vec();
    Ok(Zeroizing::new(plain))
}

/// `MacData` (RFC 7292 appendix A), also with PBMAC1 (RFC 9579).
fn check_mac(mut r: Reader<'_>, content: &[u8], password: &str) -> Result<()> {
    let mut info = r.sequence()?;
    let algorithm = info.expect(tag::SEQUENCE)?.full;
    let expected = info.octets()?;
    let salt = r.octets()?;
    let count = if r.is_empty() { 1 } else { r.u64()? };
    let parsed = AlgorithmIdentifier::parse(algorithm)?;
    let actual = if parsed.oid == oid::PBMAC1 {
        let mut p = Reader::of_sequence(parsed.parameters.ok_or(Error::UnsupportedParameters)?, "PBMAC1 parameters")?;
        let kdf = p.expect(tag::SEQUENCE)?.full;
        let digest = match AlgorithmIdentifier::parse(p.expect(tag::SEQUENCE)?.full)?.oid {
            oid::HMAC_SHA256 => DigestAlgorithm::Sha256,
            oid::HMAC_SHA384 => DigestAlgorithm::Sha384,
            oid::HMAC_SHA512 => DigestAlgorithm::Sha512,
            other => return Err(Error::UnsupportedAlgorithm(other)),
        };
        hmac(digest, &derive(kdf, password, digest.size())?, content)
    } else {
        let digest = parsed.digest()?;
        hmac(digest, &appendix_b(digest, password, salt, rounds(count)?.get()), content)
    };
    let actual = actual.ok_or(Error::UnsupportedParameters)?;
    constant_time::verify_slices_are_equal(&actual, expected).map_err(|_| Error::WrongPassword)
}

/// Key derivation of RFC 7292 appendix B.2 with purpose 3 (integrity), one block of output.
fn appendix_b(digest: DigestAlgorithm, password: &str, salt: &[u8], rounds: u32) -> Zeroizing<Vec<u8>> {
    let block = if digest.size() > 32 { 128 } else { 64 };
    let mut text = Zeroizing::new(password.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
    text.extend([0, 0]);
    let fill = |part: &[u8]| part.iter().copied().cycle().take(part.len().div_ceil(block) * block).collect::<Vec<u8>>();
    let mut input = Zeroizing::new(vec![3_u8; block]);
    input.extend(fill(salt));
    input.extend(Zeroizing::new(fill(&text)).iter());
    let mut out = Zeroizing::new(digest.of(&input));
    for _ in 1..rounds {
        *out = digest.of(&out);
    }
    out
}
