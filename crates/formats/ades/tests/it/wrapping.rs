//! Signature wrapping and other rearrangements of signed XML.

use ades::{asic::Naming, facts::SignatureFacts};

use crate::world::{World, defects, facts};

/// The facts after a change of the signature file.
fn after(change: impl FnOnce(String) -> String) -> (Option<SignatureFacts>, Vec<&'static str>) {
    let world = World::new();
    let bytes = world.container_of(Naming::Asice, &[("a.txt", b"a")], |w, files| change(w.sign(files, "S1").xml()));
    let found = facts(&bytes);
    let codes = defects(&found);
    (found.signatures.into_iter().next(), codes)
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let from = text.find(start).unwrap();
    let to = from + text[from..].find(end).unwrap() + end.len();
    &text[from..to]
}

#[test]
fn unchanged() {
    let (s, codes) = after(|x| x);
    assert_eq!(codes, [""; 0]);
    assert_eq!(s.unwrap().value_verifies, Some(true));
}

#[test]
fn copied_properties_with_the_same_id() {
    let (s, codes) = after(|x| {
        let original = between(&x, "<xades:SignedProperties", "</xades:SignedProperties>").to_owned();
        let forged = original.replace("2026-", "2020-");
        let moved = format!("<ds:Object xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\">{original}</ds:Object>");
        x.replace(&original, &forged).replace("</ds:Signature>", &format!("{moved}</ds:Signature>"))
    });
    assert!(codes.contains(&"xades.duplicate-id") && codes.contains(&"xades.properties-not-signed"), "{codes:?}");
    assert_eq!(s.unwrap().claimed_time, None);
}

#[test]
fn original_properties_elsewhere_and_forged_ones_in_place() {
    let (s, codes) = after(|x| {
        let original = between(&x, "<xades:SignedProperties", "</xades:SignedProperties>").to_owned();
        let forged = original.replace("2026-", "2020-").replace("Id=\"S1-SignedProperties\"", "Id=\"forged\"");
        let moved = format!("<ds:Object xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\">{original}</ds:Object>");
        x.replace(&original, &forged).replace("</ds:Signature>", &format!("{moved}</ds:Signature>"))
    });
    assert!(codes.contains(&"xades.wrapped-properties") && codes.contains(&"xades.properties-not-signed"), "{codes:?}");
    let s = s.unwrap();
    assert_eq!((s.claimed_time, s.level_elements), (None, None));
}

#[test]
fn second_set_of_properties() {
    let (_, codes) = after(|x| {
        let q = between(&x, "<xades:QualifyingProperties", "</xades:QualifyingProperties>").to_owned();
        x.replace(&q, &format!("{}{q}", q.replace("Id=\"S1", "Id=\"X1")))
    });
    assert!(codes.contains(&"xades.several-properties"), "{codes:?}");
}

#[test]
fn properties_of_another_signature() {
    let (_, codes) = after(|x| x.replace("Target=\"#S1\"", "Target=\"#S2\""));
    assert!(codes.contains(&"xades.target"), "{codes:?}");
}

#[test]
fn properties_without_type_count_when_the_reference_leads_to_them() {
    let (s, codes) = after(|x| x.replace(" Type=\"http://uri.etsi.org/01903#SignedProperties\"", ""));
    assert_eq!(codes, ["xades.reference-type"]);
    assert_eq!(s.unwrap().value_verifies, Some(false));
}

#[test]
fn changed_value_and_changed_time() {
    let (s, _) = after(|x| x.replace("<xades:SigningTime>2026-", "<xades:SigningTime>2025-"));
    let s = s.unwrap();
    assert!(s.references.iter().any(|r| r.found && !r.intact));
    assert_eq!(s.claimed_time, None);
    let (s, _) = after(|x| {
        let value = between(&x, "<ds:SignatureValue", "</ds:SignatureValue>").to_owned();
        x.replace(&value, &value.replacen("\">", "\">AAAA", 1).replacen("=</", "</", 1))
    });
    assert_ne!(s.unwrap().value_verifies, Some(true));
}

#[test]
fn certificate_swapped() {
    let other = World::new();
    let (s, _) = after(|x| {
        let old = between(&x, "<ds:X509Certificate>", "</ds:X509Certificate>").to_owned();
        let pem = other.signer.certificate.to_pem();
        let body: String = pem.lines().filter(|l| !l.starts_with('-')).collect();
        x.replace(&old, &format!("<ds:X509Certificate>{body}</ds:X509Certificate>"))
    });
    let s = s.unwrap();
    assert_eq!(s.certificate_reference_matches, Some(false));
    assert_eq!((s.value_verifies, s.level_elements), (Some(false), None));
}

#[test]
fn unknown_algorithms_and_transforms() {
    let (s, codes) = after(|x| x.replace("xmldsig-more#ecdsa-sha256", "xmldsig-more#ecdsa-md5"));
    assert_eq!(codes, ["xml.dsig.unsupported"]);
    assert_eq!(s.unwrap().value_verifies, None);
    let xslt = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/></ds:Transforms>";
    let (s, codes) = after(|x| x.replace("</ds:Transforms>", xslt));
    assert_eq!(codes, ["xml.dsig.unsupported", "xades.properties-not-signed"]);
    assert!(s.unwrap().references.iter().any(|r| !r.found));
}

#[test]
fn unknown_property_is_told() {
    let (s, codes) = after(|x| x.replace("<xades:CertificateValues>", "<x xmlns=\"urn:x\"/><xades:CertificateValues>"));
    assert_eq!(codes, ["xades.unknown-property"]);
    assert_eq!(s.unwrap().value_verifies, Some(true));
}

#[test]
fn stamp_of_another_signature() {
    let world = World::new();
    let (s, _) = after(|x| {
        let old = between(&x, "<xades:EncapsulatedTimeStamp>", "</xades:EncapsulatedTimeStamp>").to_owned();
        let token = world.stamp(pki::DigestAlgorithm::Sha256, &[7; 32]);
        let text = pki::pem_encode("T", &token).lines().filter(|l| !l.starts_with('-')).collect::<String>();
        x.replace(&old, &format!("<xades:EncapsulatedTimeStamp>{text}</xades:EncapsulatedTimeStamp>"))
    });
    assert_eq!(s.unwrap().timestamps[0].imprint_matches, Some(false));
}
