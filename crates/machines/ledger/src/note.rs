//! C2SP signed notes: a text, an empty line, and lines `— NAME BASE64`.

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{ED25519, UnparsedPublicKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{LedgerError, tree::Hash};

/// Signature types of the specification.
const LOG: u8 = 1;
const WITNESS: u8 = 4;

/// The public key of a log or of a witness: `NAME+HASH+BASE64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: u8,
    key: [u8; 32],
}

impl VerifierKey {
    /// Of a log with this name (its origin) and Ed25519 public key.
    pub fn new(name: impl Into<String>, key: [u8; 32]) -> Self {
        Self { name: name.into(), kind: LOG, key }
    }

    /// Of a witness with this name.
    pub fn witness(name: impl Into<String>, key: [u8; 32]) -> Self {
        Self { name: name.into(), kind: WITNESS, key }
    }

    /// Reads the one-line form; whatever surrounds it in white space is ignored.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let bad = || LedgerError::Malformed("key: NAME+HASH+BASE64 is wanted");
        let text = text.trim();
        let (name, rest) = text.split_once('+').ok_or_else(bad)?;
        let (hash, key) = rest.split_once('+').ok_or_else(bad)?;
        let key = STANDARD.decode(key).map_err(|_| bad())?;
        let (kind, key) = key.split_first().ok_or_else(bad)?;
        let this = Self { name: name.to_owned(), kind: *kind, key: key.try_into().map_err(|_| bad())? };
        let known = matches!(*kind, LOG | WITNESS) && !name.is_empty() && !name.contains(char::is_whitespace);
        if known && hash == format!("{:08x}", u32::from_be_bytes(this.id())) { Ok(this) } else { Err(bad()) }
    }

    /// The name of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        let text = [self.name.as_bytes(), b"\n", &[self.kind], &self.key].concat();
        digest(&SHA256, &text).as_ref().first_chunk().copied().unwrap_or_default()
    }

    fn unsigned(&self) -> LedgerError {
        LedgerError::Unsigned(self.name.clone())
    }

    /// The text of a note, and what its lines with this key's name and hash hold.
    fn signatures(&self, note: &str) -> (String, Vec<Vec<u8>>) {
        let (text, lines) = note.split_once("\n\n").unwrap_or_default();
        let start = format!("\u{2014} {} ", self.name);
        let by_name = lines.lines().filter_map(|l| STANDARD.decode(l.strip_prefix(&start)?).ok());
        let by_key = by_name.filter_map(|s| s.strip_prefix(self.id().as_slice()).map(<[u8]>::to_vec));
        (format!("{text}\n"), by_key.collect())
    }

    /// The line that a signature by this key becomes.
    pub(crate) fn line(&self, signature: &[u8]) -> String {
        format!("\u{2014} {} {}\n", self.name, STANDARD.encode([&self.id(), signature].concat()))
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = STANDARD.encode([&[self.kind], self.key.as_slice()].concat());
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
        let (text, signatures) = key.signatures(note);
        let public = UnparsedPublicKey::new(&ED25519, key.key);
        let signed = signatures.iter().any(|s| public.verify(text.as_bytes(), s).is_ok());
        if signed && key.kind == LOG && this.origin == key.name { Ok(this) } else { Err(key.unsigned()) }
    }

    /// Whether a witness has cosigned (C2SP cosignature/v1), and when (seconds since 1970).
    pub fn cosigned(note: &str, witness: &VerifierKey) -> Result<u64, LedgerError> {
        let (text, signatures) = witness.signatures(note);
        let public = UnparsedPublicKey::new(&ED25519, witness.key);
        let good = |s: &Vec<u8>| {
            let (time, signature) = s.split_first_chunk::<8>()?;
            let time = u64::from_be_bytes(*time);
            let signed = format!("cosignature/v1\ntime {time}\n{text}");
            (witness.kind == WITNESS && public.verify(signed.as_bytes(), signature).is_ok()).then_some(time)
        };
        signatures.iter().find_map(good).ok_or_else(|| witness.unsigned())
    }
}
