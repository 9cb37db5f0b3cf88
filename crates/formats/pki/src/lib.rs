//! X.509, CRL, OCSP, time stamps and CMS: bytes and rules, no clock, no keys.
//!
//! Everything that is signed is built in three steps: a template gives the octets to be signed, the caller has them signed, the template
//! assembles. Every reader is bounded in size, depth and count and refuses with a named [`Error`].
#![warn(clippy::indexing_slicing)]

pub mod algorithm;
pub mod asn1;
pub mod certificate;
pub mod cms;
pub mod crl;
mod error;
pub mod lint;
mod name;
pub mod ocsp;
pub mod oid;
pub mod path;
pub mod pkcs10;
pub mod pkcs12;
pub mod strength;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod tsp;

pub use algorithm::{
    DigestAlgorithm, Digester, KeyKind, PublicKey, SignatureAlgorithm, ecdsa_der_to_raw, ecdsa_raw_to_der, hmac,
    verify, verify_digest,
};
pub use certificate::{
    BasicConstraints, Certificate, CertificateTemplate, DistributionPoint, Extension, Extensions, KeyUsage,
    NameConstraints, Policy, QcStatements, QcType, der_from_pem, pem_decode, pem_encode,
};
pub use cms::{Attribute, EssCertId, SignedData, SignedDataTemplate, SignerId, SignerInfo};
pub use crl::{Crl, CrlEncoder, CrlEntry, CrlStatus, CrlTemplate, IssuingDistributionPoint, RevocationReason};
pub use error::{Error, Result};
pub use name::{GeneralName, Name, NameAttribute};
pub use ocsp::{
    CertId, CertStatus, OcspErrorStatus, OcspRequest, OcspResponse, OcspResponseTemplate, SingleResponse, ocsp_error,
};
pub use oid::Oid;
pub use pkcs10::CertificationRequest;
pub use pkcs12::Pkcs12;
pub use tsp::{FailureInfo, TimeStampRequest, TimeStampResponse, TimeStampToken, TokenTemplate, TstInfo};

/// Texts of the errors, Latvian (Fluent).
pub const LOCALE_LV: &str = include_str!("../locale/lv.ftl");
/// Texts of the errors, English (Fluent).
pub const LOCALE_EN: &str = include_str!("../locale/en.ftl");
