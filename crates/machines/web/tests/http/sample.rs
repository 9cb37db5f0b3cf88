//! A small service to try the shell with.

use std::sync::{Arc, atomic::AtomicUsize, atomic::Ordering};

use askama::Template;
use axum::extract::State;
use base::Cx;
use store::Db;
use testkit::Client;
use web::{
    Answer, Config, DbGate, Fields, Filled, Json, Nav, PageCx, Permission, Right, Role, Route, Routes, Shell, Upload,
    jobs, limits, session, spend,
};

pub(crate) const LV: &str = "sample-title = Paraugs\nsample-nav = Paraugs\nsample-name = Vārds\nsample-empty = Ievadi vārdu\nsample-saved = Saglabāts: { $name }\n";
pub(crate) const EN: &str = "sample-title = Sample\nsample-nav = Sample\nsample-name = Name\nsample-empty = Enter a name\nsample-saved = Saved: { $name }\n";

#[derive(Template)]
#[template(
    source = r#"{% extends "shell.html" %}{% block title %}{{ cx.t("sample-title") }}{% endblock %}{% block main %}<h1>{{ cx.t("sample-title") }}</h1>{{ cx.errors(form) }}<form method="post" action="/sample">{{ cx.hidden() }}{{ cx.once() }}{{ cx.text("name", "sample-name").of(form) }}<button class="btn">→</button></form><form method="post" action="/upload" enctype="multipart/form-data">{{ cx.hidden() }}{{ cx.file("file", "sample-name") }}</form>{% endblock %}"#,
    ext = "html"
)]
struct Page<'a> {
    cx: &'a PageCx,
    form: &'a Filled,
}

pub(crate) struct Sample {
    db: Db,
    pub(crate) saved: AtomicUsize,
}

async fn show(cx: PageCx) -> Answer {
    cx.page(&Page { cx: &cx, form: &Filled::default() })
}

async fn save(State(app): State<Arc<Sample>>, cx: PageCx, fields: Fields) -> Answer {
    let mut form = Filled::from(fields);
    let Some(name) = form.required("name", "sample-empty") else {
        return cx.invalid(&Page { cx: &cx, form: &form });
    };
    app.db.write(&(cx.cx(), &form.fields), |tx, (_, fields)| Box::pin(async move { spend(tx, fields).await })).await?;
    app.saved.fetch_add(1, Ordering::SeqCst);
    cx.flash("ok", "sample-saved", &[("name", &name)]);
    cx.redirect("/sample")
}

async fn upload(cx: PageCx, mut up: Upload) -> Answer {
    let mut seen = vec![];
    while let Some(mut part) = up.next().await? {
        let name = part.file_name().to_owned();
        let mut size = 0;
        while let Some(chunk) = part.chunk().await? {
            size += chunk.len();
        }
        seen.push(format!("{name}:{size}"));
    }
    cx.json(&seen)
}

async fn become_person(State(app): State<Arc<Sample>>, cx: PageCx) -> Answer {
    let actor = web::testing::actor(cx.cx(), false, &[]);
    let (id, human) = (actor.id.clone(), session::human(&actor.person_code));
    let epochs = app.db.read(|tx| {
        Box::pin(async move {
            let epochs =
                session::Epochs { actor: session::epoch(tx, &id).await?, human: session::epoch(tx, &human).await? };
            Ok::<_, web::Fault>(epochs)
        })
    });
    cx.sign_in(actor, epochs.await?).await?;
    cx.redirect("/mine")
}

async fn leave(cx: PageCx) -> Answer {
    cx.sign_out_everywhere().await?;
    cx.redirect("/sample")
}

async fn mine(cx: PageCx) -> Answer {
    let who = cx.who()?;
    cx.json(&who.id)
}

async fn plain() -> &'static str {
    "ok"
}

async fn falls(cx: PageCx) -> String {
    cx.kept("nothing").unwrap()
}

async fn count(State(app): State<Arc<Sample>>, cx: PageCx, Json(v): Json<serde_json::Value>) -> Answer {
    if v["fail"] == true {
        return Err(web::Fault::not_found());
    }
    cx.json(&app.saved.fetch_add(1, Ordering::SeqCst))
}

async fn take(cx: PageCx, body: axum::body::Bytes) -> Answer {
    cx.json(&body.len())
}

/// Long work: the answer says where to ask for it.
async fn long(State(app): State<Arc<Sample>>, cx: PageCx) -> Answer {
    let owner = cx.caller().unwrap();
    let work = (cx.cx(), owner);
    let id = app.db.write(&work, |tx, (_, owner)| {
        Box::pin(async move {
            let id = jobs::accept(tx, owner, store::NewJob::new("sample.long", &1)?).await?;
            jobs::progress(tx, id, 1, 3).await?;
            Ok::<_, web::Fault>(id)
        })
    });
    cx.accepted(id.await?)
}

async fn echo(cx: PageCx, Json(v): Json<serde_json::Value>) -> Answer {
    cx.json(&v)
}

pub(crate) fn shell(cx: Cx, db: &Db, change: impl FnOnce(&mut Config)) -> (Shell, Arc<Sample>) {
    let app = Arc::new(Sample { db: db.clone(), saved: AtomicUsize::new(0) });
    let a = || Arc::clone(&app);
    let routes = Routes::new("sample", LV, EN)
        .nav(Nav::new(1, "/sample", "sample-nav", Permission::Public))
        .route(Route::get("/sample", Permission::Public).to((), show))
        .route(Route::post("/sample", Permission::Public).to(a(), save))
        .route(Route::post("/upload", Permission::Public).upload().to((), upload))
        .route(Route::post("/enter", Permission::Public).to(a(), become_person))
        .route(Route::post("/leave", Permission::SignedIn).to((), leave))
        .route(Route::get("/mine", Permission::Person).to((), mine))
        .route(Route::get("/either", Permission::SignedIn).to((), plain))
        .route(Route::get("/work", Permission::Staff(Role::Clerk)).to((), plain))
        .route(Route::get("/any-work", Permission::AnyStaff).to((), plain))
        .route(Route::get("/between", Permission::Node).to((), plain))
        .route(Route::get("/falls", Permission::Public).to((), falls))
        .route(Route::get("/api/v1/judged", Permission::Client(Right::Validate)).to((), plain))
        .route(Route::get("/api/v1/either", Permission::PersonOr(Right::Sign)).to((), plain))
        .route(Route::post("/api/v1/take", Permission::Client(Right::Preserve)).most(1000).to((), take))
        .route(Route::post("/api/v1/long", Permission::AnyCaller).to(a(), long))
        .route(Route::get("/api/v1/open", Permission::Public).to((), plain))
        .route(Route::post("/api/v1/count", Permission::Public).idempotent(db).summary("Count").to(a(), count))
        .route(Route::post("/api/v1/echo", Permission::SignedIn).summary("Echo").to((), echo));
    let mut config = Config::new("http://127.0.0.1:8080", web::KeyRing::fresh(cx.random.as_ref()));
    config.limits = limits::LimitConfig::unlimited();
    config.clients = Some(db.clone());
    change(&mut config);
    let shell =
        Shell::build(cx, config, Arc::new(DbGate::new(db.clone())), vec![routes, web::client::routes(db)]).unwrap();
    (shell, app)
}

pub(crate) fn client(shell: &Shell) -> Client {
    Client::new(shell.router()).header("accept", "text/html")
}
