//! Flate with predictors: what cross-reference streams, object streams and validation data use.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::{Dict, Object, PdfError};

/// Decodes `raw` by the filters of `dict`, giving at most `budget` bytes.
pub(super) fn decode(num: u32, dict: &Dict, raw: &[u8], budget: usize, limit: usize) -> Result<Vec<u8>, PdfError> {
    let unsupported = || PdfError::Filter { num };
    let first = |o: &Object| match o {
        Object::Array(a) if a.len() == 1 => a.first().cloned().unwrap_or(Object::Null),
        Object::Array(a) if a.is_empty() => Object::Null,
        other => other.clone(),
    };
    match first(dict.get("Filter")) {
        Object::Null => {
            if raw.len() > budget {
                return Err(PdfError::Bomb { limit });
            }
            Ok(raw.to_vec())
        }
        Object::Name(n) if n == b"FlateDecode" || n == b"Fl" => {
            let plain = inflate(num, raw, budget, limit)?;
            match first(dict.get("DecodeParms")) {
                Object::Null => Ok(plain),
                Object::Dict(parms) => unpredict(num, &parms, plain),
                _ => Err(unsupported()),
            }
        }
        _ => Err(unsupported()),
    }
}

fn inflate(num: u32, raw: &[u8], budget: usize, limit: usize) -> Result<Vec<u8>, PdfError> {
    let mut out = Vec::new();
    let bound = u64::try_from(budget).unwrap_or(u64::MAX).saturating_add(1);
    ZlibDecoder::new(raw).take(bound).read_to_end(&mut out).map_err(|_| PdfError::Filter { num })?;
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
        10..=15 => png(num, &data, row, pixel),
        _ => Err(bad()),
    }
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
