//! What is known of a person: codes, names, citizenship, contact. Pure rules, no effects.

mod citizenship;
mod code;
mod name;
mod text;

pub use citizenship::{Citizenship, Country, UnknownCitizenship};
pub use code::{CodeError, PersonalCode, Style};
pub use contract::contact::{Contact, ContactError};
pub use name::{NameError, PersonName, search_key};
pub use text::{ContactFault, TextError, day, line, parse_email, parse_phone};
