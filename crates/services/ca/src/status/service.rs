use base::{Cx, Id};
use contract::ca;
use store::{NewEvent, NewJob, StoreError, Tx};

use super::{
    Status, StatusError,
    decide::{Next, decide},
    rows, tell,
};
use crate::{Ca, crl, issue, profile};

/// Changes the status of a certificate. Visible to OCSP with the commit; the CRL follows by a job that is woken with it.
pub(crate) async fn change(ca: &Ca, cx: &Cx, wish: &ca::ChangeStatus) -> Result<(), StatusError> {
    ca.db()
        .write(&(cx, wish), |tx, (cx, wish)| {
            Box::pin(async move {
                let row = load(tx, wish).await?;
                apply(tx, cx, wish, &row).await.map(|_| ())
            })
        })
        .await
}

/// The same by an operator's hand: a certificate of a card goes back in force with its card only, which takes two clerks; when it is stopped,
/// the card is told.
pub(crate) async fn change_by_hand(ca: &Ca, cx: &Cx, wish: &ca::ChangeStatus) -> Result<(), StatusError> {
    ca.db()
        .write(&(cx, wish), |tx, (cx, wish)| {
            Box::pin(async move {
                let row = load(tx, wish).await?;
                let of_card = profile::is_of_card(&row.profile);
                if of_card && wish.change == ca::Change::Resume && row.status == Status::Suspended {
                    return Err(StatusError::NoResumption);
                }
                if apply(tx, cx, wish, &row).await? && of_card {
                    tell::order(tx, &row.id, &wish.actor).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn load(tx: &mut Tx, wish: &ca::ChangeStatus) -> Result<issue::CertificateRow, StatusError> {
    issue::by_id(tx, &wish.certificate_id).await?.filter(|r| r.der.is_some()).ok_or(StatusError::NotFound)
}

/// Makes the change; false if it was so already.
async fn apply(
    tx: &mut Tx,
    cx: &Cx,
    wish: &ca::ChangeStatus,
    row: &issue::CertificateRow,
) -> Result<bool, StatusError> {
    let Next::To(to, reason) = decide(row.status, row.reason, wish.change)? else { return Ok(false) };
    // Revoked out of a hold: invalid since the hold began, or signatures made meanwhile would pass (RFC 5280 5.3.2, eIDAS 28(4), (5)).
    let held = matches!(row.status, Status::Suspended | Status::Pending);
    let since = if to == Status::Revoked && held { row.status_since } else { cx.now() };
    rows::set(tx, &row.id, row.version, to, reason, since).await?;
    let hand_over = if let ca::Change::Activate { hand_over } = wish.change { Some(hand_over) } else { None };
    let change = Recorded { from: row.status.name(), to, reason, actor: &wish.actor, hand_over };
    record(tx, cx, row, change).await?;
    Ok(true)
}

/// A certificate that begins on hold is told of by the next CRL.
pub(crate) async fn record_birth(tx: &mut Tx, cx: &Cx, row: &issue::CertificateRow) -> Result<(), StoreError> {
    let change = Recorded { from: "none", to: Status::Pending, reason: Some(6), actor: "ca", hand_over: None };
    record(tx, cx, row, change).await
}

/// What is put on record of a change.
struct Recorded<'a> {
    from: &'a str,
    to: Status,
    reason: Option<u8>,
    actor: &'a str,
    /// What an activation rests on.
    hand_over: Option<Id<ca::HandOver>>,
}

async fn record(tx: &mut Tx, cx: &Cx, row: &issue::CertificateRow, what: Recorded<'_>) -> Result<(), StoreError> {
    let Recorded { from, to, reason, actor, hand_over } = what;
    let change = cx.id::<super::Change>();
    rows::put_change(tx, change, row, from, to, reason, actor, cx.now()).await?;
    let body = serde_json::json!({
        "issuer": row.issuer, "serial": pki::certificate::serial_hex(&row.serial), "from": from, "to": to.name(), "reason": reason, "actor": actor,
        "hand_over": hand_over,
    });
    ledger::record(tx, ledger::Entry::new("ca.certificate.status", &row.id, body.clone())).await?;
    tx.event(NewEvent { topic: "ca.certificate.status", subject: row.id.clone(), body }).await?;
    tx.enqueue(NewJob::new(crl::PUBLISH, &crl::Publish { issuer: row.issuer.clone() })?.key(change.to_string()))
        .await?;
    Ok(())
}
