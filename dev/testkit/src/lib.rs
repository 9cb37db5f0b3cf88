//! What tests of all crates share: a [`World`] on each database, and a [`Client`] that behaves like a browser.
//!
//! ```
//! # use testkit::World;
//! testkit::each_db! {
//!     async fn a_day_has_hours(world: World) {
//!         world.db.ping().await.unwrap();
//!         world.clock.advance(jiff::SignedDuration::from_hours(1));
//!     }
//! }
//! ```

mod client;
mod world;

pub use client::{Answer, Client};
pub use world::{Database, World, run};

/// Makes of each `async fn NAME(world: World) { … }` a module with one test per database. The PostgreSQL one needs
/// `ENKURS_TEST_PG` (`postgres://user@host:port`; `cargo xtask test` sets it) and says so when it is not set.
#[macro_export]
macro_rules! each_db {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "what a body uses differs")]
            use super::*;
            async fn body($world: $crate::World) $body
            #[test]
            $(#[$meta])*
            fn sqlite() {
                $crate::run($crate::Database::Sqlite, body);
            }
            #[test]
            $(#[$meta])*
            fn postgres() {
                $crate::run($crate::Database::Postgres, body);
            }
        }
    )*};
}
