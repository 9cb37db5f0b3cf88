//! The sealed file: a line that names the version, a line of JSON (authenticated, readable without the passphrase), then
//! the ciphertext with its tag.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf,
};
use base::Secret;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{KeyError, KeyInfo, KeyKind};

const MAGIC: &str = "enkurs sealed 1";
const MEMORY_KIB: u32 = 65_536;
const PASSES: u32 = 3;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreHead {
    what: String,
    kdf: String,
    memory_kib: u32,
    passes: u32,
    salt: String,
    nonce: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyHead {
    what: String,
    label: String,
    kind: KeyKind,
    spki: String,
    salt: String,
    nonce: String,
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[hi, lo]| hi << 4 | lo).collect())
}

fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut b = [0; N];
    aws_lc_rs::rand::fill(&mut b)?;
    Ok(b)
}

fn seal(head: &impl Serialize, nonce: [u8; 12], key: &[u8; 32], plain: &Secret<Vec<u8>>) -> Result<Vec<u8>, KeyError> {
    let mut out = format!("{MAGIC}\n{}\n", serde_json::to_string(head).map_err(|_| KeyError::Crypto)?).into_bytes();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key)?);
    let mut body = zeroize::Zeroizing::new(plain.expose().clone());
    let tag = key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(&out), &mut body)?;
    out.extend_from_slice(&body);
    out.extend_from_slice(tag.as_ref());
    Ok(out)
}

/// Splits a sealed file into head, authenticated part and body.
fn split<'a, H: DeserializeOwned>(sealed: &'a [u8], file: &Path) -> Result<(H, &'a [u8], &'a [u8]), KeyError> {
    let damaged = |why| KeyError::Damaged { file: file.to_owned(), why };
    let mut lines = sealed.splitn(3, |b| *b == b'\n');
    let (Some(magic), Some(head), Some(body)) = (lines.next(), lines.next(), lines.next()) else {
        return Err(damaged("too short"));
    };
    if magic != MAGIC.as_bytes() {
        return Err(damaged("not a sealed file of version 1"));
    }
    let parsed = serde_json::from_slice(head).map_err(|_| damaged("its head cannot be read"))?;
    let (aad, _) = sealed.split_at(sealed.len() - body.len());
    Ok((parsed, aad, body))
}

/// `None` when the tag does not fit.
fn unseal(aad: &[u8], body: &[u8], nonce: &str, key: &[u8; 32]) -> Option<Secret<Vec<u8>>> {
    let nonce = Nonce::try_assume_unique_for_key(&unhex(nonce)?).ok()?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
    let mut body = zeroize::Zeroizing::new(body.to_vec());
    let plain = key.open_in_place(nonce, Aad::from(aad), &mut body).ok()?;
    Some(Secret::new(plain.to_vec()))
}

