//! The cryptography of virtual cards and of the issuer's terminal, by aws-lc.

use std::sync::Arc;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    digest::{Digest, SHA384},
    encoding::{AsBigEndian, EcPrivateKeyBin},
    hmac,
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base::Random;
use card::{CardCrypto, CryptoError, KeyPair};
use zeroize::Zeroizing;

/// Software cryptography.
#[derive(Clone)]
pub struct SoftCrypto {
    random: Arc<dyn Random>,
}

impl SoftCrypto {
    /// With this source of challenges (keys take theirs from the cryptographic library).
    pub fn new(random: Arc<dyn Random>) -> Self {
        Self { random }
    }
}

fn failed<E>(_: E) -> CryptoError {
    CryptoError
}

impl CardCrypto for SoftCrypto {
    fn random(&self, buf: &mut [u8]) -> Result<(), CryptoError> {
        self.random.fill(buf);
        Ok(())
    }

    fn generate(&self) -> Result<KeyPair, CryptoError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).map_err(failed)?;
        let private: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().map_err(failed)?;
        Ok(KeyPair { private: Zeroizing::new(private.as_ref().to_vec()), public: pair.public_key().as_ref().to_vec() })
    }

    fn sign(&self, pair: &KeyPair, digest: &[u8; 48]) -> Result<[u8; 96], CryptoError> {
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P384_SHA384_FIXED_SIGNING,
            &pair.private,
            &pair.public,
        )
        .map_err(failed)?;
        // The card is given any digest in a field of 48 bytes; ECDSA takes the field as it is, whatever made it.
        let digest = Digest::import_less_safe(digest, &SHA384).map_err(failed)?;
        pair.sign_digest(&digest).map_err(failed)?.as_ref().try_into().map_err(failed)
    }

    fn mac(&self, key: &[u8], message: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
        let mut out = [0; 32];
        for (to, from) in out.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        out
    }

    fn seal(&self, key: &[u8; 32], nonce: [u8; 12], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(failed)?);
        let mut data = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut data).map_err(failed)?;
        Ok(data)
    }

    fn open(
        &self,
        key: &[u8; 32],
        nonce: [u8; 12],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(failed)?);
        let mut data = Zeroizing::new(sealed.to_vec());
        let plain =
            key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut data).map_err(failed)?.len();
        data.truncate(plain);
        Ok(data)
    }
}
