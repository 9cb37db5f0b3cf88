//! The register of natural persons (F1): who they are, since when that is known, and who looked.
//!
//! - [`person`]: rules of codes, names, citizenship and contact; pure.
//! - [`record`]: the record in two times, its changes and corrections, the log of every look.
//! - `find`, `enrol`, `view`, `alter`: pages of clerks.
//! - `calls`: what other services ask.

use std::sync::Arc;

use base::Cx;
use ledger::Entry;
use serde_json::Value;
use store::{Db, StoreError, Tx};
use web::{Nav, Permission, Role, Routes};

mod alter;
mod calls;
mod enrol;
mod find;
pub mod person;
pub mod record;
mod seed;
mod view;

pub use seed::seed;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Register(Arc<Inner>);

struct Inner {
    db: Db,
}

/// Who may use the pages of this service.
pub(crate) const CLERK: Permission = Permission::Staff(Role::Clerk);

/// Every error code of this service.
const CODES: &[&str] = &[
    "register.code.length",
    "register.code.character",
    "register.code.day",
    "register.code.century",
    "register.code.check-digit",
    "register.code.changed-before",
    "register.name.empty",
    "register.name.length",
    "register.name.mixed-script",
    "register.name.script",
    "register.name.character",
    "register.name.separator",
    "register.citizenship.unknown",
    "register.contact.email",
    "register.contact.phone",
    "register.text.empty",
    "register.text.long",
    "register.text.character",
    "register.day.unknown",
    "register.day.future",
    "register.day.too-old",
    "register.person.unknown",
    "register.person.code-taken",
    "register.person.stale",
    "register.change.later-known",
    "register.change.same",
    "register.draft.unknown",
    "register.draft.incomplete",
    "register.reader.purpose",
];

impl Register {
    /// The service over its database.
    pub fn new(db: Db) -> Self {
        Self(Arc::new(Inner { db }))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    /// Pages.
    pub fn routes(&self) -> Routes {
        let routes = Routes::new("register", include_str!("../locale/lv.ftl"), include_str!("../locale/en.ftl"))
            .errors(CODES)
            .nav(Nav::new(20, "/clerk/persons", "register-nav", CLERK));
        let routes = find::routes(self, routes);
        let routes = enrol::routes(self, routes);
        let routes = view::routes(self, routes);
        alter::routes(self, routes)
    }

    /// Calls that others make.
    pub fn handlers(&self, handlers: &mut contract::Handlers) {
        calls::register(self, handlers);
    }

    /// Work that outlives a request.
    pub fn jobs(&self, worker: &mut store::Worker) {
        enrol::jobs(self, worker);
    }
}

/// Every statement of this crate; prepared on both databases by a test.
pub fn queries() -> Vec<&'static str> {
    [record::QUERIES, enrol::QUERIES, calls::QUERIES].concat()
}

/// Records in the ledger what was done, to what and by whom.
pub(crate) async fn note(
    tx: &mut Tx,
    kind: &'static str,
    subject: &str,
    actor: &str,
    mut body: Value,
) -> Result<(), StoreError> {
    if let Some(body) = body.as_object_mut() {
        body.insert("actor".into(), actor.into());
    }
    ledger::record(tx, Entry::new(kind, subject, body)).await.map(|_| ())
}

/// The day in Latvia.
pub(crate) fn today(cx: &Cx) -> jiff::civil::Date {
    record::today(cx.now())
}
