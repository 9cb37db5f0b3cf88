//! Certificate revocation lists (RFC 5280 section 5).

mod build;
mod status;

pub use build::{CrlEncoder, CrlTemplate};
pub use status::{Combination, CrlStatus, Scope, Updated, combine, scope, status};

use std::ops::Range;

use jiff::Timestamp;

use crate::{
    Certificate, Error, GeneralName, Name, Oid, Result, SignatureAlgorithm,
    algorithm::{AlgorithmIdentifier, verify},
    asn1::{self, Reader, tag},
    certificate::{extension_rows, names_of_distribution_point, reason_flags},
    oid,
};

/// Largest CRL read.
pub const MAX_CRL: usize = 128 * 1024 * 1024;

/// Why a certificate was revoked (RFC 5280 section 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// No reason stated.
    Unspecified,
    /// The subject's key is or may be known to others.
    KeyCompromise,
    /// The CA's key is or may be known to others.
    CaCompromise,
    /// Name or other data of the subject changed.
    AffiliationChanged,
    /// A newer certificate replaces it.
    Superseded,
    /// No longer needed.
    CessationOfOperation,
    /// Suspended; may return.
    CertificateHold,
    /// Back from hold; only in delta CRLs.
    RemoveFromCrl,
    /// A privilege in it was withdrawn.
    PrivilegeWithdrawn,
    /// The attribute authority's key is or may be known to others.
    AaCompromise,
}

impl RevocationReason {
    /// CRLReason number.
    pub fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::RemoveFromCrl => 8,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }
    /// By CRLReason number.
    pub fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            8 => Self::RemoveFromCrl,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            _ => return None,
        })
    }
}

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlEntry {
    /// Serial number: content octets of the INTEGER, as [`Certificate::serial`] gives them.
    pub serial: Vec<u8>,
    /// When it was revoked.
    pub revoked_at: Timestamp,
    /// Why.
    pub reason: Option<RevocationReason>,
    /// Since when the key is suspected.
    pub invalid_since: Option<Timestamp>,
}

/// An entry with whose certificate it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedEntry {
    /// The entry.
    pub entry: CrlEntry,
    /// Directory names of the certificate's issuer, when the entry or one before it names another than the issuer of the list.
    pub issuer: Option<Vec<Name>>,
    /// Whether it has a critical extension that is not understood.
    pub unknown_critical: bool,
}

/// Issuing distribution point (written critical).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuingDistributionPoint {
    /// Addresses.
    pub urls: Vec<String>,
    /// All its names as read, a relative name already completed. The builder ignores it.
    pub names: Vec<GeneralName>,
    /// Only end-entity certificates.
    pub only_user: bool,
    /// Only CA certificates.
    pub only_ca: bool,
    /// Only some reasons.
    pub some_reasons: bool,
    /// Which, as bits of ReasonFlags; `None`: all. The builder ignores it.
    pub reasons: Option<u16>,
    /// Entries of other issuers too.
    pub indirect: bool,
    /// Only attribute certificates.
    pub only_attribute: bool,
}

/// A CRL. Keeps the bytes it was read from; entries are read when asked for.
#[derive(Clone, Debug)]
pub struct Crl {
    der: Vec<u8>,
    tbs: Range<usize>,
    entries: Range<usize>,
    algorithm: Vec<u8>,
    inner_algorithm: Vec<u8>,
    signature: Vec<u8>,
    /// Issuer.
    pub issuer: Name,
    /// When the list was made.
    pub this_update: Timestamp,
    /// When the next one comes at the latest.
    pub next_update: Option<Timestamp>,
    /// CRL number, big-endian.
    pub number: Option<Vec<u8>>,
    /// Key identifier of the issuer's key.
    pub authority_key_id: Option<Vec<u8>>,
    /// Base CRL number: this is a delta CRL.
    pub delta_base: Option<Vec<u8>>,
    /// Issuing distribution point.
    pub distribution_point: Option<IssuingDistributionPoint>,
    /// Since when expired certificates stay on the list.
    pub expired_certificates: Option<Timestamp>,
    /// Critical extensions this crate does not know.
    pub unknown_critical: Vec<Oid>,
}

