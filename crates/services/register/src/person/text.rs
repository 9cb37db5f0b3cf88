//! Short free texts: a place, an address, the ground of an entry.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::civil::Date;
use web::Refuses;

use contract::contact::{self, ContactError};

use super::{CodeError, NameError, UnknownCitizenship};

/// Why a text or a day is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing there.
    #[error("the text is empty")]
    Empty,
    /// Too long.
    #[error("the text has more than {most} characters")]
    Long {
        /// The limit.
        most: usize,
    },
    /// A control character, or one that turns the writing round.
    #[error("the text has a character that cannot be seen")]
    Character,
    /// No such day.
    #[error("no such day")]
    Day,
}

/// One line of text without invisible characters.
pub fn line(text: &str, most: usize) -> Result<String, TextError> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    match text.chars().count() {
        0 => Err(TextError::Empty),
        n if n > most => Err(TextError::Long { most }),
        _ if text.chars().any(hidden) => Err(TextError::Character),
        _ => Ok(text),
    }
}

/// A day as browsers send it, `2026-11-20`, or as people write it, `20.11.2026.`.
pub fn day(text: &str) -> Result<Date, TextError> {
    let text = text.trim();
    if let Ok(date) = text.parse() {
        return Ok(date);
    }
    let mut parts = text.trim_end_matches('.').split('.').map(|p| p.trim().parse::<i16>().ok());
    let (Some(Some(d)), Some(Some(m)), Some(Some(y)), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(TextError::Day);
    };
    let small = |n: i16| i8::try_from(n).map_err(|_| TextError::Day);
    Date::new(y, small(m)?, small(d)?).map_err(|_| TextError::Day)
}

impl Refuses for TextError {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Empty => "register.text.empty",
            Self::Long { .. } => "register.text.long",
            Self::Character => "register.text.character",
            Self::Day => "register.day.unknown",
        })
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::Long { most } => [("most".to_owned(), most.to_string())].into(),
            _ => BTreeMap::new(),
        }
    }
}

impl Refuses for CodeError {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(Self::code(*self))
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::Length { found } => [("found".to_owned(), found.to_string())].into(),
            _ => BTreeMap::new(),
        }
    }
}

impl Refuses for NameError {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(Self::code(self))
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::Length { found } => [("found".to_owned(), found.to_string())].into(),
            Self::MixedScript { letters } => [("letters".to_owned(), letters.clone())].into(),
            _ => BTreeMap::new(),
        }
    }
}

impl Refuses for UnknownCitizenship {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(Self::code(*self))
    }
}

/// A contact that is refused, with the code of this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct ContactFault(#[from] pub ContactError);

impl Refuses for ContactFault {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self.0 {
            ContactError::Email => "register.contact.email",
            ContactError::Phone => "register.contact.phone",
        })
    }
}

/// An e-mail address as kept; nothing for an empty text.
pub fn parse_email(text: &str) -> Result<Option<String>, ContactFault> {
    Ok(contact::parse_email(text)?)
}

/// A telephone number as kept; nothing for an empty text.
pub fn parse_phone(text: &str) -> Result<Option<String>, ContactFault> {
    Ok(contact::parse_phone(text)?)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_read_as_browsers_and_people_write_them() {
        for text in ["1987-03-14", "14.03.1987.", "14.3.1987", " 14. 03. 1987. "] {
            assert_eq!(day(text), Ok(date(1987, 3, 14)), "{text}");
        }
        for text in ["", "31.02.1987", "1987", "14.3", "a.b.c", "14.3.1987.1", "300.3.1987"] {
            assert_eq!(day(text), Err(TextError::Day), "{text}");
        }
    }

    #[test]
    fn lines_have_no_hidden_characters() {
        assert_eq!(line("  Ozolu   iela 1 ", 20).unwrap(), "Ozolu iela 1");
        assert_eq!(line("a\u{202E}b", 20), Err(TextError::Character));
        assert_eq!(line("abc", 2), Err(TextError::Long { most: 2 }));
        assert_eq!(line(" \t ", 2), Err(TextError::Empty));
    }
}
