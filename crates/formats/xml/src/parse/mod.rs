//! A bounded, strict reader for the part of XML that signatures need: no document type declaration, no entities of its own.
//!
//! Nodes stand in one arena in document order, each knowing where its subtree ends, so that nothing here recurses and a node's identity
//! is its place. Everything borrows from the text.

mod chars;
mod encoding;
mod error;
mod node;
mod scan;
mod tree;

pub(crate) use chars::{is_name, is_name_start};
pub use encoding::decode;
pub use error::{ParseError, Problem};
pub use node::{Attribute, Document, Node, NodeId};
pub(crate) use node::{Data, Element};

/// The namespace of `xml:lang`, `xml:space`, `xml:base`, `xml:id`.
pub const XML_NS: &str = "http://www.w3.org/XML/1998/namespace";
pub(crate) const XMLNS_NS: &str = "http://www.w3.org/2000/xmlns/";

/// Bounds of what is accepted.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Nested elements.
    pub depth: usize,
    /// Nodes of all kinds.
    pub nodes: usize,
    /// Attributes and namespace declarations of one element.
    pub attributes: usize,
    /// Namespace bindings in scope at one place.
    pub namespaces: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 20, depth: 256, nodes: 2_000_000, attributes: 256, namespaces: 256 }
    }
}
