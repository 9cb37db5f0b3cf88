//! A responder or a time-stamping unit whose certificate is not in force is never used again.

use std::sync::{Arc, atomic::Ordering};

use ca::{Ca, Config, Role, TrustedClock};
use contract::ca::{Change, Issued, Profile};
use jiff::SignedDuration;
use pki::{
    CertId, CertStatus, Certificate, DigestAlgorithm, OcspRequest, TimeStampRequest, TimeStampResponse, TimeStampToken,
};

use crate::bench::{Bench, verified};

crate::on_all![
    a_revoked_responder_answers_no_more,
    a_revoked_unit_stamps_no_more,
    without_keys_both_refuse,
    ended_certificates_are_followed_by_new_ones,
    what_was_revoked_before_its_first_use_is_passed_over,
    keys_of_revoked_certificates_are_destroyed
];

/// Who signed the answer about `issued`, after verifying it.
async fn responder(bench: &Bench, node: &Ca, issued: &Issued) -> Certificate {
    let certificate = Certificate::from_der(&issued.der).unwrap();
    let issuer = Certificate::from_der(&issued.chain[0].0).unwrap();
    let id = CertId::new(DigestAlgorithm::Sha256, &issuer, certificate.serial());
    let request = OcspRequest { ids: vec![id], nonce: None }.to_der().unwrap();
    let response = verified(&node.ocsp(bench.cx(), &request).await.der, &issuer);
    assert_eq!(response.responses[0].status, CertStatus::Good);
    response.certificates[0].clone()
}

fn request() -> TimeStampRequest {
    let digest = DigestAlgorithm::Sha256;
    TimeStampRequest { digest, imprint: digest.of(b"Enkurs"), policy: None, nonce: None, certificate: true }
}

/// The unit that made a stamp, after verifying it.
async fn unit(bench: &Bench, node: &Ca) -> Certificate {
    let der = node.time_stamp(bench.cx(), &request().to_der().unwrap()).await;
    let token = TimeStampResponse::from_der(&der).unwrap().token_for(&request()).unwrap();
    let unit = TimeStampToken::from_ber(&token).unwrap().verify(&[]).unwrap();
    assert!(unit.is_valid_at(bench.cx().now()));
    unit
}

/// The id under which the status of a certificate stands.
async fn id_of(bench: &Bench, certificate: &Certificate) -> String {
    let sql = "SELECT id FROM ca_certificate WHERE serial = $1";
    bench.world.db.one(sql, store::params![certificate.serial()]).await.unwrap().text(0).unwrap()
}

fn other_node(bench: &Bench) -> Ca {
    bench.node(Arc::new(TrustedClock), Config::default())
}

async fn a_revoked_responder_answers_no_more(bench: Bench) {
    let bench = bench.created().await;
    let issued = bench.issue("r", Profile::EidSignature, false).await;
    let other = other_node(&bench);
    let mut before = responder(&bench, &bench.ca, &issued).await;
    for change in [Change::Revoke { reason: 1 }, Change::Suspend, Change::Revoke { reason: 4 }] {
        // Both nodes know the responder and have an answer that they would give again.
        assert_eq!(responder(&bench, &other, &issued).await, before);
        bench.change(&id_of(&bench, &before).await, change).await.unwrap();
        let after = responder(&bench, &other, &issued).await;
        assert_ne!(after, before, "{change:?}");
        assert_eq!(responder(&bench, &bench.ca, &issued).await, after, "all nodes use the same");
        bench.pass(SignedDuration::from_secs(2));
        before = after;
    }
    let listed = bench.ca.service_certificates().await.unwrap();
    assert_eq!(listed.len(), 7, "one responder an authority and one unit are in force");
    assert!(listed.iter().any(|(_, c)| *c == before));
}

async fn a_revoked_unit_stamps_no_more(bench: Bench) {
    let bench = bench.created().await;
    let other = other_node(&bench);
    let mut before = unit(&bench, &bench.ca).await;
    for change in [Change::Suspend, Change::Revoke { reason: 1 }] {
        assert_eq!(unit(&bench, &other).await, before);
        bench.change(&id_of(&bench, &before).await, change).await.unwrap();
        let after = unit(&bench, &other).await;
        assert_ne!(after, before, "{change:?}");
        assert_eq!(unit(&bench, &bench.ca).await, after, "all nodes use the same");
        bench.pass(SignedDuration::from_secs(2));
        before = after;
    }
    assert_eq!(
        bench.count("SELECT CAST(SUM(count) AS BIGINT) FROM ca_timestamp_batch").await,
        7,
        "what a unit out of force signed is not on record"
    );
}

