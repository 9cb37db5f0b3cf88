use std::{
    collections::HashSet,
    io::{Read, Seek, SeekFrom},
};

use super::{Entry, Limits, names::decode_name};
use crate::zip::{
    CENTRAL, DEFLATED, DESCRIPTOR, END, END64, FLAG_DESCRIPTOR, FLAG_UTF8, LOCAL, LOCATOR64, MAX32, STORED, ZipError,
    write::Record,
};

/// Little-endian fields of a header.
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn bytes(&mut self, n: usize) -> Result<&'b [u8], ZipError> {
        let (head, tail) = self.0.split_at_checked(n).ok_or(ZipError::Broken("a header is cut off"))?;
        self.0 = tail;
        Ok(head)
    }
    fn u16(&mut self) -> Result<u16, ZipError> {
        Ok(self.bytes(2)?.iter().rev().fold(0, |a, b| a << 8 | u16::from(*b)))
    }
    fn u32(&mut self) -> Result<u32, ZipError> {
        Ok(self.bytes(4)?.iter().rev().fold(0, |a, b| a << 8 | u32::from(*b)))
    }
    fn u64(&mut self) -> Result<u64, ZipError> {
        Ok(self.bytes(8)?.iter().rev().fold(0, |a, b| a << 8 | u64::from(*b)))
    }
}

struct End {
    count: u64,
    size: u64,
    start: u64,
    /// Where the directory must end.
    limit: u64,
    comment: bool,
}

pub(super) fn read<R: Read + Seek>(source: &mut R, limits: &Limits) -> Result<(Vec<Entry>, bool), ZipError> {
    let end = find_end(source)?;
    let beyond = |limit| ZipError::Limit { name: String::new(), limit };
    if end.count > limits.entries as u64 {
        return Err(beyond("entries"));
    }
    if end.size > limits.directory {
        return Err(beyond("directory"));
    }
    if end.start.checked_add(end.size) != Some(end.limit) {
        return Err(ZipError::Broken("the directory does not end where the end record starts"));
    }
    let raw = at(source, end.start, end.size)?;
    let mut fields = Fields(&raw);
    let mut entries = Vec::new();
    let mut names = HashSet::new();
    let mut total = 0u64;
    for _ in 0..end.count {
        let entry = central(&mut fields)?;
        if !names.insert(entry.name.clone()) {
            return Err(ZipError::Duplicate(entry.name));
        }
        total = total.saturating_add(entry.record.size);
        check_limits(&entry, total, limits)?;
        entries.push(entry);
    }
    if !fields.0.is_empty() {
        return Err(ZipError::Broken("the directory has more entries than said"));
    }
    entries.sort_by_key(|e| e.record.offset);
    let mut free = 0;
    for i in 0..entries.len() {
        let next = entries.get(i + 1).map_or(end.start, |e| e.record.offset);
        let Some(entry) = entries.get_mut(i) else { break };
        if entry.record.offset > free {
            return Err(ZipError::Gap(entry.name.clone()));
        }
        if entry.record.offset < free {
            return Err(ZipError::Overlap(entry.name.clone()));
        }
        local(source, entry, next)?;
        free = entry.end();
    }
    if free != end.start {
        return Err(ZipError::Gap("directory".to_owned()));
    }
    Ok((entries, end.comment))
}

fn at<R: Read + Seek>(source: &mut R, offset: u64, len: u64) -> Result<Vec<u8>, ZipError> {
    source.seek(SeekFrom::Start(offset))?;
    let mut buf = Vec::new();
    source.by_ref().take(len).read_to_end(&mut buf)?;
    if buf.len() as u64 == len { Ok(buf) } else { Err(ZipError::Broken("cut off")) }
}

/// Where the signature of an end record stands. Blocks without its first two bytes are passed over whole: all of the tail is looked at for
/// every archive, or one with two ends could show two contents.
fn ends(tail: &[u8]) -> impl Iterator<Item = usize> + '_ {
    const BLOCK: usize = 64;
    let signature = END.to_le_bytes();
    let [first, second, ..] = signature;
    let pairs = tail.chunks(BLOCK).zip(tail.get(1..).unwrap_or_default().chunks(BLOCK));
    let has =
        move |(a, b): (&[u8], &[u8])| a.iter().zip(b).fold(false, |any, (a, b)| any | (*a == first && *b == second));
    let blocks = pairs.enumerate().filter(move |(_, pair)| has(*pair)).map(|(n, _)| n * BLOCK);
    blocks.flat_map(|at| at..at + BLOCK).filter(move |i| tail.get(*i..).is_some_and(|t| t.starts_with(&signature)))
}

