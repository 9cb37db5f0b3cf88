//! One indirect object at a byte offset.

use super::{Object, PdfError, Ref, Stream, lexer::Lexer};

/// `12 0 obj` and where the object itself begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) num: u32,
    pub(super) generation: u16,
    pub(super) start: usize,
}

/// Reads the head of an indirect object; it must begin exactly at `at`.
pub(super) fn head(data: &[u8], at: usize, depth: usize) -> Result<Head, PdfError> {
    let bad = |what| PdfError::Syntax { at, what };
    if !data.get(at).is_some_and(u8::is_ascii_digit) {
        return Err(bad("an object number is expected"));
    }
    let mut lexer = Lexer::new(data, at, depth);
    let num = u32::try_from(lexer.unsigned()?).map_err(|_| bad("an object number is too great"))?;
    let generation = u16::try_from(lexer.unsigned()?).map_err(|_| bad("a generation is too great"))?;
    if !lexer.keyword("obj") {
        return Err(bad("'obj' is expected"));
    }
    Ok(Head { num, generation, start: lexer.pos() })
}

/// Reads the object after its head up to `endobj`. `length` resolves an indirect stream length.
pub(super) fn body(
    data: &[u8],
    head: Head,
    end: Option<usize>,
    depth: usize,
    length: &mut dyn FnMut(Ref) -> Option<usize>,
) -> Result<Object, PdfError> {
    let data = end.map_or(data, |e| data.get(..e).unwrap_or(data));
    let mut lexer = Lexer::new(data, head.start, depth);
    let object = lexer.object()?;
    if lexer.keyword("endobj") {
        return Ok(object);
    }
    let at = lexer.pos();
    let Object::Dict(dict) = object else { return Err(PdfError::Syntax { at, what: "'endobj' is expected" }) };
    if !lexer.keyword("stream") {
        return Err(PdfError::Syntax { at, what: "'stream' or 'endobj' is expected" });
    }
    let start = lexer.stream_start()?;
    let size = match dict.get("Length") {
        Object::Int(v) => usize::try_from(*v).ok(),
        Object::Ref(r) => length(*r),
        _ => None,
    };
    let stop = size.and_then(|s| start.checked_add(s)).filter(|e| *e <= data.len());
    let stop =
        stop.ok_or(PdfError::Structure { num: head.num, what: "the Length of the stream is missing or wrong" })?;
    lexer.seek(stop);
    if !lexer.keyword("endstream") || !lexer.keyword("endobj") {
        return Err(PdfError::Structure { num: head.num, what: "the stream does not end where its Length says" });
    }
    Ok(Object::Stream(Stream { dict, data: start..stop }))
}
