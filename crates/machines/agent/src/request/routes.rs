//! HTTP: the steps of a request in the agent's window.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Form, Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use reader::Slot;
use serde::Deserialize;
use serde_json::json;

use super::{
    Action, Asked, Denial, Trouble, Unasked,
    pages::{Gone, Hello, Page, Step, render},
    perform::{Unperformed, perform},
};
use crate::{Agent, digits::Digits, text::Lang};

/// The window as it opens: its script tells the page that it is there, and waits for the page's message.
pub(crate) async fn hello(State(agent): State<Arc<Agent>>, headers: HeaderMap) -> Response {
    render(StatusCode::OK, &Hello { page: Page::new(&agent, Lang::of_headers(&headers)) })
}

/// The window's script passes the page's message on, with the origin that the browser vouches for.
pub(crate) async fn create(State(agent): State<Arc<Agent>>, asked: Result<Json<Asked>, JsonRejection>) -> Response {
    let refused = |status: StatusCode, code: &str, message: &str| {
        (status, Json(json!({ "code": code, "message": message }))).into_response()
    };
    let bad = || refused(StatusCode::BAD_REQUEST, "ERR_WEBEID_NATIVE_INVALID_ARGUMENT", "agent.arguments");
    let Ok(Json(asked)) = asked else {
        return bad();
    };
    let consented = agent.consents().holds(&asked.origin);
    match agent.desk().ask(&agent.cx, asked, consented) {
        Ok(pending) => (StatusCode::CREATED, Json(json!({ "id": pending.id }))).into_response(),
        Err(Unasked::Arguments) => bad(),
        Err(Unasked::Busy) => refused(StatusCode::CONFLICT, "ERR_WEBEID_ACTION_PENDING", "agent.busy"),
    }
}

/// The step that the holder is at.
pub(crate) async fn show(State(agent): State<Arc<Agent>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let (cards, trouble) = cards(&agent).await;
    let mut desk = agent.desk();
    let slot = only(&cards, desk.slot.as_deref());
    let Some(pending) = desk.find(&agent.cx, &id) else {
        return render(StatusCode::GONE, &Gone { page: Page::new(&agent, Lang::of_headers(&headers)) });
    };
    if trouble.is_some() && pending.trouble.is_none() {
        pending.trouble = trouble;
    }
    let status = if pending.trouble.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page::new(&agent, pending.lang);
    let response = render(status, &Step::new(page, pending, &cards, slot.as_deref()));
    pending.trouble = None;
    response
}

/// All cards there are, or why there is none.
pub(crate) async fn cards(agent: &Arc<Agent>) -> (Vec<Slot>, Option<Trouble>) {
    let source = agent.source.clone();
    match tokio::task::spawn_blocking(move || source.slots()).await {
        Ok(Ok(slots)) => {
            let cards: Vec<Slot> = slots.into_iter().filter(|s| s.present).collect();
            let none = cards.is_empty().then(|| Trouble { code: "reader.no-card", args: Vec::new() });
            (cards, none)
        }
        Ok(Err(e)) => (Vec::new(), Some(Trouble { code: e.code(), args: Vec::new() })),
        Err(_) => (Vec::new(), Some(Trouble { code: "reader.failed", args: Vec::new() })),
    }
}

/// The chosen card if it is still there; the only card if there is but one.
pub(crate) fn only(cards: &[Slot], chosen: Option<&str>) -> Option<String> {
    let chosen = chosen.filter(|c| cards.iter().any(|s| s.id == *c)).map(str::to_owned);
    chosen.or_else(|| match cards {
        [one] => Some(one.id.clone()),
        _ => None,
    })
}

fn back(id: &str) -> Response {
    Redirect::to(&format!("/request/{id}")).into_response()
}

#[derive(Deserialize)]
pub(crate) struct Consent {
    #[serde(default)]
    allow: Option<String>,
    #[serde(default)]
    remember: Option<String>,
}

pub(crate) async fn consent(
    State(agent): State<Arc<Agent>>,
    Path(id): Path<String>,
    Form(answer): Form<Consent>,
) -> Response {
    let mut allowed = None;
    let mut desk = agent.desk();
    if let Some(pending) = desk.find(&agent.cx, &id).filter(|p| p.outcome.is_none()) {
        if answer.allow.is_some() {
            pending.consented = true;
            allowed = Some(pending.origin.clone());
        } else {
            pending.outcome = Some(Err(Denial::Cancelled));
        }
    }
    if let Some(origin) = allowed {
        desk.allow(&agent.cx, &origin);
        if answer.remember.is_some() {
            agent.consents().give(&origin, agent.cx.now());
        }
    }
    back(&id)
}

