//! References to validation material by digest (EN 319 132-1 clause 5.4, annex A), and time stamps over them.

use pki::DigestAlgorithm;
use xml::{C14n, Node, NodeId, dsig::Signature};

use super::{certificate, is, names::is_xades, stamps};
use crate::facts::{ObjectId, SignatureFacts, TimestampKind};

/// Names of the properties that refer to material.
const REFS: [&str; 6] = [
    "CompleteCertificateRefs",
    "CompleteCertificateRefsV2",
    "CompleteRevocationRefs",
    "AttributeCertificateRefs",
    "AttributeCertificateRefsV2",
    "AttributeRevocationRefs",
];

pub(super) fn is_refs(p: Node<'_, '_>) -> bool {
    is_xades(p) && REFS.contains(&p.local())
}

/// A `SigAndRefsTimeStamp(V2)` or `RefsOnlyTimeStamp(V2)`.
pub(super) fn read(p: Node<'_, '_>, all: Node<'_, '_>, signature: &Signature<'_, '_>, facts: &mut SignatureFacts) {
    let doc = signature.node.document();
    let with_value = p.local().starts_with("SigAndRefs");
    let before: Vec<Node<'_, '_>> = all.children().take_while(|n| *n != p).collect();
    let stamped = |n: &Node<'_, '_>| is_refs(*n) || (with_value && is(*n, "SignatureTimeStamp"));
    let value = with_value.then_some(signature.value_node.id());
    let by_place: Vec<NodeId> = value.into_iter().chain(before.iter().filter(|n| stamped(n)).map(|n| n.id())).collect();
    // The first editions listed the kinds in a fixed order.
    let kinds = std::iter::once("SignatureTimeStamp").chain(REFS);
    let of_kind = |k: &'static str| before.iter().filter(move |n| stamped(n) && n.local() == k).map(|n| n.id());
    let by_kind: Vec<NodeId> = value.into_iter().chain(kinds.flat_map(of_kind)).collect();
    let explicit = stamps::explicit(p);
    let covers = covers(&before, with_value, explicit.as_deref(), signature, facts);
    let imprint = |c14n: &C14n, d: DigestAlgorithm, variant: usize| match &explicit {
        Some(list) if list.is_empty() => None,
        Some(list) => stamps::digest_of(list.iter().map(|(n, c)| (n.id(), c.clone())), doc, c14n, d),
        None => {
            let nodes = if variant == 0 { &by_place } else { &by_kind };
            stamps::digest_of(nodes.iter().map(|n| (*n, None)), doc, c14n, d)
        }
    };
    stamps::read(p, TimestampKind::ValidationData, 2, imprint, covers, facts);
}

/// Objects whose digests stand in the stamped references; with the value also it and the tokens over it.
fn covers(
    before: &[Node<'_, '_>],
    with_value: bool,
    explicit: Option<&[(Node<'_, '_>, Option<C14n>)]>,
    signature: &Signature<'_, '_>,
    facts: &SignatureFacts,
) -> Vec<ObjectId> {
    let named = |n: &Node<'_, '_>| explicit.is_none_or(|l| l.iter().any(|(e, _)| e == n));
    let mut found = Vec::new();
    if with_value && named(&signature.value_node) {
        found.push(facts.value);
    }
    if with_value && explicit.is_none() {
        let stamps = facts.timestamps.iter().filter(|t| t.kind == TimestampKind::Signature);
        found.extend(stamps.map(|t| ObjectId::of(&t.token)));
    }
    let digests = before.iter().filter(|n| is_refs(**n) && named(n)).flat_map(|n| n.descendants());
    for (algorithm, value) in digests.filter_map(certificate::digest).take(MAX_REFS) {
        found.extend(ObjectId::referred(algorithm, &value, facts.material()));
    }
    found
}

/// References looked up.
const MAX_REFS: usize = 200;
