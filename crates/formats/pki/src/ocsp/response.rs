use std::ops::Range;

use jiff::Timestamp;

use super::{CertId, CertStatus, MAX_OCSP, SingleResponse};
use crate::{
    Certificate, Error, Name, Oid, Result, RevocationReason, SignatureAlgorithm,
    algorithm::{AlgorithmIdentifier, DigestAlgorithm, verify},
    asn1::{self, Reader, tag},
    certificate::extension_rows,
    oid,
};

const MAX_RESPONSES: usize = 1024;
const MAX_CERTIFICATES: usize = 32;

/// Who says that it made the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponderId {
    /// By name.
    Name(Name),
    /// By SHA-1 of its key octets.
    Key(Vec<u8>),
}

impl ResponderId {
    /// Whether this certificate is meant.
    pub fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(n) => n.matches(certificate.subject()),
            Self::Key(k) => *k == DigestAlgorithm::Sha1.of(certificate.public_key().bits()),
        }
    }
}

/// A successful basic response. Keeps the bytes it was read from.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    basic: Vec<u8>,
    tbs: Range<usize>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    /// Who made it, as it says.
    pub responder: ResponderId,
    /// When it was made.
    pub produced_at: Timestamp,
    /// The answers.
    pub responses: Vec<SingleResponse>,
    /// Nonce.
    pub nonce: Option<Vec<u8>>,
    /// Whether certificates never issued are answered "revoked".
    pub extended_revoke: bool,
    /// Certificates sent along.
    pub certificates: Vec<Certificate>,
    /// Critical extensions this crate does not know.
    pub unknown_critical: Vec<Oid>,
}

impl OcspResponse {
    /// From DER of an `OCSPResponse` or of a bare `BasicOCSPResponse` (as XAdES, PAdES and CMS may store it).
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > MAX_OCSP {
            return Err(Error::TooLarge { what: "OCSP response", limit: MAX_OCSP });
        }
        let mut outer = Reader::of_sequence(der, "OCSP response")?;
        if outer.peek() == Some(tag::SEQUENCE) {
            return Self::from_basic(der);
        }
        match outer.enumerated()? {
            0 => {}
            1 => return Err(Error::Malformed("OCSP responder says: malformed request")),
            2 => return Err(Error::Malformed("OCSP responder says: internal error")),
            3 => return Err(Error::Malformed("OCSP responder says: try later")),
            5 => return Err(Error::Malformed("OCSP responder says: signature required")),
            6 => return Err(Error::Malformed("OCSP responder says: unauthorized")),
            _ => return Err(Error::Malformed("OCSP response status")),
        }
        let bytes = outer.explicit(0)?.ok_or(Error::Malformed("OCSP response without content"))?;
        outer.finish("OCSP response")?;
        let mut r = Reader::of_sequence(bytes.full, "OCSP response")?;
        let kind = r.oid()?;
        if kind != oid::OCSP_BASIC {
            return Err(Error::UnsupportedAlgorithm(kind));
        }
        let basic = r.octets()?;
        r.finish("OCSP response")?;
        Self::from_basic(basic)
    }

    fn from_basic(basic: &[u8]) -> Result<Self> {
        let mut outer = Reader::of_sequence(basic, "basic OCSP response")?;
        let start = basic.len() - outer.rest().len();
        let tbs = outer.expect(tag::SEQUENCE)?;
        let algorithm = outer.expect(tag::SEQUENCE)?.full;
        AlgorithmIdentifier::parse(algorithm)?;
        let signature = outer.bits()?.whole()?.to_vec();
        let mut certificates = Vec::new();
        if let Some(list) = outer.explicit(0)? {
            let mut list = list.reader();
            while !list.is_empty() {
                if certificates.len() >= MAX_CERTIFICATES {
                    return Err(Error::TooMany { what: "certificates in an OCSP response", limit: MAX_CERTIFICATES });
                }
                certificates.push(Certificate::from_der(list.expect(tag::SEQUENCE)?.full)?);
            }
        }
        outer.finish("basic OCSP response")?;

        let mut r = tbs.reader();
        if r.explicit(0)?.is_some_and(|v| v.body != [0]) {
            return Err(Error::Malformed("OCSP version"));
        }
        let responder = if let Some(name) = r.explicit(1)? {
            ResponderId::Name(Name::from_der(name.full)?)
        } else if let Some(key) = r.explicit(2)? {
            ResponderId::Key(key.body.to_vec())
        } else {
            return Err(Error::Malformed("OCSP responder"));
        };
        let produced_at = r.expect(tag::GENERALIZED_TIME)?.as_time()?;
        let mut list = r.sequence()?;
        let mut response = Self {
            basic: basic.to_vec(),
            tbs: start..start + tbs.full.len(),
            algorithm: algorithm.to_vec(),
            signature,
            responder,
            produced_at,
            responses: Vec::new(),
            nonce: None,
            extended_revoke: false,
            certificates,
            unknown_critical: Vec::new(),
        };
        while !list.is_empty() {
            if response.responses.len() >= MAX_RESPONSES {
                return Err(Error::TooMany { what: "answers in an OCSP response", limit: MAX_RESPONSES });
            }
            let one = single(list.sequence()?, &mut response.unknown_critical)?;
            response.responses.push(one);
        }
        if let Some(e) = r.explicit(1)? {
            for row in extension_rows(e.reader())? {
                match row.oid {
                    oid::OCSP_NONCE => {
                        response.nonce = Some(
                            Reader::single(&row.value, tag::OCTET_STRING, "nonce")
                                .map_or(row.value.clone(), |t| t.body.to_vec()),
                        )
                    }
                    oid::OCSP_EXTENDED_REVOKE => response.extended_revoke = true,
                    other if row.critical => response.unknown_critical.push(other),
                    _ => {}
                }
            }
        }
        r.finish("OCSP response data")?;
        Ok(response)
    }

    /// DER of the `BasicOCSPResponse`.
    pub fn basic_der(&self) -> &[u8] {
        &self.basic
    }
    /// DER of a complete `OCSPResponse`.
    pub fn to_der(&self) -> Vec<u8> {
        let bytes = asn1::seq([asn1::oid(oid::OCSP_BASIC), asn1::octets(&self.basic)]);
        asn1::seq([asn1::enumerated(0), asn1::explicit(0, &bytes)])
    }
    /// DER of what is signed.
    pub fn tbs(&self) -> &[u8] {
        self.basic.get(self.tbs.clone()).unwrap_or_default()
    }
    /// Signature algorithm.
    pub fn signature_algorithm(&self) -> Result<SignatureAlgorithm> {
        SignatureAlgorithm::from_der(&self.algorithm)
    }
    /// Signature value.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
    /// Verifies the signature with a key. Whether that key may answer is [`Self::responder_certificate`]'s matter.
    pub fn verify_with(&self, spki: &[u8]) -> Result<()> {
        verify(spki, self.signature_algorithm()?, self.tbs(), &self.signature)
    }
    /// The answer about a certificate of an issuer.
    pub fn find(&self, certificate: &Certificate, issuer: &Certificate) -> Option<&SingleResponse> {
        self.responses.iter().find(|r| r.id.is_of(certificate, issuer))
    }

    /// The certificate that signed this response and may answer for `issuer` (RFC 6960 section 4.2.2.2): the issuer itself, or one that the
    /// issuer's key signed for OCSP signing. `more` are certificates known from elsewhere. The signature is verified; validity in time and
    /// revocation of a delegate are the caller's.
    pub fn responder_certificate(&self, issuer: &Certificate, more: &[Certificate]) -> Result<Certificate> {
        self.responder_certificate_with(issuer, more, &|child, issuer| child.verify_signed_by(issuer).is_ok())
    }

    /// Like [`Self::responder_certificate`]; `signed_by` says whether the first certificate is signed by the second.
    pub fn responder_certificate_with(
        &self,
        issuer: &Certificate,
        more: &[Certificate],
        signed_by: &dyn Fn(&Certificate, &Certificate) -> bool,
    ) -> Result<Certificate> {
        if self.responder.is(issuer) && self.verify_with(issuer.spki()).is_ok() {
            return Ok(issuer.clone());
        }
        let mut named = false;
        for candidate in self.certificates.iter().chain(more).filter(|c| self.responder.is(c)) {
            named = true;
            let delegated = candidate.extended_key_usage().contains(&oid::OCSP_SIGNING)
                && candidate.key_usage().is_none_or(|u| {
                    u.intersects(crate::KeyUsage::DIGITAL_SIGNATURE | crate::KeyUsage::NON_REPUDIATION)
                })
                && candidate.issuer().matches(issuer.subject())
                && signed_by(candidate, issuer);
            if delegated && self.verify_with(candidate.spki()).is_ok() {
                return Ok(candidate.clone());
            }
        }
        Err(if named {
            Error::Malformed("OCSP responder not authorised by the issuer")
        } else {
            Error::Malformed("OCSP responder's certificate not found")
        })
    }
}

