//! BER-TLV as cards use it: tags of one to three bytes, definite lengths up to 65,535. Bounded and without recursion.

/// Why bytes are no TLV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTlv {
    /// The bytes end inside an object.
    #[error("the data ends inside an object")]
    Cut,
    /// A tag longer than three bytes, or a length form that cards do not use.
    #[error("a tag or length that the profile does not use")]
    Form,
}

/// One object: tag and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Tag, up to three bytes, big-endian.
    pub tag: u32,
    /// Value.
    pub value: &'a [u8],
}

/// Reads the first object and what follows it.
pub fn read(bytes: &[u8]) -> Result<(Tlv<'_>, &[u8]), BadTlv> {
    let (tag, rest) = read_tag(bytes)?;
    let (len, rest) = match rest {
        [n @ 0..=0x7F, tail @ ..] => (usize::from(*n), tail),
        [0x81, n, tail @ ..] => (usize::from(*n), tail),
        [0x82, hi, lo, tail @ ..] => (usize::from(u16::from_be_bytes([*hi, *lo])), tail),
        [] | [0x81] | [0x82] | [0x82, _] => return Err(BadTlv::Cut),
        _ => return Err(BadTlv::Form),
    };
    let (value, rest) = rest.split_at_checked(len).ok_or(BadTlv::Cut)?;
    Ok((Tlv { tag, value }, rest))
}

fn read_tag(bytes: &[u8]) -> Result<(u32, &[u8]), BadTlv> {
    match bytes {
        [] => Err(BadTlv::Cut),
        [a, rest @ ..] if a & 0x1F != 0x1F => Ok((u32::from(*a), rest)),
        [a, b, rest @ ..] if b & 0x80 == 0 => Ok((u32::from(*a) << 8 | u32::from(*b), rest)),
        [a, b, c, rest @ ..] if c & 0x80 == 0 => Ok((u32::from(*a) << 16 | u32::from(*b) << 8 | u32::from(*c), rest)),
        [_] | [_, _] => Err(BadTlv::Cut),
        _ => Err(BadTlv::Form),
    }
}

/// Walks the objects at one level. Padding (00 or FF where a tag would stand) ends the walk, as in a file larger than its content.
pub fn walk(bytes: &[u8]) -> Walk<'_> {
    Walk { rest: bytes }
}

/// See [`walk`].
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<Tlv<'a>, BadTlv>;
    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.rest.first(), None | Some(0x00 | 0xFF)) {
            return None;
        }
        match read(self.rest) {
            Ok((tlv, rest)) => {
                self.rest = rest;
                Some(Ok(tlv))
            }
            Err(e) => {
                self.rest = &[];
                Some(Err(e))
            }
        }
    }
}

/// The value of the first object tagged `tag` at this level; `None` when absent or when the data is broken before it.
pub fn find(bytes: &[u8], tag: u32) -> Option<&[u8]> {
    walk(bytes).map_while(Result::ok).find(|t| t.tag == tag).map(|t| t.value)
}

/// Appends an object.
pub fn put(out: &mut Vec<u8>, tag: u32, value: &[u8]) {
    let tag = tag.to_be_bytes();
    let skip = tag.iter().take(3).take_while(|b| **b == 0).count();
    out.extend(tag.iter().skip(skip));
    let len = value.len().min(0xFFFF);
    match len {
        0..=0x7F => out.push(len as u8),
        0x80..=0xFF => out.extend_from_slice(&[0x81, len as u8]),
        _ => {
            out.push(0x82);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(value.get(..len).unwrap_or_default());
}

/// One object as bytes.
pub fn object(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 6);
    put(&mut out, tag, value);
    out
}
