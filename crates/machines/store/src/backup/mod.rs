//! Online backup into a directory, and its verified return.
//!
//! One form for both databases, so that a backup of SQLite can return into PostgreSQL: a file of JSON lines for each table,
//! of one snapshot, the contents, whatever files the application adds, and at last `manifest.json` with the SHA-256 of each.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{Context, SHA256};
use base::{Cx, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Blobs, Db, Migration, StoreError, blobs::hex};

mod restore;
mod tables;

use tables::Table;

const MANIFEST: &str = "manifest.json";

/// What a backup holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this form: 1.
    pub version: u32,
    /// When the snapshot was taken.
    pub created: Timestamp,
    /// Steps of the schema.
    pub migrations: Vec<Migration>,
    /// Tables, in an order in which they can be filled.
    pub tables: Vec<Table>,
    /// Every file of the backup but this one, by path.
    pub files: BTreeMap<String, FileMark>,
}

/// Length and digest of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileMark {
    /// Length.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// A backup that is being made.
pub struct Backup {
    dir: PathBuf,
    manifest: Manifest,
}

impl Backup {
    /// Copies database and contents into `dir`, which is made and must not hold anything yet.
    pub async fn begin(db: &Db, cx: &Cx, blobs: &Blobs, dir: &Path) -> Result<Self, StoreError> {
        empty_dir(dir)?;
        // Contents go first and once more after the snapshot: what the snapshot refers to was there before it, or is too young
        // to be collected.
        let target = dir.join("blobs");
        blobs.copy_to(&target)?;
        let manifest = tables::dump(db, cx, &dir.join("tables")).await?;
        blobs.copy_to(&target)?;
        Ok(Self { dir: dir.to_owned(), manifest })
    }

    /// Where further files (keys, the ledger's copy) may be put before the end.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Adds a file or a directory with everything in it; absent ones are left out.
    pub fn add(&self, from: &Path, name: &str) -> Result<(), StoreError> {
        copy_tree(from, &self.dir.join(name))
    }

    /// Reads everything back and writes the manifest: without it a backup is not one.
    pub fn end(mut self) -> Result<Manifest, StoreError> {
        self.manifest.files = marks(&self.dir)?;
        for table in &self.manifest.tables {
            let mark = self.manifest.files.get(&table.file());
            if mark.is_none_or(|m| m.sha256 != table.sha256) {
                return Err(StoreError::Damaged(format!("{} is not what was written", table.file())));
            }
        }
        let mut file = File::create_new(self.dir.join(MANIFEST))?;
        file.write_all(&serde_json::to_vec_pretty(&self.manifest)?)?;
        file.sync_all()?;
        Ok(self.manifest)
    }
}

/// Checks that a backup is whole: every file is there with its digest, and no other.
pub fn verify(dir: &Path) -> Result<Manifest, StoreError> {
    let text = fs::read(dir.join(MANIFEST)).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => StoreError::Damaged("no manifest.json: not a finished backup".into()),
        _ => e.into(),
    })?;
    let manifest: Manifest = serde_json::from_slice(&text)?;
    if manifest.version != 1 {
        return Err(StoreError::Damaged(format!("a backup of version {}", manifest.version)));
    }
    let found = marks(dir)?;
    for (path, mark) in &manifest.files {
        if found.get(path) != Some(mark) {
            return Err(StoreError::Damaged(format!("{path} is absent or has changed")));
        }
    }
    match found.keys().find(|p| !manifest.files.contains_key(*p)) {
        Some(extra) => Err(StoreError::Damaged(format!("{extra} is no part of the backup"))),
        None => Ok(manifest),
    }
}

/// Brings a verified backup back into a new database and a directory of contents, and compares the result with it, row by row.
pub async fn restore(db: &Db, cx: &Cx, blobs: &Blobs, dir: &Path) -> Result<Manifest, StoreError> {
    let manifest = verify(dir)?;
    restore::fill(db, cx, &manifest, dir).await?;
    copy_tree(&dir.join("blobs"), blobs.dir())?;
    match blobs.missing(db).await?.first() {
        Some(address) => Err(StoreError::Damaged(format!("blob {address} is not in the backup"))),
        None => {
            db.migrate(cx).await?;
            Ok(manifest)
        }
    }
}

fn empty_dir(dir: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)?;
    if fs::read_dir(dir)?.next().is_some() {
        return Err(StoreError::Io(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "the directory of the backup is not empty",
        )));
    }
    Ok(())
}

fn marks(dir: &Path) -> Result<BTreeMap<String, FileMark>, StoreError> {
    let (mut all, mut rest) = (BTreeMap::new(), vec![dir.to_owned()]);
    while let Some(next) = rest.pop() {
        for entry in fs::read_dir(&next)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                rest.push(path);
                continue;
            }
            let name = path
                .strip_prefix(dir)
                .unwrap_or(&path)
                .components()
                .map(|c| c.as_os_str().to_string_lossy())
                .collect::<Vec<_>>()
                .join("/");
            if name != MANIFEST {
                all.insert(name, mark(&path)?);
            }
        }
    }
    Ok(all)
}

fn mark(path: &Path) -> Result<FileMark, StoreError> {
    let mut file = BufReader::new(File::open(path)?);
    let (mut digest, mut size, mut part) = (Context::new(&SHA256), 0, vec![0; 64 * 1024]);
    loop {
        let n = file.read(&mut part)?;
        let Some(read) = part.get(..n).filter(|r| !r.is_empty()) else { break };
        digest.update(read);
        size += n as u64;
    }
    Ok(FileMark { size, sha256: hex(digest.finish().as_ref()) })
}

/// Copies files that are not there yet, and flushes them.
pub fn copy_tree(from: &Path, to: &Path) -> Result<(), StoreError> {
    let meta = match fs::metadata(from) {
        Ok(meta) => meta,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e.into()),
    };
    if meta.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy_tree(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if !to.exists() {
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        match fs::copy(from, to) {
            Ok(_) => File::open(to)?.sync_all()?,
            // Collected in this very moment.
            Err(e) if e.kind() == io::ErrorKind::NotFound && !from.exists() => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}
