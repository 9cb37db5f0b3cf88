//! `ByteRange`: what a signature covers, taken strictly.

use std::{cell::RefCell, collections::BTreeSet, ops::Range};

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
    /// As written.
    pub(super) fn text(&self) -> String {
        format!("[0 {} {} {}]", self.gap.start, self.gap.end, self.end - self.gap.end)
    }
}

/// The digests of what the signatures and time stamps of one file cover. All begin with the beginning of the file: how far two of them go
/// together is digested once.
pub(super) struct Digests<'d> {
    data: Bytes<'d>,
    /// Where something is left out, in order.
    gaps: BTreeSet<usize>,
    /// The digesters that have come as far as a gap.
    states: RefCell<Vec<(usize, Digester)>>,
}

impl<'d> Digests<'d> {
    /// Of a file of which these ranges are covered.
    pub(super) fn new<'c>(data: &Bytes<'d>, covered: impl IntoIterator<Item = &'c Covered>) -> Self {
        let gaps = covered.into_iter().map(|c| c.gap.start).collect();
        Self { data: *data, gaps, states: RefCell::default() }
    }

    /// The digest of one of the ranges.
    pub(super) fn of(&self, covered: &Covered, algorithm: DigestAlgorithm) -> Result<Vec<u8>, PdfError> {
        let [before, after] = covered.parts();
        let mut digester = self.up_to(before.end, algorithm)?;
        self.data.feed(after, &mut |piece| digester.update(piece))?;
        Ok(digester.finish())
    }

    fn up_to(&self, end: usize, algorithm: DigestAlgorithm) -> Result<Digester, PdfError> {
        let mut states = self.states.borrow_mut();
        let nearest =
            states.iter().filter(|(at, d)| *at <= end && d.algorithm() == algorithm).max_by_key(|(at, _)| *at);
        let (mut at, mut digester) = nearest.cloned().unwrap_or((0, Digester::new(algorithm)));
        for gap in self.gaps.range(at + 1..).copied().take_while(|gap| *gap <= end) {
            self.data.feed(at..gap, &mut |piece| digester.update(piece))?;
            at = gap;
            states.push((at, digester.clone()));
        }
        self.data.feed(at..end, &mut |piece| digester.update(piece))?;
        Ok(digester)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_beginnings_change_no_digest() {
        let file: Vec<u8> = (0u32..5000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let ranges = [(100..200, 1000), (1500..1700, 2000), (1500..1900, 5000), (40..41, 42), (4000..4999, 5000)];
        let ranges = ranges.map(|(gap, end)| Covered { gap, end });
        let algorithms = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512, DigestAlgorithm::Sha1];
        for turn in 0..ranges.len() {
            let digests = Digests::new(&file.as_slice().into(), &ranges);
            for (n, algorithm) in (0..ranges.len()).flat_map(|n| algorithms.map(|a| (n, a))) {
                let range = &ranges[(n * 3 + turn) % ranges.len()];
                let [before, after] = range.parts();
                let plain = algorithm.of(&[&file[before], &file[after]].concat());
                assert_eq!(digests.of(range, algorithm).ok(), Some(plain), "{range:?} {algorithm:?}");
            }
        }
    }
}
