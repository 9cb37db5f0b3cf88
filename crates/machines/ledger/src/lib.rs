//! The ledger: everyone's tamper-evident audit log.
//!
//! A transaction [`record`]s unordered entries; one [`Sequencer`] at a time gives them positions in a Merkle tree kept as
//! tiles (C2SP tlog-tiles) under signed checkpoints (C2SP signed notes), usually within a second: until then an entry is as
//! safe as the database. A leaf holds only salted commitments to the content of its entry, so that erasing the salt erases
//! the data of a person while the tree stands. Anyone can check a copy with [`verify()`], offline.

mod entry;
mod error;
mod leaf;
mod note;
mod proof;
mod publish;
mod sequencer;
mod signer;
pub mod tree;
mod verify;

pub use entry::{Entry, Recorded, entries_of, entry, erase, erase_subject, newest, newest_of_kind, record};
pub use error::LedgerError;
pub use leaf::Leaf;
pub use note::{Checkpoint, VerifierKey};
pub use proof::{Disclosure, consistency, disclose};
pub use publish::{Head, Resource, export, head, resource};
pub use sequencer::{Sequencer, Step};
pub use signer::{CheckpointSigner, FileSigner};
pub use verify::{Directory, Report, Source, verify};

/// Every statement of this crate; prepared on both databases by a test.
pub fn queries() -> Vec<&'static str> {
    [entry::QUERIES, proof::QUERIES, publish::QUERIES, sequencer::QUERIES].concat()
}

/// Error texts, Latvian.
pub const LOCALE_LV: &str = include_str!("../locale/lv.ftl");
/// Error texts, English.
pub const LOCALE_EN: &str = include_str!("../locale/en.ftl");
