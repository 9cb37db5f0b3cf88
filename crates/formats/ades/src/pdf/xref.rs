//! Cross-reference sections: tables, streams and hybrids, and the chain that `Prev` makes of them.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use super::{Bytes, Dict, Limits, Object, PdfError, filter, lexer::Lexer, load};

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Deleted, or never used.
    Free,
    /// At a byte offset.
    At {
        /// The offset.
        offset: usize,
        /// The generation it must have there.
        generation: u16,
    },
    /// In an object stream.
    In {
        /// Object number of the stream.
        stream: u32,
        /// Place within it.
        index: u32,
    },
}

/// The kind of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A table with a trailer.
    Table,
    /// A stream.
    Stream,
    /// A table whose trailer points to a stream with further entries.
    Hybrid,
}

/// One cross-reference section: one revision (two in a linearised file).
#[derive(Clone, Debug)]
pub struct Section {
    /// Where it begins.
    pub offset: usize,
    /// Its kind.
    pub kind: Kind,
    /// Its trailer dictionary.
    pub trailer: Dict,
    /// Its entries.
    pub entries: BTreeMap<u32, Entry>,
}

/// Reads the chain of sections, newest first.
pub(super) fn chain(data: &Bytes<'_>, start: usize, limits: &Limits) -> Result<Vec<Section>, PdfError> {
    let mut seen = BTreeSet::new();
    let mut sections: Vec<Section> = Vec::new();
    let work = Cell::new(limits.work);
    let mut budget = Budget { objects: limits.objects, inflated: limits.inflated, work: &work };
    let mut next = Some(start);
    while let Some(at) = next {
        if !seen.insert(at) {
            return Err(PdfError::XrefLoop { at });
        }
        if sections.len() >= limits.sections {
            return Err(PdfError::TooManyRevisions { limit: limits.sections });
        }
        let section = read(data, at, limits, &mut budget)?;
        next = match section.trailer.get("Prev") {
            Object::Null => None,
            Object::Int(v) => {
                Some(inside(data, *v).ok_or(PdfError::Xref { at, what: "Prev points outside the file" })?)
            }
            _ => return Err(PdfError::Xref { at, what: "Prev is not a number" }),
        };
        sections.push(section);
    }
    Ok(sections)
}

#[derive(Clone, Copy)]
struct Budget<'w> {
    objects: usize,
    inflated: usize,
    work: &'w Cell<u64>,
}

impl Budget<'_> {
    fn entry(&mut self, limits: &Limits) -> Result<(), PdfError> {
        self.objects = self.objects.checked_sub(1).ok_or(PdfError::TooManyObjects { limit: limits.objects })?;
        Ok(())
    }
}

type Entries = BTreeMap<u32, Entry>;

fn inside(data: &Bytes<'_>, v: i64) -> Option<usize> {
    usize::try_from(v).ok().filter(|v| *v < data.len())
}

fn read(data: &Bytes<'_>, at: usize, limits: &Limits, budget: &mut Budget<'_>) -> Result<Section, PdfError> {
    let work = budget.work;
    let tried = data.lex(at, limits.depth, work, |lexer| {
        if !lexer.keyword("xref") {
            return Ok(None);
        }
        let mut left = *budget;
        let entries = table(lexer, at, limits, &mut left)?;
        match lexer.object()? {
            Object::Dict(trailer) => Ok(Some((entries, trailer, left))),
            _ => Err(PdfError::Xref { at, what: "a trailer dictionary is expected" }),
        }
    })?;
    let Some((mut entries, trailer, left)) = tried else {
        let (trailer, entries) = stream(data, at, limits, budget)?;
        return Ok(Section { offset: at, kind: Kind::Stream, trailer, entries });
    };
    *budget = left;
    let kind = match trailer.get("XRefStm") {
        Object::Null => Kind::Table,
        Object::Int(v) => {
            let v = inside(data, *v).ok_or(PdfError::Xref { at, what: "XRefStm points outside the file" })?;
            let (_, hidden) = stream(data, v, limits, budget)?;
            for (num, entry) in hidden {
                let slot = entries.entry(num).or_insert(Entry::Free);
                if *slot == Entry::Free {
                    *slot = entry;
                }
            }
            Kind::Hybrid
        }
        _ => return Err(PdfError::Xref { at, what: "XRefStm is not a number" }),
    };
    Ok(Section { offset: at, kind, trailer, entries })
}

