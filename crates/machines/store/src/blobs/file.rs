//! One file: `EKB1`, key number, salt, then chunks of 64 KiB, each sealed by AES-256-GCM; the nonce counts the chunks and
//! marks the last, so that cutting, swapping and repeating chunks is noticed.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    digest::{Context, SHA256},
};
use base::{Cx, Id, KeyRing};

use super::{BlobRef, Blobs, hex};
use crate::StoreError;

pub(crate) const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const MAGIC: &[u8; 4] = b"EKB1";
const HEAD: usize = 4 + 4 + 24;

fn key(ring: &KeyRing, kid: u32, salt: &[u8]) -> Result<LessSafeKey, StoreError> {
    let key = ring
        .derive(kid, salt, "blob")
        .ok_or_else(|| StoreError::Damaged("the key of this blob is not in the key file".into()))?;
    UnboundKey::new(&AES_256_GCM, key.expose()).map(LessSafeKey::new).map_err(|_| StoreError::Damaged("key".into()))
}

fn nonce(index: u64, last: bool) -> Nonce {
    let mut n = [0; 12];
    let (count, flag) = n.split_at_mut(11);
    if let (Some(count), Some(flag)) = (count.get_mut(3..), flag.first_mut()) {
        count.copy_from_slice(&index.to_be_bytes());
        *flag = u8::from(last);
    }
    Nonce::assume_unique_for_key(n)
}

/// Takes a content in. Dropped without [`BlobWriter::finish`], it leaves nothing.
pub struct BlobWriter {
    blobs: Blobs,
    path: PathBuf,
    file: File,
    key: LessSafeKey,
    kid: u32,
    buffer: Vec<u8>,
    index: u64,
    size: u64,
    digest: Context,
    kept: bool,
}

impl BlobWriter {
    pub(super) fn new(blobs: Blobs, cx: &Cx) -> Result<Self, StoreError> {
        let kid = blobs.0.ring.current();
        let salt = cx.bytes::<24>();
        let key = key(&blobs.0.ring, kid, &salt)?;
        let path = blobs.0.dir.join("tmp").join(Id::<BlobRef>::new(cx.now(), cx.random.as_ref()).as_str());
        let mut file = File::options().write(true).create_new(true).open(&path)?;
        file.write_all(&[MAGIC.as_slice(), &kid.to_be_bytes(), &salt].concat())?;
        Ok(Self {
            blobs,
            path,
            file,
            key,
            kid,
            buffer: Vec::with_capacity(CHUNK + TAG),
            index: 0,
            size: 0,
            digest: Context::new(&SHA256),
            kept: false,
        })
    }

    fn flush_chunk(&mut self, last: bool) -> io::Result<()> {
        self.key
            .seal_in_place_append_tag(nonce(self.index, last), Aad::empty(), &mut self.buffer)
            .map_err(|_| io::Error::other("sealing failed"))?;
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        self.index += 1;
        Ok(())
    }

    /// Keeps the content for good (as far as the storage device keeps its word) and answers where.
    pub fn finish(mut self) -> Result<BlobRef, StoreError> {
        self.flush_chunk(true)?;
        self.file.sync_all()?;
        let digest = self.digest.clone().finish();
        let address = self.blobs.address(self.kid, digest.as_ref())?;
        let target = self.blobs.path(&address)?;
        if let Some(dir) = target.parent() {
            if !dir.exists() {
                fs::create_dir_all(dir)?;
                sync_dir(&self.blobs.0.dir)?;
            }
            fs::rename(&self.path, &target)?;
            self.kept = true;
            sync_dir(dir)?;
        }
        Ok(BlobRef { address, sha256: hex(digest.as_ref()), size: self.size })
    }
}

pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

impl Write for BlobWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if data.is_empty() {
            return Ok(0);
        }
        // A full chunk waits for the next byte: only then is it known not to be the last.
        if self.buffer.len() == CHUNK {
            self.flush_chunk(false)?;
        }
        let taken = data.get(..data.len().min(CHUNK - self.buffer.len())).unwrap_or_default();
        self.buffer.extend_from_slice(taken);
        self.digest.update(taken);
        self.size += taken.len() as u64;
        Ok(taken.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Gives a content out; reads from anywhere.
pub struct BlobReader {
    file: File,
    key: LessSafeKey,
    kid: u32,
    size: u64,
    chunks: u64,
    position: u64,
    loaded: Option<u64>,
    chunk: Vec<u8>,
}

impl BlobReader {
    pub(super) fn open(path: &Path, ring: &KeyRing) -> Result<Self, StoreError> {
        let mut file = File::open(path)
            .map_err(|e| if e.kind() == io::ErrorKind::NotFound { StoreError::NoBlob } else { e.into() })?;
        let damaged = || StoreError::Damaged("the head of a blob".into());
        let mut head = [0; HEAD];
        file.read_exact(&mut head).map_err(|_| damaged())?;
        let (magic, rest) = head.split_first_chunk::<4>().ok_or_else(damaged)?;
        let (kid, salt) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
        let body = file.metadata()?.len().saturating_sub(HEAD as u64);
        let chunks = body.div_ceil((CHUNK + TAG) as u64);
        if magic != MAGIC || chunks == 0 {
            return Err(damaged());
        }
        let size = body.checked_sub(chunks * TAG as u64).ok_or_else(damaged)?;
        let kid = u32::from_be_bytes(*kid);
        Ok(Self { file, key: key(ring, kid, salt)?, kid, size, chunks, position: 0, loaded: None, chunk: Vec::new() })
    }

    /// Length of the content.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn kid(&self) -> u32 {
        self.kid
    }

    fn load(&mut self, index: u64) -> io::Result<()> {
        if self.loaded == Some(index) {
            return Ok(());
        }
        let last = index + 1 == self.chunks;
        let start = index * (CHUNK + TAG) as u64;
        let stored = if last { self.size + self.chunks * TAG as u64 - start } else { (CHUNK + TAG) as u64 };
        self.loaded = None;
        self.chunk.resize(usize::try_from(stored).map_err(io::Error::other)?, 0);
        self.file.seek(SeekFrom::Start(HEAD as u64 + start))?;
        self.file.read_exact(&mut self.chunk)?;
        let bad = |_| io::Error::new(io::ErrorKind::InvalidData, "a blob is damaged");
        let plain = self.key.open_in_place(nonce(index, last), Aad::empty(), &mut self.chunk).map_err(bad)?.len();
        self.chunk.truncate(plain);
        self.loaded = Some(index);
        Ok(())
    }
}

impl Read for BlobReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() || (self.position >= self.size && self.size > 0) {
            return Ok(0);
        }
        self.load(self.position / CHUNK as u64)?;
        let within = usize::try_from(self.position % CHUNK as u64).map_err(io::Error::other)?;
        let ready = self.chunk.get(within..).unwrap_or_default();
        let n = ready.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.position += n as u64;
        Ok(n)
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::Current(d) => self.position.checked_add_signed(d),
            SeekFrom::End(d) => self.size.checked_add_signed(d),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
