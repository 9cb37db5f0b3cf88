//! When an operator stops a certificate of a card, the card follows: a job tells the service that keeps it.

use base::Cx;
use contract::documents::CertificateStopped;
use serde::{Deserialize, Serialize};
use store::{Job, JobError, NewJob, StoreError, Tx};

use super::Status;
use crate::{Ca, issue};

/// Tells the service of documents.
pub(crate) const TELL: &str = "ca.certificate.tell";

#[derive(Serialize, Deserialize)]
struct Tell {
    certificate: String,
    /// Who stopped it.
    actor: String,
}

/// Orders the telling in the write that stops the certificate.
pub(super) async fn order(tx: &mut Tx, certificate: &str, actor: &str) -> Result<(), StoreError> {
    let tell = Tell { certificate: certificate.to_owned(), actor: actor.to_owned() };
    tx.enqueue(NewJob::new(TELL, &tell)?).await?;
    Ok(())
}

/// Says what the certificate is by now, not what it was when the job was ordered.
pub(crate) async fn tell_job(ca: &Ca, cx: &Cx, job: &Job) -> Result<(), JobError> {
    let Tell { certificate, actor } = job.read()?;
    let id = certificate.clone();
    let row = ca.db().read(|tx| Box::pin(async move { issue::by_id(tx, &id).await })).await.map_err(crate::again)?;
    let revoked = match row.map(|r| r.status) {
        Some(Status::Revoked) => true,
        Some(Status::Suspended) => false,
        _ => return Ok(()),
    };
    let call = CertificateStopped { certificate_id: certificate, revoked, actor };
    let told = ca.peers().call(cx, call).await;
    told.map_err(|e| if e.transient { JobError::retry(e.code) } else { JobError::dead(e.code) })
}
