//! Reading XAdES signatures into facts.
//!
//! Nothing is believed because of its place alone: signed properties count only when a reference leads to this very element, and a
//! certificate counts as the signer's only when the signed properties name its digest.

mod archive;
mod certificate;
mod content;
mod counter;
mod evidence;
mod mark;
mod names;
mod objects;
mod outside;
mod policy;
mod references;
mod refs;
mod signed;
mod stamps;
mod unsigned;

use pki::Certificate;
use xml::{
    Document, Limits, Node,
    dsig::{DS, DsigError, Signature},
};

pub(crate) use archive::imprint as archive_imprint;
pub(crate) use evidence::{is_sealing, record as record_in, seal};
pub(crate) use names::{children, is, only};
pub(crate) use objects::{Digested, Once, decode_uri, locate};
pub use objects::{Nothing, Objects};

use crate::facts::{Defect, FileFacts, Format, Level, ObjectId, SignatureFacts};

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
    outside::tell(&doc, &mut facts);
    facts
}

/// Most signatures of one file.
const MAX_SIGNATURES: usize = 500;
/// Depth of counter-signatures of counter-signatures.
const MAX_DEPTH: usize = 8;

/// A signature of a document.
pub(crate) struct Found<'d, 'a> {
    /// Its Id, made unique among those of the file.
    pub(crate) id: String,
    pub(crate) node: Node<'d, 'a>,
    /// Place in the list of the signature that it counter-signs by standing in it.
    pub(crate) counter_of: Option<usize>,
    depth: usize,
}

/// All signatures of a document in their order, counter-signatures after what they sign. `taken` are ids of other documents of the file.
pub(crate) fn list<'d, 'a>(doc: &'d Document<'a>, taken: &[String]) -> Vec<Found<'d, 'a>> {
    let mut found: Vec<Found<'d, 'a>> = Vec::new();
    let top = doc.elements().filter(|n| n.is(DS, "Signature") && counter::parent(*n).is_none());
    for node in top {
        let mut next = found.len();
        push(node, None, 0, taken, &mut found);
        while let Some(outer) = found.get(next) {
            let (node, depth) = (outer.node, outer.depth + 1);
            for inner in counter::of(node) {
                push(inner, Some(next), depth, taken, &mut found);
            }
            next += 1;
        }
    }
    found
}

fn push<'d, 'a>(
    node: Node<'d, 'a>,
    counter_of: Option<usize>,
    depth: usize,
    taken: &[String],
    found: &mut Vec<Found<'d, 'a>>,
) {
    if found.len() > MAX_SIGNATURES || depth > MAX_DEPTH {
        return;
    }
    let number = taken.len() + found.len();
    let id = signature_id(node, number);
    let used = |id: &String| taken.contains(id) || found.iter().any(|f| f.id == *id);
    let free = (2..).map(|n: u32| format!("{id}-{n}")).find(|n| !used(n));
    let id = if used(&id) { free.unwrap_or_default() } else { id };
    found.push(Found { id, node, counter_of, depth });
}

/// Reads all signatures of a document, counter-signatures after what they sign.
pub(crate) fn read_signatures(doc: &Document<'_>, file: &str, objects: &mut dyn Objects, facts: &mut FileFacts) {
    let taken: Vec<String> = facts.signatures.iter().map(|s| s.id.clone()).collect();
    let all = list(doc, &taken);
    let elements = doc.elements().filter(|n| n.is(DS, "Signature")).count();
    if taken.len() + all.len() > MAX_SIGNATURES || elements > all.len() {
        // Too many, too deep, or counter-signatures in a signature that cannot be read.
        let code = if all.len() > MAX_SIGNATURES { "xades.too-many-signatures" } else { "xades.unread-signature" };
        facts.defects.push(defect(code, file, code == "xades.too-many-signatures"));
    }
    for (at, found) in all.iter().enumerate().take(MAX_SIGNATURES.saturating_sub(taken.len())) {
        let mut read = read_signature(found.node, taken.len() + at, objects);
        read.id.clone_from(&found.id);
        if let Some(outer) = found.counter_of.and_then(|o| all.get(o))
            && let Some(value) = outer.node.only(DS, "SignatureValue")
        {
            counter::check(found.node, &outer.id, value, &mut read);
        } else if found.counter_of.is_none()
            && all.iter().any(|o| o.node != found.node && found.node.is_within(o.node.id()))
        {
            facts.defects.push(defect("xades.nested-signature", file, false));
        }
        facts.signatures.push(read);
    }
    outside::lookalikes(doc, &all, facts.signatures.get_mut(taken.len()..).unwrap_or_default());
    counter::by_type(&all, taken.len(), facts);
}

