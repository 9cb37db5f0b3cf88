use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use aws_lc_rs::digest::{Context, SHA256};
use base::Cx;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Manifest;
use crate::{Db, StoreError, Tx, Value, blobs::hex, params};

/// A table in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Columns with their types.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: u64,
    /// SHA-256 of its file, hexadecimal.
    pub sha256: String,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type.
    pub kind: Kind,
}

/// Our three types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// Whole number.
    Bigint,
    /// Text.
    Text,
    /// Bytes.
    Bytea,
}

impl Table {
    /// Path of its file in the backup.
    pub(super) fn file(&self) -> String {
        format!("tables/{}.jsonl", self.name)
    }
}

struct Words {
    tables: &'static str,
    columns: &'static str,
    parents: &'static str,
}

const LITE: Words = Words {
    tables: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'migration' ORDER BY name",
    columns: "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid",
    parents: "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list($1) ORDER BY 1",
};
const PG: Words = Words {
    tables: "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' \
        AND table_name <> 'migration' ORDER BY 1",
    columns: "SELECT CAST(a.attname AS TEXT), format_type(a.atttypid, NULL), CAST(COALESCE(array_position(i.indkey, a.attnum) + 1, 0) AS BIGINT) \
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
        WHERE n.nspname = 'public' AND CAST(c.relname AS TEXT) = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
    parents: "SELECT DISTINCT CAST(p.relname AS TEXT) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid \
        WHERE k.contype = 'f' AND CAST(c.relname AS TEXT) = $1 ORDER BY 1",
};

struct Shape {
    columns: Vec<Column>,
    key: Vec<String>,
    parents: Vec<String>,
}

/// Writes all tables of one snapshot into `dir`.
pub(super) async fn dump(db: &Db, cx: &Cx, dir: &Path) -> Result<Manifest, StoreError> {
    fs::create_dir_all(dir)?;
    let mut tx = db.snapshot().await?;
    let (created, migrations) = (cx.now(), tx.migrations().await?);
    let mut tables = Vec::new();
    for (name, shape) in ordered(shapes(&mut tx).await?) {
        let path = dir.join(format!("{name}.jsonl"));
        let mut out = Sink { out: BufWriter::new(File::create_new(&path)?), digest: Context::new(&SHA256), rows: 0 };
        write_rows(&mut tx, &name, &shape, &mut out).await?;
        let (rows, sha256) = out.end()?;
        tables.push(Table { name, columns: shape.columns, rows, sha256 });
    }
    Ok(Manifest { version: 1, created, migrations, tables, files: BTreeMap::new() })
}

/// Name, number of rows and digest of every table as it is now.
pub(super) async fn digests(db: &Db) -> Result<BTreeMap<String, (u64, String)>, StoreError> {
    let mut tx = db.snapshot().await?;
    let mut all = BTreeMap::new();
    for (name, shape) in shapes(&mut tx).await? {
        let mut out = Sink { out: io::sink(), digest: Context::new(&SHA256), rows: 0 };
        write_rows(&mut tx, &name, &shape, &mut out).await?;
        all.insert(name, (out.rows, hex(out.digest.finish().as_ref())));
    }
    Ok(all)
}

async fn write_rows<W: Write + Send>(
    tx: &mut Tx,
    name: &str,
    shape: &Shape,
    out: &mut Sink<W>,
) -> Result<(), StoreError> {
    let names: Vec<String> = shape.columns.iter().map(|c| quoted(&c.name)).collect();
    let key = if shape.key.is_empty() {
        names.join(", ")
    } else {
        shape.key.iter().map(|k| quoted(k)).collect::<Vec<_>>().join(", ")
    };
    let sql = format!("SELECT {} FROM {} ORDER BY {key}", names.join(", "), quoted(name));
    let width = shape.columns.len();
    tx.each(sql, &mut |row| {
        let values = (0..width).map(|n| row.any(n).map(|v| to_json(&v))).collect::<Result<Vec<_>, _>>()?;
        out.line(&serde_json::to_vec(&values)?)
    })
    .await
}

