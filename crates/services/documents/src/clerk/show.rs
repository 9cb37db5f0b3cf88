//! An application with everything that happened to it, and the order for its card.

use askama::Template;
use axum::extract::{Path, State};
use contract::documents::Card;
use web::{
    Answer, Fields, PageCx, Route, Routes,
    ui::{StepState, Steps, Timeline},
};

use super::{load, person, version};
use crate::{
    CLERK, Documents,
    application::{self, Application, ApplyError, Happened, Staff, State as At, store as rows},
    card,
    envelope::{self, Envelope, Pins, SealedPins},
    making::MakeStep,
};

#[derive(Template)]
#[template(path = "clerk/application.html")]
struct ApplicationPage<'a> {
    cx: &'a PageCx,
    a: Application,
    card: Option<Card>,
    envelope: Option<Envelope>,
    happened: Vec<Happened>,
    making: Vec<MakeStep>,
    mine: bool,
}

/// What is found of an application for its page.
struct Found {
    card: Option<Card>,
    envelope: Option<Envelope>,
    happened: Vec<Happened>,
}

impl ApplicationPage<'_> {
    fn is(&self, state: &str) -> bool {
        self.a.state.name() == state
    }
    fn reason(&self) -> String {
        let words = self.a.reason.as_ref().map(|r| self.cx.tk("documents-reason-", r).to_string());
        words.unwrap_or_default()
    }
    fn late(&self) -> bool {
        self.a.overdue(self.cx.cx().now())
    }
    /// The card is no longer as it was handed over.
    fn changed(&self) -> bool {
        self.card.as_ref().is_some_and(|c| c.state != contract::documents::CardState::Active)
    }
    /// There is a card whose state can be changed.
    fn held(&self) -> bool {
        matches!(self.a.state, At::Ready | At::HandedOver | At::Active | At::Stopped)
    }
    fn locked(&self) -> bool {
        self.envelope.is_some_and(|e| e.is_shut())
    }
    /// Where the address of the envelope goes, for the clerk who took the application: the code is given by another.
    fn letter(&self) -> Option<(String, String)> {
        let open = self.envelope.filter(|e| self.mine && e.state == envelope::State::Waiting)?;
        let address = format!("{}/pin/{}", self.cx.public_url(), open.id);
        let mail = self.a.email.as_ref().map(|e| (format!("mailto:{e}?body={address}"), e.clone()));
        mail.or_else(|| self.a.phone.as_ref().map(|p| (format!("sms:{p}?body={address}"), p.clone())))
    }
    fn envelope_state(&self) -> String {
        self.envelope.map(|e| self.cx.tk("documents-envelope-", e.state.name()).to_string()).unwrap_or_default()
    }

    /// The way of an application, and where this one stands on it.
    fn way(&self) -> Steps {
        let order = [At::Draft, At::Submitted, At::Approved, At::Personalising, At::Ready, At::HandedOver];
        let stopped = matches!(self.a.state, At::Rejected | At::Withdrawn | At::Stopped);
        order.into_iter().fold(self.cx.steps(), |steps, step| {
            let title = self.cx.tk("documents-way-", step.name());
            let state = match self.a.state {
                At::Rejected if step == At::Submitted => StepState::Failed,
                At::Stopped if step == At::HandedOver => StepState::Failed,
                At::Stopped => StepState::Done,
                _ if stopped => StepState::Later,
                now if step < now => StepState::Done,
                now if step == now && self.a.attention.is_some() => StepState::Failed,
                now if step == now => StepState::Now,
                _ => StepState::Later,
            };
            steps.step(state, title, None)
        })
    }

    /// How far the card is, step by step.
    fn making(&self) -> Steps {
        let mut waiting = false;
        self.making.iter().fold(self.cx.steps(), |steps, s| {
            let state = match (&s.done, &s.error) {
                (Some(_), _) => StepState::Done,
                (None, Some(_)) => StepState::Failed,
                (None, None) if waiting => StepState::Later,
                (None, None) => StepState::Now,
            };
            waiting |= s.done.is_none();
            let note = s.done.map(|at| self.cx.moment(&at)).or_else(|| s.error.clone());
            steps.step(state, self.cx.tk("documents-make-", &s.name), note)
        })
    }
    fn percent(&self) -> Option<u32> {
        let all = u32::try_from(self.making.len()).ok().filter(|n| *n > 0)?;
        let done = u32::try_from(self.making.iter().filter(|s| s.done.is_some()).count()).ok()?;
        Some(done * 100 / all)
    }
    fn here(&self) -> String {
        format!("/clerk/applications/{}", self.a.id)
    }

    fn timeline(&self) -> Timeline {
        self.happened.iter().fold(self.cx.timeline(), |line, h| {
            let title = self.cx.tk("documents-event-", h.kind.replace('.', "-"));
            let detail = h.detail.as_ref().map(|d| match h.kind.as_str() {
                "card.suspended" | "card.revoked" => self.cx.tk("documents-why-", d).to_string(),
                "handed-over" => self.cx.tk("documents-proof-", d).to_string(),
                "envelope-wrong" => {
                    self.cx.t("documents-tries-left").with("count", d.parse::<u32>().unwrap_or(0)).to_string()
                }
                _ => d.clone(),
            });
            let by = if h.name.is_empty() { self.cx.t("documents-by-system").to_string() } else { h.name.clone() };
            let note = detail.map_or(by.clone(), |d| format!("{by} · {d}"));
            line.at(self.cx, &h.at, title, Some(note))
        })
    }
}

