use super::{
    BasicConstraints, DistributionPoint, Extension, Extensions, KeyUsage, NameConstraints, Policy, QcStatements,
};
use crate::{
    Error, GeneralName, Name, Oid, Result,
    asn1::{Reader, tag},
    oid,
};

const MAX_EXTENSIONS: usize = 64;

/// The rows of an `Extensions` list; a repeated one is refused.
pub(crate) fn extension_rows(mut r: Reader<'_>) -> Result<Vec<Extension>> {
    let mut rows: Vec<Extension> = Vec::new();
    while !r.is_empty() {
        let mut one = r.sequence()?;
        let oid = one.oid()?;
        let critical = one.flag()?;
        let value = one.octets()?.to_vec();
        one.finish("extension")?;
        if rows.iter().any(|e| e.oid == oid) {
            return Err(Error::Malformed("repeated extension"));
        }
        if rows.len() >= MAX_EXTENSIONS {
            return Err(Error::TooMany { what: "extensions", limit: MAX_EXTENSIONS });
        }
        rows.push(Extension { oid, critical, value });
    }
    Ok(rows)
}

impl Extensions {
    pub(super) fn decode(list: Reader<'_>, issuer: &Name) -> Result<Self> {
        let mut all = Self::default();
        for row in extension_rows(list)? {
            all.present.push((row.oid, row.critical));
            match all.one(&row, issuer) {
                Ok(true) => {}
                Ok(false) => all.other.push(row),
                Err(_) => all.malformed.push(row.oid),
            }
        }
        Ok(all)
    }

