//! Names of persons: what letters they may have, how they are sorted and how they are found.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest given or family name, in characters.
const MAX_CHARS: usize = 64;

/// Given name or names, or a family name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing there.
    #[error("the name is empty")]
    Empty,
    /// Too long.
    #[error("a name has at most {MAX_CHARS} characters, found {found}")]
    Length {
        /// How many there were.
        found: usize,
    },
    /// Latin letters mixed with letters that only look like them.
    #[error("letters of another alphabet between Latin ones: {letters}")]
    MixedScript {
        /// The foreign letters.
        letters: String,
    },
    /// Written in another alphabet altogether.
    #[error("the name is not written in Latin letters")]
    Script,
    /// A digit, a sign, a control character.
    #[error("a name has letters, spaces, hyphens and apostrophes only, found {found:?}")]
    Character {
        /// The first that is none.
        found: char,
    },
    /// A hyphen or an apostrophe where no letter follows.
    #[error("a hyphen or apostrophe stands between letters")]
    Separator,
}

impl NameError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "register.name.empty",
            Self::Length { .. } => "register.name.length",
            Self::MixedScript { .. } => "register.name.mixed-script",
            Self::Script => "register.name.script",
            Self::Character { .. } => "register.name.character",
            Self::Separator => "register.name.separator",
        }
    }
}

/// Puts a combining mark on the letter before it, as far as Latvian names need it.
fn compose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let joined = out.chars().next_back().and_then(|base| joined(base, c));
        match joined {
            Some(letter) => {
                out.pop();
                out.push(letter);
            }
            None => out.push(c),
        }
    }
    out
}

fn joined(base: char, mark: char) -> Option<char> {
    let (bases, letters) = match mark {
        '\u{304}' => ("AEIOUaeiou", "ĀĒĪŌŪāēīōū"),
        '\u{30C}' => ("CSZcsz", "ČŠŽčšž"),
        '\u{327}' | '\u{326}' => ("GKLNRgklnr", "ĢĶĻŅŖģķļņŗ"),
        _ => return None,
    };
    bases.chars().zip(letters.chars()).find(|(b, _)| *b == base).map(|(_, l)| l)
}

