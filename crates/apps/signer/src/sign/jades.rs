//! JAdES: signatures in JSON.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ades::{
    augment::Raise as _,
    jades::{self, Data, Packaging, Prepared, Serialization, prepare, prepare_parallel},
    make::media_type,
};
use clap::ValueEnum;

use super::{Work, names};
use crate::{failure::Failure, output::Output, supplied::Supplied};

/// How a JWS is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Written {
    /// One line of text; carries no time stamp, so only level B.
    Compact,
    /// JSON with one signature.
    #[default]
    Flattened,
    /// JSON with a list of signatures.
    General,
}

impl Work<'_> {
    /// One signature over all files: one file goes into the signature, several (or with `--detached`) are named with their digests.
    pub(super) async fn jades(&mut self) -> Result<(), Failure> {
        let o = self.options;
        let Some(first) = o.files.first() else { return Err(Failure::usage("jades.no-data", "")) };
        let present = if o.files.len() == 1 && !o.nest { signed(first)? } else { None };
        let name = first.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let extension = if o.serialization == Written::Compact { "jws" } else { "json" };
        let path = match (&o.out, &present) {
            (None, Some(_)) if o.force => first.clone(),
            (out, Some(_)) => names::target(out.as_deref(), first, &names::signed(first)),
            (out, None) => names::target(out.as_deref(), first, &format!("{name}.{extension}")),
        };
        let mut request = self.claims()?.jades(&self.signer()?)?;
        let mut out = Output::create(&path, o.force)?;
        let (text, files) = match present {
            Some(text) => {
                let files = beside(first, &text);
                let prepared = prepare_parallel(&text, &mut Supplied::new(&files), &request)?;
                let value = self.value(&prepared).await?;
                (prepared.finish_parallel(&text, &value)?, files)
            }
            None => {
                request.serialization = match o.serialization {
                    Written::Compact => Serialization::Compact,
                    Written::Flattened => Serialization::Flattened,
                    Written::General => Serialization::General,
                };
                if o.detached || o.files.len() > 1 {
                    request.packaging = Packaging::ByUriHash;
                }
                let inside = names::inside(&o.files)?;
                let data: Vec<Data> =
                    inside.into_iter().map(|name| Data { media_type: media_type(&name).to_owned(), name }).collect();
                let prepared = prepare(&data, &mut Supplied::new(&o.files), &request)?;
                let value = self.value(&prepared).await?;
                (prepared.finish(&value)?, o.files.clone())
            }
        };
        let file = jades::File::open(text, Box::new(Supplied::new(&files)))?;
        let last = file.ids().pop();
        let mut file = self.raised(Box::new(file), last.as_deref()).await?;
        file.write(&mut out)?;
        let path = out.commit()?;
        self.made(&o.files, path, "jades", o.level.level());
        Ok(())
    }

    async fn value(&mut self, prepared: &Prepared) -> Result<Vec<u8>, Failure> {
        self.credential.sign(&prepared.to_be_signed(), &self.options.key.secret, self.ui).await
    }
}

/// Most bytes of a file that may be a JWS already.
const MOST: u64 = 64 << 20;

/// The text of a file that is a JWS already.
fn signed(path: &Path) -> Result<Option<String>, Failure> {
    if fs::metadata(path).is_ok_and(|m| m.len() > MOST) {
        return Ok(None);
    }
    let bytes = fs::read(path).map_err(Failure::reading(path))?;
    let text = String::from_utf8(bytes).ok();
    let is_jws = |t: &String| jades::read_document(t.as_bytes(), &mut ades::xades::Nothing).container.is_some();
    Ok(text.filter(is_jws))
}

/// The files that a JWS names, where they are expected: beside it.
fn beside(path: &Path, text: &str) -> Vec<PathBuf> {
    let facts = jades::read_document(text.as_bytes(), &mut ades::xades::Nothing);
    let scope = facts.signatures.into_iter().next().map(|s| s.scope).unwrap_or_default();
    scope.into_iter().map(|c| path.with_file_name(c.name)).filter(|p| p.is_file()).collect()
}
