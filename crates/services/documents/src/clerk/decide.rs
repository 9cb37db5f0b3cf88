//! The decision of the second clerk.

use askama::Template;
use axum::extract::{Path, State};
use contract::register::Person;
use web::{Answer, Fields, Filled, PageCx, Route, Routes};

use super::{load, person, version};
use crate::{
    CLERK, Documents,
    application::{self, Application, ApplyError, Staff, State as At},
};

#[derive(Template)]
#[template(path = "clerk/decide.html")]
struct DecidePage<'a> {
    cx: &'a PageCx,
    a: Application,
    differs: Vec<String>,
    form: Filled,
}

impl DecidePage<'_> {
    fn reason(&self) -> String {
        let words = self.a.reason.as_ref().map(|r| self.cx.tk("documents-reason-", r).to_string());
        words.unwrap_or_default()
    }
}

pub(super) fn routes(app: &Documents, routes: Routes) -> Routes {
    routes
        .route(Route::get("/clerk/applications/{id}/decide", CLERK).audited().to(app.clone(), ask))
        .route(Route::post("/clerk/applications/{id}/approve", CLERK).audited().to(app.clone(), approve))
        .route(Route::post("/clerk/applications/{id}/reject", CLERK).audited().to(app.clone(), reject))
}

/// What the register says now otherwise than the application.
fn differences(cx: &PageCx, a: &Application, p: &Person) -> Vec<String> {
    let pairs = [
        ("documents-person", a.name(), format!("{} {}", p.given_name, p.family_name)),
        ("documents-code", a.code.clone(), p.code.clone()),
        ("documents-born", a.born.to_string(), p.born.clone()),
    ];
    pairs.into_iter().filter(|(_, old, new)| old != new).map(|(key, _, new)| format!("{}: {new}", cx.t(key))).collect()
}

async fn page(app: &Documents, cx: &PageCx, id: &str) -> Answer<(Application, Vec<String>)> {
    let a = load(app, id).await?;
    if a.state != At::Submitted {
        return Err(ApplyError::State { state: a.state.name() }.into());
    }
    let me = cx.who()?;
    if a.clerk.actor == me.id || a.clerk.code == me.person_code {
        return Err(ApplyError::SameClerk.into());
    }
    let p = person(app, cx, &a.person, "document-application", Some(a.number.clone())).await?;
    let differs = differences(cx, &a, &p);
    Ok((a, differs))
}

async fn ask(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let (a, differs) = page(&app, &cx, &id).await?;
    cx.page(&DecidePage { cx: &cx, a, differs, form: Filled::default() })
}

async fn decided(app: &Documents, cx: &PageCx, a: &Application, version: i64, why: Option<String>) -> Answer<()> {
    let (by, id) = (Staff::of(&cx.who()?), a.id);
    let done: Result<(), ApplyError> = app
        .db()
        .write(&(cx.cx(), (by, why)), |tx, (_, (by, why))| {
            Box::pin(async move { application::decide(tx, id, version, by, why.as_deref()).await })
        })
        .await;
    Ok(done?)
}

async fn approve(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>, fields: Fields) -> Answer {
    let a = load(&app, &id).await?;
    decided(&app, &cx, &a, version(&fields), None).await?;
    cx.flash("ok", "documents-approved", &[("number", &a.number)]);
    cx.redirect(&format!("/clerk/applications/{}", a.id))
}

async fn reject(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>, fields: Fields) -> Answer {
    let why = fields.get("why").to_owned();
    if why.is_empty() || why.chars().count() > 1000 {
        let (a, differs) = page(&app, &cx, &id).await?;
        let mut form = Filled::from(fields);
        form.refused("why", &ApplyError::NoReason);
        return cx.invalid(&DecidePage { cx: &cx, a, differs, form });
    }
    let a = load(&app, &id).await?;
    decided(&app, &cx, &a, version(&fields), Some(why)).await?;
    cx.flash("note", "documents-rejected", &[("number", &a.number)]);
    cx.redirect(&format!("/clerk/applications/{}", a.id))
}
