//! Every place where bytes of strangers enter, one function each: for the fuzzer (`fuzz/`) and for the test that replays its finds.
//!
//! A function must return for every input: no panic, no endless loop, no memory beyond its limits.

use std::io::Cursor;

use card::{apdu::Command, chip};
use xml::{C14n, Limits, Method};

/// Takes whatever bytes.
pub type Entry = fn(&[u8]);

/// All entry points by name; a corpus folder has the same name.
pub const ENTRIES: &[(&str, Entry)] = &[
    ("certificate", certificate),
    ("certification-request", certification_request),
    ("crl", crl),
    ("ocsp-request", ocsp_request),
    ("ocsp-response", ocsp_response),
    ("time-stamp-request", time_stamp_request),
    ("time-stamp-response", time_stamp_response),
    ("time-stamp-token", time_stamp_token),
    ("cms", cms),
    ("pem", pem),
    ("xml", xml),
    ("xades", xades),
    ("zip", zip),
    ("asic", asic),
    ("pdf", pdf),
    ("jades", jades),
    ("evidence-record", evidence_record),
    ("any-file", any_file),
    ("pkcs12", pkcs12),
    ("lint", lint),
    ("apdu", apdu),
    ("tlv", tlv),
    ("web-eid-token", web_eid_token),
    ("trusted-list", trusted_list),
    ("entity-list", entity_list),
    ("picture", picture),
];

/// X.509 certificate.
pub fn certificate(bytes: &[u8]) {
    if let Ok(c) = pki::Certificate::from_der(bytes) {
        let _ = (c.is_ca(), c.is_self_signed(), c.serial_hex(), c.to_pem(), c.signature_algorithm(), c.qc());
        let _ = c.verify_signed_by(&c);
    }
}

/// PKCS#10.
pub fn certification_request(bytes: &[u8]) {
    let _ = pki::CertificationRequest::from_der(bytes);
}

/// CRL.
pub fn crl(bytes: &[u8]) {
    let _ = pki::Crl::from_der(bytes);
}

/// OCSP request, as it comes from the network.
pub fn ocsp_request(bytes: &[u8]) {
    let _ = pki::OcspRequest::from_der(bytes);
}

/// OCSP response, as found in a signed file.
pub fn ocsp_response(bytes: &[u8]) {
    if let Ok(r) = pki::OcspResponse::from_der(bytes) {
        let _ = (r.to_der(), r.signature_algorithm(), r.tbs().len());
    }
}

/// Time-stamp request, as it comes from the network.
pub fn time_stamp_request(bytes: &[u8]) {
    let _ = pki::TimeStampRequest::from_der(bytes);
}

/// Time-stamp response of a foreign authority.
pub fn time_stamp_response(bytes: &[u8]) {
    let _ = pki::TimeStampResponse::from_der(bytes);
}

/// Time-stamp token, as found in a signed file.
pub fn time_stamp_token(bytes: &[u8]) {
    if let Ok(t) = pki::TimeStampToken::from_ber(bytes) {
        let _ = t.verify(&[]);
    }
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
    let nothing = || Box::new(ades::xades::Nothing);
    let _ = ades::cades::read("a.p7s", &mut Cursor::new(bytes), nothing().as_mut());
    let _ = ades::cades::read_pem("a.p7s", &mut Cursor::new(bytes), nothing().as_mut());
    if let Ok(file) = ades::cades::File::open("a.p7s", Cursor::new(bytes.to_vec()), nothing()) {
        raise(Box::new(file));
    }
}

/// What is asked of a file of strangers before anything is added to it.
fn raise(mut file: Box<dyn ades::augment::Raise>) {
    for id in file.ids() {
        let _ = (file.level(&id), file.signing_certificates(&id), file.tokens(&id), file.carried(&id));
        let _ = file.stamp_imprint(&id, pki::DigestAlgorithm::Sha256);
        let _ = file.archive_imprint(&id, pki::DigestAlgorithm::Sha256);
    }
    let _ = file.write(&mut std::io::sink());
}

