use aws_lc_rs::digest::{SHA256, digest};
use base::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{StoreError, Tx, params};

const PUT: &str = "INSERT INTO token (purpose, digest, body, expires) VALUES ($1, $2, $3, $4) ON CONFLICT (purpose, digest) DO NOTHING";
const TAKE: &str = "DELETE FROM token WHERE purpose = $1 AND digest = $2 RETURNING body, expires";
const SEE: &str = "SELECT body, expires FROM token WHERE purpose = $1 AND digest = $2";
const SWEEP: &str = "DELETE FROM token WHERE expires < $1";
pub(crate) const QUERIES: &[&str] = &[PUT, TAKE, SEE, SWEEP];

fn key(value: &str) -> Vec<u8> {
    digest(&SHA256, value.as_bytes()).as_ref().to_vec()
}

impl Tx {
    /// Notes that `value` has been used for `purpose`; false if it had been used before. For replay protection.
    pub async fn once(&mut self, purpose: &str, value: &str, expires: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run(PUT, params![purpose, key(value), "null", expires]).await? == 1)
    }

    /// Issues a token (nonce, state of a login, link of a letter) with something to remember; only its digest is kept.
    pub async fn issue<T: Serialize + Sync>(
        &mut self,
        purpose: &str,
        value: &str,
        body: &T,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let body = serde_json::to_string(body)?;
        match self.run(PUT, params![purpose, key(value), body, expires]).await? {
            1 => Ok(()),
            _ => Err(StoreError::Unique { table: "token".into() }),
        }
    }

    /// Takes a token back, once: what was remembered with it, or nothing if it is unknown, used or expired.
    pub async fn consume<T: DeserializeOwned>(&mut self, purpose: &str, value: &str) -> Result<Option<T>, StoreError> {
        let now = self.now()?;
        match self.optional(TAKE, params![purpose, key(value)]).await? {
            Some(row) if row.time(1)? > now => row.json(0).map(Some),
            _ => Ok(None),
        }
    }

    /// Looks at a token without taking it.
    pub async fn peek<T: DeserializeOwned>(
        &mut self,
        purpose: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<Option<T>, StoreError> {
        match self.optional(SEE, params![purpose, key(value)]).await? {
            Some(row) if row.time(1)? > now => row.json(0).map(Some),
            _ => Ok(None),
        }
    }

    /// Deletes expired tokens.
    pub async fn sweep_tokens(&mut self) -> Result<u64, StoreError> {
        let now = self.now()?;
        self.run(SWEEP, params![now]).await
    }
}
