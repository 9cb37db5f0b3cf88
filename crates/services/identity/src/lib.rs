//! Electronic identification (C): sign-in with the identity card, and who works where.
//!
//! - `enter`: sign-in by a Web eID token, sign-out; ledger entries of both.
//! - `client`: programs of institutions: registered, suspended, given access tokens.
//! - `staff`: who works for which institution, and in which roles.

use std::sync::Arc;

use contract::{Handlers, Peers};
use store::Db;
use web::{Asset, Nav, Permission, Role, Route, Routes, limits::Class};

mod client;
mod enter;
mod staff;

pub use client::ClientError;
pub use enter::EnterError;
pub use staff::StaffError;

/// Who keeps the register of staff.
const MANAGER: Permission = Permission::Staff(Role::StaffManager);

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    db: Db,
    peers: Peers,
    origin: String,
}

/// Every error code of this service.
pub const CODES: &[&str] = &[
    "identity.enter.nonce",
    "identity.enter.replayed",
    "identity.enter.issuer",
    "identity.enter.person",
    "identity.enter.on-hold",
    "identity.enter.revoked",
    "identity.enter.unknown",
    "identity.enter.status",
    "identity.enter.not-staff",
    "identity.staff.code",
    "identity.staff.name",
    "identity.staff.institution",
    "identity.staff.role",
    "identity.staff.unknown",
    "identity.staff.oneself",
];

/// Every statement of this service; prepared on both databases by a test.
pub const QUERIES: &[&str] = staff::QUERIES;

impl Identity {
    /// The service; `origin` is the one that browsers show for our pages (`https://enkurs.example`).
    pub fn new(db: Db, peers: Peers, origin: impl Into<String>) -> Self {
        Self(Arc::new(Inner { db, peers, origin: origin.into() }))
    }

    /// Its pages.
    pub fn routes(&self) -> Routes {
        let me = || self.clone();
        let routes = Routes::new("identity", include_str!("../locale/lv.ftl"), include_str!("../locale/en.ftl"))
            .errors(CODES)
            .errors(&client::CODES)
            .also("protocol", protocol::LOCALE_LV, protocol::LOCALE_EN)
            .asset(Asset::js("web-eid.js", agent::WEB_EID_JS))
            .asset(Asset::js("sign-in.js", include_str!("../assets/sign-in.js")))
            .route(Route::get("/sign-in", Permission::Public).to(me(), enter::show))
            .route(Route::post("/sign-in", Permission::Public).class(Class::SignIn).to(me(), enter::enter))
            .route(Route::get("/sign-in/as", Permission::Public).to(me(), enter::show_as))
            .route(Route::post("/sign-in/as", Permission::Public).to(me(), enter::enter_as))
            .route(Route::post("/sign-out", Permission::Public).to(me(), enter::leave))
            .route(Route::post("/sign-out/everywhere", Permission::SignedIn).to(me(), enter::leave_everywhere))
            .nav(Nav::new(90, "/staff", "identity-nav-staff", MANAGER))
            .route(Route::get("/staff", MANAGER).to(me(), staff::pages::show))
            .route(Route::post("/staff", MANAGER).audited().to(me(), staff::pages::add))
            .route(Route::post("/staff/{id}/end", MANAGER).audited().to(me(), staff::pages::end))
            .route(
                Route::get("/api/v1/session", Permission::SignedIn)
                    .summary("Who is signed in")
                    .gives::<enter::SessionView>(200, "The person of this session")
                    .to((), enter::session),
            );
        client::routes(self, routes)
    }

    /// The calls it answers.
    pub fn handlers(&self, handlers: &mut Handlers) {
        staff::handlers(self, handlers);
    }
}
