use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base::{Cx, KeyRing, Random, Secret};
use zeroize::Zeroizing;

use super::Pins;

/// Letters and digits that nobody confuses: neither I, L, O, U nor 0, 1.
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 10;
const PURPOSE: &str = "documents.pins";

/// The code that opens an envelope: ten characters, some 49 bits; exists only on the holder's receipt.
#[derive(Clone, Debug)]
pub struct Code(Secret<String>);

impl Code {
    /// A fresh one.
    pub fn random(random: &dyn Random) -> Self {
        let mut text = String::with_capacity(LENGTH);
        while text.len() < LENGTH {
            let mut b = [0];
            random.fill(&mut b);
            let [b] = b;
            if let Some(c) = ALPHABET.get(usize::from(b % 32)) {
                text.push(char::from(*c));
            }
        }
        Self(Secret::new(text))
    }

    /// A code as typed: case, spaces and dashes do not matter, and look-alikes are forgiven. Nothing if it cannot be one.
    pub fn typed(text: &str) -> Option<Self> {
        let clean: Zeroizing<String> = Zeroizing::new(
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect(),
        );
        let good = clean.len() == LENGTH && clean.bytes().all(|b| ALPHABET.contains(&b));
        good.then(|| Self(Secret::new(clean.as_str().to_owned())))
    }

    /// The code in two groups, for the receipt.
    pub fn shown(&self) -> String {
        let (a, b) = self.0.expose().split_at(LENGTH / 2);
        format!("{a}-{b}")
    }
}

/// PINs that only their key opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPins {
    pub(super) sealed: Vec<u8>,
    /// Salt of the code; nothing while sealed under the key ring.
    pub(super) salt: Option<[u8; 16]>,
}

/// The PINs cannot be sealed or opened: the library or the key refuses.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the PINs cannot be sealed or opened")]
pub struct SealError;

impl SealedPins {
    /// Sealed under the key ring.
    pub fn under_ring(cx: &Cx, ring: &KeyRing, pins: &Pins) -> Self {
        Self { sealed: ring.seal(cx.random.as_ref(), PURPOSE, &pins.to_bytes()), salt: None }
    }

    /// Opens what was sealed under the key ring.
    pub fn open_ring(&self, ring: &KeyRing) -> Result<Pins, SealError> {
        let plain = Zeroizing::new(ring.open(PURPOSE, &self.sealed).ok_or(SealError)?);
        Pins::from_bytes(&plain).ok_or(SealError)
    }

    /// Sealed under a code. Takes some tens of milliseconds: that is Argon2id.
    pub fn under_code(cx: &Cx, code: &Code, pins: &Pins) -> Result<Self, SealError> {
        let salt = cx.bytes::<16>();
        let mut body = pins.to_bytes().to_vec();
        key(code, &salt)?.seal_in_place_append_tag(nonce(), Aad::from(PURPOSE), &mut body).map_err(|_| SealError)?;
        Ok(Self { sealed: body, salt: Some(salt) })
    }

    /// Opens what was sealed under a code; nothing if the code is wrong.
    pub fn open_code(&self, code: &Code) -> Result<Option<Pins>, SealError> {
        let salt = self.salt.ok_or(SealError)?;
        let mut body = Zeroizing::new(self.sealed.clone());
        let key = key(code, &salt)?;
        let Ok(plain) = key.open_in_place(nonce(), Aad::from(PURPOSE), &mut body) else { return Ok(None) };
        Pins::from_bytes(plain).map(Some).ok_or(SealError)
    }
}

/// Each salt is fresh, so each key seals once, and its nonce may be constant.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn key(code: &Code, salt: &[u8; 16]) -> Result<LessSafeKey, SealError> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(|_| SealError)?;
    let mut out = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(code.0.expose().as_bytes(), salt, out.as_mut())
        .map_err(|_| SealError)?;
    UnboundKey::new(&AES_256_GCM, out.as_ref()).map(LessSafeKey::new).map_err(|_| SealError)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cx() -> Cx {
        Cx::seeded("2026-11-20T10:00:00Z".parse().unwrap(), 5).0
    }

    #[test]
    fn a_code_survives_careless_typing() {
        let cx = cx();
        let code = Code::random(cx.random.as_ref());
        let shown = code.shown();
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {shown} ")] {
            assert_eq!(Code::typed(&typed).unwrap().shown(), shown);
        }
        for bad in ["", "ABCDE", "ABCDE-FGHJ0", "ABCDE-FGHJKM"] {
            assert!(Code::typed(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{code:?}"), "Code(Secret(…))");
    }

    #[test]
    fn only_the_right_key_opens() {
        let cx = cx();
        let pins = Pins::random(cx.random.as_ref());
        let ring = KeyRing::fresh(cx.random.as_ref());
        let kept = SealedPins::under_ring(&cx, &ring, &pins);
        assert_eq!(kept.open_ring(&ring).unwrap().pin2.expose(), pins.pin2.expose());
        assert!(kept.open_ring(&KeyRing::fresh(cx.random.as_ref())).is_err());

        let (right, wrong) = (Code::random(cx.random.as_ref()), Code::random(cx.random.as_ref()));
        let sealed = SealedPins::under_code(&cx, &right, &pins).unwrap();
        assert_eq!(sealed.open_code(&right).unwrap().unwrap().puk.expose(), pins.puk.expose());
        assert!(sealed.open_code(&wrong).unwrap().is_none());
        let text = String::from_utf8_lossy(&sealed.sealed).into_owned();
        assert!(!text.contains(pins.puk.expose().as_str()));
    }
}
