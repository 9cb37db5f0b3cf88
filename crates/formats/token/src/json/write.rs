use std::fmt::{self, Display, Write as _};

/// A string as JSON writes it, in the form of RFC 8785 section 3.2.2.2.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
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
        if !self.0.is_empty() {
            self.0.push(',');
        }
        let _ = write!(self.0, "{}:{json}", quoted(name));
        self
    }
    /// A member that is a string.
    #[must_use]
    pub fn text(self, name: &str, text: &str) -> Self {
        self.with(name, quoted(text))
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
