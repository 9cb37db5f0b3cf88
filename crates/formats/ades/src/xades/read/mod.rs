//! Reading XAdES signatures into facts.
//!
//! Nothing is believed because of its place alone: signed properties count only when the reference with their type leads to this very
//! element, and a certificate counts as the signer's only when the signed properties name its digest.

mod objects;
mod references;
mod signed;
mod stamps;
mod unsigned;

use pki::Certificate;
use xml::{
    Document, Limits, Node,
    dsig::{DS, DsigError, Signature},
};

pub(crate) use objects::decode_uri;
pub use objects::{Nothing, Objects};
pub(crate) use unsigned::archive_imprint;

use super::{XADES, XADES141};
use crate::facts::{Defect, FileFacts, Format, Level, ObjectId, SignatureFacts, TimestampKind};

pub(crate) fn defect(code: &'static str, object: impl Into<String>, fatal: bool) -> Defect {
    Defect { code, object: object.into(), fatal }
}

/// Reads an XML file that holds signatures: enveloped, enveloping or detached.
pub fn read_document(bytes: &[u8], objects: &mut dyn Objects) -> FileFacts {
    let mut facts = FileFacts::default();
    let text = match xml::decode(bytes) {
        Ok(text) => text,
        Err(e) => {
            facts.defects.push(defect(e.code(), "", true));
            return facts;
        }
    };
    let doc = match Document::parse(&text, &Limits::default()) {
        Ok(doc) => doc,
        Err(e) => {
            facts.defects.push(defect(e.code(), e.to_string(), true));
            return facts;
        }
    };
    facts.container = Some("XML");
    read_signatures(&doc, "", objects, &mut facts);
    facts
}

/// Most signatures of one file.
const MAX_SIGNATURES: usize = 500;

/// Reads all signatures of a document; those inside others (counter-signatures) are told as defects.
pub(crate) fn read_signatures(doc: &Document<'_>, file: &str, objects: &mut dyn Objects, facts: &mut FileFacts) {
    for id in doc.duplicate_ids() {
        facts.defects.push(defect("xades.duplicate-id", format!("{file}#{id}"), true));
    }
    let mut end = None;
    for node in doc.elements().filter(|n| n.is(DS, "Signature")) {
        if end.is_some_and(|outer| node.is_within(outer)) {
            facts.defects.push(defect("xades.nested-signature", file, false));
            continue;
        }
        if facts.signatures.len() >= MAX_SIGNATURES {
            facts.defects.push(defect("xades.too-many-signatures", file, true));
            return;
        }
        end = Some(node.id());
        let number = facts.signatures.len();
        facts.signatures.push(read_signature(node, number, objects));
    }
}

/// The one `xades:QualifyingProperties` of a signature.
fn qualifying<'d, 'a>(signature: &Signature<'d, 'a>, facts: &mut SignatureFacts) -> Option<Node<'d, 'a>> {
    let mut found = signature.objects.iter().flat_map(|o| o.children_named(XADES, "QualifyingProperties"));
    let first = found.next();
    if found.next().is_some() {
        facts.defects.push(defect("xades.several-properties", facts.id.clone(), true));
        return None;
    }
    let Some(node) = first else {
        facts.defects.push(defect("xades.no-properties", facts.id.clone(), false));
        return None;
    };
    let target = node.attribute("Target").and_then(|t| t.strip_prefix('#'));
    if target.is_none() || target != signature.node.attribute("Id") {
        facts.defects.push(defect("xades.target", facts.id.clone(), true));
        return None;
    }
    Some(node)
}

/// Reads one `ds:Signature`.
pub(crate) fn read_signature(node: Node<'_, '_>, number: usize, objects: &mut dyn Objects) -> SignatureFacts {
    let id = node.attribute("Id").map_or_else(|| format!("signature-{}", number + 1), str::to_owned);
    let mut facts = SignatureFacts::unread(id, Format::XAdES);
    let signature = match Signature::read(node) {
        Ok(s) => s,
        Err(e) => {
            let fatal = matches!(e, DsigError::Structure(_));
            facts.defects.push(defect(e.code(), e.to_string(), fatal));
            return facts;
        }
    };
    facts.algorithm = Some(signature.signed_info.algorithm);
    facts.value = ObjectId::of(&signature.value);
    let properties = qualifying(&signature, &mut facts);
    let claimed = properties.and_then(|q| q.only(XADES, "SignedProperties"));
    let is_signed = references::read(&signature, claimed, objects, &mut facts);
    key_info_certificates(&signature, &mut facts);
    if let Some(q) = properties {
        unsigned::read(&signature, q, objects, &mut facts);
    }
    let trusted = claimed.filter(|_| is_signed);
    if claimed.is_some() && !is_signed {
        facts.defects.push(defect("xades.properties-not-signed", facts.id.clone(), true));
    }
    match trusted {
        Some(p) => signed::read(p, &signature, objects, &mut facts),
        None => facts.signing_certificate = facts.certificates.first().cloned(),
    }
    verify_value(&signature, &mut facts);
    facts.level_elements = trusted.and_then(|_| level(&facts));
    facts
}

fn key_info_certificates(signature: &Signature<'_, '_>, facts: &mut SignatureFacts) {
    let data = signature.key_info.into_iter().flat_map(|k| k.children_named(DS, "X509Data"));
    for node in data.flat_map(|d| d.children_named(DS, "X509Certificate")) {
        match xml::dsig::base64_text(node) {
            Ok(der) if !facts.certificates.contains(&der) => facts.certificates.push(der),
            Ok(_) => {}
            Err(_) => facts.defects.push(defect("xades.certificate-encoding", facts.id.clone(), false)),
        }
    }
}

fn verify_value(signature: &Signature<'_, '_>, facts: &mut SignatureFacts) {
    let Some(der) = &facts.signing_certificate else { return };
    let Ok(certificate) = Certificate::from_der(der) else {
        facts.defects.push(defect("xades.certificate", facts.id.clone(), false));
        return;
    };
    match signature.verify_value(certificate.public_key()) {
        Ok(good) => facts.value_verifies = Some(good),
        Err(e) => {
            let fatal = matches!(e, DsigError::Key);
            if fatal {
                facts.value_verifies = Some(false);
            }
            facts.defects.push(defect(e.code(), facts.id.clone(), fatal));
        }
    }
}

fn level(facts: &SignatureFacts) -> Option<Level> {
    let has = |kind| facts.timestamps.iter().any(|t| t.kind == kind);
    if facts.claimed_time.is_none() || facts.certificate_reference_matches != Some(true) {
        return None;
    }
    let revocation = !(facts.crls.is_empty() && facts.ocsps.is_empty());
    Some(match (has(TimestampKind::Signature), revocation, has(TimestampKind::Archive)) {
        (false, _, _) => Level::B,
        (true, false, _) => Level::T,
        (true, true, false) => Level::LT,
        (true, true, true) => Level::LTA,
    })
}

/// Whether an element is of one of the XAdES namespaces.
pub(crate) fn is_xades(node: Node<'_, '_>) -> bool {
    matches!(node.namespace(), XADES | XADES141)
}
