use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm};
use serde::{Deserialize, Serialize};
use xml::{Tag, dsig::digest_uri};

use super::prepare::{Request, SignaturePolicy};

/// Where a signature is made, as its signer says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<String>,
}

pub(super) fn digest(method: DigestAlgorithm, value: &[u8]) -> [Tag; 2] {
    [
        Tag::new("ds:DigestMethod").with("Algorithm", digest_uri(method)),
        Tag::new("ds:DigestValue").text(STANDARD.encode(value)),
    ]
}

/// `2026-11-20T10:15:30Z`.
pub(super) fn date_time(at: Timestamp) -> String {
    let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
    whole.to_string()
}

/// The `xades:SignedProperties` of a request; `media_types` are those of the references, in their order.
pub(crate) fn signed_properties(request: &Request, media_types: &[Option<String>], certificate: &Certificate) -> Tag {
    let id = &request.id;
    let mut signature = Tag::new("xades:SignedSignatureProperties")
        .child(Tag::new("xades:SigningTime").text(date_time(request.signing_time)))
        .child(signing_certificate(certificate, request.digest));
    if let Some(policy) = &request.policy {
        signature = signature.child(signature_policy(policy));
    }
    if let Some(place) = &request.place {
        signature = signature.child(production_place(place));
    }
    if !request.roles.is_empty() {
        let roles = request.roles.iter().map(|r| Tag::new("xades:ClaimedRole").text(r));
        let claimed = Tag::new("xades:ClaimedRoles").children(roles);
        signature = signature.child(Tag::new("xades:SignerRoleV2").child(claimed));
    }
    let formats = media_types.iter().enumerate().filter_map(|(i, media_type)| {
        let format = Tag::new("xades:DataObjectFormat").with("ObjectReference", format!("#{id}-ref-{}", i + 1));
        Some(format.child(Tag::new("xades:MimeType").text(media_type.as_ref()?)))
    });
    let commitments = request.commitments.iter().map(|uri| {
        let kind = Tag::new("xades:CommitmentTypeId").child(identifier(uri));
        Tag::new("xades:CommitmentTypeIndication").child(kind).child(Tag::new("xades:AllSignedDataObjects"))
    });
    let mut properties =
        Tag::new("xades:SignedProperties").with("Id", format!("{id}-SignedProperties")).child(signature);
    let data: Vec<Tag> = formats.chain(commitments).collect();
    if !data.is_empty() {
        properties = properties.child(Tag::new("xades:SignedDataObjectProperties").children(data));
    }
    properties
}

/// An object identifier or URI.
fn identifier(id: &str) -> Tag {
    let is_number = id.starts_with(|c: char| c.is_ascii_digit()) && id.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if is_number {
        Tag::new("xades:Identifier").with("Qualifier", "OIDAsURN").text(format!("urn:oid:{id}"))
    } else {
        Tag::new("xades:Identifier").text(id)
    }
}

fn signature_policy(policy: &SignaturePolicy) -> Tag {
    let outer = Tag::new("xades:SignaturePolicyIdentifier");
    let SignaturePolicy::Named { id, digest: (method, value), uri } = policy else {
        return outer.child(Tag::new("xades:SignaturePolicyImplied"));
    };
    let mut named = Tag::new("xades:SignaturePolicyId")
        .child(Tag::new("xades:SigPolicyId").child(identifier(id)))
        .child(Tag::new("xades:SigPolicyHash").children(digest(*method, value)));
    if let Some(uri) = uri {
        let qualifier = Tag::new("xades:SigPolicyQualifier").child(Tag::new("xades:SPURI").text(uri));
        named = named.child(Tag::new("xades:SigPolicyQualifiers").child(qualifier));
    }
    outer.child(named)
}

fn signing_certificate(certificate: &Certificate, method: DigestAlgorithm) -> Tag {
    let cert = Tag::new("xades:Cert")
        .child(Tag::new("xades:CertDigest").children(digest(method, &certificate.fingerprint(method))))
        .child(Tag::new("xades:IssuerSerialV2").text(STANDARD.encode(certificate.issuer_serial())));
    Tag::new("xades:SigningCertificateV2").child(cert)
}

fn production_place(place: &Place) -> Tag {
    let parts = [
        ("xades:City", &place.city),
        ("xades:StateOrProvince", &place.region),
        ("xades:PostalCode", &place.postal_code),
        ("xades:CountryName", &place.country),
    ];
    let given = parts.into_iter().filter_map(|(name, v)| v.as_ref().map(|v| Tag::new(name).text(v)));
    Tag::new("xades:SignatureProductionPlaceV2").children(given)
}
