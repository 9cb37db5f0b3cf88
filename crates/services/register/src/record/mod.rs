//! The record of a person in two times: when something was so, and when the register said so. Nothing is overwritten: a
//! change ends the earlier row and adds one, a correction sets the earlier row aside and adds one, and both stay readable.

use base::Id;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::person::{Citizenship, Contact, PersonName, PersonalCode};

mod service;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use service::today;
pub use service::{Change, Enter, Mode, RecordError, change, enter};
pub(crate) use store::QUERIES;
pub use store::{as_of, by_code, find, get, history, known_fact, note_use, owner_of, uses};

/// Marks ids of persons.
#[derive(Clone, Copy, Debug)]
pub struct PersonRow;
/// Id of a person in the register.
pub type PersonId = Id<PersonRow>;
/// Marks ids of facts.
#[derive(Clone, Copy, Debug)]
pub struct FactRow;
/// Id of one fact.
pub type FactId = Id<FactRow>;

/// One thing that is known of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fact {
    /// Names.
    Name {
        /// Given name or names.
        given: PersonName,
        /// Family name.
        family: PersonName,
    },
    /// Personal code.
    Code {
        /// The code.
        code: PersonalCode,
    },
    /// Birth.
    Birth {
        /// Day.
        date: Date,
        /// Place.
        place: String,
    },
    /// Citizenship.
    Citizenship {
        /// Whose.
        citizenship: Citizenship,
    },
    /// Declared address; nothing when withdrawn.
    Address {
        /// In one line.
        address: Option<String>,
    },
    /// Contact.
    Contact {
        /// E-mail and telephone.
        contact: Contact,
    },
}

impl Fact {
    /// The word kept.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Name { .. } => "name",
            Self::Code { .. } => "code",
            Self::Birth { .. } => "birth",
            Self::Citizenship { .. } => "citizenship",
            Self::Address { .. } => "address",
            Self::Contact { .. } => "contact",
        }
    }
}

/// A fact with its two times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Id.
    pub id: FactId,
    /// What.
    pub fact: Fact,
    /// First day on which it was so.
    pub valid_from: Date,
    /// First day on which it was so no more.
    pub valid_to: Option<Date>,
    /// When the register began to say so.
    pub recorded: Timestamp,
    /// When the register ceased to say so.
    pub superseded: Option<Timestamp>,
    /// Whether this row corrects an earlier one.
    pub correction: bool,
    /// The document or decision it rests on.
    pub ground: String,
    /// Who entered it.
    pub actor: String,
    /// In whose name.
    pub institution: String,
}

/// A person as known and valid now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Id.
    pub id: PersonId,
    /// Code.
    pub code: PersonalCode,
    /// Given names.
    pub given: PersonName,
    /// Family name.
    pub family: PersonName,
    /// Day of birth.
    pub born: Date,
    /// Place of birth.
    pub birthplace: String,
    /// Citizenship.
    pub citizenship: Citizenship,
    /// Declared address.
    pub address: Option<String>,
    /// Contact.
    pub contact: Contact,
    /// Grows with each change; a form made for another version is refused.
    pub version: i64,
}

impl Person {
    /// Given name and family name, in that order.
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// Who enters or reads, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// Actor id.
    pub actor: String,
    /// Institution, as the person will read it.
    pub institution: String,
}

pub(crate) fn to_days(date: Date) -> i64 {
    i64::from((date - Date::constant(1970, 1, 1)).get_days())
}

pub(crate) fn from_days(days: i64) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}
