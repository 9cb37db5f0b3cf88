//! What others ask of the certification authority.

use base::Id;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Call, Service};

/// Which certificate profile is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Natural person, authentication (EN 319 412-2, no QcCompliance).
    EidAuthentication,
    /// Natural person, qualified signature on a QSCD (EN 319 412-2 and -5).
    EidSignature,
    /// Legal person, qualified seal (EN 319 412-3 and -5).
    Seal,
    /// TLS server.
    TlsServer,
    /// TLS client of a machine or a node.
    TlsClient,
}

/// The subject of an end-entity certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Given names (natural person).
    pub given_name: Option<String>,
    /// Family name (natural person).
    pub surname: Option<String>,
    /// Organisation (legal person).
    pub organization: Option<String>,
    /// Semantics identifier of EN 319 412-1: `PNOLV-320000-00007`, `NTRLV-40000000001`.
    pub identifier: Option<String>,
    /// DNS names (TLS).
    #[serde(default)]
    pub dns: Vec<String>,
}

/// Issues one certificate. Idempotent by `key`: the same key gives the same certificate again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Issue {
    /// Idempotency key of the caller.
    pub key: String,
    /// Profile.
    pub profile: Profile,
    /// Subject.
    pub subject: Subject,
    /// SubjectPublicKeyInfo, DER; possession has been proven to the caller.
    #[serde(with = "crate::bytes")]
    pub spki: Vec<u8>,
    /// End of validity; the CA shortens it to its own end.
    pub not_after: Timestamp,
    /// Whether it starts on hold (OCSP says certificateHold) until activated.
    pub on_hold: bool,
}

/// An issued certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Issued {
    /// Id at the CA.
    pub certificate_id: String,
    /// DER.
    #[serde(with = "crate::bytes")]
    pub der: Vec<u8>,
    /// Issuing CA certificates up to and including the root, DER, base64 in JSON.
    pub chain: Vec<crate::Der>,
}

impl Call for Issue {
    type Answer = Issued;
    const SERVICE: Service = Service::Ca;
    const NAME: &'static str = "issue";
}

/// A hand-over of a document to its holder, as it is on record at the service where it took place.
pub struct HandOver;

/// Status change of a certificate. Idempotent: asking for the status it has is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// From issue-time hold to good, for the holder has the key in hand (EN 319 411-1 section 6.3.4): only a recorded hand-over does it.
    Activate {
        /// Which.
        hand_over: Id<HandOver>,
    },
    /// certificateHold.
    Suspend,
    /// Hold to good again.
    Resume,
    /// Final; RFC 5280 reason code.
    Revoke {
        /// CRLReason.
        reason: u8,
    },
}

/// Changes the status of a certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeStatus {
    /// Id at the CA.
    pub certificate_id: String,
    /// What to do.
    pub change: Change,
    /// Who asked, for the ledger: an actor id, never a name.
    pub actor: String,
}

impl Call for ChangeStatus {
    type Answer = ();
    const SERVICE: Service = Service::Ca;
    const NAME: &'static str = "change-status";
}

/// A DER OCSPRequest; the answer is a DER OCSPResponse (RFC 6960).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ocsp(pub crate::Der);

impl Call for Ocsp {
    type Answer = crate::Der;
    const SERVICE: Service = Service::Ca;
    const NAME: &'static str = "ocsp";
}

/// A DER TimeStampReq; the answer is a DER TimeStampResp (RFC 3161).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TimeStamp(pub crate::Der);

impl Call for TimeStamp {
    type Answer = crate::Der;
    const SERVICE: Service = Service::Ca;
    const NAME: &'static str = "time-stamp";
}

/// All CA certificates of the national PKI, roots first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Anchors {}

/// Answer to [`Anchors`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AnchorSet {
    /// Root certificates.
    pub roots: Vec<crate::Der>,
    /// Issuing CA certificates.
    pub issuers: Vec<crate::Der>,
}

/// Certificates of the OCSP responders and time-stamping units in force.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ServiceCertificates {}

impl Call for ServiceCertificates {
    type Answer = Vec<crate::Der>;
    const SERVICE: Service = Service::Ca;
    const NAME: &'static str = "service-certificates";
}

impl Call for Anchors {
    type Answer = AnchorSet;
    const SERVICE: Service = Service::Ca;
    const NAME: &'static str = "anchors";
}
