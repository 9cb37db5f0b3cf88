//! Taking an application: why, photo, contact; each answer kept, all shown before it goes to the second clerk.

use askama::Template;
use axum::extract::{Path, State};
use contract::register::Person;
use web::{Answer, Fields, Filled, PageCx, Refuses, Route, Routes, Upload, ui::Input};

use super::{load, person, version};
use crate::{
    CLERK, Documents,
    application::{self, Application, ApplicationId, ApplyError, REASONS, Staff, State as At, holder},
    photo::{self, PhotoError},
};

#[derive(Template)]
#[template(path = "clerk/begin.html")]
struct BeginPage<'a> {
    cx: &'a PageCx,
    p: Person,
    name: String,
}

#[derive(Template)]
#[template(path = "clerk/step.html")]
struct StepPage<'a> {
    cx: &'a PageCx,
    a: Application,
    step: &'static str,
    form: Filled,
}

#[derive(Template)]
#[template(path = "clerk/check.html")]
struct CheckPage<'a> {
    cx: &'a PageCx,
    a: Application,
}

const STEPS: [&str; 3] = ["reason", "photo", "contact"];

impl StepPage<'_> {
    fn at(&self) -> usize {
        STEPS.iter().position(|s| *s == self.step).map_or(1, |i| i + 1)
    }
    fn back(&self) -> Option<String> {
        let before = STEPS.get(self.at().checked_sub(2)?)?;
        Some(format!("/clerk/applications/{}/{before}", self.a.id))
    }
    fn inputs(&self) -> Vec<Input> {
        let cx = self.cx;
        match self.step {
            "reason" => {
                let radio = cx.radio("reason", "documents-ask-reason");
                vec![REASONS.iter().fold(radio, |r, w| r.choice(w, cx.tk("documents-reason-", w))).of(&self.form)]
            }
            "photo" => vec![
                cx.file("photo", "documents-photo-file")
                    .hint("documents-photo-hint")
                    .attr("accept", "image/jpeg,image/png")
                    .of(&self.form),
            ],
            _ => vec![
                cx.email("email", "documents-email")
                    .hint("documents-email-hint")
                    .attr("autocomplete", "off")
                    .optional()
                    .of(&self.form),
                cx.tel("phone", "documents-phone").attr("autocomplete", "off").optional().of(&self.form),
            ],
        }
    }
}

impl CheckPage<'_> {
    fn link(&self, step: &str) -> String {
        format!("/clerk/applications/{}/{step}", self.a.id)
    }
    fn reason(&self) -> String {
        let words = self.a.reason.as_ref().map(|r| self.cx.tk("documents-reason-", r).to_string());
        words.unwrap_or_default()
    }
    fn complete(&self) -> bool {
        self.a.reason.is_some() && self.a.photo.is_some() && (self.a.email.is_some() || self.a.phone.is_some())
    }
}

pub(super) fn routes(app: &Documents, routes: Routes) -> Routes {
    routes
        .route(Route::get("/clerk/applications/new/{person}", CLERK).audited().to(app.clone(), begin_page))
        .route(Route::post("/clerk/applications/new/{person}", CLERK).audited().to(app.clone(), begin))
        .route(Route::get("/clerk/applications/{id}/reason", CLERK).to(app.clone(), ask_reason))
        .route(Route::post("/clerk/applications/{id}/reason", CLERK).to(app.clone(), set_reason))
        .route(Route::get("/clerk/applications/{id}/photo", CLERK).to(app.clone(), ask_photo))
        .route(
            Route::post("/clerk/applications/{id}/photo", CLERK)
                .upload()
                .most(photo::MOST_BYTES + 64_000)
                .to(app.clone(), set_photo),
        )
        .route(Route::get("/clerk/applications/{id}/contact", CLERK).to(app.clone(), ask_contact))
        .route(Route::post("/clerk/applications/{id}/contact", CLERK).to(app.clone(), set_contact))
        .route(Route::get("/clerk/applications/{id}/check", CLERK).to(app.clone(), check))
        .route(Route::post("/clerk/applications/{id}/submit", CLERK).audited().to(app.clone(), submit))
        .route(Route::post("/clerk/applications/{id}/withdraw", CLERK).audited().to(app.clone(), withdraw))
}

