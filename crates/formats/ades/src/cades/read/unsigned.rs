//! Unsigned attributes: time stamps and what each is over, material.

use pki::{
    DigestAlgorithm, SignerInfo, TimeStampToken,
    cms::{Message, RawAttribute, SignerParts},
    oid,
};

use super::{evidence, signer::Reader};
use crate::{
    cades::{hash_index::HashIndex, imprint, values},
    facts::{ObjectId, SignatureFacts, TimestampFacts, TimestampKind},
    material::Material,
    xades::defect,
};

/// Most time stamps of one signature.
const MAX_STAMPS: usize = 256;

/// Certificates and status information in unsigned attributes.
pub(super) fn values(parts: &SignerParts, facts: &mut SignatureFacts) {
    let mut all = Material {
        certificates: std::mem::take(&mut facts.certificates),
        crls: std::mem::take(&mut facts.crls),
        ocsps: std::mem::take(&mut facts.ocsps),
    };
    for a in &parts.unsigned {
        for value in &a.values {
            match values::of_value(a, value) {
                Ok(found) => all.merge(found),
                Err(_) => facts.defects.push(defect("cades.values", a.oid.to_string(), false)),
            }
            if is_stamp(a) {
                let mut found = values::of_token(value);
                // The certificates of the token itself are found there; status information is the signature's, too.
                found.certificates.clear();
                all.merge(found);
            }
        }
    }
    (facts.certificates, facts.crls, facts.ocsps) = (all.certificates, all.crls, all.ocsps);
}

fn kind(a: &RawAttribute) -> Option<TimestampKind> {
    match a.oid {
        oid::SIGNATURE_TIME_STAMP => Some(TimestampKind::Signature),
        oid::ESC_TIME_STAMP | oid::CERT_CRL_TIME_STAMP => Some(TimestampKind::ValidationData),
        oid::ARCHIVE_TIME_STAMP | oid::ARCHIVE_TIME_STAMP_V2 | oid::ARCHIVE_TIME_STAMP_V3 => {
            Some(TimestampKind::Archive)
        }
        _ => None,
    }
}

fn is_stamp(a: &RawAttribute) -> bool {
    kind(a).is_some()
}

/// Reads the unsigned attributes in the order of the file.
pub(super) fn read(reader: &mut Reader<'_, '_>, info: &SignerInfo, facts: &mut SignatureFacts) {
    let parts = reader.parts;
    for (n, a) in parts.unsigned.iter().enumerate() {
        if evidence::is_record(a) {
            evidence::read(reader, n, facts);
            continue;
        }
        for value in &a.values {
            if let Some(kind) = kind(a) {
                if facts.timestamps.len() >= MAX_STAMPS {
                    facts.defects.push(defect("cades.too-many-time-stamps", MAX_STAMPS.to_string(), false));
                    return;
                }
                let stamp = Stamp { reader, info, attribute: n, token: value };
                let (imprint_matches, covers) = stamp.judge();
                facts.timestamps.push(TimestampFacts { kind, token: value.clone(), imprint_matches, covers });
                continue;
            }
            match a.oid {
                oid::CERTIFICATE_VALUES
                | oid::REVOCATION_VALUES
                | oid::CERTIFICATE_REFERENCES
                | oid::REVOCATION_REFERENCES
                | oid::COUNTER_SIGNATURE
                | oid::SIGNATURE_POLICY_STORE => {}
                oid::LONG_TERM_VALIDATION => {
                    facts.defects.push(defect("cades.long-term-validation", facts.id.clone(), false))
                }
                other => facts.defects.push(defect("cades.unknown-attribute", other.to_string(), false)),
            }
        }
    }
}

/// A time stamp in an unsigned attribute.
struct Stamp<'s, 'r, 'c> {
    reader: &'s mut Reader<'r, 'c>,
    info: &'s SignerInfo,
    /// Number of its attribute.
    attribute: usize,
    token: &'s [u8],
}

type Judged = (Option<bool>, Vec<ObjectId>);

