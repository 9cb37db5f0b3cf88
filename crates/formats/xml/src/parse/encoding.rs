use std::borrow::Cow;

use super::{ParseError, Problem};

/// The text of an XML file: UTF-8, UTF-16 (with a byte order mark), ISO-8859-1 or US-ASCII as the declaration says.
///
/// # Errors
/// [`Problem::Encoding`] when the encoding is another one or the bytes are not in it.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    let bad = || ParseError { problem: Problem::Encoding, line: 1, column: 1 };
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return utf8(rest, &["utf-8"]).ok_or_else(bad);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return utf16(rest, u16::from_be_bytes).map(Cow::Owned).ok_or_else(bad);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return utf16(rest, u16::from_le_bytes).map(Cow::Owned).ok_or_else(bad);
    }
    match declared(bytes).as_deref() {
        None | Some("utf-8") => utf8(bytes, &["utf-8"]),
        Some("us-ascii" | "ascii") => {
            bytes.is_ascii().then_some(()).and_then(|()| std::str::from_utf8(bytes).ok()).map(Cow::Borrowed)
        }
        Some("iso-8859-1" | "latin1") => Some(Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect())),
        Some(_) => None,
    }
    .ok_or_else(bad)
}

fn utf8<'a>(bytes: &'a [u8], names: &[&str]) -> Option<Cow<'a, str>> {
    if declared(bytes).is_some_and(|d| !names.contains(&d.as_str())) {
        return None;
    }
    std::str::from_utf8(bytes).ok().map(Cow::Borrowed)
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    if !odd.is_empty() {
        return None;
    }
    let text: String = char::decode_utf16(pairs.iter().map(|p| read(*p))).collect::<Result<_, _>>().ok()?;
    declared(text.as_bytes()).is_none_or(|d| d.starts_with("utf-16")).then_some(text)
}

/// The `encoding` of an XML declaration in an ASCII-compatible text, in lower case.
fn declared(bytes: &[u8]) -> Option<String> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    let end = rest.windows(2).take(256).position(|w| w == b"?>")?;
    let head = std::str::from_utf8(rest.get(..end)?).ok()?;
    let (_, after) = head.split_once("encoding")?;
    let after = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(after.get(1..)?.split(quote).next()?.to_ascii_lowercase())
}
