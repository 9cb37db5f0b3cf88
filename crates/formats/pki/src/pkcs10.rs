//! Certification requests (RFC 2986).

use crate::{
    Error, Extension, Name, PublicKey, Result, SignatureAlgorithm,
    algorithm::verify,
    asn1::{self, Reader, tag},
    certificate::extension_rows,
    oid,
};

/// Largest request read.
pub const MAX_REQUEST: usize = 64 * 1024;

/// A certification request.
#[derive(Clone, Debug)]
pub struct CertificationRequest {
    /// Subject asked for.
    pub subject: Name,
    /// Public key.
    pub key: PublicKey,
    /// Extensions asked for.
    pub extensions: Vec<Extension>,
    algorithm: Vec<u8>,
    tbs: Vec<u8>,
    signature: Vec<u8>,
}

impl CertificationRequest {
    /// DER of the `CertificationRequestInfo`: what the owner of the key signs.
    pub fn tbs(subject: &Name, spki: &[u8]) -> Vec<u8> {
        asn1::seq([&asn1::small_integer(0), subject.to_der(), spki, &asn1::tlv(tag::constructed(0), &[])])
    }
    /// DER of the request: what was signed, and the signature over it (ECDSA in DER).
    pub fn assemble(tbs: &[u8], algorithm: SignatureAlgorithm, signature: &[u8]) -> Result<Vec<u8>> {
        crate::certificate::signed(tbs, algorithm, signature)
    }
    /// From DER.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > MAX_REQUEST {
            return Err(Error::TooLarge { what: "certification request", limit: MAX_REQUEST });
        }
        let mut outer = Reader::of_sequence(der, "certification request")?;
        let tbs = outer.expect(tag::SEQUENCE)?;
        let algorithm = outer.expect(tag::SEQUENCE)?.full.to_vec();
        let signature = outer.bits()?.whole()?.to_vec();
        outer.finish("certification request")?;
        let mut r = tbs.reader();
        if r.u64()? != 0 {
            return Err(Error::Malformed("request version"));
        }
        let subject = Name::from_der(r.expect(tag::SEQUENCE)?.full)?;
        let key = PublicKey::from_spki(r.expect(tag::SEQUENCE)?.full)?;
        let mut extensions = Vec::new();
        if let Some(list) = r.optional(tag::constructed(0))? {
            let mut list = list.reader();
            while !list.is_empty() {
                let mut attribute = list.sequence()?;
                if attribute.oid()? == oid::EXTENSION_REQUEST {
                    extensions = extension_rows(attribute.set()?.sequence()?)?;
                }
            }
        }
        r.finish("certification request")?;
        Ok(Self { subject, key, extensions, algorithm, tbs: tbs.full.to_vec(), signature })
    }
    /// Verifies that the owner of the key signed the request.
    pub fn verify(&self) -> Result<()> {
        verify(self.key.spki(), SignatureAlgorithm::from_der(&self.algorithm)?, &self.tbs, &self.signature)
    }
}
