//! What happened: the newest entries of the ledger in plain words, and its signed head. Nothing here tells who.

use askama::Template;
use axum::extract::{Query, State};
use ledger::{Entry, Head, Recorded};
use serde::Deserialize;
use store::StoreError;
use web::{Answer, Fault, PageCx, Permission, Route, Routes};

use crate::Portal;

const PAGE: u32 = 30;

/// Kinds of entries that have words; others are shown by name.
const KNOWN: &[&str] = &[
    "ca.authority.created",
    "ca.certificate.intended",
    "ca.certificate.issued",
    "ca.certificate.status",
    "ca.crl.published",
    "ca.key.destroyed",
    "ca.timestamps.issued",
    "documents.application.begun",
    "documents.application.submitted",
    "documents.application.approved",
    "documents.application.rejected",
    "documents.application.withdrawn",
    "documents.application.stopped",
    "documents.card.ordered",
    "documents.card.blank",
    "documents.card.key",
    "documents.card.certificate",
    "documents.card.written",
    "documents.card.closed",
    "documents.card.tried",
    "documents.card.made",
    "documents.card.handed-over",
    "documents.card.active",
    "documents.card.suspended",
    "documents.card.resume-asked",
    "documents.card.resumed",
    "documents.card.revoked",
    "documents.envelope.opened",
    "documents.envelope.wrong-code",
    "documents.envelope.locked",
    "documents.envelope.unlocked",
    "documents.envelope.expired",
    "documents.queue.read",
    "identity.enter.done",
    "identity.enter.refused",
    "identity.leave.done",
    "identity.leave.everywhere",
    "identity.staff.entered",
    "identity.staff.ended",
    "identity.client.registered",
    "identity.client.resumed",
    "identity.client.suspended",
    "identity.client.token",
    "register.person.entered",
    "register.person.changed",
    "register.person.corrected",
    "register.person.read",
    "register.persons.listed",
    "signing.signature.intended",
    "signing.signature.made",
    "signing.signature.refused",
    "signing.document.signed",
    "signing.document.forgotten",
    "signing.document.kept",
    "signing.document.renewed",
    "signing.document.validated",
    "signing.receipt.intended",
    "signing.work.accepted",
    "signing.work.done",
];

#[derive(Template)]
#[template(path = "chronicle/ledger.html")]
struct LedgerPage<'a> {
    cx: &'a PageCx,
    head: Head,
    entries: Vec<Recorded>,
    next: Option<String>,
}

impl LedgerPage<'_> {
    fn said(&self, e: &Recorded) -> String {
        match KNOWN.iter().find(|k| **k == e.kind) {
            Some(kind) => self.cx.tk("portal-kind-", kind.replace('.', "-")).to_string(),
            None => e.kind.clone(),
        }
    }
    fn root(&self) -> String {
        let root = self.head.checkpoint.as_ref().map(|c| c.root.iter().map(|b| format!("{b:02x}")).collect());
        root.unwrap_or_default()
    }
    fn signed(&self) -> u64 {
        self.head.checkpoint.as_ref().map_or(0, |c| c.size)
    }
}

pub(crate) fn routes(app: &Portal, routes: Routes) -> Routes {
    routes.route(Route::get("/ledger", Permission::Public).to(app.clone(), show))
}

#[derive(Deserialize)]
struct Before {
    #[serde(default)]
    before: Option<String>,
}

async fn show(State(app): State<Portal>, cx: PageCx, Query(q): Query<Before>) -> Answer {
    let before: Option<base::Id<Entry>> = q.before.as_deref().and_then(|b| b.parse().ok());
    let head = ledger::head(app.db()).await.map_err(|e| Fault::internal(&e))?;
    let entries: Result<Vec<Recorded>, StoreError> =
        app.db().read(|tx| Box::pin(async move { ledger::newest(tx, before, PAGE + 1).await })).await;
    let mut entries = entries?;
    let more = entries.len() > PAGE as usize;
    entries.truncate(PAGE as usize);
    let next = entries.last().filter(|_| more).map(|e| format!("/ledger?before={}", e.id));
    cx.page(&LedgerPage { cx: &cx, head, entries, next })
}
