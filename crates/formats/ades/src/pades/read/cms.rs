use pki::{
    Certificate, DigestAlgorithm, SignedData, SignerInfo, TimeStampToken,
    asn1::{Reader, tag},
    oid,
};

use crate::{
    cades::signer,
    facts::{Defect, SignatureFacts, TimestampFacts, TimestampKind},
    pades::range::Covered,
    pdf::{Bytes, Dict},
};

/// Largest document that a signature without signed attributes may be over.
const HELD: usize = 64 << 20;

/// How `Contents` is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SubFilter {
    /// `ETSI.CAdES.detached`.
    Cades,
    /// `adbe.pkcs7.detached`.
    Detached,
    /// `adbe.pkcs7.sha1`.
    Sha1,
    /// `adbe.x509.rsa_sha1`.
    Bare,
    /// Anything else.
    Other,
}

impl SubFilter {
    pub(super) fn of(dict: &Dict) -> Self {
        match dict.get("SubFilter").as_name() {
            Some(b"ETSI.CAdES.detached") => Self::Cades,
            Some(b"adbe.pkcs7.detached") => Self::Detached,
            Some(b"adbe.pkcs7.sha1") => Self::Sha1,
            Some(b"adbe.x509.rsa_sha1") => Self::Bare,
            _ => Self::Other,
        }
    }
}

/// Reads the message in front of the padding; the second value says that the padding is zeros.
pub(super) fn parse(contents: &[u8]) -> Result<(SignedData, bool), pki::Error> {
    let (message, padding) = split(contents)?;
    let clean = padding.iter().all(|b| *b == 0);
    match SignedData::from_ber(message) {
        Ok(data) => Ok((data, clean)),
        Err(e) => Err(e),
    }
}

/// The outermost element and what follows it.
pub(super) fn split(contents: &[u8]) -> Result<(&[u8], &[u8]), pki::Error> {
    if contents.get(1) == Some(&0x80) {
        // An indefinite length ends in zeros like the padding: take as few of them as make the element whole.
        let text = contents.iter().rposition(|b| *b != 0).map_or(0, |p| p + 1);
        for end in (text..=contents.len()).take(64) {
            let (message, padding) = contents.split_at_checked(end).ok_or(pki::Error::Truncated)?;
            if pki::cms::normalise(message, pki::cms::MAX_CMS).is_ok() {
                return Ok((message, padding));
            }
        }
        return Err(pki::Error::BadLength);
    }
    let first = usize::from(*contents.get(1).ok_or(pki::Error::Truncated)?);
    let (head, length) = if first < 0x80 {
        (2, first)
    } else {
        let octets = contents.get(2..2 + (first & 0x7F)).filter(|o| o.len() <= 4).ok_or(pki::Error::BadLength)?;
        (2 + octets.len(), octets.iter().fold(0usize, |l, b| l << 8 | usize::from(*b)))
    };
    let end = head.checked_add(length).ok_or(pki::Error::BadLength)?;
    contents.split_at_checked(end).ok_or(pki::Error::Truncated)
}

/// The message of one signature.
pub(super) struct Contents<'c> {
    pub(super) kind: SubFilter,
    pub(super) data: &'c SignedData,
    pub(super) signer: &'c SignerInfo,
}