/// PEM with any number of certificates.
pub fn pem(bytes: &[u8]) {
    let _ = pki::Certificate::from_pem_or_der(bytes);
    let _ = pki::Certificate::all_from_pem(&String::from_utf8_lossy(bytes));
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
    use ades::{augment::Raise as _, xades::Nothing};
    let bytes = bytes.get(..1 << 20).unwrap_or(bytes);
    let _ = ades::xades::read_document(bytes, &mut Nothing);
    if let Ok(mut file) = ades::xades::File::open(bytes, Box::new(Nothing)) {
        for id in file.ids() {
            let _ = (file.level(&id), file.tokens(&id), file.stamp_imprint(&id, pki::DigestAlgorithm::Sha256));
        }
    }
}

/// Zip archive with all its entries.
pub fn zip(bytes: &[u8]) {
    let limits =
        ades::zip::Limits { entries: 200, entry: 1 << 20, total: 4 << 20, ratio_from: 1 << 16, ..Default::default() };
    if let Ok(mut archive) = ades::zip::Archive::open(Cursor::new(bytes), &limits) {
        let names: Vec<String> = archive.entries().iter().map(|e| e.name().to_owned()).collect();
        for name in names {
            let _ = archive.content(&name, 1 << 20);
        }
    }
}

/// ASiC container with its signatures.
pub fn asic(bytes: &[u8]) {
    let limits =
        ades::zip::Limits { entries: 200, entry: 1 << 20, total: 4 << 20, ratio_from: 1 << 16, ..Default::default() };
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
    let limits = ades::pdf::Limits {
        work: 64 << 20,
        rebuilt: 4 << 20,
        objects: 20_000,
        inflated: 4 << 20,
        sections: 64,
        ..ades::pdf::Limits::default()
    };
    let _ = ades::pades::read("x.pdf", bytes, &limits);
}

/// JAdES in any serialisation; whatever can be raised takes a component more.
pub fn jades(bytes: &[u8]) {
    use ades::augment::Raise as _;
    let facts = ades::jades::read_document(bytes, &mut ades::xades::Nothing);
    assert!(facts.signatures.iter().all(|s| s.value_verifies != Some(true) || s.signing_certificate.is_some()));
    if let Ok(text) = String::from_utf8(bytes.to_vec())
        && let Ok(mut file) = ades::jades::File::open(text, Box::new(ades::xades::Nothing))
    {
        for id in file.ids() {
            let _ = file.archive_imprint(&id, pki::DigestAlgorithm::Sha256);
        }
    }
}

/// Evidence record, in ASN.1 and in XML.
pub fn evidence_record(bytes: &[u8]) {
    let facts = ades::evidence::read(bytes, &[], &mut ades::xades::Nothing);
    assert!(facts.objects.is_empty());
    if let Ok(record) = ades::evidence::Record::read(bytes) {
        let _ = (record.stamp_digest(), record.new_group(pki::DigestAlgorithm::Sha512, &[]));
        let _ = record.renewal_due(&pki::strength::Strength::default(), jiff::Timestamp::UNIX_EPOCH);
    }
}

/// A picture for a visible signature.
pub fn picture(bytes: &[u8]) {
    let _ = ades::pades::check_picture(bytes);
}

/// Any file, read by its first bytes and judged.
pub fn any_file(bytes: &[u8]) {
    use ades::validate::{Anchors, Basis, Lang, Material, Policy, validate_file};
    let zip =
        ades::zip::Limits { entries: 200, entry: 1 << 20, total: 4 << 20, ratio_from: 1 << 16, ..Default::default() };
    let pdf =
        ades::pdf::Limits { work: 64 << 20, objects: 20_000, inflated: 4 << 20, sections: 64, ..Default::default() };
    let limits = ades::detect::Limits { zip, pdf };
    let Ok(facts) = ades::detect::read("x", Cursor::new(bytes), &mut ades::xades::Nothing, &limits) else { return };
    let (anchors, policy, material) = (Anchors::default(), Policy::default(), Material::default());
    let time = jiff::Timestamp::UNIX_EPOCH;
    let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time, lang: Lang::Lv };
    let report = validate_file("x", &facts, &basis);
    assert!(!report.all_passed(), "nothing is trusted, so nothing passes");
}