fn find_end<R: Read + Seek>(source: &mut R) -> Result<End, ZipError> {
    let len = source.seek(SeekFrom::End(0))?;
    let tail_start = len.saturating_sub(22 + 65_535);
    let tail = at(source, tail_start, len - tail_start)?;
    let mut found = None;
    for i in ends(&tail) {
        let Some(w) = tail.get(i..i + 22) else { continue };
        let comment = tail.get(i + 22..).unwrap_or(&[]);
        let declared = Fields(w.get(20..).unwrap_or(&[])).u16()?;
        if usize::from(declared) == comment.len() {
            if found.is_some() {
                return Err(ZipError::AmbiguousEnd);
            }
            found = Some((tail_start + i as u64, w.to_vec(), !comment.is_empty()));
        }
    }
    let (place, record, comment) = found.ok_or(ZipError::NotZip)?;
    let mut f = Fields(&record);
    f.u32()?;
    let disks = (f.u16()?, f.u16()?);
    let (here, count) = (f.u16()?, f.u16()?);
    let (size, start) = (f.u32()?, f.u32()?);
    if here != count || !matches!(disks, (0, 0) | (0xFFFF, 0xFFFF)) {
        return Err(ZipError::MultiPart);
    }
    let locator = if place >= 20 { at(source, place - 20, 20)? } else { Vec::new() };
    if !locator.starts_with(&LOCATOR64.to_le_bytes()) {
        if count == 0xFFFF || start == u32::MAX {
            return Err(ZipError::Broken("64-bit end record is missing"));
        }
        return Ok(End { count: count.into(), size: size.into(), start: start.into(), limit: place, comment });
    }
    let mut f = Fields(&locator);
    f.u32()?;
    let disk = f.u32()?;
    let place64 = f.u64()?;
    if disk != 0 || f.u32()? > 1 {
        return Err(ZipError::MultiPart);
    }
    if place64.checked_add(56 + 20) != Some(place) {
        return Err(ZipError::Broken("64-bit end record"));
    }
    let record64 = at(source, place64, 56)?;
    let mut f = Fields(&record64);
    if f.u32()? != END64 || f.u64()? != 44 {
        return Err(ZipError::Broken("64-bit end record"));
    }
    f.bytes(4)?;
    if f.u64()? != 0 {
        return Err(ZipError::MultiPart);
    }
    let (here, count64, size64, start64) = (f.u64()?, f.u64()?, f.u64()?, f.u64()?);
    let same = |narrow: u64, max: u64, wide: u64| narrow == max || narrow == wide;
    if here != count64
        || !same(count.into(), 0xFFFF, count64)
        || !same(size.into(), MAX32, size64)
        || !same(start.into(), MAX32, start64)
    {
        return Err(ZipError::Broken("the two end records differ"));
    }
    Ok(End { count: count64, size: size64, start: start64, limit: place64, comment })
}

fn central(f: &mut Fields<'_>) -> Result<Entry, ZipError> {
    if f.u32()? != CENTRAL {
        return Err(ZipError::Broken("a directory entry"));
    }
    f.bytes(4)?;
    let (flags, method, time, date) = (f.u16()?, f.u16()?, f.u16()?, f.u16()?);
    let crc = f.u32()?;
    let (packed, size) = (f.u32()?, f.u32()?);
    let (name_len, extra_len, comment_len) = (f.u16()?, f.u16()?, f.u16()?);
    let disk = f.u16()?;
    f.u16()?;
    let external = f.u32()?;
    let offset = f.u32()?;
    let raw_name = f.bytes(name_len.into())?.to_vec();
    let extra = f.bytes(extra_len.into())?;
    f.bytes(comment_len.into())?;
    let name = decode_name(&raw_name, flags & FLAG_UTF8 != 0)?;
    let wide = wide_values(extra, &[size, packed, offset])?;
    let [size, packed, offset] = <[u64; 3]>::try_from(wide).map_err(|_| ZipError::Broken("64-bit sizes"))?;
    if disk != 0 && disk != 0xFFFF {
        return Err(ZipError::MultiPart);
    }
    if flags & (1 | 1 << 6 | 1 << 13) != 0 {
        return Err(ZipError::Encrypted(name));
    }
    if method != STORED && method != DEFLATED {
        return Err(ZipError::Method(name));
    }
    if (method == STORED && packed != size) || (name.ends_with('/') && size != 0) {
        return Err(ZipError::Mismatch { name, what: "sizes" });
    }
    let record = Record { name: raw_name, flags, method, time, date, crc, packed, size, offset, external };
    Ok(Entry { record, name, header: 0, descriptor: 0, extra: false })
}

