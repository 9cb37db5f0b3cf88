use const_oid::ObjectIdentifier;
use jiff::Timestamp;

use super::{tag, time};
use crate::{Error, Result};

/// One element: its tag octet, its content and the whole of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Tag octet; tag numbers above 30 are refused.
    pub tag: u8,
    /// Tag, length and content.
    pub full: &'a [u8],
    /// Content.
    pub body: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// Reads the content of a constructed element.
    pub fn reader(&self) -> Reader<'a> {
        Reader::new(self.body)
    }
    /// Content as an integer of up to 8 octets that is not negative.
    pub fn as_u64(&self) -> Result<u64> {
        let bytes = unsigned(self.body)?;
        if bytes.len() > 8 {
            return Err(Error::Malformed("integer too large"));
        }
        Ok(bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
    }
    /// Text of any string type.
    pub fn as_text(&self) -> Result<String> {
        let ascii = |b: &[u8]| {
            if b.is_ascii() {
                Ok(String::from_utf8_lossy(b).into_owned())
            } else {
                Err(Error::Malformed("text outside its alphabet"))
            }
        };
        match self.tag {
            tag::UTF8 => {
                std::str::from_utf8(self.body).map(str::to_owned).map_err(|_| Error::Malformed("text is not UTF-8"))
            }
            tag::PRINTABLE | tag::NUMERIC | tag::IA5 | tag::VISIBLE => ascii(self.body),
            tag::TELETEX => Ok(self.body.iter().map(|b| char::from(*b)).collect()),
            tag::BMP => {
                let (pairs, rest) = self.body.as_chunks::<2>();
                if !rest.is_empty() {
                    return Err(Error::Malformed("odd BMPString"));
                }
                char::decode_utf16(pairs.iter().map(|p| u16::from_be_bytes(*p)))
                    .collect::<std::result::Result<String, _>>()
                    .map_err(|_| Error::Malformed("text outside its alphabet"))
            }
            tag::UNIVERSAL => {
                let (quads, rest) = self.body.as_chunks::<4>();
                if !rest.is_empty() {
                    return Err(Error::Malformed("odd UniversalString"));
                }
                quads
                    .iter()
                    .map(|q| {
                        char::from_u32(u32::from_be_bytes(*q)).ok_or(Error::Malformed("text outside its alphabet"))
                    })
                    .collect()
            }
            found => Err(Error::UnexpectedTag { expected: tag::UTF8, found }),
        }
    }
    /// `UTCTime` or `GeneralizedTime`.
    pub fn as_time(&self) -> Result<Timestamp> {
        match self.tag {
            tag::UTC_TIME => time::parse_utc(self.body),
            tag::GENERALIZED_TIME => time::parse_generalized(self.body),
            found => Err(Error::UnexpectedTag { expected: tag::GENERALIZED_TIME, found }),
        }
    }
}

/// A bit string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits<'a> {
    /// Octets, the first bit is the highest of the first octet.
    pub bytes: &'a [u8],
    /// How many bits of the last octet are not used.
    pub unused: u8,
}

impl<'a> Bits<'a> {
    /// Content octets of a BIT STRING.
    pub fn parse(body: &'a [u8]) -> Result<Self> {
        let (unused, bytes) = body.split_first().ok_or(Error::Malformed("empty bit string"))?;
        if *unused > 7 || (*unused > 0 && bytes.is_empty()) {
            return Err(Error::Malformed("bit string"));
        }
        if let Some(last) = bytes.last()
            && last & !(0xff_u8 << unused) != 0
        {
            return Err(Error::Malformed("bit string padding"));
        }
        Ok(Self { bytes, unused: *unused })
    }
    /// The octets of a bit string that has to hold whole octets.
    pub fn whole(&self) -> Result<&'a [u8]> {
        if self.unused == 0 { Ok(self.bytes) } else { Err(Error::Malformed("bit string of incomplete octets")) }
    }
    /// Bit `n` of a named bit list.
    pub fn bit(&self, n: usize) -> bool {
        self.bytes.get(n / 8).is_some_and(|b| b & (0x80 >> (n % 8)) != 0)
    }
}

