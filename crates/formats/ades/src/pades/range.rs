//! `ByteRange`: what a signature covers, taken strictly.

use std::ops::Range;

use pki::{DigestAlgorithm, Digester};

use super::fields::Value;
use crate::{
    facts::Defect,
    pdf::{Bytes, Document, Object, PdfError},
};

/// A byte range that leaves out exactly the signature itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Covered {
    /// The hexadecimal string, with its brackets.
    pub(super) gap: Range<usize>,
    /// Where coverage ends.
    pub(super) end: usize,
}

impl Covered {
    /// The two signed parts, as digested.
    pub(super) fn parts(&self) -> [Range<usize>; 2] {
        [0..self.gap.start, self.gap.end..self.end]
    }
    /// The digest of the signed parts.
    pub(super) fn digest(&self, data: &Bytes<'_>, algorithm: DigestAlgorithm) -> Result<Vec<u8>, PdfError> {
        let mut digester = Digester::new(algorithm);
        for part in self.parts() {
            data.feed(part, &mut |piece| digester.update(piece))?;
        }
        Ok(digester.finish())
    }
    /// As written.
    pub(super) fn text(&self) -> String {
        format!("[0 {} {} {}]", self.gap.start, self.gap.end, self.end - self.gap.end)
    }
}

/// Reads the byte range of a signature dictionary: it starts at 0, has two parts, the gap is the string of `Contents` and nothing else.
pub(super) fn covered(doc: &Document<'_>, name: &str, value: &Value) -> Result<Covered, Defect> {
    let defect = |code| Defect { code, object: name.to_owned(), fatal: true };
    if !value.direct {
        return Err(defect("pades.in-object-stream"));
    }
    let numbers: Option<Vec<usize>> = match value.dict.get("ByteRange") {
        Object::Null => return Err(defect("pades.byte-range-missing")),
        Object::Array(a) => a.iter().map(|o| o.as_int().and_then(|v| usize::try_from(v).ok())).collect(),
        _ => None,
    };
    let Some([start, first, second, length]) = numbers.as_deref().and_then(|n| <[usize; 4]>::try_from(n).ok()) else {
        return Err(defect("pades.byte-range-form"));
    };
    let end = second.checked_add(length).filter(|end| *end <= doc.data().len());
    let Some(end) = end.filter(|_| start == 0 && first < second && length > 0) else {
        return Err(defect("pades.byte-range-bounds"));
    };
    let contents = value.dict.span("Contents").ok_or(defect("pades.contents-missing"))?;
    let hexadecimal =
        doc.data().byte(contents.start) == Some(b'<') && matches!(value.dict.get("Contents"), Object::String(_));
    if !hexadecimal {
        return Err(defect("pades.contents-form"));
    }
    if contents != (first..second) {
        return Err(defect("pades.byte-range-gap"));
    }
    Ok(Covered { gap: contents, end })
}
