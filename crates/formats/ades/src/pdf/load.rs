//! One indirect object at a byte offset.

use std::cell::Cell;

use super::{Bytes, Dict, Object, PdfError, Ref, Stream, lexer::Lexer};

/// An indirect object and where it ends.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) at: Ref,
    pub(super) object: Object,
    pub(super) end: usize,
}

/// What follows the head of an object.
enum Body {
    Whole(Object, usize),
    Stream(Dict, usize),
}

/// How an object is read.
pub(super) struct How<'h> {
    /// Nesting allowed.
    pub(super) depth: usize,
    /// Bytes that may be looked at.
    pub(super) budget: &'h Cell<u64>,
    /// Whether a stream whose length is wrong ends at its `endstream`.
    pub(super) lenient: bool,
}

/// Reads `12 0 obj` and what follows up to `endobj`. `length` resolves an indirect stream length.
pub(super) fn read(
    data: &Bytes<'_>,
    at: usize,
    how: &How<'_>,
    length: &mut dyn FnMut(Ref) -> Option<usize>,
) -> Result<Loaded, PdfError> {
    let (own, body) = data.lex(at, how.depth, how.budget, |lexer| {
        let own = head(lexer, at)?;
        Ok((own, body(lexer, how.lenient)?))
    })?;
    match body {
        Body::Whole(object, end) => Ok(Loaded { at: own, object, end }),
        Body::Stream(dict, start) => {
            let size = match dict.get("Length") {
                Object::Int(v) => usize::try_from(*v).ok(),
                Object::Ref(r) if r.num != own.num => length(*r),
                _ => None,
            };
            let stop = size.and_then(|s| start.checked_add(s)).filter(|e| *e <= data.len());
            let ended = match stop {
                Some(stop) => after(data, stop, how, own.num).map(|end| (stop, end)),
                None => Err(PdfError::Structure { num: own.num, what: "the Length of the stream is missing or wrong" }),
            };
            let (stop, end) = match ended {
                Err(e) if how.lenient => search(data, start, how).ok_or(e)?,
                other => other?,
            };
            Ok(Loaded { at: own, object: Object::Stream(Stream { of: own, dict, data: start..stop }), end })
        }
    }
}

fn head(lexer: &mut Lexer<'_>, at: usize) -> Result<Ref, PdfError> {
    let bad = |what| PdfError::Syntax { at, what };
    lexer.skip_space();
    let num = u32::try_from(lexer.unsigned()?).map_err(|_| bad("an object number is too great"))?;
    let generation = u16::try_from(lexer.unsigned()?).map_err(|_| bad("a generation is too great"))?;
    if !lexer.keyword("obj") {
        return Err(bad("'obj' is expected"));
    }
    Ok(Ref { num, generation })
}

fn body(lexer: &mut Lexer<'_>, lenient: bool) -> Result<Body, PdfError> {
    let object = lexer.object()?;
    let end = lexer.pos();
    if lexer.keyword("endobj") {
        return Ok(Body::Whole(object, lexer.pos()));
    }
    let at = lexer.pos();
    match object {
        Object::Dict(dict) if lexer.keyword("stream") => Ok(Body::Stream(dict, lexer.stream_start()?)),
        object if lenient => Ok(Body::Whole(object, end)),
        _ => Err(PdfError::Syntax { at, what: "'stream' or 'endobj' is expected" }),
    }
}

/// The end of an object whose stream ends at `stop`.
fn after(data: &Bytes<'_>, stop: usize, how: &How<'_>, num: u32) -> Result<usize, PdfError> {
    data.lex(stop, how.depth, how.budget, |lexer| {
        if lexer.keyword("endstream") && (lexer.keyword("endobj") || how.lenient) {
            return Ok(lexer.pos());
        }
        Err(PdfError::Structure { num, what: "the stream does not end where its Length says" })
    })
}

/// Where the next `endstream` stands: the end of the data, and the place after the word.
fn search(data: &Bytes<'_>, start: usize, how: &How<'_>) -> Option<(usize, usize)> {
    const WORD: &[u8] = b"endstream";
    let mut at = start;
    loop {
        let piece = data.window(at, 64 << 10).ok()?;
        how.budget.set(how.budget.get().checked_sub(u64::try_from(piece.len()).ok()?)?);
        if let Some(found) = piece.windows(WORD.len()).position(|w| w == WORD) {
            let stop = at + found;
            let line = match (data.byte(stop.saturating_sub(2)), data.byte(stop.saturating_sub(1))) {
                (Some(b'\r'), Some(b'\n')) => 2,
                (_, Some(b'\n' | b'\r')) => 1,
                _ => 0,
            };
            return Some((stop.saturating_sub(line).max(start), stop + WORD.len()));
        }
        at += piece.len().checked_sub(WORD.len()).filter(|n| *n > 0)?;
    }
}
