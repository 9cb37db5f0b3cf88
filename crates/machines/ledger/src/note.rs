//! C2SP signed notes: a text, an empty line, and lines `— NAME BASE64`.

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{ED25519, UnparsedPublicKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{LedgerError, tree::Hash};

const ED25519_TYPE: u8 = 1;

/// The public key of a log: `NAME+HASH+BASE64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: [u8; 32],
}

impl VerifierKey {
    /// Of a log with this name (its origin) and Ed25519 public key.
    pub fn new(name: impl Into<String>, key: [u8; 32]) -> Self {
        Self { name: name.into(), key }
    }

    /// Reads the one-line form; whatever surrounds it in white space is ignored.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let bad = || LedgerError::Malformed("verifier key: NAME+HASH+BASE64 is wanted");
        let text = text.trim();
        let (name, rest) = text.split_once('+').ok_or_else(bad)?;
        let (hash, key) = rest.split_once('+').ok_or_else(bad)?;
        let key = STANDARD.decode(key).map_err(|_| bad())?;
        let (kind, key) = key.split_first().ok_or_else(bad)?;
        let this = Self::new(name, key.try_into().map_err(|_| bad())?);
        let known = *kind == ED25519_TYPE && !name.is_empty() && !name.contains(char::is_whitespace);
        if known && hash == format!("{:08x}", u32::from_be_bytes(this.id())) { Ok(this) } else { Err(bad()) }
    }

    /// The name of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        let text = [self.name.as_bytes(), b"\n", &[ED25519_TYPE], &self.key].concat();
        digest(&SHA256, &text).as_ref().first_chunk().copied().unwrap_or_default()
    }

    /// The line that a signature by this key becomes.
    pub(crate) fn line(&self, signature: &[u8]) -> String {
        format!("\u{2014} {} {}\n", self.name, STANDARD.encode([&self.id(), signature].concat()))
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = STANDARD.encode([&[ED25519_TYPE], self.key.as_slice()].concat());
        write!(f, "{}+{:08x}+{key}", self.name, u32::from_be_bytes(self.id()))
    }
}

/// The head of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root hash.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads a signed note. Says nothing of its signatures.
    pub fn parse(note: &str) -> Result<Self, LedgerError> {
        let bad = || LedgerError::Malformed("checkpoint");
        let (text, _) = note.split_once("\n\n").ok_or_else(bad)?;
        let mut lines = text.lines();
        let origin = lines.next().filter(|o| !o.is_empty()).ok_or_else(bad)?.to_owned();
        let size = lines.next().ok_or_else(bad)?;
        let root = STANDARD.decode(lines.next().ok_or_else(bad)?).map_err(|_| bad())?;
        let this = Self { origin, size: size.parse().map_err(|_| bad())?, root: root.try_into().map_err(|_| bad())? };
        if this.size.to_string() == size { Ok(this) } else { Err(bad()) }
    }

    /// Reads a signed note and checks that `key` signed it and names its origin.
    pub fn verified(note: &str, key: &VerifierKey) -> Result<Self, LedgerError> {
        let this = Self::parse(note)?;
        let unsigned = || LedgerError::Unsigned(key.name.clone());
        let (text, lines) = note.split_once("\n\n").ok_or_else(unsigned)?;
        let text = format!("{text}\n");
        let start = format!("\u{2014} {} ", key.name);
        let by_key = lines.lines().filter_map(|l| STANDARD.decode(l.strip_prefix(&start)?).ok());
        let public = UnparsedPublicKey::new(&ED25519, key.key);
        let mut signatures = by_key.filter_map(|s| s.strip_prefix(key.id().as_slice()).map(<[u8]>::to_vec));
        let signed = signatures.any(|s| public.verify(text.as_bytes(), &s).is_ok());
        if signed && this.origin == key.name { Ok(this) } else { Err(unsigned()) }
    }
}
