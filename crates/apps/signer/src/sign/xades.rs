//! XAdES in XML documents of their own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ades::{
    augment::Raise as _,
    make::media_type,
    xades::{self, Content, DataObject, Nothing, Prepared, prepare_enveloped, prepare_enveloping, prepare_parallel},
};
use pki::{DigestAlgorithm, Digester};

use super::{Work, names};
use crate::{failure::Failure, output::Output, supplied::Supplied};

/// Most bytes of a file that goes into an XML document.
const MOST: u64 = 64 << 20;

impl Work<'_> {
    /// An XML file gets its signature inside (enveloped), any other file stands inside the signature (enveloping); with `--detached` the
    /// signature is about the files beside it. A file with a detached signature gets one more.
    pub(super) async fn xades(&mut self) -> Result<(), Failure> {
        let o = self.options;
        let Some(first) = o.files.first() else { return Err(Failure::usage("asic.empty", "")) };
        let name = first.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let is_xml = |p: &Path| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("xml"));
        let detached = o.detached || o.files.len() > 1;
        let (beside, inside) = match (detached, is_xml(first)) {
            (true, _) => (o.files.clone(), None),
            (false, xml) => (Vec::new(), Some((read(first)?, xml))),
        };
        // One more signature over the files that the first one is about.
        let further = inside.as_ref().filter(|(_, xml)| *xml).map(|(bytes, _)| about(first, bytes)).unwrap_or_default();
        let path = match (&o.out, &inside) {
            (None, Some((_, true))) if o.force => first.clone(),
            (out, Some((_, true))) => names::target(out.as_deref(), first, &names::signed(first)),
            (out, _) => names::target(out.as_deref(), first, &format!("{name}.xades.xml")),
        };
        let mut out = Output::create(&path, o.force)?;
        let id = id(inside.as_ref().map(|(bytes, _)| bytes.as_slice()));
        let request = self.claims()?.xades(&self.signer()?, &id)?;
        let digest = request.digest;
        let files = if further.is_empty() { beside } else { further };
        let prepared = match inside {
            None => xades::prepare(&objects(&files, digest)?, request)?,
            Some((bytes, true)) if !files.is_empty() => prepare_parallel(&bytes, &objects(&files, digest)?, request)?,
            Some((bytes, true)) => prepare_enveloped(bytes, request)?,
            Some((bytes, false)) => prepare_enveloping(Content::Bytes(&bytes), media_type(&name), request)?,
        };
        let value = self.xades_value(&prepared).await?;
        let text = prepared.finish(&value)?.into_text();
        let file = xades::File::of(text, Box::new(Supplied::new(&files)));
        let last = file.ids().pop();
        let mut file = self.raised(Box::new(file), last.as_deref()).await?;
        file.write(&mut out)?;
        let path = out.commit()?;
        self.made(&o.files, path, "xades", o.level.level());
        Ok(())
    }

    async fn xades_value(&mut self, prepared: &Prepared) -> Result<Vec<u8>, Failure> {
        self.credential.sign(prepared.to_be_signed(), &self.options.key.secret, self.ui).await
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if fs::metadata(path).is_ok_and(|m| m.len() > MOST) {
        return Err(Failure::of("xml.too-large", path.display()));
    }
    fs::read(path).map_err(Failure::reading(path))
}

/// An Id that no signature of the document has.
fn id(document: Option<&[u8]>) -> String {
    let taken = document.map(|d| xades::read_document(d, &mut Nothing).signatures).unwrap_or_default();
    let free = (1..).map(|n| format!("S{n}")).find(|id| taken.iter().all(|s| s.id != *id));
    free.unwrap_or_default()
}

/// The files beside a document that its first signature is about.
fn about(path: &Path, document: &[u8]) -> Vec<PathBuf> {
    let facts = xades::read_document(document, &mut Nothing);
    let references = facts.signatures.into_iter().next().map(|s| s.references).unwrap_or_default();
    let names = references.into_iter().filter(|r| !r.properties && !r.found).map(|r| r.object);
    names.map(|n| path.with_file_name(n)).filter(|p| p.is_file()).collect()
}

/// Digests of files beside the signature.
fn objects(files: &[PathBuf], digest: DigestAlgorithm) -> Result<Vec<DataObject>, Failure> {
    let mut all = Vec::new();
    for (name, path) in names::inside(files)?.into_iter().zip(files) {
        let mut digester = Digester::new(digest);
        let mut file = fs::File::open(path).map_err(Failure::reading(path))?;
        std::io::copy(&mut file, &mut digester).map_err(Failure::reading(path))?;
        all.push(DataObject { media_type: media_type(&name).to_owned(), name, digest: digester.finish() });
    }
    Ok(all)
}
