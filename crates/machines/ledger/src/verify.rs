use std::{io, path::PathBuf};

use futures_util::future::BoxFuture;
use serde::Serialize;

use crate::{
    Leaf, LedgerError, VerifierKey,
    leaf::unbundle,
    note::Checkpoint,
    tree::{self, Tiles, WIDTH},
};

/// A copy of a log, wherever it is.
pub trait Source: Send + Sync {
    /// The file at `path`; nothing if there is none.
    fn fetch<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>>;
}

/// A copy in a directory.
pub struct Directory(pub PathBuf);

impl Source for Directory {
    fn fetch<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>> {
        Box::pin(async move {
            match std::fs::read(self.0.join(path)) {
                Ok(content) => Ok(Some(content)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(LedgerError::Fetch(path.to_owned(), e.to_string())),
            }
        })
    }
}

/// What a verification found; it found no fault, or there would be an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Name of the log.
    pub origin: String,
    /// Entries, all read and counted.
    pub size: u64,
    /// Root hash, hexadecimal.
    pub root: String,
    /// Whether the checkpoint's signature was checked against a key from elsewhere. If not, the copy is only consistent with
    /// itself: whoever made it could have made it up.
    pub signed: bool,
    /// Size of the earlier checkpoint that this tree was shown to continue.
    pub continues: Option<u64>,
    /// Time of the first and of the last entry.
    pub times: Option<(jiff::Timestamp, jiff::Timestamp)>,
}

/// Verifies a whole copy: signature of the checkpoint (if a key is given), every entry against the tiles, every tile against
/// the root, and that the tree continues an earlier checkpoint (if one is given, signed by the same key).
pub async fn verify(
    source: &dyn Source,
    key: Option<&VerifierKey>,
    earlier: Option<&str>,
) -> Result<Report, LedgerError> {
    let absent = |path: &str| LedgerError::Absent(path.to_owned());
    let note = source.fetch("checkpoint").await?.ok_or_else(|| absent("checkpoint"))?;
    let note = String::from_utf8(note).map_err(|_| LedgerError::Malformed("checkpoint"))?;
    let read = |note: &str| key.map_or_else(|| Checkpoint::parse(note), |key| Checkpoint::verified(note, key));
    let head = read(&note)?;
    let mut tiles = Tiles::default();
    let (mut size, mut times) = (0, None);
    for n in 0..head.size.div_ceil(WIDTH) {
        let path = tree::path("entries", n, tree::width(head.size, (0, n)));
        let bytes = source.fetch(&path).await?.ok_or_else(|| absent(&path))?;
        for leaf in unbundle(&bytes)? {
            let time = Leaf::parse(leaf)?.time;
            times = times.map_or(Some((time, time)), |(first, _)| Some((first, time)));
            tiles.append(size, tree::leaf_hash(leaf));
            size += 1;
        }
        if size != head.size.min((n + 1) * WIDTH) {
            return Err(LedgerError::Inconsistent(format!("{path} has not as many entries as its name says")));
        }
    }
    for id in tree::all_tiles(head.size) {
        let path = tree::path(&id.0.to_string(), id.1, tree::width(head.size, id));
        let stored = source.fetch(&path).await?.ok_or_else(|| absent(&path))?;
        if stored != tiles.content(id) {
            return Err(LedgerError::Inconsistent(format!("{path} does not follow from the entries")));
        }
    }
    if tiles.root(head.size) != head.root {
        return Err(LedgerError::Inconsistent("the root of the checkpoint does not follow from the entries".into()));
    }
    let continues = match earlier.map(read).transpose()? {
        Some(old) if old.origin != head.origin => {
            return Err(LedgerError::Inconsistent("the earlier checkpoint is of another log".into()));
        }
        Some(old) if old.size > head.size => {
            return Err(LedgerError::Inconsistent(format!(
                "the earlier checkpoint had {} entries, now there are {}",
                old.size, head.size
            )));
        }
        Some(old) if tiles.root(old.size) != old.root => {
            return Err(LedgerError::Inconsistent(
                "the tree does not continue the earlier checkpoint: history was rewritten".into(),
            ));
        }
        old => old.map(|o| o.size),
    };
    let root = head.root.iter().map(|b| format!("{b:02x}")).collect();
    Ok(Report { origin: head.origin, size, root, signed: key.is_some(), continues, times })
}
