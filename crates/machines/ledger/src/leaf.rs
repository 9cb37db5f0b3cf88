use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Row, StoreError};

use crate::LedgerError;

/// What stands in the tree for an entry: public, and without any content but commitments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Version of this form: 1.
    pub v: u32,
    /// Id of the entry.
    pub id: String,
    /// When it was recorded.
    pub time: Timestamp,
    /// Stable name of what happened.
    pub kind: String,
    /// HMAC-SHA256 of subject and body under the body salt, base64.
    pub body: String,
    /// HMAC-SHA256 of the personal data under their own salt, base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal: Option<String>,
}

impl Leaf {
    /// From columns id, kind, created, body_commitment, personal_commitment.
    pub(crate) fn of(row: &Row, first: usize) -> Result<Self, StoreError> {
        Ok(Self {
            v: 1,
            id: row.text(first)?,
            kind: row.text(first + 1)?,
            time: row.time(first + 2)?,
            body: STANDARD.encode(row.bytes(first + 3)?),
            personal: row.bytes_opt(first + 4)?.map(|c| STANDARD.encode(c)),
        })
    }

    /// The bytes of the leaf.
    pub fn bytes(&self) -> Result<Vec<u8>, LedgerError> {
        serde_json::to_vec(self).map_err(|_| LedgerError::Malformed("leaf"))
    }

    /// Reads the bytes of a leaf.
    pub fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        serde_json::from_slice(bytes).map_err(|_| LedgerError::Malformed("leaf"))
    }
}

/// A bundle: each leaf after its length in two bytes.
pub(crate) fn bundle(leaves: &[Vec<u8>]) -> Result<Vec<u8>, LedgerError> {
    let mut out = Vec::new();
    for leaf in leaves {
        let len = u16::try_from(leaf.len()).map_err(|_| LedgerError::Malformed("leaf: too long"))?;
        out.extend_from_slice(&len.to_be_bytes());
        out.extend_from_slice(leaf);
    }
    Ok(out)
}

/// The leaves of a bundle.
pub(crate) fn unbundle(mut bytes: &[u8]) -> Result<Vec<&[u8]>, LedgerError> {
    let bad = || LedgerError::Malformed("entry bundle");
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let (len, rest) = bytes.split_first_chunk::<2>().ok_or_else(bad)?;
        let (leaf, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len))).ok_or_else(bad)?;
        out.push(leaf);
        bytes = rest;
    }
    Ok(out)
}
