//! `Idempotency-Key` of a begun signature. The files are in the blob store before the key is claimed, so that nothing is held in
//! memory; what is kept with the key is the id of the errand.

use store::{
    StoreError,
    idempotency::{self, Claim},
};
use web::{Answer, Fault, PageCx, Status, limits::Class};

use crate::{
    Signing,
    api::Form,
    errand::{self, Bond, ErrandError, ErrandId},
};

/// Begins an errand, once for each key.
pub(super) async fn open(app: &Signing, cx: &PageCx, bond: &Bond, form: &Form, key: Option<&str>) -> Answer<ErrandId> {
    let files = form.files();
    let Some(key) = key else { return Ok(errand::open(app, cx.cx(), bond, files).await?) };
    if !(1..=128).contains(&key.len()) {
        return Err(Fault::new(Status::BAD_REQUEST, "web.idempotency.key"));
    }
    let scope = format!("{} POST /api/v1/signatures", bond.owner);
    let told: String = files.iter().map(|f| format!("{}\n{}\n", f.name, f.blob.sha256)).collect();
    let told = format!("{told}{:?}", form.texts());
    let sum = pki::DigestAlgorithm::Sha256.of(told.as_bytes());
    let work = (cx.cx(), scope.as_str(), key, sum, cx.lease(Class::Upload));
    let claim = app
        .db()
        .write(&work, |tx, (_, scope, key, sum, lease)| Box::pin(idempotency::claim(tx, scope, key, sum, *lease)));
    let claim = claim.await?;
    match claim {
        Claim::New => {}
        Claim::Done { answer, .. } => {
            let id = std::str::from_utf8(&answer).ok().and_then(|t| t.parse().ok());
            return Ok(id.ok_or(ErrandError::Unknown)?);
        }
        Claim::Running => return Err(Fault::new(Status::CONFLICT, "web.idempotency.running").retry_after(2)),
        Claim::Different => return Err(Fault::new(Status::UNPROCESSABLE_ENTITY, "web.idempotency.different")),
    }
    let opened = errand::open(app, cx.cx(), bond, files).await;
    let kept = opened.as_ref().ok().map(ToString::to_string);
    let work = (cx.cx(), scope.as_str(), key, kept);
    app.db()
        .write(&work, |tx, (_, scope, key, kept)| {
            Box::pin(async move {
                match kept {
                    Some(id) => idempotency::keep(tx, scope, key, 201, id.as_bytes()).await,
                    None => idempotency::release(tx, scope, key).await,
                }
            })
        })
        .await
        .map_err(|e: StoreError| Fault::from(e))?;
    Ok(opened?)
}
