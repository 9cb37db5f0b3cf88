//! What was found in a signed file, before anybody judges it.
//!
//! The format readers fill these; the decision of [`crate::validate`] reads only these, a policy, trust anchors and a time, so that a
//! verdict can be replayed.

use jiff::Timestamp;
use serde::Serialize;

/// Everything found in one file.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FileFacts {
    /// `ASiC-E`, `ASiC-S`, `PDF`, `XML`, …; `None` when the file is no known container.
    pub container: Option<&'static str>,
    /// The signatures, in the order of the file.
    pub signatures: Vec<SignatureFacts>,
    /// Names of contained files that no signature covers.
    pub unsigned: Vec<String>,
    /// What is wrong with the container itself.
    pub defects: Vec<Defect>,
}

/// The family of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Format {
    /// XML (EN 319 132-1).
    XAdES,
    /// CMS (EN 319 122-1).
    CAdES,
    /// PDF (EN 319 142-1).
    PAdES,
    /// JSON (TS 119 182-1).
    JAdES,
}

/// A defect a reader has seen. The decision turns it into a finding and an indication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Defect {
    /// Stable code, `asic.duplicate-entry`.
    pub code: &'static str,
    /// The object: entry name, element id, byte range.
    pub object: String,
    /// Whether the signature can never be valid with it (`true`), or it only has to be told.
    pub fatal: bool,
}

/// Everything found about one signature.
#[derive(Clone, Debug, Serialize)]
pub struct SignatureFacts {
    /// Id in the file (`S1`), or one made from its place.
    pub id: String,
    /// Family.
    pub format: Format,
    /// What each signed reference says and whether its digest matches.
    pub references: Vec<ReferenceFacts>,
    /// Signature algorithm of the signature value, as found.
    pub algorithm: Option<pki::SignatureAlgorithm>,
    /// Whether the signature value verifies with the signing certificate's key; `None` when it could not be tried.
    pub value_verifies: Option<bool>,
    /// SHA-256 over the signature value: the object that time stamps prove.
    pub value_digest: Vec<u8>,
    /// Signing certificate as identified by the signed attribute, DER.
    pub signing_certificate: Option<Vec<u8>>,
    /// Whether the signed reference to the signing certificate (SigningCertificateV2, ESSCertIDv2) matches it; `None` when the attribute is absent.
    pub certificate_reference_matches: Option<bool>,
    /// All certificates carried, DER.
    pub certificates: Vec<Vec<u8>>,
    /// All CRLs carried, DER.
    pub crls: Vec<Vec<u8>>,
    /// All OCSP responses carried (OCSPResponse or BasicOCSPResponse), DER.
    pub ocsps: Vec<Vec<u8>>,
    /// Time stamps, in the order of the file.
    pub timestamps: Vec<TimestampFacts>,
    /// Claimed signing time.
    pub claimed_time: Option<Timestamp>,
    /// Baseline level whose elements are present, `B`, `T`, `LT`, `LTA`; what they are worth is judged later. `None`: not even B.
    pub level_elements: Option<Level>,
    /// What the signature covers.
    pub scope: Vec<Covered>,
    /// Signer roles claimed.
    pub roles: Vec<String>,
    /// What is wrong in its structure.
    pub defects: Vec<Defect>,
}

/// Baseline level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Level {
    /// Basic.
    B,
    /// With a trusted time of existence.
    T,
    /// With all material to validate it.
    LT,
    /// With archive time stamps.
    LTA,
}

/// One signed reference.
#[derive(Clone, Debug, Serialize)]
pub struct ReferenceFacts {
    /// URI, entry name or byte range.
    pub object: String,
    /// Digest algorithm as found.
    pub digest: Option<pki::DigestAlgorithm>,
    /// Whether the object was found.
    pub found: bool,
    /// Whether the digest matches.
    pub intact: bool,
    /// Whether the reference covers the signed properties rather than data.
    pub properties: bool,
}

/// What a time stamp is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimestampKind {
    /// Over data, before signing.
    Content,
    /// Over the signature value.
    Signature,
    /// Over signature and validation material.
    Archive,
    /// PDF document time stamp.
    Document,
}

/// A time stamp found.
#[derive(Clone, Debug, Serialize)]
pub struct TimestampFacts {
    /// What it is over.
    pub kind: TimestampKind,
    /// TimeStampToken (ContentInfo), as stored.
    pub token: Vec<u8>,
    /// Whether the message imprint equals the digest of what it must cover; `None` when that could not be computed.
    pub imprint_matches: Option<bool>,
    /// For archive and document time stamps: that certificates, CRLs, OCSPs and earlier time stamps of this signature are covered too.
    pub covers_material: bool,
}

/// A data object and how far the signature covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// Name as shown to a person.
    pub name: String,
    /// How far.
    pub covered: Coverage,
}

/// How far a data object is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Coverage {
    /// All of it.
    Full,
    /// Changed or extended after signing.
    Partial,
    /// Not at all.
    None,
}
