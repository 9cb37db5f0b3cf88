//! Certificates and status information in unsigned attributes, and in time stamps.

use pki::{
    DigestAlgorithm,
    asn1::{self, Reader, tag},
    cms::{Message, RawAttribute, ocsp_of, parts},
    oid,
};

use crate::{facts::ObjectId, material::Material};

/// `CertificateValues`: a list of certificates.
fn certificate_values(value: &[u8], to: &mut Material) -> Result<(), pki::Error> {
    to.certificates.extend(parts(value)?.into_iter().map(<[u8]>::to_vec));
    Ok(())
}

/// `RevocationValues` (RFC 5126 section 6.3.4).
fn revocation_values(value: &[u8], to: &mut Material) -> Result<(), pki::Error> {
    for choice in parts(value)? {
        let list = parts(choice)?.into_iter().next().map(parts).transpose()?.unwrap_or_default();
        let into = match choice.first() {
            Some(t) if *t == tag::constructed(0) => &mut to.crls,
            Some(t) if *t == tag::constructed(1) => &mut to.ocsps,
            _ => continue,
        };
        into.extend(list.into_iter().map(<[u8]>::to_vec));
    }
    Ok(())
}

/// `LongTermValidation` (TS 101 733 V1.8.3 clause 6.4.3): its extra certificates and status information. Its time stamp is not judged.
fn long_term_validation(value: &[u8], to: &mut Material) -> Result<(), pki::Error> {
    // The choice of proof (explicit [0] or [1]) stands before the lists (implicit [0] and [1]).
    for part in parts(value)?.into_iter().skip(1) {
        for item in parts(part)? {
            match (part.first().map(|t| t & 0x1f), item.first()) {
                (Some(0), Some(&tag::SEQUENCE)) if pki::Certificate::from_der(item).is_ok() => {
                    to.certificates.push(item.to_vec());
                }
                (Some(1), Some(&tag::SEQUENCE)) if pki::Crl::from_der(item).is_ok() => to.crls.push(item.to_vec()),
                (Some(1), _) => to.ocsps.extend(ocsp_of(item)),
                _ => {}
            }
        }
    }
    Ok(())
}

/// What one value of an unsigned attribute carries; `Err` when it is of a kind that carries material but cannot be read.
pub(super) fn of_value(attribute: &RawAttribute, value: &[u8]) -> Result<Material, pki::Error> {
    let mut found = Material::default();
    match attribute.oid {
        oid::CERTIFICATE_VALUES => certificate_values(value, &mut found)?,
        oid::REVOCATION_VALUES => revocation_values(value, &mut found)?,
        oid::LONG_TERM_VALIDATION => long_term_validation(value, &mut found)?,
        _ => {}
    }
    Ok(found)
}

/// How deep references to material are nested (RFC 5126 sections 6.2.1 and 6.2.2).
const MAX_NESTED: usize = 8;

/// The digests in references to certificates and status information: each `OtherHash` with its algorithm.
pub(super) fn digests(value: &[u8]) -> Vec<(DigestAlgorithm, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![(value, 0)];
    while let Some((element, depth)) = open.pop() {
        let Ok(members) = parts(element) else { continue };
        if let [algorithm, octets] = members.as_slice()
            && let Ok(id) = Reader::of_sequence(algorithm, "digest algorithm").and_then(|mut r| r.oid())
            && let Some(algorithm) = DigestAlgorithm::from_oid(id)
            && let Ok(digest) = Reader::single(octets, tag::OCTET_STRING, "digest")
        {
            found.push((algorithm, digest.body.to_vec()));
        } else if depth < MAX_NESTED {
            open.extend(members.into_iter().map(|m| (m, depth + 1)));
        }
    }
    found
}

/// What a token carries, beside itself: in its SignedData and in its unsigned attributes.
pub(crate) fn of_token(token: &[u8]) -> Material {
    let Ok(message) = Message::from_ber(token) else { return Material::default() };
    let mut found = Material {
        certificates: message.certificates().cloned().collect(),
        crls: message.crls().cloned().collect(),
        ocsps: message.ocsps().collect(),
    };
    for attribute in message.signers.iter().flat_map(|s| &s.unsigned) {
        for value in &attribute.values {
            found.merge(of_value(attribute, value).unwrap_or_default());
        }
    }
    found
}

/// The objects that something which holds this token holds with it.
pub(crate) fn token_objects(token: &[u8]) -> Vec<ObjectId> {
    let mut all = vec![ObjectId::of(token)];
    all.extend(of_token(token).objects());
    all
}

/// `certificate-values` and `revocation-values` for what is not there yet: into a token, where the message itself must not be touched.
pub(super) fn to_attributes(material: &Material) -> Vec<pki::Attribute> {
    let mut all = Vec::new();
    if !material.certificates.is_empty() {
        all.push(pki::Attribute::new(oid::CERTIFICATE_VALUES, asn1::seq(&material.certificates)));
    }
    let list = |n: u8, items: &[Vec<u8>]| {
        if items.is_empty() { vec![] } else { asn1::explicit(n, &asn1::seq(items)) }
    };
    let basic: Vec<Vec<u8>> = material
        .ocsps
        .iter()
        .filter_map(|o| pki::OcspResponse::from_der(o).ok())
        .map(|o| o.basic_der().to_vec())
        .collect();
    let revocation = asn1::seq([list(0, &material.crls), list(1, &basic)]);
    if !(material.crls.is_empty() && material.ocsps.is_empty()) {
        all.push(pki::Attribute::new(oid::REVOCATION_VALUES, revocation));
    }
    all
}
