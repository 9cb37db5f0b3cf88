//! Evidence records in `SealingEvidenceRecords` (TS 119 132-3 clause 5): over the signature as it stood before that property.

use pki::{DigestAlgorithm, Digester};
use xml::{
    C14n, Canonicaliser as _, Node, NodeId,
    dsig::{DS, Reference, Signature, Target},
};

use super::{
    Objects, archive, children, content, defect,
    references::{Lookup, MANIFEST},
    unsigned::encapsulated,
};
use crate::{
    evidence::{ERS, EvidenceError, Form, Record, Subject, broken, list_hash, read_over},
    facts::{EvidenceForm, SignatureFacts},
    xades::SEALING,
};

/// Most records of one signature: each is over everything before it.
const MAX_RECORDS: usize = 16;
/// Most references in the manifests that a record is over.
const MAX_ENTRIES: usize = 20_000;

/// Most of them into the document itself: each may canonicalise all of it.
const MAX_INSIDE: usize = 64;

/// Whether this is the property with records.
pub(crate) fn is_sealing(p: Node<'_, '_>) -> bool {
    p.is(SEALING, "SealingEvidenceRecords")
}

/// Reads the records of the property `p` among `all`.
pub(super) fn read(
    p: Node<'_, '_>,
    all: Node<'_, '_>,
    signature: &Signature<'_, '_>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    let covers = archive::covered(all, Some(p.id()), signature, objects, facts);
    for node in p.children() {
        if facts.evidence.len() >= MAX_RECORDS {
            facts.defects.push(defect("evidence.too-many", MAX_RECORDS.to_string(), false));
            return;
        }
        let record = match record(node) {
            Some(record) => record,
            None => {
                facts.defects.push(defect("xades.unknown-property", node.local(), false));
                continue;
            }
        };
        facts.evidence.push(match record {
            Ok(record) => {
                let of = |method, _: &C14n| seal(signature, Some(all), Some(p.id()), method, objects);
                let forms = vec![Form::new(&record, covers.clone(), of)];
                read_over(&record, &[Subject { name: facts.id.clone(), forms }], Vec::new())
            }
            Err((form, bytes, e)) => broken(form, &bytes, &e),
        });
    }
}

type Broken = (EvidenceForm, Vec<u8>, EvidenceError);

/// The record in a child of the property; `None`: it is something else.
pub(crate) fn record(node: Node<'_, '_>) -> Option<Result<Record, Broken>> {
    if node.is(ERS, "EvidenceRecord") {
        let bytes = || C14n::EXCLUSIVE.subtree(node.document(), node.id()).unwrap_or_default();
        return Some(Record::within(node).map_err(|e| (EvidenceForm::XmlErs, bytes(), e)));
    }
    if !node.is(SEALING, "ASN1EvidenceRecord") {
        return None;
    }
    let bytes = encapsulated(node).unwrap_or_default();
    let read = Record::read(&bytes).and_then(|r| match r.form {
        EvidenceForm::Ers => Ok(r),
        EvidenceForm::XmlErs => Err(EvidenceError::Malformed("XML for ASN.1")),
    });
    Some(read.map_err(|e| (EvidenceForm::Ers, bytes, e)))
}

/// What a record is over: the digests of all parts of the signature before the property `end`, put together as those of one group.
pub(crate) fn seal(
    signature: &Signature<'_, '_>,
    all: Option<Node<'_, '_>>,
    end: Option<NodeId>,
    method: DigestAlgorithm,
    objects: &mut dyn Objects,
) -> Option<Vec<u8>> {
    let c14n = &signature.signed_info.c14n;
    let doc = signature.node.document();
    let mut lookup = Lookup::new(signature, objects);
    let mut digests = Vec::new();
    for reference in &signature.signed_info.references {
        digests.push(referenced(signature, reference, c14n, method, &mut lookup)?);
    }
    let fixed = [Some(signature.signed_info.node), Some(signature.value_node), signature.key_info];
    let before = all.into_iter().flat_map(Node::children).take_while(|n| Some(n.id()) != end);
    let rest = signature.objects.iter().copied().filter(|o| children(*o, "QualifyingProperties").next().is_none());
    for node in fixed.into_iter().flatten().chain(before).chain(rest) {
        let mut digester = Digester::new(method);
        c14n.write(doc, Some(node.id()), &[], &mut digester).ok()?;
        digests.push(digester.finish());
    }
    // The objects of signed manifests; a manifest in a manifest stands for its own.
    let mut open: Vec<Node<'_, '_>> = signature.signed_info.references.iter().flat_map(entries).collect();
    open.reverse();
    let mut left = MAX_ENTRIES;
    let mut inside = 0;
    while let Some(node) = open.pop() {
        left = left.checked_sub(1)?;
        let reference = Reference::read(node).ok()?;
        let inner = entries(&reference);
        if open.len() + inner.len() > left {
            return None;
        }
        if matches!(reference.target(), Ok(Target::Document | Target::Element(_))) {
            inside += 1;
        }
        if inside > MAX_INSIDE {
            return None;
        }
        if inner.is_empty() {
            digests.push(referenced(signature, &reference, c14n, method, &mut lookup)?);
        }
        open.extend(inner.into_iter().rev());
    }
    Some(list_hash(method, &digests.iter().map(Vec::as_slice).collect::<Vec<_>>()))
}

fn referenced(
    signature: &Signature<'_, '_>,
    reference: &Reference<'_, '_>,
    c14n: &C14n,
    method: DigestAlgorithm,
    lookup: &mut Lookup<'_>,
) -> Option<Vec<u8>> {
    let mut digester = Digester::new(method);
    content::feed(signature, reference, c14n, lookup, &mut digester)?;
    Some(digester.finish())
}

/// The references of a manifest that is signed.
fn entries<'d, 'a>(reference: &Reference<'d, 'a>) -> Vec<Node<'d, 'a>> {
    let Ok(Target::Element(id)) = reference.target() else { return Vec::new() };
    let Some(node) = reference.document().by_id(id).filter(|_| reference.kind == Some(MANIFEST)) else {
        return Vec::new();
    };
    let manifest = if node.is(DS, "Manifest") { Some(node) } else { node.only(DS, "Manifest") };
    manifest.map(|m| m.children_named(DS, "Reference").collect()).unwrap_or_default()
}
