//! A connection that is fit for its next user however its last one ended.
//!
//! sqlx's own transactions are not: a future dropped between sending `BEGIN` and hearing of it (a client that went away) gives
//! the connection back with a transaction open, and the next user writes in it. Here whatever is dropped in the middle of a
//! statement closes its connection, and what is dropped between statements is rolled back before anyone else gets it.

use sqlx::{AssertSqlSafe, Postgres, Sqlite, pool::PoolConnection};
use tokio::runtime::Handle;

use crate::{Row, Value, db::Pools, dialect, row::Kind};

/// A connection of either kind.
pub(crate) enum Raw {
    Lite(PoolConnection<Sqlite>),
    Pg(PoolConnection<Postgres>),
}

/// A connection taken from its pool.
pub(crate) struct Conn {
    /// Nothing only while it is being dropped.
    raw: Option<Raw>,
    /// A transaction is open.
    open: bool,
    /// A statement was sent whose end is not known.
    busy: bool,
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

fn gone() -> sqlx::Error {
    sqlx::Error::PoolClosed
}

impl Conn {
    /// A connection that may write, or reads.
    pub(crate) async fn acquire(pools: &Pools, writes: bool) -> Result<Self, sqlx::Error> {
        let raw = match pools {
            Pools::Lite { write, read } => Raw::Lite(if writes { write } else { read }.acquire().await?),
            Pools::Pg(pool) => Raw::Pg(pool.acquire().await?),
        };
        Ok(Self { raw: Some(raw), open: false, busy: false })
    }

    pub(crate) fn is_lite(&self) -> bool {
        matches!(self.raw, Some(Raw::Lite(_)))
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        self.open = true;
        self.script(sql.to_owned()).await
    }

    /// Ends the transaction by `COMMIT` or `ROLLBACK`. If that fails the connection is closed.
    pub(crate) async fn end(mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        let ended = self.script(sql.to_owned()).await;
        self.busy = ended.is_err();
        self.open = ended.is_err();
        ended
    }

    /// Runs statements without arguments.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), sqlx::Error> {
        self.busy = true;
        let sql = AssertSqlSafe(sql);
        let done = match self.raw.as_mut().ok_or_else(gone)? {
            Raw::Lite(c) => sqlx::raw_sql(sql).execute(&mut **c).await.map(|_| ()),
            Raw::Pg(c) => sqlx::raw_sql(sql).execute(&mut **c).await.map(|_| ()),
        };
        self.busy = false;
        done
    }

    pub(crate) async fn all(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, sqlx::Error> {
        self.busy = true;
        let rows = match self.raw.as_mut().ok_or_else(gone)? {
            Raw::Lite(c) => {
                let query = bind!(sqlx::query(AssertSqlSafe(dialect::lite(sql))), values);
                query.fetch_all(&mut **c).await.map(|rows| rows.into_iter().map(|r| Row(Kind::Lite(r))).collect())
            }
            Raw::Pg(c) => {
                let query = bind!(sqlx::query(sql), values);
                query.fetch_all(&mut **c).await.map(|rows| rows.into_iter().map(|r| Row(Kind::Pg(r))).collect())
            }
        };
        self.busy = false;
        rows
    }

    pub(crate) async fn first(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Row>, sqlx::Error> {
        self.busy = true;
        let row = match self.raw.as_mut().ok_or_else(gone)? {
            Raw::Lite(c) => {
                let query = bind!(sqlx::query(AssertSqlSafe(dialect::lite(sql))), values);
                query.fetch_optional(&mut **c).await.map(|r| r.map(|r| Row(Kind::Lite(r))))
            }
            Raw::Pg(c) => {
                let query = bind!(sqlx::query(sql), values);
                query.fetch_optional(&mut **c).await.map(|r| r.map(|r| Row(Kind::Pg(r))))
            }
        };
        self.busy = false;
        row
    }

    pub(crate) async fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, sqlx::Error> {
        self.busy = true;
        let done = match self.raw.as_mut().ok_or_else(gone)? {
            Raw::Lite(c) => {
                let query = bind!(sqlx::query(AssertSqlSafe(dialect::lite(sql))), values);
                query.execute(&mut **c).await.map(|d| d.rows_affected())
            }
            Raw::Pg(c) => bind!(sqlx::query(sql), values).execute(&mut **c).await.map(|d| d.rows_affected()),
        };
        self.busy = false;
        done
    }

    /// Runs a statement put together from names of the schema, and passes its rows on, one by one.
    pub(crate) async fn each<E>(
        &mut self,
        sql: String,
        values: &[Value<'_>],
        take: &mut (dyn FnMut(Row) -> Result<(), E> + Send),
    ) -> Result<Result<(), E>, sqlx::Error> {
        use futures_util::TryStreamExt as _;
        self.busy = true;
        let mut taken = Ok(());
        match self.raw.as_mut().ok_or_else(gone)? {
            Raw::Lite(c) => {
                let query = bind!(sqlx::query(AssertSqlSafe(sql)), values);
                let mut rows = query.fetch(&mut **c);
                while let (Some(row), true) = (rows.try_next().await?, taken.is_ok()) {
                    taken = take(Row(Kind::Lite(row)));
                }
            }
            Raw::Pg(c) => {
                let query = bind!(sqlx::query(AssertSqlSafe(sql)), values);
                let mut rows = query.fetch(&mut **c);
                while let (Some(row), true) = (rows.try_next().await?, taken.is_ok()) {
                    taken = take(Row(Kind::Pg(row)));
                }
            }
        }
        self.busy = false;
        Ok(taken)
    }
}

impl Raw {
    fn close(mut self) {
        match &mut self {
            Self::Lite(c) => c.close_on_drop(),
            Self::Pg(c) => c.close_on_drop(),
        }
    }

    async fn rollback(mut self) {
        let done = match &mut self {
            Self::Lite(c) => sqlx::raw_sql("ROLLBACK").execute(&mut **c).await.map(|_| ()),
            Self::Pg(c) => sqlx::raw_sql("ROLLBACK").execute(&mut **c).await.map(|_| ()),
        };
        if done.is_err() {
            self.close();
        }
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        let Some(raw) = self.raw.take() else { return };
        match (self.open, self.busy, Handle::try_current()) {
            (false, _, _) => drop(raw),
            (true, false, Ok(runtime)) => drop(runtime.spawn(raw.rollback())),
            _ => raw.close(),
        }
    }
}
