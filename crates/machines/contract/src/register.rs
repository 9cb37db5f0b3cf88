//! What others ask of the register of natural persons.
//!
//! Every question that gives personal data says who asks and why; the register writes it into the usage log that the person sees.

use serde::{Deserialize, Serialize};

use crate::{Call, Service};

/// Which person is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonRef {
    /// By the register's id.
    Id(String),
    /// By personal code, with or without the dash; a former code finds its owner too.
    Code(String),
}

/// Who asks for personal data, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    /// Actor id: `staff:…`, `PNOLV-…`, or the name of a service acting by itself, `service:documents`.
    pub actor: String,
    /// Institution in whose name, as the person will read it.
    pub institution: String,
    /// Purpose word; the texts are found by it: `document-application`, `sign-in`, `own-data`, `correction`, `supervision`.
    pub purpose: String,
    /// The case that it belongs to, such as an application number.
    #[serde(default)]
    pub case: Option<String>,
}

/// One person as known and valid now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Id in the register.
    pub id: String,
    /// Personal code, 11 digits.
    pub code: String,
    /// Given name or names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Date of birth, `YYYY-MM-DD`.
    pub born: String,
    /// Place of birth.
    pub birthplace: String,
    /// `LV`, `LV-NC`, `STATELESS` or the two letters of another country.
    pub citizenship: String,
    /// Declared address.
    pub address: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
}

/// Reads one person. `register.person.unknown` if there is none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Get {
    /// Whom.
    pub person: PersonRef,
    /// Who asks, and why.
    pub reader: Reader,
}

impl Call for Get {
    type Answer = Person;
    const SERVICE: Service = Service::Register;
    const NAME: &'static str = "get";
}

/// Finds persons by code or by the beginning of names, marks and case aside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Find {
    /// What was typed.
    pub query: String,
    /// Where the last page ended.
    #[serde(default)]
    pub after: Option<String>,
    /// At most so many, up to 50.
    pub limit: u32,
    /// Who asks, and why.
    pub reader: Reader,
}

/// One page of persons, in Latvian order of names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The persons.
    pub persons: Vec<Person>,
    /// Where to go on, if there are more.
    pub next: Option<String>,
}

impl Call for Find {
    type Answer = Found;
    const SERVICE: Service = Service::Register;
    const NAME: &'static str = "find";
}

/// A person to be entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPerson {
    /// Personal code.
    pub code: String,
    /// Given name or names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Date of birth, `YYYY-MM-DD`.
    pub born: String,
    /// Place of birth.
    pub birthplace: String,
    /// Citizenship word.
    pub citizenship: String,
    /// Declared address.
    #[serde(default)]
    pub address: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// The document or decision it rests on.
    pub ground: String,
}

/// Enters a person. Idempotent by `key`; `register.person.code-taken` if the code belongs to somebody.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Register {
    /// Idempotency key.
    pub key: String,
    /// Whom.
    pub person: NewPerson,
    /// Who enters.
    pub actor: String,
    /// Institution in whose name.
    pub institution: String,
}

/// Answer to [`Register`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Id in the register.
    pub person: String,
}

impl Call for Register {
    type Answer = Registered;
    const SERVICE: Service = Service::Register;
    const NAME: &'static str = "register";
}

/// Who used a person's data, newest first; for the person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UsageOf {
    /// The person whose log it is.
    pub person: PersonRef,
    /// Where the last page ended.
    #[serde(default)]
    pub after: Option<String>,
    /// At most so many, up to 100.
    pub limit: u32,
}

/// One use of a person's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// Id of the entry.
    pub id: String,
    /// When.
    pub at: jiff::Timestamp,
    /// Institution.
    pub institution: String,
    /// Actor id.
    pub actor: String,
    /// Purpose word.
    pub purpose: String,
    /// What was seen: `record`, `list` (one line among others), `history`, `usage`.
    pub scope: String,
    /// The case.
    pub case: Option<String>,
}

/// Answer to [`UsageOf`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The uses.
    pub uses: Vec<Use>,
    /// Where to go on, if there are more.
    pub next: Option<String>,
}

impl Call for UsageOf {
    type Answer = Usage;
    const SERVICE: Service = Service::Register;
    const NAME: &'static str = "usage-of";
}
