use std::{sync::Arc, time::Duration};

use base::Cx;
use store::{Db, Tx, params};
use tokio_util::sync::CancellationToken;

use crate::{
    CheckpointSigner, LedgerError, VerifierKey,
    leaf::Leaf,
    note::Checkpoint,
    tree::{self, Hash, TileId, Tiles},
};

const LOCK: &str = "SELECT size FROM ledger_head WHERE name = 'tree' FOR UPDATE SKIP LOCKED";
const WAITS: &str = "SELECT 1 FROM ledger_entry WHERE position IS NULL LIMIT 1";
const PLACE: &str = "UPDATE ledger_entry SET position = $1 + w.place FROM (\
    SELECT id AS waiting, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place FROM ledger_entry WHERE position IS NULL ORDER BY id LIMIT $2) AS w \
    WHERE ledger_entry.id = w.waiting RETURNING position, id, kind, created, body_commitment, personal_commitment";
pub(crate) const TILE: &str = "SELECT content FROM ledger_tile WHERE level = $1 AND number = $2";
const PUT_TILE: &str = "INSERT INTO ledger_tile (level, number, content) VALUES ($1, $2, $3) \
    ON CONFLICT (level, number) DO UPDATE SET content = excluded.content";
const GROW: &str = "UPDATE ledger_head SET size = $1 WHERE name = 'tree'";
const PUT_ROOT: &str = "INSERT INTO ledger_checkpoint (size, root, note, created) VALUES ($1, $2, NULL, $3)";
const UNSIGNED: &str = "SELECT size, root FROM ledger_checkpoint WHERE note IS NULL ORDER BY size DESC LIMIT 1";
const SIGNED: &str = "UPDATE ledger_checkpoint SET note = $2 WHERE size = $1";
const SUPERSEDED: &str = "DELETE FROM ledger_checkpoint WHERE size < $1 AND note IS NULL";
const THIN: &str = "DELETE FROM ledger_checkpoint WHERE size < $1 AND created < $2 AND size NOT IN (\
    SELECT MAX(size) FROM ledger_checkpoint GROUP BY created / 3600000000)";
pub(crate) const QUERIES: &[&str] =
    &[LOCK, WAITS, PLACE, TILE, PUT_TILE, GROW, PUT_ROOT, UNSIGNED, SIGNED, SUPERSEDED, THIN];

/// Gives recorded entries their places and signs the head of the tree. Any number of nodes may run one: a locked row lets one
/// work at a time, so nothing depends on clocks, and a sequencer that dies leaves either a whole batch or none.
pub struct Sequencer {
    db: Db,
    cx: Cx,
    key: VerifierKey,
    signer: Arc<dyn CheckpointSigner>,
    batch: u32,
    pause: Duration,
}

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Entries placed.
    pub placed: u64,
    /// Whether a checkpoint was signed.
    pub signed: bool,
}

impl Sequencer {
    /// A sequencer of the log named `origin` (a schema-less address, `enkurs.example/ledger`).
    pub fn new(db: Db, cx: Cx, origin: &str, signer: Arc<dyn CheckpointSigner>) -> Self {
        let key = VerifierKey::new(origin, signer.public());
        Self { db, cx, key, signer, batch: 1024, pause: Duration::from_millis(200) }
    }

    /// The key that verifies this log's checkpoints.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// How many entries a batch has at most (1024 unless told).
    #[must_use]
    pub fn batch(mut self, entries: u32) -> Self {
        self.batch = entries.clamp(1, 10_000);
        self
    }

