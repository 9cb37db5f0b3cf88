//! Signing and validation of documents (B1, B5).

pub mod engine;
