//! The same suite on every store, then what is particular to each.

mod software;
mod suite;
mod token;
