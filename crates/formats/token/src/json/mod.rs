//! JSON (RFC 8259) for signed data: members keep their order and their place in the text, and whatever two readers could see differently
//! (a name twice, a lone surrogate, bytes after the end) is refused, as I-JSON (RFC 7493) asks.

mod canonical;
mod parse;
#[cfg(test)]
mod tests;
mod write;

use std::ops::Range;

pub use canonical::canonical;
pub use parse::parse;
pub use write::{Array, Object, quoted};

/// What a reader takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Nested arrays and objects.
    pub depth: usize,
    /// Values altogether.
    pub values: usize,
}

impl Default for Limits {
    /// 64 MiB, 32 levels, 200,000 values.
    fn default() -> Self {
        Self { bytes: 64 << 20, depth: 32, values: 200_000 }
    }
}

/// Why a text is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Longer than the limit.
    #[error("longer than {0} bytes")]
    TooLarge(usize),
    /// Nested deeper than the limit.
    #[error("nested deeper than {0}")]
    TooDeep(usize),
    /// More values than the limit.
    #[error("more than {0} values")]
    TooMany(usize),
    /// An object has a name twice.
    #[error("name {name:?} twice in one object, at byte {at}")]
    Duplicate {
        /// The name.
        name: String,
        /// Where the second one stands.
        at: usize,
    },
    /// Not JSON.
    #[error("no JSON at byte {0}")]
    Syntax(usize),
}

impl JsonError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "json.too-large",
            Self::TooDeep(_) => "json.too-deep",
            Self::TooMany(_) => "json.too-many",
            Self::Duplicate { .. } => "json.duplicate-name",
            Self::Syntax(_) => "json.syntax",
        }
    }
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the text, from the first to behind the last.
    pub span: Range<usize>,
}

/// A value by its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A string, escapes undone.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object: names and values in the order of the text.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The member `name` of an object.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }
    /// The string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(s) => Some(s),
            _ => None,
        }
    }
    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(b) => Some(b),
            _ => None,
        }
    }
    /// The whole number, if it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.kind {
            Kind::Number(n) => n.parse().ok(),
            _ => None,
        }
    }
    /// The values of an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::Array(a) => Some(a),
            _ => None,
        }
    }
    /// The members of an object.
    pub fn as_object(&self) -> Option<&[(String, Value)]> {
        match &self.kind {
            Kind::Object(o) => Some(o),
            _ => None,
        }
    }
    /// The strings of an array of strings only.
    pub fn as_strings(&self) -> Option<Vec<&str>> {
        self.as_array()?.iter().map(Value::as_str).collect()
    }
}