async fn begin_page(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let p = person(&app, &cx, &id, "document-application", None).await?;
    let name = format!("{} {}", p.given_name, p.family_name);
    cx.page(&BeginPage { cx: &cx, p, name })
}

async fn begin(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let p = person(&app, &cx, &id, "document-application", None).await?;
    let by = Staff::of(&cx.who()?);
    let id: Result<ApplicationId, ApplyError> = app
        .db()
        .write(&(cx.cx(), (p, by)), |tx, (_, (p, by))| Box::pin(async move { application::start(tx, by, p).await }))
        .await;
    cx.redirect(&format!("/clerk/applications/{}/reason", id?))
}

/// A draft of this clerk; anything else leads to the application's own page.
async fn own_draft(app: &Documents, cx: &PageCx, id: &str) -> Answer<Application> {
    let a = load(app, id).await?;
    if a.state != At::Draft {
        return Err(ApplyError::State { state: a.state.name() }.into());
    }
    if a.clerk.actor != cx.who()?.id {
        return Err(ApplyError::NotYours.into());
    }
    Ok(a)
}

async fn ask_reason(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let a = own_draft(&app, &cx, &id).await?;
    let form = Filled::from(Fields::default().with("reason", a.reason.as_deref().unwrap_or_default()));
    cx.page(&StepPage { cx: &cx, a, step: "reason", form })
}

async fn ask_photo(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let a = own_draft(&app, &cx, &id).await?;
    cx.page(&StepPage { cx: &cx, a, step: "photo", form: Filled::default() })
}

async fn ask_contact(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let a = own_draft(&app, &cx, &id).await?;
    let fields = Fields::default()
        .with("email", a.email.as_deref().unwrap_or_default())
        .with("phone", a.phone.as_deref().unwrap_or_default());
    cx.page(&StepPage { cx: &cx, a, step: "contact", form: fields.into() })
}

/// Keeps an answer and leads on: to the next open question, or to the check.
async fn kept(app: &Documents, cx: &PageCx, a: &Application, fill: impl Fn(&mut Application) + Send + Sync) -> Answer {
    let by = Staff::of(&cx.who()?);
    let id = a.id;
    let fill = &fill;
    let done: Result<Application, ApplyError> = app
        .db()
        .write(&(cx.cx(), (by, fill)), |tx, (_, (by, fill))| {
            Box::pin(async move {
                application::set_answers(tx, id, by, *fill).await?;
                application::store::get(tx, id).await?.ok_or(ApplyError::Unknown)
            })
        })
        .await;
    let a = done?;
    let next = match () {
        () if a.reason.is_none() => "reason",
        () if a.photo.is_none() => "photo",
        () if a.email.is_none() && a.phone.is_none() => "contact",
        () => "check",
    };
    cx.redirect(&format!("/clerk/applications/{id}/{next}"))
}

async fn set_reason(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>, fields: Fields) -> Answer {
    let a = own_draft(&app, &cx, &id).await?;
    let mut form = Filled::from(fields);
    let reason = form.get("reason").to_owned();
    if !REASONS.contains(&reason.as_str()) {
        form.wrong("reason", "documents-reason-missing");
        return cx.invalid(&StepPage { cx: &cx, a, step: "reason", form });
    }
    kept(&app, &cx, &a, |a| a.reason = Some(reason.clone())).await
}

async fn set_contact(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>, fields: Fields) -> Answer {
    let a = own_draft(&app, &cx, &id).await?;
    let mut form = Filled::from(fields);
    let email = form.read("email", crate::holder::parse_email);
    let phone = form.read("phone", crate::holder::parse_phone);
    if email == Some(None) && phone == Some(None) {
        form.wrong("email", "documents-contact-missing");
    }
    let (Some(email), Some(phone), false) = (email, phone, form.failed()) else {
        return cx.invalid(&StepPage { cx: &cx, a, step: "contact", form });
    };
    kept(&app, &cx, &a, |a| (a.email, a.phone) = (email.clone(), phone.clone())).await
}

