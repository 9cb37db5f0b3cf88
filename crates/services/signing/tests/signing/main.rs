//! Signing and validation through HTTP on both databases, with a small trust core behind the contract.
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod abroad;
mod bench;
mod engine;
mod evidence;
mod forms;
mod journey;
mod lists;
mod pictures;
mod programs;
mod raised;
mod refusals;
mod rules;
mod validation;
