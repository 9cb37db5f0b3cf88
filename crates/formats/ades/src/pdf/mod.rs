//! PDF at the level of bytes: what a signature needs to read and append, and nothing else.
//!
//! [`Document`] reads the cross-reference sections (tables, streams, hybrids, the whole chain of revisions) and objects on demand;
//! [`Update`] appends one more revision in the kind the file already uses and never rewrites a byte that is there. A broken or
//! encrypted file is never signed; to be judged it is read as far as it can be, and what was done is told. The bytes come from
//! memory or from a file of any size ([`Ranged`]), of which only what is needed is read.

mod crypt;
mod document;
mod error;
pub(crate) mod filter;
mod lexer;
mod load;
mod object;
mod pages;
mod rebuild;
mod serialize;
mod source;
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
pub use source::{Bytes, Joined, Ranged, Source};
pub use update::{Increment, Update};
pub use xref::{Entry, Kind, Section};

#[cfg(test)]
pub(crate) use samples::{Sample, sample};

/// Bounds of what is read. Every one is a refusal with its own code.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that may be looked at to find objects (the data of streams do not count): hostile files make readers read in circles.
    pub work: u64,
    /// Bytes of a file whose cross-reference is broken, up to which it is searched for its objects.
    pub rebuilt: usize,
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
        Self {
            work: 4 << 30,
            rebuilt: 512 << 20,
            objects: 1_000_000,
            depth: 64,
            inflated: 256 << 20,
            sections: 1024,
            signatures: 256,
        }
    }
}
