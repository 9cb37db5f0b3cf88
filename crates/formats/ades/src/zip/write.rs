use std::io::{Read, Write};

use jiff::Timestamp;

use super::{
    CENTRAL, DEFLATED, DESCRIPTOR, END, END64, FLAG_DESCRIPTOR, FLAG_UTF8, LOCAL, LOCATOR64, MAX32, STORED, ZipError,
    deflate::{CHUNK, Deflater, Packing},
    time::dos,
};

/// What was written for an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Bytes of content.
    pub size: u64,
    /// CRC-32 of the content.
    pub crc: u32,
}

/// The fields of an entry that the directory repeats.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) name: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) time: u16,
    pub(crate) date: u16,
    pub(crate) crc: u32,
    pub(crate) packed: u64,
    pub(crate) size: u64,
    pub(crate) offset: u64,
    pub(crate) external: u32,
}

/// Writes an archive from front to back; needs no seeking.
pub struct Writer<W: Write> {
    out: W,
    at: u64,
    stamp: (u16, u16),
    records: Vec<Record>,
}

impl<W: Write> Writer<W> {
    /// Starts an archive whose entries carry the time `modified`.
    pub fn new(out: W, modified: Timestamp) -> Self {
        Self { out, at: 0, stamp: dos(modified), records: Vec::new() }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), ZipError> {
        self.out.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn record(&self, name: &str, flags: u16, method: u16) -> Result<Record, ZipError> {
        super::read::check_name(name)?;
        if self.records.iter().any(|r| r.name == name.as_bytes()) {
            return Err(ZipError::Duplicate(name.to_owned()));
        }
        let utf8 = if name.is_ascii() { 0 } else { FLAG_UTF8 };
        let (time, date) = self.stamp;
        Ok(Record {
            name: name.as_bytes().to_vec(),
            flags: flags | utf8,
            method,
            time,
            date,
            crc: 0,
            packed: 0,
            size: 0,
            offset: self.at,
            external: 0,
        })
    }

    /// A small entry, uncompressed, with its sizes in front and no extra field: what `mimetype` must be.
    ///
    /// # Errors
    /// When the name is refused or taken, or writing fails.
    pub fn stored(&mut self, name: &str, data: &[u8]) -> Result<Written, ZipError> {
        let mut r = self.record(name, 0, STORED)?;
        (r.crc, r.size, r.packed) = (crc32fast::hash(data), data.len() as u64, data.len() as u64);
        if r.size >= MAX32 {
            return Err(ZipError::Limit { name: name.to_owned(), limit: "size of a stored entry" });
        }
        self.local(&r, false)?;
        self.put(data)?;
        let written = Written { size: r.size, crc: r.crc };
        self.records.push(r);
        Ok(written)
    }

    /// A small entry, packed, with its sizes in front.
    ///
    /// # Errors
    /// When the name is refused or taken, or writing fails.
    pub fn deflated(&mut self, name: &str, data: &[u8]) -> Result<Written, ZipError> {
        let mut packed = Vec::new();
        let mut sink = |b: &[u8]| {
            packed.extend_from_slice(b);
            Ok(())
        };
        let mut d = Deflater::new(Packing::Deflate);
        d.push(data, &mut sink)?;
        d.finish(&mut sink)?;
        let mut r = self.record(name, 0, DEFLATED)?;
        (r.crc, r.size, r.packed) = (crc32fast::hash(data), data.len() as u64, packed.len() as u64);
        if r.size >= MAX32 || r.packed >= MAX32 {
            return Err(ZipError::Limit { name: name.to_owned(), limit: "size of an entry in memory" });
        }
        self.local(&r, false)?;
        self.put(&packed)?;
        let written = Written { size: r.size, crc: r.crc };
        self.records.push(r);
        Ok(written)
    }

    /// An entry of any size, read once. `size` is what the source is believed to hold: it decides whether 64-bit sizes follow the data.
    /// `seen` is shown all content that goes by.
    ///
    /// # Errors
    /// When the name is refused or taken, reading or writing fails, or the source grew beyond 4 GiB against what was said.
    pub fn stream(
        &mut self,
        name: &str,
        mut source: impl Read,
        size: u64,
        packing: Packing,
        mut seen: impl FnMut(&[u8]),
    ) -> Result<Written, ZipError> {
        let mut r = self.record(name, FLAG_DESCRIPTOR, DEFLATED)?;
        let wide = size >= MAX32 - (16 << 20);
        self.local(&r, wide)?;
        let mut crc = crc32fast::Hasher::new();
        let mut deflater = Deflater::new(packing);
        let mut buf = vec![0; CHUNK];
        let start = self.at;
        loop {
            let n = match source.read(&mut buf) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(ZipError::from_io(e)),
            };
            let data = buf.get(..n).unwrap_or(&[]);
            crc.update(data);
            seen(data);
            r.size += n as u64;
            deflater.push(data, &mut |b| self.put(b))?;
        }
        deflater.finish(&mut |b| self.put(b))?;
        r.packed = self.at - start;
        r.crc = crc.finalize();
        if !wide && (r.size >= MAX32 || r.packed >= MAX32) {
            return Err(ZipError::Content(name.to_owned()));
        }
        let mut d = Vec::with_capacity(24);
        d.extend(DESCRIPTOR.to_le_bytes());
        d.extend(r.crc.to_le_bytes());
        if wide {
            d.extend(r.packed.to_le_bytes());
            d.extend(r.size.to_le_bytes());
        } else {
            d.extend(low32(r.packed));
            d.extend(low32(r.size));
        }
        self.put(&d)?;
        let written = Written { size: r.size, crc: r.crc };
        self.records.push(r);
        Ok(written)
    }

