use super::MAX_TSP;
use crate::{
    DigestAlgorithm, Error, Oid, Result,
    algorithm::AlgorithmIdentifier,
    asn1::{self, Reader, tag},
    certificate::extension_rows,
};

/// Why a time stamp is refused (`PKIFailureInfo`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureInfo {
    /// Digest algorithm not known or not good enough.
    BadAlg,
    /// Not permitted or not supported.
    BadRequest,
    /// Cannot be read.
    BadDataFormat,
    /// The clock cannot be relied on now.
    TimeNotAvailable,
    /// The policy asked for is not ours.
    UnacceptedPolicy,
    /// An extension asked for is not ours.
    UnacceptedExtension,
    /// Additional information is not available.
    AddInfoNotAvailable,
    /// Trouble of the authority.
    SystemFailure,
}

impl FailureInfo {
    /// Number of the bit.
    pub fn bit(self) -> u8 {
        match self {
            Self::BadAlg => 0,
            Self::BadRequest => 2,
            Self::BadDataFormat => 5,
            Self::TimeNotAvailable => 14,
            Self::UnacceptedPolicy => 15,
            Self::UnacceptedExtension => 16,
            Self::AddInfoNotAvailable => 17,
            Self::SystemFailure => 25,
        }
    }
}

/// A time-stamp request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStampRequest {
    /// Digest algorithm of the imprint.
    pub digest: DigestAlgorithm,
    /// Digest of what is to be stamped.
    pub imprint: Vec<u8>,
    /// Policy asked for.
    pub policy: Option<Oid>,
    /// Nonce, big-endian.
    pub nonce: Option<Vec<u8>>,
    /// Whether the certificate is to be sent along.
    pub certificate: bool,
}

impl TimeStampRequest {
    /// DER.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        if self.imprint.len() != self.digest.size() {
            return Err(Error::Unbuildable("imprint of the wrong length"));
        }
        let imprint = asn1::seq([asn1::seq([asn1::oid(self.digest.oid()), asn1::null()]), asn1::octets(&self.imprint)]);
        Ok(asn1::seq([
            asn1::small_integer(1),
            imprint,
            self.policy.map(asn1::oid).unwrap_or_default(),
            self.nonce.as_ref().map(|n| asn1::integer(n)).unwrap_or_default(),
            if self.certificate { asn1::boolean(true) } else { vec![] },
        ]))
    }

    /// From DER; the error is what the authority answers. SHA-1 is refused.
    pub fn from_der(der: &[u8]) -> std::result::Result<Self, FailureInfo> {
        let malformed = |_| FailureInfo::BadDataFormat;
        if der.len() > MAX_TSP {
            return Err(FailureInfo::BadDataFormat);
        }
        let mut r = Reader::of_sequence(der, "time-stamp request").map_err(malformed)?;
        if r.u64().map_err(malformed)? != 1 {
            return Err(FailureInfo::BadRequest);
        }
        let mut imprint = r.sequence().map_err(malformed)?;
        let algorithm = imprint.expect(tag::SEQUENCE).map_err(malformed)?;
        let digest =
            AlgorithmIdentifier::parse(algorithm.full).map_err(malformed)?.digest().map_err(|_| FailureInfo::BadAlg)?;
        if digest == DigestAlgorithm::Sha1 {
            return Err(FailureInfo::BadAlg);
        }
        let hash = imprint.octets().map_err(malformed)?.to_vec();
        imprint.finish("imprint").map_err(malformed)?;
        if hash.len() != digest.size() {
            return Err(FailureInfo::BadDataFormat);
        }
        let policy = if r.peek() == Some(tag::OID) { Some(r.oid().map_err(malformed)?) } else { None };
        let nonce = if r.peek() == Some(tag::INTEGER) { Some(r.unsigned().map_err(malformed)?.to_vec()) } else { None };
        if nonce.as_ref().is_some_and(|n| n.len() > 64) {
            return Err(FailureInfo::BadRequest);
        }
        let certificate = r.flag().map_err(malformed)?;
        if let Some(list) = r.optional(tag::constructed(0)).map_err(malformed)? {
            let rows = extension_rows(list.reader()).map_err(malformed)?;
            // RFC 3161 section 2.4.1: an extension that is not recognised is refused whether critical or not.
            if !rows.is_empty() {
                return Err(FailureInfo::UnacceptedExtension);
            }
        }
        r.finish("time-stamp request").map_err(malformed)?;
        Ok(Self { digest, imprint: hash, policy, nonce, certificate })
    }
}
