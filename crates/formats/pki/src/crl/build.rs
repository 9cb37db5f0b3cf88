use jiff::Timestamp;

use super::{Crl, CrlEntry, IssuingDistributionPoint};
use crate::{
    Error, Name, Result, SignatureAlgorithm,
    asn1::{self, tag},
    certificate::extension,
    oid,
};

/// A CRL before it is signed.
#[derive(Clone, Debug)]
pub struct CrlTemplate {
    /// Algorithm with which the issuer will sign.
    pub signature: SignatureAlgorithm,
    /// Issuer.
    pub issuer: Name,
    /// When the list is made, whole seconds.
    pub this_update: Timestamp,
    /// When the next one comes at the latest, whole seconds.
    pub next_update: Timestamp,
    /// CRL number; never goes back.
    pub number: u64,
    /// Key identifier of the issuer's key.
    pub authority_key_id: Vec<u8>,
    /// Issuing distribution point.
    pub distribution_point: Option<IssuingDistributionPoint>,
    /// Number of the base CRL, if this is a delta CRL.
    pub delta_base: Option<u64>,
    /// Since when expired certificates stay on the list.
    pub expired_certificates: Option<Timestamp>,
}

/// Takes the entries one by one; only their encoding is kept.
#[derive(Debug)]
pub struct CrlEncoder {
    template: CrlTemplate,
    entries: Vec<u8>,
}

impl CrlTemplate {
    /// Starts with no entries.
    pub fn encoder(self) -> CrlEncoder {
        CrlEncoder { template: self, entries: Vec::new() }
    }
    /// The CRL: what was signed, and the signature over it (ECDSA in DER).
    pub fn assemble(tbs: &[u8], algorithm: SignatureAlgorithm, signature: &[u8]) -> Result<Vec<u8>> {
        let der = crate::certificate::signed(tbs, algorithm, signature)?;
        Crl::from_der(&der)?;
        Ok(der)
    }
}

impl CrlEncoder {
    /// One more revoked certificate.
    pub fn push(&mut self, entry: &CrlEntry) -> Result<()> {
        if entry.reason == Some(super::RevocationReason::RemoveFromCrl) && self.template.delta_base.is_none() {
            return Err(Error::Unbuildable("removeFromCRL outside a delta CRL"));
        }
        // Reason "unspecified" is expressed by leaving the extension out (RFC 5280 section 5.3.1).
        let reason = entry.reason.filter(|r| *r != super::RevocationReason::Unspecified);
        let mut rows = Vec::new();
        if let Some(reason) = reason {
            rows.push(extension(oid::CRL_REASON, false, &asn1::enumerated(reason.code())));
        }
        if let Some(since) = entry.invalid_since {
            rows.push(extension(oid::INVALIDITY_DATE, false, &asn1::generalized_time(since)));
        }
        let extensions = if rows.is_empty() { vec![] } else { asn1::seq(rows) };
        let serial = asn1::tlv(tag::INTEGER, &entry.serial);
        self.entries.extend(asn1::seq([serial, asn1::x509_time(entry.revoked_at), extensions]));
        Ok(())
    }

    /// DER of what the issuer signs.
    pub fn finish(self) -> Result<Vec<u8>> {
        let t = &self.template;
        if t.next_update <= t.this_update {
            return Err(Error::Unbuildable("next update not after this update"));
        }
        let mut rows = vec![
            extension(oid::AUTHORITY_KEY_IDENTIFIER, false, &asn1::seq([asn1::context(0, &t.authority_key_id)])),
            extension(oid::CRL_NUMBER, false, &asn1::small_integer(t.number)),
        ];
        if let Some(base) = t.delta_base {
            rows.push(extension(oid::DELTA_CRL_INDICATOR, true, &asn1::small_integer(base)));
        }
        if let Some(point) = &t.distribution_point {
            rows.push(extension(oid::ISSUING_DISTRIBUTION_POINT, true, &encode_point(point)));
        }
        if let Some(since) = t.expired_certificates {
            rows.push(extension(oid::EXPIRED_CERTS_ON_CRL, false, &asn1::generalized_time(since)));
        }
        // An empty list is left out (RFC 5280 section 5.1.2.6).
        let entries = if self.entries.is_empty() { vec![] } else { asn1::tlv(tag::SEQUENCE, &self.entries) };
        Ok(asn1::seq([
            asn1::small_integer(1),
            t.signature.to_der(),
            t.issuer.to_der().to_vec(),
            asn1::x509_time(t.this_update),
            asn1::x509_time(t.next_update),
            entries,
            asn1::explicit(0, &asn1::seq(rows)),
        ]))
    }
}

fn encode_point(point: &IssuingDistributionPoint) -> Vec<u8> {
    let names: Vec<u8> = point.urls.iter().flat_map(|u| asn1::context(6, u.as_bytes())).collect();
    let name =
        if names.is_empty() { vec![] } else { asn1::tlv(tag::constructed(0), &asn1::tlv(tag::constructed(0), &names)) };
    let flag = |n: u8, on: bool| if on { asn1::context(n, &[0xff]) } else { vec![] };
    asn1::seq([
        name,
        flag(1, point.only_user),
        flag(2, point.only_ca),
        flag(4, point.indirect),
        flag(5, point.only_attribute),
    ])
}
