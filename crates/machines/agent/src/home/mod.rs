//! The agent's own pages, outside any request: what it is, which sites it remembers, and the holder's PINs.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Form, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use card::{CardError, EidCard, PinCode, profile::Pin};
use reader::{ReaderError, Slot};
use serde::Deserialize;

use crate::{
    Agent,
    digits::Digits,
    request::{
        pages::{Gone, Page, render},
        routes::{cards, only},
    },
    text::Lang,
};

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    page: Page<'a>,
    sites: Vec<(String, String)>,
}

pub(crate) async fn show(State(agent): State<Arc<Agent>>, headers: HeaderMap) -> Response {
    let day = |at: &base::Timestamp| at.to_string().chars().take(10).collect();
    let sites = agent.consents().list().map(|(origin, at)| (origin.to_owned(), day(at))).collect();
    render(StatusCode::OK, &Home { page: Page::new(&agent, Lang::of_headers(&headers)), sites })
}

#[derive(Deserialize)]
pub(crate) struct Forget {
    origin: String,
}

pub(crate) async fn forget(State(agent): State<Arc<Agent>>, Form(form): Form<Forget>) -> Response {
    agent.consents().take_back(&form.origin);
    agent.desk().disallow(&form.origin);
    Redirect::to("/").into_response()
}

pub(crate) async fn not_found(State(agent): State<Arc<Agent>>, headers: HeaderMap) -> Response {
    render(StatusCode::NOT_FOUND, &Gone { page: Page::new(&agent, Lang::of_headers(&headers)) })
}

#[derive(Template)]
#[template(path = "card.html")]
struct CardPage<'a> {
    page: Page<'a>,
    cards: Vec<Slot>,
    card: Option<Slot>,
    tries: Vec<(&'static str, u8)>,
    trouble: Option<[String; 3]>,
    done: bool,
}

#[derive(Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    card: Option<String>,
    #[serde(default)]
    done: Option<String>,
}

/// Change and free PINs.
pub(crate) async fn card(State(agent): State<Arc<Agent>>, Query(which): Query<Which>, headers: HeaderMap) -> Response {
    let (slots, trouble) = cards(&agent).await;
    let page = Page::new(&agent, Lang::of_headers(&headers));
    let chosen = only(&slots, which.card.as_deref());
    let mut trouble = trouble.map(|t| page.error(t.code, &t.args));
    let mut tries = Vec::new();
    if let Some(slot) = chosen.clone() {
        let source = agent.source.clone();
        let read = tokio::task::spawn_blocking(move || -> Result<_, ReaderError> {
            let mut card = EidCard::connect(source.open(&slot)?)?;
            let mut tries = Vec::new();
            for pin in Pin::ALL {
                tries.extend(card.tries(pin)?.map(|left| (pin.name(), left)));
            }
            Ok(tries)
        });
        match read.await {
            Ok(Ok(read)) => tries = read,
            Ok(Err(e)) => trouble = Some(page.error(e.code(), &[])),
            Err(_) => trouble = Some(page.error("reader.failed", &[])),
        }
    }
    let card = slots.iter().find(|s| Some(&s.id) == chosen.as_ref()).cloned();
    let status = if trouble.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    render(status, &CardPage { page, cards: slots, card, tries, trouble, done: which.done.is_some() })
}

/// Which secret is shown, and which is set anew.
#[derive(Deserialize)]
pub(crate) struct NewPin {
    card: String,
    /// `pin1` or `pin2`.
    pin: Pin,
    /// `change` or `unblock`.
    how: How,
    /// The present PIN, or the PUK.
    secret: Digits,
    fresh: Digits,
    again: Digits,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum How {
    Change,
    Unblock,
}

#[derive(Debug, thiserror::Error)]
enum Unchanged {
    #[error(transparent)]
    Reader(#[from] ReaderError),
    #[error(transparent)]
    Card(#[from] CardError),
    #[error("the two new PINs differ")]
    Differ,
    #[error("the agent failed")]
    Failed,
}

pub(crate) async fn pin(State(agent): State<Arc<Agent>>, headers: HeaderMap, Form(form): Form<NewPin>) -> Response {
    let source = agent.source.clone();
    let card = form.card.clone();
    let done = tokio::task::spawn_blocking(move || -> Result<(), Unchanged> {
        if form.fresh != form.again {
            return Err(Unchanged::Differ);
        }
        let shown = if form.how == How::Change { form.pin } else { Pin::Puk };
        let secret = PinCode::new(shown, form.secret.as_str())?;
        let fresh = PinCode::new(form.pin, form.fresh.as_str())?;
        let mut card = EidCard::connect(source.open(&form.card)?)?;
        match form.how {
            How::Change => card.change(form.pin, &secret, &fresh)?,
            How::Unblock => card.unblock(form.pin, &secret, &fresh)?,
        }
        Ok(())
    });
    let page = Page::new(&agent, Lang::of_headers(&headers));
    let trouble = match done.await.unwrap_or(Err(Unchanged::Failed)) {
        Ok(()) => {
            let known = agent.source.slots().is_ok_and(|s| s.iter().any(|s| s.id == card));
            let query = if known { format!("/card?done=1&card={}", encode(&card)) } else { "/card?done=1".to_owned() };
            return Redirect::to(&query).into_response();
        }
        Err(Unchanged::Card(e)) => page.error(e.code(), &crate::request::arguments(&e)),
        Err(Unchanged::Reader(e)) => page.error(e.code(), &[]),
        Err(Unchanged::Differ) => page.error("agent.pins-differ", &[]),
        Err(Unchanged::Failed) => page.error("reader.failed", &[]),
    };
    let (slots, _) = cards(&agent).await;
    let chosen = slots.iter().find(|s| s.id == card).cloned();
    let body = CardPage { page, cards: slots, card: chosen, tries: Vec::new(), trouble: Some(trouble), done: false };
    render(StatusCode::UNPROCESSABLE_ENTITY, &body)
}

/// A slot's name in a query.
fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