    /// Copies an entry of another archive, local header, packed data and descriptor, byte for byte.
    pub(crate) fn copy(&mut self, record: &Record, raw: impl Read) -> Result<(), ZipError> {
        if self.records.iter().any(|r| r.name == record.name) {
            return Err(ZipError::Duplicate(String::from_utf8_lossy(&record.name).into_owned()));
        }
        let mut r = record.clone();
        r.offset = self.at;
        self.at += std::io::copy(&mut std::io::BufReader::with_capacity(CHUNK, raw), &mut self.out)?;
        self.records.push(r);
        Ok(())
    }

    fn local(&mut self, r: &Record, wide: bool) -> Result<(), ZipError> {
        let described = r.flags & FLAG_DESCRIPTOR != 0;
        let mut h = Vec::with_capacity(64 + r.name.len());
        h.extend(LOCAL.to_le_bytes());
        h.extend(
            (if wide {
                45u16
            } else if r.method == STORED {
                10
            } else {
                20
            })
            .to_le_bytes(),
        );
        for v in [r.flags, r.method, r.time, r.date] {
            h.extend(v.to_le_bytes());
        }
        h.extend(if described { [0; 4] } else { r.crc.to_le_bytes() });
        for v in [r.packed, r.size] {
            h.extend(if wide { [0xFF; 4] } else { low32(if described { 0 } else { v }) });
        }
        h.extend(length16(r.name.len())?);
        h.extend(if wide { 20u16 } else { 0 }.to_le_bytes());
        h.extend(&r.name);
        if wide {
            h.extend(1u16.to_le_bytes());
            h.extend(16u16.to_le_bytes());
            h.extend([0; 16]);
        }
        self.put(&h)
    }

    /// Writes the directory and gives the output back.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(mut self) -> Result<W, ZipError> {
        let start = self.at;
        for r in std::mem::take(&mut self.records) {
            let central = central(&r)?;
            self.put(&central)?;
            self.records.push(r);
        }
        let (count, size) = (self.records.len() as u64, self.at - start);
        let wide = count >= 0xFFFF || size >= MAX32 || start >= MAX32;
        let mut e = Vec::new();
        if wide {
            let end64 = self.at;
            e.extend(END64.to_le_bytes());
            e.extend(44u64.to_le_bytes());
            e.extend(45u16.to_le_bytes());
            e.extend(45u16.to_le_bytes());
            e.extend([0; 8]);
            for v in [count, count, size, start] {
                e.extend(v.to_le_bytes());
            }
            e.extend(LOCATOR64.to_le_bytes());
            e.extend([0; 4]);
            e.extend(end64.to_le_bytes());
            e.extend(1u32.to_le_bytes());
        }
        let count16 = u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes();
        e.extend(END.to_le_bytes());
        e.extend([0; 4]);
        e.extend(count16);
        e.extend(count16);
        e.extend(low32(size.min(MAX32)));
        e.extend(low32(start.min(MAX32)));
        e.extend([0; 2]);
        self.put(&e)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn central(r: &Record) -> Result<Vec<u8>, ZipError> {
    let mut wide = Vec::new();
    for v in [r.size, r.packed, r.offset] {
        if v >= MAX32 {
            wide.extend(v.to_le_bytes());
        }
    }
    let version: u16 = if !wide.is_empty() {
        45
    } else if r.method == STORED {
        10
    } else {
        20
    };
    let mut h = Vec::with_capacity(64 + r.name.len());
    h.extend(CENTRAL.to_le_bytes());
    for v in [version, version, r.flags, r.method, r.time, r.date] {
        h.extend(v.to_le_bytes());
    }
    h.extend(r.crc.to_le_bytes());
    h.extend(low32(r.packed.min(MAX32)));
    h.extend(low32(r.size.min(MAX32)));
    h.extend(length16(r.name.len())?);
    h.extend(length16(if wide.is_empty() { 0 } else { wide.len() + 4 })?);
    h.extend([0; 6]);
    h.extend(r.external.to_le_bytes());
    h.extend(low32(r.offset.min(MAX32)));
    h.extend(&r.name);
    if !wide.is_empty() {
        h.extend(1u16.to_le_bytes());
        h.extend(length16(wide.len())?);
        h.extend(wide);
    }
    Ok(h)
}

fn low32(v: u64) -> [u8; 4] {
    u32::try_from(v).unwrap_or(u32::MAX).to_le_bytes()
}

fn length16(n: usize) -> Result<[u8; 2], ZipError> {
    u16::try_from(n).map(u16::to_le_bytes).map_err(|_| ZipError::Broken("a name or extra field is too long"))
}
