use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};

use super::{Dict, Document, Kind, Object, PdfError, Ref, serialize};

/// Offsets from here on have more than the ten digits of a table.
const TABLE_END: usize = 10_000_000_000;

/// One more revision for a [`Document`]: objects added or replaced, appended in the kind of cross-reference the file ends with.
pub struct Update<'d, 'a> {
    document: &'d Document<'a>,
    objects: BTreeMap<u32, (u16, Vec<u8>)>,
    next: u32,
}

/// The bytes to append, and where in the resulting file each written object begins.
#[derive(Clone, Debug)]
pub struct Increment {
    /// What to append to the original bytes.
    pub bytes: Vec<u8>,
    /// For each object the offset in the resulting file of its first byte after `obj` and the line end.
    pub places: BTreeMap<u32, usize>,
}

impl<'d, 'a> Update<'d, 'a> {
    /// An empty update.
    pub fn new(document: &'d Document<'a>) -> Result<Self, PdfError> {
        let size = document.sections().iter().filter_map(|s| s.trailer.get("Size").as_int()).max().unwrap_or(0);
        let last = document.entries().keys().next_back().copied().unwrap_or(0);
        let next = u32::try_from(size).unwrap_or(u32::MAX).max(last.saturating_add(1));
        if next > 8_388_607 {
            return Err(PdfError::Structure { num: 0, what: "Size is greater than any object number may be" });
        }
        Ok(Self { document, objects: BTreeMap::new(), next })
    }

    /// The document it is for.
    pub fn document(&self) -> &'d Document<'a> {
        self.document
    }

    /// Takes an object number without writing the object yet.
    pub fn reserve(&mut self) -> Ref {
        let num = self.next;
        self.next += 1;
        Ref { num, generation: 0 }
    }

    /// Adds a new object.
    pub fn add(&mut self, object: &Object) -> Ref {
        let r = self.reserve();
        self.put(r, object);
        r
    }

    /// Writes an object, new or replaced.
    pub fn put(&mut self, r: Ref, object: &Object) {
        let mut body = Vec::new();
        serialize(object, &mut body);
        self.put_raw(r, body);
    }

    /// Writes an object already serialised.
    pub fn put_raw(&mut self, r: Ref, body: Vec<u8>) {
        self.objects.insert(r.num, (r.generation, body));
    }

    /// Adds a stream without a filter.
    pub fn add_stream(&mut self, mut dict: Dict, data: &[u8]) -> Ref {
        let r = self.reserve();
        dict.set("Length", Object::Int(i64::try_from(data.len()).unwrap_or(i64::MAX)));
        let mut body = Vec::with_capacity(data.len() + 64);
        serialize(&Object::Dict(dict), &mut body);
        body.extend_from_slice(b"\nstream\n");
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.put_raw(r, body);
        r
    }

    /// The bytes to append.
    pub fn finish(mut self) -> Increment {
        let base = self.document.data().len();
        let mut bytes = Vec::new();
        if self.document.data().byte(base.saturating_sub(1)) != Some(b'\n') {
            bytes.push(b'\n');
        }
        let mut places = BTreeMap::new();
        let mut offsets = BTreeMap::new();
        for (num, (generation, body)) in &self.objects {
            offsets.insert(*num, (base + bytes.len(), *generation));
            bytes.extend_from_slice(format!("{num} {generation} obj\n").as_bytes());
            places.insert(*num, base + bytes.len());
            bytes.extend_from_slice(body);
            bytes.extend_from_slice(b"\nendobj\n");
        }
        let section = self.document.sections().first();
        let mut kind = section.map_or(Kind::Table, |s| s.kind);
        if base + bytes.len() >= TABLE_END {
            kind = Kind::Stream;
        }
        let previous = section.map_or(0, |s| s.offset);
        let start = base + bytes.len();
        let mut trailer = self.trailer(previous, &bytes);
        match kind {
            Kind::Stream => {
                let own = self.reserve();
                offsets.insert(own.num, (start, 0));
                trailer.set("Type", Object::name("XRef")).set("Size", Object::Int(i64::from(self.next)));
                stream(own, trailer, &offsets, &mut bytes);
            }
            Kind::Table | Kind::Hybrid => {
                trailer.set("Size", Object::Int(i64::from(self.next)));
                table(&trailer, &offsets, &mut bytes);
            }
        }
        bytes.extend_from_slice(format!("\nstartxref\n{start}\n%%EOF\n").as_bytes());
        Increment { bytes, places }
    }

