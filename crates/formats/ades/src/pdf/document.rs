use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::Arc,
};

use super::{
    Bytes, Dict, Entry, Limits, Object, PdfError, Ref, Section, Stream, crypt::Cipher, filter, lexer::Lexer, load,
    rebuild, xref,
};

/// How far from the end the end mark may be (ISO 32000-1, annex H, note 18).
const TAIL: usize = 1024;
/// Decoded object streams kept; a file of many revisions is not held in memory.
const KEPT: usize = 64;

/// A PDF, read on demand.
pub struct Document<'a> {
    data: Bytes<'a>,
    limits: Limits,
    sections: Vec<Section>,
    entries: BTreeMap<u32, Entry>,
    end: usize,
    inflated: Cell<usize>,
    work: Cell<u64>,
    streams: RefCell<BTreeMap<u32, Arc<ObjectStream>>>,
    cipher: Option<Cipher>,
    broken: Option<PdfError>,
}

/// A decoded object stream.
struct ObjectStream {
    data: Vec<u8>,
    places: Vec<(u32, usize)>,
}

/// An object and whether its spans count bytes of the file.
#[derive(Clone, Debug)]
pub struct Located {
    /// The object.
    pub object: Object,
    /// Whether it lies in the file itself, not in an object stream.
    pub direct: bool,
}

impl<'a> Document<'a> {
    /// Reads the cross-reference chain and checks that the file is one that may be signed: whole, not encrypted, with a catalog.
    pub fn open(data: impl Into<Bytes<'a>>, limits: &Limits) -> Result<Self, PdfError> {
        let document = Self::whole(data.into(), limits)?;
        if document.trailers().any(|t| t.has("Encrypt")) {
            return Err(PdfError::Encrypted);
        }
        document.catalog()?;
        Ok(document)
    }

    /// Opens a file to judge its signatures. An encrypted one is read when its password is empty; one whose cross-reference is broken
    /// is searched for its objects, and [`Self::broken`] says so.
    pub fn open_to_read(data: impl Into<Bytes<'a>>, limits: &Limits) -> Result<Self, PdfError> {
        let data = data.into();
        let opened = Self::whole(data, limits).and_then(|d| {
            let document = d.deciphered()?;
            document.catalog().map(|_| document)
        });
        match opened {
            Err(e) if e.is_damage() => {
                let mut document = rebuild::document(data, limits).ok_or(e.clone())?.deciphered()?;
                document.catalog().map_err(|_| e.clone())?;
                document.broken = Some(e);
                Ok(document)
            }
            other => other,
        }
    }

    fn whole(data: Bytes<'a>, limits: &Limits) -> Result<Self, PdfError> {
        if *data.window(0, 5)? != *b"%PDF-" {
            return Err(PdfError::NotPdf);
        }
        let (start, end) = ending(&data)?;
        let sections = xref::chain(&data, start, limits)?;
        Ok(Self::of(data, limits, sections, end))
    }

    /// A document of these sections, newest first.
    pub(super) fn of(data: Bytes<'a>, limits: &Limits, sections: Vec<Section>, end: usize) -> Self {
        let mut entries = BTreeMap::new();
        for section in &sections {
            for (num, entry) in &section.entries {
                entries.entry(*num).or_insert(*entry);
            }
        }
        Self {
            data,
            limits: *limits,
            sections,
            entries,
            end,
            inflated: Cell::new(limits.inflated),
            work: Cell::new(limits.work),
            streams: RefCell::default(),
            cipher: None,
            broken: None,
        }
    }

    fn deciphered(mut self) -> Result<Self, PdfError> {
        let encrypted = self.trailers().find(|t| t.has("Encrypt")).cloned();
        if let Some(trailer) = encrypted {
            let dict = self.dict(&trailer, "Encrypt")?.ok_or(PdfError::Encrypted)?;
            let id = self.array(&trailer, "ID")?;
            let first = id.first().and_then(Object::as_string).unwrap_or_default();
            let mut own = dict.clone();
            own.set("CF", self.dict(&dict, "CF")?.map_or(Object::Null, Object::Dict));
            self.cipher = Some(Cipher::open(&own, first, trailer.get("Encrypt").as_ref())?);
            self.streams.borrow_mut().clear();
        }
        Ok(self)
    }

    fn trailers(&self) -> impl Iterator<Item = &Dict> {
        self.sections.iter().map(|s| &s.trailer)
    }

