//! The record of a person: what holds now, what held before, who looked.

use askama::Template;
use axum::extract::{Path, Query, State};
use contract::register::Use;
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use store::StoreError;
use web::{Answer, Fault, Filled, Lang, PageCx, Route, Routes, ui::Timeline};

use crate::{
    CLERK, Register, calls,
    find::{ask_purpose, purpose},
    person::{Citizenship, day},
    record::{self, Fact, Known, Person, PersonId},
};

#[derive(Template)]
#[template(path = "view/person.html")]
struct PersonPage<'a> {
    cx: &'a PageCx,
    p: Person,
    history: Timeline,
    fresh: bool,
}

impl PersonPage<'_> {
    fn link(&self, kind: &str) -> String {
        format!("/clerk/persons/{}/change/{kind}", self.p.id)
    }
    fn birth(&self) -> String {
        format!("{} · {}", self.cx.day(&self.p.born), self.p.birthplace)
    }
}

#[derive(Template)]
#[template(path = "view/uses.html")]
struct UsesPage<'a> {
    cx: &'a PageCx,
    p: Person,
    uses: Vec<Use>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "view/as_of.html")]
struct AsOfPage<'a> {
    cx: &'a PageCx,
    p: Person,
    form: Filled,
    facts: Option<Vec<(String, String)>>,
}

pub(crate) fn routes(app: &Register, routes: Routes) -> Routes {
    routes
        .route(Route::get("/clerk/persons/{id}", CLERK).audited().to(app.clone(), show))
        .route(Route::get("/clerk/persons/{id}/uses", CLERK).audited().to(app.clone(), show_uses))
        .route(Route::get("/clerk/persons/{id}/as-of", CLERK).audited().to(app.clone(), show_as_of))
}

/// The person of an address; not found if the id is none.
pub(crate) fn id_of(text: &str) -> Answer<PersonId> {
    text.parse().map_err(|_| Fault::from(record::RecordError::Unknown))
}

#[derive(Debug, Deserialize)]
struct Seen {
    #[serde(default)]
    new: Option<String>,
}

async fn show(State(app): State<Register>, cx: PageCx, Path(id): Path<String>, Query(seen): Query<Seen>) -> Answer {
    let id = id_of(&id)?;
    let Some(purpose) = purpose(&cx) else { return ask_purpose(&cx, cx.path()) };
    let reader = calls::reader(&cx.who()?, &purpose);
    let found: Result<Option<(Person, Vec<Known>)>, StoreError> = app
        .db()
        .write(&(cx.cx(), reader), |tx, (_, reader)| {
            Box::pin(async move {
                let Some(p) = record::get(tx, id).await? else { return Ok(None) };
                record::note_use(tx, id, reader, "record").await?;
                let body = serde_json::json!({ "purpose": reader.purpose });
                crate::note(tx, "register.person.read", id.as_str(), &reader.actor, body).await?;
                let history = record::history(tx, id).await?;
                Ok(Some((p, history)))
            })
        })
        .await;
    let (p, known) = found?.ok_or(record::RecordError::Unknown)?;
    let history = timeline(&cx, &known);
    cx.page(&PersonPage { cx: &cx, p, history, fresh: seen.new.is_some() })
}

#[derive(Debug, Deserialize)]
struct After {
    #[serde(default)]
    after: Option<String>,
}

async fn show_uses(State(app): State<Register>, cx: PageCx, Path(id): Path<String>, Query(q): Query<After>) -> Answer {
    const PAGE: u32 = 50;
    let id = id_of(&id)?;
    let Some(purpose) = purpose(&cx) else { return ask_purpose(&cx, cx.path()) };
    let reader = calls::reader(&cx.who()?, &purpose);
    let found: Result<Option<(Person, Vec<Use>)>, StoreError> = app
        .db()
        .write(&(cx.cx(), (reader, q)), |tx, (_, (reader, q))| {
            Box::pin(async move {
                let Some(p) = record::get(tx, id).await? else { return Ok(None) };
                let uses = record::uses(tx, id, q.after.as_deref(), PAGE + 1).await?;
                record::note_use(tx, id, reader, "usage").await?;
                Ok(Some((p, uses)))
            })
        })
        .await;
    let (p, mut uses) = found?.ok_or(record::RecordError::Unknown)?;
    let more = uses.len() > PAGE as usize;
    uses.truncate(PAGE as usize);
    let next = uses.last().filter(|_| more).map(|u| format!("/clerk/persons/{id}/uses?after={}", u.id));
    cx.page(&UsesPage { cx: &cx, p, uses, next })
}

