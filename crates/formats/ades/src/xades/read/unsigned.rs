use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::DigestAlgorithm;
use xml::{C14n, Node, dsig::Signature};

use super::{Objects, archive, children, defect, evidence, is, names::is_xades, refs, stamps};
use crate::facts::{SignatureFacts, TimestampKind};

/// Reads unsigned properties of the signature, in their order: what a time stamp covers is what stands before it.
pub(super) fn read(
    signature: &Signature<'_, '_>,
    qualifying: Node<'_, '_>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    let parts = children(qualifying, "UnsignedProperties").flat_map(Node::children);
    for part in parts {
        if !is(part, "UnsignedSignatureProperties") {
            facts.defects.push(defect("xades.unknown-property", part.local(), false));
            continue;
        }
        for p in part.children() {
            property(p, part, signature, objects, facts);
        }
    }
}

fn property(
    p: Node<'_, '_>,
    all: Node<'_, '_>,
    signature: &Signature<'_, '_>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    if evidence::is_sealing(p) {
        return evidence::read(p, all, signature, objects, facts);
    }
    if refs::is_refs(p) {
        return;
    }
    match (is_xades(p), p.local()) {
        (true, "SignatureTimeStamp") => signature_stamp(p, signature, facts),
        (true, "SigAndRefsTimeStamp" | "SigAndRefsTimeStampV2" | "RefsOnlyTimeStamp" | "RefsOnlyTimeStampV2") => {
            refs::read(p, all, signature, facts);
        }
        (true, "ArchiveTimeStamp" | "ArchiveTimeStampV2") => archive::read(p, all, signature, objects, facts),
        (
            true,
            "CertificateValues"
            | "AttrAuthoritiesCertValues"
            | "RevocationValues"
            | "AttributeRevocationValues"
            | "TimeStampValidationData"
            | "AnyValidationData",
        ) => values(p, facts),
        // Counter-signatures are signatures of their own; the policy document is read with the policy.
        (true, "CounterSignature" | "SignaturePolicyStore") => {}
        _ => facts.defects.push(defect("xades.unknown-property", p.local(), false)),
    }
}

fn signature_stamp(p: Node<'_, '_>, signature: &Signature<'_, '_>, facts: &mut SignatureFacts) {
    let doc = signature.node.document();
    let explicit = stamps::explicit(p);
    let only_value = explicit.as_ref().is_none_or(|l| l.iter().all(|(n, _)| *n == signature.value_node));
    let imprint = |c14n: &C14n, d: DigestAlgorithm, _: usize| match &explicit {
        None => signature.value_bytes(c14n).ok().map(|b| d.of(&b)),
        Some(list) if list.is_empty() || !only_value => None,
        Some(list) => stamps::digest_of(list.iter().map(|(n, c)| (n.id(), c.clone())), doc, c14n, d),
    };
    stamps::read(p, TimestampKind::Signature, 1, imprint, vec![facts.value], facts);
}

fn values(p: Node<'_, '_>, facts: &mut SignatureFacts) {
    for node in p.descendants().filter(|n| is_xades(*n)) {
        let list = match node.local() {
            "EncapsulatedX509Certificate" => &mut facts.certificates,
            "EncapsulatedCRLValue" => &mut facts.crls,
            "EncapsulatedOCSPValue" => &mut facts.ocsps,
            _ => continue,
        };
        match encapsulated(node) {
            Some(der) if !list.contains(&der) => list.push(der),
            Some(_) => {}
            None => facts.defects.push(defect("xades.value-encoding", node.local(), false)),
        }
    }
}

/// Base64 in the form of an encapsulated object.
pub(crate) fn encapsulated(node: Node<'_, '_>) -> Option<Vec<u8>> {
    let encoding = node.attribute("Encoding").unwrap_or_default();
    let known = encoding.is_empty() || encoding.ends_with("#DER") || encoding.ends_with("#BER");
    if !known || node.children().next().is_some() {
        return None;
    }
    let text: String = node.text().chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(text).ok()
}
