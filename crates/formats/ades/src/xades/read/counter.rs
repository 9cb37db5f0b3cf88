//! Counter-signatures (EN 319 132-1 clause 5.2.7): inside the signature they sign, or beside it and known by the type of their reference.

use xml::{
    Node,
    dsig::{DS, Signature, Target},
};

use super::{Found, children, defect, is, qualifying};
use crate::{
    facts::{Coverage, Covered, FileFacts, SignatureFacts},
    xades::COUNTERSIGNED,
};

/// The `CounterSignature` element that a signature stands in, if it stands in one.
pub(super) fn parent<'d, 'a>(signature: Node<'d, 'a>) -> Option<Node<'d, 'a>> {
    signature.parent().filter(|p| is(*p, "CounterSignature"))
}

/// The signatures inside the `CounterSignature` properties of a signature.
pub(super) fn of<'d, 'a>(signature: Node<'d, 'a>) -> Vec<Node<'d, 'a>> {
    let Ok(read) = Signature::read(signature) else { return Vec::new() };
    let Ok(qualifying) = qualifying(&read) else { return Vec::new() };
    let properties =
        children(qualifying, "UnsignedProperties").flat_map(|p| children(p, "UnsignedSignatureProperties"));
    let counters = properties.flat_map(|p| children(p, "CounterSignature"));
    counters.flat_map(|c| c.children_named(DS, "Signature")).collect()
}

/// Whether a counter-signature signs the value of the signature `id` that it stands in.
pub(super) fn check(node: Node<'_, '_>, id: &str, value: Node<'_, '_>, facts: &mut SignatureFacts) {
    facts.counter_of = Some(id.to_owned());
    let Ok(signature) = Signature::read(node) else { return };
    let signs = signature.signed_info.references.iter().any(|r| {
        let resolved = r.resolve(node).ok();
        resolved.is_some_and(|r| r.apex == Some(value.id()) && r.set.is_none() && r.omit.is_empty())
    });
    if signs {
        facts.scope = vec![Covered { name: format!("#{id}"), covered: Coverage::Full }];
    } else {
        facts.defects.push(defect("xades.counter-signature-target", facts.id.clone(), true));
    }
}

/// Signatures beside others that say by the type of a reference whose value they sign. `before` signatures of other documents come first.
pub(super) fn by_type(all: &[Found<'_, '_>], before: usize, facts: &mut FileFacts) {
    for (at, found) in all.iter().enumerate().filter(|(_, f)| f.counter_of.is_none()) {
        let Ok(signature) = Signature::read(found.node) else { continue };
        for reference in signature.signed_info.references.iter().filter(|r| r.kind == Some(COUNTERSIGNED)) {
            let Ok(Target::Element(id)) = reference.target() else { continue };
            let value = found.node.document().by_id(id).filter(|n| n.is(DS, "SignatureValue"));
            let outer = value.and_then(Node::parent).filter(|o| *o != found.node);
            let outer = outer.and_then(|o| all.iter().find(|f| f.node == o));
            if let (Some(outer), Some(own)) = (outer, facts.signatures.get_mut(before + at)) {
                own.counter_of = Some(outer.id.clone());
            }
        }
    }
}
