//! Protocols as messages and pure state machines.
#![deny(clippy::indexing_slicing)]

pub mod client_assertion;
pub mod web_eid;

/// Texts of the errors of protocols, Latvian (Fluent).
pub const LOCALE_LV: &str = include_str!("../locale/lv.ftl");
/// Texts of the errors of protocols, English (Fluent).
pub const LOCALE_EN: &str = include_str!("../locale/en.ftl");
