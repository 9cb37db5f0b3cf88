//! Entering a person: one question on a page, the answers kept in a draft, all of them shown before they count.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use base::Id;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::{JobError, StoreError, Tx, Worker, params};
use web::{Answer, Fault, Fields, Filled, PageCx, Refuses, Route, Routes, Status};

use crate::{
    CLERK, Register, calls,
    person::{Citizenship, Contact, PersonName, PersonalCode, day, line, parse_email, parse_phone},
    record::{self, By, Enter, Person, PersonId, RecordError},
};

mod pages;
pub(crate) use pages::inputs;
use pages::{CheckPage, StepPage};

const PUT: &str = "INSERT INTO register_draft (id, actor, answers, person, updated) VALUES ($1, $2, '{}', NULL, $3)";
const GET: &str = "SELECT answers, person FROM register_draft WHERE id = $1 AND actor = $2";
const SET: &str = "UPDATE register_draft SET answers = $2, updated = $3 WHERE id = $1 AND person IS NULL";
const DONE: &str =
    "UPDATE register_draft SET answers = '{}', person = $2, updated = $3 WHERE id = $1 AND person IS NULL";
const SAME: &str = "SELECT id FROM register_person WHERE family_key = $1 AND given_key = $2 AND born = $3 LIMIT 1";
const SWEEP: &str = "DELETE FROM register_draft WHERE updated < $1";
pub(crate) const QUERIES: &[&str] = &[PUT, GET, SET, DONE, SAME, SWEEP];

const SWEEP_JOB: &str = "register.sweep";

struct DraftRow;
type DraftId = Id<DraftRow>;
type Answers = BTreeMap<String, String>;

/// The questions, in their order, with the fields of each.
pub(crate) const STEPS: [(&str, &[&str]); 7] = [
    ("code", &["code"]),
    ("name", &["given", "family"]),
    ("birth", &["born", "birthplace"]),
    ("citizenship", &["citizenship"]),
    ("address", &["address"]),
    ("contact", &["email", "phone"]),
    ("ground", &["ground"]),
];

#[derive(Debug, thiserror::Error)]
enum DraftError {
    #[error("no such draft")]
    Unknown,
    #[error("an answer is missing")]
    Incomplete,
}

impl Refuses for DraftError {
    fn code(&self) -> std::borrow::Cow<'static, str> {
        match self {
            Self::Unknown => "register.draft.unknown".into(),
            Self::Incomplete => "register.draft.incomplete".into(),
        }
    }
    fn status(&self) -> Status {
        if matches!(self, Self::Unknown) { Status::NOT_FOUND } else { Status::UNPROCESSABLE_ENTITY }
    }
}

pub(crate) fn routes(app: &Register, routes: Routes) -> Routes {
    routes
        .route(Route::get("/clerk/persons/new", CLERK).to(app.clone(), begin_page))
        .route(Route::post("/clerk/persons/new", CLERK).audited().to(app.clone(), begin))
        .route(Route::get("/clerk/persons/new/{draft}/{step}", CLERK).to(app.clone(), ask))
        .route(Route::post("/clerk/persons/new/{draft}/{step}", CLERK).to(app.clone(), answer))
        .route(Route::get("/clerk/persons/new/{draft}", CLERK).to(app.clone(), check))
        .route(Route::post("/clerk/persons/new/{draft}", CLERK).audited().to(app.clone(), enter))
}

/// Forgets the answers of drafts that nobody has touched for a month, and of those that became persons.
pub(crate) fn jobs(app: &Register, worker: &mut Worker) {
    let this = app.clone();
    worker.on(SWEEP_JOB, move |cx, _| {
        let this = this.clone();
        async move {
            let before = cx.now().checked_sub(SignedDuration::from_hours(24 * 30)).unwrap_or(Timestamp::UNIX_EPOCH);
            let done = this.db().write(&cx, |tx, _| Box::pin(async move { tx.run(SWEEP, params![before]).await }));
            done.await.map(|_| ()).map_err(|e: StoreError| JobError::from(e))
        }
    });
    worker.every(SWEEP_JOB, SignedDuration::from_hours(6));
}

