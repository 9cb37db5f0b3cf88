use std::{borrow::Cow, collections::BTreeMap};

use jiff::{Timestamp, civil::Date};
use serde_json::json;
use store::{StoreError, Tx};
use web::{Refuses, Status};

use super::{By, Fact, FactId, Known, Person, PersonId, store as rows};
use crate::person::{Citizenship, Contact, PersonName, PersonalCode, Style};

/// A person to be entered.
#[derive(Clone, Debug)]
pub struct Enter {
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
    /// The document or decision it rests on.
    pub ground: String,
    /// Who enters.
    pub by: By,
}

/// How a new value relates to what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It became so on that day; before, the earlier value was right.
    Changed(Date),
    /// The earlier row was wrong: it had always been so.
    Corrected(FactId),
}

/// A change or correction of one fact.
#[derive(Clone, Debug)]
pub struct Change {
    /// Whose.
    pub person: PersonId,
    /// The version of the record that the change was made for.
    pub version: i64,
    /// The new value.
    pub fact: Fact,
    /// Changed or corrected.
    pub mode: Mode,
    /// The document or decision it rests on.
    pub ground: String,
    /// Who.
    pub by: By,
}

/// Why a record is not entered or changed.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The code is or was somebody's.
    #[error("the code belongs to somebody")]
    CodeTaken,
    /// No such person.
    #[error("no such person")]
    Unknown,
    /// Somebody changed the record in the meantime.
    #[error("the record was changed by somebody else")]
    Stale,
    /// A day that is still to come.
    #[error("the day is still to come")]
    Future,
    /// Born too long ago.
    #[error("the day of birth is before 1880")]
    TooOld,
    /// The change would begin before the last known one.
    #[error("something later is known already")]
    LaterKnown,
    /// Nothing differs.
    #[error("nothing differs")]
    Same,
    /// A code is changed once only, and to the new style.
    #[error("a code is changed once only, to the new style")]
    CodeChanged,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refuses for RecordError {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::CodeTaken => "register.person.code-taken",
            Self::Unknown => "register.person.unknown",
            Self::Stale => "register.person.stale",
            Self::Future => "register.day.future",
            Self::TooOld => "register.day.too-old",
            Self::LaterKnown => "register.change.later-known",
            Self::Same => "register.change.same",
            Self::CodeChanged => "register.code.changed-before",
            Self::Store(e) => return Refuses::code(e),
        })
    }
    fn status(&self) -> Status {
        match self {
            Self::Unknown => Status::NOT_FOUND,
            Self::CodeTaken | Self::Stale => Status::CONFLICT,
            Self::Store(e) => e.status(),
            _ => Status::UNPROCESSABLE_ENTITY,
        }
    }
    fn args(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

/// The day in Latvia.
pub(crate) fn today(now: Timestamp) -> Date {
    now.to_zoned(web::i18n::riga()).date()
}

fn born_ok(born: Date, today: Date) -> Result<(), RecordError> {
    match born {
        d if d > today => Err(RecordError::Future),
        d if d.year() < 1880 => Err(RecordError::TooOld),
        _ => Ok(()),
    }
}

/// Enters a person.
pub async fn enter(tx: &mut Tx, cmd: &Enter) -> Result<PersonId, RecordError> {
    let cx = tx.cx()?;
    let day = today(cx.now());
    born_ok(cmd.born, day)?;
    let person = Person {
        id: cx.id(),
        code: cmd.code,
        given: cmd.given.clone(),
        family: cmd.family.clone(),
        born: cmd.born,
        birthplace: cmd.birthplace.clone(),
        citizenship: cmd.citizenship,
        address: cmd.address.clone(),
        contact: cmd.contact.clone(),
        version: 1,
    };
    let id = person.id;
    if rows::owner_of(tx, &cmd.code).await?.is_some() {
        return Err(RecordError::CodeTaken);
    }
    rows::put_person(tx, &person).await?;
    if !rows::put_code(tx, id, &cmd.code).await? {
        return Err(RecordError::CodeTaken);
    }
    let facts = [
        (Fact::Name { given: person.given, family: person.family }, day),
        (Fact::Code { code: person.code }, day),
        (Fact::Birth { date: person.born, place: person.birthplace }, person.born),
        (Fact::Citizenship { citizenship: person.citizenship }, day),
        (Fact::Address { address: person.address }, day),
        (Fact::Contact { contact: person.contact }, day),
    ];
    for (fact, valid_from) in facts {
        let place = rows::Place { valid_from, valid_to: None, correction: false, ground: &cmd.ground, by: &cmd.by };
        rows::put_fact(tx, id, &fact, &place).await?;
    }
    crate::note(
        tx,
        "register.person.entered",
        id.as_str(),
        &cmd.by.actor,
        json!({ "institution": cmd.by.institution }),
    )
    .await?;
    Ok(id)
}

/// Changes or corrects one fact of a person.
pub async fn change(tx: &mut Tx, cmd: &Change) -> Result<(), RecordError> {
    let cx = tx.cx()?;
    let day = today(cx.now());
    let mut person = rows::get(tx, cmd.person).await?.ok_or(RecordError::Unknown)?;
    if person.version != cmd.version {
        return Err(RecordError::Stale);
    }
    if let Fact::Birth { date, .. } = &cmd.fact {
        born_ok(*date, day)?;
    }
    let current = rows::current(tx, cmd.person, cmd.fact.kind()).await?;
    match cmd.mode {
        Mode::Changed(since) => changed(tx, cmd, &current, since, day).await?,
        Mode::Corrected(wrong) => corrected(tx, cmd, &current, wrong).await?,
    }
    let now_known = rows::current(tx, cmd.person, cmd.fact.kind()).await?;
    if let Some(latest) = now_known.into_iter().find(|k| k.valid_to.is_none()) {
        if let Fact::Code { code } = &latest.fact
            && *code != person.code
        {
            new_code(tx, cmd, code).await?;
        }
        apply(&mut person, latest.fact);
    }
    if !rows::set_person(tx, &person).await? {
        return Err(RecordError::Stale);
    }
    let kind =
        if matches!(cmd.mode, Mode::Changed(_)) { "register.person.changed" } else { "register.person.corrected" };
    crate::note(
        tx,
        kind,
        cmd.person.as_str(),
        &cmd.by.actor,
        json!({ "what": cmd.fact.kind(), "institution": cmd.by.institution }),
    )
    .await?;
    Ok(())
}

async fn new_code(tx: &mut Tx, cmd: &Change, code: &PersonalCode) -> Result<(), RecordError> {
    let correction = matches!(cmd.mode, Mode::Corrected(_));
    if !correction && (code.style() != Style::New || rows::count_codes(tx, cmd.person).await? > 1) {
        return Err(RecordError::CodeChanged);
    }
    match rows::owner_of(tx, code).await? {
        Some(owner) if owner == cmd.person => Ok(()),
        Some(_) => Err(RecordError::CodeTaken),
        None if rows::put_code(tx, cmd.person, code).await? => Ok(()),
        None => Err(RecordError::CodeTaken),
    }
}

async fn changed(tx: &mut Tx, cmd: &Change, current: &[Known], since: Date, day: Date) -> Result<(), RecordError> {
    if since > day {
        return Err(RecordError::Future);
    }
    if let Some(last) = current.iter().find(|k| k.valid_to.is_none()) {
        if last.fact == cmd.fact {
            return Err(RecordError::Same);
        }
        if since <= last.valid_from {
            // The same day, or earlier than what is known: that is a correction, and says so.
            return Err(RecordError::LaterKnown);
        }
        rows::supersede(tx, last.id).await?;
        let ended = rows::Place {
            valid_from: last.valid_from,
            valid_to: Some(since),
            correction: last.correction,
            ground: &last.ground,
            by: &By { actor: last.actor.clone(), institution: last.institution.clone() },
        };
        rows::put_fact(tx, cmd.person, &last.fact, &ended).await?;
    }
    let place = rows::Place { valid_from: since, valid_to: None, correction: false, ground: &cmd.ground, by: &cmd.by };
    rows::put_fact(tx, cmd.person, &cmd.fact, &place).await?;
    Ok(())
}

async fn corrected(tx: &mut Tx, cmd: &Change, current: &[Known], wrong: FactId) -> Result<(), RecordError> {
    let wrong = current.iter().find(|k| k.id == wrong).ok_or(RecordError::Stale)?;
    if wrong.fact == cmd.fact {
        return Err(RecordError::Same);
    }
    rows::supersede(tx, wrong.id).await?;
    let valid_from = match &cmd.fact {
        Fact::Birth { date, .. } => *date,
        _ => wrong.valid_from,
    };
    let place =
        rows::Place { valid_from, valid_to: wrong.valid_to, correction: true, ground: &cmd.ground, by: &cmd.by };
    rows::put_fact(tx, cmd.person, &cmd.fact, &place).await?;
    Ok(())
}

fn apply(person: &mut Person, fact: Fact) {
    match fact {
        Fact::Name { given, family } => (person.given, person.family) = (given, family),
        Fact::Code { code } => person.code = code,
        Fact::Birth { date, place } => (person.born, person.birthplace) = (date, place),
        Fact::Citizenship { citizenship } => person.citizenship = citizenship,
        Fact::Address { address } => person.address = address,
        Fact::Contact { contact } => person.contact = contact,
    }
}
