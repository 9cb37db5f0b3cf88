use super::{DsigError, Reference, Transform, transform};
use crate::{C14n, Node, NodeId, NodeSet};

/// Where a reference points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'d> {
    /// The whole document it stands in.
    Document,
    /// The element with this Id in the document it stands in.
    Element(&'d str),
    /// Something outside; the URI as written.
    External(&'d str),
}

/// What a reference leads to inside its own document, and in which form it is digested.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The element; `None` is the whole document.
    pub apex: Option<NodeId>,
    /// Subtrees left out.
    pub omit: Vec<NodeId>,
    /// The nodes that XPath filters leave; `None` when there was no filter.
    pub set: Option<NodeSet>,
    pub(super) form: Form,
}

#[derive(Clone, Debug)]
pub(super) enum Form {
    Canonical(C14n),
    /// No transform gave octets.
    Nodes {
        /// Whether comments belong to the nodes.
        comments: bool,
    },
    Octets(Vec<u8>),
}

impl<'d, 'a> Reference<'d, 'a> {
    /// Where it points, and whether comments belong to it.
    fn place(&self) -> Result<(Target<'d>, bool), DsigError> {
        let uri = self.uri.ok_or(DsigError::NoUri)?;
        let Some(fragment) = uri.strip_prefix('#') else {
            return Ok(if uri.is_empty() { (Target::Document, false) } else { (Target::External(uri), true) });
        };
        if fragment == "xpointer(/)" {
            return Ok((Target::Document, true));
        }
        let by_pointer = fragment.strip_prefix("xpointer(id(").and_then(|r| r.strip_suffix("))"));
        if let Some(quoted) = by_pointer {
            let inner = quoted.strip_prefix('\'').and_then(|r| r.strip_suffix('\''));
            let id = inner.or_else(|| quoted.strip_prefix('"').and_then(|r| r.strip_suffix('"')));
            return id.map(|id| (Target::Element(id), true)).ok_or_else(|| DsigError::Unsupported(uri.to_owned()));
        }
        if fragment.is_empty() || fragment.starts_with("xpointer(") || fragment.contains(['/', '%']) {
            return Err(DsigError::Unsupported(uri.to_owned()));
        }
        Ok((Target::Element(fragment), false))
    }

    /// Where it points.
    ///
    /// # Errors
    /// When there is no URI or it is of a form that is not accepted.
    pub fn target(&self) -> Result<Target<'d>, DsigError> {
        self.place().map(|(t, _)| t)
    }

    /// Whether the bytes of an outside object are digested as they are.
    pub fn is_plain(&self) -> bool {
        self.transforms.is_empty()
    }

    /// Follows a reference inside the document. `signature` is the `ds:Signature` it belongs to.
    ///
    /// # Errors
    /// When it points outside, to no single element, or its transforms cannot be applied.
    pub fn resolve(&self, signature: Node<'_, '_>) -> Result<Resolved, DsigError> {
        let doc = self.document();
        let (target, comments) = self.place()?;
        let apex = match target {
            Target::Document => None,
            Target::Element(id) => Some(doc.by_id(id).ok_or_else(|| DsigError::Unresolved(id.to_owned()))?.id()),
            Target::External(uri) => return Err(DsigError::Unresolved(uri.to_owned())),
        };
        let mut r = Resolved { apex, omit: Vec::new(), set: None, form: Form::Nodes { comments } };
        for (i, transform) in self.transforms.iter().enumerate() {
            let Form::Nodes { .. } = r.form else {
                let mut bytes = Vec::new();
                self.write_to(&r, &C14n::V10, &mut bytes)?;
                let rest = self.transforms.get(i..).unwrap_or(&[]);
                r.form = Form::Octets(transform::octets(rest, bytes)?);
                return Ok(r);
            };
            self.apply(transform, signature, comments, &mut r)?;
        }
        Ok(r)
    }

    /// One transform of nodes.
    fn apply(
        &self,
        transform: &Transform,
        signature: Node<'_, '_>,
        comments: bool,
        r: &mut Resolved,
    ) -> Result<(), DsigError> {
        let doc = self.document();
        match transform {
            Transform::Enveloped => {
                let inside = r.apex.is_none_or(|a| signature.is_within(a));
                match &mut r.set {
                    Some(set) if inside => set.put_subtree(doc, signature.id(), false),
                    None if inside => r.omit.push(signature.id()),
                    // Nothing to leave out: the signature is not below what is signed.
                    _ => {}
                }
            }
            Transform::C14n(c14n) => {
                r.form = Form::Canonical(C14n { comments: c14n.comments && comments, ..c14n.clone() });
            }
            Transform::Base64 => {
                let text = r.nodes(doc).text(doc);
                r.form = Form::Octets(transform::base64_octets(text.as_bytes())?);
            }
            Transform::XPath(_) | Transform::Filter2(_) => {
                let mut set = r.nodes(doc);
                transform::narrow(transform, doc, &mut set)?;
                r.set = Some(set);
            }
            Transform::Relationship(_) => {
                return Err(DsigError::Unsupported("the relationships transform inside a document".to_owned()));
            }
            Transform::Unsupported(what) => return Err(DsigError::Unsupported(what.clone())),
        }
        Ok(())
    }
}

impl Resolved {
    /// The nodes so far.
    fn nodes(&self, doc: &crate::Document<'_>) -> NodeSet {
        self.set.clone().unwrap_or_else(|| {
            let mut set = NodeSet::subtree(doc, self.apex);
            for id in &self.omit {
                set.put_subtree(doc, *id, false);
            }
            set
        })
    }

    /// Whether what is signed is no node at all: a filter that leaves nothing, or no octets.
    pub fn is_nothing(&self, doc: &crate::Document<'_>) -> bool {
        match (&self.form, &self.set) {
            (Form::Octets(bytes), _) => bytes.is_empty(),
            (_, Some(set)) => set.is_empty(doc),
            _ => false,
        }
    }

    /// Whether this node is in what is signed.
    pub fn covers(&self, node: Node<'_, '_>) -> bool {
        match &self.set {
            Some(set) => set.contains(node.id()),
            None => self.apex.is_none_or(|a| node.is_within(a)) && !self.omit.iter().any(|o| node.is_within(*o)),
        }
    }
}
