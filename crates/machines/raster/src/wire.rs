//! What goes through the pipes: a line of JSON, then as many bytes as it says.

use serde::{Deserialize, Serialize};

use crate::Limits;

/// Longest line.
pub(crate) const LINE: u64 = 4096;

/// To the child; `size` bytes of the file follow.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) size: u64,
    /// Where the revisions end.
    pub(crate) ends: Vec<u64>,
    pub(crate) pages: usize,
    pub(crate) pairs: usize,
    pub(crate) side: u16,
    pub(crate) memory: u64,
    pub(crate) seconds: u64,
}

impl Order {
    pub(crate) fn new(size: u64, ends: &[u64], limits: &Limits) -> Self {
        let Limits { pages, pairs, side, memory, seconds, .. } = *limits;
        Self { size, ends: ends.to_vec(), pages, pairs, side, memory, seconds }
    }
}

/// From the child.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Told {
    /// A page differs; the bytes of its pictures follow, first as signed.
    Pair { revision: usize, page: usize, places: usize, signed: Option<Shape>, now: Option<Shape> },
    /// This many pages, from the first on, are compared.
    Compared(usize),
    /// No more is to come.
    End { complete: bool },
}

/// A picture of which the bytes follow.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shape {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) bytes: u64,
}
