use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Blob, List, ListError, Pointer, Verified};

/// A list that was verified, and is kept for use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// From where; empty for a list given by hand.
    pub url: String,
    /// When it was last found to be the valid one.
    pub fetched: Timestamp,
    /// SHA-256 of its bytes.
    pub digest: Blob,
    /// Who signed it, DER.
    pub signer: Blob,
    /// The list.
    pub list: List,
}

impl Held {
    /// Keeps a verified list.
    pub fn new(url: impl Into<String>, fetched: Timestamp, verified: Verified) -> Self {
        let Verified { list, signer, digest } = verified;
        Self { url: url.into(), fetched, digest: Blob(digest), signer: Blob(signer.der().to_vec()), list }
    }

    /// Whether `new` may take the place of this list: it is the same, or a later one.
    ///
    /// # Errors
    /// [`ListError::Rollback`] and [`ListError::SameNumber`].
    pub fn may_become(&self, new: &Verified) -> Result<(), ListError> {
        let (known, found) = (self.list.scheme.sequence, new.list.scheme.sequence);
        if found < known {
            return Err(ListError::Rollback { known, found });
        }
        if found == known && self.digest.0 != new.digest {
            return Err(ListError::SameNumber(known));
        }
        Ok(())
    }
}

/// Everything that is known of trusted lists: what a cache keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lists {
    /// The list of lists.
    pub of_lists: Option<Held>,
    /// National lists, by territory.
    pub national: BTreeMap<String, Held>,
    /// By whom the list of lists is signed now, after all pivots: DER.
    pub signers: Vec<Blob>,
    /// Pivots that were followed, oldest first.
    pub pivots: Vec<String>,
    /// What all this was derived from: SHA-256 over address and first signers of the list of lists.
    pub origin: Blob,
}

/// First line of the kept form; another version is not read.
const FORMAT: &str = "enkurs-lists 1\n";

impl Lists {
    /// The compact form for a cache: read again without looking at XML or signatures, so it must be kept where only the owner writes.
    pub fn to_cache(&self) -> Vec<u8> {
        let mut out = FORMAT.as_bytes().to_vec();
        // A plain structure with string keys cannot fail to be written.
        out.extend(serde_json::to_vec(self).unwrap_or_default());
        out
    }

    /// From [`Lists::to_cache`].
    ///
    /// # Errors
    /// [`ListError::Cache`] when it is of another version or damaged.
    pub fn from_cache(bytes: &[u8]) -> Result<Self, ListError> {
        let body = bytes.strip_prefix(FORMAT.as_bytes()).ok_or_else(|| ListError::Cache("another form".to_owned()))?;
        serde_json::from_slice(body).map_err(|e| ListError::Cache(e.to_string()))
    }

    /// Adds a list that a person gave by hand; it replaces one of the same territory.
    pub fn add(&mut self, held: Held) {
        if held.list.scheme.is_list_of_lists() {
            self.of_lists = Some(held);
        } else {
            self.national.insert(key(&held.list.scheme.territory, &held.url), held);
        }
    }

    /// All lists, the list of lists first.
    pub fn all(&self) -> impl Iterator<Item = &Held> {
        self.of_lists.iter().chain(self.national.values())
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.of_lists.is_none() && self.national.is_empty()
    }

    /// When the list that was fetched longest ago was fetched.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.all().map(|h| h.fetched).min()
    }
}

/// Under what a national list is kept.
pub(super) fn key(territory: &str, url: &str) -> String {
    if territory.is_empty() { url.to_owned() } else { territory.to_owned() }
}

impl Pointer {
    /// Whether it leads to a list in XML.
    pub fn is_xml(&self) -> bool {
        let path = self.location.to_ascii_lowercase();
        match self.media_type.as_str() {
            "" => path.ends_with(".xml") || path.ends_with(".xtsl"),
            media => media == super::uri::MEDIA_TYPE,
        }
    }
}
