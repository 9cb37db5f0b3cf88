use jiff::Timestamp;

use super::{CertStatus, SingleResponse};
use crate::{
    Certificate, Error, Result, SignatureAlgorithm,
    asn1::{self, Reader, tag},
    certificate::extension,
    oid,
};

/// Why a responder does not answer (`OCSPResponseStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspErrorStatus {
    /// The request cannot be read.
    MalformedRequest,
    /// The responder has trouble.
    InternalError,
    /// Ask later.
    TryLater,
    /// The request has to be signed.
    SignatureRequired,
    /// This requestor gets no answer, or the responder is not in charge of this CA.
    Unauthorized,
}

/// An unsigned error response.
pub fn ocsp_error(status: OcspErrorStatus) -> Vec<u8> {
    asn1::seq([asn1::enumerated(match status {
        OcspErrorStatus::MalformedRequest => 1,
        OcspErrorStatus::InternalError => 2,
        OcspErrorStatus::TryLater => 3,
        OcspErrorStatus::SignatureRequired => 5,
        OcspErrorStatus::Unauthorized => 6,
    })])
}

/// A response before it is signed.
#[derive(Clone, Debug)]
pub struct OcspResponseTemplate {
    /// SHA-1 of the responder's key octets ([`crate::PublicKey::key_id`]).
    pub responder_key_id: Vec<u8>,
    /// When it is made, whole seconds.
    pub produced_at: Timestamp,
    /// The answers.
    pub responses: Vec<SingleResponse>,
    /// The nonce of the request.
    pub nonce: Option<Vec<u8>>,
    /// States that certificates never issued are answered "revoked" (RFC 6960 section 4.4.8).
    pub extended_revoke: bool,
}

impl OcspResponseTemplate {
    /// DER of the `ResponseData`: what the responder signs.
    pub fn tbs(&self) -> Result<Vec<u8>> {
        if self.responses.is_empty() {
            return Err(Error::Unbuildable("OCSP response about nothing"));
        }
        let mut extensions = Vec::new();
        if let Some(nonce) = &self.nonce {
            extensions.push(extension(oid::OCSP_NONCE, false, &asn1::octets(nonce)));
        }
        if self.extended_revoke {
            extensions.push(extension(oid::OCSP_EXTENDED_REVOKE, false, &asn1::null()));
        }
        let extensions = if extensions.is_empty() { vec![] } else { asn1::explicit(1, &asn1::seq(extensions)) };
        Ok(asn1::seq([
            asn1::explicit(2, &asn1::octets(&self.responder_key_id)),
            asn1::generalized_time(self.produced_at),
            asn1::seq(self.responses.iter().map(single)),
            extensions,
        ]))
    }

    /// The successful `OCSPResponse`: what was signed, the signature over it (ECDSA in DER), and the responder's certificate chain.
    pub fn assemble(
        tbs: &[u8],
        algorithm: SignatureAlgorithm,
        signature: &[u8],
        certificates: &[Certificate],
    ) -> Result<Vec<u8>> {
        Reader::single(tbs, tag::SEQUENCE, "response data")?;
        let chain = if certificates.is_empty() {
            vec![]
        } else {
            asn1::explicit(0, &asn1::seq(certificates.iter().map(Certificate::der)))
        };
        let basic = asn1::seq([tbs, &algorithm.to_der(), &asn1::bit_string(signature), &chain]);
        let bytes = asn1::seq([asn1::oid(oid::OCSP_BASIC), asn1::octets(&basic)]);
        Ok(asn1::seq([asn1::enumerated(0), asn1::explicit(0, &bytes)]))
    }
}

fn single(r: &SingleResponse) -> Vec<u8> {
    let status = match r.status {
        CertStatus::Good => asn1::context(0, &[]),
        CertStatus::Revoked { at, reason } => {
            let reason = reason.map(|r| asn1::explicit(0, &asn1::enumerated(r.code()))).unwrap_or_default();
            asn1::tlv(tag::constructed(1), &[asn1::generalized_time(at), reason].concat())
        }
        CertStatus::Unknown => asn1::context(2, &[]),
    };
    let next = r.next_update.map(|t| asn1::explicit(0, &asn1::generalized_time(t))).unwrap_or_default();
    let extensions = r
        .archive_cutoff
        .map(|t| {
            asn1::explicit(1, &asn1::seq([extension(oid::OCSP_ARCHIVE_CUTOFF, false, &asn1::generalized_time(t))]))
        })
        .unwrap_or_default();
    asn1::seq([r.id.to_der(), &status, &asn1::generalized_time(r.this_update), &next, &extensions])
}
