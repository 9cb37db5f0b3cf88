use jiff::Timestamp;

use super::{Attribute, signing_certificate_v2};
use crate::{
    Certificate, DigestAlgorithm, Error, Oid, Result, SignatureAlgorithm,
    asn1::{self, Reader, tag},
    oid,
};

/// A SignedData with one signer before it is signed.
#[derive(Clone, Debug)]
pub struct SignedDataTemplate {
    /// Type of the content (`CMS_DATA`, `TST_INFO`).
    pub content_type: Oid,
    /// The content, if it is carried inside.
    pub content: Option<Vec<u8>>,
    /// Digest of the content, with [`Self::digest`].
    pub message_digest: Vec<u8>,
    /// Digest algorithm.
    pub digest: DigestAlgorithm,
    /// Signature algorithm.
    pub signature: SignatureAlgorithm,
    /// Signer's certificate.
    pub certificate: Certificate,
    /// Claimed signing time. Left out in PAdES (the signature dictionary has it) and in time stamps.
    pub signing_time: Option<Timestamp>,
    /// Further signed attributes.
    pub more_attributes: Vec<Attribute>,
}

impl SignedDataTemplate {
    /// DER of the signed attributes as `SET OF`: what the signer signs.
    pub fn to_be_signed(&self) -> Result<Vec<u8>> {
        if self.message_digest.len() != self.digest.size() {
            return Err(Error::Unbuildable("message digest of the wrong length"));
        }
        if let Some(content) = &self.content
            && self.digest.of(content) != self.message_digest
        {
            return Err(Error::Unbuildable("message digest is not that of the content"));
        }
        let mut all = vec![
            Attribute::new(oid::CONTENT_TYPE, asn1::oid(self.content_type)),
            Attribute::new(oid::MESSAGE_DIGEST, asn1::octets(&self.message_digest)),
            signing_certificate_v2(&self.certificate, self.digest),
        ];
        if let Some(at) = self.signing_time {
            all.push(Attribute::new(oid::SIGNING_TIME, asn1::x509_time(at)));
        }
        all.extend(self.more_attributes.iter().cloned());
        Ok(asn1::set_of(all.iter().map(Attribute::to_der).collect()))
    }

    /// DER of the `ContentInfo`: what was signed, the signature over it (ECDSA in DER), all certificates to carry (the signer's among
    /// them or not: it is added), CRLs, OCSP responses (`BasicOCSPResponse` goes in as RFC 5940 says) and unsigned attributes.
    pub fn assemble(
        &self,
        signed: &[u8],
        signature: &[u8],
        certificates: &[Certificate],
        crls: &[Vec<u8>],
        ocsps: &[Vec<u8>],
        unsigned: &[Attribute],
    ) -> Result<Vec<u8>> {
        let mut carried = vec![self.certificate.der().to_vec()];
        for c in certificates {
            if !carried.iter().any(|have| have == c.der()) {
                carried.push(c.der().to_vec());
            }
        }
        carried.sort();
        let mut revocations: Vec<Vec<u8>> = crls.to_vec();
        for ocsp in ocsps {
            let response = crate::OcspResponse::from_der(ocsp)?;
            let body = [asn1::oid(oid::RI_OCSP_RESPONSE), response.to_der()].concat();
            revocations.push(asn1::tlv(tag::constructed(1), &body));
        }
        revocations.sort();
        let carried = asn1::tlv(tag::constructed(0), &carried.concat());
        self.message(signed, signature, carried, &revocations, !ocsps.is_empty(), unsigned)
    }

    /// Like [`Self::assemble`], carrying nothing but the signature (RFC 3161 `certReq` false).
    pub(crate) fn assemble_without_certificates(&self, signed: &[u8], signature: &[u8]) -> Result<Vec<u8>> {
        self.message(signed, signature, vec![], &[], false, &[])
    }

    fn message(
        &self,
        signed: &[u8],
        signature: &[u8],
        certificates: Vec<u8>,
        revocations: &[Vec<u8>],
        other_revocation: bool,
        unsigned: &[Attribute],
    ) -> Result<Vec<u8>> {
        let attributes = Reader::single(signed, tag::SET, "signed attributes")?.body;
        let version = match other_revocation {
            true => 5,
            false if self.content_type == oid::CMS_DATA => 1,
            false => 3,
        };
        let content = self.content.as_ref().map(|c| asn1::explicit(0, &asn1::octets(c))).unwrap_or_default();
        let unsigned = if unsigned.is_empty() {
            vec![]
        } else {
            let set = asn1::set_of(unsigned.iter().map(Attribute::to_der).collect());
            asn1::tlv(tag::constructed(1), Reader::single(&set, tag::SET, "attributes")?.body)
        };
        let signer = asn1::seq([
            asn1::small_integer(1),
            self.certificate.issuer_and_serial(),
            self.digest.to_der(),
            asn1::tlv(tag::constructed(0), attributes),
            self.signature.to_der(),
            asn1::octets(signature),
            unsigned,
        ]);
        let crls = if revocations.is_empty() { vec![] } else { asn1::tlv(tag::constructed(1), &revocations.concat()) };
        let data = asn1::seq([
            asn1::small_integer(version),
            asn1::set_of(vec![self.digest.to_der()]),
            asn1::seq([asn1::oid(self.content_type), content]),
            certificates,
            crls,
            asn1::set_of(vec![signer]),
        ]);
        Ok(asn1::seq([asn1::oid(oid::CMS_SIGNED_DATA), asn1::explicit(0, &data)]))
    }
}
