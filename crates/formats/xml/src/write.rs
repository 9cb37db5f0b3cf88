//! Building small XML texts.

use std::{borrow::Cow, fmt};

/// Character data, escaped.
pub fn escape_text(text: &str) -> Cow<'_, str> {
    escape(text, false)
}

/// An attribute value, escaped for double quotes.
pub fn escape_attribute(text: &str) -> Cow<'_, str> {
    escape(text, true)
}

fn escape(text: &str, attribute: bool) -> Cow<'_, str> {
    let special = |c: char| matches!(c, '&' | '<' | '>' | '\r') || (attribute && matches!(c, '"' | '\t' | '\n'));
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            '"' if attribute => out.push_str("&quot;"),
            '\t' if attribute => out.push_str("&#x9;"),
            '\n' if attribute => out.push_str("&#xA;"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// An element to be written: name, attributes, children. Characters that XML forbids are left out.
#[derive(Clone, Debug)]
pub struct Tag {
    name: Cow<'static, str>,
    attributes: Vec<(Cow<'static, str>, String)>,
    content: Vec<Content>,
}

#[derive(Clone, Debug)]
enum Content {
    Tag(Tag),
    Text(String),
    Raw(String),
}

fn allowed(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)).collect()
}

impl Tag {
    /// An element named `name`, prefix included.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), attributes: Vec::new(), content: Vec::new() }
    }
    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl AsRef<str>) -> Self {
        self.attributes.push((name.into(), allowed(value.as_ref())));
        self
    }
    /// With a child.
    #[must_use]
    pub fn child(mut self, tag: Tag) -> Self {
        self.content.push(Content::Tag(tag));
        self
    }
    /// With children.
    #[must_use]
    pub fn children(mut self, tags: impl IntoIterator<Item = Tag>) -> Self {
        self.content.extend(tags.into_iter().map(Content::Tag));
        self
    }
    /// With text.
    #[must_use]
    pub fn text(mut self, text: impl AsRef<str>) -> Self {
        self.content.push(Content::Text(allowed(text.as_ref())));
        self
    }
    /// With XML that is already written.
    #[must_use]
    pub fn raw(mut self, xml: impl Into<String>) -> Self {
        self.content.push(Content::Raw(xml.into()));
        self
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}=\"{}\"", escape_attribute(value))?;
        }
        if self.content.is_empty() {
            return f.write_str("/>");
        }
        f.write_str(">")?;
        for c in &self.content {
            match c {
                Content::Tag(t) => t.fmt(f)?,
                Content::Text(t) => f.write_str(&escape_text(t))?,
                Content::Raw(x) => f.write_str(x)?,
            }
        }
        write!(f, "</{}>", self.name)
    }
}
