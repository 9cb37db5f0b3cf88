use const_oid::ObjectIdentifier;
use jiff::Timestamp;

use super::{tag, time};

/// One element.
pub fn tlv(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 6);
    header(&mut out, tag, body.len());
    out.extend_from_slice(body);
    out
}

/// Tag and length.
pub(crate) fn header(out: &mut Vec<u8>, tag: u8, len: usize) {
    header64(out, tag, len as u64);
}

/// Tag and length of content that need not fit into memory.
pub(crate) fn header64(out: &mut Vec<u8>, tag: u8, len: u64) {
    out.push(tag);
    match u8::try_from(len) {
        Ok(short @ 0..=0x7f) => out.push(short),
        _ => {
            let bytes = len.to_be_bytes();
            let skip = bytes.iter().take_while(|b| **b == 0).count();
            let significant = bytes.get(skip..).unwrap_or_default();
            out.push(0x80 | u8::try_from(significant.len()).unwrap_or_default());
            out.extend_from_slice(significant);
        }
    }
}

/// Parts in one allocation: messages are built by the ten thousand a second.
fn joined<I: IntoIterator<Item: AsRef<[u8]>>>(tag: u8, parts: I) -> Vec<u8> {
    let parts: Vec<I::Item> = parts.into_iter().collect();
    let len = parts.iter().map(|p| p.as_ref().len()).sum();
    let mut out = Vec::with_capacity(len + 6);
    header(&mut out, tag, len);
    for part in &parts {
        out.extend_from_slice(part.as_ref());
    }
    out
}

/// SEQUENCE of encoded elements; an absent optional element is an empty part.
pub fn seq<I: IntoIterator<Item: AsRef<[u8]>>>(parts: I) -> Vec<u8> {
    joined(tag::SEQUENCE, parts)
}

/// SET OF, sorted as DER asks.
pub fn set_of(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    joined(tag::SET, parts)
}

/// Explicit `[n]` around an encoded element.
pub fn explicit(n: u8, inner: &[u8]) -> Vec<u8> {
    tlv(tag::constructed(n), inner)
}

/// Implicit primitive `[n]`.
pub fn context(n: u8, body: &[u8]) -> Vec<u8> {
    tlv(tag::primitive(n), body)
}

/// INTEGER from big-endian octets of a number that is not negative.
pub fn integer(unsigned: &[u8]) -> Vec<u8> {
    let (zero, significant) = least(unsigned);
    let mut out = Vec::with_capacity(significant.len() + 7);
    header(&mut out, tag::INTEGER, significant.len() + zero.len());
    out.extend_from_slice(zero);
    out.extend_from_slice(significant);
    out
}

/// Content octets of an INTEGER that is not negative.
pub fn integer_bytes(unsigned: &[u8]) -> Vec<u8> {
    let (zero, significant) = least(unsigned);
    [zero, significant].concat()
}

/// What an INTEGER needs of big-endian octets: a zero in front where the first bit would be a sign, and no other zeros.
fn least(unsigned: &[u8]) -> (&'static [u8], &[u8]) {
    let skip = unsigned.iter().take_while(|b| **b == 0).count();
    let significant = unsigned.get(skip..).unwrap_or_default();
    (if significant.first().is_none_or(|b| *b >= 0x80) { &[0] } else { &[] }, significant)
}

/// INTEGER from a number.
pub fn small_integer(n: u64) -> Vec<u8> {
    integer(&n.to_be_bytes())
}

/// ENUMERATED below 128.
pub fn enumerated(n: u8) -> Vec<u8> {
    tlv(tag::ENUMERATED, &[n])
}

/// BOOLEAN.
pub fn boolean(b: bool) -> Vec<u8> {
    tlv(tag::BOOLEAN, &[if b { 0xff } else { 0 }])
}

/// NULL.
pub fn null() -> Vec<u8> {
    vec![tag::NULL, 0]
}

/// OBJECT IDENTIFIER.
pub fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    tlv(tag::OID, oid.as_bytes())
}

/// OCTET STRING.
pub fn octets(bytes: &[u8]) -> Vec<u8> {
    tlv(tag::OCTET_STRING, bytes)
}

/// BIT STRING of whole octets.
pub fn bit_string(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 7);
    header(&mut out, tag::BIT_STRING, bytes.len() + 1);
    out.push(0);
    out.extend_from_slice(bytes);
    out
}

/// Named bit list: trailing zero bits are left out.
pub fn named_bits(tag: u8, bits: &[u8]) -> Vec<u8> {
    let Some(highest) = bits.iter().max() else { return tlv(tag, &[0]) };
    let mut bytes = vec![0_u8; usize::from(*highest) / 8 + 1];
    for bit in bits {
        if let Some(b) = bytes.get_mut(usize::from(*bit) / 8) {
            *b |= 0x80 >> (bit % 8);
        }
    }
    let mut body = vec![7 - highest % 8];
    body.extend_from_slice(&bytes);
    tlv(tag, &body)
}

/// UTF8String.
pub fn utf8(text: &str) -> Vec<u8> {
    tlv(tag::UTF8, text.as_bytes())
}

/// PrintableString; the caller has checked the alphabet.
pub fn printable(text: &str) -> Vec<u8> {
    tlv(tag::PRINTABLE, text.as_bytes())
}

/// IA5String; the caller has checked the alphabet.
pub fn ia5(text: &str) -> Vec<u8> {
    tlv(tag::IA5, text.as_bytes())
}

/// Time as X.509 wants it: UTCTime through 2049, GeneralizedTime after, whole seconds.
pub fn x509_time(at: Timestamp) -> Vec<u8> {
    match time::format_utc(at) {
        Some(text) => tlv(tag::UTC_TIME, text.as_bytes()),
        None => generalized_time(at),
    }
}

/// GeneralizedTime in whole seconds (rounded down).
pub fn generalized_time(at: Timestamp) -> Vec<u8> {
    tlv(tag::GENERALIZED_TIME, time::format_generalized(at, 0).as_bytes())
}