#[derive(Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    card: Option<String>,
}

/// Puts a card into the reader; without a card: takes the present one out.
pub(crate) async fn card(
    State(agent): State<Arc<Agent>>,
    Path(id): Path<String>,
    Form(choice): Form<Choice>,
) -> Response {
    let mut desk = agent.desk();
    if desk.find(&agent.cx, &id).is_some_and(|p| p.consented && !p.working) {
        desk.slot = choice.card;
    }
    back(&id)
}

#[derive(Deserialize)]
pub(crate) struct Go {
    #[serde(default)]
    pin: Digits,
}

/// The holder typed the PIN, or confirmed: the card works.
pub(crate) async fn go(State(agent): State<Arc<Agent>>, Path(id): Path<String>, Form(go): Form<Go>) -> Response {
    let (cards, _) = cards(&agent).await;
    let ready = {
        let mut desk = agent.desk();
        let slot = only(&cards, desk.slot.as_deref());
        desk.slot.clone_from(&slot);
        let ready = desk.find(&agent.cx, &id).filter(|p| p.consented && !p.working && p.outcome.is_none());
        match (ready, slot) {
            (Some(pending), Some(slot)) => {
                pending.working = true;
                Some((slot, pending.origin.clone(), pending.action.clone()))
            }
            _ => None,
        }
    };
    let Some((slot, origin, action)) = ready else {
        return back(&id);
    };
    // The window may close while the card works, and this request ends with it: the work is brought to its end all the same,
    // or the agent would be busy for ever.
    let (whole, request) = (work(Arc::clone(&agent), id.clone(), slot, origin, action, go.pin), id.clone());
    if let Err(e) = tokio::spawn(whole).await {
        tracing::error!(error = %e, "the card's work");
        if let Some(pending) = agent.desk().find(&agent.cx, &request) {
            pending.working = false;
            pending.outcome = Some(Err(Denial::Failed("agent.failed")));
        }
    }
    back(&id)
}

/// The card works, and what came of it is laid on the desk.
async fn work(agent: Arc<Agent>, id: String, slot: String, origin: String, action: Action, pin: Digits) {
    let source = agent.source.clone();
    let done = tokio::task::spawn_blocking(move || perform(source.as_ref(), &slot, &origin, &action, &pin)).await;
    let mut desk = agent.desk();
    let mut other_card = false;
    if let Some(pending) = desk.find(&agent.cx, &id) {
        pending.working = false;
        match done {
            Ok(Ok(value)) => pending.outcome = Some(Ok(value)),
            Ok(Err(error)) => {
                tracing::info!(code = error.trouble().code, action = pending.action.name(), "the card refused");
                other_card = !error.is_about_pin() && matches!(error, Unperformed::OtherCard | Unperformed::Card(_));
                pending.trouble = Some(error.trouble());
            }
            Err(_) => pending.outcome = Some(Err(Denial::Failed("agent.failed"))),
        }
    }
    if other_card {
        desk.slot = None;
    }
}

pub(crate) async fn cancel(State(agent): State<Arc<Agent>>, Path(id): Path<String>) -> Response {
    if let Some(pending) = agent.desk().find(&agent.cx, &id).filter(|p| p.outcome.is_none() && !p.working) {
        pending.outcome = Some(Err(Denial::Cancelled));
    }
    back(&id)
}

/// What the window's script hands to the page: once, and only to the page of this origin.
pub(crate) async fn result(State(agent): State<Arc<Agent>>, Path(id): Path<String>) -> Response {
    let Some(pending) = agent.desk().take(&id) else {
        let body = json!({ "code": Denial::Replaced.code(), "message": Denial::Replaced.message() });
        return (StatusCode::GONE, Json(body)).into_response();
    };
    let mut body = json!({ "origin": pending.origin, "call": pending.call, "action": pending.action.name() });
    match pending.outcome {
        Some(Ok(value)) => body["value"] = value,
        Some(Err(denial)) => body["error"] = json!({ "code": denial.code(), "message": denial.message() }),
        None => {}
    }
    Json(body).into_response()
}
