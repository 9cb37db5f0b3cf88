use ades::lists::{Limits, ListError, Signers, verify, write};
use pki::testing::{TestEntity, TestKey, day};

use super::world::*;

fn signed(union: &Union) -> String {
    String::from_utf8(sign(&union.national("LV", 7), &union.lv, day(10))).unwrap()
}

#[track_caller]
fn refused(bytes: &str, union: &Union, code: &str) {
    let found = of(bytes.as_bytes(), &[&union.lv]).map(|v| v.list.scheme.sequence);
    assert_eq!(found.as_ref().map_err(ListError::code), Err(code), "{found:?}");
}

#[test]
fn signed_by_another_key_or_not_at_all() {
    let union = Union::new();
    let list = union.national("LV", 7);
    let other = String::from_utf8(sign(&list, &union.ee, day(10))).unwrap();
    refused(&other, &union, "lists.signer");
    refused(&write::xml(&list), &union, "lists.unsigned");
    // The same name, another key.
    let twin = TestEntity::root("Latvijas saraksts", TestKey::p256());
    refused(&String::from_utf8(sign(&list, &twin, day(10))).unwrap(), &union, "lists.signer");
    // The certificate of the right signer over the value of another.
    let (mine, theirs) = (union.lv.certificate.to_pem(), union.ee.certificate.to_pem());
    let body = |pem: &str| pem.lines().filter(|l| !l.starts_with("---")).collect::<String>();
    refused(&other.replace(&body(&theirs), &body(&mine)), &union, "lists.signature");
}

#[test]
fn any_changed_byte_of_the_content_is_seen() {
    let union = Union::new();
    let good = signed(&union);
    refused(&good.replace("<tsl:TSLSequenceNumber>7<", "<tsl:TSLSequenceNumber>8<"), &union, "lists.signature");
    refused(&good.replace("Svcstatus/granted", "Svcstatus/withdrawn"), &union, "lists.signature");
    refused(&good.replace("<tsl:NextUpdate>", "<tsl:NextUpdate> "), &union, "lists.signature");
}

#[test]
fn wrapped_signatures_are_refused() {
    let union = Union::new();
    let good = signed(&union);
    let (body, rest) = good.split_at(good.find("<ds:Signature ").unwrap());
    let signature = rest.trim_end_matches("</tsl:TrustServiceStatusList>");
    // The signed list hidden within another one.
    let forged = body.replace("granted", "withdrawn");
    let start = good.find("<tsl:TrustServiceStatusList").unwrap();
    let inner = &good[start..];
    refused(
        &format!("{forged}<tsl:Extension>{inner}</tsl:Extension></tsl:TrustServiceStatusList>"),
        &union,
        "lists.unsigned",
    );
    // The signature deeper than it may be.
    let moved = format!("{body}<tsl:x>{signature}</tsl:x></tsl:TrustServiceStatusList>");
    refused(&moved, &union, "lists.unsigned");
    // Two signatures.
    let second = signature.replace("list-signature", "another");
    refused(&format!("{body}{signature}{second}</tsl:TrustServiceStatusList>"), &union, "lists.unsigned");
    // A reference to a part.
    let part = good.replacen("<tsl:SchemeInformation>", "<tsl:SchemeInformation Id=\"part\">", 1);
    let part = part.replace("URI=\"\"", "URI=\"#part\"");
    refused(&part, &union, "lists.coverage");
    // Without the canonicalisation that is demanded.
    let other = good.replace(
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms><ds:DigestMethod",
        "</ds:Transforms><ds:DigestMethod",
    );
    assert_ne!(other, good);
    refused(&other, &union, "lists.coverage");
}

#[test]
fn document_types_and_double_identifiers_are_refused() {
    let union = Union::new();
    let good = signed(&union);
    let dtd = good.replacen("<tsl:Trust", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><tsl:Trust", 1);
    refused(&dtd, &union, "xml.parse.doctype");
    let twice = good.replacen("<tsl:SchemeInformation>", "<tsl:SchemeInformation Id=\"list-signature\">", 1);
    refused(&twice, &union, "lists.duplicate-id");
}

#[test]
fn weak_algorithms_and_signers_out_of_time_are_refused() {
    let union = Union::new();
    let list = union.national("LV", 7);
    let expired = TestEntity::root("Beidzies", TestKey::p256());
    let late = sign(&list, &expired, day(7400));
    let found = verify(&late, Signers::Of(std::slice::from_ref(&expired.certificate)), &Limits::default());
    assert!(matches!(found, Err(ListError::Signer(_))), "{found:?}");
}

#[test]
fn truncated_and_empty_input_is_refused() {
    let union = Union::new();
    let good = signed(&union);
    for cut in (0..good.len()).step_by(997) {
        if let Some(part) = good.get(..cut) {
            assert!(of(part.as_bytes(), &[&union.lv]).is_err());
        }
    }
}