async fn without_keys_both_refuse(bench: Bench) {
    let bench = bench.created().await;
    let issued = bench.issue("k", Profile::Seal, false).await;
    let (responder, unit) = (responder(&bench, &bench.ca, &issued).await, unit(&bench, &bench.ca).await);
    for certificate in [&responder, &unit] {
        bench.change(&id_of(&bench, certificate).await, Change::Revoke { reason: 1 }).await.unwrap();
    }
    // One signature of the old unit is left, none to certify another.
    bench.budget.store(1, Ordering::SeqCst);
    let der = bench.ca.time_stamp(bench.cx(), &request().to_der().unwrap()).await;
    let TimeStampResponse::Refused { status, failure, .. } = TimeStampResponse::from_der(&der).unwrap() else {
        panic!("a stamp was given")
    };
    assert_eq!((status, failure), (2, vec![25]));
    bench.budget.store(0, Ordering::SeqCst);
    let issuer = Certificate::from_der(&issued.chain[0].0).unwrap();
    let id = CertId::new(DigestAlgorithm::Sha1, &issuer, &[1]);
    let asked = OcspRequest { ids: vec![id], nonce: None }.to_der().unwrap();
    assert_eq!(*bench.ca.ocsp(bench.cx(), &asked).await.der, [0x30, 0x03, 0x0a, 0x01, 0x03], "try later");
    bench.budget.store(i64::MAX, Ordering::SeqCst);
    assert_ne!(self::responder(&bench, &bench.ca, &issued).await, responder);
    assert_ne!(self::unit(&bench, &bench.ca).await, unit);
}

async fn ended_certificates_are_followed_by_new_ones(bench: Bench) {
    let bench = bench.created().await;
    let issued = bench.issue("e", Profile::EidSignature, false).await;
    let (responder, unit) = (responder(&bench, &bench.ca, &issued).await, unit(&bench, &bench.ca).await);
    // No job ran meanwhile, and less than a minute has passed since the keys were looked up.
    let to = |c: &Certificate, seconds| {
        bench.pass(c.not_after().duration_since(bench.cx().now()) + SignedDuration::from_secs(seconds));
    };
    to(&responder, -5);
    assert_eq!(self::responder(&bench, &bench.ca, &issued).await, responder);
    to(&responder, 1);
    assert_ne!(self::responder(&bench, &bench.ca, &issued).await, responder);
    to(&unit, -5);
    assert_eq!(self::unit(&bench, &bench.ca).await, unit);
    to(&unit, 1);
    assert_ne!(self::unit(&bench, &bench.ca).await, unit);
}

async fn what_was_revoked_before_its_first_use_is_passed_over(bench: Bench) {
    let bench = bench.created().await;
    let first = unit(&bench, &bench.ca).await;
    // As if the process had been cut off between the certificate and its entry as a unit.
    let cx = bench.cx();
    let gone = bench
        .world
        .db
        .write(cx, |tx, _| Box::pin(async move { tx.run("DELETE FROM ca_service_key WHERE kind = 'tsu'", &[]).await }));
    assert_eq!(gone.await.unwrap(), 1);
    bench.change(&id_of(&bench, &first).await, Change::Revoke { reason: 1 }).await.unwrap();
    assert_ne!(unit(&bench, &other_node(&bench)).await, first);
    assert_eq!(bench.ca.service_certificates().await.unwrap().len(), 7);
    assert!(bench.authority(Role::TimeStamping).await.is_valid_at(cx.now()));
}

async fn keys_of_revoked_certificates_are_destroyed(bench: Bench) {
    let bench = bench.created().await;
    let first = unit(&bench, &bench.ca).await;
    let labels = || async { bench.keys.list().await.unwrap().into_iter().map(|k| k.label).collect::<Vec<_>>() };
    let known = bench.ca.service_certificates().await.unwrap();
    let label = known.into_iter().find(|(_, c)| *c == first).unwrap().0;
    bench.change(&id_of(&bench, &first).await, Change::Suspend).await.unwrap();
    bench.pass(SignedDuration::from_hours(7));
    bench.work().await;
    assert!(labels().await.contains(&label), "what is suspended may come back");
    bench.change(&id_of(&bench, &first).await, Change::Revoke { reason: 1 }).await.unwrap();
    bench.pass(SignedDuration::from_hours(7));
    bench.work().await;
    assert!(!labels().await.contains(&label));
    assert_ne!(unit(&bench, &bench.ca).await, first);
}
