//! What the signed attributes of a CMS signer say: shared by CAdES and PAdES.

use pki::{
    Certificate, DigestAlgorithm, Oid, SignatureAlgorithm, SignerInfo,
    algorithm::AlgorithmIdentifier,
    asn1::{self, Reader, Tlv, tag},
    oid,
};

use crate::facts::{PolicyFacts, SignatureFacts};

/// The signer's certificate: the one the signed attribute means, among those the signer identifier means. Where the identifier fits none
/// (products that write names otherwise than the certificate does), the signed attribute alone decides.
pub(crate) fn certificate(signer: &SignerInfo, carried: &[Certificate]) -> Option<Certificate> {
    let references = signer.certificate_references().ok().flatten().unwrap_or_default();
    let meant = |c: &&Certificate| references.first().is_some_and(|r| r.is(c));
    let named = || carried.iter().filter(|c| signer.id.is(c));
    named().find(meant).or_else(|| named().next()).or_else(|| carried.iter().find(meant)).cloned()
}

/// Whether the signed reference is that of the certificate; `None` when there is no such attribute.
///
/// # Errors
/// When the attribute is broken or there twice.
pub(crate) fn reference_matches(
    signer: &SignerInfo,
    certificate: Option<&Certificate>,
) -> Result<Option<bool>, pki::Error> {
    let references = signer.certificate_references()?;
    Ok(references.map(|r| {
        let first = r.first().zip(certificate);
        first.is_some_and(|(r, c)| r.is(c) && r.issuer_serial_matches(c))
    }))
}

/// Claims of the signer: time, place, roles, commitments, policy. Gives the attributes that could not be read.
pub(crate) fn claims(signer: &SignerInfo, facts: &mut SignatureFacts) -> Vec<Oid> {
    let mut unread = Vec::new();
    match signer.signing_time() {
        Ok(time) => facts.claimed_time = facts.claimed_time.or(time),
        Err(_) => unread.push(oid::SIGNING_TIME),
    }
    for a in &signer.signed {
        for value in &a.values {
            let read = match a.oid {
                oid::SIGNER_LOCATION => place(value).map(|p| facts.place = facts.place.take().or(p)),
                oid::SIGNER_ATTRIBUTES | oid::SIGNER_ATTRIBUTES_V2 => roles(value).map(|r| facts.roles.extend(r)),
                oid::COMMITMENT_TYPE => commitment(value).map(|c| facts.commitments.push(c)),
                oid::SIGNATURE_POLICY => policy(signer, value).map(|p| facts.policy = Some(p)),
                _ => Ok(()),
            };
            if read.is_err() {
                unread.push(a.oid);
            }
        }
    }
    unread
}

/// Whether the algorithms that the signer protected (RFC 6211) are those in use; `None` when none are protected.
///
/// # Errors
/// When the attribute is broken or there twice.
pub(crate) fn algorithms_protected(signer: &SignerInfo) -> Result<Option<bool>, pki::Error> {
    let Some(value) = signer.signed_value(oid::CMS_ALGORITHM_PROTECTION)? else { return Ok(None) };
    let mut r = Reader::of_sequence(value, "algorithm protection")?;
    let digest = AlgorithmIdentifier::parse(r.expect(tag::SEQUENCE)?.full)?.digest()?;
    let signature = r.expect(tag::constructed(1))?;
    let algorithm = SignatureAlgorithm::from_cms(&asn1::tlv(tag::SEQUENCE, signature.body), digest)?;
    Ok(Some(digest == signer.digest && algorithm == signer.algorithm))
}

/// `SignerLocation` (RFC 5126 section 5.11.2) as `Rīga, LV`.
fn place(value: &[u8]) -> Result<Option<String>, pki::Error> {
    let mut r = Reader::of_sequence(value, "signer location")?;
    let mut parts = [None, None, None];
    while !r.is_empty() {
        let field = r.any()?;
        let slot = parts.get_mut(usize::from(field.tag & 0x1f)).ok_or(pki::Error::Malformed("signer location"))?;
        *slot = Some(texts(field)?.join(", "));
    }
    let [country, locality, address] = parts;
    let all: Vec<String> = [address, locality, country].into_iter().flatten().filter(|t| !t.is_empty()).collect();
    Ok((!all.is_empty()).then(|| all.join(", ")))
}

