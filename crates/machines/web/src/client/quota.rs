use std::time::Duration;

use base::Cx;
use jiff::Timestamp;
use serde::Serialize;
use store::{Db, params};
use utoipa::ToSchema;

use super::{Client, wait};
use crate::{Fault, Status};

/// One statement, so that two nodes never let through more together than is allowed.
pub(super) const TAKE: &str = "INSERT INTO api_usage (client, day, requests, bytes) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (client, day) DO UPDATE SET requests = api_usage.requests + excluded.requests, bytes = api_usage.bytes + excluded.bytes \
    WHERE api_usage.requests + excluded.requests <= $5 AND api_usage.bytes + excluded.bytes <= $6 RETURNING requests, bytes";
pub(super) const USED: &str = "SELECT requests, bytes FROM api_usage WHERE client = $1 AND day = $2";
pub(super) const FORGET: &str = "DELETE FROM api_usage WHERE client = $1 AND day < $2";

/// Days of use that are kept.
const KEPT: i64 = 400;
const DAY: i64 = 86_400;

/// How much a client may do on a day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests.
    pub requests: u64,
    /// Octets sent to us in bodies.
    pub bytes: u64,
}

/// What a client has done today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Usage {
    /// Requests.
    pub requests: u64,
    /// Octets sent to us in bodies.
    pub bytes: u64,
}

fn day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(DAY)
}

/// Seconds until the next day.
fn left(at: Timestamp) -> Duration {
    Duration::from_secs((DAY - at.as_second().rem_euclid(DAY)).unsigned_abs())
}

impl Usage {
    /// What `client` has done today.
    pub async fn today(db: &Db, cx: &Cx, client: &str) -> Result<Self, Fault> {
        let row = db.optional(USED, params![client, day(cx.now())]).await?;
        let of = |r: store::Row| Ok::<_, store::StoreError>(Self { requests: r.count(0)?, bytes: r.count(1)? });
        Ok(row.map(of).transpose()?.unwrap_or_default())
    }
}

/// Counts `requests` and `bytes` for `client`, or refuses: 429 with the time until midnight UTC.
pub(crate) async fn charge(db: &Db, cx: &Cx, client: &Client, requests: u64, bytes: u64) -> Result<Usage, Fault> {
    let at = cx.now();
    let full = |code: &'static str, most: u64| {
        let seconds = wait(left(at));
        Fault::new(Status::TOO_MANY_REQUESTS, code).with("most", most).with("seconds", seconds).retry_after(seconds)
    };
    let quota = client.quota;
    if requests > quota.requests {
        return Err(full("web.quota.requests", quota.requests));
    }
    if bytes > quota.bytes {
        return Err(full("web.quota.bytes", quota.bytes));
    }
    let stored = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let more = [requests, bytes, quota.requests, quota.bytes].map(stored);
    let work = (cx, (client, more, day(at)));
    let taken = db.lease(&work, |tx, (_, (client, more, day))| {
        Box::pin(async move {
            let [requests, bytes, most, room] = *more;
            let taken = tx.optional(TAKE, params![client.id, *day, requests, bytes, most, room]).await?;
            let Some(row) = taken else { return Ok::<_, Fault>(None) };
            let now = Usage { requests: row.count(0)?, bytes: row.count(1)? };
            if now.requests == requests.unsigned_abs() {
                tx.run(FORGET, params![client.id, *day - KEPT]).await?;
            }
            Ok(Some(now))
        })
    });
    match taken.await? {
        Some(now) => Ok(now),
        None if Usage::today(db, cx, &client.id).await?.requests + requests > quota.requests => {
            Err(full("web.quota.requests", quota.requests))
        }
        None => Err(full("web.quota.bytes", quota.bytes)),
    }
}
