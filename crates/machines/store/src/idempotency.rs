//! `Idempotency-Key`: a creating request sent twice does its work once and gets the same answer twice.

use base::Timestamp;
use jiff::SignedDuration;

use crate::{StoreError, Tx, params};

const CLAIM: &str = "INSERT INTO idempotency (scope, key, request, created) VALUES ($1, $2, $3, $4) ON CONFLICT (scope, key) DO NOTHING";
const TAKE_OVER: &str = "UPDATE idempotency SET request = $3, created = $4 WHERE scope = $1 AND key = $2 AND status IS NULL AND created <= $5";
const SEE: &str = "SELECT request, status, answer FROM idempotency WHERE scope = $1 AND key = $2";
const KEEP: &str = "UPDATE idempotency SET status = $3, answer = $4 WHERE scope = $1 AND key = $2";
const RELEASE: &str = "DELETE FROM idempotency WHERE scope = $1 AND key = $2 AND status IS NULL";
const SWEEP: &str = "DELETE FROM idempotency WHERE created < $1";
pub(crate) const QUERIES: &[&str] = &[CLAIM, TAKE_OVER, SEE, KEEP, RELEASE, SWEEP];

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// New: do the work, then [`keep`] the answer (best in the same transaction).
    New,
    /// Done before: give this answer again.
    Done {
        /// HTTP status.
        status: u16,
        /// Body.
        answer: Vec<u8>,
    },
    /// The first request is still running.
    Running,
    /// The key was used for another request.
    Different,
}

/// Claims `key` of `scope` (client and address) for a request with this digest. `lease` is longer than such a request can
/// last: a claim that has given no answer by then belongs to one that died, and is taken over.
pub async fn claim(
    tx: &mut Tx,
    scope: &str,
    key: &str,
    request: &[u8],
    lease: SignedDuration,
) -> Result<Claim, StoreError> {
    let now = tx.now()?;
    if tx.run(CLAIM, params![scope, key, request, now]).await? == 1
        || tx.run(TAKE_OVER, params![scope, key, request, now, now - lease]).await? == 1
    {
        return Ok(Claim::New);
    }
    let row = tx.one(SEE, params![scope, key]).await?;
    if row.bytes(0)? != request {
        return Ok(Claim::Different);
    }
    match row.int_opt(1)? {
        None => Ok(Claim::Running),
        Some(status) => Ok(Claim::Done { status: u16::try_from(status).unwrap_or(500), answer: row.bytes(2)? }),
    }
}

/// Keeps the answer of a claimed key.
pub async fn keep(tx: &mut Tx, scope: &str, key: &str, status: u16, answer: &[u8]) -> Result<(), StoreError> {
    tx.run(KEEP, params![scope, key, status, answer]).await.map(|_| ())
}

/// Gives a claimed key back when the work failed in a way worth another try.
pub async fn release(tx: &mut Tx, scope: &str, key: &str) -> Result<(), StoreError> {
    tx.run(RELEASE, params![scope, key]).await.map(|_| ())
}

/// Forgets keys claimed before `before`.
pub async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.run(SWEEP, params![before]).await
}
