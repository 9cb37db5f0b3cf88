use jiff::Timestamp;

use super::{
    Attribute,
    message::{encapsulated_head, frame},
    part::ocsp_item,
    signing_certificate_v2,
};
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
        let mut carried = vec![self.certificate.der()];
        carried.extend(certificates.iter().map(Certificate::der));
        carried.sort_unstable();
        carried.dedup();
        let mut revocations: Vec<Vec<u8>> = crls.to_vec();
        for ocsp in ocsps {
            revocations.push(ocsp_item(ocsp)?);
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
        let unsigned: Vec<Vec<u8>> = unsigned.iter().map(Attribute::to_der).collect();
        let signer = signer_info(&self.certificate, self.digest, self.signature, signed, signature, unsigned)?;
        let message = NewMessage {
            version: match other_revocation {
                true => 5,
                false if self.content_type == oid::CMS_DATA => 1,
                false => 3,
            },
            content_type: self.content_type,
            digests: vec![self.digest.to_der()],
            certificates,
            revocations: if revocations.is_empty() {
                vec![]
            } else {
                asn1::tlv(tag::constructed(1), &revocations.concat())
            },
            signers: vec![signer],
        };
        let content = self.content.as_deref();
        let tail = message.tail();
        let head = message.head_before(content.map(|c| c.len() as u64), tail.len() as u64);
        Ok([head.as_slice(), content.unwrap_or_default(), &tail].concat())
    }
}

/// DER of a `SignerInfo`: the signed attributes as [`SignedDataTemplate::to_be_signed`] gave them or as a counter-signature has them, the
/// signature over them, unsigned attributes (DER).
///
/// # Errors
/// When `signed` is no SET.
pub fn signer_info(
    certificate: &Certificate,
    digest: DigestAlgorithm,
    algorithm: SignatureAlgorithm,
    signed: &[u8],
    signature: &[u8],
    unsigned: Vec<Vec<u8>>,
) -> Result<Vec<u8>> {
    let attributes = Reader::single(signed, tag::SET, "signed attributes")?.body;
    let unsigned = if unsigned.is_empty() {
        vec![]
    } else {
        let set = asn1::set_of(unsigned);
        asn1::tlv(tag::constructed(1), Reader::single(&set, tag::SET, "attributes")?.body)
    };
    Ok(asn1::seq([
        asn1::small_integer(1),
        certificate.issuer_and_serial(),
        digest.to_der(),
        asn1::tlv(tag::constructed(0), attributes),
        algorithm.to_der(),
        asn1::octets(signature),
        unsigned,
    ]))
}

/// A SignedData around a content that is not in memory: what stands in front of it and behind it.
pub struct NewMessage {
    /// `version`.
    pub version: u64,
    /// Type of the content.
    pub content_type: Oid,
    /// DER of the digest algorithms.
    pub digests: Vec<Vec<u8>>,
    /// The whole `[0]` of certificates, or nothing.
    pub certificates: Vec<u8>,
    /// The whole `[1]` of revocation information, or nothing.
    pub revocations: Vec<u8>,
    /// DER of the signers.
    pub signers: Vec<Vec<u8>>,
}

impl NewMessage {
    /// Everything in front of a content of so many octets; `None`: the content stays outside.
    pub fn head(&self, octets: Option<u64>) -> Vec<u8> {
        self.head_before(octets, self.tail().len() as u64)
    }
    fn head_before(&self, octets: Option<u64>, tail: u64) -> Vec<u8> {
        let version = asn1::small_integer(self.version);
        let digests = asn1::set_of(self.digests.clone());
        let encapsulated = match octets {
            Some(n) => encapsulated_head(self.content_type, n),
            None => asn1::seq([asn1::oid(self.content_type)]),
        };
        let own = [version, digests, encapsulated].concat();
        let inner = own.len() as u64 + octets.unwrap_or_default() + tail;
        [frame(inner), own].concat()
    }
    /// Everything behind the content.
    pub fn tail(&self) -> Vec<u8> {
        [self.certificates.as_slice(), &self.revocations, &asn1::set_of(self.signers.clone())].concat()
    }
}
