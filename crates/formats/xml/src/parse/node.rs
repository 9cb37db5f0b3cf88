use std::{borrow::Cow, collections::HashMap, ops::Range};

/// Identity of a node in its document; order is document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug)]
pub(crate) enum Data<'a> {
    Document,
    Element(Element<'a>),
    Text(Cow<'a, str>),
    Comment(Cow<'a, str>),
    Instruction { target: &'a str, data: Cow<'a, str> },
}

#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) parent: u32,
    /// The arena index after the last descendant.
    pub(crate) end: u32,
    pub(crate) data: Data<'a>,
}

#[derive(Debug)]
pub(crate) struct Element<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) local: &'a str,
    /// Index in `Document::uris`.
    pub(crate) ns: u32,
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// Prefix (empty for the default) and index of the URI.
    pub(crate) declarations: Vec<(&'a str, u32)>,
    pub(crate) span: Range<usize>,
}

/// An attribute that is not a namespace declaration.
#[derive(Clone, Debug)]
pub struct Attribute<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) local: &'a str,
    pub(crate) ns: u32,
    pub(crate) value: Cow<'a, str>,
}

impl<'a> Attribute<'a> {
    /// Local name.
    pub fn local(&self) -> &'a str {
        self.local
    }
    /// Prefix, empty when none.
    pub fn prefix(&self) -> &'a str {
        self.prefix
    }
    /// Normalised value.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// A parsed document.
#[derive(Debug)]
pub struct Document<'a> {
    pub(crate) nodes: Vec<Entry<'a>>,
    pub(crate) uris: Vec<Cow<'a, str>>,
    /// `None` for an Id that stands more than once.
    pub(crate) ids: HashMap<Cow<'a, str>, Option<NodeId>>,
    pub(crate) root: NodeId,
    pub(crate) text: &'a str,
}

impl<'a> Document<'a> {
    /// The document element.
    pub fn root(&self) -> Node<'_, 'a> {
        Node { doc: self, id: self.root }
    }
    /// The text it was parsed from.
    pub fn text(&self) -> &'a str {
        self.text
    }
    /// The element with this value in an attribute named `Id`, `ID`, `id` or `xml:id`; `None` also when several have it.
    pub fn by_id(&self, id: &str) -> Option<Node<'_, 'a>> {
        self.ids.get(id).copied().flatten().map(|id| Node { doc: self, id })
    }
    /// Ids that stand more than once.
    pub fn duplicate_ids(&self) -> Vec<&str> {
        let mut found: Vec<&str> = self.ids.iter().filter(|(_, n)| n.is_none()).map(|(id, _)| id.as_ref()).collect();
        found.sort_unstable();
        found
    }
    /// A node by identity.
    pub fn node(&self, id: NodeId) -> Option<Node<'_, 'a>> {
        (id.index() < self.nodes.len()).then_some(Node { doc: self, id })
    }
    /// All elements, in document order.
    pub fn elements(&self) -> impl Iterator<Item = Node<'_, 'a>> {
        self.root().descendants()
    }

    pub(crate) fn entry(&self, id: NodeId) -> Option<&Entry<'a>> {
        self.nodes.get(id.index())
    }
    pub(crate) fn element(&self, id: NodeId) -> Option<&Element<'a>> {
        match self.entry(id)?.data {
            Data::Element(ref e) => Some(e),
            _ => None,
        }
    }
    pub(crate) fn uri(&self, index: u32) -> &str {
        self.uris.get(index as usize).map_or("", |u| u.as_ref())
    }
}

/// An element of a document.
#[derive(Clone, Copy, Debug)]
pub struct Node<'d, 'a> {
    pub(crate) doc: &'d Document<'a>,
    pub(crate) id: NodeId,
}

impl PartialEq for Node<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.doc.text, other.doc.text) && self.id == other.id
    }
}

