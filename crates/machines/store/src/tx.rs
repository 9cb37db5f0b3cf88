use base::{Cx, Timestamp};
use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction};

use crate::{Row, StoreError, Value, dialect, error::conflicts, row::Kind};

/// A transaction. Made by [`crate::Db::write`] (may change) or [`crate::Db::read`] (one snapshot, changes nothing).
pub struct Tx {
    pub(crate) conn: Conn,
    /// Set in a write: the time and randomness of rows that this crate makes.
    pub(crate) cx: Option<Cx>,
    /// Whether workers are to be woken after the commit.
    pub(crate) wake: bool,
    /// Whether a statement failed in a way that trying again cures.
    pub(crate) conflict: bool,
}

pub(crate) enum Conn {
    Lite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
}

macro_rules! bind {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Int(v) => query.bind(*v),
                Value::Text(v) => query.bind(v.as_ref().map(|t| t.clone().into_owned())),
                Value::Bytes(v) => query.bind(v.as_ref().map(|b| b.clone().into_owned())),
            };
        }
        query
    }};
}

fn check(sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
    let expected = dialect::arguments(sql);
    if expected == values.len() { Ok(()) } else { Err(StoreError::Arguments { expected, given: values.len(), sql }) }
}

impl Tx {
    /// All rows.
    pub async fn all(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        check(sql, values)?;
        let rows = match &mut self.conn {
            Conn::Lite(c) => {
                let query = bind!(sqlx::query(AssertSqlSafe(dialect::lite(sql))), values);
                query.fetch_all(&mut **c).await.map(|rows| rows.into_iter().map(|r| Row(Kind::Lite(r))).collect())
            }
            Conn::Pg(c) => {
                let query = bind!(sqlx::query(sql), values);
                query.fetch_all(&mut **c).await.map(|rows| rows.into_iter().map(|r| Row(Kind::Pg(r))).collect())
            }
        };
        self.noted(rows)
    }

    /// The first row, if any.
    pub async fn optional(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        check(sql, values)?;
        let row = match &mut self.conn {
            Conn::Lite(c) => {
                let query = bind!(sqlx::query(AssertSqlSafe(dialect::lite(sql))), values);
                query.fetch_optional(&mut **c).await.map(|r| r.map(|r| Row(Kind::Lite(r))))
            }
            Conn::Pg(c) => {
                let query = bind!(sqlx::query(sql), values);
                query.fetch_optional(&mut **c).await.map(|r| r.map(|r| Row(Kind::Pg(r))))
            }
        };
        self.noted(row)
    }

    /// The first row; [`StoreError::NotFound`] if there is none.
    pub async fn one(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Row, StoreError> {
        self.optional(sql, values).await?.ok_or(StoreError::NotFound)
    }

    /// Runs a change; answers the number of rows it touched.
    pub async fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        check(sql, values)?;
        let done = match &mut self.conn {
            Conn::Lite(c) => {
                let query = bind!(sqlx::query(AssertSqlSafe(dialect::lite(sql))), values);
                query.execute(&mut **c).await.map(|d| d.rows_affected())
            }
            Conn::Pg(c) => bind!(sqlx::query(sql), values).execute(&mut **c).await.map(|d| d.rows_affected()),
        };
        self.noted(done)
    }

    /// Time and randomness of this write.
    pub fn cx(&self) -> Result<Cx, StoreError> {
        self.cx.clone().ok_or(StoreError::ReadOnly)
    }

    /// Now, in a write.
    pub fn now(&self) -> Result<Timestamp, StoreError> {
        self.cx.as_ref().map(Cx::now).ok_or(StoreError::ReadOnly)
    }

    /// Rows of a statement that is put together at run time from names of the schema; for migrations and the backup.
    pub(crate) async fn raw(&mut self, sql: String, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let rows = match &mut self.conn {
            Conn::Lite(c) => {
                let query = bind!(sqlx::query(AssertSqlSafe(sql)), values);
                query.fetch_all(&mut **c).await.map(|rows| rows.into_iter().map(|r| Row(Kind::Lite(r))).collect())
            }
            Conn::Pg(c) => {
                let query = bind!(sqlx::query(AssertSqlSafe(sql)), values);
                query.fetch_all(&mut **c).await.map(|rows| rows.into_iter().map(|r| Row(Kind::Pg(r))).collect())
            }
        };
        self.noted(rows)
    }

    /// Passes the rows of a statement on, one by one.
    pub(crate) async fn each(
        &mut self,
        sql: String,
        take: &mut (dyn FnMut(Row) -> Result<(), StoreError> + Send),
    ) -> Result<(), StoreError> {
        match &mut self.conn {
            Conn::Lite(c) => {
                let mut rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(&mut **c);
                while let Some(row) = rows.try_next().await? {
                    take(Row(Kind::Lite(row)))?;
                }
            }
            Conn::Pg(c) => {
                let mut rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(&mut **c);
                while let Some(row) = rows.try_next().await? {
                    take(Row(Kind::Pg(row)))?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn is_lite(&self) -> bool {
        matches!(self.conn, Conn::Lite(_))
    }

    /// Wakes the workers of all nodes once this transaction has committed.
    pub(crate) async fn wake_workers(&mut self) -> Result<(), StoreError> {
        if !self.wake {
            self.wake = true;
            if let Conn::Pg(c) = &mut self.conn {
                let sent = sqlx::query("SELECT pg_notify('enkurs_jobs', '')").execute(&mut **c).await.map(|_| ());
                self.noted(sent)?;
            }
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self.conn {
            Conn::Lite(c) => c.commit().await,
            Conn::Pg(c) => c.commit().await,
        }
    }

    pub(crate) async fn rollback(self) -> Result<(), sqlx::Error> {
        match self.conn {
            Conn::Lite(c) => c.rollback().await,
            Conn::Pg(c) => c.rollback().await,
        }
    }

    fn noted<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        result.map_err(|e| {
            self.conflict |= conflicts(&e);
            StoreError::from(e)
        })
    }
}
