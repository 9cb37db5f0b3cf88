use std::{fs, io, path::Path};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{Random, Secret};

const VERSION: u8 = 1;
const SALT: usize = 24;
const HEAD: usize = 1 + 4 + SALT;

/// The master keys of a node, newest first: seals cookies and tokens, and derives the keys of files at rest. Nodes of one
/// installation share them. To rotate, put a new line on top of the key file; old lines keep opening what they sealed.
pub struct KeyRing(Vec<(u32, Secret<[u8; 32]>)>);

/// The key file is not usable.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    /// Reading or writing it failed.
    #[error("key file: {0}")]
    Io(#[from] io::Error),
    /// A line is not `NUMBER HEX`, or there is none.
    #[error("key file: line {0} is not a number and 64 hexadecimal digits")]
    Line(usize),
    /// Others than its owner may read it.
    #[error("key file: readable by others than its owner (mode {0:o}); remedy: chmod 600")]
    Open(u32),
}

impl KeyRing {
    /// Reads the key file; makes one with a fresh key if there is none.
    pub fn load(path: &Path, random: &dyn Random) -> Result<Self, RingError> {
        match fs::read_to_string(path) {
            Ok(text) => {
                private(path)?;
                let keys = text
                    .lines()
                    .enumerate()
                    .filter(|(_, l)| !l.trim().is_empty())
                    .map(|(n, l)| line(l).ok_or(RingError::Line(n + 1)));
                let keys = keys.collect::<Result<Vec<_>, _>>()?;
                if keys.is_empty() { Err(RingError::Line(1)) } else { Ok(Self(keys)) }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let ring = Self::fresh(random);
                let text: String = ring.0.iter().map(|(kid, key)| format!("{kid} {}\n", hex(key.expose()))).collect();
                write_private(path, &text)?;
                Ok(ring)
            }
            Err(e) => Err(e.into()),
        }
    }

    /// A ring of one fresh key, kept nowhere: what it seals is lost with it.
    pub fn fresh(random: &dyn Random) -> Self {
        let mut key = [0; 32];
        random.fill(&mut key);
        Self(vec![(1, Secret::new(key))])
    }

    /// The number of the key that seals now.
    pub fn current(&self) -> u32 {
        self.0.first().map_or(0, |(kid, _)| *kid)
    }

    /// A key for one message or file: of master key `kid`, for `purpose`, by a random `salt`.
    pub fn derive(&self, kid: u32, salt: &[u8], purpose: &str) -> Option<Secret<[u8; 32]>> {
        let (_, master) = self.0.iter().find(|(k, _)| *k == kid)?;
        let mut key = [0; 32];
        Salt::new(HKDF_SHA256, salt)
            .extract(master.expose())
            .expand(&[purpose.as_bytes()], HKDF_SHA256)
            .ok()?
            .fill(&mut key)
            .ok()?;
        Some(Secret::new(key))
    }

    /// Seals `plain` (AES-256-GCM under a key of its own): only [`KeyRing::open`] with the same purpose opens it.
    pub fn seal(&self, random: &dyn Random, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let mut salt = [0; SALT];
        random.fill(&mut salt);
        let kid = self.current();
        let mut out = Vec::with_capacity(HEAD + plain.len() + 16);
        out.push(VERSION);
        out.extend_from_slice(&kid.to_be_bytes());
        out.extend_from_slice(&salt);
        let mut body = plain.to_vec();
        let sealed = self
            .cipher(kid, &salt, purpose)
            .and_then(|k| k.seal_in_place_append_tag(zero(), Aad::from(purpose), &mut body).ok());
        if sealed.is_some() {
            out.append(&mut body);
        }
        out
    }

    /// Opens what was sealed for `purpose`; nothing if it was altered, sealed for something else or under a forgotten key.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (head, body) = sealed.split_at_checked(HEAD)?;
        let (version, rest) = head.split_first()?;
        let (kid, salt) = rest.split_first_chunk::<4>()?;
        if *version != VERSION {
            return None;
        }
        let mut body = body.to_vec();
        let plain = self
            .cipher(u32::from_be_bytes(*kid), salt, purpose)?
            .open_in_place(zero(), Aad::from(purpose), &mut body)
            .ok()?
            .len();
        body.truncate(plain);
        Some(body)
    }

    /// As [`KeyRing::seal`], in base64url.
    pub fn seal_text(&self, random: &dyn Random, purpose: &str, plain: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.seal(random, purpose, plain))
    }

    /// As [`KeyRing::open`], of base64url.
    pub fn open_text(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        self.open(purpose, &URL_SAFE_NO_PAD.decode(sealed).ok()?)
    }

    fn cipher(&self, kid: u32, salt: &[u8], purpose: &str) -> Option<LessSafeKey> {
        let key = self.derive(kid, salt, purpose)?;
        UnboundKey::new(&AES_256_GCM, key.expose()).ok().map(LessSafeKey::new)
    }
}

/// Each key seals one message, so its nonce may be constant.
fn zero() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn line(text: &str) -> Option<(u32, Secret<[u8; 32]>)> {
    let (kid, key) = text.trim().split_once(' ')?;
    let mut bytes = [0; 32];
    if key.len() != 64 || !key.is_ascii() {
        return None;
    }
    for (i, b) in bytes.iter_mut().enumerate() {
        *b = u8::from_str_radix(key.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some((kid.parse().ok()?, Secret::new(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(unix)]
fn private(path: &Path) -> Result<(), RingError> {
    use std::os::unix::fs::MetadataExt as _;
    let mode = fs::metadata(path)?.mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(RingError::Open(mode)) }
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<(), RingError> {
    Ok(())
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use io::Write as _;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRandom;

    #[test]
    fn what_is_sealed_opens_only_for_its_purpose() {
        let random = SeededRandom::new(1);
        let ring = KeyRing::fresh(&random);
        let sealed = ring.seal_text(&random, "session", b"who");
        assert_eq!(ring.open_text("session", &sealed).unwrap(), b"who");
        assert_eq!(ring.open_text("csrf", &sealed), None);
        assert_eq!(KeyRing::fresh(&random).open_text("session", &sealed), None);
        let mut bytes = ring.seal(&random, "session", b"who");
        for i in 0..bytes.len() {
            bytes[i] ^= 1;
            assert_eq!(ring.open("session", &bytes), None, "byte {i}");
            bytes[i] ^= 1;
            assert_eq!(ring.open("session", &bytes[..i]), None, "cut at {i}");
        }
    }

    #[test]
    fn the_key_file_is_made_once_and_rotates() {
        let dir = std::env::temp_dir().join(format!("enkurs-ring-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let path = dir.join("ring");
        let _ = fs::remove_file(&path);
        let random = SeededRandom::new(2);
        let first = KeyRing::load(&path, &random).unwrap();
        let sealed = first.seal(&random, "x", b"kept");
        let more = format!("2 {}\n{}", "ab".repeat(32), fs::read_to_string(&path).unwrap());
        fs::write(&path, more).unwrap();
        let second = KeyRing::load(&path, &random).unwrap();
        assert_eq!(second.current(), 2);
        assert_eq!(second.open("x", &sealed).unwrap(), b"kept");
        fs::write(&path, "1 zz").unwrap();
        assert!(matches!(KeyRing::load(&path, &random), Err(RingError::Line(1))));
        fs::remove_dir_all(&dir).unwrap();
    }
}
