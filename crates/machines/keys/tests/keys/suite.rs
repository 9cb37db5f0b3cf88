use std::sync::Arc;

use aws_lc_rs::{
    digest,
    signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
        RSA_PSS_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
    },
};
use keys::{KeyError, KeyKind, KeyStore, ToSign};
use pki::{
    DigestAlgorithm::{Sha256, Sha384, Sha512},
    SignatureAlgorithm::{self, Ecdsa, Ed25519, RsaPkcs1, RsaPss},
};

/// Verifies with the library's own reader of SubjectPublicKeyInfo.
pub(crate) fn holds(spki: &[u8], algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
    let how: &'static dyn VerificationAlgorithm = match (algorithm, KeyKind::of_spki(spki)) {
        (Ecdsa(Sha256), Some(KeyKind::P256)) => &ECDSA_P256_SHA256_ASN1,
        (Ecdsa(Sha384), Some(KeyKind::P384)) => &ECDSA_P384_SHA384_ASN1,
        (Ed25519, _) => &ED25519,
        (RsaPkcs1(Sha256), _) => &RSA_PKCS1_2048_8192_SHA256,
        (RsaPkcs1(Sha384), _) => &RSA_PKCS1_2048_8192_SHA384,
        (RsaPkcs1(Sha512), _) => &RSA_PKCS1_2048_8192_SHA512,
        (RsaPss(Sha256), _) => &RSA_PSS_2048_8192_SHA256,
        (RsaPss(Sha384), _) => &RSA_PSS_2048_8192_SHA384,
        (RsaPss(Sha512), _) => &RSA_PSS_2048_8192_SHA512,
        other => panic!("{other:?}"),
    };
    UnparsedPublicKey::new(how, spki).verify(message, signature).is_ok()
}

fn digest_of(algorithm: SignatureAlgorithm, message: &[u8]) -> Option<Vec<u8>> {
    let how = match algorithm {
        Ecdsa(Sha256) | RsaPkcs1(Sha256) | RsaPss(Sha256) => &digest::SHA256,
        Ecdsa(Sha384) | RsaPkcs1(Sha384) | RsaPss(Sha384) => &digest::SHA384,
        Ecdsa(Sha512) | RsaPkcs1(Sha512) | RsaPss(Sha512) => &digest::SHA512,
        _ => return None,
    };
    Some(digest::digest(how, message).as_ref().to_vec())
}

fn algorithms(kind: KeyKind) -> Vec<Option<SignatureAlgorithm>> {
    match kind {
        KeyKind::Rsa3072 | KeyKind::Rsa4096 => {
            vec![
                None,
                Some(RsaPkcs1(Sha384)),
                Some(RsaPkcs1(Sha512)),
                Some(RsaPss(Sha256)),
                Some(RsaPss(Sha384)),
                Some(RsaPss(Sha512)),
            ]
        }
        _ => vec![None],
    }
}

/// Everything a store promises.
pub(crate) async fn whole(store: Arc<dyn KeyStore>) {
    every_kind_signs(&store).await;
    labels(&store).await;
    refusals(&store).await;
    many_at_once(&store).await;
}

