//! Lists of trusted entities (ETSI TS 119 602 v1.1.1): providers of wallets, person identification data, access certificates and
//! attestations. The JSON form is signed as a compact JWS (JAdES baseline B), the XML form with an enveloped XAdES signature.

mod json;
mod jws;
mod xml;

use jiff::Timestamp;
use pki::Certificate;
use serde::{Deserialize, Serialize};

use super::{Identity, ListError, Signers, Text};

/// Largest list.
pub const MAX_BYTES: usize = 16 << 20;
/// Most services of one list.
const MAX_SERVICES: usize = 20_000;

/// `ServiceTypeIdentifier` of the services that issue wallets.
pub const WALLET_ISSUANCE: &str = "http://uri.etsi.org/19602/SvcType/WalletSolution/Issuance";
/// Of those that issue person identification data.
pub const PID_ISSUANCE: &str = "http://uri.etsi.org/19602/SvcType/PID/Issuance";
/// Of those that issue access certificates of relying parties.
pub const WRPAC_ISSUANCE: &str = "http://uri.etsi.org/19602/SvcType/WRPAC/Issuance";

/// A list of trusted entities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityList {
    /// `LoTEType`.
    pub kind: String,
    /// `LoTESequenceNumber`.
    pub sequence: u64,
    /// Who runs the scheme.
    pub operator: Vec<Text>,
    /// Territory.
    pub territory: String,
    /// When it was issued.
    pub issued: Timestamp,
    /// By when the next is issued; `None`: the list is closed.
    pub next_update: Option<Timestamp>,
    /// Entities.
    pub entities: Vec<Entity>,
}

/// A trusted entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Names.
    pub names: Vec<Text>,
    /// Services.
    pub services: Vec<EntityService>,
}

/// A service of a trusted entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityService {
    /// Names.
    pub names: Vec<Text>,
    /// By what it is recognised.
    pub identity: Identity,
    /// What it was at which time, as in the list: now first.
    pub periods: Vec<Period>,
}

/// A service during one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// `ServiceTypeIdentifier`.
    pub kind: String,
    /// Status; the profiles of the EU have none: who is on the list is trusted.
    pub status: Option<String>,
    /// Since when.
    pub since: Option<Timestamp>,
}

impl Period {
    /// Whether the service is trusted in this time.
    pub fn is_granted(&self) -> bool {
        self.status.as_deref().is_none_or(|s| s.rsplit('/').next().is_some_and(|w| w == "granted" || w == "notified"))
    }
}

impl EntityService {
    /// What it was at `at`.
    pub fn at(&self, at: Timestamp) -> Option<&Period> {
        let begun = self.periods.iter().filter(|p| p.since.is_none_or(|s| s <= at));
        begun.max_by_key(|p| p.since.unwrap_or(Timestamp::MIN))
    }
}

impl EntityList {
    /// The certificates of all services of this type that are trusted at `at`, with the name of their entity.
    pub fn certificates(&self, kind: &str, at: Timestamp) -> Vec<(&str, Certificate)> {
        let mut found = Vec::new();
        for entity in &self.entities {
            let name = super::shown(&entity.names);
            let trusted = |s: &&EntityService| s.at(at).is_some_and(|p| p.kind == kind && p.is_granted());
            for der in entity.services.iter().filter(trusted).flat_map(|s| &s.identity.certificates) {
                if let Ok(certificate) = Certificate::from_der(&der.0) {
                    found.push((name, certificate));
                }
            }
        }
        found
    }

    /// Whether it may be used at `now`, in the place of an earlier one of this number.
    ///
    /// # Errors
    /// [`ListError::Future`], [`ListError::Expired`], [`ListError::Rollback`].
    pub fn is_current(&self, now: Timestamp, known: Option<u64>) -> Result<(), ListError> {
        if self.issued > now {
            return Err(ListError::Future(self.issued.to_string()));
        }
        if self.next_update.is_none_or(|n| n < now) {
            return Err(ListError::Expired(self.next_update.map(|n| n.to_string()).unwrap_or_default()));
        }
        match known {
            Some(known) if self.sequence < known => Err(ListError::Rollback { known, found: self.sequence }),
            _ => Ok(()),
        }
    }
}

/// Reads a list in either form and verifies its signature; gives the signer's certificate, too.
///
/// # Errors
/// When it cannot be read, is signed by somebody else, or the signature does not hold.
pub fn verify(bytes: &[u8], signers: Signers<'_>) -> Result<(EntityList, Certificate), ListError> {
    if bytes.len() > MAX_BYTES {
        return Err(ListError::TooLarge("bytes"));
    }
    if bytes.trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"\xef\xbb\xbf<") {
        return xml::verify(bytes, signers);
    }
    let text = std::str::from_utf8(bytes).map_err(|e| ListError::Json(e.to_string()))?;
    let (payload, signer, signed) = jws::open(text.trim(), signers)?;
    let list = json::read(&payload)?;
    jws::strong(&signer, signed, list.issued)?;
    Ok((list, signer))
}