/// A letter without its mark, in lower case. Nothing for what is no Latin letter of European names.
fn fold(c: char) -> Option<&'static str> {
    let lower = c.to_lowercase().next().unwrap_or(c);
    Some(match lower {
        'a' | 'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'b' => "b",
        'c' | 'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'd' | 'ď' | 'đ' | 'ð' => "d",
        'e' | 'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'f' => "f",
        'g' | 'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'h' | 'ĥ' | 'ħ' => "h",
        'i' | 'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' => "i",
        'j' | 'ĵ' => "j",
        'k' | 'ķ' => "k",
        'l' | 'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'm' => "m",
        'n' | 'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'o' | 'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'p' => "p",
        'q' => "q",
        'r' | 'ŕ' | 'ŗ' | 'ř' => "r",
        's' | 'ś' | 'ŝ' | 'ş' | 'š' => "s",
        't' | 'ţ' | 'ť' | 'ŧ' => "t",
        'u' | 'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'v' => "v",
        'w' | 'ŵ' => "w",
        'x' => "x",
        'y' | 'ý' | 'ÿ' | 'ŷ' => "y",
        'z' | 'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

impl PersonName {
    /// Takes a name as people write it: trims, joins combining marks, and gives a name typed in one case its capitals.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let text = compose(text).replace(['\u{2019}', '\u{2BC}'], "'").replace(['\u{2010}', '\u{2011}'], "-");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        let found = text.chars().count();
        if found > MAX_CHARS {
            return Err(NameError::Length { found });
        }
        let separator = |c: char| matches!(c, ' ' | '-' | '\'');
        let latin = text.chars().any(|c| fold(c).is_some());
        let foreign: String = text.chars().filter(|c| c.is_alphabetic() && fold(*c).is_none()).collect();
        match (latin, foreign.is_empty()) {
            (true, false) => return Err(NameError::MixedScript { letters: foreign }),
            (false, false) => return Err(NameError::Script),
            _ => {}
        }
        if let Some(found) = text.chars().find(|c| fold(*c).is_none() && !separator(*c)) {
            return Err(NameError::Character { found });
        }
        let parts_end_in_letters = text.split(separator).all(|part| !part.is_empty());
        if !parts_end_in_letters {
            return Err(NameError::Separator);
        }
        Ok(Self(capitals(&text)))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Key that sorts by bytes in Latvian order: č after c, ģ after g and so on; long vowels beside the short ones.
    pub fn sort_key(&self) -> String {
        let (mut first, mut second) = (String::new(), String::new());
        for c in self.0.chars() {
            let lower = c.to_lowercase().next().unwrap_or(c);
            match fold(c) {
                Some(base) => first.push_str(base),
                None => first.push(' '),
            }
            if matches!(lower, 'č' | 'ģ' | 'ķ' | 'ļ' | 'ņ' | 'ŗ' | 'š' | 'ž') {
                first.push('~');
            }
            second.push(if fold(c).is_some_and(|b| !b.starts_with(lower)) { '1' } else { '0' });
        }
        format!("{first}!{second}")
    }

    /// Key that people find it by: no marks, no case, no spaces or hyphens.
    pub fn search_key(&self) -> String {
        search_key(&self.0)
    }
}

/// What a searched text becomes; compare with the beginning of [`PersonName::search_key`].
pub fn search_key(text: &str) -> String {
    compose(text).chars().filter_map(fold).collect()
}

/// A name typed in one case gets its capitals; any other keeps what its owner chose.
fn capitals(text: &str) -> String {
    let one_case = text.chars().count() > 1
        && (text.chars().all(|c| !c.is_uppercase()) || text.chars().all(|c| !c.is_lowercase()));
    if !one_case {
        return text.to_owned();
    }
    let mut start = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        start = matches!(c, ' ' | '-' | '\'');
    }
    out
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

impl Serialize for PersonName {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PersonName {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> PersonName {
        PersonName::parse(text).unwrap()
    }

    #[test]
    fn names_are_kept_as_people_write_them() {
        for (typed, kept) in [
            ("Andra", "Andra"),
            ("  anna   marija ", "Anna Marija"),
            ("BĒRZIŅA-KALNIŅA", "Bērziņa-Kalniņa"),
            ("O'Braiens", "O'Braiens"),
            ("Be\u{304}rzin\u{327}s\u{30C}", "Bērziņš"),
            ("fon Rihters", "fon Rihters"),
        ] {
            assert_eq!(name(typed).as_str(), kept);
        }
    }

    #[test]
    fn each_fault_has_its_name() {
        let refused = |t: &str| PersonName::parse(t).unwrap_err();
        assert_eq!(refused("  "), NameError::Empty);
        assert_eq!(refused(&"a".repeat(65)), NameError::Length { found: 65 });
        assert_eq!(refused("Аndra"), NameError::MixedScript { letters: "А".into() }, "the first letter is Cyrillic");
        assert_eq!(refused("Οzola"), NameError::MixedScript { letters: "Ο".into() }, "the first letter is Greek");
        assert_eq!(refused("Андра"), NameError::Script);
        assert_eq!(refused("Andra2"), NameError::Character { found: '2' });
        assert_eq!(refused("Andra\u{202E}"), NameError::Character { found: '\u{202E}' });
        assert_eq!(refused("Ozola-"), NameError::Separator);
        assert_eq!(refused("Ozola--Liepa"), NameError::Separator);
    }

    #[test]
    fn sorting_is_latvian() {
        let sorted =
            ["Abele", "Ābele", "Cuka", "Čakste", "Egle", "Gulbe", "Ģērmane", "Kļava", "Ķirse", "Zvaigzne", "Žagare"];
        let mut mixed: Vec<_> = sorted.iter().rev().map(|n| name(n)).collect();
        mixed.sort_by_key(PersonName::sort_key);
        assert_eq!(mixed.iter().map(PersonName::as_str).collect::<Vec<_>>(), sorted);
    }

    #[test]
    fn a_person_is_found_without_marks() {
        for typed in ["berzina", "BĒRZIŅA", "bērz", "Berziņa-K"] {
            assert!(name("Bērziņa-Kalniņa").search_key().starts_with(&search_key(typed)), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn parsing_is_stable_and_never_panics(text in "\\PC{0,70}") {
            if let Ok(once) = PersonName::parse(&text) {
                prop_assert_eq!(&PersonName::parse(once.as_str()).unwrap(), &once);
                prop_assert!(once.search_key().is_ascii());
                prop_assert!(once.sort_key().is_ascii());
            }
        }

        #[test]
        fn case_and_marks_do_not_change_the_search_key(text in "[A-Za-zāčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ]{1,20}") {
            prop_assert_eq!(search_key(&text), search_key(&text.to_uppercase()));
        }
    }
}
