use std::io::Write;

use jiff::Timestamp;
use pki::DigestAlgorithm;

use super::{
    Form, Input, MakeError,
    prepare::{cms_file, text},
};
use crate::{
    asic::{
        Builder, Container, Naming,
        cades::{CadesBuilder, CadesContainer, SignedBy},
    },
    cades,
    detect::Limits,
    facts::Level,
    jades,
    material::Material,
    pades, xades,
};

/// A signature with its value. PAdES and XAdES in containers take time stamp and material before the file is written, so that it is written
/// once; the others are written at level B and raised then.
#[derive(Clone, Debug)]
pub struct Signed {
    pub(super) form: Form,
    pub(super) body: Body,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    Pdf(Box<pades::Signed>),
    NewXades {
        naming: Naming,
        digests: Vec<Vec<u8>>,
        signed: xades::Signed,
    },
    MoreXades {
        entry: String,
        counter: bool,
        signed: xades::Signed,
    },
    NewCades {
        extended: bool,
        digest: DigestAlgorithm,
        imprint: Vec<u8>,
        signed: cades::Signed,
    },
    MoreCades {
        counter: Option<String>,
        request: Box<cades::Request>,
        signed: cades::Signed,
    },
    /// A whole file.
    Text(Vec<u8>),
    Cades {
        attached: bool,
        signed: cades::Signed,
    },
    CadesMore {
        counter: Option<String>,
        signed: cades::Signed,
    },
    JadesMore {
        counter: Option<String>,
        prepared: Box<jades::Prepared>,
        value: Vec<u8>,
    },
}

impl Signed {
    /// In what form the file is.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The level that [`Self::write`] gives.
    pub fn level(&self) -> Level {
        match &self.body {
            Body::Pdf(s) => s.level(),
            Body::NewXades { signed, .. } | Body::MoreXades { signed, .. } => signed.level(),
            _ => Level::B,
        }
    }

    /// What a signature time stamp is to be over, where one is taken before the file is written.
    ///
    /// # Errors
    /// When the signature cannot take one.
    pub fn timestamp_imprint(&self) -> Result<Option<(DigestAlgorithm, Vec<u8>)>, MakeError> {
        Ok(match &self.body {
            Body::Pdf(s) => Some(s.timestamp_imprint()),
            Body::NewXades { signed, .. } | Body::MoreXades { counter: false, signed, .. } => {
                Some(signed.timestamp_imprint()?)
            }
            _ => None,
        })
    }

    /// Takes the time stamp over [`Self::timestamp_imprint`]: level T.
    ///
    /// # Errors
    /// When it is over something else.
    pub fn with_timestamp(mut self, token: &[u8]) -> Result<Self, MakeError> {
        self.body = match self.body {
            Body::Pdf(s) => Body::Pdf(Box::new(s.with_timestamp(token)?)),
            Body::NewXades { naming, digests, signed } => {
                Body::NewXades { naming, digests, signed: signed.with_timestamp(token)? }
            }
            Body::MoreXades { entry, counter, signed } => {
                Body::MoreXades { entry, counter, signed: signed.with_timestamp(token)? }
            }
            other => other,
        };
        Ok(self)
    }

    /// Takes validation material: level LT.
    ///
    /// # Errors
    /// When there is no time stamp yet.
    pub fn with_material(mut self, material: Material) -> Result<Self, MakeError> {
        self.body = match self.body {
            Body::Pdf(s) => Body::Pdf(Box::new(s.with_material(material))),
            Body::NewXades { naming, digests, signed } => {
                Body::NewXades { naming, digests, signed: signed.with_material(material)? }
            }
            Body::MoreXades { entry, counter, signed } => {
                Body::MoreXades { entry, counter, signed: signed.with_material(material)? }
            }
            other => other,
        };
        Ok(self)
    }

    /// Writes the signed file. `files` are those the signature was prepared for; changed ones are refused. `modified` is the time of entries
    /// in containers.
    ///
    /// # Errors
    /// When a file is another one, or reading or writing fails.
    pub fn write<W: Write>(
        self,
        files: &[Input],
        modified: Timestamp,
        limits: &Limits,
        mut out: W,
    ) -> Result<W, MakeError> {
        let first = files.first().ok_or(MakeError::NoFile)?;
        match self.body {
            Body::Pdf(signed) => {
                let mut written = Ok(());
                let increment = signed.increment_seen(&first.ranged()?, &limits.pdf, &mut |piece| {
                    if written.is_ok() {
                        written = out.write_all(piece);
                    }
                })?;
                written?;
                out.write_all(&increment)?;
            }
            Body::NewXades { naming, digests, signed } => {
                let mut builder = Builder::new(out, naming, signed.digest(), modified)?;
                for file in files {
                    builder.add(&file.name, &file.media_type, file.open()?, file.size)?;
                }
                let same = builder.files().iter().map(|f| &f.digest).eq(digests.iter());
                if !same {
                    return Err(MakeError::Changed);
                }
                return Ok(builder.finish(&[signed.xml()])?);
            }
            Body::MoreXades { entry, counter, signed } => {
                let (mut container, xml) = (Container::open(first.open()?, &limits.zip)?, signed.xml());
                return Ok(match counter {
                    true => container.replace_signature(out, &entry, &xml, modified)?,
                    false => container.add_signature(out, &entry, &xml, modified)?,
                });
            }
            Body::NewCades { extended, digest, imprint, signed } => {
                let mut builder = CadesBuilder::new(out, extended, SignedBy::Signature, digest, modified)?;
                for file in files {
                    builder.add(&file.name, &file.media_type, file.open()?, file.size)?;
                }
                if builder.imprint()? != imprint {
                    return Err(MakeError::Changed);
                }
                return Ok(builder.finish(&signed.detached())?);
            }
            Body::MoreCades { counter, request, signed } => {
                let mut container = CadesContainer::open(first.open()?, &limits.zip)?;
                match counter {
                    Some(of) => container.add_counter(&of, &signed)?,
                    None => {
                        container.prepare(*request)?;
                        container.add(&signed)?;
                    }
                }
                container.write_to(&mut out)?;
            }
            Body::Text(bytes) => out.write_all(&bytes)?,
            Body::Cades { attached: true, signed } => signed.attached(first.open()?, first.size, &mut out)?,
            Body::Cades { attached: false, signed } => out.write_all(&signed.detached())?,
            Body::CadesMore { counter, signed } => {
                let mut file = cms_file(files)?;
                match counter {
                    Some(id) => file.add_counter(&id, &signed)?,
                    None => file.add(&signed)?,
                }
                file.write(&mut out)?;
            }
            Body::JadesMore { counter, prepared, value } => {
                let document = text(first)?;
                let document = match counter {
                    Some(id) => prepared.finish_counter(&document, &id, &value)?,
                    None => prepared.finish_parallel(&document, &value)?,
                };
                out.write_all(document.as_bytes())?;
            }
        }
        Ok(out)
    }
}