impl<'d, 'a> Node<'d, 'a> {
    /// Identity.
    pub fn id(self) -> NodeId {
        self.id
    }
    /// Its document.
    pub fn document(self) -> &'d Document<'a> {
        self.doc
    }
    fn element(self) -> Option<&'d Element<'a>> {
        self.doc.element(self.id)
    }
    /// Local name.
    pub fn local(self) -> &'a str {
        self.element().map_or("", |e| e.local)
    }
    /// Namespace, empty when none.
    pub fn namespace(self) -> &'d str {
        self.element().map_or("", |e| self.doc.uri(e.ns))
    }
    /// Whether the element has this expanded name.
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.local() == local && self.namespace() == namespace
    }
    /// The bytes of the text from `<` to the end of the end tag.
    pub fn span(self) -> Range<usize> {
        self.element().map_or(0..0, |e| e.span.clone())
    }
    /// The namespace that a prefix (empty: the default) stands for here; `None` when it is not declared.
    pub fn lookup_prefix(self, prefix: &str) -> Option<&'d str> {
        if prefix == "xml" {
            return Some(super::XML_NS);
        }
        let mut at = Some(self);
        while let Some(node) = at {
            let here = node.element().and_then(|e| e.declarations.iter().find(|(p, _)| *p == prefix));
            if let Some((_, uri)) = here {
                return Some(self.doc.uri(*uri));
            }
            at = node.parent();
        }
        prefix.is_empty().then_some("")
    }
    /// Value of the attribute without a namespace.
    pub fn attribute(self, local: &str) -> Option<&'d str> {
        self.element()?.attributes.iter().find(|a| a.prefix.is_empty() && a.local == local).map(|a| a.value.as_ref())
    }
    /// Value of the attribute with a namespace.
    pub fn attribute_ns(self, namespace: &str, local: &str) -> Option<&'d str> {
        let found = self.element()?.attributes.iter().find(|a| a.local == local && self.doc.uri(a.ns) == namespace);
        found.map(|a| a.value.as_ref())
    }
    /// All attributes but namespace declarations.
    pub fn attributes(self) -> &'d [Attribute<'a>] {
        self.element().map_or(&[], |e| &e.attributes)
    }
    /// The parent element.
    pub fn parent(self) -> Option<Self> {
        let id = NodeId(self.doc.entry(self.id)?.parent);
        self.doc.element(id).map(|_| Node { doc: self.doc, id })
    }
    /// Child elements.
    pub fn children(self) -> impl Iterator<Item = Node<'d, 'a>> {
        self.child_nodes().filter(move |id| self.doc.element(*id).is_some()).map(move |id| Node { doc: self.doc, id })
    }
    /// Child elements of this name.
    pub fn children_named<'n>(
        self,
        namespace: &'n str,
        local: &'n str,
    ) -> impl Iterator<Item = Node<'d, 'a>> + use<'n, 'd, 'a> {
        self.children().filter(move |c| c.is(namespace, local))
    }
    /// The only child of this name; `None` also when there are several.
    pub fn only(self, namespace: &str, local: &str) -> Option<Node<'d, 'a>> {
        let mut found = self.children_named(namespace, local);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
    /// This element and all below it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Node<'d, 'a>> {
        let end = self.doc.entry(self.id).map_or(0, |e| e.end);
        (self.id.0..end)
            .map(NodeId)
            .filter(move |id| self.doc.element(*id).is_some())
            .map(move |id| Node { doc: self.doc, id })
    }
    /// Whether `self` is `other` or stands below it.
    pub fn is_within(self, other: NodeId) -> bool {
        self.doc.entry(other).is_some_and(|o| self.id >= other && self.id.0 < o.end)
    }
    /// The characters directly in the element, comments passed over.
    pub fn text(self) -> Cow<'d, str> {
        let mut parts = self.child_nodes().filter_map(|id| match &self.doc.entry(id)?.data {
            Data::Text(t) => Some(t.as_ref()),
            _ => None,
        });
        let first = parts.next().unwrap_or("");
        let mut all = Cow::Borrowed(first);
        for more in parts {
            all.to_mut().push_str(more);
        }
        all
    }
    /// Whether anything but white space stands directly in the element.
    pub fn has_text(self) -> bool {
        !self.text().trim_matches([' ', '\t', '\r', '\n']).is_empty()
    }

    fn child_nodes(self) -> impl Iterator<Item = NodeId> + use<'d, 'a> {
        let doc = self.doc;
        let end = doc.entry(self.id).map_or(0, |e| e.end);
        let mut next = self.id.0.saturating_add(1);
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let id = NodeId(next);
            next = doc.entry(id).map_or(end, |e| e.end);
            Some(id)
        })
    }
}
