use std::io::Write;

use ades::{
    asic::{Builder, Container, Naming},
    facts::Level,
    material::Material,
    pades, xades,
};
use base::Cx;
use jiff::Timestamp;
use pki::{Certificate, TimeStampToken};

use super::{Engine, EngineError, EngineLimits, Format, Input, Prepared, prepare::Body};

/// A signature with its value, time stamp and validation material; only the file has to be written.
#[derive(Clone, Debug)]
pub struct Completed {
    format: Format,
    body: Signed,
}

#[derive(Clone, Debug)]
enum Signed {
    Pdf(Box<pades::Signed>),
    New(xades::Signed),
    More(String, xades::Signed),
}

impl Signed {
    fn imprint(&self) -> Result<(pki::DigestAlgorithm, Vec<u8>), EngineError> {
        match self {
            Self::Pdf(s) => Ok(s.timestamp_imprint()),
            Self::New(s) | Self::More(_, s) => Ok(s.timestamp_imprint()?),
        }
    }
    fn stamped(self, token: &[u8]) -> Result<Self, EngineError> {
        Ok(match self {
            Self::Pdf(s) => Self::Pdf(Box::new(s.with_timestamp(token)?)),
            Self::New(s) => Self::New(s.with_timestamp(token)?),
            Self::More(name, s) => Self::More(name, s.with_timestamp(token)?),
        })
    }
    fn provided(self, material: Material) -> Result<Self, EngineError> {
        Ok(match self {
            Self::Pdf(s) => Self::Pdf(Box::new(s.with_material(material))),
            Self::New(s) => Self::New(s.with_material(material)?),
            Self::More(name, s) => Self::More(name, s.with_material(material)?),
        })
    }
}

impl Engine {
    /// Takes the signature value, and for level T a time stamp, for LT also everything that shows the certificates valid.
    pub async fn complete(
        &self,
        cx: &Cx,
        prepared: Prepared,
        value: &[u8],
        level: Level,
    ) -> Result<Completed, EngineError> {
        let certificate = prepared.certificate().to_vec();
        let value = prepared.accept(value)?;
        let format = prepared.format;
        let mut body = match prepared.body {
            Body::Pdf(p) => Signed::Pdf(Box::new(p.finish(&value)?)),
            Body::New(p) => Signed::New(p.finish(&value)?),
            Body::More(name, p) => Signed::More(name, p.finish(&value)?),
        };
        if level >= Level::T {
            let (digest, imprint) = body.imprint()?;
            let token = self.trust.time_stamp(cx, digest, imprint).await?;
            body = body.stamped(&token)?;
            if level >= Level::LT {
                let roots = self.trust.roots(cx).await?;
                let (unit, stamped) = unit(&token, &roots.all())?;
                let ends = [certificate, unit];
                body = body.provided(self.trust.gather_with(cx, &ends, &[], Some(stamped), &roots).await?)?;
            }
        }
        Ok(Completed { format, body })
    }
}

/// The certificate of the unit that made a time stamp, and its time.
fn unit(token: &[u8], known: &[Vec<u8>]) -> Result<(Vec<u8>, Timestamp), EngineError> {
    let trouble = |e: pki::Error| EngineError::TimeStamp(e.to_string());
    let token = TimeStampToken::from_ber(token).map_err(trouble)?;
    let known: Vec<Certificate> = known.iter().filter_map(|d| Certificate::from_der(d).ok()).collect();
    let unit = token.verify(&known).map_err(trouble)?;
    Ok((unit.der().to_vec(), token.info.time))
}

/// Writes the signed file. The inputs must be those the signature was prepared for: a changed one is noticed by its digest.
pub fn write<W: Write>(
    inputs: &[Input],
    completed: &Completed,
    modified: Timestamp,
    limits: &EngineLimits,
    mut out: W,
) -> Result<W, EngineError> {
    match &completed.body {
        Signed::Pdf(signed) => {
            let [input] = inputs else { return Err(EngineError::State) };
            let increment = signed.increment(&input.ranged()?, &limits.pdf)?;
            std::io::copy(&mut input.open()?, &mut out)?;
            out.write_all(&increment)?;
            Ok(out)
        }
        Signed::New(signed) => {
            let naming = if completed.format == Format::Edoc { Naming::Edoc } else { Naming::Asice };
            let mut builder = Builder::new(out, naming, pki::DigestAlgorithm::Sha256, modified)?;
            for input in inputs {
                builder.add(&input.name, &input.media_type, input.open()?, input.size)?;
            }
            Ok(builder.finish(&[signed.xml()])?)
        }
        Signed::More(entry, signed) => {
            let [input] = inputs else { return Err(EngineError::State) };
            let mut container = Container::open(input.open()?, &limits.zip)?;
            Ok(container.add_signature(out, entry, &signed.xml(), modified)?)
        }
    }
}
