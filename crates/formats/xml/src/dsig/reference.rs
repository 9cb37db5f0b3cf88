use super::{DsigError, Reference, Transform, base64_text};
use crate::{C14n, Node, NodeId};

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
    Decoded(Vec<u8>),
}

impl<'d, 'a> Reference<'d, 'a> {
    /// Where it points, and whether comments belong to it.
    fn place(&self) -> Result<(Target<'d>, bool), DsigError> {
        let uri = self.uri.ok_or(DsigError::Structure("a Reference without URI"))?;
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
        if fragment.is_empty() || fragment.contains(['(', ')', '/', '%']) {
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
        let (target, comments) = self.place()?;
        let apex = match target {
            Target::Document => None,
            Target::Element(id) => Some(self.document().by_id(id).ok_or_else(|| DsigError::Unresolved(id.to_owned()))?),
            Target::External(uri) => return Err(DsigError::Unresolved(uri.to_owned())),
        };
        let mut omit = Vec::new();
        let mut form = None;
        for transform in &self.transforms {
            if form.is_some() {
                return Err(DsigError::Unsupported("a transform after canonicalisation or decoding".to_owned()));
            }
            match transform {
                Transform::Enveloped => {
                    if !apex.is_none_or(|a| signature.is_within(a.id())) || !self.node.is_within(signature.id()) {
                        return Err(DsigError::Structure("enveloped-signature on what does not contain the signature"));
                    }
                    omit.push(signature.id());
                }
                Transform::C14n(c14n) => {
                    form = Some(Form::Canonical(C14n { comments: c14n.comments && comments, ..c14n.clone() }))
                }
                Transform::Base64 => {
                    let node = apex.unwrap_or_else(|| self.document().root());
                    form = Some(Form::Decoded(base64_text(node)?));
                }
            }
        }
        let form = form.unwrap_or(Form::Nodes { comments });
        Ok(Resolved { apex: apex.map(Node::id), omit, form })
    }
}
