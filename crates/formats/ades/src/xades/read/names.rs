//! Elements of XAdES in any of its namespaces.

use xml::{Node, dsig::DS};

use crate::xades::{NAMESPACES, SIGNED_PROPERTIES};

/// Whether an element is of one of the XAdES namespaces.
pub(crate) fn is_xades(node: Node<'_, '_>) -> bool {
    NAMESPACES.contains(&node.namespace())
}

/// Whether an element is the XAdES element of this name.
pub(crate) fn is(node: Node<'_, '_>, local: &str) -> bool {
    node.local() == local && is_xades(node)
}

/// Child elements of XAdES with this name.
pub(crate) fn children<'d, 'a>(
    node: Node<'d, 'a>,
    local: &'static str,
) -> impl Iterator<Item = Node<'d, 'a>> + use<'d, 'a> {
    node.children().filter(move |n| is(*n, local))
}

/// The only child of this name; `None` also when there are several.
pub(crate) fn only<'d, 'a>(node: Node<'d, 'a>, local: &'static str) -> Option<Node<'d, 'a>> {
    let mut found = children(node, local);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The only child of this name in the namespace of XML-DSig, or, as the first editions of XAdES had it, of XAdES.
pub(super) fn dsig<'d, 'a>(node: Node<'d, 'a>, local: &'static str) -> Option<Node<'d, 'a>> {
    node.only(DS, local).or_else(|| only(node, local))
}

/// Whether a reference says that it is to signed properties.
pub(super) fn is_properties_type(kind: Option<&str>) -> bool {
    let Some(kind) = kind else { return false };
    kind == SIGNED_PROPERTIES || NAMESPACES.iter().any(|n| kind.strip_prefix(n) == Some("SignedProperties"))
}