impl Contents<'_> {
    /// The digest algorithm of the document, and whether its digest is the signed one.
    pub(super) fn digest(
        &self,
        hash: &dyn Fn(DigestAlgorithm) -> Result<Vec<u8>, &'static str>,
    ) -> Result<(DigestAlgorithm, bool), &'static str> {
        let signed = self.signer.message_digest().map_err(|_| "pades.message-digest")?;
        if self.kind == SubFilter::Sha1 {
            let content = self.data.content.as_deref().ok_or("pades.content-missing")?;
            let inner = signed.is_none_or(|d| d == self.signer.digest.of(content));
            return Ok((DigestAlgorithm::Sha1, inner && content == hash(DigestAlgorithm::Sha1)?));
        }
        if self.data.content.is_some() {
            return Err("pades.not-detached");
        }
        match signed {
            Some(digest) => Ok((self.signer.digest, digest == hash(self.signer.digest)?)),
            None if self.kind == SubFilter::Cades => Err("pades.message-digest"),
            // without signed attributes the signature value itself is over the document
            None => Ok((self.signer.digest, true)),
        }
    }

    /// The signer's certificate.
    pub(super) fn certificate(&self) -> Option<Certificate> {
        signer::certificate(self.signer, &self.data.readable_certificates())
    }

    /// Whether the signed reference is that of the certificate; `None` when there is no such attribute.
    pub(super) fn reference_matches(&self, certificate: Option<&Certificate>) -> Result<Option<bool>, &'static str> {
        signer::reference_matches(self.signer, certificate).map_err(|_| "pades.signing-certificate-attribute")
    }

    /// Whether the signature value verifies.
    pub(super) fn verifies(
        &self,
        certificate: &Certificate,
        data: &Bytes<'_>,
        range: &Covered,
    ) -> Result<bool, &'static str> {
        let content = match (&self.data.content, self.signer.signed.is_empty()) {
            (Some(content), _) => content.clone(),
            // the value itself is over the document, which has to be held for that
            (None, true) if range.end <= HELD => {
                let mut all = Vec::with_capacity(range.end);
                for part in range.parts() {
                    data.feed(part, &mut |p| all.extend_from_slice(p)).map_err(|_| "pades.unreadable")?;
                }
                all
            }
            (None, true) => return Err("pades.too-large-without-attributes"),
            (None, false) => Vec::new(),
        };
        Ok(self.signer.verify_value(certificate.spki(), &content).is_ok())
    }

    /// Time stamps, revocation data and claims in the attributes.
    pub(super) fn attributes(
        &self,
        facts: &mut SignatureFacts,
        hash: &dyn Fn(DigestAlgorithm) -> Result<Vec<u8>, &'static str>,
    ) -> Result<(), &'static str> {
        let signer = self.signer;
        if self.kind == SubFilter::Cades {
            if signer.content_type().map_err(|_| "pades.content-type")? != Some(oid::CMS_DATA) {
                return Err("pades.content-type");
            }
            if signer.signed_value(oid::SIGNING_TIME).map_err(|_| "pades.signing-time")?.is_some() {
                facts.defects.push(Defect {
                    code: "pades.signing-time-attribute",
                    object: "signing-time".to_owned(),
                    fatal: false,
                });
            }
        }
        signer::claims(signer, facts);
        let before = signer.signed.iter().filter(|a| a.oid == oid::CONTENT_TIME_STAMP).flat_map(|a| &a.values);
        for token in before.take(8) {
            let matches = match TimeStampToken::from_ber(token) {
                Ok(t) => Some(hash(t.info.digest)? == t.info.imprint),
                Err(_) => None,
            };
            let (kind, token) = (TimestampKind::Content, token.clone());
            facts.timestamps.push(TimestampFacts { kind, token, imprint_matches: matches, covers: Vec::new() });
        }
        for token in signer.unsigned_values(oid::SIGNATURE_TIME_STAMP).take(64) {
            let info = TimeStampToken::from_ber(token).ok().map(|t| t.info);
            facts.timestamps.push(TimestampFacts {
                kind: TimestampKind::Signature,
                token: token.to_vec(),
                imprint_matches: info.map(|i| i.digest.of(&signer.signature) == i.imprint),
                covers: vec![facts.value],
            });
        }
        if let Ok(Some(value)) = signer.signed_value(oid::ADBE_REVOCATION) {
            let (crls, ocsps) = archival(value).unwrap_or_default();
            facts.crls.extend(crls);
            facts.ocsps.extend(ocsps);
        }
        Ok(())
    }
}

/// CRLs and OCSP responses.
type Revocation = (Vec<Vec<u8>>, Vec<Vec<u8>>);

/// `RevocationInfoArchival` of legacy signatures.
fn archival(value: &[u8]) -> Result<Revocation, pki::Error> {
    let mut r = Reader::of_sequence(value, "revocation information")?;
    let mut lists = [Vec::new(), Vec::new()];
    for (n, list) in (0u8..).zip(&mut lists) {
        if let Some(all) = r.explicit(n)? {
            if all.tag != tag::SEQUENCE {
                return Err(pki::Error::Malformed("revocation information"));
            }
            let mut all = all.reader();
            while !all.is_empty() {
                list.push(all.expect(tag::SEQUENCE)?.full.to_vec());
            }
        }
    }
    let [crls, ocsps] = lists;
    Ok((crls, ocsps))
}
