use pki::{DigestAlgorithm, Digester};
use xml::{
    C14n, Canonicaliser as _, Node, NodeId,
    dsig::{Signature, Target},
};

use super::{Objects, defect, is_xades, objects::locate, signed::encapsulated, stamps};
use crate::{
    facts::{SignatureFacts, TimestampKind},
    xades::{XADES, XADES141},
};

/// Reads unsigned properties of the signature.
pub(super) fn read(
    signature: &Signature<'_, '_>,
    qualifying: Node<'_, '_>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    let parts = qualifying.children_named(XADES, "UnsignedProperties").flat_map(Node::children);
    for part in parts {
        if !part.is(XADES, "UnsignedSignatureProperties") {
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
    match (is_xades(p), p.local()) {
        (true, "SignatureTimeStamp") => {
            let imprint = |c14n: &C14n, d: DigestAlgorithm| signature.value_bytes(c14n).ok().map(|b| d.of(&b));
            stamps::read(p, TimestampKind::Signature, imprint, facts);
        }
        (true, "ArchiveTimeStamp") if p.namespace() == XADES141 && facts.timestamps.len() < MAX_ARCHIVE => {
            let imprint =
                |c14n: &C14n, d: DigestAlgorithm| archive_imprint(signature, all, Some(p.id()), c14n, d, objects);
            stamps::read(p, TimestampKind::Archive, imprint, facts);
        }
        (true, "ArchiveTimeStamp") => stamps::read(p, TimestampKind::Archive, |_, _| None, facts),
        (
            true,
            "CertificateValues" | "AttrAuthoritiesCertValues" | "RevocationValues" | "AttributeRevocationValues",
        )
        | (true, "TimeStampValidationData" | "AnyValidationData") => values(p, facts),
        (true, "CompleteCertificateRefs" | "CompleteCertificateRefsV2" | "CompleteRevocationRefs") => {}
        (true, "CounterSignature") => facts.defects.push(defect("xades.counter-signature", facts.id.clone(), false)),
        _ => facts.defects.push(defect("xades.unknown-property", p.local(), false)),
    }
}

fn values(p: Node<'_, '_>, facts: &mut SignatureFacts) {
    for node in p.descendants().filter(|n| n.namespace() == XADES) {
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

/// Most archive time stamps of one signature: each is over everything before it.
const MAX_ARCHIVE: usize = 32;

/// What an `xadesv141:ArchiveTimeStamp` without references of its own is over (EN 319 132-1 clause 5.5.2.2). `all` are the unsigned
/// signature properties; what stands before `stamp` among them is covered.
pub(crate) fn archive_imprint(
    signature: &Signature<'_, '_>,
    all: Node<'_, '_>,
    stamp: Option<NodeId>,
    c14n: &C14n,
    method: DigestAlgorithm,
    objects: &mut dyn Objects,
) -> Option<Vec<u8>> {
    let doc = signature.node.document();
    let mut digest = [Digester::new(method)];
    for reference in &signature.signed_info.references {
        match reference.target().ok()? {
            Target::External(uri) if reference.is_plain() => {
                let name = locate(uri, objects)?;
                objects.feed(&name, &mut digest).ok()?;
            }
            Target::External(_) => return None,
            _ => {
                let resolved = reference.resolve(signature.node).ok()?;
                let [digester] = &mut digest;
                reference.write_to(&resolved, c14n, digester).ok()?;
            }
        }
    }
    let [mut digester] = digest;
    let qualifying = all.parent().and_then(Node::parent);
    let own = |o: &&Node<'_, '_>| !qualifying.is_some_and(|q| q.is_within(o.id()));
    let fixed = [Some(signature.signed_info.node), Some(signature.value_node), signature.key_info];
    let before = all.children().take_while(|n| Some(n.id()) != stamp);
    let nodes = fixed.into_iter().flatten().chain(before).chain(signature.objects.iter().filter(own).copied());
    for node in nodes {
        c14n.write(doc, Some(node.id()), &[], &mut digester).ok()?;
    }
    Some(digester.finish())
}