    /// The bytes.
    pub fn data(&self) -> &Bytes<'a> {
        &self.data
    }
    /// The bounds it was opened with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
    /// Why its objects had to be searched for; `None` when the cross-reference is sound.
    pub fn broken(&self) -> Option<&PdfError> {
        self.broken.as_ref()
    }
    /// Whether it is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.cipher.is_some()
    }
    /// The sections, newest first; never empty.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }
    /// Where every object is, after all revisions.
    pub fn entries(&self) -> &BTreeMap<u32, Entry> {
        &self.entries
    }
    /// Where the file ends properly: after the last `%%EOF` and its line end.
    pub fn end(&self) -> usize {
        self.end
    }
    /// The newest trailer.
    pub fn trailer(&self) -> &Dict {
        static EMPTY: std::sync::LazyLock<Dict> = std::sync::LazyLock::new(Dict::new);
        self.sections.first().map_or(&EMPTY, |s| &s.trailer)
    }

    /// The catalog and its reference.
    pub fn catalog(&self) -> Result<(Ref, Dict), PdfError> {
        let missing = PdfError::Structure { num: 0, what: "the trailer has no Root" };
        let root = self.trailer().get("Root").as_ref().ok_or(missing)?;
        match self.get(root)? {
            Object::Dict(d) if d.is("Type", "Catalog") => Ok((root, d)),
            _ => Err(PdfError::Structure { num: root.num, what: "the Root is not a catalog" }),
        }
    }

    /// An indirect object; `Null` when there is none.
    pub fn get(&self, r: Ref) -> Result<Object, PdfError> {
        self.locate(r).map(|l| l.object)
    }

    /// An indirect object and whether it lies directly in the file.
    pub fn locate(&self, r: Ref) -> Result<Located, PdfError> {
        let direct = !matches!(self.entries.get(&r.num), Some(Entry::In { .. }));
        Ok(Located { object: self.load(r, 0)?, direct })
    }

    fn load(&self, r: Ref, level: usize) -> Result<Object, PdfError> {
        match self.entries.get(&r.num) {
            None | Some(Entry::Free) => Ok(Object::Null),
            Some(Entry::At { offset, generation }) => {
                if *generation != r.generation {
                    return Ok(Object::Null);
                }
                let wrong = PdfError::WrongObject { num: r.num };
                let how = load::How { depth: self.limits.depth, budget: &self.work, lenient: self.broken.is_some() };
                let mut length = |l: Ref| self.length(l, level);
                let loaded = load::read(&self.data, *offset, &how, &mut length);
                let loaded = match loaded {
                    Err(PdfError::Syntax { at, .. }) if at == *offset => return Err(wrong),
                    other => other?,
                };
                if loaded.at != r {
                    return Err(wrong);
                }
                Ok(match &self.cipher {
                    Some(cipher) => cipher.strings(r, loaded.object),
                    None => loaded.object,
                })
            }
            Some(Entry::In { stream, index }) => {
                if r.generation != 0 {
                    return Ok(Object::Null);
                }
                let wrong = PdfError::WrongObject { num: r.num };
                let stream = self.object_stream(*stream)?;
                let place = usize::try_from(*index).ok().and_then(|i| stream.places.get(i));
                let (_, at) = place.filter(|(num, _)| *num == r.num).ok_or(wrong)?;
                Lexer::new(stream.data.get(*at..).unwrap_or_default(), *at, self.limits.depth).object()
            }
        }
    }

    fn length(&self, length: Ref, level: usize) -> Option<usize> {
        if level > 2 {
            return None;
        }
        let object = self.load(length, level + 1).ok()?;
        usize::try_from(object.as_int()?).ok()
    }

    fn object_stream(&self, num: u32) -> Result<Arc<ObjectStream>, PdfError> {
        if let Some(found) = self.streams.borrow().get(&num) {
            return Ok(Arc::clone(found));
        }
        let broken = |what| PdfError::Structure { num, what };
        let Some(Entry::At { generation: 0, .. }) = self.entries.get(&num) else {
            return Err(broken("an object stream is missing"));
        };
        let made = Arc::new(self.unpack(num)?);
        let mut kept = self.streams.borrow_mut();
        if kept.len() >= KEPT {
            kept.pop_first();
        }
        kept.insert(num, Arc::clone(&made));
        Ok(made)
    }

    fn unpack(&self, num: u32) -> Result<ObjectStream, PdfError> {
        let broken = |what| PdfError::Structure { num, what };
        let Object::Stream(stream) = self.get(Ref { num, generation: 0 })? else {
            return Err(broken("an object stream is expected"));
        };
        if !stream.dict.is("Type", "ObjStm") {
            return Err(broken("an object stream is expected"));
        }
        let data = self.decode(&stream)?;
        let int = |key| stream.dict.get(key).as_int().and_then(|v| usize::try_from(v).ok());
        let (Some(count), Some(first)) = (int("N"), int("First")) else { return Err(broken("N or First is missing")) };
        let mut lexer = Lexer::new(&data, 0, self.limits.depth);
        let mut places = Vec::new();
        for _ in 0..count.min(self.limits.objects) {
            let num = u32::try_from(lexer.unsigned()?).map_err(|_| broken("an object number is too great"))?;
            let at = usize::try_from(lexer.unsigned()?).ok().and_then(|v| v.checked_add(first));
            places.push((num, at.filter(|v| *v < data.len()).ok_or(broken("an offset is outside the object stream"))?));
        }
        Ok(ObjectStream { data, places })
    }

    /// The numbers of the objects in an object stream, in its order.
    pub(super) fn numbers(&self, num: u32) -> Result<Vec<u32>, PdfError> {
        Ok(self.unpack(num)?.places.into_iter().map(|(n, _)| n).collect())
    }

    /// The decoded bytes of a stream; what all streams inflate to together is bounded.
    pub fn decode(&self, stream: &Stream) -> Result<Vec<u8>, PdfError> {
        let (num, budget, limit) = (stream.of.num, self.inflated.get(), self.limits.inflated);
        let raw = self.data.reader(stream.data.clone());
        let plain = match &self.cipher {
            Some(cipher) if cipher.covers(stream) => {
                if stream.data.len() > budget {
                    return Err(PdfError::Bomb { limit });
                }
                let raw = cipher.stream(stream.of, self.data.get(stream.data.clone())?.into_owned());
                filter::decode(num, &stream.dict, raw.as_slice(), budget, limit)?
            }
            _ => filter::decode(num, &stream.dict, raw, budget, limit)?,
        };
        self.inflated.set(budget.saturating_sub(plain.len()));
        Ok(plain)
    }

    /// Follows a reference, if it is one.
    pub fn resolve(&self, object: &Object) -> Result<Object, PdfError> {
        let mut object = object.clone();
        for _ in 0..16 {
            let Object::Ref(r) = object else { return Ok(object) };
            object = self.get(r)?;
        }
        Err(PdfError::Structure { num: 0, what: "a reference leads to references without end" })
    }

    /// The value of `key`, following a reference.
    pub fn value(&self, dict: &Dict, key: &str) -> Result<Object, PdfError> {
        self.resolve(dict.get(key))
    }

    /// The dictionary under `key`, following a reference; `None` when missing.
    pub fn dict(&self, dict: &Dict, key: &str) -> Result<Option<Dict>, PdfError> {
        match self.value(dict, key)? {
            Object::Null => Ok(None),
            Object::Dict(d) => Ok(Some(d)),
            _ => Err(PdfError::Structure {
                num: dict.get(key).as_ref().map_or(0, |r| r.num),
                what: "a dictionary is expected",
            }),
        }
    }

    /// The array under `key`, following a reference; empty when missing.
    pub fn array(&self, dict: &Dict, key: &str) -> Result<Vec<Object>, PdfError> {
        match self.value(dict, key)? {
            Object::Null => Ok(Vec::new()),
            Object::Array(a) => Ok(a),
            _ => Err(PdfError::Structure {
                num: dict.get(key).as_ref().map_or(0, |r| r.num),
                what: "an array is expected",
            }),
        }
    }
}

/// The offset after `startxref`, and where the file ends properly.
fn ending(data: &Bytes<'_>) -> Result<(usize, usize), PdfError> {
    let from = data.len().saturating_sub(TAIL);
    let tail = data.window(from, TAIL)?;
    let mark = tail.windows(5).rposition(|w| w == b"%%EOF").ok_or(PdfError::NoEnd)?;
    let after = tail.get(mark + 5..).unwrap_or_default();
    let line = if after.starts_with(b"\r\n") { 2 } else { usize::from(matches!(after.first(), Some(b'\n' | b'\r'))) };
    let before = tail.get(..mark).unwrap_or_default();
    let word = before.windows(9).rposition(|w| w == b"startxref").ok_or(PdfError::StartXref)?;
    let mut lexer = Lexer::new(tail.get(word + 9..).unwrap_or_default(), from + word + 9, 1);
    let start = usize::try_from(lexer.unsigned().map_err(|_| PdfError::StartXref)?).map_err(|_| PdfError::StartXref)?;
    lexer.skip_space();
    if start >= data.len() || lexer.pos() != from + mark {
        return Err(PdfError::StartXref);
    }
    Ok((start, from + mark + 5 + line))
}
