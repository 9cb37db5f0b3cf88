use base::{Id, Timestamp};
use serde::de::DeserializeOwned;
use sqlx::{Column as _, Row as _, TypeInfo as _, postgres::PgRow, sqlite::SqliteRow};

use crate::StoreError;

/// One row of an answer; columns by position.
pub struct Row(pub(crate) Kind);

pub(crate) enum Kind {
    Lite(SqliteRow),
    Pg(PgRow),
}

fn bad(index: usize, e: &sqlx::Error) -> StoreError {
    let detail = match e {
        sqlx::Error::ColumnDecode { source, .. } => source.to_string(),
        other => other.to_string(),
    };
    StoreError::Column { index, detail }
}

fn missing(index: usize) -> StoreError {
    StoreError::Column { index, detail: "is NULL".into() }
}

impl Row {
    /// A whole number (BIGINT; also what PostgreSQL calls INT4 or BOOL, such as the value of a comparison), or NULL.
    pub fn int_opt(&self, n: usize) -> Result<Option<i64>, StoreError> {
        match &self.0 {
            Kind::Lite(r) => r.try_get(n).map_err(|e| bad(n, &e)),
            Kind::Pg(r) => {
                let column = r.try_column(n).map_err(|e| bad(n, &e))?;
                match column.type_info().name() {
                    "INT4" => r.try_get::<Option<i32>, _>(n).map(|v| v.map(i64::from)),
                    "INT2" => r.try_get::<Option<i16>, _>(n).map(|v| v.map(i64::from)),
                    "BOOL" => r.try_get::<Option<bool>, _>(n).map(|v| v.map(i64::from)),
                    _ => r.try_get(n),
                }
                .map_err(|e| bad(n, &e))
            }
        }
    }
    /// A whole number.
    pub fn int(&self, n: usize) -> Result<i64, StoreError> {
        self.int_opt(n)?.ok_or_else(|| missing(n))
    }
    /// A whole number that is not negative and fits.
    pub fn count(&self, n: usize) -> Result<u64, StoreError> {
        u64::try_from(self.int(n)?).map_err(|_| StoreError::Column { index: n, detail: "is negative".into() })
    }
    /// A yes or no, kept as 1 or 0.
    pub fn flag(&self, n: usize) -> Result<bool, StoreError> {
        Ok(self.int(n)? != 0)
    }
    /// A text, or NULL.
    pub fn text_opt(&self, n: usize) -> Result<Option<String>, StoreError> {
        match &self.0 {
            Kind::Lite(r) => r.try_get(n),
            Kind::Pg(r) => r.try_get(n),
        }
        .map_err(|e| bad(n, &e))
    }
    /// A text.
    pub fn text(&self, n: usize) -> Result<String, StoreError> {
        self.text_opt(n)?.ok_or_else(|| missing(n))
    }
    /// Bytes, or NULL.
    pub fn bytes_opt(&self, n: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match &self.0 {
            Kind::Lite(r) => r.try_get(n),
            Kind::Pg(r) => r.try_get(n),
        }
        .map_err(|e| bad(n, &e))
    }
    /// Bytes.
    pub fn bytes(&self, n: usize) -> Result<Vec<u8>, StoreError> {
        self.bytes_opt(n)?.ok_or_else(|| missing(n))
    }
    /// A time, or NULL.
    pub fn time_opt(&self, n: usize) -> Result<Option<Timestamp>, StoreError> {
        let at =
            |us| Timestamp::from_microsecond(us).map_err(|e| StoreError::Column { index: n, detail: e.to_string() });
        self.int_opt(n)?.map(at).transpose()
    }
    /// A time.
    pub fn time(&self, n: usize) -> Result<Timestamp, StoreError> {
        self.time_opt(n)?.ok_or_else(|| missing(n))
    }
    /// A typed identifier, or NULL.
    pub fn id_opt<T>(&self, n: usize) -> Result<Option<Id<T>>, StoreError> {
        let parse =
            |s: String| s.parse().map_err(|e: base::BadId| StoreError::Column { index: n, detail: e.to_string() });
        self.text_opt(n)?.map(parse).transpose()
    }
    /// A typed identifier.
    pub fn id<T>(&self, n: usize) -> Result<Id<T>, StoreError> {
        self.id_opt(n)?.ok_or_else(|| missing(n))
    }
    /// A value kept as JSON text, or NULL.
    pub fn json_opt<T: DeserializeOwned>(&self, n: usize) -> Result<Option<T>, StoreError> {
        self.text_opt(n)?.map(|s| serde_json::from_str(&s).map_err(StoreError::from)).transpose()
    }
    /// A value kept as JSON text.
    pub fn json<T: DeserializeOwned>(&self, n: usize) -> Result<T, StoreError> {
        self.json_opt(n)?.ok_or_else(|| missing(n))
    }
    /// Any value, in the type that the column has; used by the backup.
    pub(crate) fn any(&self, n: usize) -> Result<crate::Value<'static>, StoreError> {
        use std::borrow::Cow;

        use crate::Value;
        let name = match &self.0 {
            Kind::Lite(r) => r.try_column(n).map_err(|e| bad(n, &e))?.type_info().name().to_owned(),
            Kind::Pg(r) => r.try_column(n).map_err(|e| bad(n, &e))?.type_info().name().to_owned(),
        };
        Ok(match name.as_str() {
            "INTEGER" | "INT8" => Value::Int(self.int_opt(n)?),
            "BLOB" | "BYTEA" => Value::Bytes(self.bytes_opt(n)?.map(Cow::Owned)),
            "TEXT" => Value::Text(self.text_opt(n)?.map(Cow::Owned)),
            other => return Err(StoreError::Column { index: n, detail: format!("type {other} is not one of ours") }),
        })
    }
}