impl Stamp<'_, '_, '_> {
    /// Whether the imprint is that of what it must cover, and what that is.
    fn judge(mut self) -> Judged {
        let Ok(parsed) = TimeStampToken::from_ber(self.token) else { return (None, Vec::new()) };
        let (digest, found) = (parsed.info.digest, parsed.info.imprint.clone());
        let parts = self.reader.parts;
        let kind = parts.unsigned.get(self.attribute).map(|a| a.oid);
        let value = self.info.signature.as_slice();
        match kind {
            Some(oid::SIGNATURE_TIME_STAMP) => (Some(digest.of(value) == found), vec![ObjectId::of(value)]),
            Some(oid::ESC_TIME_STAMP) => {
                let over = imprint::references(Some(value), &parts.unsigned);
                let stamps = parts.unsigned.iter().filter(|a| a.oid == oid::SIGNATURE_TIME_STAMP);
                let tokens = stamps.flat_map(|a| &a.values).flat_map(|t| values::token_objects(t));
                let covers = std::iter::once(ObjectId::of(value)).chain(tokens).chain(self.referred()).collect();
                (Some(digest.of(&over) == found), covers)
            }
            Some(oid::CERT_CRL_TIME_STAMP) => {
                (Some(digest.of(&imprint::references(None, &parts.unsigned)) == found), self.referred())
            }
            Some(oid::ARCHIVE_TIME_STAMP_V3) => self.version3(digest, &found),
            Some(oid::ARCHIVE_TIME_STAMP_V2) => self.version2(digest, &found, &parsed),
            _ => (None, Vec::new()),
        }
    }

    /// The objects whose digests stand in the references.
    fn referred(&self) -> Vec<ObjectId> {
        let message = self.reader.placed.message;
        let carried = || message.certificates.items.iter().chain(&message.revocations.items);
        let kinds = [oid::CERTIFICATE_REFERENCES, oid::REVOCATION_REFERENCES];
        let attributes = kinds.iter().filter_map(|k| self.reader.parts.unsigned.iter().find(|a| a.oid == *k));
        let digests = attributes.flat_map(|a| &a.values).flat_map(|v| values::digests(v));
        digests.filter_map(|(algorithm, digest)| ObjectId::referred(algorithm, &digest, carried())).collect()
    }

    /// The data and the value, which every archive time stamp covers.
    fn always(&mut self) -> Vec<ObjectId> {
        let data = self.reader.content.of(DigestAlgorithm::Sha256).and_then(|d| ObjectId::from_digest(&d));
        std::iter::once(ObjectId::of(&self.info.signature)).chain(data).collect()
    }

    fn version3(&mut self, digest: DigestAlgorithm, found: &[u8]) -> Judged {
        let Ok(token) = Message::from_ber(self.token) else { return (None, Vec::new()) };
        let unsigned = token.signers.first().map(|s| s.unsigned.as_slice()).unwrap_or_default();
        let Some(Ok((index, octets))) = HashIndex::find(unsigned) else { return (Some(false), Vec::new()) };
        let (message, parts) = (self.reader.placed.message, self.reader.parts);
        let Some(indexed) = index.resolve(message, &parts.unsigned) else { return (Some(false), Vec::new()) };
        let Some(expected) = imprint::version3(message, parts, octets, digest, self.reader.content) else {
            return (None, Vec::new());
        };
        let mut covers = self.always();
        let certificates = indexed.certificates.iter().filter_map(|n| message.certificates.items.get(*n));
        covers.extend(certificates.map(|c| ObjectId::of(c)));
        for item in indexed.revocations.iter().filter_map(|n| message.revocations.items.get(*n)) {
            covers.push(pki::cms::ocsp_of(item).map_or_else(|| ObjectId::of(item), |o| ObjectId::of(&o)));
        }
        for (n, m) in &indexed.unsigned {
            if let Some(a) = parts.unsigned.get(*n)
                && let Some(value) = a.values.get(*m)
            {
                covers.extend(objects(a, value));
            }
        }
        (Some(expected.iter().any(|e| e == found)), covers)
    }

    /// Version 2 names nothing: later archive time stamps are left out, by place or by time (a SET may have been sorted).
    fn version2(&mut self, digest: DigestAlgorithm, found: &[u8], parsed: &TimeStampToken) -> Judged {
        let (message, parts) = (self.reader.placed.message, self.reader.parts);
        let own = self.attribute;
        let earlier = |a: &RawAttribute| {
            kind(a) != Some(TimestampKind::Archive)
                || a.values.iter().all(|v| TimeStampToken::from_ber(v).is_ok_and(|t| t.info.time < parsed.info.time))
        };
        let by_time = parts.unsigned.iter().enumerate().filter(|(n, a)| *n != own && earlier(a)).map(|(_, a)| a);
        let sets: [Vec<&RawAttribute>; 2] = [by_time.collect(), parts.unsigned.iter().take(own).collect()];
        let mut judged = (None, Vec::new());
        for set in &sets {
            let Some(expected) = imprint::version2(message, parts, set, digest, self.reader.content) else {
                return judged;
            };
            let matches = expected.iter().any(|e| e == found);
            judged.0 = Some(matches);
            if matches {
                judged.1 = self.always();
                judged.1.extend(message.certificates().map(|c| ObjectId::of(c)));
                judged.1.extend(message.crls().map(|c| ObjectId::of(c)));
                judged.1.extend(message.ocsps().map(|o| ObjectId::of(&o)));
                for a in set {
                    judged.1.extend(a.values.iter().flat_map(|v| objects(a, v)));
                }
                break;
            }
        }
        judged
    }
}

/// The objects in one value of an unsigned attribute.
pub(super) fn objects(a: &RawAttribute, value: &[u8]) -> Vec<ObjectId> {
    match a.oid {
        _ if is_stamp(a) => values::token_objects(value),
        oid::COUNTER_SIGNATURE => {
            let info = SignerParts::read(value).and_then(|p| p.info());
            info.map(|i| ObjectId::of(&i.signature)).into_iter().collect()
        }
        _ => values::of_value(a, value).unwrap_or_default().objects(),
    }
}
