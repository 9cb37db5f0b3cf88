//! The client portal (G1, G4): the first page, one's own page, what happened, how it stands, accessibility.
//!
//! It owns no data of others: it asks the services over the contract, and the ledger.

use std::sync::Arc;

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
    demo: Option<DemoInfo>,
}

impl Portal {
    /// The portal; `demo` tells the invented people of a demonstration and their PINs, and is absent everywhere else.
    pub fn new(db: Db, peers: Peers, demo: Option<DemoInfo>) -> Self {
        Self(Arc::new(Inner { db, peers, demo }))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }
    pub(crate) fn peers(&self) -> &Peers {
        &self.0.peers
    }
    pub(crate) fn demo(&self) -> Option<&DemoInfo> {
        self.0.demo.as_ref()
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
