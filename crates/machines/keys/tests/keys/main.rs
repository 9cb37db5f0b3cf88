//! The same suite on every store, then what is particular to each.
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod software;
mod suite;
mod token;
