use std::{str::FromStr as _, sync::Arc, time::Duration};

use base::{Cx, Timestamp};
use futures_util::future::BoxFuture;
use sqlx::{
    PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::Notify;

use crate::{Row, StoreError, Tx, Value, conn::Conn, error::conflicts, tx::check};

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) pools: Pools,
    pub(crate) jobs: Notify,
}

pub(crate) enum Pools {
    Lite { write: SqlitePool, read: SqlitePool },
    Pg(PgPool),
}

/// Which database stands behind a [`Db`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// SQLite, for one node.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://USER@HOST/NAME`.
    pub url: String,
    /// Connections that a node holds at most.
    pub connections: u32,
    /// How long an operation waits for a free connection.
    pub wait: Duration,
}

impl Options {
    /// The usual limits.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), connections: 16, wait: Duration::from_secs(10) }
    }
}

/// What carries time and randomness into a write: a [`Cx`], or a tuple of one with anything else that the closure borrows.
pub trait HasCx {
    /// Time and randomness.
    fn cx(&self) -> &Cx;
}

impl HasCx for Cx {
    fn cx(&self) -> &Cx {
        self
    }
}

macro_rules! tuples {
    ($($more:ident),+) => {
        impl<$($more),+> HasCx for (Cx, $($more),+) {
            fn cx(&self) -> &Cx {
                &self.0
            }
        }
        impl<$($more),+> HasCx for (&Cx, $($more),+) {
            fn cx(&self) -> &Cx {
                self.0
            }
        }
    };
}
tuples!(A);
tuples!(A, B);
tuples!(A, B, C);
tuples!(A, B, C, D);
tuples!(A, B, C, D, E);
tuples!(A, B, C, D, E, F);

/// How often a write is tried before it gives up.
const TRIES: u32 = 14;

