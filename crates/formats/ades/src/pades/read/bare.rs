//! `adbe.x509.rsa_sha1` (ISO 32000-1 table 257): `Contents` is a PKCS#1 signature as an OCTET STRING, the certificates stand in `Cert`.

use pki::{
    Certificate, DigestAlgorithm, SignatureAlgorithm,
    asn1::{Reader, tag},
};

use crate::{
    facts::{ObjectId, ReferenceFacts, SignatureFacts},
    pades::range::{Covered, Digests},
    pdf::{Dict, Document, Object},
};

const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha1);

/// Fills in what such a signature says. It has no signed attributes: nothing in it names the certificate or the digest, so the value is
/// all that is judged.
pub(super) fn fill(
    facts: &mut SignatureFacts,
    doc: &Document<'_>,
    dict: &Dict,
    range: &Covered,
    digests: &Digests<'_>,
) -> Result<(), &'static str> {
    let certificates = match doc.value(dict, "Cert").map_err(|_| "pades.cms-broken")? {
        Object::String(one) => vec![one],
        Object::Array(all) => all.iter().filter_map(|o| o.as_string().map(<[u8]>::to_vec)).collect(),
        _ => Vec::new(),
    };
    let contents = dict.get("Contents").as_string().unwrap_or_default();
    let (message, _) = super::cms::split(contents).map_err(|_| "pades.cms-broken")?;
    let value = Reader::single(message, tag::OCTET_STRING, "signature value").map_err(|_| "pades.cms-broken")?.body;
    facts.algorithm = Some(ALGORITHM);
    facts.value = ObjectId::of(value);
    let signer = certificates.first().and_then(|der| Certificate::from_der(der).ok());
    let digest = digests.of(range, DigestAlgorithm::Sha1).map_err(|_| "pades.unreadable")?;
    let verifies = signer.as_ref().map(|c| pki::verify_digest(c.spki(), ALGORITHM, &digest, value).is_ok());
    facts.references.push(ReferenceFacts {
        object: range.text(),
        digest: Some(DigestAlgorithm::Sha1),
        found: true,
        // the value is over the document itself
        intact: verifies == Some(true),
        properties: false,
    });
    facts.value_verifies = verifies;
    facts.signing_certificate = signer.map(|c| c.der().to_vec());
    facts.certificates = certificates;
    Ok(())
}
