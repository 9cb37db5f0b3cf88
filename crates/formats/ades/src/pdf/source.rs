//! Where the bytes of a PDF come from: memory, or a file of any size that is read where it is needed.

use std::{
    borrow::Cow,
    cell::Cell,
    collections::BTreeMap,
    fmt,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    sync::{Mutex, PoisonError},
};

use super::{PdfError, lexer::Lexer};

/// Bytes that are read by position.
pub trait Source: Sync {
    /// How many there are.
    fn size(&self) -> usize;
    /// Fills `buffer` with the bytes from `at` on; the range lies inside.
    fn read_at(&self, at: usize, buffer: &mut [u8]) -> io::Result<()>;
}

/// The bytes of a file, or the first part of them. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Bytes<'a> {
    place: Place<'a>,
    len: usize,
}

#[derive(Clone, Copy)]
enum Place<'a> {
    Memory(&'a [u8]),
    Source(&'a dyn Source),
}

/// What is first read for one object.
const WINDOW: usize = 4 << 10;
/// Most that is read for one object (the data of streams do not count).
const LARGEST: usize = 32 << 20;
/// Bytes passed on at a time.
const PIECE: usize = 256 << 10;

impl<'a> Bytes<'a> {
    /// Bytes of a source.
    pub fn of(source: &'a dyn Source) -> Self {
        Self { place: Place::Source(source), len: source.size() }
    }
    /// How many.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// The first `len` of them.
    #[must_use]
    pub fn prefix(&self, len: usize) -> Self {
        Self { place: self.place, len: len.min(self.len) }
    }

    /// At most `most` bytes from `at` on.
    pub fn window(&self, at: usize, most: usize) -> Result<Cow<'a, [u8]>, PdfError> {
        let at = at.min(self.len);
        let end = at.saturating_add(most).min(self.len);
        match self.place {
            Place::Memory(data) => Ok(Cow::Borrowed(data.get(at..end).unwrap_or_default())),
            Place::Source(source) => {
                let mut buffer = vec![0; end - at];
                source.read_at(at, &mut buffer).map_err(|_| PdfError::Read { at })?;
                Ok(Cow::Owned(buffer))
            }
        }
    }

    /// Exactly these bytes.
    pub fn get(&self, range: Range<usize>) -> Result<Cow<'a, [u8]>, PdfError> {
        let wanted = range.end.checked_sub(range.start).filter(|_| range.end <= self.len);
        self.window(range.start, wanted.ok_or(PdfError::Read { at: range.start })?)
    }

    /// One byte.
    pub fn byte(&self, at: usize) -> Option<u8> {
        self.window(at, 1).ok()?.first().copied()
    }

    /// Passes these bytes on, piece by piece.
    pub fn feed(&self, range: Range<usize>, to: &mut dyn FnMut(&[u8])) -> Result<(), PdfError> {
        let mut at = range.start;
        while at < range.end {
            let piece = self.get(at..range.end.min(at.saturating_add(PIECE)))?;
            to(&piece);
            at += piece.len();
        }
        Ok(())
    }

    /// Whether two ranges hold the same bytes.
    pub fn same(&self, range: Range<usize>, other: &Bytes<'_>, there: Range<usize>) -> Result<bool, PdfError> {
        if range.len() != there.len() {
            return Ok(false);
        }
        let (mut a, mut b) = (range.start, there.start);
        while a < range.end {
            let step = PIECE.min(range.end - a);
            if self.get(a..a + step)? != other.get(b..b + step)? {
                return Ok(false);
            }
            a += step;
            b += step;
        }
        Ok(true)
    }

    /// A reader of these bytes.
    pub fn reader(&self, range: Range<usize>) -> Reader<'a> {
        Reader { bytes: *self, at: range.start, end: range.end.min(self.len) }
    }

    /// Lets `work` read from `at`. What lies in a file is read in windows: when one ends too early, a larger one is tried, so `work`
    /// must not keep anything from one try to the next. The bytes looked at are taken from `budget`.
    pub(super) fn lex<T>(
        &self,
        at: usize,
        depth: usize,
        budget: &Cell<u64>,
        mut work: impl FnMut(&mut Lexer<'_>) -> Result<T, PdfError>,
    ) -> Result<T, PdfError> {
        let mut size = if matches!(self.place, Place::Memory(_)) { self.len } else { WINDOW };
        loop {
            let window = self.window(at, size)?;
            let mut lexer = Lexer::new(&window, at, depth);
            let result = work(&mut lexer);
            let used = u64::try_from(lexer.used()).unwrap_or(u64::MAX);
            budget.set(budget.get().checked_sub(used).ok_or(PdfError::TooMuchWork)?);
            let whole = at.saturating_add(window.len()) >= self.len;
            if whole || !lexer.starved() {
                return result;
            }
            if size >= LARGEST {
                return Err(PdfError::ObjectTooLarge { at, limit: LARGEST });
            }
            size *= 8;
        }
    }
}

