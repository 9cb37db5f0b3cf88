use base::{Cx, Timestamp};

use crate::{Row, StoreError, Value, conn::Conn, dialect, error::conflicts};

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

pub(crate) fn check(sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
    let expected = dialect::arguments(sql);
    if expected == values.len() { Ok(()) } else { Err(StoreError::Arguments { expected, given: values.len(), sql }) }
}

impl Tx {
    /// All rows.
    pub async fn all(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        check(sql, values)?;
        let rows = self.conn.all(sql, values).await;
        self.noted(rows)
    }

    /// The first row, if any.
    pub async fn optional(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        check(sql, values)?;
        let row = self.conn.first(sql, values).await;
        self.noted(row)
    }

    /// The first row; [`StoreError::NotFound`] if there is none.
    pub async fn one(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Row, StoreError> {
        self.optional(sql, values).await?.ok_or(StoreError::NotFound)
    }

    /// Runs a change; answers the number of rows it touched.
    pub async fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        check(sql, values)?;
        let done = self.conn.run(sql, values).await;
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

    /// Runs a statement that is put together from names of the schema; for the backup.
    pub(crate) async fn raw(&mut self, sql: String, values: &[Value<'_>]) -> Result<(), StoreError> {
        let done = self.conn.each(sql, values, &mut |_| Ok(())).await;
        self.noted(done)?
    }

    /// Passes the rows of such a statement on, one by one.
    pub(crate) async fn each(
        &mut self,
        sql: String,
        take: &mut (dyn FnMut(Row) -> Result<(), StoreError> + Send),
    ) -> Result<(), StoreError> {
        let done = self.conn.each(sql, &[], take).await;
        self.noted(done)?
    }

    pub(crate) fn is_lite(&self) -> bool {
        self.conn.is_lite()
    }

    /// Wakes the workers of all nodes once this transaction has committed.
    pub(crate) async fn wake_workers(&mut self) -> Result<(), StoreError> {
        if !self.wake {
            self.wake = true;
            if !self.is_lite() {
                let sent = self.conn.first("SELECT pg_notify('enkurs_jobs', '')", &[]).await;
                self.noted(sent)?;
            }
        }
        Ok(())
    }

    fn noted<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        result.map_err(|e| {
            self.conflict |= conflicts(&e);
            StoreError::from(e)
        })
    }
}
