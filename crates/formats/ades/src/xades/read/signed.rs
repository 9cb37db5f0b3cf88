use std::collections::HashMap;

use jiff::Timestamp;
use xml::{
    Node,
    dsig::{Reference, Signature},
};

use super::{Objects, certificate, content, defect, is, names::is_xades, objects::locate, only, policy};
use crate::facts::SignatureFacts;

/// Reads signed properties, which must have been found signed.
pub(super) fn read(
    properties: Node<'_, '_>,
    signature: &Signature<'_, '_>,
    qualifying: Option<Node<'_, '_>>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    for part in properties.children() {
        if is(part, "SignedSignatureProperties") {
            signature_properties(part, signature, qualifying, facts);
        } else if is(part, "SignedDataObjectProperties") {
            data_properties(part, signature, objects, facts);
        } else {
            unknown(part, facts);
        }
    }
    if facts.claimed_time.is_none() {
        facts.defects.push(defect("xades.no-signing-time", facts.id.clone(), false));
    }
    if facts.certificate_reference_matches.is_none() {
        facts.signing_certificate = facts.certificates.first().cloned();
    }
}

fn unknown(node: Node<'_, '_>, facts: &mut SignatureFacts) {
    facts.defects.push(defect("xades.unknown-property", node.local(), false));
}

fn signature_properties(
    part: Node<'_, '_>,
    signature: &Signature<'_, '_>,
    qualifying: Option<Node<'_, '_>>,
    facts: &mut SignatureFacts,
) {
    let mut references = Vec::new();
    for p in part.children() {
        match (is_xades(p), p.local()) {
            (true, "SigningTime") => facts.claimed_time = date_time(&p.text()),
            (true, "SigningCertificate" | "SigningCertificateV2") => references.push(p),
            (true, "SignerRole" | "SignerRoleV2") => policy::roles(p, facts),
            (true, "SignatureProductionPlace" | "SignatureProductionPlaceV2") => facts.place = policy::place(p),
            (true, "SignaturePolicyIdentifier") => facts.policy = Some(policy::read(p, qualifying)),
            _ => unknown(p, facts),
        }
    }
    match references.as_slice() {
        [] => {}
        [one] => certificate::read(*one, signature, facts),
        // Both editions beside each other are allowed when they name one certificate; two of one edition are not.
        [first, second] if first.local() != second.local() => {
            certificate::read(*first, signature, facts);
            let named = (facts.signing_certificate.clone(), facts.certificate_reference_matches);
            certificate::read(*second, signature, facts);
            if named != (facts.signing_certificate.clone(), facts.certificate_reference_matches) {
                facts.defects.push(defect("xades.several-signing-certificates", facts.id.clone(), true));
            }
        }
        _ => facts.defects.push(defect("xades.several-signing-certificates", facts.id.clone(), true)),
    }
}

/// An `xs:dateTime`; without an offset it is taken as UTC.
fn date_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
}

fn data_properties(
    part: Node<'_, '_>,
    signature: &Signature<'_, '_>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    let named = signature.signed_info.references.iter().filter_map(|r| r.node.attribute("Id").map(|id| (id, r)));
    let by_id: HashMap<&str, &Reference<'_, '_>> = named.collect();
    for p in part.children() {
        match (is_xades(p), p.local()) {
            (true, "DataObjectFormat") => format(p, &by_id, objects, facts),
            (true, "CommitmentTypeIndication") => policy::commitment(p, facts),
            (true, "AllDataObjectsTimeStamp" | "IndividualDataObjectsTimeStamp") => {
                content::read(p, signature, objects, facts);
            }
            _ => unknown(p, facts),
        }
    }
}

/// The media type must belong to a reference, and be that of the manifest.
fn format(
    node: Node<'_, '_>,
    by_id: &HashMap<&str, &Reference<'_, '_>>,
    objects: &dyn Objects,
    facts: &mut SignatureFacts,
) {
    let id = node.attribute("ObjectReference").and_then(|r| r.strip_prefix('#')).unwrap_or_default();
    let Some(reference) = by_id.get(id) else {
        facts.defects.push(defect("xades.data-object-format", format!("#{id}"), false));
        return;
    };
    let named = only(node, "MimeType").map(|m| m.text().trim().to_owned()).unwrap_or_default();
    let name = reference.uri.and_then(|uri| locate(uri, objects)).unwrap_or_default();
    let listed = objects.media_type(&name).unwrap_or_default();
    if !named.is_empty() && !listed.is_empty() && !named.eq_ignore_ascii_case(listed) {
        facts.defects.push(defect("asic.media-type", name, false));
    }
}
