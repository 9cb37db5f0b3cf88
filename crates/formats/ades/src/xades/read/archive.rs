//! What archive time stamps are over (EN 319 132-1 clause 5.5.2; TS 101 903 v1.3.2 clause 7.7 for those of its namespace).

use pki::{DigestAlgorithm, Digester};
use xml::{
    C14n, Canonicaliser as _, Node, NodeId,
    dsig::{Reference, Signature, Target},
};

use super::{Objects, children, content, is, references::Lookup, stamps};
use crate::{
    facts::{ObjectId, SignatureFacts, TimestampKind},
    xades::XADES141,
};

/// Most archive time stamps of one signature: each is over everything before it.
const MAX_ARCHIVE: usize = 64;

/// Which unsigned properties and objects the stamp is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Everything before it, all objects but the one with the properties.
    Current,
    /// Everything before it but properties of the later namespace, objects that no reference leads to.
    Older,
    /// Everything before it, objects that no reference leads to.
    Mixed,
}

/// Reads an `ArchiveTimeStamp` of either namespace.
pub(super) fn read(
    p: Node<'_, '_>,
    all: Node<'_, '_>,
    signature: &Signature<'_, '_>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    let earlier = facts.timestamps.iter().filter(|t| t.kind == TimestampKind::Archive).count();
    let explicit = stamps::explicit(p).is_some();
    if earlier >= MAX_ARCHIVE || explicit {
        return stamps::read(p, TimestampKind::Archive, 1, |_, _, _| None, Vec::new(), facts);
    }
    let rules: &[Rule] = if p.namespace() == XADES141 {
        &[Rule::Current, Rule::Mixed]
    } else {
        &[Rule::Older, Rule::Current, Rule::Mixed]
    };
    let mut covers = covered(all, Some(p.id()), signature, objects, facts);
    let mut lookup = Lookup::new(signature, objects);
    if rules.first() == Some(&Rule::Older) {
        // What the later namespace holds is not covered under the older rule.
        let later = all.children().take_while(|n| *n != p).filter(|n| n.namespace() == XADES141);
        let ids: Vec<ObjectId> = later.flat_map(carried).collect();
        covers.retain(|id| !ids.contains(id));
    }
    let imprint = |c14n: &C14n, d: DigestAlgorithm, variant: usize| {
        compute(signature, all, Some(p.id()), c14n, d, &mut lookup, *rules.get(variant)?)
    };
    stamps::read(p, TimestampKind::Archive, rules.len(), imprint, covers, facts);
}

/// The objects that something over the signature and everything before the property `end` covers. `facts` has been read up to there.
pub(super) fn covered(
    all: Node<'_, '_>,
    end: Option<NodeId>,
    signature: &Signature<'_, '_>,
    objects: &mut dyn Objects,
    facts: &SignatureFacts,
) -> Vec<ObjectId> {
    let mut covers = facts.objects();
    let records = facts.evidence.iter().flat_map(|e| &e.stamps);
    covers.extend(facts.timestamps.iter().chain(records).flat_map(|t| stamps::inside(&t.token)));
    let counters = all.children().take_while(|n| Some(n.id()) != end).filter(|n| is(*n, "CounterSignature"));
    covers.extend(counters.flat_map(carried));
    let mut lookup = Lookup::new(signature, objects);
    covers.extend(signature.signed_info.references.iter().filter_map(|r| content::data(signature, r, &mut lookup)));
    covers.sort_unstable();
    covers.dedup();
    covers
}

/// All base64 objects below a property: values of signatures, certificates, status information, tokens.
fn carried(p: Node<'_, '_>) -> Vec<ObjectId> {
    const HOLDERS: [&str; 7] = [
        "SignatureValue",
        "X509Certificate",
        "X509CRL",
        "EncapsulatedX509Certificate",
        "EncapsulatedCRLValue",
        "EncapsulatedOCSPValue",
        "EncapsulatedTimeStamp",
    ];
    let holders = p.descendants().filter(|n| HOLDERS.contains(&n.local()));
    holders.filter_map(super::unsigned::encapsulated).map(|der| ObjectId::of(&der)).collect()
}

/// What the next `xadesv141:ArchiveTimeStamp` must be over. `all` are the unsigned signature properties.
pub(crate) fn imprint(
    signature: &Signature<'_, '_>,
    all: Node<'_, '_>,
    c14n: &C14n,
    method: DigestAlgorithm,
    objects: &mut dyn Objects,
) -> Option<Vec<u8>> {
    compute(signature, all, None, c14n, method, &mut Lookup::new(signature, objects), Rule::Current)
}

fn compute(
    signature: &Signature<'_, '_>,
    all: Node<'_, '_>,
    stamp: Option<NodeId>,
    c14n: &C14n,
    method: DigestAlgorithm,
    lookup: &mut Lookup<'_>,
    rule: Rule,
) -> Option<Vec<u8>> {
    let doc = signature.node.document();
    let mut digester = Digester::new(method);
    for reference in &signature.signed_info.references {
        content::feed(signature, reference, c14n, lookup, &mut digester)?;
    }
    let referenced = |o: Node<'_, '_>| {
        let leads =
            |r: &Reference<'_, '_>| matches!(r.target(), Ok(Target::Element(id)) if o.attribute("Id") == Some(id));
        signature.signed_info.references.iter().any(leads)
    };
    let own = |o: &Node<'_, '_>| children(*o, "QualifyingProperties").next().is_none();
    let taken = |o: &Node<'_, '_>| own(o) && (rule == Rule::Current || !referenced(*o));
    let fixed = [Some(signature.signed_info.node), Some(signature.value_node), signature.key_info];
    let before = all.children().take_while(|n| Some(n.id()) != stamp);
    let before = before.filter(|n| rule != Rule::Older || n.namespace() != XADES141);
    let rest = signature.objects.iter().copied().filter(taken);
    for node in fixed.into_iter().flatten().chain(before).chain(rest) {
        c14n.write(doc, Some(node.id()), &[], &mut digester).ok()?;
    }
    Some(digester.finish())
}
