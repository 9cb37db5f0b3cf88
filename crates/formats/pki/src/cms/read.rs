use std::io::Cursor;

use jiff::Timestamp;

use super::{Attribute, EssCertId, Message};
use crate::{
    Certificate, DigestAlgorithm, Error, Name, Oid, Result, SignatureAlgorithm,
    algorithm::{AlgorithmIdentifier, verify},
    asn1::{self, Reader, tag},
    oid,
};

const MAX_ITEMS: usize = 4096;

/// Who signed, as the signer info says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignerId {
    /// Issuer and serial number (content octets of the INTEGER).
    IssuerAndSerial(Name, Vec<u8>),
    /// Subject key identifier.
    KeyId(Vec<u8>),
}

impl SignerId {
    /// Whether this certificate is meant.
    pub fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerial(issuer, serial) => {
                certificate.serial() == serial && certificate.issuer().matches(issuer)
            }
            Self::KeyId(id) => certificate.subject_key_id() == Some(id),
        }
    }
}

/// One signer of a SignedData.
#[derive(Clone, Debug)]
pub struct SignerInfo {
    /// Who.
    pub id: SignerId,
    /// Digest algorithm.
    pub digest: DigestAlgorithm,
    /// Signature algorithm.
    pub algorithm: SignatureAlgorithm,
    /// Signature value.
    pub signature: Vec<u8>,
    /// Signed attributes, in the order of the file.
    pub signed: Vec<Attribute>,
    /// Unsigned attributes, in the order of the file.
    pub unsigned: Vec<Attribute>,
    /// DER of the signed attributes as `SET OF` in the order of the file, `None` when there are none.
    signed_der: Option<Vec<u8>>,
}

/// A SignedData.
#[derive(Clone, Debug)]
pub struct SignedData {
    /// Type of the content.
    pub content_type: Oid,
    /// The content, if carried inside.
    pub content: Option<Vec<u8>>,
    /// DER of the certificates as they stand in the input.
    pub certificates: Vec<Vec<u8>>,
    /// DER of the CRLs as they stand in the input.
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses carried beside the CRLs (RFC 5940).
    pub ocsps: Vec<Vec<u8>>,
    /// Signers.
    pub signers: Vec<SignerInfo>,
}

impl SignedData {
    /// From a `ContentInfo` in DER or BER.
    pub fn from_ber(input: &[u8]) -> Result<Self> {
        let message = Message::from_ber(input)?;
        let content = match &message.content {
            Some(content) => {
                let mut octets = Vec::with_capacity(usize::try_from(content.octets).unwrap_or_default());
                let taken = message.content(Cursor::new(input), &mut |piece| {
                    octets.extend_from_slice(piece);
                    Ok(())
                });
                taken.map_err(|_| Error::Truncated)??;
                Some(octets)
            }
            None => None,
        };
        Ok(Self {
            content_type: message.content_type,
            content,
            certificates: message.certificates().cloned().collect(),
            crls: message.crls().cloned().collect(),
            ocsps: message.ocsps().collect(),
            signers: message.signers.iter().map(|s| s.info()).collect::<Result<_>>()?,
        })
    }

    /// The one signer of a message that has to have exactly one.
    pub fn only_signer(&self) -> Result<&SignerInfo> {
        match self.signers.as_slice() {
            [one] => Ok(one),
            _ => Err(Error::Malformed("not exactly one signer")),
        }
    }

    /// The certificates that can be read.
    pub fn readable_certificates(&self) -> Vec<Certificate> {
        self.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()).collect()
    }
}

fn push<T>(list: &mut Vec<T>, item: T) -> Result<()> {
    if list.len() >= MAX_ITEMS {
        return Err(Error::TooMany { what: "items in a CMS message", limit: MAX_ITEMS });
    }
    list.push(item);
    Ok(())
}

fn attributes(mut r: Reader<'_>) -> Result<Vec<Attribute>> {
    let mut all = Vec::new();
    while !r.is_empty() {
        push(&mut all, Attribute::parse(r.sequence()?)?)?;
    }
    Ok(all)
}

