//! The facts of one signer.

use pki::{
    Certificate, DigestAlgorithm, Oid, SignerInfo, TimeStampToken,
    cms::{Message, SignerParts},
    oid,
};

use super::{MAX_SIGNATURES, counter, token_digests, unsigned};
use crate::{
    cades::{content::Content, signer as attributes},
    facts::{
        Coverage, Covered, Defect, Format, Level, ObjectId, ReferenceFacts, SignatureFacts, TimestampFacts,
        TimestampKind,
    },
    xades::defect,
};

/// Where signatures stand, and under what names.
pub(crate) struct Placed<'a> {
    pub(crate) message: &'a Message,
    /// Id of the signature of this number.
    pub(crate) id: &'a dyn Fn(usize) -> String,
    /// Name of the data.
    pub(crate) object: &'a str,
}

/// All signatures of a message, each followed by its counter-signatures.
pub(crate) fn signatures(
    placed: &Placed<'_>,
    content: &mut Content<'_>,
    defects: &mut Vec<Defect>,
) -> Vec<SignatureFacts> {
    let carried: Vec<Certificate> =
        placed.message.certificates().filter_map(|c| Certificate::from_der(c).ok()).collect();
    content.digest(algorithms(placed.message));
    let mut all = Vec::new();
    for (n, parts) in placed.message.signers.iter().enumerate() {
        let mut one = Reader { placed, carried: &carried, content, parts }.read((placed.id)(n));
        if let Some(failed) = &content.failed {
            one.defects.push(failed.clone());
        }
        let id = one.id.clone();
        all.push(one);
        counter::read(placed, &carried, parts, &id, &mut all);
        if all.len() > MAX_SIGNATURES {
            defects.push(defect("cades.too-many-signatures", MAX_SIGNATURES.to_string(), true));
            all.truncate(MAX_SIGNATURES);
            break;
        }
    }
    all
}

/// Every algorithm with which the content will be wanted, so that it passes by once.
fn algorithms(message: &Message) -> Vec<DigestAlgorithm> {
    let mut all = vec![DigestAlgorithm::Sha256];
    for parts in &message.signers {
        if let Ok(info) = parts.info() {
            let digest = if info.signed.is_empty() { info.algorithm.digest() } else { None };
            all.push(digest.unwrap_or(info.digest));
            let before = info.signed.iter().filter(|a| a.oid == oid::CONTENT_TIME_STAMP).flat_map(|a| &a.values);
            all.extend(token_digests(before));
        }
        let after = parts.unsigned.iter().filter(|a| a.oid == oid::ARCHIVE_TIME_STAMP_V3).flat_map(|a| &a.values);
        all.extend(token_digests(after));
    }
    all
}

/// One signer with what it is read against.
pub(super) struct Reader<'r, 'c> {
    pub(super) placed: &'r Placed<'r>,
    pub(super) carried: &'r [Certificate],
    pub(super) content: &'r mut Content<'c>,
    pub(super) parts: &'r SignerParts,
}

/// Signed attributes that say nothing the facts hold.
const SILENT: &[Oid] =
    &[oid::CONTENT_TYPE, oid::MESSAGE_DIGEST, oid::SIGNING_TIME, oid::SIGNING_CERTIFICATE, oid::SIGNING_CERTIFICATE_V2];

impl Reader<'_, '_> {
    pub(super) fn read(&mut self, id: String) -> SignatureFacts {
        self.fill(SignatureFacts::unread(id, Format::CAdES))
    }

    /// A counter-signature on the signature `of`.
    pub(super) fn counter(&mut self, id: String, of: &str) -> SignatureFacts {
        self.fill(SignatureFacts { counter_of: Some(of.to_owned()), ..SignatureFacts::unread(id, Format::CAdES) })
    }

    fn fill(&mut self, mut facts: SignatureFacts) -> SignatureFacts {
        facts.certificates = self.placed.message.certificates().cloned().collect();
        facts.crls = self.placed.message.crls().cloned().collect();
        facts.ocsps = self.placed.message.ocsps().collect();
        let info = match self.parts.info() {
            Ok(info) => info,
            Err(e) => {
                let fatal = !matches!(e, pki::Error::UnsupportedAlgorithm(_) | pki::Error::UnsupportedParameters);
                match e {
                    pki::Error::UnsupportedAlgorithm(id) if pki::oid::is_dsa(id) => {
                        facts.defects.push(defect(crate::facts::DSA, facts.id.clone(), false));
                    }
                    e => facts.defects.push(defect("cades.signer", e.to_string(), fatal)),
                }
                return facts;
            }
        };
        facts.algorithm = Some(info.algorithm);
        facts.value = ObjectId::of(&info.signature);
        self.data(&info, &mut facts);
        self.signed(&info, &mut facts);
        self.content_stamps(&info, &mut facts);
        let mut carried = self.carried.to_vec();
        unsigned::values(self.parts, &mut facts);
        carried.extend(facts.certificates.iter().skip(carried.len()).filter_map(|c| Certificate::from_der(c).ok()));
        self.certificate(&info, &carried, &mut facts);
        unsigned::read(self, &info, &mut facts);
        facts.level_elements = level(&info, self.parts, &facts);
        facts
    }

