use jiff::Timestamp;
use pki::Certificate;
use serde::{Deserialize, Serialize};

use super::{Identity, Lists, Service, shown};

/// A service on a list, with its certificates read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Name of the provider.
    pub provider: String,
    /// Territory of the list.
    pub territory: String,
    /// The service.
    pub service: Service,
    /// Its certificates.
    #[serde(skip)]
    pub certificates: Vec<Certificate>,
}

impl Entry {
    /// Whether this certificate is the service's own: the same key under the same name, or the key identifier named (clause 5.5.3).
    pub fn is(&self, certificate: &Certificate) -> bool {
        let by_key = |c: &Certificate| c.spki() == certificate.spki() && c.subject().matches(certificate.subject());
        if !self.certificates.is_empty() {
            return self.certificates.iter().any(by_key);
        }
        let Identity { key_id, subject, .. } = &self.service.identity;
        let Some(id) = key_id else { return false };
        let same_key = certificate.public_key().key_id() == id.0;
        same_key && subject.as_ref().is_none_or(|s| *s == certificate.subject().to_string())
    }
}

/// How a list is that the catalogue was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Territory, `EU` for the list of lists.
    pub territory: String,
    /// Number.
    pub sequence: u64,
    /// When it was issued.
    pub issued: Timestamp,
    /// By when the next is issued.
    pub next_update: Option<Timestamp>,
    /// When it was last found to be the valid one.
    pub fetched: Timestamp,
}

/// All services of all lists, ready to be asked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct Catalogue {
    entries: Vec<Entry>,
    states: Vec<State>,
}

/// A catalogue as it is kept with a verdict: certificates are read again from the services.
#[derive(Deserialize)]
struct Kept {
    entries: Vec<Entry>,
    states: Vec<State>,
}

impl From<Kept> for Catalogue {
    fn from(kept: Kept) -> Self {
        let mut all = Self { entries: kept.entries, states: kept.states };
        for entry in &mut all.entries {
            entry.certificates = entry.service.certificates();
        }
        all
    }
}

impl Catalogue {
    /// From the lists at hand. Certificates that cannot be read are passed over.
    pub fn new(lists: &Lists) -> Self {
        let mut all = Self::default();
        for held in lists.all() {
            let scheme = &held.list.scheme;
            all.states.push(State {
                territory: scheme.territory.clone(),
                sequence: scheme.sequence,
                issued: scheme.issued,
                next_update: scheme.next_update,
                fetched: held.fetched,
            });
            for provider in &held.list.providers {
                for service in &provider.services {
                    all.entries.push(Entry {
                        provider: shown(&provider.names).to_owned(),
                        territory: scheme.territory.clone(),
                        certificates: service.certificates(),
                        service: service.clone(),
                    });
                }
            }
        }
        all
    }

    /// The services.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
    /// How the lists are.
    pub fn states(&self) -> &[State] {
        &self.states
    }
    /// Whether there is no service.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
    /// All certificates of services: the trust anchors that the lists give.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.entries.iter().flat_map(|e| &e.certificates)
    }
    /// Services of which one certificate of a chain is.
    pub fn of<'c>(&'c self, chain: &'c [Certificate]) -> impl Iterator<Item = &'c Entry> {
        self.entries.iter().filter(move |e| chain.iter().any(|c| e.is(c)))
    }
    /// Of these the services that were ever of a type (`CA/QC`).
    pub fn find<'c>(&'c self, kind: &'c str, chain: &'c [Certificate]) -> impl Iterator<Item = &'c Entry> {
        self.of(chain).filter(move |e| e.service.instances.iter().any(|i| i.type_name() == kind))
    }
    /// The state of a territory's list.
    pub fn state(&self, territory: &str) -> Option<&State> {
        self.states.iter().find(|s| s.territory == territory)
    }
}
