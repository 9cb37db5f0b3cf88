//! A file whose cross-reference cannot be followed is searched for its objects, so that its signatures can be told about.

use std::{cell::Cell, collections::BTreeMap};

use super::{Bytes, Dict, Document, Entry, Kind, Limits, Object, Ref, Section, load};

/// Bytes searched at a time.
const STEP: usize = 64 << 10;
/// Longest head of an object that is looked back for.
const HEAD: usize = 24;

/// The document made of all objects found, the last one of each number; `None` when there is no catalog among them.
pub(super) fn document<'a>(data: Bytes<'a>, limits: &Limits) -> Option<Document<'a>> {
    if data.len() > limits.rebuilt || !data.window(0, 1024).ok()?.windows(5).any(|w| w == b"%PDF-") {
        return None;
    }
    let mut found = Found { data, limits: *limits, entries: BTreeMap::new(), packed: Vec::new(), trailer: Dict::new() };
    found.search()?;
    let Found { mut entries, packed, trailer, .. } = found;
    let plain = entries.iter().map(|(num, (_, entry))| (*num, *entry)).collect();
    let section = |entries| Section { offset: 0, kind: Kind::Table, trailer: trailer.clone(), entries };
    // object streams of an encrypted file cannot be read here: its other objects have to do
    if !packed.is_empty() && !trailer.has("Encrypt") {
        let first = Document::of(data, limits, vec![section(plain)], data.len());
        for (at, num) in packed {
            for (index, inner) in (0u32..).zip(first.numbers(num).unwrap_or_default()) {
                let entry = (at, Entry::In { stream: num, index });
                let slot = entries.entry(inner).or_insert(entry);
                if slot.0 < at {
                    *slot = entry;
                }
            }
        }
    }
    let all = entries.into_iter().map(|(num, (_, entry))| (num, entry)).collect();
    Some(Document::of(data, limits, vec![section(all)], data.len()))
}

struct Found<'a> {
    data: Bytes<'a>,
    limits: Limits,
    /// The last place of each object, and where that was found.
    entries: BTreeMap<u32, (usize, Entry)>,
    /// Object streams.
    packed: Vec<(usize, u32)>,
    trailer: Dict,
}

impl Found<'_> {
    fn search(&mut self) -> Option<()> {
        let budget = Cell::new(self.limits.work);
        let mut at = 0;
        while at < self.data.len() {
            let piece = self.data.window(at, STEP).ok()?;
            let (found, word) = match next(&piece) {
                Some(found) => found,
                None if at + piece.len() >= self.data.len() => break,
                None => {
                    at += piece.len().saturating_sub(HEAD).max(1);
                    continue;
                }
            };
            at = match word {
                Word::Object => self.object(at + found, &budget).unwrap_or(at + found + 1),
                Word::Trailer => {
                    let start = at + found + 7;
                    let dict = self.data.lex(start, self.limits.depth, &budget, |l| l.object());
                    if let Ok(Object::Dict(dict)) = dict {
                        self.take(&dict);
                    }
                    start
                }
            };
        }
        self.trailer.has("Root").then_some(())
    }

    /// Takes the object at `at`; gives where it ends.
    fn object(&mut self, at: usize, budget: &Cell<u64>) -> Option<usize> {
        let how = load::How { depth: self.limits.depth, budget, lenient: true };
        let entries = &self.entries;
        let data = self.data;
        let mut length = |r: Ref| {
            let (_, Entry::At { offset, .. }) = entries.get(&r.num)? else { return None };
            let value = load::read(&data, *offset, &how, &mut |_| None).ok()?;
            usize::try_from(value.object.as_int()?).ok()
        };
        let loaded = load::read(&data, at, &how, &mut length).ok()?;
        let Ref { num, generation } = loaded.at;
        if self.entries.len() >= self.limits.objects {
            return None;
        }
        self.entries.insert(num, (at, Entry::At { offset: at, generation }));
        match &loaded.object {
            Object::Stream(s) if s.dict.is("Type", "ObjStm") => self.packed.push((at, num)),
            Object::Stream(s) if s.dict.is("Type", "XRef") => self.take(&s.dict),
            Object::Dict(d) if d.is("Type", "Catalog") && !self.trailer.has("Root") => {
                self.trailer.set("Root", loaded.at);
            }
            _ => {}
        }
        Some(loaded.end)
    }

    fn take(&mut self, dict: &Dict) {
        for key in ["Root", "Info", "ID", "Encrypt", "Size"] {
            if dict.has(key) {
                self.trailer.set(key, dict.get(key).clone());
            }
        }
    }
}

enum Word {
    Object,
    Trailer,
}

/// The first head of an object, or `trailer`, in these bytes, and where it begins.
fn next(piece: &[u8]) -> Option<(usize, Word)> {
    let mut i = 0;
    while let Some(rest) = piece.get(i..) {
        let step = rest.iter().position(|b| *b == b'o' || *b == b't')?;
        i += step;
        let here = piece.get(i..).unwrap_or_default();
        if here.starts_with(b"trailer") {
            return Some((i, Word::Trailer));
        }
        if here.starts_with(b"obj")
            && let Some(start) = head(piece.get(..i).unwrap_or_default())
        {
            return Some((start, Word::Object));
        }
        i += 1;
    }
    None
}

/// Where the two numbers that end these bytes begin.
fn head(before: &[u8]) -> Option<usize> {
    let back = |end: usize, what: &dyn Fn(&u8) -> bool| {
        let run = before.get(..end).unwrap_or_default().iter().rev().take(HEAD).take_while(|b| what(b)).count();
        end - run
    };
    let space = &|b: &u8| matches!(b, 0 | 9 | 10 | 12 | 13 | 32);
    let digit = &|b: &u8| b.is_ascii_digit();
    let generation_end = back(before.len(), space);
    let generation = back(generation_end, digit);
    let number_end = back(generation, space);
    let number = back(number_end, digit);
    (generation < generation_end && number_end < generation && number < number_end).then_some(number)
}
