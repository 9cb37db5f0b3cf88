use std::{
    io::{self, Write as _},
    path::Path,
};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base::{Cx, Secret};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

const ID: usize = 4;
const KEY: usize = 32;

/// The keys that seal cookies (AES-256-GCM). The first seals; all open, so a key can be changed without signing people out.
pub struct KeyRing(Vec<Key>);

struct Key {
    id: [u8; ID],
    key: LessSafeKey,
}

/// The key file is not as written by [`KeyRing::load_or_create`].
#[derive(Debug, thiserror::Error)]
pub enum BadKeyFile {
    /// Reading or writing failed.
    #[error("cookie key file: {0}")]
    Io(#[from] io::Error),
    /// A line is no key.
    #[error("cookie key file, line {0}: 32 bytes in base64url are wanted")]
    Line(usize),
    /// No key at all.
    #[error("cookie key file is empty")]
    Empty,
}

impl KeyRing {
    /// Keys given outright; the first seals.
    pub fn new(keys: &[Secret<Vec<u8>>]) -> Result<Self, BadKeyFile> {
        let made: Option<Vec<Key>> = keys.iter().map(|k| Key::new(k.expose())).collect();
        match made {
            Some(k) if !k.is_empty() => Ok(Self(k)),
            Some(_) => Err(BadKeyFile::Empty),
            None => Err(BadKeyFile::Line(0)),
        }
    }

    /// One fresh key, for a process that keeps none: sessions end with it.
    pub fn fresh(cx: &Cx) -> Self {
        Self(Key::new(&cx.bytes::<KEY>()).into_iter().collect())
    }

    /// Reads a file with one key a line, newest first; writes one with a fresh key when there is none (owner only).
    pub fn load_or_create(cx: &Cx, path: &Path) -> Result<Self, BadKeyFile> {
        let text = match std::fs::read_to_string(path) {
            Ok(t) => Secret::new(t),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let line = Secret::new(format!("{}\n", URL_SAFE_NO_PAD.encode(cx.bytes::<KEY>())));
                write_private(path, line.expose())?;
                line
            }
            Err(e) => return Err(e.into()),
        };
        let mut keys = vec![];
        for (i, line) in text.expose().lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let raw = Secret::new(URL_SAFE_NO_PAD.decode(line.trim()).map_err(|_| BadKeyFile::Line(i + 1))?);
            keys.push(Key::new(raw.expose()).ok_or(BadKeyFile::Line(i + 1))?);
        }
        if keys.is_empty() { Err(BadKeyFile::Empty) } else { Ok(Self(keys)) }
    }

    /// Seals `plain` for `purpose`: key id, nonce, ciphertext, tag, in base64url.
    pub fn seal(&self, cx: &Cx, purpose: &str, plain: &[u8]) -> Option<String> {
        let key = self.0.first()?;
        let nonce = cx.bytes::<NONCE_LEN>();
        let mut buf = plain.to_vec();
        key.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose.as_bytes()), &mut buf)
            .ok()?;
        Some(URL_SAFE_NO_PAD.encode([&key.id[..], &nonce, &buf].concat()))
    }

    /// Opens what [`KeyRing::seal`] made for the same purpose; anything else is nothing.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let raw = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (id, rest) = raw.split_at_checked(ID)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN)?;
        let key = self.0.iter().find(|k| k.id == id)?;
        let mut body = body.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = key.key.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut body).ok()?;
        Some(plain.to_vec())
    }
}

impl Key {
    fn new(raw: &[u8]) -> Option<Self> {
        let sum = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &[b"enkurs cookie key id", raw].concat());
        let id = sum.as_ref().first_chunk::<ID>().copied()?;
        Some(Self { id, key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, raw).ok()?) })
    }
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut f = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    f.write_all(text.as_bytes())?;
    f.sync_all()
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut f = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    f.write_all(text.as_bytes())?;
    f.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seals_and_refuses_what_was_touched() {
        let cx = Cx::system();
        let ring = KeyRing::fresh(&cx);
        let sealed = ring.seal(&cx, "session", b"text").unwrap();
        assert_eq!(ring.open("session", &sealed).unwrap(), b"text");
        assert!(ring.open("other", &sealed).is_none());
        for i in 0..sealed.len() {
            let mut bad = sealed.clone().into_bytes();
            bad[i] = if bad[i] == b'A' { b'B' } else { b'A' };
            let bad = String::from_utf8(bad).unwrap();
            assert!(
                bad == sealed || ring.open("session", &bad).is_none_or(|p| p == b"text" && i == sealed.len() - 1),
                "{i}"
            );
        }
        assert!(KeyRing::fresh(&cx).open("session", &sealed).is_none());
    }

    #[test]
    fn a_key_can_be_changed() {
        let cx = Cx::system();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cookie.keys");
        let old = KeyRing::load_or_create(&cx, &path).unwrap();
        let sealed = old.seal(&cx, "s", b"x").unwrap();
        let line = std::fs::read_to_string(&path).unwrap();
        let newer = URL_SAFE_NO_PAD.encode(cx.bytes::<32>());
        std::fs::write(&path, format!("{newer}\n{line}")).unwrap();
        let both = KeyRing::load_or_create(&cx, &path).unwrap();
        assert_eq!(both.open("s", &sealed).unwrap(), b"x");
        assert!(old.open("s", &both.seal(&cx, "s", b"y").unwrap()).is_none());
        std::fs::write(&path, "short\n").unwrap();
        assert!(matches!(KeyRing::load_or_create(&cx, &path), Err(BadKeyFile::Line(1))));
    }
}
