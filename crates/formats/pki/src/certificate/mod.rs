//! X.509 certificates (RFC 5280 section 4): reading, and building in the form tbs → somebody signs → assemble.

mod decode;
mod encode;
mod extensions;
mod pem;
mod qc;
mod template;

pub use extensions::{BasicConstraints, DistributionPoint, Extension, Extensions, KeyUsage, NameConstraints, Policy};
pub use pem::{der_from_pem, pem_decode, pem_encode};
pub use qc::{QcStatements, QcType};
pub use template::CertificateTemplate;

pub(crate) use decode::{extension_rows, names_of_distribution_point, reason_flags};
pub(crate) use encode::extension;
pub(crate) use template::signed;

use std::{
    fmt,
    ops::Range,
    sync::{Arc, OnceLock},
};

use jiff::Timestamp;

use crate::{
    Error, Name, Oid, PublicKey, Result, SignatureAlgorithm,
    algorithm::{AlgorithmIdentifier, DigestAlgorithm, verify},
    asn1::{self, Reader, tag},
};

/// Largest certificate read.
pub const MAX_CERTIFICATE: usize = 64 * 1024;

/// A certificate. Cheap to clone; keeps the bytes it was read from.
#[derive(Clone)]
pub struct Certificate(Arc<Inner>);

struct Inner {
    der: Vec<u8>,
    tbs: Range<usize>,
    version: u8,
    serial: Vec<u8>,
    inner_algorithm: Vec<u8>,
    algorithm: Vec<u8>,
    issuer: Name,
    subject: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    key: PublicKey,
    extensions: Extensions,
    signature: Vec<u8>,
    /// Digests of the whole certificate, once asked for: a time-stamping unit refers to its own in every stamp.
    fingerprints: [OnceLock<Vec<u8>>; DigestAlgorithm::ALL.len()],
}