/// All texts inside an element, whether its tags are explicit or not.
fn texts(element: Tlv<'_>) -> Result<Vec<String>, pki::Error> {
    if element.tag & 0x20 == 0 {
        return Ok(vec![element.as_text()?]);
    }
    let mut all = Vec::new();
    let mut r = element.reader();
    while !r.is_empty() {
        let inner = r.any()?;
        if inner.tag == tag::SEQUENCE {
            let mut lines = inner.reader();
            while !lines.is_empty() {
                all.push(lines.any()?.as_text()?);
            }
        } else {
            all.push(inner.as_text()?);
        }
    }
    Ok(all)
}

/// Claimed roles of `SignerAttribute` (RFC 5126 section 5.11.3) and `SignerAttributeV2` (EN 319 122-1 clause 5.2.6.1): the texts among the
/// values of claimed attributes.
fn roles(value: &[u8]) -> Result<Vec<String>, pki::Error> {
    let mut r = Reader::of_sequence(value, "signer attributes")?;
    let mut all = Vec::new();
    while !r.is_empty() {
        let choice = r.any()?;
        if choice.tag != tag::constructed(0) {
            continue;
        }
        let mut list = choice.reader();
        let mut attributes = list.sequence()?;
        // With implicit tags the list of attributes stands in the choice itself.
        if attributes.peek() == Some(tag::OID) {
            attributes = choice.reader();
        }
        while !attributes.is_empty() {
            let mut attribute = attributes.sequence()?;
            attribute.oid()?;
            let mut values = attribute.set()?;
            while !values.is_empty() {
                all.extend(values.any()?.as_text().ok());
            }
        }
    }
    Ok(all)
}

/// `CommitmentTypeIndication` (RFC 5126 section 5.11.1).
fn commitment(value: &[u8]) -> Result<String, pki::Error> {
    Ok(Reader::of_sequence(value, "commitment type")?.oid()?.to_string())
}

/// `SignaturePolicy` (RFC 5126 section 5.8.1); the document may travel in a signature policy store (EN 319 122-1 clause 5.4.3).
fn policy(signer: &SignerInfo, value: &[u8]) -> Result<PolicyFacts, pki::Error> {
    let mut outer = Reader::new(value);
    if outer.peek() == Some(tag::NULL) {
        return Ok(PolicyFacts { id: None, digest_matches: None, uri: None });
    }
    let mut r = outer.sequence()?;
    let id = r.oid()?.to_string();
    let mut hash = r.sequence()?;
    let algorithm = AlgorithmIdentifier::parse(hash.expect(tag::SEQUENCE)?.full)?.digest();
    let expected = hash.octets()?;
    let mut uri = None;
    if let Some(qualifiers) = r.optional(tag::SEQUENCE)? {
        let mut list = qualifiers.reader();
        while !list.is_empty() {
            let mut one = list.sequence()?;
            if one.oid()? == oid::POLICY_URI {
                uri = Some(one.any()?.as_text()?);
            }
        }
    }
    let document = signer.unsigned_values(oid::SIGNATURE_POLICY_STORE).find_map(stored_policy);
    let known = document.zip(algorithm.ok()).filter(|_| !expected.iter().all(|b| *b == 0));
    let digest_matches =
        known.map(|(document, algorithm): (Vec<u8>, DigestAlgorithm)| algorithm.of(&document) == expected);
    Ok(PolicyFacts { id: Some(id), digest_matches, uri })
}

/// The document of a `SignaturePolicyStore`.
fn stored_policy(value: &[u8]) -> Option<Vec<u8>> {
    let normal = pki::cms::normalise(value, pki::cms::MAX_FRAME).ok()?;
    let mut r = Reader::of_sequence(&normal.der, "signature policy store").ok()?;
    r.any().ok()?;
    r.octets().ok().map(<[u8]>::to_vec)
}
