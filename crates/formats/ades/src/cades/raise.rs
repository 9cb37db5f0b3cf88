//! [`Raise`] for CMS files: signature time stamps, material in `SignedData`, archive time stamps of version 3 (EN 319 122-1 clause 5.5.3).

use std::io::{Read, Seek, Write};

use pki::{
    Attribute, DigestAlgorithm,
    cms::{Message, SignerParts},
    oid,
};

use super::{CadesError, File, hash_index::HashIndex, imprint, values};
use crate::{
    augment::{AugmentError, Raise, check_imprint},
    facts::Level,
    material::Material,
};

impl From<CadesError> for AugmentError {
    fn from(e: CadesError) -> Self {
        match e {
            CadesError::Io(e) => Self::Io(e),
            CadesError::Unknown(id) => Self::Unknown(id),
            other => Self::Signature(other.to_string()),
        }
    }
}

fn broken(e: &pki::Error) -> AugmentError {
    AugmentError::Signature(e.to_string())
}

/// The message in a token and its only signer, to get unsigned attributes.
fn with_attributes(token: &[u8], attributes: Vec<Attribute>) -> Result<Vec<u8>, AugmentError> {
    let wrong = |e: pki::Error| AugmentError::Timestamp(e.to_string());
    let mut message = Message::from_ber(token).map_err(wrong)?;
    let [signer] = message.signers.as_mut_slice() else {
        return Err(AugmentError::Timestamp("not exactly one signer".to_owned()));
    };
    attributes.into_iter().for_each(|a| signer.add_unsigned(a));
    let mut out = Vec::new();
    message.write(std::io::Cursor::new(token), &mut out)?.map_err(wrong)?;
    Ok(out)
}

/// A stand-alone token with more material in its SignedData, which its signature does not cover.
///
/// # Errors
/// When it is no token.
pub(crate) fn token_with_material(token: &[u8], material: &Material) -> Result<Vec<u8>, AugmentError> {
    let wrong = |e: pki::Error| AugmentError::Timestamp(e.to_string());
    let mut message = Message::from_ber(token).map_err(wrong)?;
    message.add_certificates(material.certificates.iter().cloned());
    message.add_revocations(&material.crls, &material.ocsps).map_err(wrong)?;
    let mut out = Vec::new();
    message.write(std::io::Cursor::new(token), &mut out)?.map_err(wrong)?;
    Ok(out)
}

impl<R: Read + Seek + Send> File<R> {
    fn parts_mut(&mut self, id: &str) -> Result<&mut SignerParts, AugmentError> {
        self.unsealed()?;
        let n = self.number(id).ok_or_else(|| AugmentError::Unknown(id.to_owned()))?;
        self.message.signers.get_mut(n).ok_or(AugmentError::NoSignature)
    }

    /// Under an evidence record nothing may be added: the record is renewed instead.
    fn unsealed(&self) -> Result<(), AugmentError> {
        if self.has_records() {
            return Err(AugmentError::Signature("an evidence record is over it: renew that".to_owned()));
        }
        Ok(())
    }

    /// Material where an archive time stamp of version 2 is over the message: into the unsigned attributes of the last such stamp.
    fn add_to_sealed(&mut self, id: &str, material: &Material) -> Result<(), AugmentError> {
        let parts = self.parts_mut(id)?;
        let stamps = parts.unsigned.iter().enumerate().filter(|(_, a)| a.oid == oid::ARCHIVE_TIME_STAMP_V2);
        let time = |t: &Vec<u8>| pki::TimeStampToken::from_ber(t).ok().map(|t| t.info.time);
        let last = stamps.max_by_key(|(_, a)| a.values.first().and_then(time)).map(|(n, a)| (n, a.values.clone()));
        let Some((n, mut values)) = last else {
            return Err(AugmentError::Signature(
                "the archive time stamp of another signature covers its certificates".to_owned(),
            ));
        };
        let Some(token) = values.first_mut() else { return Err(AugmentError::NoSignature) };
        let mut more = material.clone();
        let there = values::of_token(token);
        more.certificates.retain(|c| !there.certificates.contains(c));
        more.crls.retain(|c| !there.crls.contains(c));
        more.ocsps.retain(|c| !there.ocsps.contains(c));
        *token = with_attributes(token, values::to_attributes(&more))?;
        parts.replace_unsigned(n, values);
        Ok(())
    }
}

impl<R: Read + Seek + Send> Raise for File<R> {
    fn ids(&self) -> Vec<String> {
        self.ids()
    }

