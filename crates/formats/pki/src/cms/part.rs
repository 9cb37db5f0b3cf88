//! The parts of a SignedData, each in the octets in which it stands.

use super::{
    Attribute, MAX_CMS, SignerInfo,
    ber::{normalise, parts},
    read::signer,
};
use crate::{
    Error, Oid, Result,
    asn1::{self, Reader, tag},
    oid,
};

const MAX_ITEMS: usize = 4096;

/// Certificates or revocation information carried by the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The whole `[0]` or `[1]` as it stands; empty when it is not there.
    pub raw: Vec<u8>,
    /// Its members as they stand.
    pub items: Vec<Vec<u8>>,
}

impl Carried {
    pub(super) fn read(raw: Vec<u8>) -> Result<Self> {
        let mut items = Vec::new();
        for item in parts(&raw)? {
            push(&mut items, item.to_vec())?;
        }
        Ok(Self { raw, items })
    }
    /// Adds what is not there yet; says whether anything was added. `tag` is that of the list.
    pub fn add(&mut self, tag: u8, more: impl IntoIterator<Item = Vec<u8>>) -> bool {
        let before = self.items.len();
        for item in more {
            if !self.items.contains(&item) {
                self.items.push(item);
            }
        }
        let changed = self.items.len() > before;
        if changed {
            self.raw = asn1::tlv(tag, &self.items.concat());
        }
        changed
    }
}

/// An attribute as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAttribute {
    /// Type.
    pub oid: Oid,
    /// The whole attribute.
    pub raw: Vec<u8>,
    /// Its values as they stand.
    pub values: Vec<Vec<u8>>,
}

impl RawAttribute {
    /// From an `Attribute` in BER.
    pub fn read(raw: &[u8]) -> Result<Self> {
        let malformed = Error::Malformed("attribute");
        let [kind, values] = parts(raw)?.try_into().map_err(|_| malformed.clone())?;
        let oid = Reader::new(kind).oid()?;
        if values.first() != Some(&tag::SET) {
            return Err(malformed);
        }
        let values = parts(values)?.into_iter().map(<[u8]>::to_vec).collect();
        Ok(Self { oid, raw: raw.to_vec(), values })
    }
    /// DER of the type.
    pub fn kind(&self) -> Vec<u8> {
        asn1::oid(self.oid)
    }
}

impl From<Attribute> for RawAttribute {
    fn from(a: Attribute) -> Self {
        Self { oid: a.oid, raw: a.to_der(), values: a.values }
    }
}

/// The parts of one signer, each a whole element as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerParts {
    /// `version`, `sid`, `digestAlgorithm`, `signedAttrs` if any, `signatureAlgorithm`, `signature`: in this order.
    pub fixed: Vec<Vec<u8>>,
    /// Unsigned attributes in the order of the file.
    pub unsigned: Vec<RawAttribute>,
    /// The whole SignerInfo as it was read; empty when it was changed or made.
    pub(super) raw: Vec<u8>,
}

impl SignerParts {
    /// From a `SignerInfo` in BER.
    pub fn read(raw: &[u8]) -> Result<Self> {
        let mut fixed: Vec<Vec<u8>> = parts(raw)?.into_iter().map(<[u8]>::to_vec).collect();
        let mut unsigned = Vec::new();
        if fixed.len() > 5 && fixed.last().is_some_and(|l| l.first() == Some(&tag::constructed(1))) {
            for attribute in parts(&fixed.pop().unwrap_or_default())? {
                push(&mut unsigned, RawAttribute::read(attribute)?)?;
            }
        }
        if !(5..=6).contains(&fixed.len()) {
            return Err(Error::Malformed("signer info"));
        }
        Ok(Self { fixed, unsigned, raw: raw.to_vec() })
    }
    /// The attributes and identifiers, read. Unsigned attributes keep their values as they stand.
    pub fn info(&self) -> Result<SignerInfo> {
        let whole = asn1::seq(&self.fixed);
        let normal = normalise(&whole, MAX_CMS)?;
        let mut info = signer(Reader::of_sequence(&normal.der, "signer info")?)?;
        let attribute = |a: &RawAttribute| Attribute { oid: a.oid, values: a.values.clone() };
        info.unsigned = self.unsigned.iter().map(attribute).collect();
        Ok(info)
    }
    /// Adds an unsigned attribute after those that are there.
    pub fn add_unsigned(&mut self, attribute: Attribute) {
        self.unsigned.push(attribute.into());
        self.raw.clear();
    }
    /// Puts other values in place of those of an unsigned attribute.
    pub fn replace_unsigned(&mut self, index: usize, values: Vec<Vec<u8>>) {
        if let Some(a) = self.unsigned.get_mut(index) {
            *a = Attribute { oid: a.oid, values }.into();
            self.raw.clear();
        }
    }
    /// Keeps only the unsigned attributes at these places of the list.
    pub fn keep_unsigned(&mut self, keep: &dyn Fn(usize) -> bool) {
        let before = self.unsigned.len();
        let mut at = 0;
        self.unsigned.retain(|_| {
            at += 1;
            keep(at - 1)
        });
        if self.unsigned.len() < before {
            self.raw.clear();
        }
    }
    /// The `SignerInfo`: as it was read when nothing was changed, else around unchanged parts.
    pub fn to_ber(&self) -> Vec<u8> {
        if !self.raw.is_empty() {
            return self.raw.clone();
        }
        let mut all = self.fixed.concat();
        if !self.unsigned.is_empty() {
            let rows: Vec<u8> = self.unsigned.iter().flat_map(|a| a.raw.iter().copied()).collect();
            all.extend(asn1::tlv(tag::constructed(1), &rows));
        }
        asn1::tlv(tag::SEQUENCE, &all)
    }
    pub(super) fn version(&self) -> u64 {
        self.fixed.first().and_then(|v| Reader::new(v).u64().ok()).unwrap_or(1)
    }
}

/// A member of `crls` that holds an OCSP response.
pub(super) fn ocsp_item(der: &[u8]) -> Result<Vec<u8>> {
    let response = crate::OcspResponse::from_der(der)?;
    let body = [asn1::oid(oid::RI_OCSP_RESPONSE), response.to_der()].concat();
    Ok(asn1::tlv(tag::constructed(1), &body))
}

/// The OCSP response in a member of `crls`.
pub fn ocsp_of(item: &[u8]) -> Option<Vec<u8>> {
    let [kind, response] = parts(item).ok()?.try_into().ok()?;
    let kind = Reader::new(kind).oid().ok()?;
    let is = item.first() == Some(&tag::constructed(1)) && matches!(kind, oid::RI_OCSP_RESPONSE | oid::OCSP_BASIC);
    is.then(|| response.to_vec())
}

pub(super) fn push<T>(list: &mut Vec<T>, item: T) -> Result<()> {
    if list.len() >= MAX_ITEMS {
        return Err(Error::TooMany { what: "items in a CMS message", limit: MAX_ITEMS });
    }
    list.push(item);
    Ok(())
}
