use base::{Cx, Timestamp};
use store::{Db, StoreError, params};

const GET: &str = "SELECT body FROM signing_fetched WHERE id = $1 AND expires > $2";
const PUT: &str = "INSERT INTO signing_fetched (id, body, expires) VALUES ($1, $2, $3) \
    ON CONFLICT (id) DO UPDATE SET body = excluded.body, expires = excluded.expires";
const SWEEP: &str = "DELETE FROM signing_fetched WHERE expires < $1";
pub(crate) const QUERIES: &[&str] = &[GET, PUT, SWEEP];

pub(super) async fn get(db: &Db, cx: &Cx, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    db.optional(GET, params![key, cx.now()]).await?.map(|row| row.bytes(0)).transpose()
}

pub(super) async fn put(db: &Db, cx: &Cx, key: &str, body: &[u8], expires: Timestamp) -> Result<(), StoreError> {
    let write = (cx, key, body);
    db.write(&write, |tx, (_, key, body)| {
        Box::pin(async move { tx.run(PUT, params![*key, body.to_vec(), expires]).await.map(|_| ()) })
    })
    .await
}

/// Forgets what may not be used again.
pub(crate) async fn sweep(db: &Db, cx: &Cx) -> Result<(), StoreError> {
    db.write(cx, |tx, cx| Box::pin(async move { tx.run(SWEEP, params![cx.now()]).await.map(|_| ()) })).await
}
