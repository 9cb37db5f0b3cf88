//! Making room for a signature: the revision with its field, and a `Contents` of zeros to be filled.

use std::ops::Range;

use pki::{DigestAlgorithm, Digester};
use serde::{Deserialize, Serialize};

use super::{
    PadesError,
    widget::{Chosen, Placement},
};
use crate::pdf::{Bytes, Dict, Document, Object, PdfError, Update, serialize};

/// What goes into the hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    /// A signature (`ETSI.CAdES.detached`).
    Signature,
    /// A document time stamp (`ETSI.RFC3161`).
    Timestamp,
}

/// A revision with an empty signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Placed {
    /// Bytes of the file before this revision.
    pub(super) base: usize,
    /// The revision.
    #[serde(with = "crate::pades::base64_bytes")]
    pub(super) bytes: Vec<u8>,
    /// The hexadecimal string with its brackets, counted in the whole file.
    pub(super) gap: Range<usize>,
}

/// Room for each number of the byte range.
const DIGITS: usize = 12;

/// Makes the revision. `extra` are further entries of the signature dictionary, `reserve` the bytes the signature may have.
pub(super) fn place(
    doc: &Document<'_>,
    hole: Hole,
    mut extra: Dict,
    reserve: usize,
    placement: &Placement<'_>,
) -> Result<Placed, PadesError> {
    let chosen = Chosen::of(doc, placement)?;
    let mut update = Update::new(doc)?;
    if let Some(reference) = chosen.reference(doc.catalog()?.0) {
        extra.set("Reference", reference);
    }
    let value = update.reserve();
    let (body, range_at, contents_at) = dictionary(hole, extra, reserve);
    update.put_raw(value, body);
    chosen.write(&mut update, value, placement.visible)?;
    let increment = update.finish();
    let missing = PdfError::Structure { num: value.num, what: "the signature was not written" };
    let at = increment.places.get(&value.num).copied().ok_or(missing)?;
    let gap = at + contents_at..at + contents_at + 2 * reserve + 2;
    let base = doc.data().len();
    let end = base + increment.bytes.len();
    let mut placed = Placed { base, bytes: increment.bytes, gap: gap.clone() };
    let range = format!("[0 {:DIGITS$} {:DIGITS$} {:DIGITS$}]", gap.start, gap.end, end - gap.end);
    placed.write(at + range_at, range.as_bytes())?;
    Ok(placed)
}

impl Placed {
    /// The digest of what is signed, given the file before this revision; `seen` is shown that file as it goes by.
    pub(super) fn digest(
        &self,
        original: &Bytes<'_>,
        algorithm: DigestAlgorithm,
        seen: &mut dyn FnMut(&[u8]),
    ) -> Result<Vec<u8>, PadesError> {
        if original.len() != self.base {
            return Err(PadesError::OtherFile);
        }
        let mut digester = Digester::new(algorithm);
        original.feed(0..self.base, &mut |piece| {
            digester.update(piece);
            seen(piece);
        })?;
        let (start, end) = (self.gap.start - self.base, self.gap.end - self.base);
        digester.update(self.bytes.get(..start).unwrap_or_default());
        digester.update(self.bytes.get(end..).unwrap_or_default());
        Ok(digester.finish())
    }

    /// Fills the hole.
    pub(super) fn fill(&mut self, contents: &[u8]) -> Result<(), PadesError> {
        let room = (self.gap.end - self.gap.start).saturating_sub(2) / 2;
        if contents.len() > room {
            return Err(PadesError::NoRoom { needed: contents.len(), room });
        }
        let mut text = Vec::with_capacity(2 * contents.len() + 2);
        crate::pdf::hex(contents, &mut text);
        text.pop();
        self.write(self.gap.start, &text)
    }

    fn write(&mut self, at: usize, text: &[u8]) -> Result<(), PadesError> {
        let start = at.checked_sub(self.base).ok_or(PadesError::OtherFile)?;
        self.bytes.get_mut(start..start + text.len()).ok_or(PadesError::OtherFile)?.copy_from_slice(text);
        Ok(())
    }
}

/// The signature dictionary, where its byte range stands in it, and where its contents.
fn dictionary(hole: Hole, extra: Dict, reserve: usize) -> (Vec<u8>, usize, usize) {
    let (kind, sub_filter) = match hole {
        Hole::Signature => ("Sig", "ETSI.CAdES.detached"),
        Hole::Timestamp => ("DocTimeStamp", "ETSI.RFC3161"),
    };
    let mut dict = Dict::new();
    dict.set("Type", Object::name(kind))
        .set("Filter", Object::name("Adobe.PPKLite"))
        .set("SubFilter", Object::name(sub_filter));
    for (key, value) in extra.iter() {
        dict.set(&String::from_utf8_lossy(key), value.clone());
    }
    let mut body = Vec::with_capacity(2 * reserve + 512);
    serialize(&dict.into(), &mut body);
    body.truncate(body.len() - 2);
    body.extend_from_slice(b"/ByteRange ");
    let range_at = body.len();
    body.resize(body.len() + 6 + 3 * DIGITS, b' ');
    body.extend_from_slice(b"/Contents ");
    let contents_at = body.len();
    body.push(b'<');
    body.resize(body.len() + 2 * reserve, b'0');
    body.extend_from_slice(b">>>");
    (body, range_at, contents_at)
}

/// Declares the extension of EN 319 142-1 clause 5.6 in the catalog; whether that changed it.
pub(super) fn developer_extension(doc: &Document<'_>, catalog: &mut Dict) -> Result<bool, PdfError> {
    let mut extensions = doc.dict(catalog, "Extensions")?.unwrap_or_default();
    if extensions.has("ESIC") {
        return Ok(false);
    }
    let mut esic = Dict::new();
    esic.set("BaseVersion", Object::name("1.7")).set("ExtensionLevel", Object::Int(2));
    extensions.set("ESIC", esic);
    catalog.set("Extensions", extensions);
    Ok(true)
}
