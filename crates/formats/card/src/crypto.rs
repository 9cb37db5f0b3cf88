//! The cryptography of a card, given from outside.

use zeroize::Zeroizing;

/// The operation failed; a card says 6F00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic operation failed")]
pub struct CryptoError;

/// A new P-384 key pair.
pub struct KeyPair {
    /// Private scalar, 48 bytes, big-endian.
    pub private: Zeroizing<Vec<u8>>,
    /// Public point, uncompressed: 04 ‖ X ‖ Y, 97 bytes.
    pub public: Vec<u8>,
}

/// What a card, and the issuer's terminal, need of cryptography.
pub trait CardCrypto: Send + Sync {
    /// Fills `buf` with unpredictable bytes.
    fn random(&self, buf: &mut [u8]) -> Result<(), CryptoError>;
    /// Generates a P-384 key pair.
    fn generate(&self) -> Result<KeyPair, CryptoError>;
    /// ECDSA on P-384 over a 48-byte digest: r ‖ s, 96 bytes.
    fn sign(&self, pair: &KeyPair, digest: &[u8; 48]) -> Result<[u8; 96], CryptoError>;
    /// HMAC-SHA-256.
    fn mac(&self, key: &[u8], message: &[u8]) -> [u8; 32];
    /// AES-256-GCM: ciphertext ‖ 16-byte tag.
    fn seal(&self, key: &[u8; 32], nonce: [u8; 12], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError>;
    /// Opens what [`CardCrypto::seal`] made.
    fn open(
        &self,
        key: &[u8; 32],
        nonce: [u8; 12],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError>;
}

impl<C: CardCrypto + ?Sized> CardCrypto for &C {
    fn random(&self, buf: &mut [u8]) -> Result<(), CryptoError> {
        (**self).random(buf)
    }
    fn generate(&self) -> Result<KeyPair, CryptoError> {
        (**self).generate()
    }
    fn sign(&self, pair: &KeyPair, digest: &[u8; 48]) -> Result<[u8; 96], CryptoError> {
        (**self).sign(pair, digest)
    }
    fn mac(&self, key: &[u8], message: &[u8]) -> [u8; 32] {
        (**self).mac(key, message)
    }
    fn seal(&self, key: &[u8; 32], nonce: [u8; 12], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        (**self).seal(key, nonce, aad, plain)
    }
    fn open(
        &self,
        key: &[u8; 32],
        nonce: [u8; 12],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        (**self).open(key, nonce, aad, sealed)
    }
}

/// The issuer key of one chip, derived from the issuer's master key and the chip's serial number: one opened chip opens no other.
pub fn diversify(crypto: &dyn CardCrypto, master: &[u8], chip_serial: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut label = b"enkurs card issuer key 1".to_vec();
    label.extend_from_slice(chip_serial);
    Zeroizing::new(crypto.mac(master, &label))
}

/// Both directions of the issuer's secure messaging: one key, one counter. The nonce is the counter, so no nonce repeats within a session,
/// and each session has its own key. Additional data is the command header, or the status word of an answer.
pub(crate) struct Channel {
    key: Zeroizing<[u8; 32]>,
    counter: u64,
}

impl Channel {
    /// The session of a host challenge and a card challenge.
    pub(crate) fn new(crypto: &dyn CardCrypto, issuer_key: &[u8], host: &[u8], card: &[u8]) -> Self {
        Self { key: Zeroizing::new(crypto.mac(issuer_key, &transcript(b"session", host, card))), counter: 0 }
    }
    fn next(&mut self) -> [u8; 12] {
        self.counter += 1;
        let mut nonce = [0; 12];
        for (to, from) in nonce.iter_mut().skip(4).zip(self.counter.to_be_bytes()) {
            *to = from;
        }
        nonce
    }
    pub(crate) fn seal(&mut self, crypto: &dyn CardCrypto, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let nonce = self.next();
        crypto.seal(&self.key, nonce, aad, plain)
    }
    pub(crate) fn open(
        &mut self,
        crypto: &dyn CardCrypto,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let nonce = self.next();
        crypto.open(&self.key, nonce, aad, sealed)
    }
}

/// What is authenticated in the mutual authentication: purpose, host challenge, card challenge.
pub(crate) fn transcript(purpose: &[u8], host: &[u8], card: &[u8]) -> Vec<u8> {
    [b"enkurs card 1 ", purpose, b" ", host, card].concat()
}
