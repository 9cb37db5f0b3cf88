//! Outgoing HTTP, with a guard against request forgery.
//!
//! Addresses come from certificates and messages, so from strangers. A request goes only to public addresses (or to origins the
//! configuration names), to the very address that was checked, without credentials, with bounds on time and size, and follows no redirect
//! to another origin.

mod client;
mod error;
mod fetch;
mod guard;
mod needs;
pub mod sntp;
mod trust;

pub use client::{Client, Config};
pub use error::NetError;
pub use guard::{Guard, Origin};
pub use needs::{Asked, Fetch, Network, fetch_needs};
pub use trust::{NoRoots, pem_roots, system_roots};

/// Texts of the errors, Latvian (Fluent).
pub const LOCALE_LV: &str = include_str!("../locale/lv.ftl");
/// Texts of the errors, English (Fluent).
pub const LOCALE_EN: &str = include_str!("../locale/en.ftl");
