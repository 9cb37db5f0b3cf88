use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
};

use ca::{Certainty, ClockHealth, Config, Role, TrustedClock};
use jiff::{SignedDuration, Timestamp};
use pki::{Certificate, DigestAlgorithm, TimeStampRequest, TimeStampResponse, TimeStampToken, oid};

use crate::bench::Bench;

crate::on_all![
    stamps_verify,
    bad_requests,
    serials_are_unique_over_nodes_and_restarts,
    no_stamp_by_a_doubtful_clock,
    no_stamp_without_its_record
];

fn request(digest: DigestAlgorithm) -> TimeStampRequest {
    TimeStampRequest {
        digest,
        imprint: digest.of(b"Enkurs"),
        policy: None,
        nonce: Some(vec![0x80, 1, 2, 3]),
        certificate: true,
    }
}

fn refusal(der: &[u8]) -> Vec<u8> {
    match TimeStampResponse::from_der(der).unwrap() {
        TimeStampResponse::Refused { failure, status, .. } => {
            assert_eq!(status, 2);
            failure
        }
        TimeStampResponse::Granted(_) => panic!("a stamp was given"),
    }
}

async fn stamp(bench: &Bench, node: &ca::Ca, request: &TimeStampRequest) -> TimeStampToken {
    let der = node.time_stamp(bench.cx(), &request.to_der().unwrap()).await;
    let token = TimeStampResponse::from_der(&der).unwrap().token_for(request).unwrap();
    TimeStampToken::from_ber(&token).unwrap()
}

async fn stamps_verify(bench: Bench) {
    let bench = bench.created().await;
    let issuer = bench.authority(Role::TimeStamping).await;
    let mut client = bench.client();
    for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
        for (policy, nonce, certificate) in [
            (None, None, true),
            (Some(oid::BEST_PRACTICE_TIME_STAMP_POLICY), Some(vec![9; 8]), true),
            (None, Some(vec![1]), false),
        ] {
            let request = TimeStampRequest { policy, nonce, certificate, ..request(digest) };
            let answer =
                client.post_bytes("/tsa", "application/timestamp-query", &request.to_der().unwrap()).await.expect(200);
            assert_eq!(answer.header("content-type"), Some("application/timestamp-reply"));
            let token = TimeStampResponse::from_der(&answer.body).unwrap().token_for(&request).unwrap();
            let token = TimeStampToken::from_ber(&token).unwrap();
            let carried = token.signed.readable_certificates();
            assert_eq!(carried.is_empty(), !certificate);
            let known: Vec<Certificate> = units(&bench).await;
            let unit = token.verify(&known).unwrap();
            unit.verify_signed_by(&issuer).unwrap();
            assert!(TimeStampToken::may_stamp(&unit));
            assert_eq!(token.info.time, bench.cx().now());
            assert_eq!(token.info.policy, oid::BEST_PRACTICE_TIME_STAMP_POLICY);
            assert!(token.info.accuracy_micros.unwrap() <= 1_000_000 && !token.info.ordering);
            bench.pass(SignedDuration::from_millis(10));
        }
    }
    assert_eq!(bench.count("SELECT CAST(SUM(count) AS BIGINT) FROM ca_timestamp_batch").await, 9);
}

async fn units(bench: &Bench) -> Vec<Certificate> {
    let rows = bench.world.db.all("SELECT der FROM ca_service_key WHERE kind = 'tsu'", &[]).await.unwrap();
    rows.iter().map(|r| Certificate::from_der(&r.bytes(0).unwrap()).unwrap()).collect()
}

async fn bad_requests(bench: Bench) {
    let bench = bench.created().await;
    let good = request(DigestAlgorithm::Sha256).to_der().unwrap();
    let at = |needle: &[u8]| good.windows(needle.len()).position(|w| w == needle).unwrap();
    let change = |at: usize, to: u8| {
        let mut bad = good.clone();
        bad[at] = to;
        bad
    };
    let other_policy = TimeStampRequest { policy: Some(oid::QCP_L), ..request(DigestAlgorithm::Sha256) };
    let mut md = good.clone();
    let oid_at = at(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]);
    md[oid_at + 8] = 0x0b; // SHAKE128
    let cases: Vec<(Vec<u8>, u8)> = vec![
        (vec![], 5),
        (b"nothing".to_vec(), 5),
        (good[..good.len() - 1].to_vec(), 5),
        ([good.as_slice(), &[0]].concat(), 5),
        (change(4, 2), 2),
        (md, 0),
        (other_policy.to_der().unwrap(), 15),
        (vec![0x30; 70_000], 5),
    ];
    for (n, (bad, bit)) in cases.into_iter().enumerate() {
        assert_eq!(refusal(&bench.ca.time_stamp(bench.cx(), &bad).await), [bit], "case {n}");
    }
    // SHA-1 is not stamped any more; an extension nobody knows is refused, critical or not.
    let sha1 = TimeStampRequest { imprint: vec![1; 20], ..request(DigestAlgorithm::Sha1) }.to_der().unwrap();
    assert_eq!(refusal(&bench.ca.time_stamp(bench.cx(), &sha1).await), [0]);
    let extension = [0xa0, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x2a, 0x03, 0x04, 0x04, 0x02, 0x05, 0x00];
    let mut extended = [&good[2..], &extension].concat();
    extended.splice(0..0, [0x30, u8::try_from(extended.len()).unwrap()]);
    assert_eq!(refusal(&bench.ca.time_stamp(bench.cx(), &extended).await), [16]);
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_timestamp_batch").await, 0);
}

