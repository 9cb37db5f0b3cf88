//! The crate through its public face.
#![expect(clippy::unwrap_used, reason = "tests")]

mod c14n;
mod generate;
mod parse;
