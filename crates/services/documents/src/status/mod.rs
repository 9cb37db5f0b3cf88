//! Suspension, resumption and revocation of a card (EN 319 411-1 section 6.2.4; eIDAS article 24 (4)).
//!
//! Suspending is quick and can be undone: the holder does it alone, or one clerk, with a reason. Revoking is for ever; one clerk
//! does it, since waiting would help whoever has the card. Resuming gives trust back: one clerk who has seen the holder asks for it,
//! another grants it. Open sessions of the holder, private and at work, end with the write that suspends or revokes, and once
//! more when the CA has followed, for those begun in between. A card that was made and is not in use yet can be revoked only: its
//! application is over with it. When an operator stops a certificate at the CA, the card follows (`told`).

mod clerk;
mod error;
mod holder;
mod service;
mod store;
mod sync;
mod told;

use ::store::Worker;
use web::Routes;

use crate::Documents;

pub(crate) use error::CODES;
pub use error::CardError;
pub(crate) use store::{QUERIES, asked as waiting};
pub(crate) use told::certificate_stopped;

/// Why a card is suspended.
pub(crate) const SUSPENSIONS: [&str; 3] = ["lost", "suspicion", "asked"];
/// Why a card is revoked, with the CRLReason of RFC 5280 section 5.3.1: whose key may be in other hands is keyCompromise, changed
/// data are affiliationChanged, a new card is superseded, the rest cessationOfOperation; what should not have been issued
/// is privilegeWithdrawn.
pub(crate) const REVOCATIONS: [(&str, u8); 7] = [
    ("lost", 1),
    ("stolen", 1),
    ("damaged", 5),
    ("replaced", 4),
    ("data-changed", 3),
    ("died", 5),
    ("wrongly-issued", 9),
];

/// Why a card follows a certificate that an operator of the CA stopped; no clerk gives this reason.
pub(crate) const BY_AUTHORITY: &str = "by-authority";

pub(crate) fn routes(app: &Documents, routes: Routes) -> Routes {
    holder::routes(app, clerk::routes(app, routes))
}

pub(crate) fn jobs(app: &Documents, worker: &mut Worker) {
    let this = app.clone();
    worker.on(sync::SYNC, move |cx, job| sync::run(this.clone(), cx, job));
}