impl Certificate {
    /// From DER.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > MAX_CERTIFICATE {
            return Err(Error::TooLarge { what: "certificate", limit: MAX_CERTIFICATE });
        }
        let mut outer = Reader::of_sequence(der, "certificate")?;
        let body = outer.rest();
        let tbs = outer.expect(tag::SEQUENCE)?;
        let algorithm = outer.expect(tag::SEQUENCE)?.full;
        AlgorithmIdentifier::parse(algorithm)?;
        let signature = outer.bits()?.whole()?.to_vec();
        outer.finish("certificate")?;
        let start = der.len() - body.len();

        let mut r = tbs.reader();
        let version = match r.explicit(0)? {
            None => 1,
            Some(v) => match v.body {
                [1] => 2,
                [2] => 3,
                _ => return Err(Error::Malformed("certificate version")),
            },
        };
        let serial = r.integer()?.to_vec();
        let inner_algorithm = r.expect(tag::SEQUENCE)?.full.to_vec();
        let issuer = Name::from_der(r.expect(tag::SEQUENCE)?.full)?;
        let mut validity = r.sequence()?;
        let (not_before, not_after) = (validity.time()?, validity.time()?);
        validity.finish("validity")?;
        let subject = Name::from_der(r.expect(tag::SEQUENCE)?.full)?;
        let key = PublicKey::from_spki(r.expect(tag::SEQUENCE)?.full)?;
        r.optional(tag::primitive(1))?;
        r.optional(tag::primitive(2))?;
        let extensions = match r.explicit(3)? {
            Some(list) if version == 3 && list.tag == tag::SEQUENCE => Extensions::decode(list.reader(), &issuer)?,
            Some(_) => return Err(Error::Malformed("extensions")),
            None => Extensions::default(),
        };
        r.finish("certificate")?;
        Ok(Self(Arc::new(Inner {
            tbs: start..start + tbs.full.len(),
            der: der.to_vec(),
            version,
            serial,
            inner_algorithm,
            algorithm: algorithm.to_vec(),
            issuer,
            subject,
            not_before,
            not_after,
            key,
            extensions,
            signature,
            fingerprints: [const { OnceLock::new() }; DigestAlgorithm::ALL.len()],
        })))
    }

    /// All certificates of a PEM text, in order; other PEM objects in it are skipped.
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>> {
        pem_decode(text)?
            .into_iter()
            .filter(|(label, _)| label == "CERTIFICATE")
            .map(|(_, der)| Self::from_der(&der))
            .collect()
    }
    /// From PEM that holds exactly one certificate, or from DER.
    pub fn from_pem_or_der(bytes: &[u8]) -> Result<Self> {
        if bytes.first() == Some(&tag::SEQUENCE) {
            return Self::from_der(bytes);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Error::BadPem)?;
        match Self::all_from_pem(text)?.as_slice() {
            [one] => Ok(one.clone()),
            _ => Err(Error::BadPem),
        }
    }
    /// PEM.
    pub fn to_pem(&self) -> String {
        pem_encode("CERTIFICATE", &self.0.der)
    }
    /// DER as read.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }
    /// DER of the `TBSCertificate`.
    pub fn tbs(&self) -> &[u8] {
        self.0.der.get(self.0.tbs.clone()).unwrap_or_default()
    }
    /// 1, 2 or 3.
    pub fn version(&self) -> u8 {
        self.0.version
    }
    /// Serial number: content octets of the INTEGER as they stand (a leading zero octet included, if there is one).
    pub fn serial(&self) -> &[u8] {
        &self.0.serial
    }
    /// Serial number in lower-case hexadecimal without leading zeros.
    pub fn serial_hex(&self) -> String {
        serial_hex(&self.0.serial)
    }
    /// Issuer.
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }
    /// Subject.
    pub fn subject(&self) -> &Name {
        &self.0.subject
    }
    /// Start of validity.
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }
    /// Last moment of validity.
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }
    /// Whether `at` lies in the validity period, ends included.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.0.not_before <= at && at <= self.0.not_after
    }
    /// Public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.key
    }
    /// DER of the `SubjectPublicKeyInfo`.
    pub fn spki(&self) -> &[u8] {
        self.0.key.spki()
    }
    /// Extensions.
    pub fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }
    /// Key usage, if stated.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.key_usage
    }
    /// Extended key usages.
    pub fn extended_key_usage(&self) -> &[Oid] {
        &self.0.extensions.extended_key_usage
    }
    /// Whether basic constraints say CA.
    pub fn is_ca(&self) -> bool {
        self.0.extensions.basic_constraints.is_some_and(|b| b.ca)
    }
    /// Whether issuer and subject are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.0.issuer.matches(&self.0.subject)
    }
    /// Whether it is signed with its own key.
    pub fn is_self_signed(&self) -> bool {
        self.is_self_issued() && self.verify_signed_by(self).is_ok()
    }
    /// Subject key identifier.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key_id.as_deref()
    }
    /// Key identifier of the authority key identifier.
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.authority_key_id.as_deref()
    }
    /// OCSP addresses (AIA).
    pub fn ocsp_urls(&self) -> &[String] {
        &self.0.extensions.ocsp
    }
    /// Addresses of issuer certificates (AIA).
    pub fn ca_issuer_urls(&self) -> &[String] {
        &self.0.extensions.ca_issuers
    }
    /// CRL addresses.
    pub fn crl_urls(&self) -> &[String] {
        &self.0.extensions.crl
    }
    /// Qualified certificate statements.
    pub fn qc(&self) -> Option<&QcStatements> {
        self.0.extensions.qc.as_ref()
    }
    /// DER of the signature `AlgorithmIdentifier`.
    pub fn signature_algorithm_der(&self) -> &[u8] {
        &self.0.algorithm
    }
    /// Signature algorithm.
    pub fn signature_algorithm(&self) -> Result<SignatureAlgorithm> {
        SignatureAlgorithm::from_der(&self.0.algorithm)
    }
    /// Signature value.
    pub fn signature(&self) -> &[u8] {
        &self.0.signature
    }
    /// Digest of the whole certificate.
    pub fn fingerprint(&self, algorithm: DigestAlgorithm) -> Vec<u8> {
        let slot = DigestAlgorithm::ALL.iter().position(|a| *a == algorithm).and_then(|n| self.0.fingerprints.get(n));
        slot.map_or_else(|| algorithm.of(&self.0.der), |s| s.get_or_init(|| algorithm.of(&self.0.der)).clone())
    }
    /// Whether names and key identifiers allow `issuer` to be the issuer. No signature is checked.
    pub fn may_be_issued_by(&self, issuer: &Self) -> bool {
        let ids = match (self.authority_key_id(), issuer.subject_key_id()) {
            (Some(a), Some(s)) => a == s,
            _ => true,
        };
        ids && self.issuer().matches(issuer.subject())
    }
    /// Verifies the signature with the key of `issuer`. Names are not compared.
    pub fn verify_signed_by(&self, issuer: &Self) -> Result<()> {
        if self.0.inner_algorithm != self.0.algorithm {
            return Err(Error::Malformed("signature algorithm differs inside and outside"));
        }
        verify(issuer.spki(), self.signature_algorithm()?, self.tbs(), &self.0.signature)
    }
    /// `IssuerAndSerialNumber` of CMS.
    pub fn issuer_and_serial(&self) -> Vec<u8> {
        asn1::seq([self.issuer().to_der(), asn1::tlv(tag::INTEGER, &self.0.serial).as_slice()])
    }
    /// `IssuerSerial` of RFC 5035: `GeneralNames` with one directory name, serial number.
    pub fn issuer_serial(&self) -> Vec<u8> {
        let names = asn1::seq([asn1::tlv(tag::constructed(4), self.issuer().to_der())]);
        asn1::seq([names, asn1::tlv(tag::INTEGER, &self.0.serial)])
    }
}

/// Serial number in lower-case hexadecimal without leading zeros.
pub fn serial_hex(serial: &[u8]) -> String {
    let text: String = serial.iter().map(|b| format!("{b:02x}")).collect();
    let trimmed = text.trim_start_matches('0');
    if trimmed.is_empty() { "0".into() } else { trimmed.into() }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}
impl Eq for Certificate {}

impl std::hash::Hash for Certificate {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.der.hash(state);
    }
}

impl fmt::Debug for Certificate {
    /// Serial only: subjects are persons.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Certificate").field(&self.serial_hex()).finish()
    }
}
