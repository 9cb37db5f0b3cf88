use std::path::Path;

use base::Cx;
use store::{Blobs, Db, Options, backup::Backup};

use crate::{Config, Failure, Node};

/// What of the data directory belongs into a backup beside database and contents.
const FILES: [&str; 4] = ["ring", "keys", "cards", "ledger.vkey"];

/// `enkurs backup`
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub async fn backup(config: Config, dir: &Path) -> Result<(), Failure> {
    let node = Node::open(config, Cx::system()).await?;
    let backup = Backup::begin(&node.db, &node.cx, &node.blobs, dir).await?;
    for name in FILES {
        backup.add(&node.config.data.join(name), name)?;
    }
    let entries = match ledger::export(&node.db, &dir.join("ledger")).await {
        Ok(entries) => entries,
        // Nothing has been signed yet.
        Err(ledger::LedgerError::Absent(_)) => 0,
        Err(e) => return Err(e.into()),
    };
    let manifest = backup.end()?;
    let rows: u64 = manifest.tables.iter().map(|t| t.rows).sum();
    let bytes: u64 = manifest.files.values().map(|f| f.size).sum();
    println!(
        "{}: {rows} rows of {} tables, {entries} ledger entries, {bytes} bytes in {} files, read back and good",
        dir.display(),
        manifest.tables.len(),
        manifest.files.len()
    );
    println!("It holds the keys of this node: keep it as you keep them.");
    node.db.close().await;
    Ok(())
}

/// `enkurs restore`: into an empty database; keys and contents into the data directory, which must not have them yet.
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub async fn restore(config: Config, dir: &Path) -> Result<(), Failure> {
    store::backup::verify(dir)?;
    for name in FILES {
        let target = config.data.join(name);
        if target.exists() {
            return Err(Failure::Unsound(format!("{} exists: restore into an empty data directory", target.display())));
        }
    }
    let cx = Cx::system();
    std::fs::create_dir_all(&config.data).map_err(Failure::file(&config.data))?;
    for name in FILES {
        store::backup::copy_tree(&dir.join(name), &config.data.join(name))?;
    }
    let ring = std::sync::Arc::new(base::KeyRing::load(&config.data.join("ring"), cx.random.as_ref())?);
    let blobs = Blobs::open(&config.data.join("blobs"), ring)?;
    let db =
        Db::open_with(&Options { connections: config.database.connections, ..Options::new(config.database_url()) })
            .await?;
    let manifest = store::backup::restore(&db, &cx, &blobs, dir).await?;
    let rows: u64 = manifest.tables.iter().map(|t| t.rows).sum();
    println!(
        "{rows} rows of {} tables restored and compared; the snapshot is of {}",
        manifest.tables.len(),
        manifest.created
    );
    db.close().await;
    Ok(())
}