async fn serials_are_unique_over_nodes_and_restarts(bench: Bench) {
    let bench = bench.created().await;
    let config = || Config { tsa: ca::TsaConfig { serial_block: 7, ..ca::TsaConfig::default() }, ..Config::default() };
    let mut serials = BTreeSet::new();
    for _restart in 0..3 {
        let nodes = [bench.node(Arc::new(TrustedClock), config()), bench.node(Arc::new(TrustedClock), config())];
        let mut set = tokio::task::JoinSet::new();
        for n in 0..30 {
            let (bench, node) = (bench.clone(), nodes[n % 2].clone());
            set.spawn(async move { stamp(&bench, &node, &request(DigestAlgorithm::Sha256)).await.info.serial });
        }
        for serial in set.join_all().await {
            assert!(serials.insert(serial));
        }
    }
    assert_eq!(serials.len(), 90);
    assert_eq!(bench.count("SELECT CAST(SUM(count) AS BIGINT) FROM ca_timestamp_batch").await, 90);
    // Every record is found by its serial number.
    let serial = serials.first().unwrap().iter().fold(0i64, |n, b| n << 8 | i64::from(*b));
    let row = bench
        .world
        .db
        .one(
            "SELECT COUNT(*) FROM ca_timestamp_batch WHERE first_serial <= $1 AND last_serial >= $1",
            store::params![serial],
        )
        .await
        .unwrap();
    assert!(row.int(0).unwrap() >= 1);
}

struct Doubt(std::sync::atomic::AtomicBool);

impl ClockHealth for Doubt {
    fn check(&self, _: Timestamp) -> Result<Certainty, &'static str> {
        if self.0.load(Ordering::SeqCst) { Err("drift") } else { Ok(Certainty::Synchronised) }
    }
}

async fn no_stamp_by_a_doubtful_clock(bench: Bench) {
    let bench = bench.created().await;
    let doubt = Arc::new(Doubt(true.into()));
    let node = bench.node(doubt.clone(), Config::default());
    let wanted = request(DigestAlgorithm::Sha256);
    assert_eq!(refusal(&node.time_stamp(bench.cx(), &wanted.to_der().unwrap()).await), [14]);
    doubt.0.store(false, Ordering::SeqCst);
    let first = stamp(&bench, &node, &wanted).await;
    // The clock goes back: nothing until it has caught up, on this node and on one that starts only now.
    bench.pass(SignedDuration::from_secs(-10));
    for node in [&node, &bench.node(Arc::new(TrustedClock), Config::default())] {
        assert_eq!(refusal(&node.time_stamp(bench.cx(), &wanted.to_der().unwrap()).await), [14]);
    }
    bench.pass(SignedDuration::from_secs(11));
    assert!(stamp(&bench, &node, &wanted).await.info.time > first.info.time);
}

async fn no_stamp_without_its_record(bench: Bench) {
    let bench = bench.created().await;
    let wanted = request(DigestAlgorithm::Sha256);
    stamp(&bench, &bench.ca, &wanted).await;
    bench.budget.store(0, Ordering::SeqCst);
    assert_eq!(refusal(&bench.ca.time_stamp(bench.cx(), &wanted.to_der().unwrap()).await), [25]);
    bench.budget.store(i64::MAX, Ordering::SeqCst);
    let before = bench.count("SELECT CAST(SUM(count) AS BIGINT) FROM ca_timestamp_batch").await;
    bench.world.db.close().await;
    let answer =
        TimeStampResponse::from_der(&bench.ca.time_stamp(bench.cx(), &wanted.to_der().unwrap()).await).unwrap();
    assert!(matches!(answer, TimeStampResponse::Refused { .. }), "the database is gone: no stamp");
    assert_eq!(before, 2, "the stamp that could not be signed is on record, too: a record comes before its signature");
}
