use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
};

use base::Cx;

use super::{
    Manifest,
    tables::{Table, digests, from_json, quoted},
};
use crate::{Db, StoreError, Tx};

/// Fills a new database: the schema as it was, then the rows, then a comparison of every table.
pub(super) async fn fill(db: &Db, cx: &Cx, manifest: &Manifest, dir: &Path) -> Result<(), StoreError> {
    db.migrate_new(cx, &manifest.migrations).await?;
    db.write(&(cx, (manifest, dir)), |tx, (_, (manifest, dir))| {
        Box::pin(async move {
            // Rows that the schema brought along are in the backup too.
            for table in manifest.tables.iter().rev() {
                tx.raw(format!("DELETE FROM {}", quoted(&table.name)), &[]).await?;
            }
            for table in &manifest.tables {
                load(tx, table, &dir.join(table.file())).await?;
            }
            Ok::<_, StoreError>(())
        })
    })
    .await?;
    let found = digests(db).await?;
    for table in &manifest.tables {
        if found.get(&table.name) != Some(&(table.rows, table.sha256.clone())) {
            return Err(StoreError::Damaged(format!("table {} did not return as it was", table.name)));
        }
    }
    Ok(())
}

async fn load(tx: &mut Tx, table: &Table, path: &Path) -> Result<(), StoreError> {
    let names: Vec<String> = table.columns.iter().map(|c| quoted(&c.name)).collect();
    let places: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", quoted(&table.name), names.join(", "), places.join(", "));
    for line in BufReader::new(File::open(path)?).lines() {
        let values: Vec<serde_json::Value> = serde_json::from_str(&line?)?;
        if values.len() != table.columns.len() {
            return Err(StoreError::Damaged(format!("a row of {} has another number of columns", table.name)));
        }
        let values =
            table.columns.iter().zip(values).map(|(c, v)| from_json(c.kind, v)).collect::<Result<Vec<_>, _>>()?;
        tx.raw(sql.clone(), &values).await?;
    }
    Ok(())
}
