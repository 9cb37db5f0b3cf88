use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use pki::Certificate;
use xml::{
    Node,
    dsig::{DS, Signature, base64_text, digest_from_uri},
};

use super::{Objects, defect, stamps};
use crate::{
    facts::{SignatureFacts, TimestampKind},
    xades::XADES,
};

/// Reads signed properties, which must have been found signed.
pub(super) fn read(
    properties: Node<'_, '_>,
    signature: &Signature<'_, '_>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    for part in properties.children() {
        if part.is(XADES, "SignedSignatureProperties") {
            signature_properties(part, facts);
        } else if part.is(XADES, "SignedDataObjectProperties") {
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

fn signature_properties(part: Node<'_, '_>, facts: &mut SignatureFacts) {
    let mut references = Vec::new();
    for p in part.children() {
        match (p.namespace(), p.local()) {
            (XADES, "SigningTime") => facts.claimed_time = date_time(&p.text()),
            (XADES, "SigningCertificate" | "SigningCertificateV2") => references.push(p),
            (XADES, "SignerRole" | "SignerRoleV2") => {
                let claimed = p.descendants().filter(|n| n.is(XADES, "ClaimedRole"));
                facts.roles.extend(claimed.map(|r| r.text().trim().to_owned()));
            }
            (XADES, "SignatureProductionPlace" | "SignatureProductionPlaceV2") => {}
            (XADES, "SignaturePolicyIdentifier") => {
                facts.defects.push(defect("xades.signature-policy", facts.id.clone(), false));
            }
            _ => unknown(p, facts),
        }
    }
    match references.as_slice() {
        [one] => signing_certificate(*one, facts),
        [] => {}
        _ => facts.defects.push(defect("xades.several-signing-certificates", facts.id.clone(), true)),
    }
}

/// An `xs:dateTime`; without an offset it is taken as UTC.
fn date_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
}

/// The first `Cert` names the signer's certificate.
fn signing_certificate(node: Node<'_, '_>, facts: &mut SignatureFacts) {
    facts.certificate_reference_matches = Some(false);
    facts.signing_certificate = facts.certificates.first().cloned();
    let Some(cert) = node.children_named(XADES, "Cert").next() else { return };
    let Some((algorithm, value)) = cert.only(XADES, "CertDigest").and_then(cert_digest) else { return };
    let found = facts.certificates.iter().find(|der| algorithm.of(der) == value);
    let Some(certificate) = found.and_then(|der| Certificate::from_der(der).ok()) else { return };
    facts.signing_certificate = Some(certificate.der().to_vec());
    let serial = issuer_serial(cert, &certificate);
    if serial == Some(false) {
        facts.defects.push(defect("xades.issuer-serial", facts.id.clone(), false));
    }
    facts.certificate_reference_matches = Some(true);
}

fn cert_digest(node: Node<'_, '_>) -> Option<(pki::DigestAlgorithm, Vec<u8>)> {
    let algorithm = digest_from_uri(node.only(DS, "DigestMethod")?.attribute("Algorithm")?)?;
    Some((algorithm, base64_text(node.only(DS, "DigestValue")?).ok()?))
}

/// Whether the issuer and serial number named beside the digest are those of the certificate.
fn issuer_serial(cert: Node<'_, '_>, certificate: &Certificate) -> Option<bool> {
    if let Some(v2) = cert.only(XADES, "IssuerSerialV2") {
        let named = base64_text(v2).unwrap_or_default();
        return Some(named == certificate.issuer_serial() || same_serial(&named, certificate));
    }
    let v1 = cert.only(XADES, "IssuerSerial")?;
    let number = v1.only(DS, "X509SerialNumber")?.text().trim().to_owned();
    Some(number == decimal(certificate.serial()))
}

/// Names may be encoded otherwise than in the certificate: the serial number decides beside the digest.
fn same_serial(named: &[u8], certificate: &Certificate) -> bool {
    let mut tail = vec![2u8, u8::try_from(certificate.serial().len()).unwrap_or(0)];
    tail.extend(certificate.serial());
    named.ends_with(&tail)
}

/// A positive big-endian number in decimal.
fn decimal(bytes: &[u8]) -> String {
    let mut digits = vec![0u8];
    for b in bytes {
        let mut carry = u32::from(*b);
        for d in &mut digits {
            carry += u32::from(*d) * 256;
            *d = u8::try_from(carry % 10).unwrap_or(0);
            carry /= 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
        }
    }
    digits.iter().rev().map(|d| char::from(b'0' + d)).collect()
}

fn data_properties(
    part: Node<'_, '_>,
    signature: &Signature<'_, '_>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    for p in part.children() {
        match (p.namespace(), p.local()) {
            (XADES, "DataObjectFormat") => format(p, signature, objects, facts),
            (XADES, "CommitmentTypeIndication") => {}
            (XADES, "AllDataObjectsTimeStamp" | "IndividualDataObjectsTimeStamp") => {
                stamps::read(p, TimestampKind::Content, |_, _| None, facts);
            }
            _ => unknown(p, facts),
        }
    }
}

/// The media type must belong to a reference, and be that of the manifest.
fn format(node: Node<'_, '_>, signature: &Signature<'_, '_>, objects: &dyn Objects, facts: &mut SignatureFacts) {
    let id = node.attribute("ObjectReference").and_then(|r| r.strip_prefix('#')).unwrap_or_default();
    let reference = signature.signed_info.references.iter().find(|r| r.node.attribute("Id") == Some(id));
    let Some(reference) = reference else {
        facts.defects.push(defect("xades.data-object-format", format!("#{id}"), false));
        return;
    };
    let uri = reference.uri.unwrap_or_default();
    let named = node.only(XADES, "MimeType").map(|m| m.text().trim().to_owned()).unwrap_or_default();
    let name = super::objects::locate(uri, objects).unwrap_or_default();
    let listed = objects.media_type(&name).unwrap_or_default();
    if !named.is_empty() && !listed.is_empty() && !named.eq_ignore_ascii_case(listed) {
        facts.defects.push(defect("asic.media-type", name, false));
    }
}

/// Base64 in the form of an encapsulated object.
pub(super) fn encapsulated(node: Node<'_, '_>) -> Option<Vec<u8>> {
    let encoding = node.attribute("Encoding").unwrap_or_default();
    let known = encoding.is_empty() || encoding.ends_with("#DER") || encoding.ends_with("#BER");
    if !known || node.children().next().is_some() {
        return None;
    }
    let text: String = node.text().chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(text).ok()
}