/// The one `QualifyingProperties` of a signature.
pub(crate) fn qualifying<'d, 'a>(signature: &Signature<'d, 'a>) -> Result<Node<'d, 'a>, &'static str> {
    let mut found = signature.objects.iter().flat_map(|o| children(*o, "QualifyingProperties"));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err("xades.several-properties"),
        (None, _) => Err("xades.no-properties"),
    }
}

/// The Id of a signature, or a name made from its place.
pub(crate) fn signature_id(node: Node<'_, '_>, number: usize) -> String {
    node.attribute("Id").map_or_else(|| format!("signature-{}", number + 1), str::to_owned)
}

/// Reads one `ds:Signature`.
pub(crate) fn read_signature(node: Node<'_, '_>, number: usize, objects: &mut dyn Objects) -> SignatureFacts {
    let mut facts = SignatureFacts::unread(signature_id(node, number), Format::XAdES);
    let signature = match Signature::read(node) {
        Ok(s) => s,
        Err(e) => {
            let fatal = matches!(e, DsigError::Structure(_));
            facts.defects.push(defect(e.code(), e.to_string(), fatal));
            return facts;
        }
    };
    match &signature.signed_info.algorithm {
        Ok(algorithm) => facts.algorithm = Some(*algorithm),
        Err(DsigError::Unsupported(uri)) if uri.contains("#dsa-") => {
            facts.defects.push(defect(crate::facts::DSA, facts.id.clone(), false));
        }
        Err(e) => facts.defects.push(defect(e.code(), e.to_string(), false)),
    }
    facts.value = ObjectId::of(&signature.value);
    let properties = match qualifying(&signature) {
        Ok(q) => Some(q),
        Err(code) => {
            facts.defects.push(defect(code, facts.id.clone(), code == "xades.several-properties"));
            None
        }
    };
    if let Some(q) = properties {
        let target = q.attribute("Target").and_then(|t| t.strip_prefix('#'));
        if target.is_none() || target != node.attribute("Id") {
            facts.defects.push(defect("xades.target", facts.id.clone(), false));
        }
    }
    let claimed = properties.and_then(|q| only(q, "SignedProperties"));
    let is_signed = references::read(&signature, claimed, objects, &mut facts);
    key_info(&signature, &mut facts);
    if let Some(q) = properties {
        unsigned::read(&signature, q, objects, &mut facts);
    }
    mark::read(&signature.value, &mut facts);
    let trusted = claimed.filter(|_| is_signed);
    if claimed.is_some() && !is_signed {
        // When a reference leads to them, or may lead to them, what is wrong with it is told there.
        let led = signature.signed_info.references.iter().zip(&facts.references).any(|(r, found)| {
            let untold = !found.found || found.digest.is_none();
            found.properties || (untold && names::is_properties_type(r.kind))
        });
        facts.defects.push(defect("xades.properties-not-signed", facts.id.clone(), !led));
    }
    match trusted {
        Some(p) => signed::read(p, &signature, properties, objects, &mut facts),
        None => facts.signing_certificate = facts.certificates.first().cloned(),
    }
    verify_value(&signature, &mut facts);
    facts.level_elements = trusted.and_then(|_| level(&facts));
    facts
}

fn key_info(signature: &Signature<'_, '_>, facts: &mut SignatureFacts) {
    let data = signature.key_info.into_iter().flat_map(|k| k.children_named(DS, "X509Data"));
    for node in data.flat_map(Node::children) {
        let list = match (node.namespace(), node.local()) {
            (DS, "X509Certificate") => &mut facts.certificates,
            (DS, "X509CRL") => &mut facts.crls,
            _ => continue,
        };
        match xml::dsig::base64_text(node) {
            Ok(der) if !list.contains(&der) => list.push(der),
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
    let key = certificate.public_key();
    match signature.verify_value(key) {
        Ok(good) => {
            facts.value_verifies = Some(good);
            if good && signature.value_is_der(key) {
                facts.defects.push(defect("xades.value-form", facts.id.clone(), false));
            }
        }
        Err(DsigError::Unsupported(_)) => {}
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
    let basic = facts.claimed_time.is_some() && facts.certificate_reference_matches == Some(true);
    basic.then(|| facts.elements())
}
