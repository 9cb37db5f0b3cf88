use contract::ca::{Change, Profile};
use jiff::SignedDuration;
use pki::{CertStatus, RevocationReason};

use crate::bench::{Bench, HAND_OVER, activate};

crate::on_all![a_whole_life, refusals];

async fn a_whole_life(bench: Bench) {
    let bench = bench.created().await;
    let issued = bench.issue("life", Profile::EidSignature, true).await;
    let id = issued.certificate_id.as_str();
    let hold = Some(RevocationReason::CertificateHold);
    let is_on_hold = |s: CertStatus| matches!(s, CertStatus::Revoked { reason, .. } if reason == hold);
    assert!(is_on_hold(bench.status(&issued).await), "issued, not activated");
    bench.change(id, activate()).await.unwrap();
    assert_eq!(bench.status(&issued).await, CertStatus::Good);
    bench.change(id, activate()).await.expect("it is so already");
    bench.pass(SignedDuration::from_hours(1));
    bench.change(id, Change::Suspend).await.unwrap();
    let suspended = bench.cx().now();
    assert_eq!(bench.status(&issued).await, CertStatus::Revoked { at: suspended, reason: hold });
    bench.change(id, Change::Resume).await.unwrap();
    assert_eq!(bench.status(&issued).await, CertStatus::Good);
    bench.pass(SignedDuration::from_hours(1));
    bench.change(id, Change::Revoke { reason: 1 }).await.unwrap();
    let revoked = CertStatus::Revoked { at: bench.cx().now(), reason: Some(RevocationReason::KeyCompromise) };
    assert_eq!(bench.status(&issued).await, revoked);
    bench.pass(SignedDuration::from_hours(24 * 400));
    assert_eq!(bench.status(&issued).await, revoked, "also after the certificate has expired");
    let history = "SELECT COUNT(*) FROM ca_status_change";
    assert_eq!(bench.count(history).await, 5, "every change is kept, what changed nothing is not");
    let activated = "SELECT body FROM event WHERE topic = 'ca.certificate.status' AND body LIKE $1";
    assert_eq!(
        bench.world.db.all(activated, store::params![format!("%{HAND_OVER}%")]).await.unwrap().len(),
        1,
        "the activation names its hand-over"
    );
    assert_eq!(bench.count("SELECT COUNT(*) FROM ledger_entry WHERE kind = 'ca.certificate.status'").await, 5);
}

async fn refusals(bench: Bench) {
    let bench = bench.created().await;
    let issued = bench.issue("refused", Profile::Seal, true).await;
    let id = issued.certificate_id.as_str();
    let is = |r: Result<(), String>, code: &str| assert_eq!(r, Err(code.to_owned()));
    is(bench.change("01ARZ3NDEKTSV4RRFFQ69G5FAV", activate()).await, "ca.status.not-found");
    is(bench.change(id, Change::Suspend).await, "ca.suspend.not-active");
    is(bench.change(id, Change::Resume).await, "ca.resume.not-activated");
    for reason in [6, 7, 8, 10, 11, 255] {
        is(bench.change(id, Change::Revoke { reason }).await, "ca.revoke.bad-reason");
    }
    bench.change(id, activate()).await.unwrap();
    bench.change(id, Change::Suspend).await.unwrap();
    is(bench.change(id, activate()).await, "ca.activate.suspended");
    bench.change(id, Change::Revoke { reason: 4 }).await.unwrap();
    bench.change(id, Change::Revoke { reason: 4 }).await.expect("it is so already");
    is(bench.change(id, Change::Revoke { reason: 1 }).await, "ca.revoke.already-revoked");
    for back in [activate(), Change::Resume, Change::Suspend] {
        is(bench.change(id, back).await, "ca.status.revoked-is-final");
    }
}