async fn every_kind_signs(store: &Arc<dyn KeyStore>) {
    for kind in KeyKind::ALL {
        let info = store.generate(kind.name(), kind).await.unwrap();
        assert_eq!((info.label.as_str(), info.kind), (kind.name(), kind));
        assert_eq!(KeyKind::of_spki(&info.spki), Some(kind));
        for algorithm in algorithms(kind) {
            let signer = store.signer_as(kind.name(), algorithm).await.unwrap();
            assert_eq!(signer.spki_der(), info.spki);
            assert_eq!(signer.algorithm(), algorithm.unwrap_or(kind.default_algorithm()));
            for message in [&b""[..], b"Enkurs", &[0x5a; 5000]] {
                let signature = signer.sign(ToSign::Message(message), "test").await.unwrap();
                assert!(holds(&info.spki, signer.algorithm(), message, &signature), "{kind} {algorithm:?}");
                assert!(!holds(&info.spki, signer.algorithm(), b"another", &signature), "{kind} {algorithm:?}");
                if let Some(digest) = digest_of(signer.algorithm(), message) {
                    let signature = signer.sign(ToSign::Digest(&digest), "test").await.unwrap();
                    assert!(holds(&info.spki, signer.algorithm(), message, &signature), "{kind} {algorithm:?}");
                }
            }
        }
    }
    let listed: Vec<_> = store.list().await.unwrap().into_iter().map(|k| k.label).collect();
    assert_eq!(listed, ["ed25519", "p256", "p384", "rsa3072", "rsa4096"]);
    assert_eq!(store.health().await.unwrap().keys, 5);
}

async fn labels(store: &Arc<dyn KeyStore>) {
    for bad in ["", "../x", "Aa", "a b", ".a", "-a", &"a".repeat(65), "ā"] {
        assert!(matches!(store.generate(bad, KeyKind::P256).await, Err(KeyError::BadLabel)), "{bad}");
        assert!(store.signer(bad).await.is_err(), "{bad}");
    }
    let first = store.ensure("ca.root-1", KeyKind::P384).await.unwrap();
    assert_eq!(store.ensure("ca.root-1", KeyKind::P384).await.unwrap(), first);
    assert!(matches!(
        store.ensure("ca.root-1", KeyKind::P256).await,
        Err(KeyError::OtherKind { found: KeyKind::P384, .. })
    ));
    assert!(matches!(store.generate("ca.root-1", KeyKind::P384).await, Err(KeyError::Exists { .. })));
    assert_eq!(store.public_key("ca.root-1").await.unwrap(), first);
    store.destroy("ca.root-1").await.unwrap();
    assert!(matches!(store.public_key("ca.root-1").await, Err(KeyError::NotFound { .. })));
    assert!(matches!(store.destroy("ca.root-1").await, Err(KeyError::NotFound { .. })));
    assert!(matches!(store.signer("ca.root-1").await, Err(KeyError::NotFound { .. })));
    assert_ne!(store.ensure("ca.root-1", KeyKind::P384).await.unwrap().spki, first.spki);
}

async fn refusals(store: &Arc<dyn KeyStore>) {
    assert!(matches!(store.signer_as("p256", Some(Ecdsa(Sha384))).await, Err(KeyError::Unsupported(_))));
    assert!(matches!(
        store.signer_as("rsa3072", Some(RsaPkcs1(pki::DigestAlgorithm::Sha1))).await,
        Err(KeyError::Unsupported(_))
    ));
    assert!(matches!(store.signer_as("ed25519", Some(RsaPkcs1(Sha256))).await, Err(KeyError::Unsupported(_))));
    let p256 = store.signer("p256").await.unwrap();
    assert!(matches!(
        p256.sign(ToSign::Digest(&[0; 31]), "test").await,
        Err(KeyError::DigestLength { wanted: 32, found: 31 })
    ));
    let edwards = store.signer("ed25519").await.unwrap();
    assert!(matches!(edwards.sign(ToSign::Digest(&[0; 32]), "test").await, Err(KeyError::Unsupported(_))));
}

async fn many_at_once(store: &Arc<dyn KeyStore>) {
    let mut set = tokio::task::JoinSet::new();
    for n in 0..64u32 {
        let store = store.clone();
        set.spawn(async move {
            let kind = if n % 2 == 0 { KeyKind::P256 } else { KeyKind::Ed25519 };
            let signer = store.signer(kind.name()).await.unwrap();
            let signature = signer.sign(ToSign::Message(&n.to_be_bytes()), "test").await.unwrap();
            assert!(holds(signer.spki_der(), signer.algorithm(), &n.to_be_bytes(), &signature));
        });
    }
    set.join_all().await;
}