    /// Works until `stop`, then places what is still waiting.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            let stopping = stop.is_cancelled();
            match self.step().await {
                Ok(step) if step.placed > 0 => continue,
                Ok(_) if stopping => return,
                Ok(_) => {}
                Err(e) => {
                    tracing::warn!(code = e.code(), error = %e, "the ledger could not be sequenced");
                    if stopping {
                        return;
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(self.pause) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Places a batch and signs the newest head.
    pub async fn step(&self) -> Result<Step, LedgerError> {
        let placed = self.place().await?;
        let signed = self.sign().await?;
        Ok(Step { placed, signed })
    }

    /// Places everything that waits; for tests and commands. While another sequencer holds the tree, or a connection that was cut off still
    /// does, it waits for it, at most ten seconds.
    pub async fn drain(&self) -> Result<u64, LedgerError> {
        let (mut total, mut held) = (0, 0);
        loop {
            match self.step().await?.placed {
                0 if self.db.optional(WAITS, &[]).await?.is_none() => return Ok(total),
                0 if held == 500 => return Err(LedgerError::Waiting),
                0 => {
                    held += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                n => total += n,
            }
        }
    }

    /// Places a batch and commits positions, tiles and the new root together; nothing is signed yet.
    pub async fn place(&self) -> Result<u64, LedgerError> {
        if self.db.optional(WAITS, &[]).await?.is_none() {
            return Ok(0);
        }
        let batch = self.batch;
        self.db.lease(&self.cx, |tx, cx| Box::pin(place(tx, cx, batch))).await
    }

    /// Signs the newest committed root, if it is not signed. Two nodes may do so at once: they sign the same text.
    pub async fn sign(&self) -> Result<bool, LedgerError> {
        let Some(row) = self.db.optional(UNSIGNED, &[]).await? else { return Ok(false) };
        let size = row.count(0)?;
        let root: Hash = row.bytes(1)?.try_into().map_err(|_| LedgerError::Malformed("root"))?;
        let text = Checkpoint { origin: self.key.name().to_owned(), size, root }.text();
        let signature = self.signer.sign(text.as_bytes()).await?;
        let note = format!("{text}\n{}", self.key.line(&signature));
        let at = row.int(0)?;
        let before = self.cx.now().checked_sub(jiff::SignedDuration::from_hours(2)).unwrap_or_default();
        self.db
            .lease(&(&self.cx, &note), |tx, (_, note)| {
                Box::pin(async move {
                    tx.run(SIGNED, params![at, note]).await?;
                    tx.run(SUPERSEDED, params![at]).await?;
                    if size.is_multiple_of(64) {
                        tx.run(THIN, params![at, before]).await?;
                    }
                    Ok::<_, LedgerError>(())
                })
            })
            .await?;
        Ok(true)
    }
}

async fn place(tx: &mut Tx, cx: &Cx, batch: u32) -> Result<u64, LedgerError> {
    // No row: another sequencer is at work.
    let Some(head) = tx.optional(LOCK, &[]).await? else { return Ok(0) };
    let before = head.count(0)?;
    let mut rows = tx
        .all(PLACE, params![head.int(0)?, batch])
        .await?
        .iter()
        .map(|r| Ok((r.int(0)?, Leaf::of(r, 1)?)))
        .collect::<Result<Vec<_>, LedgerError>>()?;
    if rows.is_empty() {
        return Ok(0);
    }
    rows.sort_by_key(|(position, _)| *position);
    let mut tiles = Tiles::default();
    for id in tree::edge(before) {
        load(tx, &mut tiles, id).await?;
    }
    let mut changed = std::collections::BTreeSet::new();
    let mut size = before;
    for (position, leaf) in &rows {
        if u64::try_from(*position) != Ok(size) {
            return Err(LedgerError::Inconsistent(format!("position {position} where {size} is next")));
        }
        changed.extend(tiles.append(size, tree::leaf_hash(&leaf.bytes()?)));
        size += 1;
    }
    for id in &changed {
        tx.run(PUT_TILE, params![id.0, number(id.1), tiles.content(*id)]).await?;
    }
    let root = tiles.root(size);
    // A root needs only the edge, which is all here.
    if let Some(id) = tiles.take_missing().into_iter().next() {
        return Err(LedgerError::Inconsistent(format!("tile {id:?} is absent")));
    }
    tx.run(GROW, params![number(size)]).await?;
    tx.run(PUT_ROOT, params![number(size), root, cx.now()]).await?;
    Ok(size - before)
}

/// Counts stay far below 2^63.
pub(crate) fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(crate) async fn load(tx: &mut Tx, tiles: &mut Tiles, id: TileId) -> Result<(), LedgerError> {
    let row = tx.optional(TILE, params![id.0, number(id.1)]).await?;
    let content = row.ok_or_else(|| LedgerError::Absent(format!("tile {id:?}")))?.bytes(0)?;
    if tiles.insert(id, &content) { Ok(()) } else { Err(LedgerError::Inconsistent(format!("tile {id:?} is cut"))) }
}
