//! Sign-in through HTTP, with cards of a small authority of the test's own.
#![expect(clippy::unwrap_used, reason = "tests")]

mod clients;
mod enter;
mod nation;
mod staff;
