use base::{Cx, Timestamp};

use crate::{Db, NewJob, StoreError, params};

pub(crate) const SLOT: &str = "INSERT INTO schedule (kind, slot) VALUES ($1, $2) ON CONFLICT (kind, slot) DO NOTHING";
pub(crate) const SWEEP: &str = "DELETE FROM schedule WHERE kind = $1 AND slot < $2";

/// Work to be done once in every period, by whichever node comes first.
#[derive(Clone, Copy, Debug)]
pub struct Every {
    pub(crate) kind: &'static str,
    pub(crate) period: jiff::SignedDuration,
}

impl Every {
    fn slot(&self, now: Timestamp) -> i64 {
        let period = i64::try_from(self.period.as_micros()).unwrap_or(i64::MAX).max(1);
        now.as_microsecond().div_euclid(period)
    }

    /// Asks for the job of the present slot, if no node has done so. `seen` is the last slot that this node knows to be taken.
    pub(crate) async fn fill(&self, db: &Db, cx: &Cx, seen: &mut Option<i64>) -> Result<(), StoreError> {
        let slot = self.slot(cx.now());
        if *seen == Some(slot) {
            return Ok(());
        }
        let kind = self.kind;
        db.write(cx, |tx, _| {
            Box::pin(async move {
                if tx.run(SLOT, params![kind, slot]).await? == 1 {
                    tx.run(SWEEP, params![kind, slot]).await?;
                    tx.enqueue(NewJob::new(kind, &slot)?.key(format!("slot {slot}"))).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
        *seen = Some(slot);
        Ok(())
    }
}
