use pki::{Certificate, DigestAlgorithm, SignatureAlgorithm};
use serde::{Deserialize, Serialize};

use super::{Files, Form, Format, Input, MakeError, Packaging, Signed, signed::Body as Made};
use crate::{
    asic::Naming,
    cades,
    jades::{self, Serialization},
    pades, xades,
};

/// A signature that waits for its value. It holds the files only where they go into an XML or JSON document; it can be kept as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    pub(super) form: Form,
    pub(super) body: Body,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Body {
    /// A new revision of a PDF.
    Pdf(Box<pades::Prepared>),
    /// A new container with XAdES, over files of these digests.
    NewXades { naming: Naming, digests: Vec<Vec<u8>>, prepared: Box<xades::Prepared> },
    /// One more signature file in a container with XAdES, under this entry name; or the file that is there, counter-signed.
    MoreXades { entry: String, counter: bool, prepared: Box<xades::Prepared> },
    /// A new container with CAdES.
    NewCades { extended: bool, digest: DigestAlgorithm, imprint: Vec<u8>, prepared: Box<cades::Prepared> },
    /// One more signature in a container with CAdES: what it is over is made from the request again. Or a counter-signature on this one.
    MoreCades { counter: Option<String>, request: Box<cades::Request>, prepared: Box<cades::Prepared> },
    /// An XML document: the first file (`further`) or a new one.
    Xades { further: bool, prepared: Box<xades::Prepared> },
    /// A new CMS file.
    Cades { attached: bool, prepared: Box<cades::Prepared> },
    /// One more signature in a CMS file, or a counter-signature on this one.
    CadesMore { counter: Option<String>, prepared: Box<cades::Prepared> },
    /// A new JWS.
    Jades(Box<jades::Prepared>),
    /// One more signature in a JWS, or a counter-signature on this one.
    JadesMore { counter: Option<String>, prepared: Box<jades::Prepared> },
}

impl Prepared {
    /// In what form the file will be.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// Whether the first file itself gets the signature.
    pub fn is_further(&self) -> bool {
        match &self.body {
            Body::Pdf(_)
            | Body::MoreXades { .. }
            | Body::MoreCades { .. }
            | Body::CadesMore { .. }
            | Body::JadesMore { .. } => true,
            Body::Xades { further, .. } => *further,
            Body::NewXades { .. } | Body::NewCades { .. } | Body::Cades { .. } | Body::Jades(_) => false,
        }
    }

    /// The files that the signed file speaks of and does not hold.
    pub fn beside(&self, files: &[Input]) -> Files {
        Files(match (self.form.packaging, self.is_further()) {
            (Some(Packaging::Detached), false) => files.to_vec(),
            (_, true) => files.get(1..).unwrap_or_default().to_vec(),
            (_, false) => Vec::new(),
        })
    }

    /// The usual name of the signed file, when `first` is the first file's name: its own when it gets the signature itself.
    pub fn file_name(&self, first: &str) -> String {
        if self.is_further() {
            return first.to_owned();
        }
        match (self.form.format, self.form.packaging) {
            (Format::Xades, _) => format!("{first}.xades.xml"),
            (Format::Cades, Some(Packaging::Detached)) => format!("{first}.p7s"),
            (Format::Cades, _) => format!("{first}.p7m"),
            (Format::Jades, _) if self.form.serialization == Serialization::Compact => format!("{first}.jws"),
            (Format::Jades, _) => format!("{first}.json"),
            (format, _) => {
                let stem = first.rsplit_once('.').map_or(first, |(stem, _)| stem);
                format!("{stem}.{}", format.name())
            }
        }
    }

