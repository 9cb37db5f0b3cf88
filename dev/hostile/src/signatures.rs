//! Signed files, in whole and in parts.

use std::io::Cursor;

use ades::{
    facts::FileFacts,
    material::Material,
    validate::{Anchors, Basis, Lang, Policy, validate_file},
    xades::Nothing,
};
use jiff::Timestamp;
use xml::{C14n, Limits, Method};

/// The certificate of an invented signer.
const SIGNER: &[u8] = include_bytes!("../../../fuzz/corpus/certificate/k.der");

fn zip_limits() -> ades::zip::Limits {
    ades::zip::Limits { entries: 200, entry: 1 << 20, total: 4 << 20, ratio_from: 1 << 16, ..Default::default() }
}

fn pdf_limits() -> ades::pdf::Limits {
    ades::pdf::Limits {
        work: 64 << 20,
        rebuilt: 4 << 20,
        objects: 20_000,
        inflated: 4 << 20,
        sections: 64,
        ..Default::default()
    }
}

/// Judges what was found in a file.
fn judge(facts: &FileFacts) {
    let (anchors, policy) = (Anchors::default(), Policy::default());
    let material = ades::validate::Material::default();
    let basis =
        Basis { anchors: &anchors, policy: &policy, material: &material, time: Timestamp::UNIX_EPOCH, lang: Lang::Lv };
    let report = validate_file("x", facts, &basis);
    assert!(!report.all_passed(), "nothing is trusted, so nothing passes");
}

/// CMS SignedData in BER.
pub fn cms(bytes: &[u8]) {
    if let Ok(s) = pki::SignedData::from_ber(bytes) {
        let _ = s.readable_certificates();
        for i in &s.signers {
            let _ =
                (i.to_be_signed(), i.message_digest(), i.content_type(), i.signing_time(), i.certificate_references());
        }
    }
    let nothing = || Box::new(Nothing);
    let _ = ades::cades::read("a.p7s", &mut Cursor::new(bytes), nothing().as_mut());
    let _ = ades::cades::read_pem("a.p7s", &mut Cursor::new(bytes), nothing().as_mut());
    if let Ok(file) = ades::cades::File::open("a.p7s", Cursor::new(bytes.to_vec()), nothing()) {
        raise(Box::new(file));
    }
}

/// What is asked of a file of strangers before anything is added to it, and what can be added without anybody's answer.
fn raise(mut file: Box<dyn ades::augment::Raise>) {
    for id in file.ids() {
        let _ = (file.level(&id), file.signing_certificates(&id), file.tokens(&id), file.carried(&id));
        let _ = file.stamp_imprint(&id, pki::DigestAlgorithm::Sha256);
        let material = Material { certificates: vec![SIGNER.to_vec()], ..Material::default() };
        let _ = file.add_material(&id, &material);
        let _ = file.archive_imprint(&id, pki::DigestAlgorithm::Sha256);
    }
    let _ = file.write(&mut std::io::sink());
}

/// XML: parsed, canonicalised by every method, read as a signature.
pub fn xml(bytes: &[u8]) {
    let limits = Limits { bytes: 1 << 20, nodes: 50_000, ..Limits::default() };
    let Ok(text) = xml::decode(bytes) else { return };
    let Ok(doc) = xml::Document::parse(&text, &limits) else { return };
    for method in [Method::Inclusive10, Method::Inclusive11, Method::Exclusive] {
        for comments in [false, true] {
            let c14n = C14n { method, comments, prefixes: vec!["a".to_owned(), "#default".to_owned()] };
            let _ = c14n.document(&doc);
        }
    }
    for node in doc.elements() {
        if let Ok(signature) = xml::dsig::Signature::read(node) {
            let _ = signature.signed_bytes();
            for reference in &signature.signed_info.references {
                let _ = reference.resolve(node).and_then(|r| reference.digest_of(&r));
            }
        }
    }
}

/// XML file with signatures: read, and raised as far as it goes.
pub fn xades(bytes: &[u8]) {
    let bytes = bytes.get(..1 << 20).unwrap_or(bytes);
    let _ = ades::xades::read_document(bytes, &mut Nothing);
    if let Ok(file) = ades::xades::File::open(bytes, Box::new(Nothing)) {
        raise(Box::new(file));
    }
}

/// Zip archive with all its entries.
pub fn zip(bytes: &[u8]) {
    let limits = zip_limits();
    if let Ok(mut archive) = ades::zip::Archive::open(Cursor::new(bytes), &limits) {
        let names: Vec<String> = archive.entries().iter().map(|e| e.name().to_owned()).collect();
        for name in names {
            let _ = archive.content(&name, 1 << 20);
        }
    }
}

