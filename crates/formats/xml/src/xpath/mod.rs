//! XPath 1.0 as signatures use it to select what is signed (XMLDSIG 6.6.3, XML-Signature XPath Filter 2.0), with a bound on its work.
//!
//! Left out: variables, the namespace axis, and functions that no filter needs. What is left out is refused by name, never guessed.

mod axes;
mod eval;
mod functions;
mod lex;
mod parse;
mod value;

use eval::Evaluator;
use value::Item;

use crate::{Document, Node, NodeSet, parse::Data};

/// Longest expression.
const MAX_LENGTH: usize = 8 * 1024;
/// Nodes looked at by one filter.
const BUDGET: u64 = 40_000_000;

/// Why an expression is not evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XPathError {
    /// Not XPath, or a part of it that is not accepted.
    #[error("an XPath expression that is not accepted: {0}")]
    Unsupported(String),
    /// Evaluating it takes more work than is accepted.
    #[error("an XPath expression that takes too much work")]
    TooMuch,
}

/// How a filter of XPath Filter 2.0 changes a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Only what is selected stays.
    Intersect,
    /// What is selected goes.
    Subtract,
    /// What is selected comes in.
    Union,
}

/// An expression, with the element it stands in: its namespace prefixes and `here()`.
#[derive(Clone, Debug)]
pub struct Expression {
    ast: parse::Expr,
    text: String,
    here: u32,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.here == other.here
    }
}

impl Eq for Expression {}

impl Expression {
    /// Reads the expression that is the text of an element.
    ///
    /// # Errors
    /// When it is not an expression of the accepted part of XPath 1.0.
    pub fn read(node: Node<'_, '_>) -> Result<Self, XPathError> {
        let text = node.text().into_owned();
        if text.len() > MAX_LENGTH || node.children().next().is_some() {
            return Err(XPathError::Unsupported("its length or structure".to_owned()));
        }
        let tokens = lex::tokens(&text)?;
        let ast = parse::parse(tokens, &|prefix| node.lookup_prefix(prefix).map(str::to_owned))?;
        Ok(Self { ast, text, here: node.id().0 })
    }

    /// XMLDSIG 6.6.3: a node of `set` stays when the expression is true for it.
    ///
    /// # Errors
    /// When it takes too much work, or a value has no meaning.
    pub fn filter(&self, doc: &Document<'_>, set: &NodeSet) -> Result<NodeSet, XPathError> {
        let mut evaluator = Evaluator::new(doc, self.here, BUDGET);
        let mut kept = NodeSet::none(doc);
        for (i, entry) in doc.nodes.iter().enumerate() {
            let Ok(i) = u32::try_from(i) else { break };
            let id = crate::NodeId(i);
            if set.contains(id) && evaluator.holds(&self.ast, Item::Node(i))? {
                kept.put_node(i, true);
            }
            let Data::Element(e) = &entry.data else { continue };
            if set.contains_namespaces(id) && evaluator.holds(&self.ast, Item::Namespaces(i))? {
                kept.put_namespaces(i, true);
            }
            for at in 0..e.attributes.len() {
                let place = u32::try_from(at).unwrap_or(u32::MAX);
                let stays = set.contains_attribute(id, at) && evaluator.holds(&self.ast, Item::Attribute(i, place))?;
                kept.put_attribute(i, place, stays);
            }
        }
        Ok(kept)
    }

    /// XPath Filter 2.0 section 3.2: the subtrees of the selected nodes are intersected with, subtracted from or united with `set`.
    ///
    /// # Errors
    /// When it takes too much work, or it selects something else than nodes of the tree.
    pub fn apply(&self, doc: &Document<'_>, filter: Filter, set: &mut NodeSet) -> Result<(), XPathError> {
        let mut evaluator = Evaluator::new(doc, self.here, BUDGET);
        let roots = evaluator.nodes(&self.ast, Item::Node(0))?;
        let mut chosen = match filter {
            Filter::Intersect => NodeSet::none(doc),
            Filter::Subtract | Filter::Union => set.clone(),
        };
        let mut end = 0;
        for item in roots {
            let Item::Node(id) = item else {
                return Err(XPathError::Unsupported("a filter that selects attributes".to_owned()));
            };
            if id < end {
                continue;
            }
            end = doc.entry(crate::NodeId(id)).map_or(0, |e| e.end);
            chosen.put_subtree(doc, crate::NodeId(id), filter != Filter::Subtract);
        }
        match filter {
            Filter::Intersect => set.intersect(&chosen),
            Filter::Subtract | Filter::Union => *set = chosen,
        }
        Ok(())
    }
}
