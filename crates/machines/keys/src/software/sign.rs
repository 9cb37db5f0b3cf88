use std::sync::Arc;

use aws_lc_rs::{
    digest::Digest,
    encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{self, KeySize},
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
        RsaEncoding,
    },
};
use base::Secret;
use futures_util::future::BoxFuture;
use pki::{DigestAlgorithm, SignatureAlgorithm};

use crate::{KeyError, KeyKind, Signer, ToSign, blocking, kind::Prepared};

/// A private key in memory. The library wipes it when it is dropped.
pub(super) struct Private {
    kind: KeyKind,
    spki: Vec<u8>,
    pair: Pair,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Rsa(rsa::KeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A new key as PKCS#8.
pub(super) fn generate(kind: KeyKind) -> Result<Secret<Vec<u8>>, KeyError> {
    let rsa = |size| -> Result<Vec<u8>, KeyError> {
        let pair = rsa::KeyPair::generate(size)?;
        let der: Pkcs8V1Der<'_> = pair.as_der()?;
        Ok(der.as_ref().to_vec())
    };
    Ok(Secret::new(match kind {
        KeyKind::P256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?.to_pkcs8v1()?.as_ref().to_vec(),
        KeyKind::P384 => EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING)?.to_pkcs8v1()?.as_ref().to_vec(),
        KeyKind::Rsa3072 => rsa(KeySize::Rsa3072)?,
        KeyKind::Rsa4096 => rsa(KeySize::Rsa4096)?,
        KeyKind::Ed25519 => Ed25519KeyPair::generate()?.to_pkcs8v1()?.as_ref().to_vec(),
    }))
}

impl Private {
    pub(super) fn from_pkcs8(pkcs8: &Secret<Vec<u8>>) -> Result<Self, KeyError> {
        let der = pkcs8.expose();
        let x509 = |der: Result<PublicKeyX509Der<'_>, _>| {
            der.map(|d| d.as_ref().to_vec()).map_err(|_: aws_lc_rs::error::Unspecified| KeyError::Crypto)
        };
        let (pair, spki) = if let Ok(p) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der) {
            let spki = x509(p.public_key().as_der())?;
            (Pair::Ecdsa(p), spki)
        } else if let Ok(p) = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, der) {
            let spki = x509(p.public_key().as_der())?;
            (Pair::Ecdsa(p), spki)
        } else if let Ok(p) = Ed25519KeyPair::from_pkcs8(der) {
            let spki = x509(p.public_key().as_der())?;
            (Pair::Ed25519(p), spki)
        } else if let Ok(p) = rsa::KeyPair::from_pkcs8(der) {
            let spki = x509(p.public_key().as_der())?;
            (Pair::Rsa(p), spki)
        } else {
            return Err(KeyError::BadImport);
        };
        let kind = KeyKind::of_spki(&spki).ok_or(KeyError::BadImport)?;
        Ok(Self { kind, spki, pair })
    }
    pub(super) fn kind(&self) -> KeyKind {
        self.kind
    }
    pub(super) fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn sign(&self, algorithm: SignatureAlgorithm, what: &Prepared<'_>) -> Result<Vec<u8>, KeyError> {
        match (&self.pair, what) {
            (Pair::Ecdsa(p), Prepared::Digest(d)) => Ok(p.sign_digest(d)?.as_ref().to_vec()),
            (Pair::Rsa(p), Prepared::Digest(d)) => sign_rsa(p, algorithm, d),
            (Pair::Ed25519(p), Prepared::Message(m)) => Ok(p.try_sign(m)?.as_ref().to_vec()),
            _ => Err(KeyError::Crypto),
        }
    }
}

fn sign_rsa(pair: &rsa::KeyPair, algorithm: SignatureAlgorithm, digest: &Digest) -> Result<Vec<u8>, KeyError> {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    let padding: &'static dyn RsaEncoding = match algorithm {
        SignatureAlgorithm::RsaPkcs1(Sha256) => &RSA_PKCS1_SHA256,
        SignatureAlgorithm::RsaPkcs1(Sha384) => &RSA_PKCS1_SHA384,
        SignatureAlgorithm::RsaPkcs1(Sha512) => &RSA_PKCS1_SHA512,
        SignatureAlgorithm::RsaPss(Sha256) => &RSA_PSS_SHA256,
        SignatureAlgorithm::RsaPss(Sha384) => &RSA_PSS_SHA384,
        SignatureAlgorithm::RsaPss(Sha512) => &RSA_PSS_SHA512,
        _ => return Err(KeyError::Crypto),
    };
    let mut out = vec![0; pair.public_modulus_len()];
    pair.sign_digest(padding, digest, &mut out)?;
    Ok(out)
}

/// A software key with its algorithm.
pub(super) struct SoftSigner {
    private: Arc<Private>,
    algorithm: SignatureAlgorithm,
}

impl SoftSigner {
    pub(super) fn new(private: Arc<Private>, algorithm: SignatureAlgorithm) -> Self {
        Self { private, algorithm }
    }
}

impl Signer for SoftSigner {
    fn spki_der(&self) -> &[u8] {
        &self.private.spki
    }
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
    fn sign<'a>(&'a self, what: ToSign<'a>, intent: &'a str) -> BoxFuture<'a, Result<Vec<u8>, KeyError>> {
        Box::pin(async move {
            let prepared = Prepared::new(self.algorithm, what)?;
            tracing::trace!(intent, "software signature");
            match (&self.private.pair, prepared) {
                // Milliseconds: beside the runtime. The others take microseconds.
                (Pair::Rsa(_), Prepared::Digest(d)) => {
                    let (private, algorithm) = (self.private.clone(), self.algorithm);
                    blocking(move || private.sign(algorithm, &Prepared::Digest(d))).await
                }
                (_, prepared) => self.private.sign(self.algorithm, &prepared),
            }
        })
    }
}