pub(super) fn routes(app: &Documents, routes: Routes) -> Routes {
    routes
        .route(Route::get("/clerk/applications/{id}", CLERK).audited().to(app.clone(), show))
        .route(Route::post("/clerk/applications/{id}/make", CLERK).audited().to(app.clone(), make))
        .route(Route::post("/clerk/applications/{id}/unlock", CLERK).audited().to(app.clone(), unlock))
}

/// Minutes that a look lasts: a page that renews itself while the card is made is one look, not a hundred.
const LOOK: i64 = 10;

/// Notes in the register that this clerk looks at the person, once for each look.
async fn look(app: &Documents, cx: &PageCx, a: &Application) -> Answer<()> {
    const KEPT: &str = "documents.look";
    let purpose = if a.state == At::Ready { "hand-over" } else { "document-application" };
    let (what, now) = (format!("{} {purpose}", a.id), cx.cx().now().as_second());
    let since = cx.kept(KEPT).and_then(|k| k.strip_prefix(&what)?.trim().parse::<i64>().ok());
    if since.is_some_and(|s| (0..LOOK * 60).contains(&(now - s))) {
        return Ok(());
    }
    person(app, cx, &a.person, purpose, Some(a.number.clone())).await?;
    cx.keep(KEPT, &format!("{what} {now}"));
    Ok(())
}

async fn show(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let a = load(&app, &id).await?;
    if a.state == At::Draft && a.clerk.actor == cx.who()?.id {
        return cx.redirect(&format!("/clerk/applications/{}/check", a.id));
    }
    look(&app, &cx, &a).await?;
    let id = a.id;
    let found = app
        .db()
        .read(|tx| {
            Box::pin(async move {
                Ok::<_, store::StoreError>(Found {
                    card: card::of_application(tx, id).await?,
                    envelope: envelope::of_application(tx, id).await?,
                    happened: rows::events(tx, id).await?,
                })
            })
        })
        .await?;
    let making = match a.state {
        At::Personalising | At::Ready => app.maker().steps(id).await?,
        _ => vec![],
    };
    let me = cx.who()?;
    let mine = a.taken_by(&Staff::of(&me));
    let Found { card, envelope, happened } = found;
    cx.page(&ApplicationPage { cx: &cx, a, card, envelope, happened, making, mine })
}

async fn make(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>, fields: Fields) -> Answer {
    let a = load(&app, &id).await?;
    order(&app, cx.cx(), &a, version(&fields), &Staff::of(&cx.who()?)).await?;
    cx.redirect(&format!("/clerk/applications/{}", a.id))
}

/// Orders the card of an approved application: fresh PINs are sealed before anything else happens.
pub(crate) async fn order(
    app: &Documents,
    cx: &base::Cx,
    a: &Application,
    version: i64,
    by: &Staff,
) -> Result<(), ApplyError> {
    let pins = SealedPins::under_ring(cx, app.ring(), &Pins::random(cx.random.as_ref()));
    let id = a.id;
    app.db()
        .write(&(cx, (by, pins)), |tx, (_, (by, pins))| {
            Box::pin(async move { application::make(tx, id, version, by, pins).await })
        })
        .await
}

async fn unlock(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let a = load(&app, &id).await?;
    let by = Staff::of(&cx.who()?);
    let id = a.id;
    let done: Result<(), ApplyError> =
        app.db().write(&(cx.cx(), by), |tx, (_, by)| Box::pin(async move { envelope::unlock(tx, id, by).await })).await;
    done?;
    cx.flash("ok", "documents-unlocked", &[]);
    cx.redirect(&format!("/clerk/applications/{id}"))
}
