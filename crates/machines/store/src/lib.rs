//! The database, and everything that commits with it.
//!
//! One set of portable SQL runs on SQLite (one node) and PostgreSQL (several). All changes go through one path:
//!
//! ```
//! # use store::{Db, NewJob, StoreError, params};
//! # const INSERT: &str = "INSERT INTO letter (id, name, created) VALUES ($1, $2, $3)";
//! # async fn example(db: Db, cx: base::Cx) -> Result<(), StoreError> {
//! db.write(&cx, |tx, cx| Box::pin(async move {
//!     tx.run(INSERT, params!["1", "Anna", cx.now()]).await?;
//!     tx.enqueue(NewJob::new("mail.send", &"1")?).await?;
//!     Ok::<_, StoreError>(())
//! })).await
//! # }
//! ```
//!
//! State, events, ledger entries and jobs commit together or not at all. The closure may run several times (PostgreSQL is
//! SERIALIZABLE and conflicts are retried), so it has no effect but on `tx`. To lend it borrowed data, pass a tuple:
//! `db.write(&(&cx, &command), |tx, (cx, command)| …)`.
//!
//! Rules of the SQL: `$1…` arguments; types BIGINT (whole numbers, µs of time, 0/1), TEXT, BYTEA; `ON CONFLICT … RETURNING`;
//! `NULLS FIRST/LAST` said wherever a nullable column orders; `CAST(SUM(x) AS BIGINT)`. Every statement is a constant listed
//! in its crate's `QUERIES`, and a test prepares all of them on both databases ([`Db::check_queries`]).

pub mod backup;
pub mod blobs;
mod check;
mod conn;
mod counters;
mod db;
mod dialect;
mod error;
mod events;
pub mod idempotency;
pub mod jobs;
mod migrate;
mod row;
pub mod scratch;
mod tokens;
mod tx;
mod value;

pub use blobs::{BlobRef, Blobs};
pub use db::{Backend, Db, HasCx, Options};
pub use error::StoreError;
pub use events::{Event, NewEvent};
pub use jobs::{Job, JobError, NewJob, Worker};
pub use migrate::{Migration, fingerprint};
pub use row::Row;
pub use tx::Tx;
pub use value::{Param, Value};

/// Every statement of this crate; prepared on both databases by a test.
pub fn queries() -> Vec<&'static str> {
    [counters::QUERIES, events::QUERIES, idempotency::QUERIES, jobs::QUERIES, tokens::QUERIES, blobs::QUERIES].concat()
}

/// Error texts, Latvian.
pub const LOCALE_LV: &str = include_str!("../locale/lv.ftl");
/// Error texts, English.
pub const LOCALE_EN: &str = include_str!("../locale/en.ftl");
