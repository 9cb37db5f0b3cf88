//! Making CAdES signatures in two steps, so that a card, a phone or a foreign device gives the value.

use std::io::{self, Read, Write};

use jiff::Timestamp;
use pki::{
    Attribute, Certificate, DigestAlgorithm, Digester, Oid, SignatureAlgorithm, TimeStampToken, asn1,
    cms::{NewMessage, signer_info},
    oid,
};
use serde::{Deserialize, Serialize};

use super::{CadesError, SignaturePolicy, attributes};
use crate::xades::Place;

/// What kind of signature is wanted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Signing certificate, DER.
    pub certificate: Vec<u8>,
    /// Certificates between it and the root, DER.
    pub chain: Vec<Vec<u8>>,
    /// Algorithm of the signature value.
    pub algorithm: SignatureAlgorithm,
    /// Digest of the data. Ed25519 asks for SHA-512 (RFC 8419 section 3).
    pub digest: DigestAlgorithm,
    /// Claimed time.
    pub signing_time: Timestamp,
    /// Claimed roles.
    pub roles: Vec<String>,
    /// Claimed place.
    pub place: Option<Place>,
    /// Commitment types, object identifiers.
    pub commitments: Vec<String>,
    /// Signature policy.
    pub policy: Option<SignaturePolicy>,
    /// Time stamp tokens over the data, made before the signature.
    pub content_timestamps: Vec<Vec<u8>>,
    /// Media type of the data.
    pub media_type: Option<String>,
}

impl Request {
    /// A request with what is usual for the key of `certificate`.
    ///
    /// # Errors
    /// When the certificate cannot be read or its key cannot be used.
    pub fn new(certificate: &[u8], signing_time: Timestamp) -> Result<Self, CadesError> {
        let algorithm = SignatureAlgorithm::for_key(Certificate::from_der(certificate)?.public_key())?;
        Ok(Self {
            certificate: certificate.to_vec(),
            chain: Vec::new(),
            algorithm,
            digest: algorithm.companion_digest(),
            signing_time,
            roles: Vec::new(),
            place: None,
            commitments: Vec::new(),
            policy: None,
            content_timestamps: Vec::new(),
            media_type: None,
        })
    }

    /// The signed attributes: SET OF in DER. A counter-signature has no content type (RFC 5652 section 11.4).
    fn attributes(&self, message_digest: &[u8], content_type: Option<Oid>) -> Result<Vec<u8>, CadesError> {
        let certificate = Certificate::from_der(&self.certificate)?;
        if !self.algorithm.fits(certificate.public_key().kind()) {
            return Err(CadesError::Algorithm);
        }
        if message_digest.len() != self.digest.size() {
            return Err(CadesError::Digest);
        }
        if self.algorithm == SignatureAlgorithm::Ed25519 && self.digest != DigestAlgorithm::Sha512 {
            return Err(CadesError::Digest);
        }
        let mut all = vec![
            Attribute::new(oid::MESSAGE_DIGEST, asn1::octets(message_digest)),
            Attribute::new(oid::SIGNING_TIME, asn1::x509_time(self.signing_time)),
            attributes::signing_certificate(&certificate, self.digest),
            attributes::algorithm_protection(self.digest, self.algorithm)?,
        ];
        all.extend(content_type.map(|kind| Attribute::new(oid::CONTENT_TYPE, asn1::oid(kind))));
        all.extend(self.place.as_ref().map(attributes::location));
        if !self.roles.is_empty() {
            all.push(attributes::roles(&self.roles));
        }
        if !self.commitments.is_empty() {
            all.push(attributes::commitments(&self.commitments)?);
        }
        all.extend(self.policy.as_ref().map(attributes::policy).transpose()?);
        if !self.content_timestamps.is_empty() {
            for token in &self.content_timestamps {
                TimeStampToken::from_ber(token)?;
            }
            all.push(Attribute { oid: oid::CONTENT_TIME_STAMP, values: self.content_timestamps.clone() });
        }
        all.extend(self.media_type.as_ref().map(|m| Attribute::new(oid::MIME_TYPE, asn1::utf8(m))));
        Ok(asn1::set_of(all.iter().map(Attribute::to_der).collect()))
    }
}

