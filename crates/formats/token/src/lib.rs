//! JSON and JOSE: a reader that two readers cannot understand differently, and the algorithms and encodings of RFC 7515 and RFC 7518.
#![warn(clippy::indexing_slicing)]

pub mod jose;
pub mod json;