    /// The bytes that the signature value is over.
    pub fn to_be_signed(&self) -> Vec<u8> {
        match &self.body {
            Body::Pdf(p) => p.to_be_signed().to_vec(),
            Body::NewXades { prepared: p, .. }
            | Body::MoreXades { prepared: p, .. }
            | Body::Xades { prepared: p, .. } => p.to_be_signed().to_vec(),
            Body::NewCades { prepared: p, .. }
            | Body::MoreCades { prepared: p, .. }
            | Body::Cades { prepared: p, .. }
            | Body::CadesMore { prepared: p, .. } => p.to_be_signed().to_vec(),
            Body::Jades(p) | Body::JadesMore { prepared: p, .. } => p.to_be_signed(),
        }
    }

    /// Algorithm of the value that is wanted.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        match &self.body {
            Body::Pdf(p) => p.algorithm(),
            Body::NewXades { prepared: p, .. }
            | Body::MoreXades { prepared: p, .. }
            | Body::Xades { prepared: p, .. } => p.algorithm(),
            Body::NewCades { prepared: p, .. }
            | Body::MoreCades { prepared: p, .. }
            | Body::Cades { prepared: p, .. }
            | Body::CadesMore { prepared: p, .. } => p.algorithm(),
            Body::Jades(p) | Body::JadesMore { prepared: p, .. } => p.algorithm(),
        }
    }

    /// Signing certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        match &self.body {
            Body::Pdf(p) => p.certificate(),
            Body::NewXades { prepared: p, .. }
            | Body::MoreXades { prepared: p, .. }
            | Body::Xades { prepared: p, .. } => p.certificate(),
            Body::NewCades { prepared: p, .. }
            | Body::MoreCades { prepared: p, .. }
            | Body::Cades { prepared: p, .. }
            | Body::CadesMore { prepared: p, .. } => p.certificate(),
            Body::Jades(p) | Body::JadesMore { prepared: p, .. } => p.certificate(),
        }
    }

    /// The value in the encoding of X.509, when it is a signature of the certificate over the prepared bytes; cards in the browser give ECDSA
    /// as raw `r‖s`. `None`: it is not.
    pub fn accept(&self, value: &[u8]) -> Option<Vec<u8>> {
        let (certificate, message) = (Certificate::from_der(self.certificate()).ok()?, self.to_be_signed());
        let good = |v: &[u8]| pki::verify(certificate.spki(), self.algorithm(), &message, v).is_ok();
        if good(value) {
            return Some(value.to_vec());
        }
        match (self.algorithm(), pki::ecdsa_raw_to_der(value)) {
            (SignatureAlgorithm::Ecdsa(_), Ok(der)) if good(&der) => Some(der),
            _ => None,
        }
    }

    /// Takes the signature value in the encoding of X.509 (ECDSA: DER) and checks it.
    ///
    /// # Errors
    /// When the value does not verify with the certificate.
    pub fn finish(self, value: &[u8]) -> Result<Signed, MakeError> {
        let body = match self.body {
            Body::Pdf(p) => Made::Pdf(Box::new(p.finish(value)?)),
            Body::NewXades { naming, digests, prepared } => {
                Made::NewXades { naming, digests, signed: prepared.finish(value)? }
            }
            Body::MoreXades { entry, counter, prepared } => {
                Made::MoreXades { entry, counter, signed: prepared.finish(value)? }
            }
            Body::NewCades { extended, digest, imprint, prepared } => {
                Made::NewCades { extended, digest, imprint, signed: prepared.finish(value)? }
            }
            Body::MoreCades { counter, request, prepared } => {
                Made::MoreCades { counter, request, signed: prepared.finish(value)? }
            }
            Body::Xades { prepared: p, .. } => Made::Text(p.finish(value)?.into_text().into_bytes()),
            Body::Cades { attached, prepared } => Made::Cades { attached, signed: prepared.finish(value)? },
            Body::CadesMore { counter, prepared } => Made::CadesMore { counter, signed: prepared.finish(value)? },
            Body::Jades(p) => Made::Text(p.finish(value)?.into_bytes()),
            Body::JadesMore { counter, prepared } => Made::JadesMore { counter, prepared, value: value.to_vec() },
        };
        Ok(Signed { form: self.form, body })
    }
}