/// A signature that waits for its value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    request: Request,
    message_digest: Vec<u8>,
    to_be_signed: Vec<u8>,
}

/// Makes everything of a signature over data with this digest (of [`Request::digest`]) but its value.
///
/// # Errors
/// When certificate, algorithm, digest and claims do not fit together.
pub fn prepare(message_digest: &[u8], request: Request) -> Result<Prepared, CadesError> {
    prepare_as(message_digest, Some(oid::CMS_DATA), request)
}

/// Like [`prepare`], over content of another type; `None`: a counter-signature.
pub(super) fn prepare_as(
    message_digest: &[u8],
    content_type: Option<Oid>,
    request: Request,
) -> Result<Prepared, CadesError> {
    let to_be_signed = request.attributes(message_digest, content_type)?;
    Ok(Prepared { request, message_digest: message_digest.to_vec(), to_be_signed })
}

impl Prepared {
    /// The bytes that the signature value is over (the signed attributes).
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }
    /// Their digest, for signers that take one; Ed25519 takes the bytes.
    pub fn digest(&self) -> Vec<u8> {
        self.request.algorithm.companion_digest().of(&self.to_be_signed)
    }
    /// Algorithm of the value that is wanted.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.request.algorithm
    }
    /// Signing certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.request.certificate
    }
    /// Takes the signature value (ECDSA in DER) and checks it.
    ///
    /// # Errors
    /// When the value does not verify with the certificate.
    pub fn finish(self, value: &[u8]) -> Result<Signed, CadesError> {
        let certificate = Certificate::from_der(&self.request.certificate)?;
        let Request { algorithm, digest, .. } = self.request;
        pki::verify(certificate.spki(), algorithm, &self.to_be_signed, value).map_err(|_| CadesError::Value)?;
        let signer = signer_info(&certificate, digest, algorithm, &self.to_be_signed, value, Vec::new())?;
        let mut certificates = vec![self.request.certificate];
        certificates.extend(self.request.chain);
        Ok(Signed { signer, certificates, digest, message_digest: self.message_digest })
    }
}

/// A signature at level B: its SignerInfo and the certificates that go with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signed {
    pub(super) signer: Vec<u8>,
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) digest: DigestAlgorithm,
    pub(super) message_digest: Vec<u8>,
}

impl Signed {
    fn message(&self) -> NewMessage {
        let mut certificates = self.certificates.clone();
        certificates.sort();
        certificates.dedup();
        NewMessage {
            version: 1,
            content_type: oid::CMS_DATA,
            digests: vec![self.digest.to_der()],
            certificates: asn1::tlv(asn1::tag::constructed(0), &certificates.concat()),
            revocations: Vec::new(),
            signers: vec![self.signer.clone()],
        }
    }

    /// Whether these are the data.
    pub(crate) fn is_over(&self, data: &[u8]) -> bool {
        self.digest.of(data) == self.message_digest
    }

    /// A new file beside the data.
    pub fn detached(&self) -> Vec<u8> {
        let message = self.message();
        [message.head(None), message.tail()].concat()
    }

    /// A new file with the data inside: these `octets` octets of `data` pass through.
    ///
    /// # Errors
    /// When reading or writing fails, or the data are not those that were signed.
    pub fn attached(&self, mut data: impl Read, octets: u64, out: &mut dyn Write) -> Result<(), CadesError> {
        let message = self.message();
        out.write_all(&message.head(Some(octets)))?;
        let mut digest = Digester::new(self.digest);
        let mut both = Tee { digest: &mut digest, out };
        let copied = io::copy(&mut (&mut data).take(octets), &mut both)?;
        if copied != octets || digest.finish() != self.message_digest || data.read(&mut [0])? != 0 {
            return Err(CadesError::OtherData);
        }
        out.write_all(&message.tail())?;
        Ok(())
    }
}

struct Tee<'t> {
    digest: &'t mut Digester,
    out: &'t mut dyn Write,
}

impl Write for Tee<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.out.write(buf)?;
        self.digest.update(buf.get(..n).unwrap_or_default());
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
