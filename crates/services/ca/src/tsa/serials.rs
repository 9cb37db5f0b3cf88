use base::Cx;
use store::{Db, StoreError};
use tokio::sync::Mutex;

const COUNTER: &str = "ca.tsa.serial";

/// Serial numbers of this node: a block is reserved in the database before the first of it is used.
pub(super) struct Serials {
    block: u32,
    left: Mutex<std::ops::Range<i64>>,
}

impl Serials {
    pub(super) fn new(block: u32) -> Self {
        Self { block: block.max(1), left: Mutex::new(0..0) }
    }

    /// One that no node has used or will use. What is left of a block at the end of the process is never used.
    pub(super) async fn next(&self, db: &Db, cx: &Cx) -> Result<i64, StoreError> {
        let mut left = self.left.lock().await;
        if let Some(serial) = left.next() {
            return Ok(serial);
        }
        let block = self.block;
        let end = db.write(cx, |tx, _| Box::pin(async move { tx.reserve(COUNTER, block).await })).await?;
        *left = end - i64::from(block) + 1..end + 1;
        left.next().ok_or(StoreError::NotFound)
    }
}
