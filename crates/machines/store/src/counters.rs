use crate::{StoreError, Tx, params};

const ADD: &str = "INSERT INTO counter (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value";
const GET: &str = "SELECT value FROM counter WHERE name = $1";
const RESET: &str = "DELETE FROM counter WHERE name = $1";
pub(crate) const QUERIES: &[&str] = &[ADD, GET, RESET];

impl Tx {
    /// Adds to a named counter (0 at first) and answers its new value. `reserve(name, 100)` answering 300 reserves 201..=300.
    pub async fn reserve(&mut self, name: &str, count: u32) -> Result<i64, StoreError> {
        self.one(ADD, params![name, count]).await?.int(0)
    }
    /// The value of a named counter.
    pub async fn counter(&mut self, name: &str) -> Result<i64, StoreError> {
        self.optional(GET, params![name]).await?.map_or(Ok(0), |r| r.int(0))
    }
    /// Sets a named counter back to 0.
    pub async fn reset_counter(&mut self, name: &str) -> Result<(), StoreError> {
        self.run(RESET, params![name]).await.map(|_| ())
    }
}