/// PKCS#12 key file, with a password that is wrong.
pub fn pkcs12(bytes: &[u8]) {
    let _ = pki::Pkcs12::open(bytes, "x");
}

/// What an authority is about to sign.
pub fn lint(bytes: &[u8]) {
    use pki::lint::{Profile, tbs_certificate, tbs_ocsp, tst_info};
    for profile in [Profile::NaturalSignature, Profile::LegalSeal, Profile::IssuingCa, Profile::TlsServer] {
        let _ = tbs_certificate(bytes, profile, None);
    }
    let _ = (tbs_ocsp(bytes), tst_info(bytes));
}

/// Commands to a card: each is a length byte and so many bytes.
pub fn apdu(bytes: &[u8]) {
    let _ = Command::parse(bytes);
    let crypto = reader::SoftCrypto::new(std::sync::Arc::new(base::SeededRandom::new(1)));
    let mut card = chip::VirtualCard::new(chip::State::blank(card::profile::Model::LatvianV1, "PA0000001", &[7; 32]));
    let mut rest = bytes;
    for _ in 0..64 {
        let Some((len, tail)) = rest.split_first() else { break };
        let at = usize::from(*len).min(tail.len());
        let (one, next) = tail.split_at(at);
        let _ = card.transmit(one, &crypto);
        rest = next;
    }
}

/// BER-TLV and the directories of a foreign card.
pub fn tlv(bytes: &[u8]) {
    for t in card::tlv::walk(bytes).take(1000) {
        let _ = t;
    }
    let _ = card::profile::pkcs15::read_object_directory(bytes);
    let _ = card::profile::pkcs15::read_key_directory(bytes);
    let _ = card::profile::pkcs15::read_certificate_directory(bytes);
    for (keys, info) in [(bytes, bytes), bytes.split_at(bytes.len() / 2)] {
        let _ = card::profile::pkcs15::read_algorithm(keys, info);
    }
}

/// Web eID authentication token, as a browser sends it.
pub fn web_eid_token(bytes: &[u8]) {
    let expected = protocol::web_eid::Expected {
        origin: "https://enkurs.example",
        nonce: "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
        at: jiff::Timestamp::UNIX_EPOCH,
        policies: &[],
        forbidden: &[],
    };
    let judged = protocol::web_eid::verify(&String::from_utf8_lossy(bytes), &expected);
    assert!(judged.is_err(), "nobody's token was accepted");
}

/// Trusted list in XML, and the kept form of lists.
pub fn trusted_list(bytes: &[u8]) {
    use ades::lists::{Catalogue, Held, Limits, Lists, Signers, read, verify, write};
    let limits = Limits { bytes: 1 << 20, nodes: 50_000, ..Limits::default() };
    if let Ok(list) = read(bytes, &limits) {
        let again = write::xml(&list);
        let _ = read(again.as_bytes(), &limits);
    }
    if let Ok(found) = verify(bytes, Signers::Anybody, &limits) {
        let _ = found.is_current(jiff::Timestamp::UNIX_EPOCH);
        let mut lists = Lists::default();
        lists.add(Held::new("", jiff::Timestamp::UNIX_EPOCH, found));
        let _ = Catalogue::new(&lists);
    }
    if let Ok(lists) = Lists::from_cache(bytes) {
        let _ = Catalogue::new(&lists);
    }
}

/// List of trusted entities (TS 119 602), JSON or XML.
pub fn entity_list(bytes: &[u8]) {
    use ades::lists::{Signers, lote};
    if let Ok((list, _)) = lote::verify(bytes, Signers::Anybody) {
        let _ = list.certificates(lote::PID_ISSUANCE, jiff::Timestamp::UNIX_EPOCH);
    }
}
