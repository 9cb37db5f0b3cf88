//! The relationships transform of Open Packaging Conventions (ECMA-376 part 2, clause 13.2.4.24), which EDOC 1.0 uses.

use std::fmt::Write as _;

use super::DsigError;
use crate::{Document, Limits, Node, escape_attribute};

/// Its identifier.
pub const ALGORITHM: &str = "http://schemas.openxmlformats.org/package/2006/RelationshipTransform";
const SIGNATURE: &str = "http://schemas.openxmlformats.org/package/2006/digital-signature";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// Which relationships are signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    ids: Vec<String>,
    types: Vec<String>,
}

impl Selection {
    pub(super) fn read(node: Node<'_, '_>) -> Self {
        let all = |local: &str, attribute: &str| {
            let found = node.children_named(SIGNATURE, local).filter_map(|c| c.attribute(attribute));
            found.map(str::to_owned).collect()
        };
        Self { ids: all("RelationshipReference", "SourceId"), types: all("RelationshipsGroupReference", "SourceType") }
    }

    /// A relationships part with only the selected relationships, sorted by Id, the target mode written out, in canonical form.
    ///
    /// # Errors
    /// When the part is no relationships part, or holds something that a reader of packages could take for more than the transform does.
    pub fn apply(&self, part: &[u8]) -> Result<Vec<u8>, DsigError> {
        let bad = |what: &str| DsigError::Data(format!("relationships: {what}"));
        let text = crate::decode(part).map_err(|e| bad(&e.to_string()))?;
        let doc = Document::parse(&text, &Limits::default()).map_err(|e| bad(&e.to_string()))?;
        if !doc.root().is(RELATIONSHIPS, "Relationships") {
            return Err(bad("another root"));
        }
        let mut kept: Vec<(&str, String)> = Vec::new();
        for r in doc.root().children() {
            let odd = r.attributes().iter().any(|a| !a.prefix().is_empty());
            if !r.is(RELATIONSHIPS, "Relationship") || r.children().next().is_some() || odd {
                return Err(bad("something else than relationships"));
            }
            let (id, kind) = (r.attribute("Id").unwrap_or(""), r.attribute("Type").unwrap_or(""));
            if !(self.ids.iter().any(|i| i == id) || self.types.iter().any(|t| t == kind)) {
                continue;
            }
            let mode = r.attribute("TargetMode").unwrap_or("Internal");
            let mut attributes: Vec<(&str, &str)> =
                r.attributes().iter().filter(|a| a.prefix().is_empty()).map(|a| (a.local(), a.value())).collect();
            attributes.retain(|(name, _)| *name != "TargetMode");
            attributes.push(("TargetMode", mode));
            attributes.sort_unstable();
            let mut tag = String::from("<Relationship");
            for (name, value) in attributes {
                let _ = write!(tag, " {name}=\"{}\"", escape_attribute(value).replace("&gt;", ">"));
            }
            tag.push_str("></Relationship>");
            kept.push((id, tag));
        }
        kept.sort_by(|a, b| a.0.cmp(b.0));
        let body: String = kept.into_iter().map(|(_, tag)| tag).collect();
        Ok(format!("<Relationships xmlns=\"{RELATIONSHIPS}\">{body}</Relationships>").into_bytes())
    }
}
