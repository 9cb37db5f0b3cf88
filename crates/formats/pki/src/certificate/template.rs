use jiff::Timestamp;

use super::{Certificate, Extensions, extension_rows};
use crate::{
    Error, Name, PublicKey, Result, SignatureAlgorithm,
    asn1::{self, Reader, tag},
};

/// A certificate before it is signed.
#[derive(Clone, Debug)]
pub struct CertificateTemplate {
    /// Serial number, big-endian, positive, at most 20 octets when encoded.
    pub serial: Vec<u8>,
    /// Algorithm with which the issuer will sign.
    pub signature: SignatureAlgorithm,
    /// Issuer.
    pub issuer: Name,
    /// Start of validity, whole seconds.
    pub not_before: Timestamp,
    /// End of validity, whole seconds.
    pub not_after: Timestamp,
    /// Subject.
    pub subject: Name,
    /// DER of the subject's `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
    /// Extensions.
    pub extensions: Extensions,
}

impl CertificateTemplate {
    /// DER of the `TBSCertificate`: what the issuer signs.
    pub fn tbs(&self) -> Result<Vec<u8>> {
        PublicKey::from_spki(&self.spki)?;
        if self.serial.iter().all(|b| *b == 0) || asn1::integer_bytes(&self.serial).len() > 20 {
            return Err(Error::Unbuildable("serial number is zero or longer than 20 octets"));
        }
        let rows = self.extensions.encode();
        let list = asn1::seq(&rows);
        extension_rows(Reader::of_sequence(&list, "extensions")?)
            .map_err(|_| Error::Unbuildable("repeated or too many extensions"))?;
        let extensions = if rows.is_empty() { vec![] } else { asn1::explicit(3, &list) };
        Ok(asn1::seq([
            asn1::explicit(0, &asn1::small_integer(2)),
            asn1::integer(&self.serial),
            self.signature.to_der(),
            self.issuer.to_der().to_vec(),
            asn1::seq([asn1::x509_time(self.not_before), asn1::x509_time(self.not_after)]),
            self.subject.to_der().to_vec(),
            self.spki.clone(),
            extensions,
        ]))
    }

    /// The certificate: what was signed, and the signature over it (ECDSA in DER).
    pub fn assemble(tbs: &[u8], algorithm: SignatureAlgorithm, signature: &[u8]) -> Result<Certificate> {
        Certificate::from_der(&signed(tbs, algorithm, signature)?)
    }
}

/// `SEQUENCE { tbs, AlgorithmIdentifier, BIT STRING }`: certificates, CRLs, certification requests.
pub(crate) fn signed(tbs: &[u8], algorithm: SignatureAlgorithm, signature: &[u8]) -> Result<Vec<u8>> {
    Reader::single(tbs, tag::SEQUENCE, "to be signed")?;
    Ok(asn1::seq([tbs, &algorithm.to_der(), &asn1::bit_string(signature)]))
}
