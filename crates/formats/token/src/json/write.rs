use std::fmt::{self, Display, Write as _};

use super::parse::plain;

/// A string as JSON writes it, in the form of RFC 8785 section 3.2.2.2.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(text, &mut out);
    out
}

fn quote(text: &str, out: &mut String) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut rest = text;
    while let Some((plain, after)) = rest.split_at_checked(plain(rest.as_bytes())) {
        out.push_str(plain);
        let mut chars = after.chars();
        match chars.next() {
            None => break,
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
        rest = chars.as_str();
    }
    out.push('"');
}

/// An object being written, without white space.
#[derive(Clone, Debug, Default)]
pub struct Object(String);

impl Object {
    /// Without members.
    pub fn new() -> Self {
        Self::default()
    }
    /// A member whose value is JSON: a number, a truth value, [`quoted`], [`Array`], [`Object`].
    #[must_use]
    pub fn with(mut self, name: &str, json: impl Display) -> Self {
        self.name(name);
        let _ = write!(self.0, "{json}");
        self
    }
    fn name(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        quote(name, &mut self.0);
        self.0.push(':');
    }
    /// A member that is a string.
    #[must_use]
    pub fn text(mut self, name: &str, text: &str) -> Self {
        self.name(name);
        quote(text, &mut self.0);
        self
    }
    /// A member that is a string, if there is one.
    #[must_use]
    pub fn maybe(self, name: &str, text: Option<&String>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }
    /// Whether it has no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.0)
    }
}

/// An array being written, without white space.
#[derive(Clone, Debug, Default)]
pub struct Array(String);

impl Array {
    /// Of values that are JSON.
    pub fn of(values: impl IntoIterator<Item = impl Display>) -> Self {
        let mut out = Self::default();
        for value in values {
            if !out.0.is_empty() {
                out.0.push(',');
            }
            let _ = write!(out.0, "{value}");
        }
        out
    }
    /// Of strings.
    pub fn texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::of(texts.into_iter().map(|t| quoted(t.as_ref())))
    }
}

impl Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.0)
    }
}
