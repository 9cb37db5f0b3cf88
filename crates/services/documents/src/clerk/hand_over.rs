//! The hand-over: the holder's identity is checked and recorded, the envelope gets its code, the certificates are activated.

use askama::Template;
use axum::extract::{Path, State};
use base::Cx;
use web::{Answer, Fields, Filled, PageCx, Route, Routes};

use super::{load, person, version};
use crate::{
    CLERK, Documents,
    application::{self, Application, ApplyError, Handing, PROOFS, Staff, State as At},
    envelope::{self, Code, Envelope},
};

#[derive(Template)]
#[template(path = "clerk/hand_over.html")]
struct HandOverPage<'a> {
    cx: &'a PageCx,
    a: Application,
    form: Filled,
}

#[derive(Template)]
#[template(path = "clerk/receipt.html")]
struct ReceiptPage<'a> {
    cx: &'a PageCx,
    a: Application,
    envelope: Envelope,
    code: Option<String>,
}

impl ReceiptPage<'_> {
    fn address(&self) -> String {
        format!("{}/pin/{}", self.cx.public_url(), self.envelope.id)
    }
    fn proofless(&self) -> String {
        self.a.document.clone().unwrap_or_default()
    }
}

impl HandOverPage<'_> {
    fn proofs(&self) -> web::ui::Input {
        let cx = self.cx;
        let radio = cx.radio("proof", "documents-proof");
        PROOFS.iter().fold(radio, |r, w| r.choice(w, cx.tk("documents-proof-", w))).of(&self.form)
    }
}

pub(super) fn routes(app: &Documents, routes: Routes) -> Routes {
    routes
        .route(Route::get("/clerk/applications/{id}/hand-over", CLERK).audited().to(app.clone(), ask))
        .route(Route::post("/clerk/applications/{id}/hand-over", CLERK).audited().to(app.clone(), hand))
        .route(Route::get("/clerk/applications/{id}/receipt", CLERK).audited().to(app.clone(), receipt))
        .route(Route::post("/clerk/applications/{id}/receipt", CLERK).audited().to(app.clone(), given))
}

async fn ask(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let a = load(&app, &id).await?;
    if a.state != At::Ready {
        return Err(ApplyError::State { state: a.state.name() }.into());
    }
    if a.taken_by(&Staff::of(&cx.who()?)) {
        return Err(ApplyError::SameHand.into());
    }
    person(&app, &cx, &a.person, "hand-over", Some(a.number.clone())).await?;
    cx.page(&HandOverPage { cx: &cx, a, form: Filled::default() })
}

/// Under which the code waits in the clerk's session until it has been given.
fn note_name(a: &Application) -> String {
    format!("documents.code.{}", a.id)
}

async fn hand(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>, fields: Fields) -> Answer {
    let a = load(&app, &id).await?;
    if a.state != At::Ready {
        return Err(ApplyError::State { state: a.state.name() }.into());
    }
    let version = version(&fields);
    let mut form = Filled::from(fields);
    let proof = form.get("proof").to_owned();
    if !PROOFS.contains(&proof.as_str()) {
        form.refused("proof", &ApplyError::NoProof);
    }
    if !form.fields.ticked("face") {
        form.wrong("face", "documents-face-missing");
    }
    if form.get("remark").chars().count() > 500 {
        form.wrong("remark", "documents-remark-long");
    }
    if form.failed() {
        return cx.invalid(&HandOverPage { cx: &cx, a, form });
    }
    let by = Staff::of(&cx.who()?);
    let code = hand_over(&app, cx.cx(), &a, version, &by, &proof, form.get("remark")).await?;
    cx.keep(&note_name(&a), &code.shown());
    cx.redirect(&format!("/clerk/applications/{}/receipt", a.id))
}

/// Seals the PINs under a fresh code and hands the card over; answers the code, which exists nowhere else.
pub(crate) async fn hand_over(
    app: &Documents,
    cx: &Cx,
    a: &Application,
    version: i64,
    by: &Staff,
    proof: &str,
    remark: &str,
) -> Result<Code, ApplyError> {
    let pins = envelope::kept(app.db(), app.ring(), a.id).await?;
    let (code, pins) = envelope::seal_for(cx, pins).await?;
    let id = a.id;
    let handing = Handing { proof, remark, pins };
    app.db()
        .write(&(cx, (by, handing)), |tx, (_, (by, handing))| {
            Box::pin(async move { application::hand_over(tx, id, version, by, handing).await })
        })
        .await
        .map(|()| code)
}

async fn receipt(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let a = load(&app, &id).await?;
    let id = a.id;
    let envelope = app.db().read(|tx| Box::pin(async move { envelope::of_application(tx, id).await })).await?;
    let envelope = envelope.filter(|e| e.state != envelope::State::Kept);
    let envelope = envelope.ok_or(ApplyError::State { state: a.state.name() })?;
    let code = cx.kept(&note_name(&a));
    cx.page(&ReceiptPage { cx: &cx, a, envelope, code })
}

async fn given(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let a = load(&app, &id).await?;
    cx.take(&note_name(&a));
    cx.flash("ok", "documents-given", &[]);
    cx.redirect(&format!("/clerk/applications/{}", a.id))
}
