//! Events: facts for others, written with the change that made them, delivered at least once to every subscriber as jobs.

use base::{Cx, Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Db, NewJob, StoreError, Tx, params};

const PUT: &str = "INSERT INTO event (id, topic, subject, body, created) VALUES ($1, $2, $3, $4, $5)";
const FRESH: &str = "SELECT e.id, e.topic, e.subject, e.body, e.created FROM event e WHERE e.topic = $1 \
    AND NOT EXISTS (SELECT 1 FROM event_delivery d WHERE d.event = e.id AND d.subscriber = $2) ORDER BY e.id LIMIT 100";
const DELIVER: &str =
    "INSERT INTO event_delivery (event, subscriber) VALUES ($1, $2) ON CONFLICT (event, subscriber) DO NOTHING";
const SWEEP_DELIVERIES: &str = "DELETE FROM event_delivery WHERE event IN (SELECT id FROM event WHERE created < $1)";
const SWEEP: &str = "DELETE FROM event WHERE created < $1";
pub(crate) const QUERIES: &[&str] = &[PUT, FRESH, DELIVER, SWEEP_DELIVERIES, SWEEP];

/// A fact that others may act upon.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Stable name: `documents.card.issued`.
    pub topic: &'static str,
    /// Id of what it is about.
    pub subject: String,
    /// Details; no personal data that the subscriber could fetch itself.
    pub body: serde_json::Value,
}

/// An event as a subscriber's job carries it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Id, also the idempotency key of what the subscriber does.
    pub id: Id<Event>,
    /// Stable name.
    pub topic: String,
    /// Id of what it is about.
    pub subject: String,
    /// Details.
    pub body: serde_json::Value,
    /// When.
    pub created: Timestamp,
}

impl Tx {
    /// Publishes an event with this write.
    pub async fn event(&mut self, event: NewEvent) -> Result<Id<Event>, StoreError> {
        let cx = self.cx()?;
        let id = cx.id();
        self.run(PUT, params![id, event.topic, event.subject, event.body, cx.now()]).await?;
        self.wake_workers().await?;
        Ok(id)
    }
}

/// Turns new events of `topic` into jobs of kind `subscriber`, each once; answers how many.
pub(crate) async fn deliver(
    db: &Db,
    cx: &Cx,
    topic: &'static str,
    subscriber: &'static str,
) -> Result<usize, StoreError> {
    if db.optional(FRESH, params![topic, subscriber]).await?.is_none() {
        return Ok(0);
    }
    db.write(cx, |tx, _| {
        Box::pin(async move {
            let mut count = 0;
            for row in tx.all(FRESH, params![topic, subscriber]).await? {
                let event = Event {
                    id: row.id(0)?,
                    topic: row.text(1)?,
                    subject: row.text(2)?,
                    body: row.json(3)?,
                    created: row.time(4)?,
                };
                if tx.run(DELIVER, params![event.id, subscriber]).await? == 1 {
                    tx.enqueue(NewJob::new(subscriber, &event)?.key(event.id.to_string())).await?;
                    count += 1;
                }
            }
            Ok(count)
        })
    })
    .await
}

/// Deletes events older than `before`.
pub(crate) async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.run(SWEEP_DELIVERIES, params![before]).await?;
    tx.run(SWEEP, params![before]).await
}
