use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

use flate2::bufread::DeflateDecoder;

use super::Entry;
use crate::zip::{DEFLATED, ZipError};

/// The content of an entry.
pub struct EntryReader<'s, R> {
    inner: Inner<'s, R>,
    name: String,
    left: u64,
    crc: crc32fast::Hasher,
    expected: u32,
    done: bool,
}

enum Inner<'s, R> {
    Stored(Take<&'s mut R>),
    Deflated(Box<DeflateDecoder<BufReader<Take<&'s mut R>>>>),
}

pub(super) fn open<'s, R: Read + Seek>(source: &'s mut R, entry: &Entry) -> Result<EntryReader<'s, R>, ZipError> {
    let r = &entry.record;
    source.seek(SeekFrom::Start(r.offset + entry.header))?;
    let raw = source.take(r.packed);
    let inner = if r.method == DEFLATED {
        Inner::Deflated(Box::new(DeflateDecoder::new(BufReader::with_capacity(64 * 1024, raw))))
    } else {
        Inner::Stored(raw)
    };
    Ok(EntryReader {
        inner,
        name: entry.name.clone(),
        left: r.size,
        crc: crc32fast::Hasher::new(),
        expected: r.crc,
        done: false,
    })
}

impl<R: Read> EntryReader<'_, R> {
    fn wrong(&self) -> io::Error {
        ZipError::Content(self.name.clone()).into_io()
    }

    /// At the declared end: nothing more may come, all packed bytes must be used, the checksum must hold.
    fn check_end(&mut self) -> io::Result<()> {
        let mut more = [0u8; 1];
        let (extra, unused) = match &mut self.inner {
            Inner::Stored(r) => (0, r.limit() > 0),
            Inner::Deflated(d) => {
                let n = d.read(&mut more).map_err(|_| ZipError::Content(self.name.clone()).into_io())?;
                let buffered = d.get_ref().buffer().len() as u64 + d.get_ref().get_ref().limit();
                (n, buffered > 0)
            }
        };
        if extra > 0 || unused || self.crc.clone().finalize() != self.expected {
            return Err(self.wrong());
        }
        self.done = true;
        Ok(())
    }
}

impl<R: Read> Read for EntryReader<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.done || buf.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            self.check_end()?;
            return Ok(0);
        }
        let want = buf.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let part = buf.get_mut(..want).unwrap_or(&mut []);
        let n = match &mut self.inner {
            Inner::Stored(r) => r.read(part)?,
            Inner::Deflated(d) => match d.read(part) {
                Ok(n) => n,
                Err(e)
                    if matches!(
                        e.kind(),
                        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
                    ) =>
                {
                    return Err(self.wrong());
                }
                Err(e) => return Err(e),
            },
        };
        if n == 0 {
            return Err(self.wrong());
        }
        self.crc.update(part.get(..n).unwrap_or(&[]));
        self.left -= n as u64;
        Ok(n)
    }
}
