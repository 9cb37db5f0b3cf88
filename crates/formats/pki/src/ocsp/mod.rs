//! OCSP (RFC 6960, nonces of RFC 9654, SHA-256 identifiers of RFC 9919).

mod build;
mod request;
mod response;

pub use build::{OcspErrorStatus, OcspResponseTemplate, ocsp_error};
pub use request::OcspRequest;
pub use response::{OcspResponse, ResponderId};

use jiff::Timestamp;

use crate::{
    Certificate, DigestAlgorithm, Error, Result, RevocationReason,
    algorithm::AlgorithmIdentifier,
    asn1::{self, Reader, tag},
};

/// Largest OCSP message read.
pub const MAX_OCSP: usize = 1024 * 1024;
/// Longest nonce (RFC 9654).
pub const MAX_NONCE: usize = 128;

/// Which certificate is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertId {
    /// Digest of the two hashes below.
    pub digest: DigestAlgorithm,
    /// Digest of the issuer's name.
    pub issuer_name_hash: Vec<u8>,
    /// Digest of the issuer's key octets.
    pub issuer_key_hash: Vec<u8>,
    /// Serial number: content octets of the INTEGER.
    pub serial: Vec<u8>,
    /// As it was read: a response repeats it octet by octet.
    der: Vec<u8>,
}

impl CertId {
    /// The identifier of the certificate with `serial` (content octets of the INTEGER) issued by `issuer`.
    pub fn new(digest: DigestAlgorithm, issuer: &Certificate, serial: &[u8]) -> Self {
        let issuer_name_hash = digest.of(issuer.subject().to_der());
        let issuer_key_hash = digest.of(issuer.public_key().bits());
        let der = asn1::seq([
            asn1::seq([asn1::oid(digest.oid()), asn1::null()]),
            asn1::octets(&issuer_name_hash),
            asn1::octets(&issuer_key_hash),
            asn1::tlv(tag::INTEGER, serial),
        ]);
        Self { digest, issuer_name_hash, issuer_key_hash, serial: serial.to_vec(), der }
    }
    pub(crate) fn parse(der: &[u8]) -> Result<Self> {
        let mut r = Reader::of_sequence(der, "certificate identifier")?;
        let digest = AlgorithmIdentifier::parse(r.expect(tag::SEQUENCE)?.full)?.digest()?;
        let id = Self {
            digest,
            issuer_name_hash: r.octets()?.to_vec(),
            issuer_key_hash: r.octets()?.to_vec(),
            serial: r.integer()?.to_vec(),
            der: der.to_vec(),
        };
        r.finish("certificate identifier")?;
        if id.issuer_name_hash.len() != digest.size() || id.issuer_key_hash.len() != digest.size() {
            return Err(Error::Malformed("certificate identifier"));
        }
        Ok(id)
    }
    /// Whether the issuer part names this CA.
    pub fn is_of_issuer(&self, issuer: &Certificate) -> bool {
        self.digest.of(issuer.subject().to_der()) == self.issuer_name_hash
            && self.digest.of(issuer.public_key().bits()) == self.issuer_key_hash
    }
    /// Whether it is about this certificate of this issuer.
    pub fn is_of(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.serial == certificate.serial() && self.is_of_issuer(issuer)
    }
    /// DER.
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }
}

/// What a responder says of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertStatus {
    /// Not revoked.
    Good,
    /// Revoked, or on hold.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: Option<RevocationReason>,
    },
    /// The responder does not know it.
    Unknown,
}

/// The answer about one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleResponse {
    /// Which certificate.
    pub id: CertId,
    /// Its status.
    pub status: CertStatus,
    /// When the status was known to be so.
    pub this_update: Timestamp,
    /// When newer information will be there.
    pub next_update: Option<Timestamp>,
    /// How far back the responder answers about expired certificates.
    pub archive_cutoff: Option<Timestamp>,
}