impl Db {
    /// Opens a database by URL: `sqlite:PATH` (made if absent) or `postgres://…`. Does not migrate.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(&Options::new(url)).await
    }

    /// Opens a database with other limits.
    pub async fn open_with(options: &Options) -> Result<Self, StoreError> {
        let pools = if options.url.starts_with("postgres:") || options.url.starts_with("postgresql:") {
            let connect = PgConnectOptions::from_str(&options.url)?
                .statement_cache_capacity(400)
                .application_name("enkurs")
                .options([
                    ("statement_timeout", "30s"),
                    ("lock_timeout", "10s"),
                    ("idle_in_transaction_session_timeout", "60s"),
                ]);
            Pools::Pg(
                PgPoolOptions::new()
                    .max_connections(options.connections)
                    .acquire_timeout(options.wait)
                    .connect_with(connect)
                    .await?,
            )
        } else if let Some(path) = options.url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let base = SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .statement_cache_capacity(400)
                .busy_timeout(options.wait);
            // No network lies between: asking before every use whether the connection still stands would only cost time.
            let pool = || {
                SqlitePoolOptions::new()
                    .acquire_timeout(options.wait)
                    .test_before_acquire(false)
                    .idle_timeout(None)
                    .max_lifetime(None)
            };
            let write = pool().max_connections(1).connect_with(base.clone()).await?;
            let read = pool()
                .max_connections(options.connections.clamp(1, 4))
                .connect_with(base.pragma("query_only", "1"))
                .await?;
            Pools::Lite { write, read }
        } else {
            return Err(StoreError::Url("it begins with neither sqlite: nor postgres:".into()));
        };
        Ok(Self(Arc::new(Inner { pools, jobs: Notify::new() })))
    }

    /// Which database this is; for reports, never for branches outside of this crate.
    pub fn backend(&self) -> Backend {
        match self.0.pools {
            Pools::Lite { .. } => Backend::Sqlite,
            Pools::Pg(_) => Backend::Postgres,
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.one("SELECT 1", &[]).await.map(|_| ())
    }

    /// The clock of the database's machine.
    pub async fn time(&self) -> Result<Timestamp, StoreError> {
        let sql = match self.backend() {
            Backend::Sqlite => "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
            Backend::Postgres => "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
        };
        self.one(sql, &[]).await?.time(0)
    }

    /// Closes all connections, when their work is done.
    pub async fn close(&self) {
        match &self.0.pools {
            Pools::Lite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Pg(pool) => pool.close().await,
        }
    }

    /// Reads several things of one moment.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T, E>>,
    {
        let mut tx = self.snapshot().await?;
        let result = work(&mut tx).await;
        if let Err(e) = tx.conn.end("ROLLBACK").await {
            tracing::debug!(error = %StoreError::from(e), "a read transaction could not be ended");
        }
        result
    }

    /// A read transaction of one moment, ended by dropping it.
    pub async fn snapshot(&self) -> Result<Tx, StoreError> {
        let begin = match self.backend() {
            Backend::Sqlite => "BEGIN",
            Backend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let mut conn = Conn::acquire(&self.0.pools, false).await?;
        conn.begin(begin).await?;
        Ok(Tx { conn, cx: None, wake: false, conflict: false })
    }

    /// Rows of one statement that reads.
    pub async fn all(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.reader(sql, values).await?.all(sql, values).await.map_err(StoreError::from)
    }

    /// First row of one statement that reads, if any.
    pub async fn optional(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        self.reader(sql, values).await?.first(sql, values).await.map_err(StoreError::from)
    }

    /// First row of one statement that reads.
    pub async fn one(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Row, StoreError> {
        self.optional(sql, values).await?.ok_or(StoreError::NotFound)
    }

    /// A connection for one statement: it is its own transaction.
    async fn reader(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Conn, StoreError> {
        check(sql, values)?;
        if !sql.trim_start().starts_with("SELECT") {
            return Err(StoreError::ReadOnly);
        }
        Ok(Conn::acquire(&self.0.pools, false).await?)
    }

    /// Changes things: all that `work` does to the transaction commits together, or nothing. `work` may run several times.
    pub async fn write<C, T, E, F>(&self, cx: &C, work: F) -> Result<T, E>
    where
        C: HasCx + Sync,
        E: From<StoreError>,
        F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>>,
    {
        self.transact(cx, "BEGIN ISOLATION LEVEL SERIALIZABLE", work).await
    }

    /// As [`Db::write`], in READ COMMITTED: for statements that lock the rows they take (leases), where waiting is the point.
    pub async fn lease<C, T, E, F>(&self, cx: &C, work: F) -> Result<T, E>
    where
        C: HasCx + Sync,
        E: From<StoreError>,
        F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>>,
    {
        self.transact(cx, "BEGIN ISOLATION LEVEL READ COMMITTED", work).await
    }

    async fn transact<C, T, E, F>(&self, cx: &C, begin: &'static str, work: F) -> Result<T, E>
    where
        C: HasCx + Sync,
        E: From<StoreError>,
        F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>>,
    {
        for attempt in 1..=TRIES {
            let mut tx = match self.begin(cx.cx(), begin).await {
                Ok(tx) => tx,
                Err(e) if conflicts(&e) => {
                    pause(cx.cx(), attempt).await;
                    continue;
                }
                Err(e) => return Err(StoreError::from(e).into()),
            };
            let result = work(&mut tx, cx).await;
            let wake = tx.wake;
            match result {
                _ if tx.conflict => drop(tx.conn.end("ROLLBACK").await),
                Err(e) => {
                    drop(tx.conn.end("ROLLBACK").await);
                    return Err(e);
                }
                Ok(value) => match tx.conn.end("COMMIT").await {
                    Ok(()) => {
                        if wake {
                            self.0.jobs.notify_waiters();
                        }
                        return Ok(value);
                    }
                    Err(e) if conflicts(&e) => {}
                    Err(e) => return Err(StoreError::from(e).into()),
                },
            }
            pause(cx.cx(), attempt).await;
        }
        Err(StoreError::Conflict { attempts: TRIES }.into())
    }

    async fn begin(&self, cx: &Cx, begin: &'static str) -> Result<Tx, sqlx::Error> {
        let begin = match self.backend() {
            Backend::Sqlite => "BEGIN IMMEDIATE",
            Backend::Postgres => begin,
        };
        let mut conn = Conn::acquire(&self.0.pools, true).await?;
        conn.begin(begin).await?;
        Ok(Tx { conn, cx: Some(cx.clone()), wake: false, conflict: false })
    }
}

/// Waits 1 ms, 2 ms, 4 ms … at most half a second, times a random half to whole.
async fn pause(cx: &Cx, attempt: u32) {
    let [r] = cx.bytes::<1>();
    let most = 1000u64 << attempt.min(9);
    tokio::time::sleep(Duration::from_micros(most / 2 + most * u64::from(r) / 512)).await;
}
