//! Dates and times as people of each language write them, in Latvian time.

use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date, tz::TimeZone};

use super::Lang;

const MONTHS_LV: [&str; 12] = [
    "janvāris",
    "februāris",
    "marts",
    "aprīlis",
    "maijs",
    "jūnijs",
    "jūlijs",
    "augusts",
    "septembris",
    "oktobris",
    "novembris",
    "decembris",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Eastern European Time with the Union's summer time; the rule is part of the program, so no zone file is needed.
pub fn riga() -> TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| TimeZone::posix("EET-2EEST,M3.5.0/3,M10.5.0/4").unwrap_or(TimeZone::UTC)).clone()
}

fn local(at: Timestamp) -> Zoned {
    at.to_zoned(riga())
}

fn month(names: &[&'static str; 12], m: i8) -> &'static str {
    usize::try_from(m - 1).ok().and_then(|i| names.get(i)).copied().unwrap_or_default()
}

/// `20.11.2026.` or `20 Nov 2026`.
pub fn day(lang: Lang, d: Date) -> String {
    match lang {
        Lang::Lv => format!("{:02}.{:02}.{}.", d.day(), d.month(), d.year()),
        Lang::En => format!("{} {} {}", d.day(), month(&MONTHS_EN, d.month()).get(..3).unwrap_or_default(), d.year()),
    }
}

/// `2026. gada 20. novembris` or `20 November 2026`.
pub fn day_long(lang: Lang, d: Date) -> String {
    match lang {
        Lang::Lv => format!("{}. gada {}. {}", d.year(), d.day(), month(&MONTHS_LV, d.month())),
        Lang::En => format!("{} {} {}", d.day(), month(&MONTHS_EN, d.month()), d.year()),
    }
}

/// `20.11.2026. 10.14` or `20 Nov 2026, 10:14`.
pub fn moment(lang: Lang, at: Timestamp) -> String {
    let z = local(at);
    match lang {
        Lang::Lv => format!("{} {}.{:02}", day(lang, z.date()), z.hour(), z.minute()),
        Lang::En => format!("{}, {:02}:{:02}", day(lang, z.date()), z.hour(), z.minute()),
    }
}

/// `2026. gada 20. novembris plkst. 10.14` or `20 November 2026 at 10:14`.
pub fn moment_long(lang: Lang, at: Timestamp) -> String {
    let z = local(at);
    match lang {
        Lang::Lv => format!("{} plkst. {}.{:02}", day_long(lang, z.date()), z.hour(), z.minute()),
        Lang::En => format!("{} at {:02}:{:02}", day_long(lang, z.date()), z.hour(), z.minute()),
    }
}

/// `1 min 20 s`, `3 h 5 min`: the same in both languages (SI symbols).
pub fn duration(d: SignedDuration) -> String {
    let s = d.as_secs().max(0);
    match s {
        0..60 => format!("{s} s"),
        60..3600 if s % 60 == 0 => format!("{} min", s / 60),
        60..3600 => format!("{} min {} s", s / 60, s % 60),
        _ => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn winter_and_summer() {
        let at: Timestamp = "2026-11-20T08:14:07Z".parse().unwrap();
        assert_eq!(moment(Lang::Lv, at), "20.11.2026. 10.14");
        assert_eq!(moment(Lang::En, at), "20 Nov 2026, 10:14");
        assert_eq!(day_long(Lang::Lv, local(at).date()), "2026. gada 20. novembris");
        let at: Timestamp = "2026-07-01T21:30:00Z".parse().unwrap();
        assert_eq!(moment_long(Lang::Lv, at), "2026. gada 2. jūlijs plkst. 0.30");
        assert_eq!(moment_long(Lang::En, at), "2 July 2026 at 00:30");
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(duration(SignedDuration::from_secs(80)), "1 min 20 s");
        assert_eq!(duration(SignedDuration::from_secs(11_100)), "3 h 5 min");
    }
}
