//! Finding a person: by personal code or by the beginning of a name. Each person on the list is a noted look.

use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;
use store::StoreError;
use web::{Answer, Filled, Form, PageCx, Route, Routes};

use crate::{CLERK, Register, calls, record::Person};

const PAGE: u32 = 20;
/// The session remembers why this clerk looks at persons.
const KEPT: &str = "register.purpose";

/// Purposes that a clerk may choose.
pub(crate) const CHOICES: [&str; 4] = ["document-application", "hand-over", "person-asked", "correction"];

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "find/find.html")]
struct FindPage<'a> {
    cx: &'a PageCx,
    form: Filled,
    asked: bool,
    persons: Vec<Person>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "find/purpose.html")]
struct PurposePage<'a> {
    cx: &'a PageCx,
    form: Filled,
    to: String,
}

#[derive(Debug, Deserialize)]
struct Return {
    #[serde(default)]
    to: String,
}

#[derive(Debug, Deserialize)]
struct Chosen {
    #[serde(default)]
    why: String,
    #[serde(default)]
    to: String,
}

pub(crate) fn routes(app: &Register, routes: Routes) -> Routes {
    routes
        .route(Route::get("/clerk/persons", CLERK).audited().to(app.clone(), list))
        .route(Route::get("/clerk/purpose", CLERK).to(app.clone(), ask))
        .route(Route::post("/clerk/purpose", CLERK).to(app.clone(), choose))
}

/// Why this clerk looks at persons, if they have said so.
pub(crate) fn purpose(cx: &PageCx) -> Option<String> {
    cx.kept(KEPT).filter(|p| CHOICES.contains(&p.as_str()))
}

/// Leads to the question why, and back.
pub(crate) fn ask_purpose(cx: &PageCx, back: &str) -> Answer {
    cx.redirect(&format!("/clerk/purpose?to={back}"))
}

async fn list(State(app): State<Register>, cx: PageCx, Query(asked): Query<Asked>) -> Answer {
    let who = cx.who()?;
    if CHOICES.contains(&asked.why.as_str()) && purpose(&cx).as_deref() != Some(&asked.why) {
        cx.keep(KEPT, &asked.why);
    }
    let purpose = match asked.why.as_str() {
        "" => purpose(&cx).unwrap_or_else(|| "document-application".to_owned()),
        chosen => chosen.to_owned(),
    };
    let mut form = Filled::from(web::Fields::default().with("q", asked.q.trim()).with("why", &purpose));
    let asked_now = !asked.q.trim().is_empty();
    let letters = asked.q.chars().filter(|c| c.is_alphanumeric()).count();
    if asked_now && letters < 2 {
        form.wrong("q", "register-find-short");
    }
    if !CHOICES.contains(&purpose.as_str()) {
        form.wrong("why", "register-reader-purpose");
    }
    if !asked_now || form.failed() {
        let page = FindPage { cx: &cx, form, asked: false, persons: vec![], next: None };
        return if page.form.failed() { cx.invalid(&page) } else { cx.page(&page) };
    }
    cx.keep(KEPT, &purpose);
    let reader = calls::reader(&who, &purpose);
    let after = asked.after.as_deref().and_then(|a| a.parse().ok());
    let (persons, more) = app
        .db()
        .write(&(cx.cx(), (asked.q.trim(), reader)), |tx, (_, (q, reader))| {
            Box::pin(async move { calls::search(tx, q, after, PAGE, reader).await })
        })
        .await
        .map_err(|e: StoreError| web::Fault::from(e))?;
    let next = persons
        .last()
        .filter(|_| more)
        .map(|p| format!("/clerk/persons?q={}&why={purpose}&after={}", encoded(asked.q.trim()), p.id));
    cx.page(&FindPage { cx: &cx, form, asked: true, persons, next })
}

async fn ask(State(_): State<Register>, cx: PageCx, Query(back): Query<Return>) -> Answer {
    let to = web::page::safe_local(&back.to).to_owned();
    cx.page(&PurposePage { cx: &cx, form: Filled::default(), to })
}

async fn choose(State(_): State<Register>, cx: PageCx, Form(chosen): Form<Chosen>) -> Answer {
    if !CHOICES.contains(&chosen.why.as_str()) {
        let mut form = Filled::default();
        form.wrong("why", "register-reader-purpose");
        return cx.invalid(&PurposePage { cx: &cx, form, to: chosen.to });
    }
    cx.keep(KEPT, &chosen.why);
    cx.redirect(&chosen.to)
}

/// A text for a query string.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |out, b| match b {
        b if b.is_ascii_alphanumeric() => out + char::from(b).encode_utf8(&mut [0; 4]),
        b => format!("{out}%{b:02X}"),
    })
}

/// Notes why this clerk looks at persons, when what they have just done says it.
pub(crate) fn set_purpose(cx: &PageCx, purpose: &str) {
    cx.keep(KEPT, purpose);
}
