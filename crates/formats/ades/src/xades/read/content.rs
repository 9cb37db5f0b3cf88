//! Time stamps over data before signing (EN 319 132-1 clauses 5.2.8.1 and 5.2.8.2).

use pki::{DigestAlgorithm, Digester};
use xml::{
    C14n, Node,
    dsig::{Reference, Signature, Target},
};

use super::{Objects, children, is, names::is_properties_type, references::Lookup, stamps};
use crate::facts::{ObjectId, SignatureFacts, TimestampKind};

pub(super) fn read(
    p: Node<'_, '_>,
    signature: &Signature<'_, '_>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    let all = is(p, "AllDataObjectsTimeStamp");
    let included: Vec<&str> = children(p, "Include").filter_map(|i| i.attribute("URI")?.strip_prefix('#')).collect();
    let stamped: Vec<&Reference<'_, '_>> = signature
        .signed_info
        .references
        .iter()
        .filter(|r| !is_properties_type(r.kind))
        .filter(|r| all || r.node.attribute("Id").is_some_and(|id| included.contains(&id)))
        .collect();
    let mut lookup = Lookup::new(signature, objects);
    let mut covers = Vec::new();
    for r in &stamped {
        covers.extend(data(signature, r, &mut lookup));
    }
    let complete = all || (!included.is_empty() && included.len() == stamped.len());
    let imprint = |c14n: &C14n, d: DigestAlgorithm, _: usize| {
        let mut digester = Digester::new(d);
        for r in &stamped {
            feed(signature, r, c14n, &mut lookup, &mut digester)?;
        }
        complete.then(|| digester.finish())
    };
    stamps::read(p, TimestampKind::Content, 1, imprint, covers, facts);
}

/// Feeds what a reference of `SignedInfo` leads to, after its transforms; `c14n` where none gives octets.
pub(super) fn feed(
    signature: &Signature<'_, '_>,
    reference: &Reference<'_, '_>,
    c14n: &C14n,
    lookup: &mut Lookup<'_>,
    digester: &mut Digester,
) -> Option<()> {
    match reference.target() {
        Ok(Target::Document | Target::Element(_)) => {
            let resolved = reference.resolve(signature.node).ok()?;
            reference.write_to(&resolved, c14n, digester).ok()
        }
        _ => {
            let name = lookup.name(reference)?;
            lookup.feed(reference, &name, digester).ok()
        }
    }
}

/// The data object of a reference, by its SHA-256.
pub(super) fn data(
    signature: &Signature<'_, '_>,
    reference: &Reference<'_, '_>,
    lookup: &mut Lookup<'_>,
) -> Option<ObjectId> {
    match reference.target() {
        Ok(Target::Document | Target::Element(_)) => {
            let resolved = reference.resolve(signature.node).ok()?;
            let mut digester = Digester::new(DigestAlgorithm::Sha256);
            reference.write_to(&resolved, &C14n::V10, &mut digester).ok()?;
            ObjectId::from_digest(&digester.finish())
        }
        _ => {
            let name = lookup.name(reference)?;
            ObjectId::from_digest(&lookup.digest(reference, &name, DigestAlgorithm::Sha256).ok()?)
        }
    }
}
