use xml::{Node, dsig::Signature};

use super::Text;

use crate::xades::{
    XADES,
    read::{is, only, qualifying},
};

/// Where new unsigned properties go.
pub(in crate::xades) struct Place<'d, 'a> {
    /// Position in the text.
    pub(in crate::xades) at: usize,
    /// Text to be written before and after the new properties.
    pub(in crate::xades) around: (String, String),
    /// Bytes of the text that are replaced (the `/` of an empty element).
    pub(in crate::xades) replaced: usize,
    /// The element whose namespace prefixes are in scope there.
    pub(super) scope: Node<'d, 'a>,
}

/// Where the start tag of an element ends, after its `>`; and whether the element is written as an empty one.
fn start_tag(node: Node<'_, '_>) -> (usize, bool) {
    let span = node.span();
    let text = node.document().text().get(span.clone()).unwrap_or("");
    let mut quote = None;
    for (i, b) in text.bytes().enumerate() {
        match (quote, b) {
            (None, b'"' | b'\'') => quote = Some(b),
            (Some(q), b) if q == b => quote = None,
            (None, b'>') => {
                let empty = text.get(..i).is_some_and(|t| t.ends_with('/'));
                return (span.start + i + 1, empty);
            }
            _ => {}
        }
    }
    (span.end, false)
}

/// Where the content of an element stands that is not written as an empty one.
pub(super) fn inner(node: Node<'_, '_>) -> std::ops::Range<usize> {
    let (start, _) = start_tag(node);
    let text = node.document().text().get(node.span()).unwrap_or("");
    let end = node.span().start + text.rfind("</").unwrap_or(text.len());
    start..end.max(start)
}

/// The name of an element as it is written.
fn name<'a>(node: Node<'_, 'a>) -> &'a str {
    let text = node.document().text().get(node.span().start + 1..).unwrap_or("");
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(0);
    text.get(..end).unwrap_or("")
}

/// At the end of an element's content.
fn at_end<'d, 'a>(node: Node<'d, 'a>, around: (String, String)) -> Place<'d, 'a> {
    let (start, empty) = start_tag(node);
    if empty {
        let around = (format!(">{}", around.0), format!("{}</{}>", around.1, name(node)));
        return Place { at: start - 2, around, replaced: 2, scope: node };
    }
    let text = node.document().text().get(node.span()).unwrap_or("");
    let at = node.span().start + text.rfind("</").unwrap_or(text.len());
    Place { at, around, replaced: 0, scope: node }
}

/// At the end of an element's content.
pub(in crate::xades) fn end_of<'d, 'a>(node: Node<'d, 'a>) -> Place<'d, 'a> {
    at_end(node, (String::new(), String::new()))
}

/// The document with an empty `CounterSignature` in the unsigned properties of a signature, and the place inside it.
pub(in crate::xades) fn open_counter(
    text: &Text,
    signature: &Signature<'_, '_>,
) -> Result<(Text, usize), &'static str> {
    let place = of(signature)?;
    let declared = place.scope.lookup_prefix("xades") == Some(XADES);
    let declaration = if declared { String::new() } else { format!(" xmlns:xades=\"{XADES}\"") };
    let head = text.as_str().get(..place.at).unwrap_or("");
    let start = format!("{head}{}<xades:CounterSignature{declaration}>", place.around.0);
    let tail = text.as_str().get(place.at + place.replaced..).unwrap_or("");
    let whole = format!("{start}</xades:CounterSignature>{}{tail}", place.around.1);
    Ok((text.with_text(whole), start.len()))
}

/// Where the next unsigned signature property of a signature goes.
pub(super) fn of<'d, 'a>(signature: &Signature<'d, 'a>) -> Result<Place<'d, 'a>, &'static str> {
    let q = qualifying(signature)?;
    if q.namespace() != XADES {
        return Err("its properties are of an older edition of XAdES");
    }
    let wrap = |name: &str, inner: (String, String)| {
        let declared =
            if q.lookup_prefix("xades") == Some(XADES) { String::new() } else { format!(" xmlns:xades=\"{XADES}\"") };
        (format!("<xades:{name}{declared}>{}", inner.0), format!("{}</xades:{name}>", inner.1))
    };
    let none = || (String::new(), String::new());
    let Some(unsigned) = q.children().find(|n| is(*n, "UnsignedProperties")) else {
        return Ok(at_end(q, wrap("UnsignedProperties", wrap("UnsignedSignatureProperties", none()))));
    };
    match only(unsigned, "UnsignedSignatureProperties") {
        Some(properties) => Ok(at_end(properties, none())),
        None if unsigned.children().next().is_none() => {
            Ok(at_end(unsigned, wrap("UnsignedSignatureProperties", none())))
        }
        // Properties of data objects follow those of the signature.
        None => {
            let (at, _) = start_tag(unsigned);
            Ok(Place { at, around: wrap("UnsignedSignatureProperties", none()), replaced: 0, scope: unsigned })
        }
    }
}