fn stretch(secret: &Secret<Vec<u8>>, salt: &[u8], memory_kib: u32, passes: u32) -> Result<Secret<[u8; 32]>, KeyError> {
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(|_| KeyError::Crypto)?;
    let mut out = [0u8; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(secret.expose(), salt, &mut out)
        .map_err(|_| KeyError::Crypto)?;
    let kept = Secret::new(out);
    zeroize::Zeroize::zeroize(&mut out);
    Ok(kept)
}

/// A new master key, sealed.
pub(super) fn new_store(secret: &Secret<Vec<u8>>) -> Result<Vec<u8>, KeyError> {
    seal_store(&Secret::new(random::<32>()?), secret)
}

/// The master key under a passphrase.
pub(super) fn seal_store(master: &Secret<[u8; 32]>, secret: &Secret<Vec<u8>>) -> Result<Vec<u8>, KeyError> {
    let (salt, nonce) = (random::<16>()?, random::<12>()?);
    let head = StoreHead {
        what: "store".into(),
        kdf: "argon2id".into(),
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        salt: hex(&salt),
        nonce: hex(&nonce),
    };
    let kek = stretch(secret, &salt, MEMORY_KIB, PASSES)?;
    seal(&head, nonce, kek.expose(), &Secret::new(master.expose().to_vec()))
}

/// The master key; the cost that the file names is bounded, so that a planted file cannot exhaust the machine.
pub(super) fn open_store(
    sealed: &[u8],
    secret: &Secret<Vec<u8>>,
    dir: &Path,
    file: &Path,
) -> Result<Secret<[u8; 32]>, KeyError> {
    let (head, aad, body) = split::<StoreHead>(sealed, file)?;
    let damaged = |why| KeyError::Damaged { file: file.to_owned(), why };
    if head.what != "store"
        || head.kdf != "argon2id"
        || !(8_192..=1_048_576).contains(&head.memory_kib)
        || !(1..=16).contains(&head.passes)
    {
        return Err(damaged("its key derivation is not one that is accepted"));
    }
    let salt = unhex(&head.salt).filter(|s| s.len() >= 16).ok_or_else(|| damaged("its salt cannot be read"))?;
    let kek = stretch(secret, &salt, head.memory_kib, head.passes)?;
    let master = unseal(aad, body, &head.nonce, kek.expose())
        .ok_or_else(|| KeyError::WrongPassphrase { store: dir.to_owned() })?;
    <[u8; 32]>::try_from(master.expose().as_slice())
        .map(Secret::new)
        .map_err(|_| damaged("the master key is not 32 bytes"))
}

fn file_key(master: &Secret<[u8; 32]>, salt: &[u8], label: &str) -> Result<Secret<[u8; 32]>, KeyError> {
    let mut out = [0u8; 32];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(master.expose());
    prk.expand(&[b"enkurs key file 1", label.as_bytes()], hkdf::HKDF_SHA256)?.fill(&mut out)?;
    let kept = Secret::new(out);
    zeroize::Zeroize::zeroize(&mut out);
    Ok(kept)
}

/// One key, sealed.
pub(super) fn seal_key(
    master: &Secret<[u8; 32]>,
    info: &KeyInfo,
    pkcs8: &Secret<Vec<u8>>,
) -> Result<Vec<u8>, KeyError> {
    let (salt, nonce) = (random::<16>()?, random::<12>()?);
    let head = KeyHead {
        what: "key".into(),
        label: info.label.clone(),
        kind: info.kind,
        spki: hex(&info.spki),
        salt: hex(&salt),
        nonce: hex(&nonce),
    };
    seal(&head, nonce, file_key(master, &salt, &info.label)?.expose(), pkcs8)
}

/// What stands in the clear. It is proven only when the key is opened.
pub(super) fn public_half(sealed: &[u8], file: &Path) -> Result<KeyInfo, KeyError> {
    let (head, _, _) = split::<KeyHead>(sealed, file)?;
    info(head, file)
}

/// One key, opened.
pub(super) fn open_key(
    master: &Secret<[u8; 32]>,
    sealed: &[u8],
    file: &Path,
) -> Result<(KeyInfo, Secret<Vec<u8>>), KeyError> {
    let (head, aad, body) = split::<KeyHead>(sealed, file)?;
    let salt = unhex(&head.salt).unwrap_or_default();
    let plain = unseal(aad, body, &head.nonce, file_key(master, &salt, &head.label)?.expose());
    let plain = plain.ok_or_else(|| KeyError::Damaged { file: file.to_owned(), why: "its seal is broken" })?;
    Ok((info(head, file)?, plain))
}

fn info(head: KeyHead, file: &Path) -> Result<KeyInfo, KeyError> {
    let damaged = |why| KeyError::Damaged { file: file.to_owned(), why };
    let spki = unhex(&head.spki).ok_or_else(|| damaged("its public key cannot be read"))?;
    if head.what != "key" || KeyKind::of_spki(&spki) != Some(head.kind) {
        return Err(damaged("its head contradicts itself"));
    }
    Ok(KeyInfo { label: head.label, kind: head.kind, spki })
}
