//! ASiC containers with XAdES (EN 319 162-1), under the names of EDOC 2.0 or of ASiC; BDOC, EDOC 1.0 and ADOC are read.
//!
//! A new container is written front to back while its files are digested, so that any size passes through constant memory; a further
//! signature is put into an existing one by copying what is there byte for byte.

pub mod cades;
mod container;
mod create;
mod error;
mod manifest;
mod opc;
mod profile;
mod raise;
mod read;

use serde::{Deserialize, Serialize};

pub use container::Container;
pub use create::Builder;
pub use error::AsicError;
pub use raise::XadesContainer;
pub(crate) use read::copy;
pub use read::read;

/// Namespace of ASiC.
pub const ASIC: &str = "http://uri.etsi.org/02918/v1.2.1#";
/// Media type of an ASiC-E container.
pub const ASIC_E: &str = "application/vnd.etsi.asic-e+zip";
/// Media type of an ASiC-S container.
pub const ASIC_S: &str = "application/vnd.etsi.asic-s+zip";

/// How signature files are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Naming {
    /// EDOC 2.0: `META-INF/edoc-signatures-S1.xml`.
    Edoc,
    /// EN 319 162-1: `META-INF/signatures0.xml`.
    Asice,
    /// EN 319 162-1, one file: `META-INF/signatures.xml`.
    Asics,
}

impl Naming {
    /// Name of the signature file number `n`, counted from 0.
    pub fn signature_name(self, n: usize) -> String {
        match self {
            Self::Edoc => format!("META-INF/edoc-signatures-S{}.xml", n + 1),
            Self::Asice => format!("META-INF/signatures{n}.xml"),
            Self::Asics => "META-INF/signatures.xml".to_owned(),
        }
    }
    /// Id of the signature number `n`, counted from 0.
    pub fn signature_id(n: usize) -> String {
        format!("S{}", n + 1)
    }
    /// Media type of the container.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Edoc | Self::Asice => ASIC_E,
            Self::Asics => ASIC_S,
        }
    }
    /// File name extension of the container.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Edoc => "edoc",
            Self::Asice => "asice",
            Self::Asics => "asics",
        }
    }
}

/// Whether a file that begins so is an ASiC container: its first entry is a `mimetype` of ASiC (EN 319 162-1 annex A).
pub fn is_candidate(head: &[u8]) -> bool {
    let content = head.get(38..).unwrap_or_default();
    let named = |media: &str| content.windows(media.len()).take(64).any(|w| w == media.as_bytes());
    head.starts_with(b"PK\x03\x04")
        && head.get(30..38) == Some(b"mimetype".as_slice())
        && (named(ASIC_E) || named(ASIC_S))
}

/// Whether an entry belongs to the container itself rather than to its content.
pub(crate) fn is_internal(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == "mimetype" || lower == "meta-inf" || lower.starts_with("meta-inf/")
}

/// Whether an entry is the list of files and media types (ODF).
pub(crate) fn is_odf_manifest(name: &str) -> bool {
    name == manifest::NAME
}

/// Whether an entry is a file of XAdES signatures.
pub(crate) fn is_signature(name: &str) -> bool {
    name.strip_prefix("META-INF/").is_some_and(|n| !n.contains('/') && n.contains("signatures") && n.ends_with(".xml"))
}
