use ades::{
    asic::{Container, Naming},
    pades,
    xades::{self, DataObject},
};
use base::Cx;
use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm, Digester, SignatureAlgorithm};
use serde::{Deserialize, Serialize};

use super::{
    Engine, EngineError, EngineLimits, Format, Input, Kind, ToSign, blocking,
    inspect::{choices, inspect},
};

/// A signature that waits for its value. It does not hold the files; it can be kept as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    /// What the signed file will be.
    pub format: Format,
    pub(super) body: Body,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Body {
    /// A new revision of a PDF.
    Pdf(pades::Prepared),
    /// A new container.
    New(xades::Prepared),
    /// One more signature in a container, under this entry name.
    More(String, xades::Prepared),
}

impl Prepared {
    fn message(&self) -> &[u8] {
        match &self.body {
            Body::Pdf(p) => p.to_be_signed(),
            Body::New(p) | Body::More(_, p) => p.to_be_signed(),
        }
    }

    /// What a signer is to sign.
    pub fn to_sign(&self) -> ToSign {
        let algorithm = match &self.body {
            Body::Pdf(p) => p.algorithm(),
            Body::New(p) | Body::More(_, p) => p.algorithm(),
        };
        let digest_algorithm = algorithm.companion_digest();
        let message = self.message().to_vec();
        ToSign { digest: digest_algorithm.of(&message), message, digest_algorithm, algorithm }
    }

    /// The value in the encoding of X.509, when it is a signature of the certificate over the prepared bytes; cards in the
    /// browser give ECDSA as raw `r‖s`.
    pub fn accept(&self, value: &[u8]) -> Result<Vec<u8>, EngineError> {
        let to_sign = self.to_sign();
        let certificate = Certificate::from_der(self.certificate()).map_err(|_| EngineError::CertificateUnreadable)?;
        let good = |v: &[u8]| pki::verify(certificate.spki(), to_sign.algorithm, &to_sign.message, v).is_ok();
        if good(value) {
            return Ok(value.to_vec());
        }
        match (to_sign.algorithm, pki::ecdsa_raw_to_der(value)) {
            (SignatureAlgorithm::Ecdsa(_), Ok(der)) if good(&der) => Ok(der),
            _ => Err(EngineError::Value),
        }
    }

    /// Signing certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        match &self.body {
            Body::Pdf(p) => p.certificate(),
            Body::New(p) | Body::More(_, p) => p.certificate(),
        }
    }
}

impl Engine {
    /// Makes everything of a signature but its value. The certificate is checked as by
    /// [`Engine::check_certificate`].
    pub async fn prepare(
        &self,
        cx: &Cx,
        inputs: &[Input],
        format: Format,
        certificate: &[u8],
    ) -> Result<Prepared, EngineError> {
        let chain = self.check_certificate(cx, certificate).await?;
        let between: Vec<Vec<u8>> = chain.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default();
        let (inputs, limits, at, certificate) = (inputs.to_vec(), self.limits, cx.now(), certificate.to_vec());
        blocking(move || prepare(&inputs, format, &certificate, between, at, &limits)).await
    }
}

fn prepare(
    inputs: &[Input],
    format: Format,
    certificate: &[u8],
    chain: Vec<Vec<u8>>,
    at: Timestamp,
    limits: &EngineLimits,
) -> Result<Prepared, EngineError> {
    let kinds = inputs.iter().map(|i| inspect(i, limits).map(|s| s.kind)).collect::<Result<Vec<_>, _>>()?;
    if inputs.is_empty() {
        return Err(EngineError::NoFile);
    }
    if !choices(&kinds).contains(&format) {
        return Err(EngineError::Format(format.name()));
    }
    // whole seconds: what the formats can write
    let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
    let body = match (inputs, kinds.as_slice(), format) {
        ([pdf], [Kind::Pdf], Format::Pdf) => {
            let request = pades::Request { chain, ..pades::Request::new(certificate, at)? };
            Body::Pdf(pades::prepare(&pdf.ranged()?, request, &limits.pdf)?)
        }
        ([container], [Kind::Edoc | Kind::Asice], _) => {
            let request = xades::Request { chain, ..xades::Request::new(certificate, at)? };
            let mut container = Container::open(container.open()?, &limits.zip)?;
            let (entry, id) = container.next_signature();
            let files = container.files(request.digest)?;
            Body::More(entry, container.prepare(&files, xades::Request { id, ..request })?)
        }
        _ => {
            let id = Naming::signature_id(0);
            let request = xades::Request { id, chain, ..xades::Request::new(certificate, at)? };
            let files = digests(inputs, request.digest)?;
            Body::New(xades::prepare(&files, request)?)
        }
    };
    Ok(Prepared { format, body })
}

/// Digests files that will stand in a new container.
fn digests(inputs: &[Input], algorithm: DigestAlgorithm) -> Result<Vec<DataObject>, EngineError> {
    let mut files: Vec<DataObject> = Vec::new();
    for input in inputs {
        let taken = |f: &DataObject| f.name.eq_ignore_ascii_case(&input.name);
        if files.iter().any(taken) {
            return Err(EngineError::SameName(input.name.clone()));
        }
        let mut digester = Digester::new(algorithm);
        std::io::copy(&mut input.open()?, &mut digester)?;
        let media_type = input.media_type.clone();
        files.push(DataObject { name: input.name.clone(), media_type, digest: digester.finish() });
    }
    Ok(files)
}
