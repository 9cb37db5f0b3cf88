//! The certification authorities of this installation.

use std::{collections::HashMap, sync::Arc};

use pki::{CertId, Certificate, DigestAlgorithm};

use crate::Config;

mod create;
mod error;
mod realm;
mod rows;
mod service_key;

pub(crate) use create::create;
pub use error::PkiError;
pub(crate) use realm::Realms;
pub(crate) use rows::QUERIES;
pub(crate) use service_key::{ServiceKey, ServiceKind, in_force, renew, usable};

/// What an issuing authority is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The root: issues the others.
    Root,
    /// Persons' qualified signatures.
    Signature,
    /// Persons' authentication.
    Authentication,
    /// Seals of institutions.
    Seal,
    /// Machines.
    Tls,
    /// Time-stamping units.
    TimeStamping,
}

impl Role {
    /// The root first, then the others in the order in which they are made.
    pub const ALL: [Self; 6] =
        [Self::Root, Self::Signature, Self::Authentication, Self::Seal, Self::Tls, Self::TimeStamping];

    /// Name in addresses: `/crl/NAME.crl`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Signature => "esign",
            Self::Authentication => "eauth",
            Self::Seal => "eseal",
            Self::Tls => "tls",
            Self::TimeStamping => "tsa",
        }
    }
    /// Words of its common name.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Root => "Root CA",
            Self::Signature => "Signature CA",
            Self::Authentication => "Authentication CA",
            Self::Seal => "Seal CA",
            Self::Tls => "Machine CA",
            Self::TimeStamping => "Time-Stamping CA",
        }
    }
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
}

/// One certification authority.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Name in addresses.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Label of its key.
    pub key_label: String,
    /// Its certificate.
    pub certificate: Certificate,
    /// Since when it exists.
    pub created: jiff::Timestamp,
    /// Its issuer up to the root, without itself; empty for the root.
    pub chain: Vec<Certificate>,
}

/// All authorities, as read from the database. They only ever become more.
pub(crate) struct Realm {
    pub(crate) public_url: String,
    pub(crate) authorities: Vec<Arc<Authority>>,
    by_hashes: HashMap<(DigestAlgorithm, Vec<u8>, Vec<u8>), Arc<Authority>>,
}

impl Realm {
    pub(crate) fn new(public_url: String, authorities: Vec<Arc<Authority>>) -> Self {
        let mut by_hashes = HashMap::new();
        for a in &authorities {
            for digest in DigestAlgorithm::ALL {
                let id = CertId::new(digest, &a.certificate, &[0]);
                by_hashes.insert((digest, id.issuer_name_hash, id.issuer_key_hash), a.clone());
            }
        }
        Self { public_url, authorities, by_hashes }
    }
    pub(crate) fn role(&self, role: Role) -> Result<&Arc<Authority>, PkiError> {
        self.authorities.iter().find(|a| a.role == role).ok_or(PkiError::NotCreated)
    }
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Authority>> {
        self.authorities.iter().find(|a| a.name == name)
    }
    /// The authority that a certificate identifier of OCSP names.
    pub(crate) fn of(&self, id: &CertId) -> Option<&Arc<Authority>> {
        self.by_hashes.get(&(id.digest, id.issuer_name_hash.clone(), id.issuer_key_hash.clone()))
    }
}

/// The label of an authority's key.
pub(crate) fn key_label(role: Role) -> String {
    format!("ca.{}", role.name())
}

pub(crate) fn key_kind(config: &Config, role: Role) -> keys::KeyKind {
    if role == Role::Root { config.keys.root } else { config.keys.issuing }
}
