//! Protocols as messages and pure state machines.
#![deny(clippy::indexing_slicing)]

pub mod web_eid;
