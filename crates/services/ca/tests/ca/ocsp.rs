use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ca::Role;
use contract::ca::{Change, Issued, Profile};
use pki::{CertId, CertStatus, Certificate, DigestAlgorithm, OcspRequest, RevocationReason};

use crate::bench::{Bench, verified};

crate::on_all![
    by_get_and_post,
    never_good_for_what_was_not_issued,
    several_and_foreign,
    malformed,
    trouble,
    status_shows_at_once
];

fn id(issued: &Issued, digest: DigestAlgorithm) -> (CertId, Certificate) {
    let issuer = Certificate::from_der(&issued.chain[0].0).unwrap();
    let certificate = Certificate::from_der(&issued.der).unwrap();
    (CertId::new(digest, &issuer, certificate.serial()), issuer)
}

async fn by_get_and_post(bench: Bench) {
    let bench = bench.created().await;
    let mut client = bench.client();
    for n in 0..4 {
        let issued = bench.issue(&format!("g{n}"), Profile::EidAuthentication, false).await;
        for digest in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha384] {
            for nonce in [None, Some(vec![0xff; 32]), Some(vec![7; 128])] {
                let (id, issuer) = id(&issued, digest);
                let request = OcspRequest { ids: vec![id.clone()], nonce: nonce.clone() }.to_der().unwrap();
                let plain = STANDARD.encode(&request);
                let escaped = plain.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
                let answers = [
                    client.post_bytes("/ocsp", "application/ocsp-request", &request).await,
                    client.send(Method::GET, &format!("/ocsp/{plain}"), None, vec![]).await,
                    client.send(Method::GET, &format!("/ocsp/{escaped}"), None, vec![]).await,
                ];
                for (n, answer) in answers.into_iter().enumerate() {
                    let answer = answer.expect(200);
                    assert_eq!(answer.header("content-type"), Some("application/ocsp-response"));
                    let cache = answer.header("cache-control").unwrap();
                    assert_eq!(cache.contains("no-store"), n == 0 || nonce.is_some(), "{cache}");
                    let response = verified(&answer.body, &issuer);
                    assert_eq!(response.nonce, nonce);
                    let one = &response.responses[0];
                    assert_eq!((&one.id, one.status), (&id, CertStatus::Good));
                    assert!(one.next_update.unwrap() > one.this_update && one.archive_cutoff.is_some());
                }
            }
        }
    }
}

async fn never_good_for_what_was_not_issued(bench: Bench) {
    let bench = bench.created().await;
    for role in Role::ALL {
        let issuer = bench.authority(role).await;
        for serial in [&[1u8][..], &[0x7f; 16], &[0x00, 0x80]] {
            let id = CertId::new(DigestAlgorithm::Sha256, &issuer, serial);
            let request = OcspRequest { ids: vec![id], nonce: None }.to_der().unwrap();
            let response = verified(&bench.ca.ocsp(bench.cx(), &request).await.der, &issuer);
            assert!(response.extended_revoke);
            assert_eq!(
                response.responses[0].status,
                CertStatus::Revoked {
                    at: jiff::Timestamp::UNIX_EPOCH,
                    reason: Some(RevocationReason::CertificateHold)
                }
            );
        }
    }
    // An authority's certificate itself is known to the root's responder.
    let root = bench.authority(Role::Root).await;
    let id = CertId::new(DigestAlgorithm::Sha1, &root, bench.authority(Role::Signature).await.serial());
    let request = OcspRequest { ids: vec![id], nonce: None }.to_der().unwrap();
    assert_eq!(verified(&bench.ca.ocsp(bench.cx(), &request).await.der, &root).responses[0].status, CertStatus::Good);
}

