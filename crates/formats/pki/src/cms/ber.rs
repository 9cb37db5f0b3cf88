//! BER to DER: definite minimal lengths, strings in one piece. What was already DER stays byte for byte; of what was not, the place in
//! the input is remembered, so that anything signed there (certificates, archived time stamps) can be judged as it stands.

use std::{borrow::Cow, ops::Range};

use crate::{Error, Result};

pub(super) const MAX_DEPTH: usize = 64;
const MAX_ELEMENTS: usize = 2_000_000;

/// DER made of BER, and where each element came from.
#[derive(Clone, Debug)]
pub struct Normalised<'a> {
    /// The DER.
    pub der: Cow<'a, [u8]>,
    input: &'a [u8],
    /// Start in the DER, place in the input; only where lengths were rewritten. Sorted by start, outer elements first.
    spans: Vec<(usize, Range<usize>)>,
}

impl<'a> Normalised<'a> {
    /// The octets of the input from which the element came that is `part` of [`Self::der`].
    pub fn original(&self, part: &[u8]) -> Cow<'a, [u8]> {
        let base = self.der.as_ptr_range().start as usize;
        let start = (part.as_ptr_range().start as usize).wrapping_sub(base);
        if let Cow::Borrowed(der) = self.der {
            return der.get(start..start + part.len()).map_or_else(|| Cow::Owned(part.to_vec()), Cow::Borrowed);
        }
        let found = self.spans.partition_point(|(s, _)| *s < start);
        // Several elements never start at the same place of the output: each has a header of its own.
        match self.spans.get(found) {
            Some((s, place)) if *s == start => {
                self.input.get(place.clone()).map_or_else(|| Cow::Owned(part.to_vec()), Cow::Borrowed)
            }
            _ => Cow::Owned(part.to_vec()),
        }
    }
}

/// Makes DER of BER. Refuses trailing bytes, tag numbers above 30 and what is too deep or too many; sets are not sorted.
pub fn normalise<'a>(input: &'a [u8], limit: usize) -> Result<Normalised<'a>> {
    if input.len() > limit {
        return Err(Error::TooLarge { what: "CMS message", limit });
    }
    let mut walk = Walk { input, elements: 0, changed: false };
    let mut out = Vec::with_capacity(input.len());
    let mut spans = Vec::new();
    let end = walk.element(0, 0, &mut out, &mut spans)?;
    if end != input.len() {
        return Err(Error::Trailing("CMS message"));
    }
    if !walk.changed {
        return Ok(Normalised { der: Cow::Borrowed(input), input, spans: Vec::new() });
    }
    spans.sort_by_key(|(s, _)| *s);
    Ok(Normalised { der: Cow::Owned(out), input, spans })
}

/// The members of a constructed element, each as it stands.
pub fn parts(element: &[u8]) -> Result<Vec<&[u8]>> {
    let mut walk = Walk { input: element, elements: 0, changed: false };
    let (tag, len, start) = walk.head(0)?;
    if tag & 0x20 == 0 {
        return Err(Error::Malformed("an element that has to hold others"));
    }
    let mut all = Vec::new();
    let mut at = start;
    let end = match len {
        Some(len) => start.checked_add(len).ok_or(Error::BadLength)?,
        None => element.len().checked_sub(2).ok_or(Error::Truncated)?,
    };
    if len.is_some() && end != element.len() || len.is_none() && element.get(end..) != Some(&[0, 0]) {
        return Err(Error::BadLength);
    }
    while at < end {
        let next = walk.end_of(at, 0)?;
        all.push(element.get(at..next).filter(|_| next <= end).ok_or(Error::Truncated)?);
        at = next;
    }
    Ok(all)
}

struct Walk<'a> {
    input: &'a [u8],
    elements: usize,
    changed: bool,
}

type Spans = Vec<(usize, Range<usize>)>;

