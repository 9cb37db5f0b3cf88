//! The shell through HTTP: permissions, forms, sessions, texts, limits, headers, and calls between nodes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod clients;
mod forms;
mod listener;
mod peers;
mod sample;
mod sessions;
mod shell;
