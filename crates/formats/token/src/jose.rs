//! JSON Object Signing: base64url (RFC 7515 section 2) and the algorithms of RFC 7518 and RFC 8037.

use std::io::{self, Write};

use base64_simd::{AsOut as _, URL_SAFE_NO_PAD};
use pki::{DigestAlgorithm, KeyKind, SignatureAlgorithm};

/// base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// What base64url without padding stands for; anything that [`encode`] does not write is refused.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode_to_vec(text).ok()
}

/// Whether [`decode`] takes it.
pub fn is_encoded(text: &str) -> bool {
    URL_SAFE_NO_PAD.check(text.as_bytes()).is_ok()
}

/// Octets encoded at a time.
const PIECE: usize = 24 << 10;

/// Passes what is written to it on as base64url. [`Encoder::finish`] gives the last characters.
#[derive(Debug)]
pub struct Encoder<W> {
    out: W,
    /// What is no whole group of three yet.
    held: Vec<u8>,
    text: Vec<u8>,
}

impl<W: Write> Encoder<W> {
    /// Before the first octet.
    pub fn new(out: W) -> Self {
        Self { out, held: Vec::with_capacity(3), text: vec![0; PIECE / 3 * 4] }
    }

    fn put(&mut self, octets: &[u8]) -> io::Result<()> {
        for piece in octets.chunks(PIECE) {
            self.out.write_all(URL_SAFE_NO_PAD.encode(piece, self.text.as_mut_slice().as_out()))?;
        }
        Ok(())
    }

    /// Writes what is left of an incomplete group.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        self.put(&held)
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let mut rest = octets;
        if !self.held.is_empty() {
            let (completing, after) = rest.split_at((3 - self.held.len()).min(rest.len()));
            self.held.extend_from_slice(completing);
            rest = after;
            if self.held.len() == 3 {
                let whole = std::mem::take(&mut self.held);
                self.put(&whole)?;
            }
        }
        let (whole, left) = rest.split_at(rest.len() - rest.len() % 3);
        self.put(whole)?;
        self.held.extend_from_slice(left);
        Ok(octets.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Signature algorithms by name.
const NAMES: [(&str, SignatureAlgorithm); 11] = {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    use SignatureAlgorithm::{Ecdsa, Ed25519, RsaPkcs1, RsaPss};
    [
        ("ES256", Ecdsa(Sha256)),
        ("ES384", Ecdsa(Sha384)),
        ("ES512", Ecdsa(Sha512)),
        ("RS256", RsaPkcs1(Sha256)),
        ("RS384", RsaPkcs1(Sha384)),
        ("RS512", RsaPkcs1(Sha512)),
        ("PS256", RsaPss(Sha256)),
        ("PS384", RsaPss(Sha384)),
        ("PS512", RsaPss(Sha512)),
        ("EdDSA", Ed25519),
        ("Ed25519", Ed25519),
    ]
};

/// The signature algorithm of `alg`. `none`, the symmetric ones and every unknown one are none: whoever verifies with a public key must
/// not take it for a secret.
pub fn algorithm(name: &str) -> Option<SignatureAlgorithm> {
    NAMES.iter().find(|(n, _)| *n == name).map(|(_, a)| *a)
}

/// Name for `alg`; `None` when JOSE has none for it.
pub fn name(algorithm: SignatureAlgorithm) -> Option<&'static str> {
    NAMES.iter().find(|(_, a)| *a == algorithm).map(|(n, _)| *n)
}

/// Whether a key may be used with this algorithm: RFC 7518 section 3.4 ties each curve to one digest, section 3.3 and 3.5 ask for RSA of 2048
/// bits or more (how strong is strong enough at a time is a matter of policy; shorter ones are left to it).
pub fn fits(algorithm: SignatureAlgorithm, key: KeyKind) -> bool {
    match algorithm {
        SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256) => key == KeyKind::P256,
        SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384) => key == KeyKind::P384,
        SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512) => key == KeyKind::P521,
        SignatureAlgorithm::Ecdsa(_) => false,
        other => other.fits(key),
    }
}

