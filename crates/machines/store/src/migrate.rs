use aws_lc_rs::digest::{SHA256, digest};
use base::Cx;
use serde::{Deserialize, Serialize};

use crate::{Db, StoreError, Tx, dialect, params};

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

const MADE: &str =
    "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied BIGINT NOT NULL)";
const LIST: &str = "SELECT name, checksum FROM migration ORDER BY name";
const NOTE: &str = "INSERT INTO migration (name, checksum, applied) VALUES ($1, $2, $3)";

/// One step of the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// File name without extension: `0001_store_jobs`.
    pub name: String,
    /// SHA-256 of the file, hexadecimal.
    pub checksum: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn embedded() -> Vec<(Migration, &'static str)> {
    EMBEDDED
        .iter()
        .map(|(name, text)| {
            (Migration { name: (*name).to_owned(), checksum: hex(digest(&SHA256, text.as_bytes()).as_ref()) }, *text)
        })
        .collect()
}

/// A text that changes when any migration of this build changes.
pub fn fingerprint() -> String {
    let all: String = embedded().iter().map(|(m, _)| format!("{} {}\n", m.name, m.checksum)).collect();
    hex(digest(&SHA256, all.as_bytes()).as_ref()).chars().take(16).collect()
}

impl Db {
    /// Brings the schema up to this build; answers the steps it applied. Nodes that start together do it once. Refuses when an
    /// applied step has changed since, and when the database has steps that this build does not know.
    pub async fn migrate(&self, cx: &Cx) -> Result<Vec<Migration>, StoreError> {
        // READ COMMITTED: a node that waited for the lock must see what the one before it did.
        self.lease(cx, |tx, cx| {
            Box::pin(async move {
                tx.lock_schema().await?;
                apply(tx, cx, embedded()).await
            })
        })
        .await
    }

    /// Gives a new database exactly these steps, which this build must know.
    pub(crate) async fn migrate_new(&self, cx: &Cx, steps: &[Migration]) -> Result<(), StoreError> {
        let known = embedded();
        if let Some(strange) = steps.iter().find(|s| !known.iter().any(|(m, _)| m == *s)) {
            return Err(StoreError::Migration {
                name: strange.name.clone(),
                detail: "is not known to this build".into(),
            });
        }
        let wanted: Vec<_> = known.into_iter().filter(|(m, _)| steps.contains(m)).collect();
        self.lease(&(cx, wanted), |tx, (cx, wanted)| {
            Box::pin(async move {
                tx.lock_schema().await?;
                if apply(tx, cx, wanted.clone()).await?.len() == wanted.len() {
                    return Ok(());
                }
                Err(StoreError::Damaged("the database to restore into is not empty".into()))
            })
        })
        .await
    }

    /// The steps that this build has and the database lacks.
    pub async fn pending(&self) -> Result<Vec<Migration>, StoreError> {
        let applied = match self.snapshot().await?.migrations().await {
            Ok(applied) => applied,
            Err(StoreError::Database(_)) => Vec::new(),
            Err(e) => return Err(e),
        };
        Ok(embedded().into_iter().map(|(m, _)| m).filter(|m| !applied.contains(m)).collect())
    }
}

async fn apply(tx: &mut Tx, cx: &Cx, steps: Vec<(Migration, &'static str)>) -> Result<Vec<Migration>, StoreError> {
    tx.ddl("migration", MADE).await?;
    let mut applied = tx.migrations().await?;
    let mut fresh = Vec::new();
    for (step, text) in steps {
        match applied.iter().position(|m| m.name == step.name) {
            Some(i) if applied.remove(i).checksum == step.checksum => {}
            Some(_) => {
                return Err(StoreError::Migration {
                    name: step.name,
                    detail: "has changed since it was applied".into(),
                });
            }
            None => {
                for statement in dialect::statements(text) {
                    tx.ddl(&step.name, &statement).await?;
                }
                tx.run(NOTE, params![step.name, step.checksum, cx.now()]).await?;
                fresh.push(step);
            }
        }
    }
    match applied.into_iter().next() {
        Some(unknown) => {
            Err(StoreError::Migration { name: unknown.name, detail: "was applied by a newer build".into() })
        }
        None => Ok(fresh),
    }
}

impl Tx {
    pub(crate) async fn migrations(&mut self) -> Result<Vec<Migration>, StoreError> {
        let rows = self.all(LIST, &[]).await?;
        rows.iter().map(|r| Ok(Migration { name: r.text(0)?, checksum: r.text(1)? })).collect()
    }

    async fn lock_schema(&mut self) -> Result<(), StoreError> {
        if !self.is_lite() {
            self.conn.script("SELECT pg_advisory_xact_lock(7243391)".to_owned()).await?;
        }
        Ok(())
    }

    async fn ddl(&mut self, name: &str, statement: &str) -> Result<(), StoreError> {
        let wrong = |detail: String| StoreError::Migration { name: name.to_owned(), detail };
        let sql = dialect::ddl(statement, self.is_lite()).map_err(wrong)?;
        let done = self.conn.script(sql).await;
        done.map_err(|e| {
            self.conflict |= crate::error::conflicts(&e);
            wrong(e.to_string())
        })
    }
}
