//! The personal code: eleven digits that identify, and nothing else.
//!
//! Two styles live side by side. Old (until 30 June 2017): day, month, two digits of the year, a century digit, three digits
//! of serial, a check digit. New: first digit 3, second 2 to 9, nine digits without meaning and without a check digit.
//! `30…` and `31…` are days of the month, so the first digit alone does not tell the styles apart. Nothing about a person is
//! ever read out of a code: there is deliberately no function here that gives a date, an age or a sex.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which rule a code follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Date-shaped, with a check digit.
    Old,
    /// Random, since July 2017.
    New,
}

/// A personal code that keeps its rule.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonalCode([u8; 11]);

/// Why a text is no personal code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not eleven digits.
    #[error("a personal code has 11 digits, found {found}")]
    Length {
        /// How many digits there were.
        found: usize,
    },
    /// Something else than digits and the dash in its place.
    #[error("a personal code has digits and one dash after the sixth")]
    Character,
    /// The first six digits of an old-style code are no day.
    #[error("the first six digits are no day")]
    Day,
    /// The seventh digit of an old-style code is none of 0, 1, 2.
    #[error("the seventh digit of an old-style code is 0, 1 or 2")]
    Century,
    /// The last digit of an old-style code does not agree with the others.
    #[error("the last digit does not agree with the others")]
    Check,
}

impl CodeError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Length { .. } => "register.code.length",
            Self::Character => "register.code.character",
            Self::Day => "register.code.day",
            Self::Century => "register.code.century",
            Self::Check => "register.code.check-digit",
        }
    }
}

impl PersonalCode {
    /// The rule it follows.
    pub fn style(&self) -> Style {
        let [first, second, ..] = self.0;
        if first == b'3' && second >= b'2' { Style::New } else { Style::Old }
    }

    /// Eleven digits without the dash, as kept.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Semantics identifier of EN 319 412-1: `PNOLV-140387-11234`, with the dash as Latvian certificates write it.
    pub fn identifier(&self) -> String {
        format!("PNOLV-{self}")
    }

    /// The code inside an identifier `PNOLV-…`, with or without the inner dash.
    pub fn from_identifier(text: &str) -> Result<Self, CodeError> {
        text.strip_prefix("PNOLV-").ok_or(CodeError::Character)?.parse()
    }

    /// All but the last three digits hidden, for pages that need not show the whole.
    pub fn masked(&self) -> String {
        format!("••••••-••{}", self.digits().get(8..).unwrap_or_default())
    }
}

fn number(digits: &[u8]) -> i16 {
    digits.iter().fold(0, |n, d| n * 10 + i16::from(d - b'0'))
}

fn old_style(d: &[u8; 11]) -> Result<(), CodeError> {
    const WEIGHTS: [u32; 10] = [10, 5, 8, 4, 2, 1, 6, 3, 7, 9];
    let [d1, d2, m1, m2, y1, y2, century, ..] = *d;
    let base = match century {
        b'0' => 1800,
        b'1' => 1900,
        b'2' => 2000,
        _ => return Err(CodeError::Century),
    };
    let [day, month] = [[d1, d2], [m1, m2]].map(|p| i8::try_from(number(&p)).unwrap_or(0));
    Date::new(base + number(&[y1, y2]), month, day).map_err(|_| CodeError::Day)?;
    let sum: u32 = 1 + d.iter().zip(WEIGHTS).map(|(c, w)| u32::from(c - b'0') * w).sum::<u32>();
    let [.., last] = *d;
    if sum % 11 % 10 == u32::from(last - b'0') { Ok(()) } else { Err(CodeError::Check) }
}

impl FromStr for PersonalCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let text = text.trim();
        let found = text.chars().filter(char::is_ascii_digit).count();
        let dash = |c: char| matches!(c, '-' | '–' | '\u{2011}' | '\u{2010}');
        let foreign = text.chars().enumerate().any(|(at, c)| !(c.is_ascii_digit() || at == 6 && dash(c)));
        if found != 11 && text.chars().all(|c| c.is_ascii_digit() || dash(c)) {
            return Err(CodeError::Length { found });
        }
        if foreign {
            return Err(CodeError::Character);
        }
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
        let code = Self(digits.try_into().map_err(|_| CodeError::Length { found })?);
        if code.style() == Style::Old {
            old_style(&code.0)?;
        }
        Ok(code)
    }
}

impl fmt::Display for PersonalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (a, b) = self.digits().split_at(6);
        write!(f, "{a}-{b}")
    }
}

impl fmt::Debug for PersonalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalCode(…)")
    }
}

impl Serialize for PersonalCode {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.digits())
    }
}

impl<'de> Deserialize<'de> for PersonalCode {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<PersonalCode, CodeError> {
        text.parse()
    }

    #[test]
    fn the_two_styles_are_told_apart_by_two_digits() {
        for (text, style) in
            [("300187-10015", None), ("320000-00007", Some(Style::New)), ("399999-99999", Some(Style::New))]
        {
            match style {
                Some(style) => assert_eq!(parse(text).unwrap().style(), style),
                None => assert!(matches!(parse(text), Err(CodeError::Check) | Ok(_))),
            }
        }
        let last_day: Vec<_> = (0..10).filter_map(|c| parse(&format!("310187-1001{c}")).ok()).collect();
        assert_eq!(last_day.len(), 1, "one check digit fits");
        assert!(last_day.iter().all(|c| c.style() == Style::Old));
    }

    #[test]
    fn each_fault_has_its_name() {
        assert_eq!(parse("140387-1123"), Err(CodeError::Length { found: 10 }));
        assert_eq!(parse(""), Err(CodeError::Length { found: 0 }));
        assert_eq!(parse("14038-711234"), Err(CodeError::Character));
        assert_eq!(parse("14O387-11234"), Err(CodeError::Character));
        assert_eq!(parse("310287-11234"), Err(CodeError::Day));
        assert_eq!(parse("140387-31234"), Err(CodeError::Century));
        assert_eq!(parse("290200-10000").unwrap_err(), CodeError::Day, "1900 had no 29 February");
    }

    #[test]
    fn nothing_personal_in_debug() {
        assert_eq!(format!("{:?}", parse("320000-00007").unwrap()), "PersonalCode(…)");
        assert_eq!(parse("320000-00007").unwrap().masked(), "••••••-••007");
    }

    proptest! {
        #[test]
        fn every_new_code_is_taken_as_it_is(second in 2u8..=9, rest in "[0-9]{9}") {
            let code = parse(&format!("3{second}{rest}")).unwrap();
            prop_assert_eq!(code.style(), Style::New);
            prop_assert_eq!(parse(&code.to_string()).unwrap(), code);
            prop_assert_eq!(PersonalCode::from_identifier(&code.identifier()).unwrap(), code);
        }

        #[test]
        fn exactly_one_check_digit_fits(day in 1u8..=28, month in 1u8..=12, year in 0u8..=99, century in 1u8..=2, serial in 0u16..1000) {
            let head = format!("{day:02}{month:02}{year:02}{century}{serial:03}");
            let good = (0..10).filter(|c| parse(&format!("{head}{c}")).is_ok()).count();
            prop_assert_eq!(good, 1);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,20}") {
            let _ = parse(&text);
        }
    }
}
