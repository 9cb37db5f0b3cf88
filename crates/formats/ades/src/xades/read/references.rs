use xml::{
    Node, NodeId,
    dsig::{DS, DsigError, Reference, Signature, Target, Transform},
};

use super::{Objects, defect, objects::locate};
use crate::{
    facts::{Coverage, Covered, ReferenceFacts, SignatureFacts},
    xades::SIGNED_PROPERTIES,
};

/// Most references into the document of the signature itself: each may canonicalise all of it.
const MAX_INTERNAL: usize = 32;

/// Processes all references; whether one of them signs `properties`.
pub(super) fn read(
    signature: &Signature<'_, '_>,
    properties: Option<Node<'_, '_>>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) -> bool {
    let mut signed = false;
    let mut internals = 0;
    for reference in &signature.signed_info.references {
        let found = match reference.target() {
            Ok(Target::External(uri)) => external(reference, uri, objects, facts),
            Ok(_) if internals >= MAX_INTERNAL => {
                facts.defects.push(defect("xades.too-many-references", facts.id.clone(), false));
                missing(reference)
            }
            Ok(_) => {
                internals += 1;
                internal(reference, signature, properties.map(Node::id), facts)
            }
            Err(e) => {
                facts.defects.push(defect(e.code(), e.to_string(), false));
                missing(reference)
            }
        };
        signed |= found.properties && found.intact;
        facts.references.push(found);
    }
    signed
}

fn missing(reference: &Reference<'_, '_>) -> ReferenceFacts {
    ReferenceFacts {
        object: reference.uri.unwrap_or_default().to_owned(),
        digest: Some(reference.digest),
        found: false,
        intact: false,
        properties: false,
    }
}

fn external(
    reference: &Reference<'_, '_>,
    uri: &str,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) -> ReferenceFacts {
    let mut found = missing(reference);
    if reference.kind == Some(SIGNED_PROPERTIES) {
        facts.defects.push(defect("xades.wrapped-properties", uri, true));
        return found;
    }
    if !reference.is_plain() {
        facts.defects.push(defect("xades.transform", uri, false));
        return found;
    }
    let Some(name) = locate(uri, objects) else { return found };
    found.object.clone_from(&name);
    match objects.digest(&name, reference.digest) {
        Ok(digest) => {
            found.found = true;
            found.intact = digest == reference.value;
            facts.scope.push(Covered { name, covered: Coverage::Full });
        }
        Err(d) => facts.defects.push(d),
    }
    found
}

fn internal(
    reference: &Reference<'_, '_>,
    signature: &Signature<'_, '_>,
    properties: Option<NodeId>,
    facts: &mut SignatureFacts,
) -> ReferenceFacts {
    let mut found = missing(reference);
    let resolved = match reference.resolve(signature.node) {
        Ok(r) => r,
        Err(e) => {
            if !matches!(e, DsigError::Unresolved(_)) {
                facts.defects.push(defect(e.code(), e.to_string(), matches!(e, DsigError::Structure(_))));
            }
            return found;
        }
    };
    match reference.digest_of(&resolved) {
        Ok(digest) => {
            found.found = true;
            found.intact = digest == reference.value;
        }
        Err(e) => {
            facts.defects.push(defect(e.code(), e.to_string(), false));
            return found;
        }
    }
    let is_properties = resolved.apex.is_some() && resolved.apex == properties;
    let claims = reference.kind == Some(SIGNED_PROPERTIES);
    match (is_properties, claims) {
        (true, true) => {
            found.properties = reference.transforms.iter().all(|t| matches!(t, Transform::C14n(_)));
            if !found.properties {
                facts.defects.push(defect("xades.properties-transform", found.object.clone(), true));
            }
        }
        (true, false) => facts.defects.push(defect("xades.reference-type", found.object.clone(), false)),
        (false, true) => facts.defects.push(defect("xades.wrapped-properties", found.object.clone(), true)),
        (false, false) => data(reference, signature, &resolved, facts),
    }
    found
}

/// A reference to data in the same document.
fn data(
    reference: &Reference<'_, '_>,
    signature: &Signature<'_, '_>,
    resolved: &xml::dsig::Resolved,
    facts: &mut SignatureFacts,
) {
    let uri = reference.uri.unwrap_or_default();
    if reference.kind == Some("http://www.w3.org/2000/09/xmldsig#Manifest") {
        facts.defects.push(defect("xades.manifest", uri, false));
        return;
    }
    let node = resolved.apex.and_then(|id| reference.document().node(id));
    let own = |n: Node<'_, '_>| n.is_within(signature.node.id());
    match node {
        Some(n) if own(n) && !n.is(DS, "Object") => {}
        Some(n) => {
            let name = n.attribute("Id").map_or_else(|| n.local().to_owned(), |id| format!("#{id}"));
            facts.scope.push(Covered { name, covered: Coverage::Full });
        }
        None => facts.scope.push(Covered { name: "XML".to_owned(), covered: Coverage::Full }),
    }
}
