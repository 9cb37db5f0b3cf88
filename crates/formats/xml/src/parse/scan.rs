use std::borrow::Cow;

use super::{
    ParseError, Problem,
    chars::{is_char, is_name, is_name_start, is_space},
};

/// A position in the text and the small steps over it.
pub(crate) struct Scan<'a> {
    pub(crate) text: &'a str,
    pub(crate) pos: usize,
}

pub(crate) type Result<T> = std::result::Result<T, ParseError>;

impl<'a> Scan<'a> {
    pub(crate) fn fail<T>(&self, problem: Problem) -> Result<T> {
        Err(ParseError::at(problem, self.text, self.pos))
    }
    pub(crate) fn syntax<T>(&self, what: &'static str) -> Result<T> {
        self.fail(Problem::Syntax(what))
    }
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.pos..).unwrap_or("")
    }
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }
    pub(crate) fn take(&mut self, literal: &str) -> bool {
        let found = self.rest().starts_with(literal);
        if found {
            self.pos += literal.len();
        }
        found
    }
    pub(crate) fn expect(&mut self, literal: &'static str, what: &'static str) -> Result<()> {
        if self.take(literal) { Ok(()) } else { self.syntax(what) }
    }
    /// Skips white space; whether there was any.
    pub(crate) fn space(&mut self) -> bool {
        let start = self.pos;
        while self.peek().is_some_and(is_space) {
            self.pos += 1;
        }
        self.pos > start
    }
    /// Everything before `end`, and moves past it.
    pub(crate) fn until(&mut self, end: &str, what: &'static str) -> Result<&'a str> {
        let Some(at) = self.rest().find(end) else { return self.syntax(what) };
        let found = self.rest().get(..at).unwrap_or("");
        self.check_chars(found)?;
        self.pos += at + end.len();
        Ok(found)
    }
    fn check_chars(&self, s: &str) -> Result<()> {
        let plain = s.bytes().all(|b| (0x20..0x7f).contains(&b) || matches!(b, b'\n' | b'\t' | b'\r'));
        if plain || s.chars().all(is_char) { Ok(()) } else { self.fail(Problem::Character) }
    }
    /// A name without colons.
    pub(crate) fn ncname(&mut self) -> Result<&'a str> {
        let rest = self.rest();
        let mut chars = rest.char_indices();
        if !chars.next().is_some_and(|(_, c)| is_name_start(c)) {
            return self.syntax("a name is expected");
        }
        let len = chars.find(|(_, c)| !is_name(*c)).map_or(rest.len(), |(i, _)| i);
        self.pos += len;
        Ok(rest.get(..len).unwrap_or(""))
    }
    /// Prefix (or empty) and local name.
    pub(crate) fn qname(&mut self) -> Result<(&'a str, &'a str)> {
        let first = self.ncname()?;
        if self.peek() == Some(b':') {
            self.pos += 1;
            let local = self.ncname()?;
            return Ok((first, local));
        }
        Ok(("", first))
    }
    /// A quoted attribute value, normalised.
    pub(crate) fn value(&mut self) -> Result<Cow<'a, str>> {
        let end = match self.peek() {
            Some(b'"') => "\"",
            Some(b'\'') => "'",
            _ => return self.syntax("a quoted value is expected"),
        };
        self.pos += 1;
        let start = self.pos;
        let raw = self.until(end, "a quoted value has no end")?;
        if raw.contains('<') {
            return self.syntax("< in an attribute value");
        }
        if !raw.bytes().any(|b| matches!(b, b'&' | b'\t' | b'\n' | b'\r')) {
            return Ok(Cow::Borrowed(raw));
        }
        self.expand(raw, start, true).map(Cow::Owned)
    }
    /// Line ends made `\n`.
    pub(crate) fn lines(raw: &'a str) -> Cow<'a, str> {
        if raw.contains('\r') { Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(raw) }
    }
    /// Character data with references resolved.
    pub(crate) fn characters(&self, raw: &'a str, start: usize) -> Result<Cow<'a, str>> {
        self.check_chars(raw)?;
        if raw.contains("]]>") {
            return self.syntax("]]> in character data");
        }
        if !raw.bytes().any(|b| matches!(b, b'&' | b'\r')) {
            return Ok(Cow::Borrowed(raw));
        }
        self.expand(raw, start, false).map(Cow::Owned)
    }

    fn expand(&self, raw: &str, start: usize, attribute: bool) -> Result<String> {
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
            out.push_str(rest.get(..at).unwrap_or(""));
            let tail = rest.get(at..).unwrap_or("");
            let used = if tail.starts_with('&') {
                let Some((c, used)) = reference(tail) else {
                    let place = start + (raw.len() - tail.len());
                    return Err(ParseError::at(Problem::Entity, self.text, place));
                };
                out.push(c);
                used
            } else {
                let used = if tail.starts_with("\r\n") { 2 } else { 1 };
                out.push(match (attribute, tail.starts_with('\t')) {
                    (true, _) => ' ',
                    (false, true) => '\t',
                    (false, false) => '\n',
                });
                used
            };
            rest = tail.get(used..).unwrap_or("");
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// The character a reference stands for and the length of the reference.
fn reference(tail: &str) -> Option<(char, usize)> {
    let end = tail.bytes().take(16).position(|b| b == b';')?;
    let name = tail.get(1..end)?;
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let digits = name.strip_prefix('#')?;
            let (digits, radix) = digits.strip_prefix('x').map_or((digits, 10), |d| (d, 16));
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            char::from_u32(u32::from_str_radix(digits, radix).ok()?).filter(|c| is_char(*c))?
        }
    };
    Some((c, end + 1))
}
