//! What other services ask of the register. Every answer with personal data is written into the log of the person.

use base::Cx;
use contract::{
    Handlers, Refusal,
    register::{self as ask, Find, Found, Get, PersonRef, Reader, Registered, Usage, UsageOf},
};
use serde_json::json;
use store::{StoreError, Tx, params};
use web::Fault;

use crate::{
    Register,
    person::{Contact, ContactFault, PersonName, PersonalCode, day, line},
    record::{self, By, Enter, Person, PersonId, RecordError},
};

const REQUEST: &str = "SELECT person FROM register_request WHERE key = $1";
const KEEP: &str = "INSERT INTO register_request (key, person) VALUES ($1, $2)";
pub(crate) const QUERIES: &[&str] = &[REQUEST, KEEP];

/// Purposes that others may name; the texts are found by them.
pub(crate) const PURPOSES: [&str; 8] = [
    "document-application",
    "person-asked",
    "correction",
    "registration",
    "hand-over",
    "sign-in",
    "own-data",
    "supervision",
];

/// The contract's view of a person.
pub(crate) fn told(p: Person) -> ask::Person {
    ask::Person {
        id: p.id.to_string(),
        code: p.code.digits().to_owned(),
        given_name: p.given.to_string(),
        family_name: p.family.to_string(),
        born: p.born.to_string(),
        birthplace: p.birthplace,
        citizenship: p.citizenship.to_string(),
        address: p.address,
        email: p.contact.email,
        phone: p.contact.phone,
    }
}

fn refusal(e: impl Into<Fault>) -> Refusal {
    e.into().into()
}

fn purpose_known(reader: &Reader) -> Result<(), Refusal> {
    if PURPOSES.contains(&reader.purpose.as_str()) { Ok(()) } else { Err(Refusal::new("register.reader.purpose")) }
}

async fn resolve(tx: &mut Tx, person: &PersonRef) -> Result<Option<PersonId>, StoreError> {
    match person {
        PersonRef::Id(id) => Ok(id.parse().ok()),
        PersonRef::Code(code) => match code.parse::<PersonalCode>() {
            Ok(code) => record::owner_of(tx, &code).await,
            Err(_) => Ok(None),
        },
    }
}

pub(crate) fn register(app: &Register, handlers: &mut Handlers) {
    let this = app.clone();
    handlers.on(move |cx, call: Get| get(this.clone(), cx, call));
    let this = app.clone();
    handlers.on(move |cx, call: Find| find(this.clone(), cx, call));
    let this = app.clone();
    handlers.on(move |cx, call: ask::Register| enter(this.clone(), cx, call));
    let this = app.clone();
    handlers.on(move |cx, call: UsageOf| usage_of(this.clone(), cx, call));
}

async fn get(app: Register, cx: Cx, call: Get) -> Result<ask::Person, Refusal> {
    purpose_known(&call.reader)?;
    let found: Result<Option<Person>, StoreError> = app
        .db()
        .write(&(&cx, &call), |tx, (_, call)| {
            Box::pin(async move {
                let Some(id) = resolve(tx, &call.person).await? else { return Ok(None) };
                let Some(person) = record::get(tx, id).await? else { return Ok(None) };
                record::note_use(tx, id, &call.reader, "record").await?;
                Ok(Some(person))
            })
        })
        .await;
    found.map_err(refusal)?.map(told).ok_or_else(|| refusal(RecordError::Unknown))
}

/// One page of persons, each look noted; for calls and for the page of clerks.
pub(crate) async fn search(
    tx: &mut Tx,
    query: &str,
    after: Option<PersonId>,
    limit: u32,
    reader: &Reader,
) -> Result<(Vec<Person>, bool), StoreError> {
    let (persons, more) = record::find(tx, query, after, limit).await?;
    for p in &persons {
        record::note_use(tx, p.id, reader, "list").await?;
    }
    let body = json!({ "persons": persons.len(), "purpose": reader.purpose });
    crate::note(tx, "register.persons.listed", "register", &reader.actor, body).await?;
    Ok((persons, more))
}