fn single(mut r: Reader<'_>, unknown: &mut Vec<Oid>) -> Result<SingleResponse> {
    let id = CertId::parse(r.expect(tag::SEQUENCE)?.full)?;
    let status = r.any()?;
    let status = match status.tag {
        0x80 if status.body.is_empty() => CertStatus::Good,
        0xa1 => {
            let mut r = status.reader();
            let at = r.expect(tag::GENERALIZED_TIME)?.as_time()?;
            let reason = match r.explicit(0)? {
                Some(t) if t.tag == tag::ENUMERATED => match t.body {
                    [n] => Some(RevocationReason::from_code(*n).ok_or(Error::Malformed("revocation reason"))?),
                    _ => return Err(Error::Malformed("revocation reason")),
                },
                Some(_) => return Err(Error::Malformed("revocation reason")),
                None => None,
            };
            r.finish("revoked info")?;
            CertStatus::Revoked { at, reason }
        }
        0x82 => CertStatus::Unknown,
        _ => return Err(Error::Malformed("certificate status")),
    };
    let this_update = r.expect(tag::GENERALIZED_TIME)?.as_time()?;
    let next_update = r.explicit(0)?.map(|t| t.as_time()).transpose()?;
    let mut archive_cutoff = None;
    if let Some(e) = r.explicit(1)? {
        for row in extension_rows(e.reader())? {
            match row.oid {
                oid::OCSP_ARCHIVE_CUTOFF => {
                    archive_cutoff =
                        Some(Reader::single(&row.value, tag::GENERALIZED_TIME, "archive cutoff")?.as_time()?)
                }
                other if row.critical => unknown.push(other),
                _ => {}
            }
        }
    }
    r.finish("OCSP answer")?;
    Ok(SingleResponse { id, status, this_update, next_update, archive_cutoff })
}
