//! CAdES signatures and time stamps in containers (EN 319 162-1): ASiC-S with `signature.p7s` or `timestamp.tst`, ASiC-E with
//! `ASiCManifest*.xml`, archives of either with `ASiCArchiveManifest*.xml`.

mod container;
mod create;
mod evidence;
mod manifest;
mod raise;
mod read;

pub use container::CadesContainer;
pub use create::{CadesBuilder, SignedBy, imprint};
pub(crate) use manifest::{Entry, Manifest, name_of};

pub(super) use read::read;

/// Media type of CAdES signatures.
const P7S: &str = "application/pkcs7-signature";
/// Media type of time stamp tokens.
const TST: &str = "application/vnd.etsi.timestamp-token";
/// The last manifest of an archive; earlier ones have numbers.
const LAST_ARCHIVE: &str = "META-INF/ASiCArchiveManifest.xml";

/// What a file under `META-INF` is, by its name (EN 319 162-1 clause 4.4.3 and annex A).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Internal {
    /// CAdES signatures.
    Signature,
    /// A time stamp token.
    Token,
    /// What a signature or time stamp is over.
    Manifest,
    /// What an evidence record is over.
    EvidenceManifest,
    /// An evidence record (RFC 4998).
    Evidence,
    /// An evidence record in XML (RFC 6283).
    XmlEvidence,
}

/// Sorts a name; `None`: it is none of these.
pub(crate) fn internal(name: &str) -> Option<Internal> {
    let lower = name.to_ascii_lowercase();
    let file = lower.strip_prefix("meta-inf/").filter(|f| !f.contains('/'))?;
    if file.ends_with(".p7s") {
        Some(Internal::Signature)
    } else if file.ends_with(".tst") {
        Some(Internal::Token)
    } else if file.ends_with(".ers") {
        Some(Internal::Evidence)
    } else if !file.ends_with(".xml") {
        None
    } else if file.contains("asicevidencerecordmanifest") {
        Some(Internal::EvidenceManifest)
    } else if file.contains("asicmanifest") || file.contains("asicarchivemanifest") {
        Some(Internal::Manifest)
    } else if file.contains("evidencerecord") {
        Some(Internal::XmlEvidence)
    } else {
        None
    }
}

/// Whether an entry is an evidence record.
pub(crate) fn is_record(name: &str) -> bool {
    matches!(internal(name), Some(Internal::Evidence | Internal::XmlEvidence))
}

/// How the ids of the signatures in a `.p7s` begin.
pub(crate) fn id_prefix(name: &str) -> String {
    let file = name.rsplit_once('/').map_or(name, |(_, f)| f);
    format!("{}-", file.rsplit_once('.').map_or(file, |(stem, _)| stem))
}

/// `META-INF/STEMnnn.EXT`, with the smallest number that is not taken.
pub(crate) fn numbered(stem: &str, extension: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let names = (1..).map(|n: u32| format!("META-INF/{stem}{n:03}.{extension}"));
    names.into_iter().find(|n| !taken(n)).unwrap_or_default()
}