impl Walk<'_> {
    /// Tag, length (`None`: indefinite) and start of the content of the element at `at`.
    fn head(&mut self, at: usize) -> Result<(u8, Option<usize>, usize)> {
        let tag = *self.input.get(at).ok_or(Error::Truncated)?;
        if tag & 0x1f == 0x1f {
            return Err(Error::Malformed("tag number above 30"));
        }
        let first = *self.input.get(at + 1).ok_or(Error::Truncated)?;
        match first {
            0..=0x7f => Ok((tag, Some(usize::from(first)), at + 2)),
            0x80 if tag & 0x20 != 0 => {
                self.changed = true;
                Ok((tag, None, at + 2))
            }
            0x81..=0x88 => {
                let n = usize::from(first & 0x7f);
                let octets = self.input.get(at + 2..at + 2 + n).ok_or(Error::Truncated)?;
                let len = octets
                    .iter()
                    .try_fold(0_usize, |l, b| l.checked_mul(256)?.checked_add(usize::from(*b)))
                    .ok_or(Error::BadLength)?;
                if octets.first() == Some(&0) || len < 0x80 {
                    self.changed = true;
                }
                Ok((tag, Some(len), at + 2 + n))
            }
            _ => Err(Error::BadLength),
        }
    }

    /// Where the element at `at` ends.
    fn end_of(&mut self, at: usize, depth: usize) -> Result<usize> {
        self.elements += 1;
        if depth >= MAX_DEPTH {
            return Err(Error::TooDeep(MAX_DEPTH));
        }
        if self.elements > MAX_ELEMENTS {
            return Err(Error::TooMany { what: "elements", limit: MAX_ELEMENTS });
        }
        let (tag, len, start) = self.head(at)?;
        if tag == 0 {
            return Err(Error::Malformed("end-of-contents out of place"));
        }
        if let Some(len) = len {
            return start.checked_add(len).filter(|e| *e <= self.input.len()).ok_or(Error::Truncated);
        }
        let mut next = start;
        while self.input.get(next) != Some(&0) {
            next = self.end_of(next, depth + 1)?;
        }
        if self.input.get(next + 1) == Some(&0) { Ok(next + 2) } else { Err(Error::BadLength) }
    }

    fn element(&mut self, at: usize, depth: usize, out: &mut Vec<u8>, spans: &mut Spans) -> Result<usize> {
        self.elements += 1;
        if depth >= MAX_DEPTH {
            return Err(Error::TooDeep(MAX_DEPTH));
        }
        if self.elements > MAX_ELEMENTS {
            return Err(Error::TooMany { what: "elements", limit: MAX_ELEMENTS });
        }
        let (tag, len, start) = self.head(at)?;
        if tag == 0 {
            return Err(Error::Malformed("end-of-contents out of place"));
        }
        let begin = out.len();
        if tag & 0x20 == 0 {
            let end = start.checked_add(len.ok_or(Error::BadLength)?).ok_or(Error::BadLength)?;
            let body = self.input.get(start..end).ok_or(Error::Truncated)?;
            crate::asn1::header(out, tag, body.len());
            // BER's TRUE is any octet but zero.
            if tag == 1 && body.len() == 1 && body != [0] && body != [0xff] {
                self.changed = true;
                out.push(0xff);
            } else {
                out.extend_from_slice(body);
            }
            spans.push((begin, at..end));
            return Ok(end);
        }
        let mut inner = Vec::new();
        let mut inner_spans = Vec::new();
        // Universal strings in pieces become one string; their pieces are no elements of the result.
        let pieces = matches!(tag & 0xdf, 0x03 | 0x04 | 0x0c | 0x12..=0x16 | 0x18..=0x1c | 0x1e) && tag & 0xc0 == 0;
        let end = match len {
            Some(len) => {
                let end = start.checked_add(len).ok_or(Error::BadLength)?;
                if end > self.input.len() {
                    return Err(Error::Truncated);
                }
                let mut next = start;
                while next < end {
                    next = self.child(next, depth, pieces.then_some(tag & 0x1f), &mut inner, &mut inner_spans)?;
                }
                if next != end {
                    return Err(Error::BadLength);
                }
                end
            }
            None => {
                let mut next = start;
                while self.input.get(next) != Some(&0) {
                    next = self.child(next, depth, pieces.then_some(tag & 0x1f), &mut inner, &mut inner_spans)?;
                }
                if self.input.get(next + 1) != Some(&0) {
                    return Err(Error::BadLength);
                }
                next + 2
            }
        };
        if pieces {
            self.changed = true;
            let bits = tag & 0x1f == 0x03;
            crate::asn1::header(out, tag & 0xdf, inner.len() + usize::from(bits));
            if bits {
                out.push(0);
            }
            out.extend_from_slice(&inner);
        } else {
            crate::asn1::header(out, tag, inner.len());
            let shift = out.len();
            out.extend_from_slice(&inner);
            spans.extend(inner_spans.into_iter().map(|(s, r)| (s + shift, r)));
        }
        spans.push((begin, at..end));
        Ok(end)
    }

    /// A child of a constructed element; of a string in pieces only its content is appended.
    fn child(
        &mut self,
        at: usize,
        depth: usize,
        string: Option<u8>,
        out: &mut Vec<u8>,
        spans: &mut Spans,
    ) -> Result<usize> {
        let Some(string) = string else { return self.element(at, depth + 1, out, spans) };
        let mut piece = Vec::new();
        let end = self.element(at, depth + 1, &mut piece, &mut Vec::new())?;
        let tlv = crate::asn1::Reader::new(&piece).any()?;
        if tlv.tag != string {
            return Err(Error::Malformed("piece of another string type"));
        }
        match (string, tlv.body) {
            (0x03, [0, rest @ ..]) => out.extend_from_slice(rest),
            (0x03, _) => return Err(Error::Malformed("bit string in pieces of incomplete octets")),
            (_, body) => out.extend_from_slice(body),
        }
        Ok(end)
    }
}
