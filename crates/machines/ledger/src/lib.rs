//! The ledger: everyone's tamper-evident audit log.
//!
//! A transaction [`record`]s unordered entries; one leased [`Sequencer`] gives them places in a Merkle tree kept as tiles
//! (C2SP tlog-tiles) under signed checkpoints (C2SP signed notes), usually within a second: until then an entry is as safe
//! as the database. A leaf holds only salted commitments to the entry's content, so that erasing the salt erases the data of
//! a person while the tree stands. Anyone can check a copy with [`verify`], offline.

mod entry;

pub use entry::{Entry, erase, erase_subject, record};

/// Every statement of this crate; prepared on both databases by a test.
pub fn queries() -> Vec<&'static str> {
    entry::QUERIES.to_vec()
}
