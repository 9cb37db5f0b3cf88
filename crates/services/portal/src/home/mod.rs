//! The first page: what one can do here and, in a demonstration, the first journey with its invented people.

use askama::Template;
use axum::extract::State;
use jiff::Timestamp;
use store::StoreError;
use web::{
    Answer, PageCx, Permission, Role, Route, Routes,
    ui::{StepState, Steps},
};

use crate::Portal;

/// What a demonstration tells its visitors.
#[derive(Clone, Debug)]
pub struct DemoInfo {
    /// The invented people one can be.
    pub identities: Vec<DemoIdentity>,
    /// When the demonstration was ready; steps of the journey done later count as the visitor's.
    pub since: Timestamp,
}

/// An invented person whose card and PINs the visitor may use.
#[derive(Clone, Debug)]
pub struct DemoIdentity {
    /// `clerk-1`, `clerk-2`, `citizen` or `operator`; the texts are found by it.
    pub role: String,
    /// Given name and family name.
    pub name: String,
    /// Personal code with the dash.
    pub code: String,
    /// Id of the card in the reader.
    pub card: String,
    /// PIN1.
    pub pin1: String,
    /// PIN2.
    pub pin2: String,
}

/// The first journey: a step, what in the ledger shows that it is done, and where it is done.
const JOURNEY: [(&str, &str, &str); 6] = [
    ("apply", "documents.application.submitted", "/clerk/persons"),
    ("decide", "documents.application.approved", "/clerk"),
    ("make", "documents.card.made", "/clerk"),
    ("hand-over", "documents.card.active", "/clerk"),
    ("sign", "signing.document.signed", "/sign"),
    ("validate", "signing.document.validated", "/validate"),
];

#[derive(Template)]
#[template(path = "home/demo.html")]
struct DemoPage<'a> {
    cx: &'a PageCx,
    demo: &'a DemoInfo,
    done: [bool; 6],
}

impl DemoPage<'_> {
    fn journey(&self) -> Steps {
        let next = self.done.iter().position(|d| !d);
        JOURNEY.iter().enumerate().fold(self.cx.steps(), |steps, (n, (word, _, href))| {
            let state = match next {
                _ if self.done.get(n) == Some(&true) => StepState::Done,
                Some(next) if next == n => StepState::Now,
                _ => StepState::Later,
            };
            let note = self.cx.tk("portal-journey-note-", word).to_string();
            steps.step(state, self.cx.tk("portal-journey-", word), Some(note)).link(href)
        })
    }
    fn begun(&self) -> bool {
        self.done.contains(&true)
    }
    fn next(&self) -> &'static str {
        let at = self.done.iter().position(|d| !d).unwrap_or(0);
        JOURNEY.get(at).map_or("/", |(_, _, href)| href)
    }
}

#[derive(Template)]
#[template(path = "home/home.html")]
struct HomePage<'a> {
    cx: &'a PageCx,
    clerk: bool,
}

pub(crate) fn routes(app: &Portal, routes: Routes) -> Routes {
    routes.route(Route::get("/", Permission::Public).to(app.clone(), show))
}

async fn show(State(app): State<Portal>, cx: PageCx) -> Answer {
    let clerk = cx.actor().is_some_and(|a| a.has(Role::Clerk));
    let Some(demo) = app.demo() else { return cx.page(&HomePage { cx: &cx, clerk }) };
    let since = demo.since;
    let done = app
        .db()
        .read(|tx| {
            Box::pin(async move {
                let mut done = [false; 6];
                for (flag, (_, kind, _)) in done.iter_mut().zip(JOURNEY) {
                    let newest = ledger::newest_of_kind(tx, kind).await?;
                    *flag = newest.is_some_and(|e| e.time >= since);
                }
                Ok::<_, StoreError>(done)
            })
        })
        .await?;
    cx.page(&DemoPage { cx: &cx, demo, done })
}
