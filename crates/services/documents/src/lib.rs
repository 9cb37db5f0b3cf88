//! Identity cards (F2): from the application to the card in its holder's hands.
//!
//! - `application`: the application, its states and the only ways between them; two clerks for each card.
//! - [`photo`]: any upload becomes a small JPEG of our own making, or is refused with a reason.
//! - `making`: the order for a card and the jobs that make and activate it, whatever happens in between.
//! - `personalise`: a blank card becomes the card of an order, step by step, whatever cuts it off.
//! - `card`: the cards ordered, and where they are in their lives.
//! - [`envelope`]: PINs on their way to the holder, shown exactly once.
//! - `status`: suspension, resumption and revocation, by clerks and by the holder.
//! - `clerk`, `holder`: pages.
//! - `calls`: what other services ask.

use std::sync::Arc;

use base::KeyRing;
use contract::Peers;
use ledger::Entry;
use serde_json::Value;
use store::{Blobs, Db, StoreError, Tx};
use web::{
    Lang, Nav, Permission, Role, Routes,
    ops::{Finding, Health, Watch},
};

mod application;
mod calls;
mod card;
mod clerk;
pub mod envelope;
mod holder;
mod making;
mod personalise;
pub mod photo;
mod seed;
mod status;

pub use application::{Application, ApplicationId, ApplyError, Staff, State};
pub use card::Made;
pub use making::{MakeError, MakeStep, Maker, Order};
pub use personalise::TrayMaker;
pub use seed::{Issue, Issued, seed};
pub use status::CardError;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Documents(Arc<Inner>);

struct Inner {
    db: Db,
    blobs: Blobs,
    ring: Arc<KeyRing>,
    peers: Peers,
    maker: Arc<dyn Maker>,
}

/// Who may use the pages of clerks.
pub(crate) const CLERK: Permission = Permission::Staff(Role::Clerk);

/// Every error code of this service.
const CODES: &[&str] = &[
    "documents.application.unknown",
    "documents.application.stale",
    "documents.application.state",
    "documents.application.not-yours",
    "documents.application.incomplete",
    "documents.approve.same-clerk",
    "documents.own-card",
    "documents.apply.open-already",
    "documents.apply.too-young",
    "documents.reject.no-reason",
    "documents.hand-over.no-proof",
    "documents.hand-over.same-clerk",
    "documents.envelope.sealed",
    "documents.contact.email",
    "documents.contact.phone",
    "documents.make.key-lost",
    "documents.make.key-differs",
    "documents.make.certificate",
    "documents.make.untried",
    "documents.make.journal",
    "documents.make.interrupted",
    "documents.photo.missing",
    "documents.photo.large",
    "documents.photo.format",
    "documents.photo.damaged",
    "documents.photo.small",
    "documents.photo.huge",
    "documents.photo.flat",
];

impl Documents {
    /// The service over its database, blob store and key ring, with what makes the cards.
    pub fn new(db: Db, blobs: Blobs, ring: Arc<KeyRing>, peers: Peers, maker: Arc<dyn Maker>) -> Self {
        Self(Arc::new(Inner { db, blobs, ring, peers, maker }))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }
    pub(crate) fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }
    pub(crate) fn ring(&self) -> &KeyRing {
        &self.0.ring
    }
    pub(crate) fn peers(&self) -> &Peers {
        &self.0.peers
    }
    pub(crate) fn maker(&self) -> &dyn Maker {
        self.0.maker.as_ref()
    }

    /// Pages.
    pub fn routes(&self) -> Routes {
        let routes = Routes::new("documents", include_str!("../locale/lv.ftl"), include_str!("../locale/en.ftl"))
            .also("card", ::card::LOCALE_LV, ::card::LOCALE_EN)
            .also("reader", reader::LOCALE_LV, reader::LOCALE_EN)
            .errors(CODES)
            .errors(status::CODES)
            .nav(Nav::new(10, "/clerk", "documents-nav-work", CLERK))
            .nav(Nav::new(50, "/my/card", "documents-nav-card", Permission::Person).private());
        let this = self.clone();
        let routes = routes.watch(Watch::new("documents", "documents-watch", move |cx, lang| {
            let this = this.clone();
            async move { this.waiting(cx.now(), lang).await }
        }));
        let routes = clerk::routes(self, routes);
        holder::routes(self, status::routes(self, routes))
    }

    /// What waits, for the operator's console.
    async fn waiting(&self, now: jiff::Timestamp, lang: Lang) -> Finding {
        let found = self.db().read(|tx| Box::pin(async move { application::store::counts(tx, now).await })).await;
        let counts = match found {
            Ok(counts) => counts,
            Err(e) => return Finding::new(Health::Down).row("store", StoreError::code(&e)),
        };
        let health = if counts.overdue > 0 { Health::Look } else { Health::Good };
        let words = match lang {
            Lang::Lv => ["gaida lēmumu", "tiek izgatavotas", "gaida izsniegšanu", "nokavētas"],
            Lang::En => ["wait for a decision", "being made", "wait to be handed over", "overdue"],
        };
        let figures = [counts.approval, counts.personalisation, counts.hand_over, counts.overdue];
        words.into_iter().zip(figures).fold(Finding::new(health), |f, (word, n)| f.row(word, n))
    }

    /// Calls that others make.
    pub fn handlers(&self, handlers: &mut contract::Handlers) {
        calls::register(self, handlers);
    }

    /// Work that outlives a request.
    pub fn jobs(&self, worker: &mut store::Worker) {
        making::register(self, worker);
        status::jobs(self, worker);
    }
}

/// Every statement of this crate; prepared on both databases by a test.
pub fn queries() -> Vec<&'static str> {
    [application::store::QUERIES, card::QUERIES, status::QUERIES, envelope::QUERIES, personalise::QUERIES].concat()
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
