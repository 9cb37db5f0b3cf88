//! Pictures of PDF pages: how each page looked when it was signed and how it looks now, with the places that differ marked.
//!
//! Drawing a page means running somebody else's program over somebody else's file, so it is never done in the caller's process. A
//! [`Painter`] starts the same executable anew with nothing but its standard streams, under limits of memory, processor time and
//! output ([`Limits`]); the executable's `main` must hand over to [`child`] before anything else. The file goes in and the
//! pictures come out through pipes: nothing touches the disk. Whatever goes wrong in there, the caller is left with fewer pictures.

mod child;
mod compare;
mod draw;
mod painter;
mod wire;

#[cfg(test)]
mod tests;

pub use child::child;
pub use painter::{Painter, RasterError};

/// Bounds of what is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file: u64,
    /// Revisions compared with the present file.
    pub revisions: usize,
    /// Pages looked at, from the first on.
    pub pages: usize,
    /// Pairs of pictures kept.
    pub pairs: usize,
    /// Pixels of a picture's longer side.
    pub side: u16,
    /// Address space of the drawing process, in bytes.
    pub memory: u64,
    /// Seconds after which it is ended; also its processor time.
    pub seconds: u64,
    /// Bytes of all pictures together.
    pub output: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file: 64 << 20,
            revisions: 8,
            pages: 200,
            pairs: 12,
            side: 1100,
            memory: 1 << 30,
            seconds: 10,
            output: 32 << 20,
        }
    }
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels from left to right.
    pub width: u16,
    /// Pixels from top to bottom.
    pub height: u16,
    /// PNG.
    pub png: Vec<u8>,
}

/// A page that looks different now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Which of the revisions asked for, from 0.
    pub revision: usize,
    /// Which page, from 1.
    pub page: usize,
    /// How many places differ; they are framed in both pictures.
    pub places: usize,
    /// The page in the revision; nothing when there was no such page.
    pub signed: Option<Picture>,
    /// The page in the present file; nothing when it is gone.
    pub now: Option<Picture>,
}

/// What came of the comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// The pages that differ, by page and revision.
    pub pairs: Vec<Pair>,
    /// Pages that were compared in all revisions, from the first on.
    pub compared: usize,
    /// Whether every page of every revision was compared and every difference is among [`Self::pairs`].
    pub complete: bool,
}