    fn trailer(&self, previous: usize, appended: &[u8]) -> Dict {
        let old = self.document.trailer();
        let mut trailer = Dict::new();
        for key in ["Root", "Info"] {
            if old.has(key) {
                trailer.set(key, old.get(key).clone());
            }
        }
        trailer.set("Prev", Object::Int(i64::try_from(previous).unwrap_or(0)));
        let hash = digest(&SHA256, &[&previous.to_be_bytes(), appended].concat());
        let changed = Object::String(hash.as_ref().get(..16).unwrap_or_default().to_vec());
        let first = match self.document.resolve(old.get("ID")) {
            Ok(Object::Array(a)) => a.first().filter(|o| matches!(o, Object::String(_))).cloned(),
            _ => None,
        };
        trailer.set("ID", Object::Array(vec![first.unwrap_or_else(|| changed.clone()), changed]));
        trailer
    }
}

/// Runs of consecutive object numbers: first number and places.
fn runs(offsets: &BTreeMap<u32, (usize, u16)>) -> Vec<(u32, Vec<(usize, u16)>)> {
    let mut runs: Vec<(u32, Vec<(usize, u16)>)> = Vec::new();
    for (num, place) in offsets {
        match runs.last_mut() {
            Some((first, places))
                if u32::try_from(places.len()).ok().and_then(|n| first.checked_add(n)) == Some(*num) =>
            {
                places.push(*place)
            }
            _ => runs.push((*num, vec![*place])),
        }
    }
    runs
}

fn table(trailer: &Dict, offsets: &BTreeMap<u32, (usize, u16)>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"xref\n");
    for (first, places) in runs(offsets) {
        out.extend_from_slice(format!("{first} {}\n", places.len()).as_bytes());
        for (offset, generation) in places {
            out.extend_from_slice(format!("{offset:010} {generation:05} n\r\n").as_bytes());
        }
    }
    out.extend_from_slice(b"trailer\n");
    serialize(&Object::Dict(trailer.clone()), out);
}

fn stream(own: Ref, mut dict: Dict, offsets: &BTreeMap<u32, (usize, u16)>, out: &mut Vec<u8>) {
    let wide = offsets.values().any(|(offset, _)| u32::try_from(*offset).is_err());
    let width = if wide { 8 } else { 4 };
    let mut index = Vec::new();
    let mut data = Vec::new();
    for (first, places) in runs(offsets) {
        index.push(Object::Int(i64::from(first)));
        index.push(Object::Int(i64::try_from(places.len()).unwrap_or(0)));
        for (offset, generation) in places {
            let offset = u64::try_from(offset).unwrap_or(u64::MAX);
            data.push(1);
            data.extend_from_slice(offset.to_be_bytes().split_at(8 - width).1);
            data.extend_from_slice(&generation.to_be_bytes());
        }
    }
    dict.set("W", Object::Array([1, width, 2].map(|w| Object::Int(i64::try_from(w).unwrap_or(8))).to_vec()));
    dict.set("Index", Object::Array(index));
    dict.set("Length", Object::Int(i64::try_from(data.len()).unwrap_or(0)));
    out.extend_from_slice(format!("{} 0 obj\n", own.num).as_bytes());
    serialize(&Object::Dict(dict), out);
    out.extend_from_slice(b"\nstream\n");
    out.extend_from_slice(&data);
    out.extend_from_slice(b"\nendstream\nendobj");
}
