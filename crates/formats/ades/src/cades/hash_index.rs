//! The index of what an archive time stamp of version 3 covers (EN 319 122-1 clause 5.5.2, TS 101 733 V2.2.1 clause 6.4.2).

use pki::{
    Attribute, DigestAlgorithm, Oid,
    algorithm::AlgorithmIdentifier,
    asn1::{self, Reader},
    cms::{Message, RawAttribute, normalise},
    oid,
};

/// Most entries of one list.
const MAX_ENTRIES: usize = 4096;

/// `ATSHashIndex`, `ATSHashIndexV2`, `ATSHashIndexV3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HashIndex {
    version: Oid,
    digest: DigestAlgorithm,
    certificates: Vec<Vec<u8>>,
    revocations: Vec<Vec<u8>>,
    unsigned: Vec<Vec<u8>>,
}

/// Which parts of a message an index names.
#[derive(Debug, Default)]
pub(crate) struct Indexed {
    /// Members of `certificates`, by number.
    pub(crate) certificates: Vec<usize>,
    /// Members of `crls`, by number.
    pub(crate) revocations: Vec<usize>,
    /// Values of unsigned attributes: number of the attribute, number of the value.
    pub(crate) unsigned: Vec<(usize, usize)>,
}

impl HashIndex {
    /// Over everything that is in the message and beside the signer's value now.
    pub(crate) fn over(message: &Message, unsigned: &[RawAttribute], digest: DigestAlgorithm) -> Self {
        let of = |items: &[Vec<u8>]| items.iter().map(|i| digest.of(i)).collect();
        let values = unsigned.iter().flat_map(|a| a.values.iter().map(|v| digest.of(&[a.kind(), v.clone()].concat())));
        Self {
            version: oid::ATS_HASH_INDEX_V3,
            digest,
            certificates: of(&message.certificates.items),
            revocations: of(&message.revocations.items),
            unsigned: values.collect(),
        }
    }

    /// DER.
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let list = |all: &[Vec<u8>]| asn1::seq(all.iter().map(|h| asn1::octets(h)));
        asn1::seq([self.digest.to_der(), list(&self.certificates), list(&self.revocations), list(&self.unsigned)])
    }

    /// As an unsigned attribute of the archive time stamp.
    pub(crate) fn to_attribute(&self) -> Attribute {
        Attribute::new(self.version, self.to_der())
    }

    /// The index in the unsigned attributes of a token, with its octets; `None` when there is none. Several are refused.
    pub(crate) fn find(unsigned: &[RawAttribute]) -> Option<Result<(Self, &[u8]), pki::Error>> {
        let versions = [oid::ATS_HASH_INDEX, oid::ATS_HASH_INDEX_V2, oid::ATS_HASH_INDEX_V3];
        let mut found = unsigned.iter().filter(|a| versions.contains(&a.oid));
        let first = found.next()?;
        let [value] = first.values.as_slice() else { return Some(Err(pki::Error::Malformed("hash index"))) };
        if found.next().is_some() {
            return Some(Err(pki::Error::Malformed("several hash indexes")));
        }
        Some(Self::parse(first.oid, value).map(|index| (index, value.as_slice())))
    }

    fn parse(version: Oid, value: &[u8]) -> Result<Self, pki::Error> {
        let normal = normalise(value, pki::cms::MAX_FRAME)?;
        let mut r = Reader::of_sequence(&normal.der, "hash index")?;
        // Version 1 leaves SHA-256 out: the first element is then already a list, whose first element is no OID.
        let first = Reader::new(r.rest()).sequence()?;
        let digest = if first.peek() == Some(asn1::tag::OID) {
            AlgorithmIdentifier::parse(r.any()?.full)?.digest()?
        } else {
            DigestAlgorithm::Sha256
        };
        let mut list = || -> Result<Vec<Vec<u8>>, pki::Error> {
            let mut entries = r.sequence()?;
            let mut all = Vec::new();
            while !entries.is_empty() {
                if all.len() >= MAX_ENTRIES {
                    return Err(pki::Error::TooMany { what: "hashes", limit: MAX_ENTRIES });
                }
                all.push(entries.octets()?.to_vec());
            }
            Ok(all)
        };
        let (certificates, revocations, unsigned) = (list()?, list()?, list()?);
        r.finish("hash index")?;
        Ok(Self { version, digest, certificates, revocations, unsigned })
    }

    /// What the index names; `None` when it names something that is not there: then it is not valid (EN 319 122-1 clause 5.5.2).
    pub(crate) fn resolve(&self, message: &Message, unsigned: &[RawAttribute]) -> Option<Indexed> {
        let items = |hashes: &[Vec<u8>], items: &[Vec<u8>]| -> Option<Vec<usize>> {
            let known: Vec<[Vec<u8>; 2]> = items.iter().map(|i| self.both(i)).collect();
            hashes.iter().map(|h| known.iter().position(|k| k.contains(h))).collect()
        };
        let mut values: Vec<(Vec<u8>, (usize, usize))> = Vec::new();
        for (n, a) in unsigned.iter().enumerate() {
            for (m, v) in a.values.iter().enumerate() {
                values.extend(self.both(&[a.kind(), v.clone()].concat()).map(|h| (h, (n, m))));
            }
        }
        let whole: Vec<[Vec<u8>; 2]> = unsigned.iter().map(|a| self.both(&a.raw)).collect();
        let mut named = Vec::new();
        for hash in &self.unsigned {
            let by_value = values.iter().find(|(h, _)| h == hash).map(|(_, place)| vec![*place]);
            let by_attribute = || {
                let n = whole.iter().position(|k| k.contains(hash))?;
                Some((0..unsigned.get(n)?.values.len()).map(|m| (n, m)).collect())
            };
            let is_first = self.version == oid::ATS_HASH_INDEX;
            named.extend(if is_first { by_attribute().or(by_value) } else { by_value }?);
        }
        Some(Indexed {
            certificates: items(&self.certificates, &message.certificates.items)?,
            revocations: items(&self.revocations, &message.revocations.items)?,
            unsigned: named,
        })
    }

    /// The digest of an object as it stands, and of its DER.
    fn both(&self, octets: &[u8]) -> [Vec<u8>; 2] {
        let as_found = self.digest.of(octets);
        let der = elements_in_der(octets).map(|d| self.digest.of(&d));
        [as_found.clone(), der.unwrap_or(as_found)]
    }
}

/// DER of one element or of two in a row, when they are not DER as they stand.
fn elements_in_der(octets: &[u8]) -> Option<Vec<u8>> {
    let row = asn1::seq([octets]);
    let parts = pki::cms::parts(&row).ok()?;
    let mut der = Vec::new();
    for part in parts {
        der.extend_from_slice(&normalise(part, pki::cms::MAX_CMS).ok()?.der);
    }
    (der != octets).then_some(der)
}
