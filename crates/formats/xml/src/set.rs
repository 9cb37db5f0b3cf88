//! Sets of nodes, as XPath filters select them for canonicalisation.

use std::collections::HashSet;

use crate::{Document, NodeId, parse::Data};

/// A set of nodes of one document: elements, texts, comments, instructions, attributes; the namespace nodes of an element are all in the
/// set or all outside.
#[derive(Clone, Debug)]
pub struct NodeSet {
    nodes: Vec<u64>,
    namespaces: Vec<u64>,
    /// Attributes (element, place) that are in the set otherwise than their element.
    odd: HashSet<(u32, u32)>,
}

fn get(bits: &[u64], at: u32) -> bool {
    bits.get(at as usize / 64).is_some_and(|w| w >> (at % 64) & 1 == 1)
}

fn put(bits: &mut [u64], at: u32, value: bool) {
    if let Some(word) = bits.get_mut(at as usize / 64) {
        let mask = 1u64 << (at % 64);
        *word = if value { *word | mask } else { *word & !mask };
    }
}

impl NodeSet {
    /// The empty set.
    pub fn none(doc: &Document<'_>) -> Self {
        let words = doc.nodes.len().div_ceil(64);
        Self { nodes: vec![0; words], namespaces: vec![0; words], odd: HashSet::new() }
    }
    /// All nodes.
    pub fn all(doc: &Document<'_>) -> Self {
        let mut set = Self::none(doc);
        set.nodes.fill(u64::MAX);
        set.namespaces.fill(u64::MAX);
        set
    }
    /// An element with all below it; `None`: the whole document.
    pub fn subtree(doc: &Document<'_>, apex: Option<NodeId>) -> Self {
        match apex {
            None => Self::all(doc),
            Some(id) => {
                let mut set = Self::none(doc);
                set.put_subtree(doc, id, true);
                set
            }
        }
    }
    /// Whether a node other than an attribute or namespace node is in the set.
    pub fn contains(&self, id: NodeId) -> bool {
        get(&self.nodes, id.0)
    }
    pub(crate) fn contains_attribute(&self, element: NodeId, place: usize) -> bool {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.contains(element) != self.odd.contains(&(element.0, place))
    }
    pub(crate) fn contains_namespaces(&self, element: NodeId) -> bool {
        get(&self.namespaces, element.0)
    }
    /// Puts a node with all below it, attributes and namespace nodes too, into the set or takes it out.
    pub(crate) fn put_subtree(&mut self, doc: &Document<'_>, id: NodeId, value: bool) {
        let end = doc.entry(id).map_or(id.0, |e| e.end);
        for at in id.0..end {
            put(&mut self.nodes, at, value);
            put(&mut self.namespaces, at, value);
        }
        self.odd.retain(|(element, _)| !(id.0..end).contains(element));
    }
    pub(crate) fn put_node(&mut self, id: u32, value: bool) {
        put(&mut self.nodes, id, value);
    }
    pub(crate) fn put_namespaces(&mut self, id: u32, value: bool) {
        put(&mut self.namespaces, id, value);
    }
    /// After the element itself has been put.
    pub(crate) fn put_attribute(&mut self, element: u32, place: u32, value: bool) {
        if value == get(&self.nodes, element) {
            self.odd.remove(&(element, place));
        } else {
            self.odd.insert((element, place));
        }
    }
    /// Takes out what is not in `other`.
    pub(crate) fn intersect(&mut self, other: &Self) {
        let own = self.clone();
        for (a, b) in self.nodes.iter_mut().zip(&other.nodes).chain(self.namespaces.iter_mut().zip(&other.namespaces)) {
            *a &= b;
        }
        let odd: HashSet<(u32, u32)> = own.odd.iter().chain(&other.odd).copied().collect();
        self.odd.clear();
        for (element, place) in odd {
            let at = place as usize;
            let both = own.contains_attribute(NodeId(element), at) && other.contains_attribute(NodeId(element), at);
            self.put_attribute(element, place, both);
        }
    }
    /// Whether no element, text, comment or instruction is in the set.
    pub fn is_empty(&self, doc: &Document<'_>) -> bool {
        (1..doc.nodes.len()).all(|i| !u32::try_from(i).is_ok_and(|i| get(&self.nodes, i)))
    }
    /// The text of all text nodes in the set, in document order.
    pub(crate) fn text(&self, doc: &Document<'_>) -> String {
        let mut out = String::new();
        for (i, entry) in doc.nodes.iter().enumerate() {
            if let Data::Text(t) = &entry.data
                && u32::try_from(i).is_ok_and(|i| get(&self.nodes, i))
            {
                out.push_str(t);
            }
        }
        out
    }
}
