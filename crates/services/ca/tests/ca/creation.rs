use std::sync::atomic::Ordering;

use ca::{Config, Role};
use jiff::SignedDuration;

use crate::bench::{Bench, URL};

crate::on_all![
    chain_is_whole,
    creation_is_resumed_wherever_it_broke_off,
    keys_are_renewed_and_destroyed,
    other_kinds_of_keys
];

async fn chain_is_whole(bench: Bench) {
    assert_eq!(bench.ca.authorities().await.unwrap_err().code(), "ca.pki.not-created");
    assert_eq!(bench.ca.create(bench.cx(), "ftp://x").await.unwrap_err().code(), "ca.pki.bad-address");
    assert_eq!(bench.ca.create(bench.cx(), "http://x/").await.unwrap_err().code(), "ca.pki.bad-address");
    let bench = bench.created().await;
    let all = bench.ca.authorities().await.unwrap();
    assert_eq!(all.iter().map(|a| a.role).collect::<Vec<_>>(), Role::ALL);
    let root = &all[0].certificate;
    assert!(root.is_self_signed() && root.is_ca());
    for a in &all[1..] {
        let c = &a.certificate;
        c.verify_signed_by(root).unwrap();
        assert!(c.may_be_issued_by(root) && c.is_ca() && c.not_after() <= root.not_after());
        assert_eq!(c.ca_issuer_urls(), [format!("{URL}/ca/root.cer")]);
        assert_eq!(c.crl_urls(), [format!("{URL}/crl/root.crl")]);
        assert_eq!(c.ocsp_urls(), [format!("{URL}/ocsp")]);
        assert_eq!(c.extensions().basic_constraints.unwrap().path_len, Some(0));
        assert_eq!(a.chain, std::slice::from_ref(root));
    }
    // Again, and by a node that listens elsewhere: nothing changes.
    assert_eq!(bench.ca.create(bench.cx(), "http://other.example").await.unwrap(), URL);
    let again: Vec<_> = bench.ca.authorities().await.unwrap().iter().map(|a| a.certificate.clone()).collect();
    assert_eq!(again, all.iter().map(|a| a.certificate.clone()).collect::<Vec<_>>());
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_certificate").await, 6 + 6 + 1);
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_crl").await, 6);
}

async fn creation_is_resumed_wherever_it_broke_off(bench: Bench) {
    // 6 authorities, 6 responders, 1 unit, 6 lists: one signature a try.
    for step in 1..=19 {
        bench.budget.store(1, Ordering::SeqCst);
        let node = bench.node(std::sync::Arc::new(ca::TrustedClock), Config::default());
        let outcome = node.create(bench.cx(), URL).await;
        assert!(if step < 19 { outcome.is_err_and(|e| e.transient()) } else { outcome.is_ok() }, "step {step}");
        bench.pass(SignedDuration::from_secs(1));
    }
    bench.budget.store(i64::MAX, Ordering::SeqCst);
    let bench = bench.created().await;
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_certificate").await, 13);
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_certificate WHERE state = 'intent'").await, 0);
    assert_eq!(bench.count("SELECT COUNT(DISTINCT serial) FROM ca_certificate").await, 13);
}

async fn keys_are_renewed_and_destroyed(bench: Bench) {
    let bench = bench.created().await;
    let before = bench.keys.list().await.unwrap().len();
    // In the last third of 30 days every responder gets a new key; the unit's lasts for years.
    bench.pass(SignedDuration::from_hours(24 * 21));
    bench.work().await;
    assert_eq!(bench.keys.list().await.unwrap().len(), before + 6);
    bench.work().await;
    assert_eq!(bench.keys.list().await.unwrap().len(), before + 6);
    bench.pass(SignedDuration::from_hours(24 * 40));
    bench.work().await;
    assert_eq!(bench.keys.list().await.unwrap().len(), before + 6, "the first six are gone, six new are there");
    assert_eq!(bench.count("SELECT COUNT(*) FROM ledger_entry WHERE kind = 'ca.key.destroyed'").await, 6);
}

async fn other_kinds_of_keys(bench: Bench) {
    use keys::KeyKind::{Ed25519, P256, P384, Rsa3072};
    let kinds = ca::Keys { root: Rsa3072, issuing: P256, ocsp: Ed25519, tsu: Rsa3072 };
    let node = bench.node(std::sync::Arc::new(ca::TrustedClock), Config { keys: kinds, ..Config::default() });
    node.create(bench.cx(), URL).await.unwrap();
    let bench = Bench { ca: node, ..bench };
    let issued = bench.issue("kinds", contract::ca::Profile::EidSignature, false).await;
    assert_eq!(bench.status(&issued).await, pki::CertStatus::Good);
    let digest = pki::DigestAlgorithm::Sha256;
    let request =
        pki::TimeStampRequest { digest, imprint: digest.of(b"x"), policy: None, nonce: None, certificate: true };
    let answer = bench.ca.time_stamp(bench.cx(), &request.to_der().unwrap()).await;
    let token = pki::TimeStampResponse::from_der(&answer).unwrap().token_for(&request).unwrap();
    let unit = pki::TimeStampToken::from_ber(&token).unwrap().verify(&[]).unwrap();
    unit.verify_signed_by(&bench.authority(Role::TimeStamping).await).unwrap();

    // A kind changed in the configuration holds from the next key on.
    let other = ca::Keys { tsu: P384, ocsp: P384, ..kinds };
    let node = bench.node(std::sync::Arc::new(ca::TrustedClock), Config { keys: other, ..Config::default() });
    node.create(bench.cx(), URL).await.expect("nothing is made anew");
    assert_eq!(node.service_certificates().await.unwrap().len(), 7);
}
