use super::TstInfo;
use crate::{
    Certificate, DigestAlgorithm, Error, Result, SignatureAlgorithm,
    cms::{SignedData, SignedDataTemplate},
    oid,
};

/// A time-stamp token before it is signed.
#[derive(Clone, Debug)]
pub struct TokenTemplate(SignedDataTemplate);

impl TokenTemplate {
    /// `info` to be signed by the time-stamping unit with `certificate`. `digest` should be that of `signature`
    /// ([`SignatureAlgorithm::companion_digest`]): OpenSSL and others take one for the other.
    pub fn new(
        info: &TstInfo,
        digest: DigestAlgorithm,
        signature: SignatureAlgorithm,
        certificate: &Certificate,
    ) -> Result<Self> {
        let content = info.to_der()?;
        Ok(Self(SignedDataTemplate {
            content_type: oid::TST_INFO,
            message_digest: digest.of(&content),
            content: Some(content),
            digest,
            signature,
            certificate: certificate.clone(),
            signing_time: None,
            more_attributes: Vec::new(),
        }))
    }
    /// DER of the `TSTInfo`.
    pub fn content(&self) -> &[u8] {
        self.0.content.as_deref().unwrap_or_default()
    }
    /// What the unit signs.
    pub fn to_be_signed(&self) -> Result<Vec<u8>> {
        self.0.to_be_signed()
    }
    /// The `TimeStampToken`. With `chain` the unit's certificate and the chain are carried, without only the reference to it.
    pub fn assemble(&self, signed: &[u8], signature: &[u8], chain: Option<&[Certificate]>) -> Result<Vec<u8>> {
        match chain {
            Some(chain) => self.0.assemble(signed, signature, chain, &[], &[], &[]),
            None => self.0.assemble_without_certificates(signed, signature),
        }
    }
}

/// A time-stamp token.
#[derive(Clone, Debug)]
pub struct TimeStampToken {
    /// The CMS message.
    pub signed: SignedData,
    /// What it says.
    pub info: TstInfo,
}

impl TimeStampToken {
    /// From a `ContentInfo` in DER or BER. Structure only: nothing is verified.
    pub fn from_ber(input: &[u8]) -> Result<Self> {
        let signed = SignedData::from_ber(input)?;
        if signed.content_type != oid::TST_INFO {
            return Err(Error::Malformed("no time stamp in this CMS message"));
        }
        signed.only_signer()?;
        let info = TstInfo::from_der(signed.content.as_deref().ok_or(Error::Malformed("time stamp without content"))?)?;
        Ok(Self { signed, info })
    }

    /// The certificate of the unit, among those carried and `more`, as the signed reference identifies it; the signature is verified with it.
    /// Whether the unit is trusted is the caller's matter.
    pub fn verify(&self, more: &[Certificate]) -> Result<Certificate> {
        let signer = self.signed.only_signer()?;
        let content = self.signed.content.as_deref().unwrap_or_default();
        if signer.content_type()? != Some(oid::TST_INFO) {
            return Err(Error::Malformed("signed content type"));
        }
        if signer.message_digest()? != Some(signer.digest.of(content)) {
            return Err(Error::BadSignature);
        }
        let references =
            signer.certificate_references()?.ok_or(Error::Malformed("signing certificate attribute missing"))?;
        let reference = references.first().ok_or(Error::Malformed("signing certificate attribute"))?;
        let carried = self.signed.readable_certificates();
        let certificate = carried
            .iter()
            .chain(more)
            .find(|c| reference.is(c))
            .ok_or(Error::Malformed("certificate of the time-stamping unit not found"))?;
        if !reference.issuer_serial_matches(certificate) || !signer.id.is(certificate) {
            return Err(Error::Malformed("signer is not the referenced certificate"));
        }
        signer.verify_value(certificate.spki(), content)?;
        Ok(certificate.clone())
    }

    /// Whether a certificate may stamp (RFC 3161 section 2.3): time stamping as its only extended key usage, critical.
    pub fn may_stamp(certificate: &Certificate) -> bool {
        let e = certificate.extensions();
        e.extended_key_usage == [oid::TIME_STAMPING]
            && e.extended_key_usage_critical
            && certificate
                .key_usage()
                .is_none_or(|u| u.intersects(crate::KeyUsage::DIGITAL_SIGNATURE | crate::KeyUsage::NON_REPUDIATION))
    }
}
