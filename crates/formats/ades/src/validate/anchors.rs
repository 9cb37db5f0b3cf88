use std::sync::Arc;

use pki::Certificate;
use serde::{Deserialize, Serialize};

use crate::lists::Catalogue;

/// What is trusted: certificates that somebody gave, and the services of trusted lists.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchors {
    #[serde(with = "crate::facts::bytes::certificates")]
    certificates: Vec<Certificate>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "shared")]
    lists: Option<Arc<Catalogue>>,
}

impl Anchors {
    /// Certificates that somebody trusts, without a trusted list.
    pub fn new(certificates: impl IntoIterator<Item = Certificate>) -> Self {
        Self { certificates: certificates.into_iter().collect(), lists: None }
    }
    /// All certificates of a PEM text.
    pub fn from_pem(text: &str) -> pki::Result<Self> {
        Certificate::all_from_pem(text).map(Self::new)
    }
    /// The services of trusted lists. They are trusted whatever their status was: what it was, and when, decides about qualification.
    pub fn from_lists(lists: Arc<Catalogue>) -> Self {
        Self { certificates: Vec::new(), lists: Some(lists) }
    }
    /// Adds one certificate.
    pub fn add(&mut self, certificate: Certificate) {
        self.certificates.push(certificate);
    }
    /// Adds all of another. Of two sets of lists the later is kept.
    pub fn extend(&mut self, other: Self) {
        self.certificates.extend(other.certificates);
        self.lists = other.lists.or(self.lists.take());
    }
    /// How many certificates.
    pub fn len(&self) -> usize {
        self.certificates().count()
    }
    /// Whether nothing is trusted.
    pub fn is_empty(&self) -> bool {
        self.certificates().next().is_none()
    }
    /// The certificates, those of lists included.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter().chain(self.lists.iter().flat_map(|l| l.certificates()))
    }
    /// The trusted lists, if any are used.
    pub fn lists(&self) -> Option<&Catalogue> {
        self.lists.as_deref()
    }
}

/// A catalogue that several verdicts share.
mod shared {
    use super::{Arc, Catalogue, Deserialize, Serialize};

    pub(super) fn serialize<S: serde::Serializer>(lists: &Option<Arc<Catalogue>>, s: S) -> Result<S::Ok, S::Error> {
        lists.as_deref().serialize(s)
    }
    pub(super) fn deserialize<'d, D: serde::Deserializer<'d>>(d: D) -> Result<Option<Arc<Catalogue>>, D::Error> {
        Ok(Option::<Catalogue>::deserialize(d)?.map(Arc::new))
    }
}
