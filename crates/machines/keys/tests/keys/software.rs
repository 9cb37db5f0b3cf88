use std::{fs, path::Path, sync::Arc};

use base::Secret;
use keys::{KeyError, KeyKind, KeyStore as _, SoftwareStore, ToSign, Unlock, software};

use crate::suite;

fn passphrase(p: &str) -> Unlock {
    Unlock::Passphrase(Secret::new(p.to_owned()))
}

fn open(dir: &Path, p: &str) -> Result<Arc<SoftwareStore>, KeyError> {
    SoftwareStore::open(dir, passphrase(p))
}

#[tokio::test]
async fn software_suite() {
    let dir = tempfile::tempdir().unwrap();
    suite::whole(open(dir.path(), "vecais ceļš").unwrap()).await;
}

#[tokio::test]
async fn keys_survive_reopening_and_another_passphrase() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), "one").unwrap();
    let key = store.generate("a", KeyKind::P256).await.unwrap();
    let again = open(dir.path(), "one").unwrap();
    let signature = again.signer("a").await.unwrap().sign(ToSign::Message(b"x"), "test").await.unwrap();
    assert!(suite::holds(&key.spki, KeyKind::P256.default_algorithm(), b"x", &signature));

    again.reseal(passphrase("two")).unwrap();
    assert!(matches!(open(dir.path(), "one"), Err(KeyError::WrongPassphrase { .. })));
    assert!(open(dir.path(), "two").unwrap().signer("a").await.is_ok());
}

#[tokio::test]
async fn a_key_file_opens_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("unlock");
    software::new_key_file(&key).unwrap();
    let before = fs::read(&key).unwrap();
    software::new_key_file(&key).unwrap();
    assert_eq!(fs::read(&key).unwrap(), before, "an existing key file is left alone");
    let store = SoftwareStore::open(&dir.path().join("keys"), Unlock::KeyFile(key.clone())).unwrap();
    store.generate("a", KeyKind::Ed25519).await.unwrap();
    SoftwareStore::open(&dir.path().join("keys"), Unlock::KeyFile(key.clone())).unwrap();
    fs::write(&key, "short").unwrap();
    assert!(matches!(
        SoftwareStore::open(&dir.path().join("keys"), Unlock::KeyFile(key)),
        Err(KeyError::Damaged { .. })
    ));
}

#[tokio::test]
async fn every_altered_byte_of_a_key_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path(), "p").unwrap().generate("a", KeyKind::Ed25519).await.unwrap();
    let path = dir.path().join("a.key");
    let whole = fs::read(&path).unwrap();
    let store = open(dir.path(), "p").unwrap();
    for at in 0..whole.len() {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        fs::write(&path, &altered).unwrap();
        assert!(matches!(store.signer("a").await, Err(KeyError::Damaged { .. })), "byte {at}");
    }
    for cut in [0, 1, 16, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(matches!(store.signer("a").await, Err(KeyError::Damaged { .. })), "cut at {cut}");
    }
    fs::write(&path, &whole).unwrap();
    assert!(store.signer("a").await.is_ok());
}

#[tokio::test]
async fn a_key_under_another_name_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), "p").unwrap();
    store.generate("a", KeyKind::P256).await.unwrap();
    fs::copy(dir.path().join("a.key"), dir.path().join("b.key")).unwrap();
    assert!(matches!(store.signer("b").await, Err(KeyError::Damaged { .. })));
}

#[tokio::test]
async fn a_lost_master_is_not_replaced_silently() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path(), "p").unwrap().generate("a", KeyKind::P256).await.unwrap();
    fs::remove_file(dir.path().join("store.sealed")).unwrap();
    assert!(matches!(open(dir.path(), "p"), Err(KeyError::Damaged { .. })));
}

#[tokio::test]
async fn keys_made_elsewhere_are_imported() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), "p").unwrap();
    for kind in [KeyKind::P256, KeyKind::P384, KeyKind::Ed25519, KeyKind::Rsa3072] {
        let pkcs8 = software::new_pkcs8(kind).unwrap();
        let outside = software::signer_of_pkcs8(&pkcs8, None).unwrap();
        let inside = store.import(kind.name(), pkcs8).await.unwrap();
        assert_eq!((inside.kind, inside.spki.as_slice()), (kind, outside.spki_der()));
    }
    assert!(matches!(store.import("x", Secret::new(vec![1, 2, 3])).await, Err(KeyError::BadImport)));
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner_alone_and_hold_no_plain_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("keys");
    let store = open(&inner, "p").unwrap();
    let pkcs8 = software::new_pkcs8(KeyKind::P256).unwrap();
    let plain = pkcs8.expose()[36..68].to_vec();
    store.import("a", pkcs8).await.unwrap();
    assert_eq!(fs::metadata(&inner).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in fs::read_dir(&inner).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
        assert!(!fs::read(&path).unwrap().windows(32).any(|w| w == plain));
    }
    assert_eq!(fs::read_dir(&inner).unwrap().count(), 2, "nothing is left beside");
}

#[tokio::test]
async fn two_makers_of_one_label_get_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (open(dir.path(), "p").unwrap(), open(dir.path(), "p").unwrap());
    let (x, y) = tokio::join!(a.ensure("k", KeyKind::P256), b.ensure("k", KeyKind::P256));
    assert_eq!(x.unwrap(), y.unwrap());
}
