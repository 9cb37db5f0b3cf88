use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{criteria::Qualification, uri};

/// Bytes that are written in base64: DER of a certificate, a key identifier.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Blob(pub Vec<u8>);

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl Serialize for Blob {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use base64::Engine as _;
        s.serialize_str(&base64::engine::general_purpose::STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        use base64::Engine as _;
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text.as_bytes());
        bytes.map(Self).map_err(serde::de::Error::custom)
    }
}

/// A text or address in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// `xml:lang`.
    pub lang: String,
    /// Text or URI.
    pub value: String,
}

impl Text {
    /// An English text.
    pub fn en(value: impl Into<String>) -> Self {
        Self { lang: "en".to_owned(), value: value.into() }
    }
}

/// The English text, else the first.
pub fn shown(texts: &[Text]) -> &str {
    texts.iter().find(|t| t.lang == "en").or(texts.first()).map_or("", |t| &t.value)
}

/// Postal and electronic address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Street and number.
    pub street: String,
    /// City.
    pub locality: String,
    /// Postal code.
    pub postal_code: String,
    /// Country, two letters.
    pub country: String,
    /// `mailto:` and web addresses.
    pub electronic: Vec<Text>,
}

/// What a list says of itself (TS 119 612 clause 5.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    /// `TSLVersionIdentifier`: 5 (v2.1.1 to v2.2.1) or 6 (v2.3.1 on).
    pub version: u8,
    /// `TSLSequenceNumber`.
    pub sequence: u64,
    /// `TSLType`.
    pub kind: String,
    /// Who runs the scheme.
    pub operator: Vec<Text>,
    /// Where.
    pub contact: Contact,
    /// Name of the scheme.
    pub name: Vec<Text>,
    /// Where the scheme is described. In a list of lists the pivots stand here, newest first, before the announcement.
    pub information: Vec<Text>,
    /// How the status is determined.
    pub determination: String,
    /// Rules of the community.
    pub rules: Vec<Text>,
    /// Territory, two letters.
    pub territory: String,
    /// Legal notice.
    pub notice: Vec<Text>,
    /// Days for which history is kept.
    pub history_days: u32,
    /// When it was issued.
    pub issued: Timestamp,
    /// By when the next is issued; `None`: the list is closed.
    pub next_update: Option<Timestamp>,
    /// Other lists.
    pub pointers: Vec<Pointer>,
}

impl Scheme {
    /// Whether it is a list of lists.
    pub fn is_list_of_lists(&self) -> bool {
        self.kind == uri::EU_LIST_OF_LISTS
    }
    /// Whether its time is over at `at`, or it was closed.
    pub fn is_expired(&self, at: Timestamp) -> bool {
        self.next_update.is_none_or(|n| n < at)
    }
}

/// Where another list is, and who signs it (clause 5.3.13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// Address of the list.
    pub location: String,
    /// Certificates of its signers, DER.
    pub signers: Vec<Blob>,
    /// `TSLType`.
    pub kind: String,
    /// Territory.
    pub territory: String,
    /// Media type.
    pub media_type: String,
    /// Who runs it.
    pub operator: Vec<Text>,
    /// Rules of the community.
    pub rules: Vec<Text>,
}

/// A trusted list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// What it says of itself.
    pub scheme: Scheme,
    /// Trust service providers.
    pub providers: Vec<Provider>,
}

impl List {
    /// How many services are on it.
    pub fn services(&self) -> usize {
        self.providers.iter().map(|p| p.services.len()).sum()
    }
}

/// A trust service provider (clause 5.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Names.
    pub names: Vec<Text>,
    /// Trade names, among them registration numbers (`VATLV-…`, `NTRLV-…`).
    pub trade_names: Vec<Text>,
    /// Address.
    pub contact: Contact,
    /// Where it informs.
    pub information: Vec<Text>,
    /// Services.
    pub services: Vec<Service>,
}

/// A trust service (clause 5.5), now and before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// By what it is recognised.
    pub identity: Identity,
    /// What it was at which time, newest first.
    pub instances: Vec<Instance>,
    /// Where it is reached.
    pub supply_points: Vec<String>,
}

/// By what a service is recognised (clause 5.5.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Certificates, DER, all of one key.
    pub certificates: Vec<Blob>,
    /// Subject name as written.
    pub subject: Option<String>,
    /// Subject key identifier.
    pub key_id: Option<Blob>,
}

/// A service during one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// `ServiceTypeIdentifier`.
    pub kind: String,
    /// Names.
    pub names: Vec<Text>,
    /// `ServiceStatus`.
    pub status: String,
    /// Since when; it ends where the next begins.
    pub since: Timestamp,
    /// `additionalServiceInformation`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additional: Vec<String>,
    /// Qualifications of certificates that it issues.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualifications: Vec<Qualification>,
    /// Since when expired certificates stay on its CRL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_revocation: Option<Timestamp>,
    /// Who took the service over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_over_by: Option<String>,
    /// Critical extensions that are not understood: with one of them the instance says nothing (clause 5.5.9).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_critical: Vec<String>,
}

impl Instance {
    /// `CA/QC`, `TSA/QTST`, …
    pub fn type_name(&self) -> &str {
        uri::type_name(&self.kind)
    }
    /// `granted`, `withdrawn`, …
    pub fn status_name(&self) -> &str {
        uri::status_name(&self.status)
    }
    /// Whether `additionalServiceInformation` says this (`ForeSignatures`).
    pub fn is_for(&self, name: &str) -> bool {
        self.additional.iter().any(|a| uri::extension_name(a) == name)
    }
}

impl Service {
    /// What it was at `at`.
    pub fn at(&self, at: Timestamp) -> Option<&Instance> {
        self.instances.iter().filter(|i| i.since <= at).max_by_key(|i| i.since)
    }
    /// Its certificates that can be read.
    pub fn certificates(&self) -> Vec<pki::Certificate> {
        let read = |b: &Blob| pki::Certificate::from_der(&b.0).ok();
        self.identity.certificates.iter().filter_map(read).collect()
    }
    /// What it is now.
    pub fn current(&self) -> Option<&Instance> {
        self.instances.first()
    }
}
