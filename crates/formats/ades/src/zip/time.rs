use jiff::{Timestamp, tz::TimeZone};

/// DOS time and date, UTC; the earliest possible one before 1980.
pub(super) fn dos(at: Timestamp) -> (u16, u16) {
    let t = at.to_zoned(TimeZone::UTC).datetime();
    let part = |v: i8| u16::try_from(v).unwrap_or(0);
    match u16::try_from(t.year() - 1980) {
        Ok(year) if year < 128 => {
            let time = (part(t.hour()) << 11) | (part(t.minute()) << 5) | (part(t.second()) / 2);
            let date = (year << 9) | (part(t.month()) << 5) | part(t.day());
            (time, date)
        }
        _ => (0, (1 << 5) | 1),
    }
}
