mod directory;
mod entry;
mod names;

use std::{
    collections::HashMap,
    io::{Read, Seek},
};

pub use entry::EntryReader;
pub(crate) use names::check_name;

use super::{ZipError, write::Record};

/// Bounds of what is accepted.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Entries.
    pub entries: usize,
    /// Bytes of the directory.
    pub directory: u64,
    /// Content of one entry, unpacked.
    pub entry: u64,
    /// Content of all entries, unpacked.
    pub total: u64,
    /// Unpacked size by packed size, for entries beyond `ratio_from`.
    pub ratio: u64,
    /// Unpacked size from which `ratio` counts.
    pub ratio_from: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 20_000,
            directory: 16 << 20,
            entry: 64 << 30,
            total: 128 << 30,
            ratio: 100,
            ratio_from: 64 << 20,
        }
    }
}

/// One entry, its header checked.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(crate) record: Record,
    name: String,
    /// Length of the local header.
    header: u64,
    /// Length of the descriptor.
    descriptor: u64,
    /// Whether the local header has an extra field.
    extra: bool,
}

impl Entry {
    /// Name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Bytes of content.
    pub fn size(&self) -> u64 {
        self.record.size
    }
    /// CRC-32 of the content, as declared.
    pub fn crc(&self) -> u32 {
        self.record.crc
    }
    /// Whether it is stored as it is.
    pub fn is_stored(&self) -> bool {
        self.record.method == super::STORED
    }
    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.name.ends_with('/')
    }
    /// Whether it is what a `mimetype` entry must be: first, stored, without extra field.
    pub fn is_plain_first(&self) -> bool {
        self.record.offset == 0 && self.is_stored() && !self.extra && self.record.flags & super::FLAG_DESCRIPTOR == 0
    }
    fn end(&self) -> u64 {
        self.record
            .offset
            .saturating_add(self.header)
            .saturating_add(self.record.packed)
            .saturating_add(self.descriptor)
    }
}

/// An archive whose structure has been checked; contents are checked when read.
pub struct Archive<R> {
    source: R,
    /// In the order of their bytes.
    entries: Vec<Entry>,
    /// Places in `entries`; each name is there once.
    by_name: HashMap<String, usize>,
    comment: bool,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads and checks the structure.
    ///
    /// # Errors
    /// Every contradiction and every excess over `limits`.
    pub fn open(mut source: R, limits: &Limits) -> Result<Self, ZipError> {
        let (entries, comment) = directory::read(&mut source, limits)?;
        let by_name = entries.iter().enumerate().map(|(at, e)| (e.name.clone(), at)).collect();
        Ok(Self { source, entries, by_name, comment })
    }
    /// Entries, in the order of their bytes.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
    /// Whether the archive has a comment.
    pub fn has_comment(&self) -> bool {
        self.comment
    }
    /// The entry of this name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.by_name.get(name).and_then(|at| self.entries.get(*at))
    }
    /// Streams the content of an entry; its end is reached only when size and checksum are as declared.
    ///
    /// # Errors
    /// When seeking fails or there is no such entry.
    pub fn read(&mut self, name: &str) -> Result<EntryReader<'_, R>, ZipError> {
        let entry = self.by_name.get(name).and_then(|at| self.entries.get(*at));
        let entry = entry.ok_or(ZipError::Broken("no such entry"))?;
        entry::open(&mut self.source, entry)
    }
    /// The whole content of a small entry.
    ///
    /// # Errors
    /// When it is larger than `limit` or does not read well.
    pub fn content(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, ZipError> {
        let size = self.find(name).map_or(0, Entry::size);
        if size > limit {
            return Err(ZipError::Limit { name: name.to_owned(), limit: "size of an entry read into memory" });
        }
        let mut out = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        self.read(name)?.read_to_end(&mut out).map_err(ZipError::from_io)?;
        Ok(out)
    }
    /// The bytes of an entry as they stand in the file, header and descriptor included.
    pub(crate) fn raw(&mut self, name: &str) -> Result<(Record, impl Read + '_), ZipError> {
        let (record, length) = self
            .find(name)
            .map(|e| (e.record.clone(), e.end() - e.record.offset))
            .ok_or(ZipError::Broken("no such entry"))?;
        self.source.seek(std::io::SeekFrom::Start(record.offset))?;
        Ok((record, (&mut self.source).take(length)))
    }
    /// Gives the source back.
    pub fn into_inner(self) -> R {
        self.source
    }
}
