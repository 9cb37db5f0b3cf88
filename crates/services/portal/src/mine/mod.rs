//! One's own page: the card, and who used one's data.

use askama::Template;
use axum::extract::{Query, State};
use contract::{
    documents::{Card, CardsOf},
    register::{PersonRef, Usage, UsageOf, Use},
};
use serde::Deserialize;
use web::{Actor, Answer, PageCx, Permission, Route, Routes, ui::Tag};

use crate::Portal;

#[derive(Template)]
#[template(path = "mine/mine.html")]
struct MinePage<'a> {
    cx: &'a PageCx,
    who: Actor,
    cards: Option<Vec<Card>>,
    uses: Option<Vec<Use>>,
}

impl MinePage<'_> {
    fn tag(&self, card: &Card) -> Tag {
        let kind = match card.state.name() {
            "active" => "ok",
            "revoked" | "expired" => "bad",
            _ => "warn",
        };
        self.cx.tag(kind, self.cx.tk("portal-card-", card.state.name()))
    }
    fn name(&self, card: &Card) -> String {
        format!("{} {}", card.given_name, card.family_name)
    }
}

#[derive(Template)]
#[template(path = "mine/uses.html")]
struct UsesPage<'a> {
    cx: &'a PageCx,
    uses: Vec<Use>,
    next: Option<String>,
}

/// The log as a list of what happened.
fn log(cx: &PageCx, uses: &[Use]) -> web::ui::Timeline {
    uses.iter().fold(cx.timeline(), |line, u| {
        let mut note = format!("{} · {}", cx.tk("portal-scope-", &u.scope), cx.tk("portal-purpose-", &u.purpose));
        if let Some(case) = &u.case {
            note = format!("{note} · {case}");
        }
        line.at(cx, &u.at, &u.institution, Some(note))
    })
}

impl MinePage<'_> {
    fn log(&self, uses: &[Use]) -> web::ui::Timeline {
        log(self.cx, uses)
    }
}

impl UsesPage<'_> {
    fn log(&self) -> web::ui::Timeline {
        log(self.cx, &self.uses)
    }
}

pub(crate) fn routes(app: &Portal, routes: Routes) -> Routes {
    routes
        .route(Route::get("/my", Permission::Person).to(app.clone(), show))
        .route(Route::get("/my/usage", Permission::Person).to(app.clone(), usage))
}

async fn show(State(app): State<Portal>, cx: PageCx) -> Answer {
    let who = cx.who()?;
    // A service that is away takes only its own part of the page with it.
    let cards = app.peers().call(cx.cx(), CardsOf { code: who.person_code.clone() }).await.ok();
    let person = PersonRef::Code(who.person_code.clone());
    let uses = app.peers().call(cx.cx(), UsageOf { person, after: None, limit: 5 }).await.ok().map(|u| u.uses);
    cx.page(&MinePage { cx: &cx, who, cards, uses })
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: Option<String>,
}

async fn usage(State(app): State<Portal>, cx: PageCx, Query(q): Query<After>) -> Answer {
    let person = PersonRef::Code(cx.who()?.person_code);
    let Usage { uses, next } = app.peers().call(cx.cx(), UsageOf { person, after: q.after, limit: 50 }).await?;
    cx.page(&UsesPage { cx: &cx, uses, next })
}
