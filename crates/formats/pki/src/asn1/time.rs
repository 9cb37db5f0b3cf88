//! UTCTime and GeneralizedTime as DER and RFC 5280 write them.

use jiff::{Timestamp, civil::DateTime, tz::Offset};

use crate::{Error, Result};

const BAD: Error = Error::Malformed("time");

fn digits(text: &[u8]) -> Result<i64> {
    text.iter().try_fold(0, |n, b| if b.is_ascii_digit() { Ok(n * 10 + i64::from(b - b'0')) } else { Err(BAD) })
}

fn two(text: &[u8], at: usize) -> Result<i8> {
    i8::try_from(digits(text.get(at..at + 2).ok_or(BAD)?)?).map_err(|_| BAD)
}

fn civil(year: i64, rest: &[u8], nanos: i32) -> Result<Timestamp> {
    let year = i16::try_from(year).map_err(|_| BAD)?;
    let at = DateTime::new(year, two(rest, 0)?, two(rest, 2)?, two(rest, 4)?, two(rest, 6)?, two(rest, 8)?, nanos)
        .map_err(|_| BAD)?;
    Offset::UTC.to_timestamp(at).map_err(|_| BAD)
}

/// `YYMMDDHHMMSSZ`; years 50 to 99 are of the twentieth century.
pub fn parse_utc(text: &[u8]) -> Result<Timestamp> {
    if text.len() != 13 || text.last() != Some(&b'Z') {
        return Err(BAD);
    }
    let year = i64::from(two(text, 0)?);
    civil(if year >= 50 { 1900 + year } else { 2000 + year }, text.get(2..).ok_or(BAD)?, 0)
}

/// `YYYYMMDDHHMMSS[.f]Z`; a fraction does not end in zero.
pub fn parse_generalized(text: &[u8]) -> Result<Timestamp> {
    let (body, fraction) = match text.split_last() {
        Some((b'Z', body)) if body.len() == 14 => (body, [].as_slice()),
        Some((b'Z', body)) if body.get(14) == Some(&b'.') => (body, body.get(15..).unwrap_or_default()),
        _ => return Err(BAD),
    };
    let mut nanos = 0;
    if body.len() > 14 {
        if fraction.is_empty() || fraction.len() > 9 || fraction.last() == Some(&b'0') {
            return Err(BAD);
        }
        nanos = digits(fraction)? * 10_i64.pow(9 - u32::try_from(fraction.len()).map_err(|_| BAD)?);
    }
    let year = digits(body.get(..4).ok_or(BAD)?)?;
    civil(year, body.get(4..).ok_or(BAD)?, i32::try_from(nanos).map_err(|_| BAD)?)
}

/// `YYMMDDHHMMSSZ`, or nothing outside 1950 to 2049.
pub fn format_utc(at: Timestamp) -> Option<String> {
    let t = Offset::UTC.to_datetime(at);
    (1950..=2049).contains(&t.year()).then(|| {
        format!("{:02}{:02}{:02}{:02}{:02}{:02}Z", t.year() % 100, t.month(), t.day(), t.hour(), t.minute(), t.second())
    })
}

/// `YYYYMMDDHHMMSS[.f]Z` with up to `places` digits of fraction, without trailing zeros.
pub fn format_generalized(at: Timestamp, places: usize) -> String {
    let t = Offset::UTC.to_datetime(at);
    // Every time stamp passes here, so the digits are written without a formatter.
    let two = |text: &mut String, n: i8| {
        let n = n.unsigned_abs();
        text.push(char::from(b'0' + n / 10 % 10));
        text.push(char::from(b'0' + n % 10));
    };
    let mut text = String::with_capacity(25);
    let century = |y: i16| i8::try_from(y).unwrap_or_default();
    two(&mut text, century(t.year() / 100));
    for part in [century(t.year() % 100), t.month(), t.day(), t.hour(), t.minute(), t.second()] {
        two(&mut text, part);
    }
    let mut nanos = t.subsec_nanosecond().unsigned_abs();
    let mut fraction = [b'0'; 9];
    for digit in fraction.iter_mut().rev() {
        *digit += u8::try_from(nanos % 10).unwrap_or_default();
        nanos /= 10;
    }
    let kept = fraction.get(..places.min(9)).unwrap_or_default();
    let end = kept.iter().rposition(|d| *d != b'0').map_or(0, |n| n + 1);
    if end > 0 {
        text.push('.');
        text.extend(kept.iter().take(end).copied().map(char::from));
    }
    text.push('Z');
    text
}