async fn begin_page(State(_): State<Register>, cx: PageCx) -> Answer {
    cx.page(&pages::BeginPage { cx: &cx })
}

async fn begin(State(app): State<Register>, cx: PageCx) -> Answer {
    let who = cx.who()?;
    let id: DraftId = cx.cx().id();
    app.db()
        .write(&(cx.cx(), who.id), |tx, (cx, actor)| {
            Box::pin(async move {
                let now = cx.now();
                tx.run(PUT, params![id, *actor, now]).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    cx.redirect(&format!("/clerk/persons/new/{id}/code"))
}

/// The answers of a draft, or the person it became.
async fn load(tx: &mut Tx, id: DraftId, actor: &str) -> Result<Option<(Answers, Option<PersonId>)>, StoreError> {
    tx.optional(GET, params![id, actor]).await?.map(|r| Ok((r.json(0)?, r.id_opt(1)?))).transpose()
}

async fn draft(app: &Register, cx: &PageCx, text: &str) -> Answer<(DraftId, Answers, Option<PersonId>)> {
    let id: DraftId = text.parse().map_err(|_| DraftError::Unknown)?;
    let actor = cx.who()?.id;
    let found = app.db().read(|tx| Box::pin(async move { load(tx, id, &actor).await })).await?;
    let (answers, person) = found.ok_or(DraftError::Unknown)?;
    Ok((id, answers, person))
}

fn position(step: &str) -> Answer<usize> {
    STEPS.iter().position(|(name, _)| *name == step).ok_or_else(Fault::not_found)
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    check: Option<String>,
}

async fn ask(
    State(app): State<Register>,
    cx: PageCx,
    Path((id, step)): Path<(String, String)>,
    Query(back): Query<Back>,
) -> Answer {
    let (id, answers, person) = draft(&app, &cx, &id).await?;
    if let Some(person) = person {
        return cx.redirect(&format!("/clerk/persons/{person}"));
    }
    let at = position(&step)?;
    let form = Filled::from(answers.iter().fold(Fields::default(), |f, (k, v)| f.with(k, v)));
    cx.page(&StepPage { cx: &cx, id: id.to_string(), at, form, check: back.check.is_some() })
}

async fn answer(
    State(app): State<Register>,
    cx: PageCx,
    Path((id, step)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    let (id, mut answers, person) = draft(&app, &cx, &id).await?;
    if let Some(person) = person {
        return cx.redirect(&format!("/clerk/persons/{person}"));
    }
    let at = position(&step)?;
    let check = fields.ticked("check");
    let mut form = Filled::from(fields);
    read(&mut form, &step, cx.cx().now());
    if step == "code" && !form.failed() {
        taken(&app, &mut form).await?;
    }
    if form.failed() {
        return cx.invalid(&StepPage { cx: &cx, id: id.to_string(), at, form, check });
    }
    let names = STEPS.get(at).map_or(&[][..], |(_, names)| names);
    answers.extend(names.iter().map(|n| ((*n).to_owned(), form.get(n).to_owned())));
    let kept = serde_json::to_value(&answers).map_err(|e| Fault::internal(&e))?;
    app.db()
        .write(&(cx.cx(), kept), |tx, (cx, kept)| {
            Box::pin(async move { tx.run(SET, params![id, *kept, cx.now()]).await })
        })
        .await
        .map_err(|e: StoreError| Fault::from(e))?;
    let next = STEPS.get(at + 1).filter(|_| !check).map(|(name, _)| format!("/{name}")).unwrap_or_default();
    cx.redirect(&format!("/clerk/persons/new/{id}{next}"))
}

async fn taken(app: &Register, form: &mut Filled) -> Answer<()> {
    let Ok(code) = form.get("code").parse::<PersonalCode>() else { return Ok(()) };
    let owner = app.db().read(|tx| Box::pin(async move { record::owner_of(tx, &code).await })).await;
    if owner.map_err(|e: StoreError| Fault::from(e))?.is_some() {
        form.refused("code", &RecordError::CodeTaken);
    }
    Ok(())
}

/// Checks the fields of a step; what is wrong stands in the form afterwards.
fn read(form: &mut Filled, step: &str, now: Timestamp) {
    match step {
        "code" => drop(form.read("code", str::parse::<PersonalCode>)),
        "name" => {
            form.read("given", PersonName::parse);
            form.read("family", PersonName::parse);
        }
        "birth" => {
            if let Some(born) = form.read("born", day) {
                if born > record::today(now) {
                    form.refused("born", &RecordError::Future);
                } else if born.year() < 1880 {
                    form.refused("born", &RecordError::TooOld);
                }
            }
            form.read("birthplace", |t| line(t, 100));
        }
        "citizenship" => drop(form.read("citizenship", str::parse::<Citizenship>)),
        "address" if !form.get("address").is_empty() => drop(form.read("address", |t| line(t, 200))),
        "contact" => {
            form.read("email", parse_email);
            form.read("phone", parse_phone);
        }
        "ground" => drop(form.read("ground", |t| line(t, 200))),
        _ => {}
    }
}

/// The person that the answers describe; nothing if one is missing or wrong.
fn complete(answers: &Answers, by: By) -> Option<Enter> {
    let get = |name: &str| answers.get(name).map_or("", String::as_str);
    Some(Enter {
        code: get("code").parse().ok()?,
        given: PersonName::parse(get("given")).ok()?,
        family: PersonName::parse(get("family")).ok()?,
        born: day(get("born")).ok()?,
        birthplace: line(get("birthplace"), 100).ok()?,
        citizenship: get("citizenship").parse().ok()?,
        address: line(get("address"), 200).ok(),
        contact: Contact::parse(get("email"), get("phone")).ok()?,
        ground: line(get("ground"), 200).ok()?,
        by,
    })
}

/// Somebody of the same name and day of birth.
async fn twin(tx: &mut Tx, new: &Enter) -> Result<Option<Person>, StoreError> {
    let values = (new.family.search_key(), new.given.search_key(), new.born.to_string());
    let Some(row) = tx.optional(SAME, params![values.0, values.1, values.2]).await? else { return Ok(None) };
    record::get(tx, row.id(0)?).await
}

async fn check(State(app): State<Register>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let (id, answers, person) = draft(&app, &cx, &id).await?;
    if let Some(person) = person {
        return cx.redirect(&format!("/clerk/persons/{person}?new=1"));
    }
    let by = By::from(&cx.who()?);
    let Some(new) = complete(&answers, by) else { return cx.redirect(&format!("/clerk/persons/new/{id}/code")) };
    let reader = calls::reader(&cx.who()?, "registration");
    let (twin, new) = app
        .db()
        .write(&(cx.cx(), (new, reader)), |tx, (_, (new, reader))| {
            Box::pin(async move {
                let twin = twin(tx, new).await?;
                if let Some(p) = &twin {
                    record::note_use(tx, p.id, reader, "list").await?;
                }
                Ok::<_, StoreError>((twin, new.clone()))
            })
        })
        .await?;
    cx.page(&CheckPage { cx: &cx, id: id.to_string(), new, twin })
}

async fn enter(State(app): State<Register>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let (id, answers, person) = draft(&app, &cx, &id).await?;
    if let Some(person) = person {
        return cx.redirect(&format!("/clerk/persons/{person}?new=1"));
    }
    let who = cx.who()?;
    let new = complete(&answers, By::from(&who)).ok_or(DraftError::Incomplete)?;
    let reader = calls::reader(&who, "registration");
    let entered: Result<PersonId, RecordError> = app
        .db()
        .write(&(cx.cx(), (new, reader)), |tx, (cx, (new, reader))| {
            Box::pin(async move {
                if let Some((_, Some(person))) = load(tx, id, &reader.actor).await? {
                    return Ok(person);
                }
                let person = record::enter(tx, new).await?;
                record::note_use(tx, person, reader, "record").await?;
                tx.run(DONE, params![id, person, cx.now()]).await?;
                Ok(person)
            })
        })
        .await;
    let person = entered?;
    if crate::find::purpose(&cx).is_none() {
        crate::find::set_purpose(&cx, "document-application");
    }
    cx.redirect(&format!("/clerk/persons/{person}?new=1"))
}