struct Sink<W: Write> {
    out: W,
    digest: Context,
    rows: u64,
}

impl<W: Write> Sink<W> {
    fn line(&mut self, text: &[u8]) -> Result<(), StoreError> {
        for part in [text, b"\n"] {
            self.digest.update(part);
            self.out.write_all(part)?;
        }
        self.rows += 1;
        Ok(())
    }
}

impl Sink<BufWriter<File>> {
    fn end(self) -> Result<(u64, String), StoreError> {
        let file = self.out.into_inner().map_err(|e| e.into_error())?;
        file.sync_all()?;
        Ok((self.rows, hex(self.digest.finish().as_ref())))
    }
}

async fn shapes(tx: &mut Tx) -> Result<BTreeMap<String, Shape>, StoreError> {
    let words = if tx.is_lite() { LITE } else { PG };
    let mut all = BTreeMap::new();
    for row in tx.all(words.tables, &[]).await? {
        let name = row.text(0)?;
        let (mut columns, mut key) = (Vec::new(), BTreeMap::new());
        for c in tx.all(words.columns, params![name]).await? {
            let kind = match c.text(1)?.as_str() {
                "INTEGER" | "bigint" => Kind::Bigint,
                "TEXT" | "text" => Kind::Text,
                "BLOB" | "bytea" => Kind::Bytea,
                other => return Err(StoreError::Damaged(format!("{name} has a column of type {other}"))),
            };
            if c.int(2)? > 0 {
                key.insert(c.int(2)?, c.text(0)?);
            }
            columns.push(Column { name: c.text(0)?, kind });
        }
        let mut parents =
            tx.all(words.parents, params![name]).await?.iter().map(|r| r.text(0)).collect::<Result<Vec<_>, _>>()?;
        parents.retain(|p| *p != name);
        all.insert(name, Shape { columns, key: key.into_values().collect(), parents });
    }
    Ok(all)
}

/// Parents before children.
fn ordered(mut rest: BTreeMap<String, Shape>) -> Vec<(String, Shape)> {
    let mut out = Vec::new();
    while let Some(next) =
        rest.iter().find(|(_, s)| !s.parents.iter().any(|p| rest.contains_key(p))).map(|(n, _)| n.clone())
    {
        if let Some(shape) = rest.remove(&next) {
            out.push((next, shape));
        }
    }
    // Tables that refer to one another in a circle come last, as they are.
    out.extend(rest);
    out
}

/// Names of tables and columns come from the schema; quoted they are safe and may be any word.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn to_json(value: &Value<'_>) -> serde_json::Value {
    match value {
        Value::Int(v) => json!(v),
        Value::Text(v) => json!(v),
        Value::Bytes(v) => v.as_ref().map_or(serde_json::Value::Null, |b| json!({ "b": STANDARD.encode(b) })),
    }
}

/// The value that a line holds for a column.
pub(super) fn from_json(kind: Kind, value: serde_json::Value) -> Result<Value<'static>, StoreError> {
    use serde_json::Value as Json;
    let bad = || StoreError::Damaged("a row does not fit its table".into());
    Ok(match (kind, value) {
        (Kind::Bigint, Json::Null) => Value::Int(None),
        (Kind::Text, Json::Null) => Value::Text(None),
        (Kind::Bytea, Json::Null) => Value::Bytes(None),
        (Kind::Bigint, Json::Number(n)) => Value::Int(Some(n.as_i64().ok_or_else(bad)?)),
        (Kind::Text, Json::String(s)) => Value::Text(Some(Cow::Owned(s))),
        (Kind::Bytea, Json::Object(o)) => {
            let text = o.get("b").and_then(Json::as_str).ok_or_else(bad)?;
            Value::Bytes(Some(Cow::Owned(STANDARD.decode(text).map_err(|_| bad())?)))
        }
        _ => return Err(bad()),
    })
}