/// ASiC container with its signatures.
pub fn asic(bytes: &[u8]) {
    let limits = zip_limits();
    if let Ok(mut container) = ades::asic::Container::open(Cursor::new(bytes), &limits) {
        let _ = container.files(pki::DigestAlgorithm::Sha256);
    }
    let _ = ades::asic::read(Cursor::new(bytes), &limits);
    if let Ok(container) = ades::asic::cades::CadesContainer::open(Cursor::new(bytes.to_vec()), &limits) {
        raise(Box::new(container));
    }
}

/// PDF with its signatures.
pub fn pdf(bytes: &[u8]) {
    let limits = pdf_limits();
    let _ = ades::pades::read("x.pdf", bytes, &limits);
    if let Ok(file) = ades::pades::Raised::open(Cursor::new(bytes.to_vec()), &limits) {
        raise(Box::new(file));
    }
}

/// JAdES in any serialisation; whatever can be raised takes a component more.
pub fn jades(bytes: &[u8]) {
    let facts = ades::jades::read_document(bytes, &mut Nothing);
    assert!(facts.signatures.iter().all(|s| s.value_verifies != Some(true) || s.signing_certificate.is_some()));
    if let Ok(text) = String::from_utf8(bytes.to_vec())
        && let Ok(file) = ades::jades::File::open(text, Box::new(Nothing))
    {
        raise(Box::new(file));
    }
}

/// Evidence record, in ASN.1 and in XML.
pub fn evidence_record(bytes: &[u8]) {
    let facts = ades::evidence::read(bytes, &[], &mut Nothing);
    assert!(facts.objects.is_empty());
    if let Ok(record) = ades::evidence::Record::read(bytes) {
        let _ = (record.stamp_digest(), record.new_group(pki::DigestAlgorithm::Sha512, &[]));
        let _ = record.renewal_due(&pki::strength::Strength::default(), Timestamp::UNIX_EPOCH);
    }
}

/// A picture for a visible signature.
pub fn picture(bytes: &[u8]) {
    let _ = ades::pades::check_picture(bytes);
}

/// Any file, read by its first bytes, judged, and raised as far as it goes.
pub fn any_file(bytes: &[u8]) {
    let limits = ades::detect::Limits { zip: zip_limits(), pdf: pdf_limits() };
    let Ok(facts) = ades::detect::read("x", Cursor::new(bytes), &mut Nothing, &limits) else { return };
    judge(&facts);
    if let Ok(file) = ades::augment::open("x", Cursor::new(bytes.to_vec()), Box::new(Nothing), &limits) {
        raise(file);
    }
}

/// What somebody asks to have signed: PDF and XML get a signature, and where there is one, another beside or on it.
pub fn to_sign(bytes: &[u8]) {
    let Ok(request) = ades::pades::Request::new(SIGNER, Timestamp::UNIX_EPOCH) else { return };
    let visible = ades::pades::Visible { page: 0, at: [10, 10, 90, 40], text: Some("Āž".to_owned()), image: vec![] };
    for visible in [None, Some(visible)] {
        let request = ades::pades::Request { visible, ..request.clone() };
        if let Ok(prepared) = ades::pades::prepare(bytes, request, &pdf_limits()) {
            let _ = prepared.to_be_signed();
        }
    }
    let _ = ades::pades::prepare_timestamp(bytes, pki::DigestAlgorithm::Sha256, 8192, &pdf_limits());
    let bytes = bytes.get(..1 << 20).unwrap_or(bytes);
    let Ok(request) = ades::xades::Request::new(SIGNER, Timestamp::UNIX_EPOCH) else { return };
    let _ = ades::xades::prepare_enveloped(bytes, request.clone());
    let _ = ades::xades::prepare_enveloping(ades::xades::Content::Xml(bytes), "text/xml", request.clone());
    for signature in ades::xades::read_document(bytes, &mut Nothing).signatures.iter().take(4) {
        let _ = ades::xades::prepare_counter(bytes, &signature.id, request.clone());
    }
}

/// What was kept of a verdict: the bundle, and the facts in it, which its maker may have changed with all digests.
pub fn replay(bytes: &[u8]) {
    let _ = ades::replay::replay(Cursor::new(bytes));
    if let Ok(facts) = serde_json::from_slice::<FileFacts>(bytes) {
        judge(&facts);
    }
}