impl Crl {
    /// From DER.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > MAX_CRL {
            return Err(Error::TooLarge { what: "CRL", limit: MAX_CRL });
        }
        let end = der.as_ptr_range().start as usize;
        let place = |part: &[u8]| {
            let start = part.as_ptr_range().start as usize - end;
            start..start + part.len()
        };
        let mut outer = Reader::of_sequence(der, "CRL")?;
        let tbs = outer.expect(tag::SEQUENCE)?;
        let algorithm = outer.expect(tag::SEQUENCE)?.full;
        AlgorithmIdentifier::parse(algorithm)?;
        let signature = outer.bits()?.whole()?.to_vec();
        outer.finish("CRL")?;

        let mut r = tbs.reader();
        if r.optional(tag::INTEGER)?.is_some_and(|v| v.body != [1]) {
            return Err(Error::Malformed("CRL version"));
        }
        let inner_algorithm = r.expect(tag::SEQUENCE)?.full.to_vec();
        let issuer = Name::from_der(r.expect(tag::SEQUENCE)?.full)?;
        let this_update = r.time()?;
        let next_update = match r.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(r.time()?),
            _ => None,
        };
        let entries = r.optional(tag::SEQUENCE)?.map_or(0..0, |t| place(t.body));
        let extensions = r.explicit(0)?;
        r.finish("CRL")?;

        let mut crl = Self {
            tbs: place(tbs.full),
            entries,
            algorithm: algorithm.to_vec(),
            inner_algorithm,
            signature,
            issuer,
            this_update,
            next_update,
            number: None,
            authority_key_id: None,
            delta_base: None,
            distribution_point: None,
            expired_certificates: None,
            unknown_critical: Vec::new(),
            der: Vec::new(),
        };
        for row in extensions.map(|e| extension_rows(e.reader())).transpose()?.unwrap_or_default() {
            let value = row.value.as_slice();
            match row.oid {
                oid::CRL_NUMBER => crl.number = Some(Reader::new(value).unsigned()?.to_vec()),
                oid::AUTHORITY_KEY_IDENTIFIER => {
                    let mut r = Reader::of_sequence(value, "authority key identifier")?;
                    crl.authority_key_id = r.optional(tag::primitive(0))?.map(|t| t.body.to_vec());
                }
                oid::DELTA_CRL_INDICATOR => crl.delta_base = Some(Reader::new(value).unsigned()?.to_vec()),
                oid::ISSUING_DISTRIBUTION_POINT => {
                    crl.distribution_point = Some(distribution_point(value, &crl.issuer)?)
                }
                oid::EXPIRED_CERTS_ON_CRL => {
                    crl.expired_certificates = Some(Reader::single(value, tag::GENERALIZED_TIME, "time")?.as_time()?)
                }
                other if row.critical => crl.unknown_critical.push(other),
                _ => {}
            }
        }
        crl.der = der.to_vec();
        Ok(crl)
    }

    /// DER as read.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
    /// DER of what is signed.
    pub fn tbs(&self) -> &[u8] {
        self.der.get(self.tbs.clone()).unwrap_or_default()
    }
    /// Signature algorithm.
    pub fn signature_algorithm(&self) -> Result<SignatureAlgorithm> {
        SignatureAlgorithm::from_der(&self.algorithm)
    }
    /// Signature value.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
    /// The entries, in order.
    pub fn entries(&self) -> Entries<'_> {
        Entries { reader: Reader::new(self.der.get(self.entries.clone()).unwrap_or_default()) }
    }
    /// The entry of a serial number of the list's own issuer. An unreadable list is an error, never "not revoked".
    pub fn find(&self, serial: &[u8]) -> Result<Option<CrlEntry>> {
        let found = self.find_of(serial, &self.issuer)?;
        match found {
            // An entry with anything critical that is not understood cannot be judged.
            Some(e) if e.unknown_critical => Err(Error::Malformed("critical CRL entry extension")),
            other => Ok(other.map(|e| e.entry)),
        }
    }
    /// The entry of a certificate, which may be of another issuer on an indirect list (RFC 5280 section 5.3.3).
    pub fn find_of(&self, serial: &[u8], issuer: &Name) -> Result<Option<IssuedEntry>> {
        let indirect = self.distribution_point.as_ref().is_some_and(|p| p.indirect);
        let mut reader = self.entries().reader;
        let mut current: Option<Vec<Name>> = None;
        while !reader.is_empty() {
            let row = reader.expect(tag::SEQUENCE)?;
            let same = row.reader().integer()? == serial;
            if !same && !indirect {
                continue;
            }
            let mut found = entry(row)?;
            match found.issuer.take() {
                Some(names) if indirect => current = Some(names),
                // Only an indirect list speaks of others.
                Some(_) => found.unknown_critical = true,
                None => {}
            }
            let of_issuer = match &current {
                Some(names) => names.iter().any(|n| n.matches(issuer)),
                None => self.issuer.matches(issuer),
            };
            if same && of_issuer {
                return Ok(Some(IssuedEntry { issuer: current, ..found }));
            }
        }
        // RFC 5280 section 5.3: a list with such an entry tells the status of no certificate. An entry speaks against its own all the same.
        if self.has_unclear_entry()? {
            return Err(Error::Malformed("critical CRL entry extension"));
        }
        Ok(None)
    }
    /// Whether an entry has a critical extension that is not understood.
    fn has_unclear_entry(&self) -> Result<bool> {
        let octets = self.der.get(self.entries.clone()).unwrap_or_default();
        // Where the DER of TRUE is nowhere, nothing is critical: long lists are not read twice.
        if !octets.windows(3).any(|w| w == [tag::BOOLEAN, 1, 0xff]) {
            return Ok(false);
        }
        let indirect = self.distribution_point.as_ref().is_some_and(|p| p.indirect);
        let mut reader = self.entries().reader;
        while !reader.is_empty() {
            let found = entry(reader.expect(tag::SEQUENCE)?)?;
            if found.unknown_critical || (found.issuer.is_some() && !indirect) {
                return Ok(true);
            }
        }
        Ok(false)
    }
    /// Verifies the signature with the key of `issuer`, which must be allowed to sign CRLs.
    pub fn verify_signed_by(&self, issuer: &Certificate) -> Result<()> {
        if self.inner_algorithm != self.algorithm {
            return Err(Error::Malformed("signature algorithm differs inside and outside"));
        }
        verify(issuer.spki(), self.signature_algorithm()?, self.tbs(), &self.signature)
    }
}

