use std::{fs, path::Path, time::Duration};

use base::{Cx, Timestamp};

use super::{Blobs, file::sync_dir};
use crate::{Db, StoreError, backup::copy_tree, params};

pub(crate) const HELD: &str = "SELECT holder FROM blob_hold WHERE blob = $1 LIMIT 1";
pub(crate) const ALL: &str = "SELECT DISTINCT blob FROM blob_hold WHERE blob > $1 ORDER BY blob LIMIT 1000";

impl Blobs {
    /// Deletes contents that nobody holds and that were put longer than `grace` ago, and leftovers of broken uploads.
    /// `grace` must be longer than the time between a put and the write that holds it. Answers how many went.
    pub async fn collect(&self, db: &Db, cx: &Cx, grace: Duration) -> Result<usize, StoreError> {
        let before = cx.now().checked_sub(grace).unwrap_or_default();
        let mut gone = 0;
        for left in files(&self.0.dir.join("tmp"))? {
            if modified(&left).is_some_and(|t| t < before) {
                fs::remove_file(&left)?;
            }
        }
        for address in self.addresses()? {
            let path = self.path(&address)?;
            let old = modified(&path).is_some_and(|t| t < before);
            if !old || db.optional(HELD, params![address]).await?.is_some() {
                continue;
            }
            // Moved aside first: a put of the same content in this moment renames a new file into place, which must stay.
            let aside = self.0.dir.join("tmp").join(format!("{address}.going"));
            fs::rename(&path, &aside)?;
            if modified(&aside).is_some_and(|t| t < before) {
                fs::remove_file(&aside)?;
                gone += 1;
            } else if path.exists() {
                fs::remove_file(&aside)?;
            } else {
                fs::rename(&aside, &path)?;
            }
        }
        sync_dir(&self.0.dir.join("tmp"))?;
        Ok(gone)
    }

    /// Copies all contents that `target` does not have yet, sealed as they are.
    pub(crate) fn copy_to(&self, target: &Path) -> Result<(), StoreError> {
        for address in self.addresses()? {
            let from = self.path(&address)?;
            let to = target.join(address.get(..2).unwrap_or_default()).join(&address);
            if let Some(fan) = to.parent() {
                fs::create_dir_all(fan)?;
            }
            copy_tree(&from, &to)?;
        }
        Ok(())
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// Addresses of all contents in the directory.
    pub fn addresses(&self) -> Result<Vec<String>, StoreError> {
        let mut all = Vec::new();
        for fan in fs::read_dir(&self.0.dir)? {
            let fan = fan?;
            if fan.file_name().len() == 2 && fan.file_type()?.is_dir() {
                all.extend(files(&fan.path())?.iter().filter_map(|p| p.file_name()?.to_str().map(str::to_owned)));
            }
        }
        all.sort();
        Ok(all)
    }

    /// Contents that rows refer to and that are absent from the directory.
    pub async fn missing(&self, db: &Db) -> Result<Vec<String>, StoreError> {
        let (mut missing, mut after) = (Vec::new(), String::new());
        loop {
            let page = db.all(ALL, params![after]).await?;
            let Some(last) = page.last() else { return Ok(missing) };
            after = last.text(0)?;
            for row in &page {
                let address = row.text(0)?;
                if !self.path(&address)?.exists() {
                    missing.push(address);
                }
            }
        }
    }
}

fn files(dir: &Path) -> Result<Vec<std::path::PathBuf>, StoreError> {
    fs::read_dir(dir)?.map(|e| Ok(e?.path())).collect()
}

fn modified(path: &Path) -> Option<Timestamp> {
    Timestamp::try_from(fs::metadata(path).ok()?.modified().ok()?).ok()
}
