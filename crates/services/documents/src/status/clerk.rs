//! Pages of clerks: a card, and what can be done with it.

use askama::Template;
use axum::extract::{Path, State};
use contract::documents::CardState;
use web::{Answer, Fault, Fields, Filled, PageCx, Route, Routes, ui::Input};

use super::{
    CardError, REVOCATIONS, SUSPENSIONS,
    service::{self, By, Wish},
    store::Held,
};
use crate::{CLERK, Documents, application::Staff, clerk::person};

#[derive(Template)]
#[template(path = "status/card.html")]
struct CardPage<'a> {
    cx: &'a PageCx,
    card: Held,
    /// This clerk asked for the resumption.
    mine: bool,
}

impl CardPage<'_> {
    fn is(&self, state: &str) -> bool {
        self.card.state.name() == state
    }
    fn revocable(&self) -> bool {
        verb("revoke", self.card.state).is_ok()
    }
    fn here(&self) -> String {
        format!("/clerk/cards/{}", self.card.number)
    }
    fn reason(&self) -> String {
        let words = self.card.reason.as_ref().map(|r| self.cx.tk("documents-why-", r).to_string());
        words.unwrap_or_default()
    }
    fn since(&self) -> String {
        self.card.changed.map(|at| self.cx.moment(&at)).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "status/change.html")]
struct ChangePage<'a> {
    cx: &'a PageCx,
    card: Held,
    /// `suspend`, `resume` or `revoke`.
    verb: &'static str,
    form: Filled,
}

impl ChangePage<'_> {
    fn reasons(&self) -> Input {
        let words: Vec<&str> = match self.verb {
            "suspend" => SUSPENSIONS.to_vec(),
            _ => REVOCATIONS.iter().map(|(w, _)| *w).collect(),
        };
        let radio = self.cx.radio("reason", "documents-why");
        words.into_iter().fold(radio, |r, w| r.choice(w, self.cx.tk("documents-why-", w))).of(&self.form)
    }
}

pub(super) fn routes(app: &Documents, routes: Routes) -> Routes {
    let at = || app.clone();
    routes
        .route(Route::get("/clerk/cards/{number}", CLERK).audited().to(at(), show))
        .route(Route::get("/clerk/cards/{number}/{verb}", CLERK).audited().to(at(), ask))
        .route(Route::post("/clerk/cards/{number}/{verb}", CLERK).audited().to(at(), change))
}

/// The card, looked at for work: the look is noted in the register.
async fn load(app: &Documents, cx: &PageCx, number: &str) -> Answer<Held> {
    let by = By::Clerk(Staff::of(&cx.who()?));
    let number = number.to_owned();
    let card = app.db().read(|tx| Box::pin(async move { service::card_for(tx, &number, &by).await })).await?;
    person(app, cx, &card.person, "document-application", Some(card.number.clone())).await?;
    Ok(card)
}

async fn show(State(app): State<Documents>, cx: PageCx, Path(number): Path<String>) -> Answer {
    let card = load(&app, &cx, &number).await?;
    let me = Staff::of(&cx.who()?);
    let mine = card.asked.as_ref().is_some_and(|(actor, code)| *actor == me.actor || *code == me.code);
    cx.page(&CardPage { cx: &cx, card, mine })
}

/// The verb of an address, if the card is in a state for it.
fn verb(text: &str, state: CardState) -> Answer<&'static str> {
    let known =
        ["suspend", "resume", "grant", "revoke"].into_iter().find(|v| *v == text).ok_or_else(Fault::not_found)?;
    let fits = match known {
        "suspend" => state == CardState::Active,
        "revoke" => {
            matches!(state, CardState::Ready | CardState::HandedOver | CardState::Active | CardState::Suspended)
        }
        _ => state == CardState::Suspended,
    };
    if fits { Ok(known) } else { Err(CardError::State { state: state.name() }.into()) }
}

async fn ask(State(app): State<Documents>, cx: PageCx, Path((number, text)): Path<(String, String)>) -> Answer {
    let card = load(&app, &cx, &number).await?;
    let verb = verb(&text, card.state)?;
    if verb == "grant" {
        return Err(Fault::not_found());
    }
    cx.page(&ChangePage { cx: &cx, card, verb, form: Filled::default() })
}

async fn change(
    State(app): State<Documents>,
    cx: PageCx,
    Path((number, text)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    let by = By::Clerk(Staff::of(&cx.who()?));
    let seen = (number.clone(), by.clone());
    let card = app.db().read(|tx| Box::pin(async move { service::card_for(tx, &seen.0, &seen.1).await })).await?;
    let verb = verb(&text, card.state)?;
    let mut form = Filled::from(fields);
    let reason = form.get("reason").to_owned();
    let wish = match verb {
        "suspend" => Wish::Suspend(reason.clone()),
        "revoke" => Wish::Revoke(reason.clone()),
        "resume" => Wish::AskResume,
        _ => Wish::Resume,
    };
    let known = match verb {
        "suspend" => SUSPENSIONS.contains(&reason.as_str()),
        "revoke" => REVOCATIONS.iter().any(|(w, _)| *w == reason),
        _ => true,
    };
    if !known {
        form.refused("reason", &CardError::Reason);
    }
    if matches!(verb, "resume" | "revoke") && !form.fields.ticked("sure") {
        form.wrong("sure", if verb == "resume" { "documents-resume-face" } else { "documents-revoke-sure" });
    }
    if form.failed() {
        return cx.invalid(&ChangePage { cx: &cx, card, verb, form });
    }
    let work = (cx.cx(), (number.clone(), by, wish));
    let done: Result<(), CardError> = app
        .db()
        .write(&work, |tx, (_, (number, by, wish))| {
            Box::pin(async move { service::change(tx, number, by, wish).await })
        })
        .await;
    done?;
    let said = match verb {
        "suspend" => "documents-suspended",
        "revoke" => "documents-revoked",
        "resume" => "documents-resume-asked",
        _ => "documents-resumed",
    };
    cx.flash("ok", said, &[]);
    cx.redirect(&format!("/clerk/cards/{number}"))
}
