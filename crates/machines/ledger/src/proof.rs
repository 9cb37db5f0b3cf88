use base::Id;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use store::{Db, Tx, params};

use crate::{
    Entry, LedgerError, VerifierKey,
    entry::{commit, commit_body},
    leaf::Leaf,
    note::Checkpoint,
    publish::LATEST,
    sequencer::load,
    tree::{self, Hash, Tiles},
};

const ONE: &str = "SELECT position, id, kind, created, body_commitment, personal_commitment, subject, body, body_salt, personal, personal_salt \
    FROM ledger_entry WHERE id = $1";
pub(crate) const QUERIES: &[&str] = &[ONE];

/// Everything a stranger needs to check one entry against a checkpoint: its content with the salts, and its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Disclosure {
    /// The leaf as it stands in the tree.
    pub leaf: Leaf,
    /// Id of what the entry is about.
    pub subject: String,
    /// What happened, as recorded.
    pub body: String,
    /// Salt of the body, base64.
    pub body_salt: String,
    /// Personal data and their salt, unless erased or absent.
    pub personal: Option<(String, String)>,
    /// Position in the tree.
    pub index: u64,
    /// Audit path, base64.
    pub path: Vec<String>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl Disclosure {
    /// Checks commitments, place and signature; answers the size of the tree that vouches for the entry.
    pub fn verify(&self, key: &VerifierKey) -> Result<u64, LedgerError> {
        let bad = |what: &str| LedgerError::Inconsistent(what.to_owned());
        let decode = |s: &str| STANDARD.decode(s).map_err(|_| LedgerError::Malformed("base64"));
        let head = Checkpoint::verified(&self.checkpoint, key)?;
        let body = commit_body(&decode(&self.body_salt)?, &self.subject, &self.body);
        if body.as_slice() != decode(&self.leaf.body)? {
            return Err(bad("the body is not the one that was recorded"));
        }
        if let Some((data, salt)) = &self.personal {
            let personal = commit(&decode(salt)?, &[data.as_bytes()]);
            let recorded = decode(self.leaf.personal.as_deref().unwrap_or_default())?;
            if personal.as_slice() != recorded {
                return Err(bad("the personal data are not those that were recorded"));
            }
        }
        let path = self.path.iter().map(|h| decode(h)?.try_into().map_err(|_| LedgerError::Malformed("hash")));
        let path = path.collect::<Result<Vec<Hash>, LedgerError>>()?;
        let leaf = tree::leaf_hash(&self.leaf.bytes()?);
        if tree::included(&leaf, self.index, head.size, &path, &head.root) {
            Ok(head.size)
        } else {
            Err(bad("the entry is not in the tree"))
        }
    }
}

/// Discloses one entry with the proof that it stands in the newest signed tree.
pub async fn disclose(db: &Db, id: Id<Entry>) -> Result<Disclosure, LedgerError> {
    db.read(|tx| {
        Box::pin(async move {
            let row = tx.optional(ONE, params![id]).await?.ok_or_else(|| LedgerError::Absent(format!("entry {id}")))?;
            let checkpoint = tx.optional(LATEST, &[]).await?.ok_or(LedgerError::Waiting)?.text(0)?;
            let size = Checkpoint::parse(&checkpoint)?.size;
            let index = row
                .int_opt(0)?
                .and_then(|n| u64::try_from(n).ok())
                .filter(|n| *n < size)
                .ok_or(LedgerError::Waiting)?;
            let erased = || LedgerError::Absent(format!("the content of entry {id} was erased"));
            let personal = row.text_opt(9)?.zip(row.bytes_opt(10)?.map(|s| STANDARD.encode(s)));
            Ok(Disclosure {
                leaf: Leaf::of(&row, 1)?,
                subject: row.text(6)?,
                body: row.text_opt(7)?.ok_or_else(erased)?,
                body_salt: STANDARD.encode(row.bytes_opt(8)?.ok_or_else(erased)?),
                personal,
                index,
                path: with_tiles(tx, |t| t.inclusion(index, size)).await?.iter().map(|h| STANDARD.encode(h)).collect(),
                checkpoint,
            })
        })
    })
    .await
}

/// The proof that the tree of `old` leaves is the beginning of the tree of `size` leaves.
pub async fn consistency(db: &Db, old: u64, size: u64) -> Result<Vec<Hash>, LedgerError> {
    db.read(|tx| Box::pin(async move { with_tiles(tx, |t| t.consistency(old, size)).await })).await
}

/// Computes something from tiles, fetching those it asks for.
async fn with_tiles<T>(tx: &mut Tx, compute: impl Fn(&mut Tiles) -> T) -> Result<T, LedgerError> {
    let mut tiles = Tiles::default();
    loop {
        let value = compute(&mut tiles);
        let missing = tiles.take_missing();
        if missing.is_empty() {
            return Ok(value);
        }
        for id in missing {
            if tiles.ids().any(|known| known == id) {
                return Err(LedgerError::Absent(format!("hashes of tile {id:?}")));
            }
            load(tx, &mut tiles, id).await?;
        }
    }
}