async fn several_and_foreign(bench: Bench) {
    let bench = bench.created().await;
    let a = bench.issue("a", Profile::EidSignature, false).await;
    let b = bench.issue("b", Profile::EidSignature, true).await;
    let seal = bench.issue("seal", Profile::Seal, false).await;
    let (a, issuer) = id(&a, DigestAlgorithm::Sha256);
    let ids = vec![
        a,
        id(&b, DigestAlgorithm::Sha1).0,
        CertId::new(DigestAlgorithm::Sha256, &issuer, &[5]),
        id(&seal, DigestAlgorithm::Sha256).0,
    ];
    let request = OcspRequest { ids, nonce: Some(vec![1]) }.to_der().unwrap();
    let response = verified(&bench.ca.ocsp(bench.cx(), &request).await.der, &issuer);
    let hold = |s| matches!(s, CertStatus::Revoked { reason: Some(RevocationReason::CertificateHold), .. });
    let all: Vec<CertStatus> = response.responses.iter().map(|r| r.status).collect();
    assert!(all[0] == CertStatus::Good && hold(all[1]) && hold(all[2]) && all[3] == CertStatus::Unknown, "{all:?}");
    assert!(response.extended_revoke);
}

async fn malformed(bench: Bench) {
    let bench = bench.created().await;
    let mut client = bench.client();
    let malformed = [0x30, 0x03, 0x0a, 0x01, 0x01];
    for bad in [&b""[..], b"hello", &[0x30, 0x80], &[0x30; 100]] {
        assert_eq!(client.post_bytes("/ocsp", "application/ocsp-request", bad).await.expect(200).body, malformed);
    }
    for bad in ["AAAA", "!!!!", "MA", "%zz", "MEU=/../.."] {
        assert_eq!(
            client.send(Method::GET, &format!("/ocsp/{bad}"), None, vec![]).await.expect(200).body,
            malformed,
            "{bad}"
        );
    }
    let _ = client.post_bytes("/ocsp", "application/ocsp-request", &vec![0x30; 70_000]).await.expect(413);
    // A certificate of somebody else's authority.
    let stranger = pki::Certificate::from_der(&bench.issue("x", Profile::TlsClient, false).await.der).unwrap();
    let id = CertId::new(DigestAlgorithm::Sha256, &stranger, &[1]);
    let request = OcspRequest { ids: vec![id], nonce: None }.to_der().unwrap();
    assert_eq!(
        client.post_bytes("/ocsp", "application/ocsp-request", &request).await.expect(200).body,
        [0x30, 0x03, 0x0a, 0x01, 0x06]
    );
}

async fn trouble(bench: Bench) {
    let bench = bench.created().await;
    let issued = bench.issue("t", Profile::Seal, false).await;
    let request =
        OcspRequest { ids: vec![id(&issued, DigestAlgorithm::Sha256).0], nonce: Some(vec![1, 2]) }.to_der().unwrap();
    bench.budget.store(0, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(&*bench.ca.ocsp(bench.cx(), &request).await.der, &[0x30, 0x03, 0x0a, 0x01, 0x03], "try later");
    bench.budget.store(i64::MAX, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(bench.status(&issued).await, CertStatus::Good);
}

async fn status_shows_at_once(bench: Bench) {
    let bench = bench.created().await;
    let issued = bench.issue("now", Profile::EidSignature, false).await;
    let other = bench.node(std::sync::Arc::new(ca::TrustedClock), ca::Config::default());
    let (id, issuer) = id(&issued, DigestAlgorithm::Sha256);
    let request = OcspRequest { ids: vec![id], nonce: None }.to_der().unwrap();
    for _ in 0..10 {
        for node in [&bench.ca, &other] {
            assert_eq!(
                verified(&node.ocsp(bench.cx(), &request).await.der, &issuer).responses[0].status,
                CertStatus::Good
            );
        }
        bench.change(&issued.certificate_id, Change::Suspend).await.unwrap();
        for node in [&bench.ca, &other] {
            assert_ne!(
                verified(&node.ocsp(bench.cx(), &request).await.der, &issuer).responses[0].status,
                CertStatus::Good
            );
        }
        bench.change(&issued.certificate_id, Change::Resume).await.unwrap();
    }
}