async fn find(app: Register, cx: Cx, call: Find) -> Result<Found, Refusal> {
    purpose_known(&call.reader)?;
    let found: Result<(Vec<Person>, bool), StoreError> = app
        .db()
        .write(&(&cx, &call), |tx, (_, call)| {
            Box::pin(async move {
                let after = call.after.as_deref().and_then(|a| a.parse().ok());
                search(tx, &call.query, after, call.limit.clamp(1, 50), &call.reader).await
            })
        })
        .await;
    let (persons, more) = found.map_err(refusal)?;
    let next = persons.last().filter(|_| more).map(|p| p.id.to_string());
    Ok(Found { persons: persons.into_iter().map(told).collect(), next })
}

/// The typed form of a person given over the contract.
pub(crate) fn typed(new: &ask::NewPerson, by: By) -> Result<Enter, Fault> {
    Ok(Enter {
        code: new.code.parse::<PersonalCode>()?,
        given: PersonName::parse(&new.given_name)?,
        family: PersonName::parse(&new.family_name)?,
        born: day(&new.born)?,
        birthplace: line(&new.birthplace, 100)?,
        citizenship: new.citizenship.parse::<crate::person::Citizenship>()?,
        address: new.address.as_deref().map(|a| line(a, 200)).transpose()?,
        contact: Contact::parse(new.email.as_deref().unwrap_or(""), new.phone.as_deref().unwrap_or(""))
            .map_err(ContactFault)?,
        ground: line(&new.ground, 200)?,
        by,
    })
}

async fn enter(app: Register, cx: Cx, call: ask::Register) -> Result<Registered, Refusal> {
    let by = By { actor: call.actor.clone(), institution: call.institution.clone() };
    let cmd = typed(&call.person, by).map_err(Refusal::from)?;
    let id = enter_once(&app, &cx, &call.key, &cmd).await.map_err(refusal)?;
    Ok(Registered { person: id.to_string() })
}

/// Enters a person unless the key has been used before.
pub(crate) async fn enter_once(app: &Register, cx: &Cx, key: &str, cmd: &Enter) -> Result<PersonId, RecordError> {
    app.db()
        .write(&(cx, (key, cmd)), |tx, (_, (key, cmd))| {
            Box::pin(async move {
                if let Some(row) = tx.optional(REQUEST, params![*key]).await? {
                    return Ok(row.id(0)?);
                }
                let id = record::enter(tx, cmd).await?;
                tx.run(KEEP, params![*key, id]).await?;
                Ok(id)
            })
        })
        .await
}

async fn usage_of(app: Register, _: Cx, call: UsageOf) -> Result<Usage, Refusal> {
    let limit = call.limit.clamp(1, 100);
    let uses: Result<_, StoreError> = app
        .db()
        .read(|tx| {
            Box::pin(async move {
                let Some(id) = resolve(tx, &call.person).await? else { return Ok(vec![]) };
                record::uses(tx, id, call.after.as_deref(), limit + 1).await
            })
        })
        .await;
    let mut uses = uses.map_err(|e| {
        let f: Fault = e.into();
        Refusal::from(f)
    })?;
    let more = uses.len() > limit as usize;
    uses.truncate(limit as usize);
    let next = uses.last().filter(|_| more).map(|u| u.id.clone());
    Ok(Usage { uses, next })
}

/// Who asks, as the person will read it.
pub(crate) fn reader(actor: &web::Actor, purpose: &str) -> Reader {
    Reader {
        actor: actor.id.clone(),
        institution: actor.institution.clone().unwrap_or_default(),
        purpose: purpose.to_owned(),
        case: None,
    }
}

impl From<&web::Actor> for By {
    fn from(a: &web::Actor) -> Self {
        Self { actor: a.id.clone(), institution: a.institution.clone().unwrap_or_default() }
    }
}
