//! Counter-signatures (EN 319 132-1 clause 5.2.7): inside the signature they sign, or beside it and known by the type of their reference.

use xml::{
    Document, Node,
    dsig::{DS, Signature, Target},
};

use super::{children, defect, is, qualifying, signature_id};
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

/// Signatures beside others that say by the type of a reference whose value they sign.
pub(super) fn by_type(doc: &Document<'_>, facts: &mut FileFacts) {
    let mut found = Vec::new();
    for node in doc.elements().filter(|n| n.is(DS, "Signature") && parent(*n).is_none()) {
        let Ok(signature) = Signature::read(node) else { continue };
        let typed = signature.signed_info.references.iter().filter(|r| r.kind == Some(COUNTERSIGNED));
        for reference in typed {
            let Ok(Target::Element(id)) = reference.target() else { continue };
            let value = doc.by_id(id).filter(|n| n.is(DS, "SignatureValue"));
            let Some(outer) = value.and_then(Node::parent).filter(|o| *o != node) else { continue };
            found.push((signature_id(node, 0), signature_id(outer, 0)));
        }
    }
    for (id, of) in found {
        if let Some(s) = facts.signatures.iter_mut().find(|s| s.id == id && s.counter_of.is_none()) {
            s.counter_of = Some(of);
        }
    }
}