fn table(lexer: &mut Lexer<'_>, at: usize, limits: &Limits, budget: &mut Budget<'_>) -> Result<Entries, PdfError> {
    let broken = |what| PdfError::Xref { at, what };
    let mut entries = BTreeMap::new();
    while !lexer.keyword("trailer") {
        let first = u32::try_from(lexer.unsigned()?).map_err(|_| broken("an object number is too great"))?;
        let count = u32::try_from(lexer.unsigned()?).map_err(|_| broken("a count is too great"))?;
        for i in 0..count {
            budget.entry(limits)?;
            let num = first.checked_add(i).ok_or(broken("an object number is too great"))?;
            let offset = usize::try_from(lexer.unsigned()?).map_err(|_| broken("an offset is too great"))?;
            let generation = lexer.unsigned()?;
            let entry = if lexer.keyword("n") {
                let generation = u16::try_from(generation).map_err(|_| broken("a generation is too great"))?;
                Entry::At { offset, generation }
            } else if lexer.keyword("f") {
                Entry::Free
            } else {
                return Err(broken("an entry is neither n nor f"));
            };
            if entries.insert(num, entry).is_some() {
                return Err(PdfError::DuplicateEntry { at, num });
            }
        }
    }
    Ok(entries)
}

fn stream(data: &Bytes<'_>, at: usize, limits: &Limits, budget: &mut Budget<'_>) -> Result<(Dict, Entries), PdfError> {
    let broken = |what| PdfError::Xref { at, what };
    let how = load::How { depth: limits.depth, budget: budget.work, lenient: false };
    let loaded = load::read(data, at, &how, &mut |_| None).map_err(|e| match e {
        PdfError::Syntax { .. } => broken("neither a table nor a stream begins here"),
        other => other,
    })?;
    let Object::Stream(s) = loaded.object else { return Err(broken("a stream is expected")) };
    if !s.dict.is("Type", "XRef") {
        return Err(broken("the stream is not of Type XRef"));
    }
    let raw = data.reader(s.data.clone());
    let plain = filter::decode(loaded.at.num, &s.dict, raw, budget.inflated, limits.inflated)?;
    budget.inflated = budget.inflated.saturating_sub(plain.len());
    let widths = widths(&s.dict).ok_or(broken("W is not three small numbers"))?;
    let mut records = plain.chunks_exact(widths.iter().sum::<usize>().max(1));
    let mut entries = BTreeMap::new();
    for (first, count) in index(&s.dict).ok_or(broken("Index or Size is missing or broken"))? {
        for i in 0..count {
            budget.entry(limits)?;
            let num = first.checked_add(i).ok_or(broken("an object number is too great"))?;
            let record = records.next().ok_or(broken("fewer entries than Index says"))?;
            let entry = entry(record, widths).ok_or(broken("an entry is out of range"))?;
            if entries.insert(num, entry).is_some() {
                return Err(PdfError::DuplicateEntry { at, num });
            }
        }
    }
    Ok((s.dict, entries))
}

fn widths(dict: &Dict) -> Option<[usize; 3]> {
    let [a, b, c] = dict.get("W").as_array()? else { return None };
    let one = |o: &Object| o.as_int().and_then(|v| usize::try_from(v).ok()).filter(|v| *v <= 8);
    Some([one(a)?, one(b)?, one(c)?])
}

fn index(dict: &Dict) -> Option<Vec<(u32, u32)>> {
    let one = |o: &Object| o.as_int().and_then(|v| u32::try_from(v).ok());
    let size = one(dict.get("Size"))?;
    match dict.get("Index") {
        Object::Null => Some(vec![(0, size)]),
        Object::Array(a) if a.len().is_multiple_of(2) => {
            a.as_chunks::<2>().0.iter().map(|[f, c]| Some((one(f)?, one(c)?))).collect()
        }
        _ => None,
    }
}

fn entry(record: &[u8], [a, b, c]: [usize; 3]) -> Option<Entry> {
    let number = |bytes: &[u8]| bytes.iter().fold(0u64, |v, b| v << 8 | u64::from(*b));
    let (kind, rest) = record.split_at_checked(a)?;
    let (second, third) = rest.split_at_checked(b)?;
    let third = third.get(..c)?;
    match if a == 0 { 1 } else { number(kind) } {
        0 => Some(Entry::Free),
        1 => Some(Entry::At {
            offset: usize::try_from(number(second)).ok()?,
            generation: u16::try_from(number(third)).ok()?,
        }),
        2 => Some(Entry::In { stream: u32::try_from(number(second)).ok()?, index: u32::try_from(number(third)).ok()? }),
        _ => Some(Entry::Free),
    }
}
