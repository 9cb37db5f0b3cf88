use base64::{Engine as _, engine::general_purpose::STANDARD};
use xml::{Node, Tag, dsig::DS};

use crate::{
    facts::SignatureFacts,
    material::Material,
    xades::{XADES, XADES141, prepare::C14N},
};

/// A new property, with the declarations that are not in scope where it goes.
fn declared(mut tag: Tag, scope: Node<'_, '_>, prefixes: &[(&'static str, &'static str)]) -> Tag {
    for (prefix, uri) in prefixes {
        if scope.lookup_prefix(prefix) != Some(uri) {
            tag = tag.with(format!("xmlns:{prefix}"), uri);
        }
    }
    tag
}

const COMMON: [(&str, &str); 2] = [("ds", DS), ("xades", XADES)];

/// A time-stamp property.
pub(super) fn stamp(name: &'static str, id: &str, token: &[u8], scope: Node<'_, '_>) -> String {
    let later = name.starts_with("xades141:").then_some(("xades141", XADES141));
    let prefixes: Vec<_> = COMMON.into_iter().chain(later).collect();
    declared(Tag::new(name), scope, &prefixes)
        .with("Id", id)
        .child(Tag::new("ds:CanonicalizationMethod").with("Algorithm", C14N.uri()))
        .child(Tag::new("xades:EncapsulatedTimeStamp").text(STANDARD.encode(token)))
        .to_string()
}

/// Material that is not there yet; empty when all of it is.
pub(super) fn material(material: &Material, facts: &SignatureFacts, closed: bool, scope: Node<'_, '_>) -> String {
    let missing = |all: &[Vec<u8>], have: &[Vec<u8>]| -> Vec<Vec<u8>> {
        all.iter().filter(|der| !have.contains(der)).cloned().collect()
    };
    let certificates = missing(&material.certificates, &facts.certificates);
    let crls = missing(&material.crls, &facts.crls);
    let ocsps = missing(&material.ocsps, &facts.ocsps);
    let list = |name: &'static str, all: &[Vec<u8>]| -> Vec<Tag> {
        all.iter().map(|der| Tag::new(name).text(STANDARD.encode(der))).collect()
    };
    let mut tags = Vec::new();
    if !certificates.is_empty() {
        tags.push(
            Tag::new("xades:CertificateValues").children(list("xades:EncapsulatedX509Certificate", &certificates)),
        );
    }
    let mut revocation = Tag::new("xades:RevocationValues");
    if !crls.is_empty() {
        revocation = revocation.child(Tag::new("xades:CRLValues").children(list("xades:EncapsulatedCRLValue", &crls)));
    }
    if !ocsps.is_empty() {
        revocation =
            revocation.child(Tag::new("xades:OCSPValues").children(list("xades:EncapsulatedOCSPValue", &ocsps)));
    }
    if !(crls.is_empty() && ocsps.is_empty()) {
        tags.push(revocation);
    }
    if tags.is_empty() {
        return String::new();
    }
    if closed {
        let prefixes = [("xades", XADES), ("xades141", XADES141)];
        return declared(Tag::new("xades141:TimeStampValidationData"), scope, &prefixes).children(tags).to_string();
    }
    tags.into_iter().map(|t| declared(t, scope, &[("xades", XADES)]).to_string()).collect()
}
