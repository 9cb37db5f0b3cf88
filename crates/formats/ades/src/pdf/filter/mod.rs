//! The filters that cross-reference streams, object streams and validation data use; none of those for images.

mod text;

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::{Dict, Object, PdfError};

/// Filters one after another.
const CHAIN: usize = 8;

/// Decodes `raw` by the filters of `dict`, giving at most `budget` bytes.
pub(crate) fn decode(num: u32, dict: &Dict, raw: impl Read, budget: usize, limit: usize) -> Result<Vec<u8>, PdfError> {
    let unsupported = || PdfError::Filter { num };
    let all = |key: &str, short: &str| match if dict.has(key) { dict.get(key) } else { dict.get(short) } {
        Object::Null => Vec::new(),
        Object::Array(a) => a.clone(),
        other => vec![other.clone()],
    };
    let (filters, parms) = (all("Filter", "F"), all("DecodeParms", "DP"));
    if filters.len() > CHAIN {
        return Err(unsupported());
    }
    let mut data = match filters.first().and_then(Object::as_name) {
        Some(b"FlateDecode" | b"Fl") => inflate(num, raw, budget, limit)?,
        _ => bounded(num, raw, budget, limit)?,
    };
    for (i, filter) in filters.iter().enumerate() {
        let parms = match parms.get(i) {
            None | Some(Object::Null) => None,
            Some(Object::Dict(d)) => Some(d),
            Some(_) => return Err(unsupported()),
        };
        data = match filter.as_name() {
            Some(b"FlateDecode" | b"Fl") if i == 0 => data,
            Some(b"FlateDecode" | b"Fl") => inflate(num, data.as_slice(), budget, limit)?,
            Some(b"LZWDecode" | b"LZW") => {
                let early = parms.is_none_or(|p| p.get("EarlyChange").as_int() != Some(0));
                text::lzw(&data, early, budget).ok_or(PdfError::Bomb { limit })?
            }
            Some(b"ASCIIHexDecode" | b"AHx") => text::hexadecimal(&data).ok_or_else(unsupported)?,
            Some(b"ASCII85Decode" | b"A85") => text::base85(&data).ok_or_else(unsupported)?,
            Some(b"RunLengthDecode" | b"RL") => text::runs(&data, budget).ok_or(PdfError::Bomb { limit })?,
            Some(b"Crypt") => data,
            _ => return Err(unsupported()),
        };
        if let (Some(parms), Some(b"FlateDecode" | b"Fl" | b"LZWDecode" | b"LZW")) = (parms, filter.as_name()) {
            data = unpredict(num, parms, data)?;
        }
    }
    Ok(data)
}

fn inflate(num: u32, raw: impl Read, budget: usize, limit: usize) -> Result<Vec<u8>, PdfError> {
    bounded(num, ZlibDecoder::new(raw), budget, limit)
}

fn bounded(num: u32, raw: impl Read, budget: usize, limit: usize) -> Result<Vec<u8>, PdfError> {
    let mut out = Vec::new();
    let bound = u64::try_from(budget).unwrap_or(u64::MAX).saturating_add(1);
    raw.take(bound).read_to_end(&mut out).map_err(|_| PdfError::Filter { num })?;
    if out.len() > budget { Err(PdfError::Bomb { limit }) } else { Ok(out) }
}

fn unpredict(num: u32, parms: &Dict, data: Vec<u8>) -> Result<Vec<u8>, PdfError> {
    let bad = || PdfError::Filter { num };
    let int = |key: &str, default: i64| if parms.has(key) { parms.get(key).as_int() } else { Some(default) };
    let predictor = int("Predictor", 1).ok_or_else(bad)?;
    let colors = int("Colors", 1).filter(|v| (1..=32).contains(v)).ok_or_else(bad)?;
    let bits = int("BitsPerComponent", 8).filter(|v| matches!(v, 1 | 2 | 4 | 8 | 16)).ok_or_else(bad)?;
    let columns = int("Columns", 1).filter(|v| (1..=1 << 20).contains(v)).ok_or_else(bad)?;
    let row = usize::try_from((colors * bits * columns + 7) / 8).map_err(|_| bad())?;
    let pixel = usize::try_from((colors * bits + 7) / 8).map_err(|_| bad())?;
    match predictor {
        1 => Ok(data),
        2 if bits == 8 => Ok(tiff(data, row, pixel)),
        10..=15 => png(num, &data, row, pixel),
        _ => Err(bad()),
    }
}

fn tiff(mut data: Vec<u8>, row: usize, pixel: usize) -> Vec<u8> {
    for line in data.chunks_mut(row) {
        for i in pixel..line.len() {
            let left = line.get(i - pixel).copied().unwrap_or(0);
            if let Some(byte) = line.get_mut(i) {
                *byte = byte.wrapping_add(left);
            }
        }
    }
    data
}

fn png(num: u32, data: &[u8], row: usize, pixel: usize) -> Result<Vec<u8>, PdfError> {
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0u8; row];
    for line in data.chunks(row + 1) {
        let Some((kind, line)) = line.split_first() else { break };
        let mut current = vec![0u8; line.len()];
        for (i, byte) in line.iter().enumerate() {
            let back = |v: &[u8]| i.checked_sub(pixel).and_then(|j| v.get(j)).copied().unwrap_or(0);
            let (left, up, corner) = (back(&current), above.get(i).copied().unwrap_or(0), back(&above));
            let add = match kind {
                0 => 0,
                1 => left,
                2 => up,
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => paeth(left, up, corner),
                _ => return Err(PdfError::Filter { num }),
            };
            if let Some(slot) = current.get_mut(i) {
                *slot = byte.wrapping_add(add);
            }
        }
        out.extend_from_slice(&current);
        current.resize(row, 0);
        above = current;
    }
    Ok(out)
}

fn paeth(a: u8, b: u8, c: u8) -> u8 {
    let (ia, ib, ic) = (i16::from(a), i16::from(b), i16::from(c));
    let p = ia + ib - ic;
    let (pa, pb, pc) = ((p - ia).abs(), (p - ib).abs(), (p - ic).abs());
    if pa <= pb && pa <= pc {
        a
    } else if pb <= pc {
        b
    } else {
        c
    }
}
