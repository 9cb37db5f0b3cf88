//! Where the parts of a CMS message stand, found by passing over them: the content is never held in memory.

use std::io::{self, Read, Seek, SeekFrom};

use super::ber::MAX_DEPTH;
use crate::{Error, Result};

/// Why nothing was read: the source, or what is in it.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    Format(Error),
}

impl From<Error> for Fault {
    fn from(e: Error) -> Self {
        Self::Format(e)
    }
}

impl From<io::Error> for Fault {
    fn from(e: io::Error) -> Self {
        match e.kind() {
            io::ErrorKind::UnexpectedEof => Self::Format(Error::Truncated),
            _ => Self::Io(e),
        }
    }
}

impl Fault {
    /// Errors of the source outside, those of the format inside.
    pub(super) fn split<T>(result: std::result::Result<T, Self>) -> io::Result<Result<T>> {
        match result {
            Ok(t) => Ok(Ok(t)),
            Err(Self::Format(e)) => Ok(Err(e)),
            Err(Self::Io(e)) => Err(e),
        }
    }
}

/// Tag and length in front of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) tag: u8,
    /// Octets of content; `None`: until the end-of-contents.
    pub(super) length: Option<u64>,
}

/// An element that was entered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    /// Where it ends; `None`: with an end-of-contents.
    end: Option<u64>,
}

impl Open {
    pub(super) fn is_indefinite(self) -> bool {
        self.end.is_none()
    }
}

/// A place in the source that moves on.
pub(super) struct Scanner<R> {
    source: R,
    /// Where it stands.
    pub(super) at: u64,
    /// Where the source ends.
    pub(super) end: u64,
}

type Scanned<T> = std::result::Result<T, Fault>;

impl<R: Read + Seek> Scanner<R> {
    pub(super) fn new(mut source: R, at: u64) -> Scanned<Self> {
        let end = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(at))?;
        Ok(Self { source, at, end })
    }

    /// The next octets.
    pub(super) fn take(&mut self, buf: &mut [u8]) -> Scanned<()> {
        self.source.read_exact(buf)?;
        self.at += buf.len() as u64;
        Ok(())
    }

    /// The next `n` octets, at most `limit`.
    pub(super) fn octets(&mut self, n: u64, limit: usize) -> Scanned<Vec<u8>> {
        let n = usize::try_from(n).ok().filter(|n| *n <= limit);
        let n = n.ok_or(Error::TooLarge { what: "CMS message without its content", limit })?;
        if n as u64 > self.end.saturating_sub(self.at) {
            return Err(Error::Truncated.into());
        }
        let mut buf = vec![0; n];
        self.take(&mut buf)?;
        Ok(buf)
    }

    /// Goes forward.
    pub(super) fn skip(&mut self, n: u64) -> Scanned<()> {
        if n > self.end.saturating_sub(self.at) {
            return Err(Error::Truncated.into());
        }
        self.source.seek_relative(i64::try_from(n).map_err(|_| Error::BadLength)?)?;
        self.at += n;
        Ok(())
    }

    /// Passes `n` octets on.
    pub(super) fn pass(&mut self, n: u64, to: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> Scanned<()> {
        let mut left = n;
        let mut buf = vec![0; usize::try_from(n.min(256 * 1024)).unwrap_or_default()];
        while left > 0 {
            let size = usize::try_from(left.min(buf.len() as u64)).unwrap_or_default();
            let piece = buf.get_mut(..size).ok_or(Error::BadLength)?;
            self.take(piece)?;
            to(piece)?;
            left -= size as u64;
        }
        Ok(())
    }

    /// Tag and length of the next element.
    pub(super) fn head(&mut self) -> Scanned<Head> {
        let mut two = [0; 2];
        self.take(&mut two)?;
        let [tag, first] = two;
        if tag & 0x1f == 0x1f {
            return Err(Error::Malformed("tag number above 30").into());
        }
        let length = match first {
            0..=0x7f => Some(u64::from(first)),
            0x80 if tag & 0x20 != 0 => None,
            0x81..=0x88 => {
                let mut octets = [0; 8];
                let count = usize::from(first & 0x7f);
                self.take(octets.get_mut(8 - count..).ok_or(Error::BadLength)?)?;
                Some(u64::from_be_bytes(octets))
            }
            _ => return Err(Error::BadLength.into()),
        };
        if length.is_some_and(|n| n > self.end.saturating_sub(self.at)) {
            return Err(Error::Truncated.into());
        }
        Ok(Head { tag, length })
    }

    /// Enters the next element, which must have `tag`.
    pub(super) fn open(&mut self, tag: u8) -> Scanned<Open> {
        let head = self.head()?;
        if head.tag != tag {
            return Err(Error::UnexpectedTag { expected: tag, found: head.tag }.into());
        }
        Ok(Open { end: head.length.map(|n| self.at + n) })
    }

    /// Whether an element that was entered ends here; its end-of-contents is then taken.
    pub(super) fn closes(&mut self, open: Open) -> Scanned<bool> {
        match open.end {
            Some(end) if self.at > end => Err(Error::BadLength.into()),
            Some(end) => Ok(end == self.at),
            None => {
                let start = self.at;
                match self.head()? {
                    Head { tag: 0, length: Some(0) } => Ok(true),
                    _ => self.back_to(start).map(|()| false),
                }
            }
        }
    }

    /// A whole element as it stands.
    pub(super) fn element(&mut self, limit: usize) -> Scanned<Vec<u8>> {
        let start = self.at;
        let head = self.head()?;
        self.pass_over(head, 0)?;
        let n = self.at - start;
        self.back_to(start)?;
        self.octets(n, limit)
    }

    /// Goes behind the element of which the head was just read.
    pub(super) fn pass_over(&mut self, head: Head, depth: usize) -> Scanned<()> {
        if depth >= MAX_DEPTH {
            return Err(Error::TooDeep(MAX_DEPTH).into());
        }
        if let Some(n) = head.length {
            return self.skip(n);
        }
        loop {
            match self.head()? {
                Head { tag: 0, length: Some(0) } => return Ok(()),
                inner => self.pass_over(inner, depth + 1)?,
            }
        }
    }

    /// Back to a place.
    pub(super) fn back_to(&mut self, to: u64) -> Scanned<()> {
        let back = i64::try_from(self.at.saturating_sub(to)).map_err(|_| Error::BadLength)?;
        self.source.seek_relative(-back)?;
        self.at = to;
        Ok(())
    }

    /// Passes the content octets of an element on, the head of which was just read; strings in pieces are joined. Gives their number.
    pub(super) fn content(
        &mut self,
        head: Head,
        depth: usize,
        to: &mut dyn FnMut(&mut Self, u64) -> Scanned<()>,
    ) -> Scanned<u64> {
        if depth >= MAX_DEPTH {
            return Err(Error::TooDeep(MAX_DEPTH).into());
        }
        if head.tag & 0x20 == 0 {
            let n = head.length.ok_or(Error::BadLength)?;
            to(self, n)?;
            return Ok(n);
        }
        let open = Open { end: head.length.map(|n| self.at + n) };
        let mut total = 0;
        while !self.closes(open)? {
            match self.head()? {
                piece @ Head { tag: 0x04 | 0x24, .. } => total += self.content(piece, depth + 1, to)?,
                _ => return Err(Error::Malformed("piece of another string type").into()),
            }
        }
        Ok(total)
    }
}
