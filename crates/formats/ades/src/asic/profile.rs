//! Which container a ZIP file is, by what is in it: ASiC, and the national and older ones that came before it.

use crate::{facts::FileFacts, zip::Archive};

use super::{ASIC_E, ASIC_S, cades, is_signature};

/// Media type of BDOC 1.0.
const BDOC_1: &str = "application/vnd.bdoc";
/// Media type of ADOC (Lithuania), its edition after it.
const ADOC: &str = "application/vnd.lt.archyvai.adoc";
/// Media types of OpenDocument files, what kind of document after it.
const ODF: &str = "application/vnd.oasis.opendocument.";
/// Policies that BDOC signatures name.
const BDOC_20: &str = "1.3.6.1.4.1.10015.1000.2.10.10";
const BDOC_21: &str = "1.3.6.1.4.1.10015.1000.3.2.";

/// What kind of container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// ASiC and what has its layout.
    Asic,
    /// Open Packaging Conventions: EDOC 1.0, Office documents.
    Opc,
    /// ADOC.
    Adoc,
    /// OpenDocument (OASIS OpenDocument 1.2 part 3, clause 4): the document itself is signed, with its type and its manifest.
    Odf,
}

/// The family and the name of the container, by its declared media type and its entries. `None`: no container of signatures.
pub(super) fn of<R: std::io::Read + std::io::Seek>(
    archive: &Archive<R>,
    media_type: Option<&str>,
    facts: &mut FileFacts,
) -> Option<Family> {
    let any = |f: &dyn Fn(&str) -> bool| archive.entries().iter().any(|e| f(e.name()));
    let signed = any(&|n| is_signature(n) || cades::internal(n).is_some());
    let (container, profile, family) = match media_type {
        Some(ASIC_E) if any(&|n| n.starts_with("META-INF/edoc-signatures")) => {
            ("ASiC-E", Some("EDOC 2.0"), Family::Asic)
        }
        Some(ASIC_E) if any(&|n| n.starts_with("META-INF/signatures/")) => ("ASiC-E", Some("ADOC 2.0"), Family::Adoc),
        Some(ASIC_E) => ("ASiC-E", None, Family::Asic),
        Some(ASIC_S) => ("ASiC-S", None, Family::Asic),
        Some(m) if m.starts_with(BDOC_1) => ("ASiC-E", Some("BDOC 1.0"), Family::Asic),
        Some(m) if m.starts_with(ADOC) => ("ADOC 1.0", Some("ADOC 1.0"), Family::Adoc),
        Some(m) if m.starts_with(ODF) && any(&|n| Family::Odf.is_signature(n)) => ("ODF", None, Family::Odf),
        Some(_) => return None,
        None if archive.find("[Content_Types].xml").is_some() => {
            if any(&|n| n.starts_with("EDoc/")) {
                ("EDOC 1.0", Some("EDOC 1.0"), Family::Opc)
            } else if any(&|n| n.starts_with("_xmlsignatures/")) {
                ("OPC", None, Family::Opc)
            } else {
                return None;
            }
        }
        None if any(&|n| n.starts_with("META-INF/signatures/")) => ("ADOC 1.0", Some("ADOC 1.0"), Family::Adoc),
        None if signed => ("ASiC-E", None, Family::Asic),
        None => return None,
    };
    (facts.container, facts.profile) = (Some(container), profile);
    Some(family)
}

/// What only the signatures tell: BDOC 2 by its policy.
pub(super) fn by_policy(facts: &mut FileFacts) {
    let policies = facts.signatures.iter().filter_map(|s| s.policy.as_ref()?.id.as_deref());
    let bdoc = policies.filter_map(|id| match id {
        BDOC_20 => Some("BDOC 2.0"),
        id if id.starts_with(BDOC_21) => Some("BDOC 2.1"),
        _ => None,
    });
    let found = bdoc.max();
    if facts.profile.is_none() && facts.container == Some("ASiC-E") {
        facts.profile = found;
    }
}

impl Family {
    /// Whether an entry is a file of signatures.
    pub(super) fn is_signature(self, name: &str) -> bool {
        let xml = name.ends_with(".xml");
        match self {
            Self::Asic => is_signature(name),
            Self::Odf => {
                xml && name.strip_prefix("META-INF/").is_some_and(|n| !n.contains('/') && n.contains("signatures"))
            }
            Self::Adoc => xml && name.starts_with("META-INF/") && name.contains("signature"),
            Self::Opc => {
                xml && !name.contains("/_rels/")
                    && (name.starts_with("EDoc/Signature/") || name.starts_with("_xmlsignatures/"))
            }
        }
    }

    /// Whether an entry belongs to the container itself rather than to its content.
    pub(super) fn is_internal(self, name: &str) -> bool {
        let asic = super::is_internal(name);
        match self {
            Self::Asic => asic,
            Self::Odf => self.is_signature(name) || name.ends_with('/'),
            // Metadata of the record, of which some is signed and some may change after signing.
            Self::Adoc => asic || name.starts_with("metadata/"),
            Self::Opc => {
                name == "[Content_Types].xml"
                    || name.starts_with("_rels/")
                    || name.contains("/_rels/")
                    || name.starts_with("docProps/")
                    || name.starts_with("EDoc/Signature/")
                    || name.starts_with("_xmlsignatures/")
            }
        }
    }

    /// Whether an entry can be a signed object: the type of an ASiC container is none.
    pub(super) fn is_object(self, name: &str) -> bool {
        name != "mimetype" || self == Self::Odf
    }

    /// Whether an internal entry is one that the format knows.
    pub(super) fn is_known(self, name: &str) -> bool {
        match self {
            Self::Asic => {
                cades::internal(name).is_some() || matches!(name, "mimetype" | super::manifest::NAME | "META-INF/")
            }
            Self::Adoc | Self::Opc | Self::Odf => true,
        }
    }
}
