//! What is known of a person: codes, names, citizenship, contact. Pure rules, no effects.

mod citizenship;
mod code;
mod contact;
mod name;

pub use citizenship::{Citizenship, Country, UnknownCitizenship};
pub use code::{CodeError, PersonalCode, Style};
pub use contact::{Contact, ContactError, parse_email, parse_phone};
pub use name::{NameError, PersonName, search_key};
