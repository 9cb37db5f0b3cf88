//! PDF dates: `D:YYYYMMDDHHmmSS+HH'mm'`.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

/// Writes a time in UTC.
pub(super) fn write(at: Timestamp) -> String {
    let t = at.to_zoned(TimeZone::UTC).datetime();
    format!("D:{:04}{:02}{:02}{:02}{:02}{:02}Z", t.year(), t.month(), t.day(), t.hour(), t.minute(), t.second())
}

/// Reads a date; parts that are missing take their first value, a missing offset means UTC.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.strip_prefix("D:").unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (date, zone) = text.split_at_checked(digits)?;
    let part = |range: std::ops::Range<usize>, default: i16| match date.get(range) {
        Some(t) => t.parse().ok(),
        None => Some(default),
    };
    let small = |range, default| part(range, default).and_then(|v| i8::try_from(v).ok());
    let day = civil::Date::new(date.get(0..4)?.parse().ok()?, small(4..6, 1)?, small(6..8, 1)?).ok()?;
    let time = civil::Time::new(small(8..10, 0)?, small(10..12, 0)?, small(12..14, 0)?, 0).ok()?;
    let local = day.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp();
    let mut parts = zone.get(1..).unwrap_or_default().split('\'').filter(|p| !p.is_empty());
    let mut number = || parts.next().map_or(Some(0), |p| p.parse::<i64>().ok().filter(|v| (0..60).contains(v)));
    let offset = SignedDuration::from_mins(number()? * 60 + number()?);
    match zone.as_bytes().first() {
        None | Some(b'Z') => Some(local),
        Some(b'+') => local.checked_sub(offset).ok(),
        Some(b'-') => local.checked_add(offset).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_written() {
        let at: Timestamp = "2026-11-20T09:08:07Z".parse().unwrap();
        assert_eq!(write(at), "D:20261120090807Z");
        assert_eq!(read(&write(at)), Some(at));
        assert_eq!(read("D:20261120110807+02'00'"), Some(at));
        assert_eq!(read("D:20261120110807+02'00"), Some(at));
        assert_eq!(read("D:20261120040807-05'00'"), Some(at));
        assert_eq!(read("D:2026"), Some("2026-01-01T00:00:00Z".parse().unwrap()));
        for bad in ["", "D:", "D:20261301", "D:2026112009080799", "yesterday", "D:20261120110807?"] {
            let _ = read(bad);
        }
        assert_eq!(read("D:20261301"), None);
    }
}
