//! The filters without a library: text forms, runs and LZW.

fn is_space(b: u8) -> bool {
    matches!(b, 0 | 9 | 10 | 12 | 13 | 32)
}

/// `ASCIIHexDecode`.
pub(super) fn hexadecimal(data: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len() / 2);
    let mut high = None;
    for b in data.iter().copied().filter(|b| !is_space(*b)).take_while(|b| *b != b'>') {
        let digit = char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok())?;
        high = match high {
            None => Some(digit << 4),
            Some(h) => {
                out.push(h | digit);
                None
            }
        };
    }
    out.extend(high);
    Some(out)
}

/// `ASCII85Decode`.
pub(super) fn base85(data: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len() / 5 * 4);
    let mut group = Vec::with_capacity(5);
    let flush = |group: &mut Vec<u8>, out: &mut Vec<u8>| {
        let n = group.len();
        group.resize(5, 84);
        let value = group.iter().fold(0u64, |v, d| v * 85 + u64::from(*d));
        let bytes = u32::try_from(value).ok()?.to_be_bytes();
        out.extend_from_slice(bytes.get(..n.checked_sub(1)?)?);
        group.clear();
        Some(())
    };
    for b in data.iter().copied().filter(|b| !is_space(*b)).take_while(|b| *b != b'~') {
        match b {
            b'z' if group.is_empty() => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => group.push(b - b'!'),
            _ => return None,
        }
        if group.len() == 5 {
            flush(&mut group, &mut out)?;
        }
    }
    if !group.is_empty() {
        flush(&mut group, &mut out)?;
    }
    Some(out)
}

/// `RunLengthDecode`; `None` when it gives more than `budget` bytes.
pub(super) fn runs(mut data: &[u8], budget: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    while let Some((length, rest)) = data.split_first() {
        let n = usize::from(*length);
        data = match (*length, rest) {
            (128, _) => break,
            (0..=127, rest) => {
                let (copied, rest) = rest.split_at(rest.len().min(n + 1));
                out.extend_from_slice(copied);
                rest
            }
            (_, [byte, rest @ ..]) => {
                out.resize(out.len() + 257 - n, *byte);
                rest
            }
            (_, []) => break,
        };
        if out.len() > budget {
            return None;
        }
    }
    Some(out)
}

/// `LZWDecode`; `None` when it gives more than `budget` bytes.
pub(super) fn lzw(data: &[u8], early: bool, budget: usize) -> Option<Vec<u8>> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    // each later code: where its text begins in the output, and how long it is
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut out: Vec<u8> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    let (mut bits, mut have) = (0u32, 0u32);
    let mut input = data.iter();
    loop {
        let next = table.len() + 258 + usize::from(early);
        let width = match next {
            0..=511 => 9,
            512..=1023 => 10,
            1024..=2047 => 11,
            _ => 12,
        };
        while have < width {
            let Some(b) = input.next() else { return Some(out) };
            bits = bits << 8 | u32::from(*b);
            have += 8;
        }
        have -= width;
        let code = usize::try_from(bits >> have & ((1 << width) - 1)).ok()?;
        bits &= (1 << have) - 1;
        let start = out.len();
        match code {
            CLEAR => {
                table.clear();
                previous = None;
                continue;
            }
            END => return Some(out),
            0..=255 => out.push(u8::try_from(code).ok()?),
            _ => {
                let known = table.get(code - 258).copied();
                let (from, length) = match (known, previous) {
                    (Some(entry), _) => entry,
                    (None, Some((from, length))) if code - 258 == table.len() => (from, length + 1),
                    _ => return Some(out),
                };
                for i in from..from + length {
                    out.push(*out.get(i)?);
                }
            }
        }
        if let Some((from, length)) = previous
            && table.len() < 4096 - 258
        {
            table.push((from, length + 1));
        }
        previous = Some((start, out.len() - start));
        if out.len() > budget {
            return None;
        }
    }
}
