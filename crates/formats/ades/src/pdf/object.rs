use std::ops::Range;

/// A reference to an indirect object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref {
    /// Object number.
    pub num: u32,
    /// Generation.
    pub generation: u16,
}

/// Bytes that a value occupies, counted from the start of the file (or of the decoded object stream it lies in).
pub type Span = Range<usize>;

/// A PDF object.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// `null`, also every object that does not exist.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A real number as written, so that it can be written again unchanged.
    Real(Vec<u8>),
    /// A string, decoded from its literal or hexadecimal form.
    String(Vec<u8>),
    /// A name, without the slash and with `#xx` decoded.
    Name(Vec<u8>),
    /// An array.
    Array(Vec<Object>),
    /// A dictionary.
    Dict(Dict),
    /// A stream: its dictionary and where its raw bytes lie.
    Stream(Stream),
    /// A reference.
    Ref(Ref),
}

/// A stream whose data still lie in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// The object it is.
    pub of: Ref,
    /// Its dictionary.
    pub dict: Dict,
    /// Where the encoded bytes lie.
    pub data: Span,
}

/// A dictionary in the order of the file; no key occurs twice.
#[derive(Clone, Debug, Default)]
pub struct Dict(Vec<(Vec<u8>, Object, Span)>);

impl Object {
    /// The name, if it is one.
    pub fn as_name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(n) => Some(n),
            _ => None,
        }
    }
    /// The whole number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(*i),
            _ => None,
        }
    }
    /// The number, whole or real.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(i) => i32::try_from(*i).ok().map(f64::from),
            Self::Real(r) => std::str::from_utf8(r).ok()?.parse().ok(),
            _ => None,
        }
    }
    /// The string, if it is one.
    pub fn as_string(&self) -> Option<&[u8]> {
        match self {
            Self::String(s) => Some(s),
            _ => None,
        }
    }
    /// The array, if it is one.
    pub fn as_array(&self) -> Option<&[Object]> {
        match self {
            Self::Array(a) => Some(a),
            _ => None,
        }
    }
    /// The dictionary, also that of a stream.
    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(d) => Some(d),
            Self::Stream(s) => Some(&s.dict),
            _ => None,
        }
    }
    /// The reference, if it is one.
    pub fn as_ref(&self) -> Option<Ref> {
        match self {
            Self::Ref(r) => Some(*r),
            _ => None,
        }
    }
    /// A name from text.
    pub fn name(text: &str) -> Self {
        Self::Name(text.as_bytes().to_vec())
    }
    /// A text string: PDFDocEncoding when it is ASCII, UTF-16BE else.
    pub fn text(text: &str) -> Self {
        if text.is_ascii() {
            return Self::String(text.as_bytes().to_vec());
        }
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        Self::String(units.flat_map(u16::to_be_bytes).collect())
    }
    /// The text of a text string (PDFDocEncoding is read as Latin-1).
    pub fn to_text(&self) -> Option<String> {
        let s = self.as_string()?;
        Some(match s {
            [0xFE, 0xFF, rest @ ..] => {
                let units: Vec<u16> = rest.as_chunks::<2>().0.iter().map(|c| u16::from_be_bytes(*c)).collect();
                String::from_utf16_lossy(&units)
            }
            [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
            plain => plain.iter().map(|b| char::from(*b)).collect(),
        })
    }
}

impl From<Dict> for Object {
    fn from(d: Dict) -> Self {
        Self::Dict(d)
    }
}
impl From<Ref> for Object {
    fn from(r: Ref) -> Self {
        Self::Ref(r)
    }
}

impl Dict {
    /// An empty dictionary.
    pub fn new() -> Self {
        Self::default()
    }
    /// The value of `key`; a missing key is `Null`.
    pub fn get(&self, key: &str) -> &Object {
        self.0.iter().find(|(k, ..)| k == key.as_bytes()).map_or(&Object::Null, |(_, v, _)| v)
    }
    /// The value of a key that need not be text.
    pub(crate) fn raw(&self, key: &[u8]) -> &Object {
        self.0.iter().find(|(k, ..)| k == key).map_or(&Object::Null, |(_, v, _)| v)
    }
    /// Where the value of `key` lies.
    pub fn span(&self, key: &str) -> Option<Span> {
        self.0.iter().find(|(k, ..)| k == key.as_bytes()).map(|(.., s)| s.clone())
    }
    /// Whether the key is there with anything but `null`.
    pub fn has(&self, key: &str) -> bool {
        *self.get(key) != Object::Null
    }
    /// Whether the value of `key` is the name `name`.
    pub fn is(&self, key: &str, name: &str) -> bool {
        self.get(key).as_name() == Some(name.as_bytes())
    }
    /// Sets a value, in place when the key is there.
    pub fn set(&mut self, key: &str, value: impl Into<Object>) -> &mut Self {
        let value = value.into();
        match self.0.iter_mut().find(|(k, ..)| k == key.as_bytes()) {
            Some((_, v, _)) => *v = value,
            None => self.0.push((key.as_bytes().to_vec(), value, 0..0)),
        }
        self
    }
    /// Adds a parsed entry; `false` when the key is there already.
    pub(super) fn insert(&mut self, key: Vec<u8>, value: Object, span: Span) -> bool {
        if self.0.iter().any(|(k, ..)| *k == key) {
            return false;
        }
        self.0.push((key, value, span));
        true
    }
    /// Replaces every value.
    pub(super) fn map(&mut self, change: impl Fn(&[u8], Object) -> Object) {
        for (key, value, _) in &mut self.0 {
            *value = change(key, std::mem::replace(value, Object::Null));
        }
    }
    /// Keys and values.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Object)> {
        self.0.iter().map(|(k, v, _)| (k.as_slice(), v))
    }
    /// Number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Equal when the same keys have equal values; order and place do not matter.
impl PartialEq for Dict {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.0.iter().all(|(k, v, _)| other.0.iter().any(|(ok, ov, _)| ok == k && ov == v))
    }
}
