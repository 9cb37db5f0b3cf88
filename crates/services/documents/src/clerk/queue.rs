use askama::Template;
use axum::extract::{Path, State};
use contract::documents::Card;
use serde_json::json;
use store::StoreError;
use web::{Answer, PageCx, Route, Routes};

use crate::{
    CLERK, Documents,
    application::{Application, Staff, State as At, store as rows},
    note, status,
};

const MOST: u32 = 50;

#[derive(Template)]
#[template(path = "clerk/queue.html")]
struct QueuePage<'a> {
    cx: &'a PageCx,
    sections: Vec<Section>,
    drafts: Vec<Application>,
    /// Cards whose resumption waits for a second clerk: number and name.
    resuming: Vec<(String, String)>,
}

/// One reason to wait.
struct Section {
    word: &'static str,
    rows: Vec<Application>,
}

impl QueuePage<'_> {
    fn count(&self) -> usize {
        self.sections.iter().map(|s| s.rows.len()).sum()
    }
    fn late(&self, a: &Application) -> bool {
        a.overdue(self.cx.cx().now())
    }
}

#[derive(Template)]
#[template(path = "clerk/person.html")]
struct PersonPage<'a> {
    cx: &'a PageCx,
    id: String,
    name: String,
    applications: Vec<Application>,
    cards: Vec<Card>,
}

pub(super) fn routes(app: &Documents, routes: Routes) -> Routes {
    routes
        .route(Route::get("/clerk", CLERK).audited().to(app.clone(), queue))
        .route(Route::get("/clerk/persons/{id}/documents", CLERK).audited().to(app.clone(), of_person))
}

async fn queue(State(app): State<Documents>, cx: PageCx) -> Answer {
    let me = Staff::of(&cx.who()?);
    let (all, drafts, resuming) = app
        .db()
        .write(&(cx.cx(), me.actor.clone()), |tx, (_, actor)| {
            Box::pin(async move {
                let mut all = vec![];
                for state in [At::Submitted, At::Approved, At::Personalising, At::Ready, At::HandedOver] {
                    all.extend(rows::in_state(tx, state, MOST).await?);
                }
                let drafts = rows::drafts_of(tx, actor, MOST).await?;
                let body = json!({ "applications": all.len() + drafts.len() });
                note(tx, "documents.queue.read", "documents", actor, body).await?;
                Ok::<_, StoreError>((all, drafts, status::waiting(tx).await?))
            })
        })
        .await?;
    let mine = |a: &Application| a.clerk.actor == me.actor || a.clerk.code == me.code;
    let pick = |word: &'static str, keep: &dyn Fn(&Application) -> bool| Section {
        word,
        rows: all.iter().filter(|a| keep(a)).cloned().collect(),
    };
    let sections = vec![
        pick("decide", &|a| a.state == At::Submitted && !mine(a)),
        pick("make", &|a| a.state == At::Approved),
        pick("making", &|a| matches!(a.state, At::Personalising | At::HandedOver)),
        pick("hand-over", &|a| a.state == At::Ready),
        pick("others", &|a| a.state == At::Submitted && mine(a)),
    ];
    cx.page(&QueuePage { cx: &cx, sections, drafts, resuming })
}

async fn of_person(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let p = super::person(&app, &cx, &id, "document-application", None).await?;
    let person = p.id.clone();
    let applications = app.db().read(|tx| Box::pin(async move { rows::of_person(tx, &person).await })).await?;
    let cards = app.cards_of(cx.cx().now(), &p.code).await?;
    let name = format!("{} {}", p.given_name, p.family_name);
    cx.page(&PersonPage { cx: &cx, id: p.id, name, applications, cards })
}