    fn level(&self, id: &str) -> Option<Level> {
        let (parts, info) = self.signer(id)?;
        let has = |oids: &[pki::Oid]| parts.unsigned.iter().any(|a| oids.contains(&a.oid));
        info.message_digest().ok().flatten()?;
        let revocation = !self.message.revocations.items.is_empty() || has(&[oid::REVOCATION_VALUES]);
        let archive = has(&[oid::ARCHIVE_TIME_STAMP_V2, oid::ARCHIVE_TIME_STAMP_V3]);
        Some(Level::of(has(&[oid::SIGNATURE_TIME_STAMP]), revocation, archive))
    }

    fn signing_certificates(&self, id: &str) -> Vec<Vec<u8>> {
        let carried: Vec<_> = self.carried(id).iter().filter_map(|c| pki::Certificate::from_der(c).ok()).collect();
        let Some((parts, info)) = self.signer(id) else { return Vec::new() };
        let counters = parts.unsigned.iter().filter(|a| a.oid == oid::COUNTER_SIGNATURE).flat_map(|a| &a.values);
        let counters = counters.filter_map(|v| SignerParts::read(v).and_then(|p| p.info()).ok());
        let all = std::iter::once(info).chain(counters);
        all.filter_map(|i| super::signer::certificate(&i, &carried)).map(|c| c.der().to_vec()).collect()
    }

    fn tokens(&self, id: &str) -> Vec<Vec<u8>> {
        let Some((parts, info)) = self.signer(id) else { return Vec::new() };
        let before = info.signed.iter().filter(|a| a.oid == oid::CONTENT_TIME_STAMP).flat_map(|a| a.values.clone());
        let kinds = [
            oid::SIGNATURE_TIME_STAMP,
            oid::ESC_TIME_STAMP,
            oid::CERT_CRL_TIME_STAMP,
            oid::ARCHIVE_TIME_STAMP_V2,
            oid::ARCHIVE_TIME_STAMP_V3,
        ];
        let after = parts.unsigned.iter().filter(|a| kinds.contains(&a.oid)).flat_map(|a| a.values.clone());
        before.chain(after).collect()
    }

    fn carried(&self, id: &str) -> Vec<Vec<u8>> {
        let mut all: Vec<Vec<u8>> = self.message.certificates().cloned().collect();
        if let Some((parts, _)) = self.signer(id) {
            for a in &parts.unsigned {
                all.extend(a.values.iter().flat_map(|v| values::of_value(a, v).unwrap_or_default().certificates));
            }
        }
        all
    }

    fn stamp_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        let (_, info) = self.signer(id).ok_or_else(|| AugmentError::Unknown(id.to_owned()))?;
        Ok(algorithm.of(&info.signature))
    }

    fn add_stamp(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        let parsed = pki::TimeStampToken::from_ber(token).map_err(|e| AugmentError::Timestamp(e.to_string()))?;
        let imprint = self.stamp_imprint(id, parsed.info.digest)?;
        check_imprint(token, parsed.info.digest, &imprint)?;
        self.parts_mut(id)?.add_unsigned(Attribute::new(oid::SIGNATURE_TIME_STAMP, token.to_vec()));
        Ok(())
    }

    fn add_material(&mut self, id: &str, material: &Material) -> Result<(), AugmentError> {
        self.signer(id).ok_or_else(|| AugmentError::Unknown(id.to_owned()))?;
        if self.is_sealed() {
            return self.add_to_sealed(id, material);
        }
        self.unsealed()?;
        self.message.add_certificates(material.certificates.iter().cloned());
        self.message.add_revocations(&material.crls, &material.ocsps).map_err(|e| broken(&e))
    }

    fn archive_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        let n = self.number(id).ok_or_else(|| AugmentError::Unknown(id.to_owned()))?;
        self.unsealed()?;
        self.message.add_digest(algorithm).map_err(|e| broken(&e))?;
        let parts = self.message.signers.get(n).cloned().ok_or(AugmentError::NoSignature)?;
        let index = HashIndex::over(&self.message, &parts.unsigned, algorithm);
        let der = index.to_der();
        let over = self.with_content(|message, content| imprint::version3(message, &parts, &der, algorithm, content));
        let over = over.and_then(|all| all.into_iter().next()).ok_or_else(|| AugmentError::Object(id.to_owned()))?;
        self.pending = Some((id.to_owned(), algorithm, over.clone(), index));
        Ok(over)
    }

    fn add_archive(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        let Some((_, algorithm, over, index)) = self.pending.take().filter(|(of, ..)| of == id) else {
            return Err(AugmentError::Order("an archive time stamp is prepared first"));
        };
        check_imprint(token, algorithm, &over)?;
        let token = with_attributes(token, vec![index.to_attribute()])?;
        self.parts_mut(id)?.add_unsigned(Attribute::new(oid::ARCHIVE_TIME_STAMP_V3, token));
        Ok(())
    }

    fn write(&mut self, out: &mut dyn Write) -> Result<(), AugmentError> {
        Ok(File::write(self, out)?)
    }
}