/// Entries of a CRL.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    reader: Reader<'a>,
}

impl Iterator for Entries<'_> {
    type Item = Result<CrlEntry>;
    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let found = self.reader.expect(tag::SEQUENCE).and_then(entry).map(|e| e.entry);
        if found.is_err() {
            self.reader = Reader::new(&[]);
        }
        Some(found)
    }
}

fn entry(row: asn1::Tlv<'_>) -> Result<IssuedEntry> {
    let mut r = row.reader();
    let serial = r.integer()?.to_vec();
    let revoked_at = r.time()?;
    let entry = CrlEntry { serial, revoked_at, reason: None, invalid_since: None };
    let mut found = IssuedEntry { entry, issuer: None, unknown_critical: false };
    if let Some(list) = r.optional(tag::SEQUENCE)? {
        for row in extension_rows(list.reader())? {
            match row.oid {
                oid::CRL_REASON => {
                    let code = Reader::new(&row.value).enumerated()?;
                    found.entry.reason =
                        Some(RevocationReason::from_code(code).ok_or(Error::Malformed("revocation reason"))?);
                }
                oid::INVALIDITY_DATE => found.entry.invalid_since = Some(Reader::new(&row.value).time()?),
                oid::CERTIFICATE_ISSUER => {
                    let names = GeneralName::parse_all(Reader::of_sequence(&row.value, "certificate issuer")?)?;
                    found.issuer = Some(
                        names
                            .into_iter()
                            .filter_map(|n| match n {
                                GeneralName::Directory(n) => Some(n),
                                _ => None,
                            })
                            .collect(),
                    );
                }
                _ if row.critical => found.unknown_critical = true,
                _ => {}
            }
        }
    }
    r.finish("CRL entry")?;
    Ok(found)
}

fn distribution_point(value: &[u8], issuer: &Name) -> Result<IssuingDistributionPoint> {
    let mut r = Reader::of_sequence(value, "issuing distribution point")?;
    let mut point = IssuingDistributionPoint::default();
    if let Some(name) = r.optional(tag::constructed(0))? {
        point.names = names_of_distribution_point(name.body, issuer)?;
        point.urls = point
            .names
            .iter()
            .filter_map(|n| match n {
                GeneralName::Uri(u) => Some(u.clone()),
                _ => None,
            })
            .collect();
    }
    let only = |r: &mut Reader<'_>, n: u8| -> Result<bool> {
        Ok(r.optional(tag::primitive(n))?.is_some_and(|t| t.body != [0]))
    };
    point.only_user = only(&mut r, 1)?;
    point.only_ca = only(&mut r, 2)?;
    point.reasons = r.optional(tag::primitive(3))?.map(|t| reason_flags(t.body)).transpose()?;
    point.some_reasons = point.reasons.is_some();
    point.indirect = only(&mut r, 4)?;
    point.only_attribute = only(&mut r, 5)?;
    r.finish("issuing distribution point")?;
    Ok(point)
}
