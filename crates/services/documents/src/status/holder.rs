//! The holder reports a card lost, or suspends it on suspicion.

use askama::Template;
use axum::extract::{Path, State};
use contract::documents::CardState;
use web::{Answer, Fields, Filled, PageCx, Permission, Route, Routes, ui::Input};

use super::{
    CardError, SUSPENSIONS,
    service::{self, By, Wish},
    store::Held,
};
use crate::Documents;

#[derive(Template)]
#[template(path = "status/report.html")]
struct ReportPage<'a> {
    cx: &'a PageCx,
    card: Held,
    form: Filled,
}

impl ReportPage<'_> {
    fn reasons(&self) -> Input {
        let radio = self.cx.radio("reason", "documents-report-why");
        SUSPENSIONS.iter().fold(radio, |r, w| r.choice(w, self.cx.tk("documents-why-own-", w))).of(&self.form)
    }
}

#[derive(Template)]
#[template(path = "status/reported.html")]
struct ReportedPage<'a> {
    cx: &'a PageCx,
    number: String,
}

pub(super) fn routes(app: &Documents, routes: Routes) -> Routes {
    routes
        .route(Route::get("/my/card/{number}/report", Permission::Person).to(app.clone(), ask))
        .route(Route::post("/my/card/{number}/report", Permission::Person).audited().to(app.clone(), report))
}

async fn load(app: &Documents, cx: &PageCx, number: &str) -> Answer<Held> {
    let (number, by) = (number.to_owned(), By::Holder(cx.who()?.person_code));
    let card = app.db().read(|tx| Box::pin(async move { service::card_for(tx, &number, &by).await })).await?;
    if card.state != CardState::Active {
        return Err(CardError::State { state: card.state.name() }.into());
    }
    Ok(card)
}

async fn ask(State(app): State<Documents>, cx: PageCx, Path(number): Path<String>) -> Answer {
    let card = load(&app, &cx, &number).await?;
    cx.page(&ReportPage { cx: &cx, card, form: Filled::default() })
}

async fn report(State(app): State<Documents>, cx: PageCx, Path(number): Path<String>, fields: Fields) -> Answer {
    let card = load(&app, &cx, &number).await?;
    let mut form = Filled::from(fields);
    let reason = form.get("reason").to_owned();
    if !SUSPENSIONS.contains(&reason.as_str()) {
        form.refused("reason", &CardError::Reason);
        return cx.invalid(&ReportPage { cx: &cx, card, form });
    }
    let work = (cx.cx(), (card.number, By::Holder(cx.who()?.person_code), Wish::Suspend(reason)));
    let done: Result<(), CardError> = app
        .db()
        .write(&work, |tx, (_, (number, by, wish))| {
            Box::pin(async move { service::change(tx, number, by, wish).await })
        })
        .await;
    done?;
    // this session ended with the write; the page that says so is its last
    cx.sign_out().await?;
    cx.page(&ReportedPage { cx: &cx, number: work.1.0 })
}
