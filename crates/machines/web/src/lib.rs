//! The HTTP shell: one declaration for each route, pages in two languages, sealed sessions, forms, limits, problem documents,
//! health and metrics, and the contract between nodes.
//!
//! A service gives [`Routes`]; [`Shell::build`] joins them into one router:
//!
//! ```text
//! Routes::new("register", LV, EN)
//!     .route(Route::get("/clerk/persons", Permission::Staff(Role::Clerk)).summary("Find a person").to(app.clone(), list))
//!     .route(Route::post("/clerk/persons", Permission::Staff(Role::Clerk)).form().audited().to(app, create))
//! ```
//!
//! A handler takes [`PageCx`] and answers `web::Answer`: `cx.page(&Template { cx: &cx, … })`, `cx.redirect("/…")` or any
//! error that [`Refuses`]; the shell turns an error into a page or a problem document in the visitor's language.

pub mod actor;
pub mod assets;
pub mod client;
pub mod fault;
pub mod i18n;
pub mod jobs;
pub mod limits;
pub mod ops;
pub mod page;
pub mod peers;
pub mod route;
pub mod serve;
pub mod session;
pub mod shell;
pub mod testing;
pub mod ui;
pub mod upload;

pub use actor::{Actor, Caller, Permission, Role};
pub use assets::Asset;
pub use base::KeyRing;
pub use client::{Client, Right};
pub use fault::{Answer, Fault, Refuses, Status};
pub use i18n::{Lang, Msg};
pub use page::{Fields, Filled, Form, Json, PageCx, spend};
pub use route::{Nav, Route, Routes, Seen};
pub use session::DbGate;
pub use shell::{Config, Shell};
pub use upload::Upload;