#[derive(Debug, Deserialize)]
struct Moment {
    #[serde(default)]
    valid: String,
    #[serde(default)]
    known: String,
}

async fn show_as_of(
    State(app): State<Register>,
    cx: PageCx,
    Path(id): Path<String>,
    Query(at): Query<Moment>,
) -> Answer {
    let id = id_of(&id)?;
    let Some(purpose) = purpose(&cx) else { return ask_purpose(&cx, cx.path()) };
    let reader = calls::reader(&cx.who()?, &purpose);
    let today = crate::today(cx.cx());
    let or_today = |t: &str| if t.is_empty() { today.to_string() } else { t.to_owned() };
    let fields = web::Fields::default().with("valid", or_today(&at.valid)).with("known", or_today(&at.known));
    let mut form = Filled::from(fields);
    let (valid, known) = (form.read("valid", day), form.read("known", day));
    let asked = valid.zip(known.and_then(end_of));
    let found: Result<Option<(Person, Vec<Known>)>, StoreError> = app
        .db()
        .write(&(cx.cx(), (reader, asked)), |tx, (_, (reader, asked))| {
            Box::pin(async move {
                let Some(p) = record::get(tx, id).await? else { return Ok(None) };
                record::note_use(tx, id, reader, "history").await?;
                let facts = match asked {
                    Some((valid, known)) => record::as_of(tx, id, *valid, *known).await?,
                    None => vec![],
                };
                Ok(Some((p, facts)))
            })
        })
        .await;
    let (p, facts) = found?.ok_or(record::RecordError::Unknown)?;
    let facts = facts.iter().map(|k| (cx.tk("register-fact-", k.fact.kind()).to_string(), said(&cx, &k.fact)));
    let facts = asked.map(|_| facts.collect());
    let page = AsOfPage { cx: &cx, p, form, facts };
    if page.form.failed() { cx.invalid(&page) } else { cx.page(&page) }
}

/// The last moment of a day in Latvia.
fn end_of(day: Date) -> Option<Timestamp> {
    day.at(23, 59, 59, 999_999_000).to_zoned(web::i18n::riga()).ok().map(|z| z.timestamp())
}

/// Citizenship in words.
pub(crate) fn citizenship(cx: &PageCx, c: &Citizenship) -> String {
    match c {
        Citizenship::Latvia => cx.t("register-citizenship-lv").to_string(),
        Citizenship::LatviaNonCitizen => cx.t("register-citizenship-nc").to_string(),
        Citizenship::Stateless => cx.t("register-citizenship-none").to_string(),
        Citizenship::Country(country) => match cx.lang() {
            Lang::Lv => country.latvian().to_owned(),
            Lang::En => country.english().to_owned(),
        },
    }
}

/// A fact in words.
pub(crate) fn said(cx: &PageCx, fact: &Fact) -> String {
    match fact {
        Fact::Name { given, family } => format!("{given} {family}"),
        Fact::Code { code } => code.to_string(),
        Fact::Birth { date, place } => format!("{} · {place}", cx.day(date)),
        Fact::Citizenship { citizenship: c } => citizenship(cx, c),
        Fact::Address { address } => address.clone().unwrap_or_else(|| "—".to_owned()),
        Fact::Contact { contact } => match (&contact.email, &contact.phone) {
            (Some(e), Some(p)) => format!("{e}, {p}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => "—".to_owned(),
        },
    }
}

/// The history for people: a row that was only ended by a later change is shown once, one that was wrong says so.
fn timeline(cx: &PageCx, known: &[Known]) -> Timeline {
    let ended = |k: &Known| {
        let again = known.iter().find(|o| o.superseded.is_none() && o.fact == k.fact && o.valid_from == k.valid_from);
        k.superseded.is_some() && again.is_some()
    };
    known.iter().filter(|k| !ended(k)).fold(cx.timeline(), |line, k| {
        let what = cx.tk("register-fact-", k.fact.kind());
        let title = format!("{what}: {}", said(cx, &k.fact));
        let since = match k.valid_to {
            None => cx.t("register-history-since").with("from", cx.day(&k.valid_from)),
            Some(to) => cx.t("register-history-between").with("from", cx.day(&k.valid_from)).with("to", cx.day(&to)),
        };
        let mut note = format!("{since} · {} · {}", k.ground, k.institution);
        if k.correction {
            note = format!("{} · {note}", cx.t("register-history-correction"));
        }
        if let Some(at) = k.superseded {
            note = format!("{} · {note}", cx.t("register-history-wrong").with("when", cx.moment(&at)));
        }
        line.at(cx, &k.recorded, title, Some(note))
    })
}
