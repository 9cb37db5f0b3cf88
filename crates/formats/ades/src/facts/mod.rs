//! What was found in a signed file, before anybody judges it.
//!
//! The format readers fill these; the decision of [`crate::validate`] reads only these, a policy, trust anchors and a time, so that a
//! verdict can be replayed.

pub(crate) mod bytes;
mod object;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

pub use object::ObjectId;

/// Names of containers and of profiles that readers give.
const NAMES: &[&str] = &[
    "ASiC-E", "ASiC-S", "PDF", "XML", "CMS", "JSON", "TST", "ERS", "XMLERS", "EDOC 1.0", "EDOC 2.0", "BDOC 1.0",
    "BDOC 2.0", "BDOC 2.1", "ADOC 1.0", "ADOC 2.0", "OPC",
];

/// A name that this program knows. (The derived reader would bind its input to the life of the program, were it written out.)
type Name = &'static str;

fn maybe_name<'d, D: Deserializer<'d>>(d: D) -> Result<Option<&'static str>, D::Error> {
    let Some(text) = Option::<String>::deserialize(d)? else { return Ok(None) };
    let known = NAMES.iter().find(|n| **n == text).copied();
    known.map(Some).ok_or_else(|| serde::de::Error::custom("unknown name"))
}

/// Everything found in one file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FileFacts {
    /// `ASiC-E`, `ASiC-S`, `PDF`, `XML`, `CMS`, `JSON`, …; `None` when the file is no known container.
    #[serde(deserialize_with = "maybe_name")]
    pub container: Option<Name>,
    /// The national or older profile by its own name (`EDOC 2.0`, `BDOC 2.1`, `ADOC 1.0`), where it shows.
    #[serde(deserialize_with = "maybe_name")]
    pub profile: Option<Name>,
    /// The signatures, in the order of the file.
    pub signatures: Vec<SignatureFacts>,
    /// Time stamps over the file or its objects that belong to no signature: stand-alone tokens, ASiC with time assertions.
    pub timestamps: Vec<TimestampFacts>,
    /// Evidence records that belong to no signature.
    pub evidence: Vec<EvidenceFacts>,
    /// Names of contained files that no signature covers.
    pub unsigned: Vec<String>,
    /// What is wrong with the container itself.
    pub defects: Vec<Defect>,
}

/// The family of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Stable code, `asic.duplicate-entry`; it has a text in [`crate::validate::text_of`].
    pub code: &'static str,
    /// The object: entry name, element id, byte range.
    pub object: String,
    /// Whether the signature can never be valid with it (`true`), or it only has to be told.
    pub fatal: bool,
}

/// A defect as kept outside this program.
#[derive(Deserialize)]
struct KeptDefect {
    code: String,
    object: String,
    fatal: bool,
}

// By hand: the derived form would bind its input to the life of the program, for the sake of `code`.
impl<'d> Deserialize<'d> for Defect {
    fn deserialize<D: Deserializer<'d>>(d: D) -> Result<Self, D::Error> {
        let kept = KeptDefect::deserialize(d)?;
        let code = crate::validate::known_code(&kept.code).ok_or_else(|| serde::de::Error::custom("unknown code"))?;
        Ok(Self { code, object: kept.object, fatal: kept.fatal })
    }
}

/// Code of the defect that a signature is made with DSA: told by its own name, never verified.
pub(crate) const DSA: &str = "validate.algorithm.dsa";

/// Everything found about one signature.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignatureFacts {
    /// Id in the file (`S1`), or one made from its place.
    pub id: String,
    /// Family.
    pub format: Format,
    /// Id of the signature that this one counter-signs.
    pub counter_of: Option<String>,
    /// What each signed reference says and whether its digest matches.
    pub references: Vec<ReferenceFacts>,
    /// Signature algorithm of the signature value, as found.
    pub algorithm: Option<pki::SignatureAlgorithm>,
    /// Whether the signature value verifies with the signing certificate's key; `None` when it could not be tried.
    pub value_verifies: Option<bool>,
    /// SHA-256 over the signature value: the object that time stamps prove.
    pub value: ObjectId,
    /// Signing certificate as identified by the signed attribute, DER.
    #[serde(with = "bytes::maybe")]
    pub signing_certificate: Option<Vec<u8>>,
    /// Whether the signed reference to the signing certificate (SigningCertificateV2, ESSCertIDv2) matches it; `None` when the attribute is absent.
    pub certificate_reference_matches: Option<bool>,
    /// All certificates carried, DER.
    #[serde(with = "bytes::list")]
    pub certificates: Vec<Vec<u8>>,
    /// All CRLs carried, DER.
    #[serde(with = "bytes::list")]
    pub crls: Vec<Vec<u8>>,
    /// All OCSP responses carried (OCSPResponse or BasicOCSPResponse), DER.
    #[serde(with = "bytes::list")]
    pub ocsps: Vec<Vec<u8>>,
    /// Which of them are time marks: their nonce is the digest of the signature value (BDOC 2.1 clause 6.1).
    #[serde(default)]
    pub time_marks: Vec<ObjectId>,
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
    /// Place of signing as claimed, `Rīga, LV`.
    pub place: Option<String>,
    /// Commitment types, by URI or object identifier.
    pub commitments: Vec<String>,
    /// Signature policy that the signed attributes name.
    pub policy: Option<PolicyFacts>,
    /// Evidence records over this signature.
    pub evidence: Vec<EvidenceFacts>,
    /// What is wrong in its structure.
    pub defects: Vec<Defect>,
}

