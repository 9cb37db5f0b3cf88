//! Large contents: files, encrypted at rest in chunks, found by a keyed digest of their content (the same content twice is
//! kept once; the address tells nothing without the key). Put the content first, then hold it in the write that refers to
//! it; what nobody holds is collected. Streams both ways in flat memory; [`BlobReader`] seeks, for formats that need it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_lc_rs::hmac;
use base::{Cx, KeyRing};
use futures_util::{Stream, StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::{StoreError, Tx, params};

mod collect;
mod file;

pub use file::{BlobReader, BlobWriter};

const HOLD: &str =
    "INSERT INTO blob_hold (blob, holder, size, created) VALUES ($1, $2, $3, $4) ON CONFLICT (blob, holder) DO NOTHING";
const DROP: &str = "DELETE FROM blob_hold WHERE blob = $1 AND holder = $2";
pub(crate) const QUERIES: &[&str] = &[HOLD, DROP, collect::HELD, collect::ALL];

/// A content that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobRef {
    /// Where: 64 hexadecimal digits.
    pub address: String,
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
    /// Length of the content.
    pub size: u64,
}

/// The blob store: a directory. Cheap to clone.
#[derive(Clone)]
pub struct Blobs(Arc<Inner>);

struct Inner {
    dir: PathBuf,
    ring: Arc<KeyRing>,
}

impl Blobs {
    /// Opens (or makes) the directory.
    pub fn open(dir: &Path, ring: Arc<KeyRing>) -> Result<Self, StoreError> {
        let tmp = dir.join("tmp");
        fs::create_dir_all(&tmp)?;
        Ok(Self(Arc::new(Inner { dir: dir.to_owned(), ring })))
    }

    /// A writer for a new content, for synchronous code.
    pub fn writer(&self, cx: &Cx) -> Result<BlobWriter, StoreError> {
        BlobWriter::new(self.clone(), cx)
    }

    /// Opens a content, for synchronous code.
    pub fn reader(&self, address: &str) -> Result<BlobReader, StoreError> {
        BlobReader::open(&self.path(address)?, &self.0.ring)
    }

