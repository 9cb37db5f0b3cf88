//! XML signatures: reading them strictly, and verifying references and values on the nodes of one document.
//!
//! Only listed algorithms and transforms exist. A reference is followed to a node, and the node is what the caller gets to see, so
//! that an element moved or copied elsewhere (signature wrapping) is never taken for the signed one.

mod algorithm;
mod read;
mod reference;
pub mod relationship;
mod transform;

pub use algorithm::{digest_from_uri, digest_uri, from_xml_value, signature_from_uri, signature_uri, to_xml_value};
pub use read::{Reference, Signature, SignedInfo, base64_text};
pub(crate) use read::{algorithm_of, read_c14n};
pub use reference::{Resolved, Target};
pub use transform::{Transform, octets};

/// Namespace of XML-DSig.
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Why a signature cannot be read or a reference not processed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DsigError {
    /// The structure is not that of XML-DSig.
    #[error("the structure of the signature: {0}")]
    Structure(&'static str),
    /// Something that is not on the list of what is accepted.
    #[error("an algorithm or transform that is not accepted: {0}")]
    Unsupported(String),
    /// No element has the Id of the reference, or several have it.
    #[error("the reference does not lead to exactly one element: {0}")]
    Unresolved(String),
    /// A reference without URI: which object is meant is known to the application only.
    #[error("a reference without URI")]
    NoUri,
    /// An XPath filter that is not accepted.
    #[error("an XPath filter that is not accepted: {0}")]
    XPath(String),
    /// What a transform is to be applied to is not what the transform needs.
    #[error("the data do not fit the transform: {0}")]
    Data(String),
    /// Canonicalisation refused.
    #[error(transparent)]
    C14n(#[from] crate::C14nError),
    /// The key cannot be used with the algorithm.
    #[error("the key does not fit the signature algorithm")]
    Key,
}

impl DsigError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Structure(_) => "xml.dsig.structure",
            Self::Unsupported(_) => "xml.dsig.unsupported",
            Self::Unresolved(_) => "xml.dsig.unresolved",
            Self::NoUri => "xml.dsig.no-uri",
            Self::XPath(_) => "xml.dsig.xpath",
            Self::Data(_) => "xml.dsig.data",
            Self::C14n(e) => e.code(),
            Self::Key => "xml.dsig.key",
        }
    }
}