    /// The data and their signed digest.
    fn data(&mut self, info: &SignerInfo, facts: &mut SignatureFacts) {
        let signed = info.message_digest();
        if signed.is_err() || (matches!(signed, Ok(None)) && !info.signed.is_empty()) {
            facts.defects.push(defect("cades.message-digest", facts.id.clone(), true));
        }
        let found = self.content.of(info.digest);
        let intact = match (&signed, &found) {
            (Ok(Some(expected)), Some(found)) => expected == found,
            // Without signed attributes the signature value itself is over the data.
            (Ok(None), Some(_)) => info.signed.is_empty(),
            _ => false,
        };
        facts.references.push(ReferenceFacts {
            object: self.placed.object.to_owned(),
            digest: Some(info.digest),
            found: found.is_some() || self.content.failed.is_some(),
            intact,
            properties: false,
        });
        let covered = if intact { Coverage::Full } else { Coverage::None };
        facts.scope.push(Covered { name: self.placed.object.to_owned(), covered });
    }

    /// What the signed attributes say.
    fn signed(&self, info: &SignerInfo, facts: &mut SignatureFacts) {
        let tell = |code, fatal, facts: &mut SignatureFacts| {
            let id = facts.id.clone();
            facts.defects.push(defect(code, id, fatal));
        };
        for (n, a) in info.signed.iter().enumerate() {
            if info.signed.iter().take(n).any(|b| b.oid == a.oid) {
                tell("cades.repeated-attribute", SILENT.contains(&a.oid), facts);
            }
        }
        match info.content_type() {
            Ok(None) if info.signed.is_empty() || facts.counter_of.is_some() => {}
            Ok(Some(kind)) if kind == self.placed.message.content_type => {}
            _ => tell("cades.content-type", true, facts),
        }
        match attributes::algorithms_protected(info) {
            Ok(None | Some(true)) => {}
            Ok(Some(false)) | Err(_) => tell("cades.algorithm-protection", true, facts),
        }
        for kind in attributes::claims(info, facts) {
            facts.defects.push(defect("cades.attribute", kind.to_string(), false));
        }
    }

    /// Time stamps over the data from before the signature.
    fn content_stamps(&mut self, info: &SignerInfo, facts: &mut SignatureFacts) {
        for token in info.signed.iter().filter(|a| a.oid == oid::CONTENT_TIME_STAMP).flat_map(|a| &a.values) {
            let parsed = TimeStampToken::from_ber(token).ok();
            let found = parsed.and_then(|t| self.content.of(t.info.digest).map(|d| d == t.info.imprint));
            let data = self.content.of(DigestAlgorithm::Sha256).and_then(|d| ObjectId::from_digest(&d));
            facts.timestamps.push(TimestampFacts {
                kind: TimestampKind::Content,
                token: token.clone(),
                imprint_matches: found,
                covers: data.into_iter().collect(),
            });
        }
    }

    fn certificate(&mut self, info: &SignerInfo, carried: &[Certificate], facts: &mut SignatureFacts) {
        let certificate = attributes::certificate(info, carried);
        match attributes::reference_matches(info, certificate.as_ref()) {
            Ok(matches) => facts.certificate_reference_matches = matches,
            Err(_) => facts.defects.push(defect("cades.signing-certificate", facts.id.clone(), true)),
        }
        let Some(certificate) = certificate else { return };
        facts.signing_certificate = Some(certificate.der().to_vec());
        if !info.id.is(&certificate) {
            facts.defects.push(defect("cades.signer-id", facts.id.clone(), false));
        }
        let verified = if !info.signed.is_empty() {
            Some(info.verify_value(certificate.spki(), &[]))
        } else {
            match info.algorithm.digest() {
                Some(digest) => self
                    .content
                    .of(digest)
                    .map(|d| pki::verify_digest(certificate.spki(), info.algorithm, &d, &info.signature)),
                None => match self.content.hold() {
                    Ok(data) => Some(info.verify_value(certificate.spki(), &data)),
                    Err(e) => {
                        facts.defects.push(e);
                        None
                    }
                },
            }
        };
        facts.value_verifies = match verified {
            Some(Err(pki::Error::UnsupportedKey | pki::Error::UnsupportedParameters)) | None => None,
            Some(result) => Some(result.is_ok()),
        };
    }
}

/// The level whose elements are there (EN 319 122-1 clause 6).
fn level(info: &SignerInfo, parts: &SignerParts, facts: &SignatureFacts) -> Option<Level> {
    let basic = facts.certificate_reference_matches.is_some()
        && facts.claimed_time.is_some()
        && info.message_digest().is_ok_and(|d| d.is_some());
    // The baseline's LTA is by archive time stamps of version 3; older ones prove what they cover and make no level of it (EN 319 122-1 clause 6.3).
    let archive = parts.unsigned.iter().any(|a| a.oid == oid::ARCHIVE_TIME_STAMP_V3);
    let elements = facts.elements();
    basic.then(|| if archive { elements } else { elements.min(Level::LT) })
}
