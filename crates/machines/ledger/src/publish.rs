//! The log as static files: `checkpoint`, `tile/LEVEL/NUMBER`, `tile/entries/NUMBER`.

use std::{fs, io, path::Path};

use store::{Db, params};

use crate::{
    LedgerError,
    leaf::{Leaf, bundle},
    note::Checkpoint,
    sequencer::{TILE, number},
    tree::{self, WIDTH},
};

pub(crate) const LATEST: &str = "SELECT note FROM ledger_checkpoint WHERE note IS NOT NULL ORDER BY size DESC LIMIT 1";
const ENTRIES: &str = "SELECT id, kind, created, body_commitment, personal_commitment FROM ledger_entry \
    WHERE position >= $1 AND position < $2 ORDER BY position";
const COUNTS: &str = "SELECT (SELECT size FROM ledger_head WHERE name = 'tree'), \
    (SELECT COUNT(*) FROM ledger_entry WHERE position IS NULL), (SELECT MIN(created) FROM ledger_entry WHERE position IS NULL)";
pub(crate) const QUERIES: &[&str] = &[LATEST, ENTRIES, COUNTS];

/// A file of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Content.
    pub content: Vec<u8>,
    /// `text/plain; charset=utf-8` or `application/octet-stream`.
    pub media_type: &'static str,
    /// Whether it will never change: then caches may keep it for ever.
    pub immutable: bool,
}

/// The file at `path` (`checkpoint`, `tile/0/000.p/3`…), if there is one.
pub async fn resource(db: &Db, path: &str) -> Result<Option<Resource>, LedgerError> {
    if path == "checkpoint" {
        let row = db.optional(LATEST, &[]).await?;
        let content = row.map(|r| r.text(0)).transpose()?.map(String::into_bytes);
        return Ok(content.map(|content| Resource {
            content,
            media_type: "text/plain; charset=utf-8",
            immutable: false,
        }));
    }
    let Some((level, n, width)) = tree::parse_path(path) else { return Ok(None) };
    let content = match level {
        Some(level) => {
            let row = db.optional(TILE, params![level, number(n)]).await?;
            let len = usize::try_from(width * 32).unwrap_or(usize::MAX);
            row.map(|r| r.bytes(0)).transpose()?.and_then(|c| c.get(..len).map(<[u8]>::to_vec))
        }
        None => entries(db, n, width).await?,
    };
    Ok(content.map(|content| Resource { content, media_type: "application/octet-stream", immutable: true }))
}

async fn entries(db: &Db, n: u64, width: u64) -> Result<Option<Vec<u8>>, LedgerError> {
    let first = n.saturating_mul(WIDTH);
    let rows = db.all(ENTRIES, params![number(first), number(first.saturating_add(width))]).await?;
    if rows.len() as u64 != width {
        return Ok(None);
    }
    let leaves = rows.iter().map(|r| Leaf::of(r, 0)?.bytes()).collect::<Result<Vec<_>, LedgerError>>()?;
    bundle(&leaves).map(Some)
}

/// How the ledger stands, for the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Leaves of the tree.
    pub size: u64,
    /// Entries that wait for their place.
    pub waiting: u64,
    /// Since when the first of them waits.
    pub since: Option<jiff::Timestamp>,
    /// The newest signed checkpoint.
    pub checkpoint: Option<Checkpoint>,
}

/// How the ledger stands.
pub async fn head(db: &Db) -> Result<Head, LedgerError> {
    let row = db.one(COUNTS, &[]).await?;
    let note = db.optional(LATEST, &[]).await?.map(|r| r.text(0)).transpose()?;
    let checkpoint = note.map(|n| Checkpoint::parse(&n)).transpose()?;
    Ok(Head { size: row.count(0)?, waiting: row.count(1)?, since: row.time_opt(2)?, checkpoint })
}

/// Writes all files of the newest signed tree into `dir`; [`crate::verify()`] reads them there.
pub async fn export(db: &Db, dir: &Path) -> Result<u64, LedgerError> {
    let failed = |e: io::Error| LedgerError::Fetch(dir.display().to_string(), e.to_string());
    let absent = || LedgerError::Absent("a signed checkpoint".into());
    let note = resource(db, "checkpoint").await?.ok_or_else(absent)?.content;
    let size = Checkpoint::parse(&String::from_utf8_lossy(&note))?.size;
    let mut paths: Vec<String> =
        tree::all_tiles(size).map(|id| tree::path(&id.0.to_string(), id.1, tree::width(size, id))).collect();
    paths.extend((0..size.div_ceil(WIDTH)).map(|n| tree::path("entries", n, tree::width(size, (0, n)))));
    for path in paths {
        let file = resource(db, &path).await?.ok_or_else(|| LedgerError::Absent(path.clone()))?;
        let target = dir.join(&path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        fs::write(&target, file.content).map_err(failed)?;
    }
    // Last: a copy without a checkpoint is visibly unfinished.
    fs::write(dir.join("checkpoint"), note).map_err(failed)?;
    Ok(size)
}
