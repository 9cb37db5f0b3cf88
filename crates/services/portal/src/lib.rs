//! The client portal (G1, G4): the first page, one's own page, what happened, how it stands, accessibility.
//!
//! It owns no data of others: it asks the services over the contract, and the ledger.

use std::sync::{Arc, OnceLock};

use contract::Peers;
use store::Db;
use web::{Nav, Permission, Routes};

mod about;
mod chronicle;
mod home;
mod mine;

pub use home::{DemoIdentity, DemoInfo};

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Portal(Arc<Inner>);

struct Inner {
    db: Db,
    peers: Peers,
    demo: OnceLock<DemoInfo>,
}

impl Portal {
    /// The portal.
    pub fn new(db: Db, peers: Peers) -> Self {
        Self(Arc::new(Inner { db, peers, demo: OnceLock::new() }))
    }

    /// Makes the first page that of a demonstration, with its invented people and their PINs. The first call counts.
    pub fn demonstrate(&self, demo: DemoInfo) {
        let _ = self.0.demo.set(demo);
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }
    pub(crate) fn peers(&self) -> &Peers {
        &self.0.peers
    }
    pub(crate) fn demo(&self) -> Option<&DemoInfo> {
        self.0.demo.get()
    }

    /// Pages.
    pub fn routes(&self) -> Routes {
        let routes = Routes::new("portal", include_str!("../locale/lv.ftl"), include_str!("../locale/en.ftl"))
            .nav(Nav::new(60, "/my", "portal-nav-mine", Permission::Person).private())
            .nav(Nav::new(80, "/ledger", "portal-nav-ledger", Permission::Public));
        let routes = home::routes(self, routes);
        let routes = mine::routes(self, routes);
        let routes = chronicle::routes(self, routes);
        about::routes(self, routes)
    }

    /// Calls that others make: none yet.
    pub fn handlers(&self, _: &mut contract::Handlers) {}

    /// Work that outlives a request: none yet.
    pub fn jobs(&self, _: &mut store::Worker) {}
}
