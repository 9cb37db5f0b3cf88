//! Pages of the holder: my card, and the PIN envelope.

use std::borrow::Cow;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::Response,
};
use contract::{
    contact::{self, ContactError},
    documents::Card,
};
use web::{Answer, Fields, Filled, PageCx, Permission, Refuses, Route, Routes, Status, limits::Class};

use crate::{
    Documents,
    envelope::{self, Code, Envelope, EnvelopeId, Opened, Pins},
};

#[derive(Template)]
#[template(path = "holder/card.html")]
struct CardPage<'a> {
    cx: &'a PageCx,
    cards: Vec<Card>,
}

impl CardPage<'_> {
    fn name(&self, card: &Card) -> String {
        format!("{} {}", card.given_name, card.family_name)
    }
    fn issued(&self, card: &Card) -> String {
        card.issued.map(|at| self.cx.day_of(&at)).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "holder/envelope.html")]
struct EnvelopePage<'a> {
    cx: &'a PageCx,
    id: EnvelopeId,
    /// Word of the state; `waiting` shows the form.
    state: &'static str,
    envelope: Option<Envelope>,
    form: Filled,
}

#[derive(Template)]
#[template(path = "holder/pins.html")]
struct PinsPage<'a> {
    cx: &'a PageCx,
    pins: &'a Pins,
}

pub(crate) fn routes(app: &Documents, routes: Routes) -> Routes {
    routes
        .route(Route::get("/my/card", Permission::Person).to(app.clone(), my_card))
        .route(Route::get("/pin/{id}", Permission::Public).to(app.clone(), see))
        .route(Route::post("/pin/{id}", Permission::Public).class(Class::SignIn).audited().to(app.clone(), open))
}

async fn my_card(State(app): State<Documents>, cx: PageCx) -> Answer {
    let who = cx.who()?;
    let cards = app.cards_of(cx.cx().now(), &who.person_code).await?;
    cx.page(&CardPage { cx: &cx, cards })
}

fn id_of(text: &str) -> Option<EnvelopeId> {
    text.parse().ok()
}

async fn see(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let id = id_of(&id).ok_or_else(web::Fault::not_found)?;
    let found = app.db().read(|tx| Box::pin(async move { envelope::see(tx, id).await })).await?;
    let envelope = found.filter(|e| e.state != envelope::State::Kept).ok_or_else(web::Fault::not_found)?;
    let over = envelope.expires <= cx.cx().now() && envelope.state != envelope::State::Opened;
    let state = match envelope.state {
        _ if over => "expired",
        _ if envelope.is_shut() => "locked",
        state => state.name(),
    };
    cx.page(&EnvelopePage { cx: &cx, id, state, envelope: Some(envelope), form: Filled::default() })
}

async fn open(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>, fields: Fields) -> Answer {
    let id = id_of(&id).ok_or_else(web::Fault::not_found)?;
    let typed = fields.get("code").to_owned();
    if typed.is_empty() {
        let mut form = Filled::default();
        form.wrong("code", "documents-pin-code-missing");
        return cx.invalid(&EnvelopePage { cx: &cx, id, state: "waiting", envelope: None, form });
    }
    let again = |state: &'static str, form: Filled| EnvelopePage { cx: &cx, id, state, envelope: None, form };
    match envelope::open(app.db(), cx.cx(), id, Code::typed(&typed)).await? {
        Opened::Pins(pins) => Ok(never_kept(cx.page(&PinsPage { cx: &cx, pins: &pins })?)),
        Opened::Wrong { left } => {
            let mut form = Filled::default();
            form.wrong_with("code", "documents-pin-code-wrong", &[("count", &left.to_string())]);
            cx.invalid(&again("waiting", form))
        }
        Opened::Locked => cx.page_with(Status::LOCKED, &again("locked", Filled::default())),
        Opened::Used => cx.page_with(Status::GONE, &again("opened", Filled::default())),
        Opened::Expired => cx.page_with(Status::GONE, &again("expired", Filled::default())),
        Opened::Unknown => Err(web::Fault::not_found()),
    }
}

/// No browser, proxy or history keeps this page.
fn never_kept(mut page: Response) -> Response {
    page.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    page
}

/// A contact that is refused, with the code of this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub(crate) struct ContactFault(#[from] ContactError);

impl Refuses for ContactFault {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self.0 {
            ContactError::Email => "documents.contact.email",
            ContactError::Phone => "documents.contact.phone",
        })
    }
}

/// An e-mail address as kept; nothing for an empty text.
pub(crate) fn parse_email(text: &str) -> Result<Option<String>, ContactFault> {
    Ok(contact::parse_email(text)?)
}

/// A telephone number as kept; nothing for an empty text.
pub(crate) fn parse_phone(text: &str) -> Result<Option<String>, ContactFault> {
    Ok(contact::parse_phone(text)?)
}
