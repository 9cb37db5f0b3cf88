//! Attributes that a signer may add (EN 319 122-1 clause 5.2).

use pki::{
    Attribute, Certificate, DigestAlgorithm, Oid, SignatureAlgorithm,
    asn1::{self, Reader, tag},
    cms::signing_certificate_v2,
    oid,
};
use serde::{Deserialize, Serialize};

use super::CadesError;
use crate::xades::Place;

/// A signature policy that the signer follows (EN 319 122-1 clause 5.2.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignaturePolicy {
    /// Object identifier.
    pub id: String,
    /// Algorithm of the digest.
    pub digest: DigestAlgorithm,
    /// Digest of the policy document.
    pub hash: Vec<u8>,
    /// Where the document is.
    pub uri: Option<String>,
}

fn parse_oid(text: &str) -> Result<Oid, CadesError> {
    Oid::new(text).map_err(|_| CadesError::Oid(text.to_owned()))
}

/// `signer-location`.
pub(super) fn location(place: &Place) -> Attribute {
    let field =
        |n: u8, text: &Option<String>| text.as_ref().map(|t| asn1::explicit(n, &asn1::utf8(t))).unwrap_or_default();
    let address: Vec<Vec<u8>> = place.region.iter().chain(&place.postal_code).map(|t| asn1::utf8(t)).collect();
    let address = if address.is_empty() { vec![] } else { asn1::explicit(2, &asn1::seq(address)) };
    Attribute::new(oid::SIGNER_LOCATION, asn1::seq([field(0, &place.country), field(1, &place.city), address]))
}

/// `signer-attributes-v2` with claimed roles.
pub(crate) fn roles(roles: &[String]) -> Attribute {
    let values = asn1::set_of(roles.iter().map(|r| asn1::utf8(r)).collect());
    let claimed = asn1::seq([asn1::seq([asn1::oid(oid::NAME), values])]);
    Attribute::new(oid::SIGNER_ATTRIBUTES_V2, asn1::seq([asn1::explicit(0, &claimed)]))
}

/// `commitment-type-indication`.
pub(crate) fn commitments(all: &[String]) -> Result<Attribute, CadesError> {
    let values = all.iter().map(|c| Ok(asn1::seq([asn1::oid(parse_oid(c)?)]))).collect::<Result<_, CadesError>>()?;
    Ok(Attribute { oid: oid::COMMITMENT_TYPE, values })
}

/// `signature-policy-identifier`.
pub(crate) fn policy(policy: &SignaturePolicy) -> Result<Attribute, CadesError> {
    if policy.hash.len() != policy.digest.size() {
        return Err(CadesError::Digest);
    }
    let hash = asn1::seq([policy.digest.to_der(), asn1::octets(&policy.hash)]);
    let qualifiers = match &policy.uri {
        Some(uri) if uri.is_ascii() => asn1::seq([asn1::seq([asn1::oid(oid::POLICY_URI), asn1::ia5(uri)])]),
        Some(uri) => return Err(CadesError::Text(uri.clone())),
        None => vec![],
    };
    let id = asn1::oid(parse_oid(&policy.id)?);
    Ok(Attribute::new(oid::SIGNATURE_POLICY, asn1::seq([id, hash, qualifiers])))
}

/// `cms-algorithm-protection` (RFC 6211).
pub(super) fn algorithm_protection(
    digest: DigestAlgorithm,
    algorithm: SignatureAlgorithm,
) -> Result<Attribute, CadesError> {
    let whole = algorithm.to_der();
    let body = Reader::single(&whole, tag::SEQUENCE, "algorithm")?.body;
    let value = asn1::seq([digest.to_der(), asn1::tlv(tag::constructed(1), body)]);
    Ok(Attribute::new(oid::CMS_ALGORITHM_PROTECTION, value))
}

/// `signing-certificate-v2`.
pub(super) fn signing_certificate(certificate: &Certificate, digest: DigestAlgorithm) -> Attribute {
    signing_certificate_v2(certificate, digest)
}