/// Reads elements one after another.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Over a row of elements (not over the SEQUENCE that holds them).
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
    /// Over the content of the one SEQUENCE that `der` is.
    pub fn of_sequence(der: &'a [u8], what: &'static str) -> Result<Self> {
        Ok(Self::single(der, tag::SEQUENCE, what)?.reader())
    }
    /// The one element with `tag` that `der` is.
    pub fn single(der: &'a [u8], tag: u8, what: &'static str) -> Result<Tlv<'a>> {
        let mut outer = Self::new(der);
        let tlv = outer.expect(tag)?;
        outer.finish(what)?;
        Ok(tlv)
    }
    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
    /// Tag octet of the next element.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }
    /// Refuses anything left.
    pub fn finish(&self, what: &'static str) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(Error::Trailing(what)) }
    }
    /// The next element.
    pub fn any(&mut self) -> Result<Tlv<'a>> {
        let bytes = self.rest;
        let (&tag, after) = bytes.split_first().ok_or(Error::Truncated)?;
        if tag & 0x1f == 0x1f {
            return Err(Error::Malformed("tag number above 30"));
        }
        let (&first, after) = after.split_first().ok_or(Error::Truncated)?;
        let (len, header) = match first {
            0..=0x7f => (usize::from(first), 2),
            0x81..=0x84 => {
                let n = usize::from(first & 0x7f);
                let octets = after.get(..n).ok_or(Error::Truncated)?;
                let len = octets.iter().fold(0_usize, |l, b| l << 8 | usize::from(*b));
                let minimal = octets.first() != Some(&0) && len > 0x7f;
                if !minimal {
                    return Err(Error::BadLength);
                }
                (len, 2 + n)
            }
            _ => return Err(Error::BadLength),
        };
        let end = header.checked_add(len).ok_or(Error::BadLength)?;
        let full = bytes.get(..end).ok_or(Error::Truncated)?;
        let body = full.get(header..).ok_or(Error::Truncated)?;
        self.rest = bytes.get(end..).ok_or(Error::Truncated)?;
        Ok(Tlv { tag, full, body })
    }
    /// The next element, which must have `tag`.
    pub fn expect(&mut self, tag: u8) -> Result<Tlv<'a>> {
        match self.peek() {
            None => Err(Error::Truncated),
            Some(found) if found != tag => Err(Error::UnexpectedTag { expected: tag, found }),
            Some(_) => self.any(),
        }
    }
    /// The next element if it has `tag`.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }
    /// Content of the next SEQUENCE.
    pub fn sequence(&mut self) -> Result<Reader<'a>> {
        Ok(self.expect(tag::SEQUENCE)?.reader())
    }
    /// Content of the next SET.
    pub fn set(&mut self) -> Result<Reader<'a>> {
        Ok(self.expect(tag::SET)?.reader())
    }
    /// The one element inside an explicit `[n]`, if it is next.
    pub fn explicit(&mut self, n: u8) -> Result<Option<Tlv<'a>>> {
        let Some(outer) = self.optional(tag::constructed(n))? else { return Ok(None) };
        let mut inner = outer.reader();
        let tlv = inner.any()?;
        inner.finish("explicit tag")?;
        Ok(Some(tlv))
    }
    /// OBJECT IDENTIFIER.
    pub fn oid(&mut self) -> Result<ObjectIdentifier> {
        parse_oid(self.expect(tag::OID)?.body)
    }
    /// OCTET STRING.
    pub fn octets(&mut self) -> Result<&'a [u8]> {
        Ok(self.expect(tag::OCTET_STRING)?.body)
    }
    /// BIT STRING.
    pub fn bits(&mut self) -> Result<Bits<'a>> {
        Bits::parse(self.expect(tag::BIT_STRING)?.body)
    }
    /// INTEGER: its content octets, checked to be minimal (two's complement).
    pub fn integer(&mut self) -> Result<&'a [u8]> {
        minimal(self.expect(tag::INTEGER)?.body)
    }
    /// INTEGER that is not negative: its octets without the sign octet.
    pub fn unsigned(&mut self) -> Result<&'a [u8]> {
        unsigned(self.expect(tag::INTEGER)?.body)
    }
    /// INTEGER that is not negative and fits.
    pub fn u64(&mut self) -> Result<u64> {
        self.expect(tag::INTEGER)?.as_u64()
    }
    /// ENUMERATED below 256.
    pub fn enumerated(&mut self) -> Result<u8> {
        match self.expect(tag::ENUMERATED)?.body {
            [n @ 0..=0x7f] => Ok(*n),
            _ => Err(Error::Malformed("enumerated")),
        }
    }
    /// BOOLEAN DEFAULT FALSE.
    pub fn flag(&mut self) -> Result<bool> {
        match self.optional(tag::BOOLEAN)?.map(|t| t.body) {
            None | Some([0]) => Ok(false),
            Some([0xff]) => Ok(true),
            Some(_) => Err(Error::Malformed("boolean")),
        }
    }
    /// `UTCTime` or `GeneralizedTime`.
    pub fn time(&mut self) -> Result<Timestamp> {
        self.any()?.as_time()
    }
}

fn parse_oid(body: &[u8]) -> Result<ObjectIdentifier> {
    ObjectIdentifier::from_bytes(body).map_err(|_| Error::Malformed("object identifier"))
}

fn minimal(body: &[u8]) -> Result<&[u8]> {
    match body {
        [] => Err(Error::Malformed("empty integer")),
        [0, next, ..] if *next < 0x80 => Err(Error::Malformed("integer not minimal")),
        [0xff, next, ..] if *next >= 0x80 => Err(Error::Malformed("integer not minimal")),
        _ => Ok(body),
    }
}

pub(crate) fn unsigned(body: &[u8]) -> Result<&[u8]> {
    match minimal(body)? {
        [first, ..] if *first >= 0x80 => Err(Error::Malformed("negative integer")),
        [0, rest @ ..] if !rest.is_empty() => Ok(rest),
        all => Ok(all),
    }
}