/// A signature value as JOSE writes it, from the encoding of X.509: ECDSA becomes `r ‖ s`. `None` when it is no such value.
pub fn to_value(algorithm: SignatureAlgorithm, key: KeyKind, value: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        SignatureAlgorithm::Ecdsa(_) => pki::ecdsa_der_to_raw(value, key.ecdsa_size()?).ok(),
        _ => Some(value.to_vec()),
    }
}

/// A signature value in the encoding of X.509, from what JOSE writes. `None` when it has not the length that the key demands.
pub fn from_value(algorithm: SignatureAlgorithm, key: KeyKind, value: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        SignatureAlgorithm::Ecdsa(_) if value.len() == key.ecdsa_size()? * 2 => pki::ecdsa_raw_to_der(value).ok(),
        SignatureAlgorithm::Ecdsa(_) => None,
        _ => Some(value.to_vec()),
    }
}

/// Digest algorithms by the names that TS 119 182-1 gives them.
const DIGESTS: [(&str, DigestAlgorithm); 3] =
    [("S256", DigestAlgorithm::Sha256), ("S384", DigestAlgorithm::Sha384), ("S512", DigestAlgorithm::Sha512)];

/// The digest algorithm of a name.
pub fn digest(name: &str) -> Option<DigestAlgorithm> {
    DIGESTS.iter().find(|(n, _)| *n == name).map(|(_, d)| *d)
}

/// The name of a digest algorithm; SHA-1 has none.
pub fn digest_name(digest: DigestAlgorithm) -> Option<&'static str> {
    DIGESTS.iter().find(|(_, d)| *d == digest).map(|(n, _)| *n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys() {
        for (n, a) in NAMES.iter().take(10) {
            assert_eq!((algorithm(n), name(*a)), (Some(*a), Some(*n)));
        }
        for bad in ["none", "None", "HS256", "HS512", "es256", "ES256K", "RSA1_5", ""] {
            assert_eq!(algorithm(bad), None, "{bad}");
        }
        let es256 = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256);
        assert!(fits(es256, KeyKind::P256) && !fits(es256, KeyKind::P384) && !fits(es256, KeyKind::Rsa(2048)));
        assert!(!fits(SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha256), KeyKind::P256));
        assert!(!fits(SignatureAlgorithm::Ed25519, KeyKind::P256));
    }

    #[test]
    fn base64url_is_strict() {
        assert_eq!(decode("_-8").as_deref(), Some(&[0xff, 0xef][..]));
        for bad in ["_-8=", "/+8", "_-9", "_", "_-8\n", " _-8", "AAAAA", "AB", "ēē"] {
            assert_eq!(decode(bad), None, "{bad:?}");
            assert!(!is_encoded(bad), "{bad:?}");
        }
        // as long ones take another way through the code: each place wrong once
        let long = encode(&[0xa5; 200]);
        for (at, bad) in (0..long.len()).flat_map(|at| ["+", "=", " ", "\n", "\u{0}", "~"].map(|bad| (at, bad))) {
            let mut text = long.clone();
            text.replace_range(at..=at, bad);
            assert_eq!((decode(&text), is_encoded(&text)), (None, false), "{text:?}");
        }
    }

    #[test]
    fn pieces_make_the_same_text() {
        let octets: Vec<u8> =
            (0u32..3 * PIECE as u32 + 2).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
        for step in [1, 2, 3, 4, 5, 47, 1000, PIECE - 1, PIECE, PIECE + 1, octets.len()] {
            let mut text = Vec::new();
            let mut encoder = Encoder::new(&mut text);
            octets.chunks(step).for_each(|piece| encoder.write_all(piece).expect("memory takes it"));
            encoder.finish().expect("memory takes it");
            assert_eq!(String::from_utf8(text).ok(), Some(encode(&octets)), "{step}");
        }
        assert_eq!(decode(&encode(&octets)), Some(octets));
    }

    #[test]
    fn values_have_one_length() {
        let es256 = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256);
        assert!(from_value(es256, KeyKind::P256, &[1; 64]).is_some());
        for len in [0, 63, 65, 70, 96] {
            assert_eq!(from_value(es256, KeyKind::P256, &vec![1; len]), None);
        }
    }
}
