//! Whose citizen a person is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Legal bond of a person with a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Citizenship {
    /// Citizen of Latvia.
    Latvia,
    /// Non-citizen of Latvia.
    LatviaNonCitizen,
    /// Citizen of another country.
    Country(Country),
    /// Of no country.
    Stateless,
}

/// ISO 3166-1 alpha-2 code of a country other than Latvia, from the list that pages offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Country(&'static (&'static str, &'static str, &'static str));

/// The text names no citizenship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such citizenship")]
pub struct UnknownCitizenship;

impl UnknownCitizenship {
    /// Stable code.
    pub fn code(self) -> &'static str {
        "register.citizenship.unknown"
    }
}

/// Code, Latvian name, English name; in the order of the Latvian names.
const COUNTRIES: &[(&str, &str, &str)] = &[
    ("US", "Amerikas Savienotās Valstis", "United States of America"),
    ("GB", "Apvienotā Karaliste", "United Kingdom"),
    ("AM", "Armēnija", "Armenia"),
    ("AU", "Austrālija", "Australia"),
    ("AT", "Austrija", "Austria"),
    ("AZ", "Azerbaidžāna", "Azerbaijan"),
    ("BY", "Baltkrievija", "Belarus"),
    ("BE", "Beļģija", "Belgium"),
    ("BR", "Brazīlija", "Brazil"),
    ("BG", "Bulgārija", "Bulgaria"),
    ("CZ", "Čehija", "Czechia"),
    ("DK", "Dānija", "Denmark"),
    ("FR", "Francija", "France"),
    ("GR", "Grieķija", "Greece"),
    ("GE", "Gruzija", "Georgia"),
    ("HR", "Horvātija", "Croatia"),
    ("EE", "Igaunija", "Estonia"),
    ("IN", "Indija", "India"),
    ("IE", "Īrija", "Ireland"),
    ("IS", "Islande", "Iceland"),
    ("IT", "Itālija", "Italy"),
    ("IL", "Izraēla", "Israel"),
    ("JP", "Japāna", "Japan"),
    ("CA", "Kanāda", "Canada"),
    ("KZ", "Kazahstāna", "Kazakhstan"),
    ("CY", "Kipra", "Cyprus"),
    ("RU", "Krievija", "Russia"),
    ("CN", "Ķīna", "China"),
    ("LI", "Lihtenšteina", "Liechtenstein"),
    ("LT", "Lietuva", "Lithuania"),
    ("LU", "Luksemburga", "Luxembourg"),
    ("MT", "Malta", "Malta"),
    ("MD", "Moldova", "Moldova"),
    ("NL", "Nīderlande", "Netherlands"),
    ("NO", "Norvēģija", "Norway"),
    ("PL", "Polija", "Poland"),
    ("PT", "Portugāle", "Portugal"),
    ("RO", "Rumānija", "Romania"),
    ("SK", "Slovākija", "Slovakia"),
    ("SI", "Slovēnija", "Slovenia"),
    ("FI", "Somija", "Finland"),
    ("ES", "Spānija", "Spain"),
    ("CH", "Šveice", "Switzerland"),
    ("TR", "Turcija", "Türkiye"),
    ("UA", "Ukraina", "Ukraine"),
    ("HU", "Ungārija", "Hungary"),
    ("UZ", "Uzbekistāna", "Uzbekistan"),
    ("DE", "Vācija", "Germany"),
    ("VN", "Vjetnama", "Vietnam"),
    ("SE", "Zviedrija", "Sweden"),
];

impl Country {
    /// All countries that pages offer.
    pub fn all() -> impl Iterator<Item = Self> {
        COUNTRIES.iter().map(Self)
    }
    /// Two letters.
    pub fn code(self) -> &'static str {
        self.0.0
    }
    /// Name in Latvian.
    pub fn latvian(self) -> &'static str {
        self.0.1
    }
    /// Name in English.
    pub fn english(self) -> &'static str {
        self.0.2
    }
}

impl Citizenship {
    /// The country whose citizen the person is, for a document that shows two letters; a non-citizen of Latvia holds a
    /// Latvian document.
    pub fn issuing_country(self) -> &'static str {
        match self {
            Self::Latvia | Self::LatviaNonCitizen => "LV",
            Self::Country(c) => c.code(),
            Self::Stateless => "XX",
        }
    }
    /// The word kept and exchanged.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Latvia => "LV",
            Self::LatviaNonCitizen => "LV-NC",
            Self::Country(c) => c.code(),
            Self::Stateless => "STATELESS",
        }
    }
}

impl FromStr for Citizenship {
    type Err = UnknownCitizenship;
    fn from_str(text: &str) -> Result<Self, UnknownCitizenship> {
        match text {
            "LV" => Ok(Self::Latvia),
            "LV-NC" => Ok(Self::LatviaNonCitizen),
            "STATELESS" => Ok(Self::Stateless),
            _ => Country::all().find(|c| c.code() == text).map(Self::Country).ok_or(UnknownCitizenship),
        }
    }
}

impl fmt::Display for Citizenship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Citizenship {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Citizenship {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offered_citizenship_reads_back() {
        let all = Country::all().map(Citizenship::Country);
        let own = [Citizenship::Latvia, Citizenship::LatviaNonCitizen, Citizenship::Stateless];
        for c in all.chain(own) {
            assert_eq!(c.as_str().parse(), Ok(c));
        }
        assert_eq!("lv".parse::<Citizenship>(), Err(UnknownCitizenship));
        assert_eq!("ZZ".parse::<Citizenship>(), Err(UnknownCitizenship));
    }
}