/// The file of an upload, in memory: it is small, or refused.
async fn received(mut upload: Upload) -> Answer<Result<Vec<u8>, PhotoError>> {
    while let Some(mut part) = upload.next().await? {
        if part.name() != "photo" {
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await? {
            if (bytes.len() + chunk.len()) as u64 > photo::MOST_BYTES {
                return Ok(Err(PhotoError::Large));
            }
            bytes.extend_from_slice(&chunk);
        }
        return Ok(Ok(bytes));
    }
    Ok(Err(PhotoError::Missing))
}

async fn set_photo(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>, upload: Upload) -> Answer {
    let a = own_draft(&app, &cx, &id).await?;
    let jpeg = match received(upload).await? {
        Ok(bytes) => {
            let work = tokio::task::spawn_blocking(move || photo::normalise(&bytes));
            work.await.unwrap_or(Err(PhotoError::Damaged))
        }
        Err(e) => Err(e),
    };
    let jpeg = match jpeg {
        Ok(jpeg) => jpeg,
        Err(e) => {
            let mut form = Filled::default();
            form.refused("photo", &e);
            let page = StepPage { cx: &cx, a, step: "photo", form };
            cx.invalid(&page)?;
            return cx.page_with(e.status(), &page);
        }
    };
    attach(&app, cx.cx(), &a, &Staff::of(&cx.who()?), &jpeg).await?;
    let a = load(&app, &id).await?;
    kept(&app, &cx, &a, |_| {}).await
}

/// Keeps the photo of a draft and lets an earlier one go.
pub(crate) async fn attach(
    app: &Documents,
    cx: &base::Cx,
    a: &Application,
    by: &Staff,
    jpeg: &[u8],
) -> Result<(), ApplyError> {
    let blob = app.blobs().put_bytes(cx, jpeg).await?;
    let (id, old) = (a.id, a.photo.clone());
    app.db()
        .write(&(cx, (by, blob, old)), |tx, (_, (by, blob, old))| {
            Box::pin(async move {
                if let Some(old) = old.as_ref().filter(|o| **o != blob.address) {
                    tx.release(old, &holder(id)).await?;
                }
                tx.hold(blob, &holder(id)).await?;
                application::set_answers(tx, id, by, |a| a.photo = Some(blob.address.clone())).await
            })
        })
        .await
}

async fn check(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let a = own_draft(&app, &cx, &id).await?;
    cx.page(&CheckPage { cx: &cx, a })
}

async fn submit(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>, fields: Fields) -> Answer {
    let a = load(&app, &id).await?;
    let p = person(&app, &cx, &a.person, "document-application", Some(a.number.clone())).await?;
    let (by, id, version) = (Staff::of(&cx.who()?), a.id, version(&fields));
    let done: Result<(), ApplyError> = app
        .db()
        .write(&(cx.cx(), (by, p)), |tx, (_, (by, p))| {
            Box::pin(async move { application::submit(tx, id, version, by, p).await })
        })
        .await;
    done?;
    cx.flash("ok", "documents-submitted", &[("number", &a.number)]);
    cx.redirect(&format!("/clerk/applications/{id}"))
}

async fn withdraw(State(app): State<Documents>, cx: PageCx, Path(id): Path<String>, fields: Fields) -> Answer {
    let a = load(&app, &id).await?;
    let (by, id, version) = (Staff::of(&cx.who()?), a.id, version(&fields));
    let done: Result<(), ApplyError> = app
        .db()
        .write(&(cx.cx(), by), |tx, (_, by)| Box::pin(async move { application::withdraw(tx, id, version, by).await }))
        .await;
    done?;
    cx.flash("note", "documents-withdrawn", &[("number", &a.number)]);
    cx.redirect("/clerk")
}
