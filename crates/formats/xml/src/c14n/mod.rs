//! Canonical XML 1.0, 1.1 and Exclusive XML Canonicalization 1.0, of whole documents, of subtrees and of sets of nodes.

mod base;
mod render;

use crate::{Document, NodeId, NodeSet};

/// Takes canonical bytes.
pub trait Sink {
    /// Takes the next bytes.
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl Sink for pki::Digester {
    fn put(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

/// Makes the canonical form of a document or a part of it.
pub trait Canonicaliser {
    /// Writes the canonical form of `apex` (`None`: the whole document) without the subtrees `omit`.
    ///
    /// # Errors
    /// [`C14nError`] when the document has no canonical form.
    fn write(
        &self,
        doc: &Document<'_>,
        apex: Option<NodeId>,
        omit: &[NodeId],
        out: &mut dyn Sink,
    ) -> Result<(), C14nError>;
}

/// Why there is no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum C14nError {
    /// The specification demands refusal.
    #[error("a namespace name is a relative reference: {0}")]
    RelativeNamespace(String),
    /// The node is no element.
    #[error("the node to canonicalise is no element")]
    NoElement,
    /// The canonical form would be many times larger than the document: declarations repeated to exhaust the reader.
    #[error("the canonical form would be many times larger than the document")]
    TooLarge,
}

impl C14nError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RelativeNamespace(_) => "xml.c14n.relative-namespace",
            Self::NoElement => "xml.c14n.no-element",
            Self::TooLarge => "xml.c14n.too-large",
        }
    }
}

/// The family of a canonicalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Canonical XML 1.0.
    Inclusive10,
    /// Canonical XML 1.1.
    Inclusive11,
    /// Exclusive XML Canonicalization 1.0.
    Exclusive,
}

/// A canonicalisation algorithm with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct C14n {
    /// Family.
    pub method: Method,
    /// Whether comments stay.
    pub comments: bool,
    /// `InclusiveNamespaces PrefixList` of the exclusive method; `#default` is the default namespace.
    pub prefixes: Vec<String>,
}

impl C14n {
    /// Canonical XML 1.0 without comments: also what a reference without transforms means.
    pub const V10: Self = Self { method: Method::Inclusive10, comments: false, prefixes: Vec::new() };
    /// Canonical XML 1.1 without comments.
    pub const V11: Self = Self { method: Method::Inclusive11, comments: false, prefixes: Vec::new() };
    /// Exclusive canonicalisation without comments.
    pub const EXCLUSIVE: Self = Self { method: Method::Exclusive, comments: false, prefixes: Vec::new() };

    /// The algorithm of a W3C identifier, without parameters.
    pub fn from_uri(uri: &str) -> Option<Self> {
        let (method, comments) = match uri {
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" => (Method::Inclusive10, false),
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments" => (Method::Inclusive10, true),
            "http://www.w3.org/2006/12/xml-c14n11" => (Method::Inclusive11, false),
            "http://www.w3.org/2006/12/xml-c14n11#WithComments" => (Method::Inclusive11, true),
            "http://www.w3.org/2001/10/xml-exc-c14n#" => (Method::Exclusive, false),
            "http://www.w3.org/2001/10/xml-exc-c14n#WithComments" => (Method::Exclusive, true),
            _ => return None,
        };
        Some(Self { method, comments, prefixes: Vec::new() })
    }

    /// The W3C identifier.
    pub fn uri(&self) -> &'static str {
        match (self.method, self.comments) {
            (Method::Inclusive10, false) => "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            (Method::Inclusive10, true) => "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
            (Method::Inclusive11, false) => "http://www.w3.org/2006/12/xml-c14n11",
            (Method::Inclusive11, true) => "http://www.w3.org/2006/12/xml-c14n11#WithComments",
            (Method::Exclusive, false) => "http://www.w3.org/2001/10/xml-exc-c14n#",
            (Method::Exclusive, true) => "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        }
    }

    /// The canonical bytes of a whole document.
    ///
    /// # Errors
    /// See [`Canonicaliser::write`].
    pub fn document(&self, doc: &Document<'_>) -> Result<Vec<u8>, C14nError> {
        let mut out = Vec::with_capacity(doc.text().len());
        self.write(doc, None, &[], &mut out)?;
        Ok(out)
    }

    /// The canonical bytes of one element and all below it.
    ///
    /// # Errors
    /// See [`Canonicaliser::write`].
    pub fn subtree(&self, doc: &Document<'_>, apex: NodeId) -> Result<Vec<u8>, C14nError> {
        let mut out = Vec::new();
        self.write(doc, Some(apex), &[], &mut out)?;
        Ok(out)
    }

    /// Writes the canonical form of the nodes of a set.
    ///
    /// # Errors
    /// See [`Canonicaliser::write`].
    pub fn write_set(&self, doc: &Document<'_>, set: &NodeSet, out: &mut dyn Sink) -> Result<(), C14nError> {
        render::Renderer::new(self, doc, &[], Some(set), out).run(None)
    }
}

impl Canonicaliser for C14n {
    fn write(
        &self,
        doc: &Document<'_>,
        apex: Option<NodeId>,
        omit: &[NodeId],
        out: &mut dyn Sink,
    ) -> Result<(), C14nError> {
        render::Renderer::new(self, doc, omit, None, out).run(apex)
    }
}
