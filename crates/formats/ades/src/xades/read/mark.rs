use pki::{
    DigestAlgorithm, OcspResponse,
    algorithm::AlgorithmIdentifier,
    asn1::{Reader, tag},
};

use crate::facts::{ObjectId, SignatureFacts};

/// Finds the time marks among the OCSP answers carried: their nonce is a `TBSDocumentDigest`, the digest of the signature value (BDOC 2.1
/// clause 6.1). A bare SHA-1 digest, as DDOC has it, is none.
pub(super) fn read(value: &[u8], facts: &mut SignatureFacts) {
    let is_mark = |der: &[u8]| OcspResponse::from_der(der).ok().is_some_and(|r| names(r.nonce.as_deref(), value));
    facts.time_marks = facts.ocsps.iter().filter(|der| is_mark(der)).map(|der| ObjectId::of(der)).collect();
}

fn names(nonce: Option<&[u8]>, value: &[u8]) -> bool {
    let Some((digest, said)) = nonce.and_then(|n| document_digest(n).ok()) else { return false };
    digest != DigestAlgorithm::Sha1 && digest.of(value) == said
}

/// `SEQUENCE { AlgorithmIdentifier, OCTET STRING }`.
fn document_digest(nonce: &[u8]) -> pki::Result<(DigestAlgorithm, Vec<u8>)> {
    let mut r = Reader::of_sequence(nonce, "document digest")?;
    let algorithm = AlgorithmIdentifier::parse(r.expect(tag::SEQUENCE)?.full)?.digest()?;
    let digest = r.expect(tag::OCTET_STRING)?.body.to_vec();
    r.finish("document digest")?;
    Ok((algorithm, digest))
}
