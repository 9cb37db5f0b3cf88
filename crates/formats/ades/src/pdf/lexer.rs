//! Tokens and objects. Nothing here follows a reference.

use std::cell::Cell;

use super::{Dict, Object, PdfError, Ref};

/// Reads objects from bytes. Positions count from the start of the file, which is `base` before the first of these bytes.
pub(super) struct Lexer<'a> {
    data: &'a [u8],
    base: usize,
    pos: usize,
    depth: usize,
    starved: Cell<bool>,
}

fn is_space(b: u8) -> bool {
    matches!(b, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(b: u8) -> bool {
    matches!(b, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn is_regular(b: u8) -> bool {
    !is_space(b) && !is_delimiter(b)
}

fn hex(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}

/// Takes pairs of hexadecimal digits from the front and says how many bytes they are. The contents of signatures have tens of thousands of
/// them, read again with each revision: so most are taken in blocks, with one question for all of a block.
fn hex_pairs(data: &[u8], out: &mut Vec<u8>) -> usize {
    let before = out.len();
    let one = |a: u8, b: u8| (digit(a) << 4 | digit(b), a.is_ascii_hexdigit() & b.is_ascii_hexdigit());
    for block in data.as_chunks::<64>().0 {
        let mut octets = [0; 32];
        let mut good = true;
        for (octet, [a, b]) in octets.iter_mut().zip(block.as_chunks::<2>().0) {
            let (value, is) = one(*a, *b);
            *octet = value;
            good &= is;
        }
        if !good {
            break;
        }
        out.extend_from_slice(&octets);
    }
    let rest = data.get(2 * (out.len() - before)..).unwrap_or_default().as_chunks::<2>().0;
    out.extend(rest.iter().map(|[a, b]| one(*a, *b)).take_while(|(_, is)| *is).map(|(value, _)| value));
    2 * (out.len() - before)
}

/// The value of what is known to be a hexadecimal digit, without a branch.
fn digit(b: u8) -> u8 {
    (b & 15) + 9 * (b >> 6)
}

impl<'a> Lexer<'a> {
    /// Reads `data`, whose first byte is the one at `base`, with nesting bounded by `depth`.
    pub(super) fn new(data: &'a [u8], base: usize, depth: usize) -> Self {
        Self { data, base, pos: 0, depth, starved: Cell::new(false) }
    }

    /// Where the next byte lies.
    pub(super) fn pos(&self) -> usize {
        self.base + self.pos
    }
    /// How many bytes were passed.
    pub(super) fn used(&self) -> usize {
        self.pos
    }
    /// Whether more bytes than there are were looked for.
    pub(super) fn starved(&self) -> bool {
        self.starved.get()
    }

    fn ahead(&self, by: usize) -> Option<u8> {
        let found = self.data.get(self.pos + by).copied();
        if found.is_none() {
            self.starved.set(true);
        }
        found
    }

    fn peek(&self) -> Option<u8> {
        self.ahead(0)
    }

    fn bad<T>(&self, what: &'static str) -> Result<T, PdfError> {
        Err(PdfError::Syntax { at: self.pos(), what })
    }

    /// Skips white space and comments.
    pub(super) fn skip(&mut self) {
        while let Some(b) = self.peek() {
            if is_space(b) {
                self.pos += 1;
            } else if b == b'%' {
                while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                    self.pos += 1;
                }
            } else {
                break;
            }
        }
    }

    /// Skips white space only.
    pub(super) fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.pos += 1;
        }
    }

    fn regular(&mut self) -> &'a [u8] {
        let start = self.pos;
        while self.peek().is_some_and(is_regular) {
            self.pos += 1;
        }
        self.data.get(start..self.pos).unwrap_or_default()
    }

    /// Takes the keyword if it comes next.
    pub(super) fn keyword(&mut self, word: &str) -> bool {
        let start = self.pos;
        self.skip();
        if self.regular() == word.as_bytes() {
            return true;
        }
        self.pos = start;
        false
    }

    /// A whole number that is not negative.
    pub(super) fn unsigned(&mut self) -> Result<u64, PdfError> {
        self.skip();
        let at = self.pos();
        let digits = self.regular();
        let value = std::str::from_utf8(digits)
            .ok()
            .filter(|d| d.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|d| d.parse().ok());
        value.ok_or(PdfError::Syntax { at, what: "a number is expected" })
    }

    /// The end of line after the keyword `stream`: CR LF or LF; a CR alone, as some products write it, is taken, too.
    pub(super) fn stream_start(&mut self) -> Result<usize, PdfError> {
        match (self.peek(), self.ahead(1)) {
            (Some(b'\r'), Some(b'\n')) => self.pos += 2,
            (Some(b'\n' | b'\r'), _) => self.pos += 1,
            _ => return self.bad("a line end after 'stream' is expected"),
        }
        Ok(self.pos())
    }

    /// Any object that is not a stream.
    pub(super) fn object(&mut self) -> Result<Object, PdfError> {
        self.nested(0)
    }

    fn nested(&mut self, level: usize) -> Result<Object, PdfError> {
        if level > self.depth {
            return Err(PdfError::TooDeep { at: self.pos(), limit: self.depth });
        }
        self.skip();
        match (self.peek(), self.ahead(1)) {
            (Some(b'<'), Some(b'<')) => self.dict(level).map(Object::Dict),
            (Some(b'<'), _) => self.hex_string().map(Object::String),
            (Some(b'('), _) => self.literal_string().map(Object::String),
            (Some(b'/'), _) => self.name().map(Object::Name),
            (Some(b'['), _) => self.array(level),
            (Some(b'0'..=b'9' | b'+' | b'-' | b'.'), _) => self.number_or_ref(),
            (Some(_), _) => self.word(),
            (None, _) => self.bad("an object is expected, the data end"),
        }
    }

    fn word(&mut self) -> Result<Object, PdfError> {
        let at = self.pos();
        match self.regular() {
            b"true" => Ok(Object::Bool(true)),
            b"false" => Ok(Object::Bool(false)),
            b"null" => Ok(Object::Null),
            _ => Err(PdfError::Syntax { at, what: "an object is expected" }),
        }
    }

    fn array(&mut self, level: usize) -> Result<Object, PdfError> {
        self.pos += 1;
        let mut items = Vec::new();
        loop {
            self.skip();
            if self.peek() == Some(b']') {
                self.pos += 1;
                return Ok(Object::Array(items));
            }
            items.push(self.nested(level + 1)?);
        }
    }

    fn dict(&mut self, level: usize) -> Result<Dict, PdfError> {
        let at = self.pos();
        self.pos += 2;
        let mut dict = Dict::new();
        loop {
            self.skip();
            match (self.peek(), self.ahead(1)) {
                (Some(b'>'), Some(b'>')) => {
                    self.pos += 2;
                    return Ok(dict);
                }
                (Some(b'/'), _) => {
                    let key = self.name()?;
                    self.skip();
                    let start = self.pos();
                    let value = self.nested(level + 1)?;
                    let span = start..self.pos();
                    let shown = String::from_utf8_lossy(&key).into_owned();
                    if !dict.insert(key, value, span) {
                        return Err(PdfError::DuplicateKey { at, key: shown });
                    }
                }
                _ => return self.bad("a key of a dictionary is expected"),
            }
        }
    }

    fn name(&mut self) -> Result<Vec<u8>, PdfError> {
        self.pos += 1;
        let raw = self.regular();
        let mut out = Vec::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((b, tail)) = rest.split_first() {
            rest = match (b, tail) {
                (b'#', [h, l, after @ ..]) if hex(*h).is_some() && hex(*l).is_some() => {
                    out.push(hex(*h).unwrap_or(0) << 4 | hex(*l).unwrap_or(0));
                    after
                }
                _ => {
                    out.push(*b);
                    tail
                }
            };
        }
        Ok(out)
    }

    fn number_or_ref(&mut self) -> Result<Object, PdfError> {
        let at = self.pos();
        let raw = self.regular();
        let digits = raw.strip_prefix(b"-").or(raw.strip_prefix(b"+")).unwrap_or(raw);
        let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        if !plain {
            let dots = digits.iter().filter(|b| **b == b'.').count();
            let real = dots == 1 && digits.len() > 1 && digits.iter().all(|b| b.is_ascii_digit() || *b == b'.');
            return if real {
                Ok(Object::Real(raw.to_vec()))
            } else {
                Err(PdfError::Syntax { at, what: "a number is expected" })
            };
        }
        let Some(value) = std::str::from_utf8(raw).ok().and_then(|t| t.parse::<i64>().ok()) else {
            return Ok(Object::Real(raw.to_vec()));
        };
        if let (true, Ok(num)) = (raw.len() == digits.len(), u32::try_from(value)) {
            let after = self.pos;
            if let Some(generation) = self.rest_of_ref() {
                return Ok(Object::Ref(Ref { num, generation }));
            }
            self.pos = after;
        }
        Ok(Object::Int(value))
    }

    fn rest_of_ref(&mut self) -> Option<u16> {
        self.skip();
        if !self.peek()?.is_ascii_digit() {
            return None;
        }
        let generation = u16::try_from(self.unsigned().ok()?).ok()?;
        self.keyword("R").then_some(generation)
    }

    fn hex_string(&mut self) -> Result<Vec<u8>, PdfError> {
        self.pos += 1;
        let mut out = Vec::new();
        let mut high = None;
        loop {
            if high.is_none() {
                self.pos += hex_pairs(self.data.get(self.pos..).unwrap_or_default(), &mut out);
            }
            let Some(b) = self.peek() else { return self.bad("a hexadecimal string has no end") };
            self.pos += 1;
            match (b, hex(b), high) {
                (b'>', ..) => break,
                (_, Some(v), None) => high = Some(v),
                (_, Some(v), Some(h)) => {
                    out.push(h << 4 | v);
                    high = None;
                }
                (b, ..) if is_space(b) => {}
                _ => return self.bad("a hexadecimal digit is expected"),
            }
        }
        if let Some(h) = high {
            out.push(h << 4);
        }
        Ok(out)
    }

    fn literal_string(&mut self) -> Result<Vec<u8>, PdfError> {
        self.pos += 1;
        let mut out = Vec::new();
        let mut open = 1usize;
        loop {
            let Some(b) = self.peek() else { return self.bad("a string has no end") };
            self.pos += 1;
            match b {
                b'(' => open += 1,
                b')' if open == 1 => return Ok(out),
                b')' => open -= 1,
                b'\\' => {
                    self.escape(&mut out);
                    continue;
                }
                b'\r' => {
                    if self.peek() == Some(b'\n') {
                        self.pos += 1;
                    }
                    out.push(b'\n');
                    continue;
                }
                _ => {}
            }
            out.push(b);
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let Some(b) = self.peek() else { return };
        self.pos += 1;
        match b {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.pos += 1;
                }
            }
            b'\n' => {}
            b'0'..=b'7' => {
                let mut value = u32::from(b - b'0');
                for _ in 0..2 {
                    let Some(d @ b'0'..=b'7') = self.peek() else { break };
                    self.pos += 1;
                    value = value * 8 + u32::from(d - b'0');
                }
                out.push((value & 0xFF) as u8);
            }
            other => out.push(other),
        }
    }
}
