//! Reading TS 119 612 lists in XML. Structure only: whether the list may be believed is said by [`super::verify`].

mod qualifications;
mod scheme;
mod service;

use jiff::Timestamp;
use xml::{Document, Node};

use super::{List, ListError, Text, uri::TSL};

/// Bounds of a list.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes.
    pub bytes: usize,
    /// Nested elements.
    pub depth: usize,
    /// XML nodes.
    pub nodes: usize,
    /// Services of one list.
    pub services: usize,
    /// Periods of one service.
    pub history: usize,
    /// Pointers to other lists.
    pub pointers: usize,
    /// Criteria of one service.
    pub criteria: usize,
}

impl Default for Limits {
    /// Several times what the largest national list needs.
    fn default() -> Self {
        Self {
            bytes: 48 << 20,
            depth: 64,
            nodes: 2_000_000,
            services: 20_000,
            history: 500,
            pointers: 500,
            criteria: 2_000,
        }
    }
}

/// Parses the XML and hands the document on.
pub(super) fn parsed<T>(
    bytes: &[u8],
    limits: &Limits,
    work: impl FnOnce(&Document<'_>) -> Result<T, ListError>,
) -> Result<T, ListError> {
    if bytes.len() > limits.bytes {
        return Err(ListError::TooLarge("bytes"));
    }
    let text = xml::decode(bytes)?;
    let bounds =
        xml::Limits { bytes: limits.bytes, depth: limits.depth, nodes: limits.nodes, ..xml::Limits::default() };
    let doc = Document::parse(&text, &bounds)?;
    if let Some(id) = doc.duplicate_ids().first() {
        return Err(ListError::DuplicateId((*id).to_owned()));
    }
    work(&doc)
}

/// Reads a list without looking at its signature.
///
/// # Errors
/// When it is larger than the limits, is not the XML of a list, or lacks what a list must have.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<List, ListError> {
    parsed(bytes, limits, |doc| list(doc, limits))
}

pub(super) fn list(doc: &Document<'_>, limits: &Limits) -> Result<List, ListError> {
    let root = doc.root();
    if !root.is(TSL, "TrustServiceStatusList") {
        return Err(ListError::Form(root.local().to_owned()));
    }
    let scheme = scheme::read(child(root, "SchemeInformation")?, limits)?;
    let mut providers = Vec::new();
    let mut services = 0;
    if let Some(all) = root.only(TSL, "TrustServiceProviderList") {
        for one in all.children_named(TSL, "TrustServiceProvider") {
            providers.push(service::provider(one, limits, &mut services)?);
        }
    }
    Ok(List { scheme, providers })
}

pub(super) fn missing(element: &str) -> ListError {
    ListError::Element { element: element.to_owned() }
}

/// The only child of this name.
pub(super) fn child<'d, 'a>(node: Node<'d, 'a>, name: &str) -> Result<Node<'d, 'a>, ListError> {
    node.only(TSL, name).ok_or_else(|| missing(name))
}

/// The text of the only child of this name.
pub(super) fn text(node: Node<'_, '_>, name: &str) -> Result<String, ListError> {
    child(node, name).map(trimmed)
}

pub(super) fn trimmed(node: Node<'_, '_>) -> String {
    node.text().trim().to_owned()
}

/// Texts in several languages: the children of the child `name`.
pub(super) fn texts(node: Node<'_, '_>, name: &str) -> Vec<Text> {
    let parts = node.only(TSL, name).into_iter().flat_map(Node::children);
    parts
        .map(|n| Text {
            lang: n.attribute_ns(xml::XML_NS, "lang").unwrap_or_default().to_ascii_lowercase(),
            value: trimmed(n),
        })
        .collect()
}

/// An `xs:dateTime`; without an offset it is taken as UTC, which the standard demands anyway.
pub(super) fn time(node: Node<'_, '_>) -> Result<Timestamp, ListError> {
    let text = node.text();
    let text = text.trim();
    text.parse().or_else(|_| format!("{text}Z").parse()).map_err(|_| missing(node.local()))
}
