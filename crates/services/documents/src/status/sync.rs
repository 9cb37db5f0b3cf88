//! The CA follows the card: a job that may run twice and beside another of its kind.

use base::Cx;
use contract::{
    ca::{Change, ChangeStatus},
    documents::CardState,
    identity::EndSessions,
};
use store::{Job, JobError};

use super::{BY_AUTHORITY, REVOCATIONS, store as rows};
use crate::{Documents, application::store as applications};

/// Makes the certificates of a card follow its state.
pub(super) const SYNC: &str = "documents.card.sync";

/// How often the state may change under the job before it lets another try go on.
const TURNS: usize = 4;

pub(super) async fn run(app: Documents, cx: Cx, job: Job) -> Result<(), JobError> {
    let number: String = job.read()?;
    for _ in 0..TURNS {
        let seen = look(&app, &number).await?;
        let change = match seen.state {
            CardState::Active => Change::Resume,
            CardState::Suspended => Change::Suspend,
            CardState::Revoked => {
                // of the certificates that an operator did not revoke: cessationOfOperation, for their card is of no use
                let by_authority = [(BY_AUTHORITY, 5)];
                let why = seen.reason.as_deref().unwrap_or_default();
                let reason = REVOCATIONS.iter().chain(&by_authority).find(|(w, _)| *w == why).map_or(0, |(_, r)| *r);
                Change::Revoke { reason }
            }
            _ => return Ok(()),
        };
        for certificate_id in seen.certificates.clone() {
            let call = ChangeStatus { certificate_id, change, actor: "service:documents".into() };
            if let Err(e) = app.peers().call(&cx, call).await {
                if seen.state == CardState::Revoked && e.code == "ca.revoke.already-revoked" {
                    continue;
                }
                let id = seen.application;
                let why = e.code.clone();
                app.db()
                    .write(&(&cx, why), |tx, (_, why)| {
                        Box::pin(async move { applications::attention(tx, id, why).await })
                    })
                    .await?;
                return Err(if e.transient { JobError::retry(e.code) } else { JobError::dead(e.code) });
            }
        }
        if seen.state != CardState::Active {
            // whoever signed in while the certificate was still good
            let call = EndSessions { human: seen.human() };
            app.peers().call(&cx, call).await.map_err(|e| JobError::retry(e.code))?;
        }
        let after = look(&app, &number).await?;
        if (after.state, &after.reason) == (seen.state, &seen.reason) {
            let id = seen.application;
            let done: Result<(), store::StoreError> =
                app.db().write(&cx, |tx, _| Box::pin(async move { applications::settled(tx, id).await })).await;
            return Ok(done?);
        }
    }
    Err(JobError::retry("documents.card.state"))
}

async fn look(app: &Documents, number: &str) -> Result<rows::Held, JobError> {
    let found = app.db().read(|tx| {
        let number = number.to_owned();
        Box::pin(async move { rows::see(tx, &number).await })
    });
    found.await?.ok_or_else(|| JobError::dead("documents.card.unknown"))
}
