//! Changing or correcting one thing in a record: what, since when or that it was wrong, on which ground.

use askama::Template;
use axum::extract::{Path, State};
use store::StoreError;
use web::{Answer, Fault, Fields, Filled, PageCx, Route, Routes, ui::Input};

use crate::{
    CLERK, Register, calls,
    enrol::inputs,
    find::{ask_purpose, purpose},
    person::{Citizenship, PersonName, PersonalCode, day, line, parse_email, parse_phone},
    record::{self, By, Change, Fact, Known, Mode, Person, PersonId, RecordError},
    view::{id_of, said},
};

const KINDS: [&str; 6] = ["name", "code", "birth", "citizenship", "address", "contact"];

#[derive(Template)]
#[template(path = "alter/change.html")]
struct ChangePage<'a> {
    cx: &'a PageCx,
    p: Person,
    kind: String,
    now: Option<Known>,
    form: Filled,
}

impl ChangePage<'_> {
    fn inputs(&self) -> Vec<Input> {
        inputs(self.cx, &self.kind, &self.form)
    }
    fn said_now(&self) -> String {
        self.now.as_ref().map(|k| said(self.cx, &k.fact)).unwrap_or_default()
    }
}

pub(crate) fn routes(app: &Register, routes: Routes) -> Routes {
    routes
        .route(Route::get("/clerk/persons/{id}/change/{kind}", CLERK).audited().to(app.clone(), show))
        .route(Route::post("/clerk/persons/{id}/change/{kind}", CLERK).audited().to(app.clone(), save))
}

/// The person and what the register says now about this.
async fn load(app: &Register, cx: &PageCx, id: PersonId, kind: &str, purpose: &str) -> Answer<(Person, Option<Known>)> {
    let today = crate::today(cx.cx());
    let reader = calls::reader(&cx.who()?, purpose);
    let found: Result<Option<(Person, Vec<Known>)>, StoreError> = app
        .db()
        .write(&(cx.cx(), reader), |tx, (cx, reader)| {
            Box::pin(async move {
                let Some(p) = record::get(tx, id).await? else { return Ok(None) };
                record::note_use(tx, id, reader, "record").await?;
                let facts = record::as_of(tx, id, today, cx.now()).await?;
                Ok(Some((p, facts)))
            })
        })
        .await;
    let (p, facts) = found?.ok_or(RecordError::Unknown)?;
    let now = facts.into_iter().find(|k| k.fact.kind() == kind);
    Ok((p, now))
}

fn fields_of(p: &Person) -> Fields {
    Fields::default()
        .with("given", &p.given)
        .with("family", &p.family)
        .with("code", "")
        .with("born", p.born)
        .with("birthplace", &p.birthplace)
        .with("citizenship", p.citizenship)
        .with("address", p.address.as_deref().unwrap_or_default())
        .with("email", p.contact.email.as_deref().unwrap_or_default())
        .with("phone", p.contact.phone.as_deref().unwrap_or_default())
        .with("version", p.version)
}

async fn show(State(app): State<Register>, cx: PageCx, Path((id, kind)): Path<(String, String)>) -> Answer {
    let id = id_of(&id)?;
    if !KINDS.contains(&kind.as_str()) {
        return Err(Fault::not_found());
    }
    let Some(why) = purpose(&cx) else { return ask_purpose(&cx, cx.path()) };
    let (p, now) = load(&app, &cx, id, &kind, &why).await?;
    let form = Filled::from(fields_of(&p).with("mode", "changed").with("since", crate::today(cx.cx())));
    cx.page(&ChangePage { cx: &cx, p, kind, now, form })
}

async fn save(
    State(app): State<Register>,
    cx: PageCx,
    Path((id, kind)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    let id = id_of(&id)?;
    let mut form = Filled::from(fields);
    let fact = read(&mut form, &kind).ok_or_else(Fault::not_found)?;
    let ground = form.read("ground", |t| line(t, 200));
    let corrected = form.get("mode") == "corrected";
    let since = if corrected { None } else { form.read("since", day) };
    let (p, now) = load(&app, &cx, id, &kind, "correction").await?;
    if let (Some(fact), Some(ground)) = (fact, ground)
        && !form.failed()
    {
        let mode = match (since, &now) {
            (Some(day), _) => Mode::Changed(day),
            (None, Some(known)) => Mode::Corrected(known.id),
            (None, None) => return Err(RecordError::Stale.into()),
        };
        let version = form.get("version").parse().unwrap_or(0);
        let change = Change { person: id, version, fact, mode, ground, by: By::from(&cx.who()?) };
        let done = app
            .db()
            .write(&(cx.cx(), change), |tx, (_, change)| Box::pin(async move { record::change(tx, change).await }))
            .await;
        match done {
            Ok(()) => {
                cx.flash("ok", "register-changed", &[]);
                return cx.redirect(&format!("/clerk/persons/{id}"));
            }
            Err(e @ (RecordError::Future | RecordError::LaterKnown)) => form.refused("since", &e),
            Err(e @ (RecordError::Same | RecordError::CodeTaken | RecordError::CodeChanged | RecordError::TooOld)) => {
                form.refused(first_field(&kind), &e);
            }
            Err(e) => return Err(e.into()),
        }
    }
    cx.invalid(&ChangePage { cx: &cx, p, kind, now, form })
}

fn first_field(kind: &str) -> &'static str {
    match kind {
        "name" => "given",
        "birth" => "born",
        "contact" => "email",
        "citizenship" => "citizenship",
        "address" => "address",
        _ => "code",
    }
}

/// The fact that the form describes: nothing for an unknown kind, an inner nothing when a field is wrong.
fn read(form: &mut Filled, kind: &str) -> Option<Option<Fact>> {
    Some(match kind {
        "name" => {
            let (given, family) = (form.read("given", PersonName::parse), form.read("family", PersonName::parse));
            given.zip(family).map(|(given, family)| Fact::Name { given, family })
        }
        "code" => form.read("code", str::parse::<PersonalCode>).map(|code| Fact::Code { code }),
        "birth" => {
            let (date, place) = (form.read("born", day), form.read("birthplace", |t| line(t, 100)));
            date.zip(place).map(|(date, place)| Fact::Birth { date, place })
        }
        "citizenship" => {
            let read = form.read("citizenship", str::parse::<Citizenship>);
            read.map(|citizenship| Fact::Citizenship { citizenship })
        }
        "address" if form.get("address").is_empty() => Some(Fact::Address { address: None }),
        "address" => form.read("address", |t| line(t, 200)).map(|a| Fact::Address { address: Some(a) }),
        "contact" => {
            let (email, phone) = (form.read("email", parse_email), form.read("phone", parse_phone));
            let contact = email.zip(phone).map(|(email, phone)| crate::person::Contact { email, phone });
            contact.map(|contact| Fact::Contact { contact })
        }
        _ => return None,
    })
}