/// From the content of a `SignerInfo` in DER.
pub(super) fn signer(mut r: Reader<'_>) -> Result<SignerInfo> {
    r.u64()?;
    let id = match r.any()? {
        t if t.tag == tag::SEQUENCE => {
            let mut r = t.reader();
            let issuer = Name::from_der(r.expect(tag::SEQUENCE)?.full)?;
            let serial = r.integer()?.to_vec();
            r.finish("issuer and serial")?;
            SignerId::IssuerAndSerial(issuer, serial)
        }
        t if t.tag == tag::primitive(0) => SignerId::KeyId(t.body.to_vec()),
        t => return Err(Error::UnexpectedTag { expected: tag::SEQUENCE, found: t.tag }),
    };
    let digest = AlgorithmIdentifier::parse(r.expect(tag::SEQUENCE)?.full)?.digest()?;
    let signed = r.optional(tag::constructed(0))?;
    let algorithm = SignatureAlgorithm::from_cms(r.expect(tag::SEQUENCE)?.full, digest)?;
    let signature = r.octets()?.to_vec();
    let unsigned = r.optional(tag::constructed(1))?;
    r.finish("signer info")?;
    Ok(SignerInfo {
        id,
        digest,
        algorithm,
        signature,
        signed: signed.map(|t| attributes(t.reader())).transpose()?.unwrap_or_default(),
        unsigned: unsigned.map(|t| attributes(t.reader())).transpose()?.unwrap_or_default(),
        signed_der: signed.map(|t| asn1::tlv(tag::SET, t.body)),
    })
}

impl SignerInfo {
    /// The one value of a signed attribute; repeated attributes and values are refused.
    pub fn signed_value(&self, oid: Oid) -> Result<Option<&[u8]>> {
        let mut found = self.signed.iter().filter(|a| a.oid == oid);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(a), None) => match a.values.as_slice() {
                [one] => Ok(Some(one)),
                _ => Err(Error::Malformed("signed attribute without exactly one value")),
            },
            _ => Err(Error::Malformed("repeated signed attribute")),
        }
    }
    /// Values of an unsigned attribute.
    pub fn unsigned_values(&self, oid: Oid) -> impl Iterator<Item = &[u8]> {
        self.unsigned.iter().filter(move |a| a.oid == oid).flat_map(|a| a.values.iter().map(Vec::as_slice))
    }
    /// The message digest that was signed.
    pub fn message_digest(&self) -> Result<Option<Vec<u8>>> {
        Ok(match self.signed_value(oid::MESSAGE_DIGEST)? {
            Some(v) => Some(Reader::single(v, tag::OCTET_STRING, "message digest")?.body.to_vec()),
            None => None,
        })
    }
    /// The content type that was signed.
    pub fn content_type(&self) -> Result<Option<Oid>> {
        self.signed_value(oid::CONTENT_TYPE)?.map(|v| Reader::new(v).oid()).transpose()
    }
    /// The claimed signing time.
    pub fn signing_time(&self) -> Result<Option<Timestamp>> {
        self.signed_value(oid::SIGNING_TIME)?.map(|v| Reader::new(v).time()).transpose()
    }
    /// The signed references to the signer's certificate: `SigningCertificateV2`, else `SigningCertificate`; `None` when there is neither.
    pub fn certificate_references(&self) -> Result<Option<Vec<EssCertId>>> {
        for oid in [oid::SIGNING_CERTIFICATE_V2, oid::SIGNING_CERTIFICATE] {
            let mut found = self.signed.iter().filter(|a| a.oid == oid);
            if let Some(attribute) = found.next() {
                if found.next().is_some() {
                    return Err(Error::Malformed("repeated signed attribute"));
                }
                return EssCertId::parse_attribute(attribute).map(Some);
            }
        }
        Ok(None)
    }
    /// The octets that were signed, when there are signed attributes: `SET OF` in DER order.
    pub fn to_be_signed(&self) -> Option<Vec<u8>> {
        let as_found = self.signed_der.as_ref()?;
        let mut rows = Vec::new();
        let mut r = Reader::single(as_found, tag::SET, "attributes").ok()?.reader();
        while !r.is_empty() {
            rows.push(r.any().ok()?.full.to_vec());
        }
        Some(asn1::set_of(rows))
    }
    /// Verifies the signature value with a key: over the signed attributes (in DER order, else as they stand), or over the content itself
    /// when there are none. The message digest is the caller's to compare.
    pub fn verify_value(&self, spki: &[u8], content: &[u8]) -> Result<()> {
        let Some(as_found) = &self.signed_der else { return verify(spki, self.algorithm, content, &self.signature) };
        let sorted = self.to_be_signed().ok_or(Error::Malformed("signed attributes"))?;
        match verify(spki, self.algorithm, &sorted, &self.signature) {
            Err(Error::BadSignature) if sorted != *as_found => verify(spki, self.algorithm, as_found, &self.signature),
            done => done,
        }
    }
}
