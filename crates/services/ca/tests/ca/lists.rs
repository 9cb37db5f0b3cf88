use contract::ca::{Change, Profile};
use jiff::SignedDuration;
use pki::{Crl, RevocationReason};

use crate::bench::Bench;

crate::on_all![lists_follow_the_status, numbers_never_go_back, served_over_http];

async fn list(bench: &Bench, name: &str) -> Crl {
    let answer = bench.client().get(&format!("/crl/{name}.crl")).await.expect(200);
    assert_eq!(answer.header("content-type"), Some("application/pkix-crl"));
    let crl = Crl::from_der(&answer.body).unwrap();
    let issuer = bench.ca.authorities().await.unwrap().into_iter().find(|a| a.name == name).unwrap();
    crl.verify_signed_by(&issuer.certificate).unwrap();
    crl
}

fn number(crl: &Crl) -> u64 {
    crl.number.as_ref().unwrap().iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

fn entries(crl: &Crl) -> Vec<(Vec<u8>, Option<RevocationReason>)> {
    let mut all = vec![];
    for entry in crl.entries() {
        let entry = entry.unwrap();
        all.push((entry.serial.clone(), entry.reason));
    }
    all
}

async fn lists_follow_the_status(bench: Bench) {
    let bench = bench.created().await;
    assert!(entries(&list(&bench, "esign").await).is_empty());
    let a = bench.issue("a", Profile::EidSignature, true).await;
    let b = bench.issue("b", Profile::EidSignature, false).await;
    bench.work().await;
    let serial = |i: &contract::ca::Issued| pki::Certificate::from_der(&i.der).unwrap().serial().to_vec();
    let crl = list(&bench, "esign").await;
    assert_eq!(entries(&crl), [(serial(&a), Some(RevocationReason::CertificateHold))]);
    assert!(crl.expired_certificates.is_some());
    bench.change(&a.certificate_id, crate::bench::activate()).await.unwrap();
    bench.change(&b.certificate_id, Change::Revoke { reason: 0 }).await.unwrap();
    bench.work().await;
    assert_eq!(entries(&list(&bench, "esign").await), [(serial(&b), None)]);
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_status_change WHERE crl IS NULL").await, 0);
    bench.pass(SignedDuration::from_hours(24 * 400));
    bench.work().await;
    assert_eq!(entries(&list(&bench, "esign").await), [(serial(&b), None)], "revoked stays listed after its end");
}

async fn numbers_never_go_back(bench: Bench) {
    use std::sync::atomic::Ordering;
    let bench = bench.created().await;
    let first = number(&list(&bench, "tls").await);
    let issued = bench.issue("n", Profile::TlsClient, false).await;
    // The keys go away between the intent of a list and its signature: that number is never used.
    bench.change(&issued.certificate_id, Change::Suspend).await.unwrap();
    bench.budget.store(0, Ordering::SeqCst);
    bench.work().await;
    assert_eq!(number(&list(&bench, "tls").await), first, "the last good list is served");
    bench.budget.store(i64::MAX, Ordering::SeqCst);
    bench.pass(SignedDuration::from_mins(10));
    bench.work().await;
    let crl = list(&bench, "tls").await;
    assert!(number(&crl) > first + 1 && entries(&crl).len() == 1);

    // Without any change: a new list in time.
    let before = list(&bench, "tls").await;
    bench.pass(SignedDuration::from_hours(13));
    bench.work().await;
    let after = list(&bench, "tls").await;
    assert!(number(&after) > number(&before) && after.this_update > before.this_update);
    assert!(before.next_update.unwrap() > after.this_update, "the old one still held");
    bench.work().await;
    assert_eq!(number(&list(&bench, "tls").await), number(&after), "and no more than needed");
}

async fn served_over_http(bench: Bench) {
    let bench = bench.created().await;
    let mut client = bench.client();
    for name in ["root", "esign", "eauth", "eseal", "tls", "tsa"] {
        list(&bench, name).await;
        let answer = client.get(&format!("/ca/{name}.cer")).await.expect(200);
        assert_eq!(answer.header("content-type"), Some("application/pkix-cert"));
        pki::Certificate::from_der(&answer.body).unwrap();
    }
    for missing in ["/crl/none.crl", "/crl/root", "/ca/none.cer", "/ca/root.crl"] {
        let _ = client.get(missing).await.expect(404);
    }
    let tag = client.get("/crl/root.crl").await.header("etag").unwrap().to_owned();
    let _ = bench.client().header("if-none-match", tag).get_once("/crl/root.crl").await.expect(304);
}