impl fmt::Debug for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len)
    }
}

impl<'a> From<&'a [u8]> for Bytes<'a> {
    fn from(data: &'a [u8]) -> Self {
        Self { place: Place::Memory(data), len: data.len() }
    }
}
impl<'a> From<&'a Vec<u8>> for Bytes<'a> {
    fn from(data: &'a Vec<u8>) -> Self {
        data.as_slice().into()
    }
}
impl<'a, R: Read + Seek + Send> From<&'a Ranged<R>> for Bytes<'a> {
    fn from(source: &'a Ranged<R>) -> Self {
        Self::of(source)
    }
}
impl<'a> From<&'a Joined<'a>> for Bytes<'a> {
    fn from(source: &'a Joined<'a>) -> Self {
        Self::of(source)
    }
}

/// Reads a part of the bytes in order.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: Bytes<'a>,
    at: usize,
    end: usize,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = buffer.len().min(self.end.saturating_sub(self.at));
        let piece = self.bytes.window(self.at, n).map_err(io::Error::other)?;
        if let Some(to) = buffer.get_mut(..piece.len()) {
            to.copy_from_slice(&piece);
        }
        self.at += piece.len();
        Ok(piece.len())
    }
}

/// Bytes of a block kept in memory.
const BLOCK: usize = 64 << 10;
/// Blocks kept.
const BLOCKS: usize = 64;

/// A file read on demand; the blocks read last are kept (4 MiB).
#[derive(Debug)]
pub struct Ranged<R> {
    inner: Mutex<Inner<R>>,
    size: usize,
}

#[derive(Debug)]
struct Inner<R> {
    file: R,
    blocks: BTreeMap<usize, (u64, Vec<u8>)>,
    turn: u64,
}

impl<R: Read + Seek> Ranged<R> {
    /// Takes a file; its size is found by seeking.
    pub fn new(mut file: R) -> io::Result<Self> {
        let size = usize::try_from(file.seek(SeekFrom::End(0))?).map_err(io::Error::other)?;
        Ok(Self { inner: Mutex::new(Inner { file, blocks: BTreeMap::new(), turn: 0 }), size })
    }
}

impl<R: Read + Seek> Inner<R> {
    fn read(&mut self, at: usize, buffer: &mut [u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(u64::try_from(at).map_err(io::Error::other)?))?;
        self.file.read_exact(buffer)
    }

    fn block(&mut self, number: usize, size: usize) -> io::Result<&[u8]> {
        self.turn += 1;
        let turn = self.turn;
        if !self.blocks.contains_key(&number) {
            if self.blocks.len() >= BLOCKS
                && let Some(oldest) = self.blocks.iter().min_by_key(|(_, (t, _))| *t).map(|(n, _)| *n)
            {
                self.blocks.remove(&oldest);
            }
            let start = number * BLOCK;
            let mut data = vec![0; BLOCK.min(size.saturating_sub(start))];
            self.read(start, &mut data)?;
            self.blocks.insert(number, (turn, data));
        }
        let Some((used, data)) = self.blocks.get_mut(&number) else { return Ok(&[]) };
        *used = turn;
        Ok(data)
    }
}

impl<R: Read + Seek + Send> Source for Ranged<R> {
    fn size(&self) -> usize {
        self.size
    }

    fn read_at(&self, at: usize, buffer: &mut [u8]) -> io::Result<()> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if buffer.len() >= PIECE {
            return inner.read(at, buffer);
        }
        let (mut at, mut rest) = (at, buffer);
        while !rest.is_empty() {
            let block = inner.block(at / BLOCK, self.size)?;
            let from = block.get(at % BLOCK..).filter(|f| !f.is_empty()).ok_or(io::ErrorKind::UnexpectedEof)?;
            let n = from.len().min(rest.len());
            let (now, later) = rest.split_at_mut(n);
            now.copy_from_slice(from.get(..n).unwrap_or_default());
            (at, rest) = (at + n, later);
        }
        Ok(())
    }
}

/// Bytes and what was appended to them.
#[derive(Clone, Copy, Debug)]
pub struct Joined<'a> {
    /// The first part.
    pub first: Bytes<'a>,
    /// What follows.
    pub rest: &'a [u8],
}

impl Source for Joined<'_> {
    fn size(&self) -> usize {
        self.first.len() + self.rest.len()
    }
    fn read_at(&self, at: usize, buffer: &mut [u8]) -> io::Result<()> {
        let n = self.first.len().saturating_sub(at).min(buffer.len());
        let (before, after) = buffer.split_at_mut(n);
        before.copy_from_slice(&self.first.window(at, n).map_err(io::Error::other)?);
        let start = (at + n).saturating_sub(self.first.len());
        let rest = self.rest.get(start..start + after.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        after.copy_from_slice(rest);
        Ok(())
    }
}