    fn one(&mut self, row: &Extension, issuer: &Name) -> Result<bool> {
        let value = row.value.as_slice();
        match row.oid {
            oid::BASIC_CONSTRAINTS => self.basic_constraints = Some(basic_constraints(value)?),
            oid::KEY_USAGE => self.key_usage = Some(key_usage(value)?),
            oid::EXTENDED_KEY_USAGE => {
                self.extended_key_usage = oids(value)?;
                self.extended_key_usage_critical = row.critical;
            }
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_id = Some(Reader::single(value, tag::OCTET_STRING, "key identifier")?.body.to_vec())
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                let mut r = Reader::of_sequence(value, "authority key identifier")?;
                self.authority_key_id = r.optional(tag::primitive(0))?.map(|t| t.body.to_vec());
            }
            oid::CERTIFICATE_POLICIES => self.policies = policies(value)?,
            oid::AUTHORITY_INFO_ACCESS => {
                let mut r = Reader::of_sequence(value, "authority information access")?;
                while !r.is_empty() {
                    let mut one = r.sequence()?;
                    let method = one.oid()?;
                    if let GeneralName::Uri(url) = GeneralName::parse(one.any()?)? {
                        match method {
                            oid::AD_OCSP => self.ocsp.push(url),
                            oid::AD_CA_ISSUERS => self.ca_issuers.push(url),
                            _ => {}
                        }
                    }
                }
            }
            oid::CRL_DISTRIBUTION_POINTS => {
                let mut r = Reader::of_sequence(value, "CRL distribution points")?;
                while !r.is_empty() {
                    let point = distribution_point(r.sequence()?, issuer)?;
                    self.crl.extend(point.names.iter().flatten().filter_map(|n| match n {
                        GeneralName::Uri(u) => Some(u.clone()),
                        _ => None,
                    }));
                    self.crl_points.push(point);
                }
            }
            oid::SUBJECT_ALT_NAME => {
                self.alt_names = GeneralName::parse_all(Reader::of_sequence(value, "alternative names")?)?;
                self.alt_names_critical = row.critical;
            }
            oid::QC_STATEMENTS => self.qc = Some(QcStatements::decode(value)?),
            oid::OCSP_NOCHECK => self.ocsp_nocheck = true,
            oid::NAME_CONSTRAINTS => self.name_constraints = Some(name_constraints(value)?),
            oid::POLICY_CONSTRAINTS => {
                let mut r = Reader::of_sequence(value, "policy constraints")?;
                self.require_explicit_policy = r.optional(tag::primitive(0))?.map(|t| small(t.body)).transpose()?;
                self.inhibit_policy_mapping = r.optional(tag::primitive(1))?.map(|t| small(t.body)).transpose()?;
                r.finish("policy constraints")?;
            }
            oid::INHIBIT_ANY_POLICY => {
                self.inhibit_any_policy = Some(small(Reader::single(value, tag::INTEGER, "inhibit any policy")?.body)?)
            }
            oid::POLICY_MAPPINGS => {
                let mut r = Reader::of_sequence(value, "policy mappings")?;
                while !r.is_empty() {
                    let mut one = r.sequence()?;
                    self.policy_mappings.push((one.oid()?, one.oid()?));
                }
            }
            oid::VALIDITY_ASSURED_SHORT_TERM => self.validity_assured_short_term = true,
            oid::NO_REV_AVAIL => self.no_revocation_available = true,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn small(body: &[u8]) -> Result<u32> {
    crate::asn1::unsigned(body)?
        .iter()
        .try_fold(0_u32, |n, b| n.checked_mul(256)?.checked_add(u32::from(*b)))
        .ok_or(Error::Malformed("number too large"))
}

fn basic_constraints(value: &[u8]) -> Result<BasicConstraints> {
    let mut r = Reader::of_sequence(value, "basic constraints")?;
    let ca = r.flag()?;
    let path_len = r.optional(tag::INTEGER)?.map(|t| small(t.body)).transpose()?;
    r.finish("basic constraints")?;
    Ok(BasicConstraints { ca, path_len })
}

fn key_usage(value: &[u8]) -> Result<KeyUsage> {
    let bits = crate::asn1::Bits::parse(Reader::single(value, tag::BIT_STRING, "key usage")?.body)?;
    Ok(KeyUsage((0..9).filter(|n| bits.bit(*n)).fold(0, |all, n| all | 1 << n)))
}

fn oids(value: &[u8]) -> Result<Vec<Oid>> {
    let mut r = Reader::of_sequence(value, "key purposes")?;
    let mut all = Vec::new();
    while !r.is_empty() {
        all.push(r.oid()?);
    }
    if all.is_empty() { Err(Error::Malformed("no key purpose")) } else { Ok(all) }
}

fn policies(value: &[u8]) -> Result<Vec<Policy>> {
    let mut r = Reader::of_sequence(value, "certificate policies")?;
    let mut all: Vec<Policy> = Vec::new();
    while !r.is_empty() {
        let mut one = r.sequence()?;
        let oid = one.oid()?;
        let mut cps = None;
        if let Some(qualifiers) = one.optional(tag::SEQUENCE)? {
            let mut r = qualifiers.reader();
            while !r.is_empty() {
                let mut qualifier = r.sequence()?;
                if qualifier.oid()? == oid::CPS_QUALIFIER {
                    cps = Some(qualifier.any()?.as_text()?);
                }
            }
        }
        one.finish("certificate policy")?;
        if all.iter().any(|p| p.oid == oid) || all.len() >= 64 {
            return Err(Error::Malformed("repeated or too many policies"));
        }
        all.push(Policy { oid, cps });
    }
    Ok(all)
}

fn name_constraints(value: &[u8]) -> Result<NameConstraints> {
    let mut r = Reader::of_sequence(value, "name constraints")?;
    let mut subtrees = |n: u8| -> Result<Vec<GeneralName>> {
        let Some(list) = r.optional(tag::constructed(n))? else { return Ok(Vec::new()) };
        let mut list = list.reader();
        let mut all = Vec::new();
        while !list.is_empty() {
            let mut one = list.sequence()?;
            all.push(GeneralName::parse(one.any()?)?);
            // minimum and maximum never differ from their defaults (RFC 5280 section 4.2.1.10).
            one.finish("subtree with minimum or maximum")?;
            if all.len() > 1024 {
                return Err(Error::TooMany { what: "subtrees", limit: 1024 });
            }
        }
        Ok(all)
    };
    Ok(NameConstraints { permitted: subtrees(0)?, excluded: subtrees(1)? })
}

fn distribution_point(mut r: Reader<'_>, issuer: &Name) -> Result<DistributionPoint> {
    let name = r.optional(tag::constructed(0))?;
    let reasons = r.optional(tag::primitive(1))?.map(|t| reason_flags(t.body)).transpose()?;
    let crl_issuer =
        r.optional(tag::constructed(2))?.map(|t| GeneralName::parse_all(t.reader())).transpose()?.unwrap_or_default();
    r.finish("distribution point")?;
    let base = crl_issuer.iter().find_map(|n| match n {
        GeneralName::Directory(n) => Some(n),
        _ => None,
    });
    let names = name.map(|t| names_of_distribution_point(t.body, base.unwrap_or(issuer))).transpose()?;
    Ok(DistributionPoint { names, reasons, crl_issuer })
}

/// Bits of `ReasonFlags`, the first one lowest.
pub(crate) fn reason_flags(body: &[u8]) -> Result<u16> {
    let bits = crate::asn1::Bits::parse(body)?;
    Ok((0..9).filter(|n| bits.bit(*n)).fold(0, |all, n| all | 1 << n))
}

/// Names of a `DistributionPointName` (content of its `[0]`); a name relative to the CRL issuer is completed with `base`.
pub(crate) fn names_of_distribution_point(body: &[u8], base: &Name) -> Result<Vec<GeneralName>> {
    let mut r = Reader::new(body);
    if let Some(full) = r.optional(tag::constructed(0))? {
        return GeneralName::parse_all(full.reader());
    }
    match r.optional(tag::constructed(1))? {
        Some(relative) => Ok(vec![GeneralName::Directory(base.with_relative(relative.body)?)]),
        None => Err(Error::Malformed("distribution point name")),
    }
}
