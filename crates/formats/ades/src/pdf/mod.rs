//! PDF at the level of bytes: what a signature needs to read and append, and nothing else.
//!
//! [`Document`] reads the cross-reference sections (tables, streams, hybrids, the whole chain of revisions) and objects on demand;
//! [`Update`] appends one more revision in the kind the file already uses and never rewrites a byte that is there. A broken file is
//! refused with a named error: repairing it would mean to sign, or to judge, something other than the given bytes.

mod document;
mod error;
mod filter;
mod lexer;
mod load;
mod object;
mod serialize;
mod update;
mod xref;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use document::{Document, Located};
pub use error::PdfError;
pub use object::{Dict, Object, Ref, Span, Stream};
pub(crate) use serialize::hex;
pub use serialize::serialize;
pub use update::{Increment, Update};
pub use xref::{Entry, Kind, Section};

#[cfg(test)]
pub(crate) use samples::{Sample, sample};

/// Bounds of what is read. Every one is a refusal with its own code.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub size: usize,
    /// Entries of all cross-reference sections together.
    pub objects: usize,
    /// Nesting of arrays and dictionaries.
    pub depth: usize,
    /// Bytes that all streams may inflate to, together.
    pub inflated: usize,
    /// Revisions (cross-reference sections).
    pub sections: usize,
    /// Signature fields.
    pub signatures: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size: 256 << 20, objects: 1_000_000, depth: 64, inflated: 256 << 20, sections: 1024, signatures: 256 }
    }
}