    /// Keeps a stream of at most `limit` bytes.
    pub async fn put<S, B, E>(&self, cx: &Cx, limit: u64, content: S) -> Result<BlobRef, StoreError>
    where
        S: Stream<Item = Result<B, E>>,
        B: AsRef<[u8]>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let mut writer = self.writer(cx)?;
        let (send, mut parts) = mpsc::channel::<Vec<u8>>(4);
        let task = tokio::task::spawn_blocking(move || {
            while let Some(part) = parts.blocking_recv() {
                if part.is_empty() {
                    return writer.finish().map(Some);
                }
                io::Write::write_all(&mut writer, &part)?;
            }
            Ok(None)
        });
        let mut left = limit;
        let mut content = std::pin::pin!(content);
        while let Some(part) = content.next().await {
            let part = part.map_err(|e| StoreError::Io(io::Error::other(e)))?;
            let part = part.as_ref();
            left = left.checked_sub(part.len() as u64).ok_or(StoreError::TooLarge { limit })?;
            if !part.is_empty() && send.send(part.to_vec()).await.is_err() {
                break;
            }
        }
        // An empty part says that the content is whole; a channel that just closes says that it is not.
        let _ = send.send(Vec::new()).await;
        drop(send);
        let done = task.await.map_err(|e| StoreError::Io(io::Error::other(e)))??;
        done.ok_or_else(|| StoreError::Damaged("the content was cut off".into()))
    }

    /// Keeps a small content.
    pub async fn put_bytes(&self, cx: &Cx, content: &[u8]) -> Result<BlobRef, StoreError> {
        let parts = stream::iter([Ok::<_, io::Error>(content)]);
        self.put(cx, u64::MAX, parts).await
    }

    /// Streams a content from its byte `from` on.
    pub async fn get(
        &self,
        address: &str,
        from: u64,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, StoreError>> + Send + use<>, StoreError> {
        use io::{Read as _, Seek as _};
        let (this, address) = (self.clone(), address.to_owned());
        let mut reader = tokio::task::spawn_blocking(move || this.reader(&address))
            .await
            .map_err(|e| StoreError::Io(io::Error::other(e)))??;
        let (send, parts) = mpsc::channel::<Result<Vec<u8>, StoreError>>(4);
        tokio::task::spawn_blocking(move || {
            if let Err(e) = reader.seek(io::SeekFrom::Start(from)) {
                let _ = send.blocking_send(Err(e.into()));
                return;
            }
            loop {
                let mut part = vec![0; file::CHUNK];
                let read = reader.read(&mut part).map(|n| part.truncate(n));
                let last = read.is_err();
                if part.is_empty() || send.blocking_send(read.map(|()| part).map_err(StoreError::from)).is_err() || last
                {
                    return;
                }
            }
        });
        // Fused: compressing and limiting layers poll a body once more after its end.
        Ok(stream::unfold(parts, |mut parts| async move { parts.recv().await.map(|p| (p, parts)) }).fuse())
    }

    /// A whole content of at most `limit` bytes.
    pub async fn bytes(&self, address: &str, limit: u64) -> Result<Vec<u8>, StoreError> {
        let (this, address) = (self.clone(), address.to_owned());
        let task = tokio::task::spawn_blocking(move || {
            let mut reader = this.reader(&address)?;
            if reader.size() > limit {
                return Err(StoreError::TooLarge { limit });
            }
            let mut all = Vec::with_capacity(usize::try_from(reader.size()).unwrap_or(0));
            io::Read::read_to_end(&mut reader, &mut all)?;
            Ok(all)
        });
        task.await.map_err(|e| StoreError::Io(io::Error::other(e)))?
    }

    /// Reads a content to its end and compares it with its address.
    pub fn verify(&self, address: &str) -> Result<BlobRef, StoreError> {
        let mut reader = self.reader(address)?;
        let kid = reader.kid();
        let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        let mut part = vec![0; file::CHUNK];
        let mut size = 0;
        loop {
            let n = io::Read::read(&mut reader, &mut part)?;
            let Some(read) = part.get(..n).filter(|p| !p.is_empty()) else { break };
            digest.update(read);
            size += n as u64;
        }
        let digest = digest.finish();
        let found = self.address(kid, digest.as_ref())?;
        if found == address {
            Ok(BlobRef { address: found, sha256: hex(digest.as_ref()), size })
        } else {
            Err(StoreError::Damaged(format!("blob {address}")))
        }
    }

    fn address(&self, kid: u32, digest: &[u8]) -> Result<String, StoreError> {
        let key = self
            .0
            .ring
            .derive(kid, &[], "blob address")
            .ok_or_else(|| StoreError::Damaged("the key of this blob is not in the key file".into()))?;
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.expose()), digest);
        Ok(hex(tag.as_ref()))
    }

    fn path(&self, address: &str) -> Result<PathBuf, StoreError> {
        let good = address.len() == 64 && address.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match address.get(..2) {
            Some(fan) if good => Ok(self.0.dir.join(fan).join(address)),
            _ => Err(StoreError::NoBlob),
        }
    }
}

impl Tx {
    /// Holds a content for `holder` (type and id: `document 01H…`), with the write that refers to it.
    pub async fn hold(&mut self, blob: &BlobRef, holder: &str) -> Result<(), StoreError> {
        let (now, size) = (self.now()?, i64::try_from(blob.size).unwrap_or(i64::MAX));
        self.run(HOLD, params![blob.address, holder, size, now]).await.map(|_| ())
    }

    /// Lets a content go; when nobody holds it any more it will be collected.
    pub async fn release(&mut self, address: &str, holder: &str) -> Result<(), StoreError> {
        self.run(DROP, params![address, holder]).await.map(|_| ())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
