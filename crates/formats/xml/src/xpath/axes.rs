use super::{
    XPathError,
    parse::{Axis, Test},
    value::Item,
};
use crate::{Document, NodeId, parse::Data};

/// The nodes of an axis in its own order (nearest first for reverse axes), shown to `see`.
pub(super) fn walk(
    doc: &Document<'_>,
    axis: Axis,
    from: Item,
    see: &mut dyn FnMut(Item) -> Result<(), XPathError>,
) -> Result<(), XPathError> {
    let parent = |item: Item| match item {
        Item::Node(0) => None,
        Item::Node(n) => doc.entry(NodeId(n)).map(|e| Item::Node(e.parent)),
        Item::Namespaces(n) | Item::Attribute(n, _) => Some(Item::Node(n)),
    };
    let end = |n: u32| doc.entry(NodeId(n)).map_or(n, |e| e.end);
    match axis {
        Axis::Itself => see(from)?,
        Axis::Parent => {
            if let Some(p) = parent(from) {
                see(p)?;
            }
        }
        Axis::Ancestor | Axis::AncestorOrSelf => {
            let mut at = if axis == Axis::Ancestor { parent(from) } else { Some(from) };
            while let Some(item) = at {
                see(item)?;
                at = parent(item);
            }
        }
        Axis::Attribute => {
            if let Item::Node(n) = from {
                let count = doc.element(NodeId(n)).map_or(0, |e| e.attributes.len());
                for a in 0..u32::try_from(count).unwrap_or(0) {
                    see(Item::Attribute(n, a))?;
                }
            }
        }
        Axis::Child => {
            if let Item::Node(n) = from {
                let mut next = n + 1;
                while next < end(n) {
                    see(Item::Node(next))?;
                    next = end(next).max(next + 1);
                }
            }
        }
        Axis::Descendant | Axis::DescendantOrSelf => {
            if axis == Axis::DescendantOrSelf {
                see(from)?;
            }
            if let Item::Node(n) = from {
                for i in n + 1..end(n) {
                    see(Item::Node(i))?;
                }
            }
        }
        Axis::FollowingSibling => {
            if let (Item::Node(n), Some(Item::Node(p))) = (from, parent(from)) {
                let mut next = end(n);
                while next < end(p) {
                    see(Item::Node(next))?;
                    next = end(next).max(next + 1);
                }
            }
        }
        Axis::PrecedingSibling => {
            if let (Item::Node(n), Some(Item::Node(p))) = (from, parent(from)) {
                let mut before = Vec::new();
                let mut next = p + 1;
                while next < n {
                    before.push(next);
                    next = end(next).max(next + 1);
                }
                before.into_iter().rev().try_for_each(|i| see(Item::Node(i)))?;
            }
        }
        Axis::Following => {
            let start = match from {
                Item::Node(n) => end(n),
                Item::Namespaces(n) | Item::Attribute(n, _) => n + 1,
            };
            (start..end(0)).try_for_each(|i| see(Item::Node(i)))?;
        }
        Axis::Preceding => {
            let (Item::Node(n) | Item::Namespaces(n) | Item::Attribute(n, _)) = from;
            // What ends before this node starts: its ancestors do not.
            (1..n).rev().filter(|i| end(*i) <= n).try_for_each(|i| see(Item::Node(i)))?;
        }
    }
    Ok(())
}

/// Whether a node passes a test on an axis.
pub(super) fn passes(doc: &Document<'_>, axis: Axis, test: &Test, item: Item) -> Result<bool, XPathError> {
    let data = match item {
        Item::Node(n) => doc.entry(NodeId(n)).map(|e| &e.data),
        _ => None,
    };
    Ok(match test {
        Test::Node => true,
        Test::Text => matches!(data, Some(Data::Text(_))),
        Test::Comment => matches!(data, Some(Data::Comment(_))),
        Test::Instruction(wanted) => {
            matches!(data, Some(Data::Instruction { target, .. }) if wanted.as_ref().is_none_or(|w| w == target))
        }
        Test::Name(uri, local) => {
            let (found_uri, found_local) = match (axis, item, data) {
                (Axis::Attribute, Item::Attribute(n, a), _) => {
                    let attribute = doc.element(NodeId(n)).and_then(|e| e.attributes.get(a as usize));
                    let Some(attribute) = attribute else { return Ok(false) };
                    (doc.uri(attribute.ns), attribute.local)
                }
                (axis, _, Some(Data::Element(e))) if axis != Axis::Attribute => (doc.uri(e.ns), e.local),
                _ => return Ok(false),
            };
            uri.as_ref().is_none_or(|u| u == found_uri) && local.as_ref().is_none_or(|l| l == found_local)
        }
    })
}