/// The values with those that are all ones replaced from the 64-bit extra field, which must hold exactly them.
fn wide_values(extra: &[u8], narrow: &[u32]) -> Result<Vec<u64>, ZipError> {
    let mut f = Fields(extra);
    let mut found: Option<Fields<'_>> = None;
    while f.0.len() >= 4 {
        let (id, len) = (f.u16()?, f.u16()?);
        let body = f.bytes(len.into())?;
        if id == 1 && found.replace(Fields(body)).is_some() {
            return Err(ZipError::Broken("two 64-bit extra fields"));
        }
    }
    let mut values = Vec::new();
    for v in narrow {
        values.push(match (&mut found, *v) {
            (Some(f), u32::MAX) => f.u64()?,
            (None, u32::MAX) => return Err(ZipError::Broken("64-bit sizes are missing")),
            (_, v) => v.into(),
        });
    }
    Ok(values)
}

fn check_limits(entry: &Entry, total: u64, limits: &Limits) -> Result<(), ZipError> {
    let r = &entry.record;
    let beyond = |limit| Err(ZipError::Limit { name: entry.name.clone(), limit });
    if r.size > limits.entry {
        return beyond("size of an entry");
    }
    if total > limits.total {
        return beyond("size of all entries");
    }
    if r.size > limits.ratio_from && r.size / limits.ratio.max(1) > r.packed {
        return beyond("compression ratio");
    }
    Ok(())
}

/// Reads the local header and descriptor and holds them against the directory. `next` is where the following entry starts.
fn local<R: Read + Seek>(source: &mut R, entry: &mut Entry, next: u64) -> Result<(), ZipError> {
    let differ = |what| Err(ZipError::Mismatch { name: entry.name.clone(), what });
    let r = &entry.record;
    let fixed = at(source, r.offset, 30)?;
    let mut f = Fields(&fixed);
    if f.u32()? != LOCAL {
        return Err(ZipError::Broken("a local header"));
    }
    f.u16()?;
    let (flags, method) = (f.u16()?, f.u16()?);
    f.u32()?;
    let crc = f.u32()?;
    let (packed, size) = (f.u32()?, f.u32()?);
    let (name_len, extra_len) = (u64::from(f.u16()?), u64::from(f.u16()?));
    let rest = at(source, r.offset + 30, name_len + extra_len)?;
    let (name, extra) = rest.split_at_checked(usize::try_from(name_len).unwrap_or(0)).unwrap_or_default();
    if name != r.name {
        return differ("name");
    }
    // Bits 1 and 2 only tell how hard the packer tried.
    if (flags ^ r.flags) & !0b110 != 0 {
        return differ("flags");
    }
    if method != r.method {
        return differ("method");
    }
    let described = flags & FLAG_DESCRIPTOR != 0;
    let values = wide_values(extra, &[size, packed])?;
    let [size, packed] = <[u64; 2]>::try_from(values).map_err(|_| ZipError::Broken("64-bit sizes"))?;
    let agrees = |here: u64, there: u64| here == there || (described && here == 0);
    if !agrees(crc.into(), r.crc.into()) {
        return differ("checksum");
    }
    if !agrees(size, r.size) || !agrees(packed, r.packed) {
        return differ("sizes");
    }
    entry.header = 30 + name_len + extra_len;
    entry.extra = extra_len > 0;
    let data_end = entry.end();
    if data_end > next {
        return Err(ZipError::Overlap(entry.name.clone()));
    }
    if described {
        entry.descriptor = next - data_end;
        if !matches!(entry.descriptor, 12 | 16 | 20 | 24) {
            return Err(ZipError::Gap(entry.name.clone()));
        }
        let raw = at(source, data_end, entry.descriptor)?;
        let mut f = Fields(&raw);
        if matches!(entry.descriptor, 16 | 24) && f.u32()? != DESCRIPTOR {
            return differ("descriptor");
        }
        let crc = f.u32()?;
        let (packed, size) =
            if entry.descriptor >= 20 { (f.u64()?, f.u64()?) } else { (f.u32()?.into(), f.u32()?.into()) };
        if (crc, packed, size) != (entry.record.crc, entry.record.packed, entry.record.size) {
            return differ("descriptor");
        }
    }
    Ok(())
}
