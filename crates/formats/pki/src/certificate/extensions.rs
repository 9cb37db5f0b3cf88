use std::ops::BitOr;

use super::QcStatements;
use crate::{GeneralName, Oid};

/// Everything the extensions of a certificate say: filled by the reader, written by the builder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// Basic constraints (written critical).
    pub basic_constraints: Option<BasicConstraints>,
    /// Key usage (written critical).
    pub key_usage: Option<KeyUsage>,
    /// Extended key usages.
    pub extended_key_usage: Vec<Oid>,
    /// Whether the extended key usage is critical (time-stamping certificates).
    pub extended_key_usage_critical: bool,
    /// Subject key identifier.
    pub subject_key_id: Option<Vec<u8>>,
    /// Key identifier of the issuer's key.
    pub authority_key_id: Option<Vec<u8>>,
    /// Certificate policies.
    pub policies: Vec<Policy>,
    /// OCSP addresses (AIA).
    pub ocsp: Vec<String>,
    /// Addresses of the issuer's certificate (AIA).
    pub ca_issuers: Vec<String>,
    /// CRL addresses.
    pub crl: Vec<String>,
    /// CRL distribution points as read. The builder writes [`Self::crl`] and ignores it.
    pub crl_points: Vec<DistributionPoint>,
    /// Subject alternative names.
    pub alt_names: Vec<GeneralName>,
    /// Whether the alternative names are critical (empty subject).
    pub alt_names_critical: bool,
    /// Qualified certificate statements.
    pub qc: Option<QcStatements>,
    /// `id-pkix-ocsp-nocheck`.
    pub ocsp_nocheck: bool,
    /// Name constraints (written critical).
    pub name_constraints: Option<NameConstraints>,
    /// `requireExplicitPolicy` of policy constraints.
    pub require_explicit_policy: Option<u32>,
    /// `inhibitPolicyMapping` of policy constraints.
    pub inhibit_policy_mapping: Option<u32>,
    /// `inhibitAnyPolicy`.
    pub inhibit_any_policy: Option<u32>,
    /// Policy mappings: issuer's, subject's.
    pub policy_mappings: Vec<(Oid, Oid)>,
    /// `id-etsi-ext-valassured-ST-certs` (EN 319 412-1): short term, no revocation information.
    pub validity_assured_short_term: bool,
    /// `noRevAvail` (RFC 9608).
    pub no_revocation_available: bool,
    /// Extensions this crate does not decode, as they stand.
    pub other: Vec<Extension>,
    /// All extensions as read: identifier and criticality, in order. The builder ignores it.
    pub present: Vec<(Oid, bool)>,
    /// Known extensions whose value could not be decoded. The builder ignores it.
    pub malformed: Vec<Oid>,
}

/// An extension as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Extension {
    /// Identifier.
    pub oid: Oid,
    /// Criticality.
    pub critical: bool,
    /// DER of the value.
    pub value: Vec<u8>,
}

/// Basic constraints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BasicConstraints {
    /// Whether the subject is a CA.
    pub ca: bool,
    /// How many further CAs may follow.
    pub path_len: Option<u32>,
}

/// Where the CRL for a certificate is, and whose it is (RFC 5280 section 4.2.1.13).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DistributionPoint {
    /// Its names, a relative name already completed; `None`: not stated.
    pub names: Option<Vec<GeneralName>>,
    /// The reasons its CRLs speak of, as bits of ReasonFlags; `None`: all.
    pub reasons: Option<u16>,
    /// Who issues its CRLs, when it is not the issuer of the certificate.
    pub crl_issuer: Vec<GeneralName>,
}

/// A certificate policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Identifier.
    pub oid: Oid,
    /// Address of the certification practice statement.
    pub cps: Option<String>,
}

/// Name constraints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameConstraints {
    /// Permitted subtrees.
    pub permitted: Vec<GeneralName>,
    /// Excluded subtrees.
    pub excluded: Vec<GeneralName>,
}

/// Key usage bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyUsage(pub u16);

impl KeyUsage {
    /// digitalSignature.
    pub const DIGITAL_SIGNATURE: Self = Self(1);
    /// nonRepudiation (contentCommitment).
    pub const NON_REPUDIATION: Self = Self(1 << 1);
    /// keyEncipherment.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// dataEncipherment.
    pub const DATA_ENCIPHERMENT: Self = Self(1 << 3);
    /// keyAgreement.
    pub const KEY_AGREEMENT: Self = Self(1 << 4);
    /// keyCertSign.
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// cRLSign.
    pub const CRL_SIGN: Self = Self(1 << 6);
    /// encipherOnly.
    pub const ENCIPHER_ONLY: Self = Self(1 << 7);
    /// decipherOnly.
    pub const DECIPHER_ONLY: Self = Self(1 << 8);

    /// Whether all bits of `other` are set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
    /// Whether any bit of `other` is set.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
    /// Numbers of the set bits.
    pub fn bits(self) -> Vec<u8> {
        (0..9).filter(|n| self.0 & (1 << n) != 0).collect()
    }
}

impl BitOr for KeyUsage {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
