//! What the CA tells: an operator stopped a certificate there, so the card is stopped as well.

use base::Cx;
use contract::{
    Refusal,
    documents::{CardState, CertificateStopped},
};
use store::Tx;
use web::Fault;

use super::{
    BY_AUTHORITY, CardError,
    service::{self, By, Wish},
    store as rows,
};
use crate::Documents;

/// Makes the card follow. A card that is only being made, or activated, follows when that is done: until then the call is refused as transient.
pub(crate) async fn certificate_stopped(app: &Documents, cx: &Cx, call: CertificateStopped) -> Result<(), Refusal> {
    let done: Result<(), CardError> =
        app.db().write(&(cx, call), |tx, (_, call)| Box::pin(async move { follow(tx, call).await })).await;
    match done {
        Err(CardError::State { .. }) => Err(Refusal::transient("documents.card.state")),
        Err(e) => Err(Fault::from(e).into()),
        Ok(()) => Ok(()),
    }
}

async fn follow(tx: &mut Tx, call: &CertificateStopped) -> Result<(), CardError> {
    let Some(number) = rows::of_certificate(tx, &call.certificate_id).await? else { return Ok(()) };
    let by = By::Authority(call.actor.clone());
    let card = service::card_for(tx, &number, &by).await?;
    let wish = match (call.revoked, card.state) {
        (_, CardState::Revoked) | (false, CardState::Suspended) => return Ok(()),
        (true, _) => Wish::Revoke(BY_AUTHORITY.to_owned()),
        (false, _) => Wish::Suspend(BY_AUTHORITY.to_owned()),
    };
    service::change(tx, &number, &by, &wish).await
}