impl SignatureFacts {
    /// The facts of a signature of which nothing has been read.
    pub fn unread(id: impl Into<String>, format: Format) -> Self {
        Self {
            id: id.into(),
            format,
            counter_of: None,
            references: Vec::new(),
            algorithm: None,
            value_verifies: None,
            value: ObjectId::default(),
            signing_certificate: None,
            certificate_reference_matches: None,
            certificates: Vec::new(),
            crls: Vec::new(),
            ocsps: Vec::new(),
            time_marks: Vec::new(),
            timestamps: Vec::new(),
            claimed_time: None,
            level_elements: None,
            scope: Vec::new(),
            roles: Vec::new(),
            place: None,
            commitments: Vec::new(),
            policy: None,
            evidence: Vec::new(),
            defects: Vec::new(),
        }
    }

    /// Certificates and status information read so far.
    pub(crate) fn material(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.certificates.iter().chain(&self.crls).chain(&self.ocsps)
    }

    /// The level by the elements that are there, of a signature that is at level B.
    pub(crate) fn elements(&self) -> Level {
        let has = |kind| self.timestamps.iter().any(|t| t.kind == kind);
        let status = !(self.crls.is_empty() && self.ocsps.is_empty());
        Level::of(has(TimestampKind::Signature), status, has(TimestampKind::Archive))
    }

    /// What has been read so far: signature value, certificates, status information and tokens. A reader that goes through a signature in
    /// the order of its parts gets what an archive time stamp at this place covers.
    pub fn objects(&self) -> Vec<ObjectId> {
        let material = self.signing_certificate.iter().chain(&self.certificates).chain(&self.crls).chain(&self.ocsps);
        let records = self.evidence.iter().flat_map(|e| &e.stamps);
        let tokens = self.timestamps.iter().chain(records).map(|t| &t.token);
        std::iter::once(self.value).chain(material.chain(tokens).map(|bytes| ObjectId::of(bytes))).collect()
    }
}

/// A signature policy as the signed attributes name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyFacts {
    /// Object identifier or URI; `None` for the implied policy.
    pub id: Option<String>,
    /// Whether the digest matches the policy document; `None` when there is no document or no digest to compare.
    pub digest_matches: Option<bool>,
    /// Where the document is said to be.
    pub uri: Option<String>,
}

/// The two kinds of evidence records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvidenceForm {
    /// ASN.1.
    #[serde(rename = "RFC 4998")]
    Ers,
    /// XML.
    #[serde(rename = "RFC 6283")]
    XmlErs,
}

/// An evidence record (RFC 4998, RFC 6283).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EvidenceFacts {
    /// Which kind.
    pub form: EvidenceForm,
    /// The record as carried.
    #[serde(with = "bytes")]
    pub record: Vec<u8>,
    /// Its archive time stamps, the oldest first; each covers what the ones before it cover, and them.
    pub stamps: Vec<TimestampFacts>,
    /// The objects it is said to be over, and whether their digests are in it.
    pub objects: Vec<ReferenceFacts>,
    /// What is wrong in its structure.
    pub defects: Vec<Defect>,
}

/// Baseline level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

impl Level {
    /// The level that a signature time stamp, status information and an archive time stamp make, when what each builds on is there.
    pub(crate) fn of(signature_stamp: bool, status: bool, archive_stamp: bool) -> Self {
        match (signature_stamp, status, archive_stamp) {
            (true, true, true) => Self::LTA,
            (true, true, false) => Self::LT,
            (true, false, _) => Self::T,
            (false, ..) => Self::B,
        }
    }
}

/// One signed reference.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimestampKind {
    /// Over data, before signing.
    Content,
    /// Over the signature value.
    Signature,
    /// Over the signature and references to validation material (SigAndRefs, RefsOnly, CAdES-C).
    ValidationData,
    /// Over signature and validation material.
    Archive,
    /// PDF document time stamp.
    Document,
    /// Over files of a container or a whole file, without a signature; archive time stamps of evidence records.
    Container,
}

/// A time stamp found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TimestampFacts {
    /// What it is over.
    pub kind: TimestampKind,
    /// TimeStampToken (ContentInfo), as stored.
    #[serde(with = "bytes")]
    pub token: Vec<u8>,
    /// Whether the message imprint equals the digest of what it must cover; `None` when that could not be computed.
    pub imprint_matches: Option<bool>,
    /// The objects whose existence it proves, by place: what was appended after it is not among them. Signature values, certificates, CRLs,
    /// OCSP responses, earlier tokens, data objects.
    pub covers: Vec<ObjectId>,
}

/// A data object and how far the signature covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// Name as shown to a person.
    pub name: String,
    /// How far.
    pub covered: Coverage,
}

/// How far a data object is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Coverage {
    /// All of it.
    Full,
    /// Changed or extended after signing.
    Partial,
    /// Not at all.
    None,
}
