use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

use base::Cx;
use store::{Db, params};
use tokio::time::Instant;

use crate::{
    citizen::Citizen,
    load::Acknowledged,
    node::{Node, client},
};

const BATCHES: &str = "SELECT records FROM ca_timestamp_batch";
const CERTIFICATE: &str = "SELECT der, state, status FROM ca_certificate WHERE id = $1";
/// What may never be: a signature without its entry in the ledger.
const ORPHANS: [&str; 4] = [
    "SELECT COUNT(*) FROM signing_errand s WHERE s.state IN ('signed', 'done') \
     AND (SELECT COUNT(*) FROM ledger_entry e WHERE e.subject = s.id AND e.kind IN ('signing.signature.intended', 'signing.signature.made')) < 2",
    "SELECT COUNT(*) FROM ca_certificate c WHERE c.state = 'issued' \
     AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.kind = 'ca.certificate.issued' AND e.subject = c.id)",
    "SELECT COUNT(*) FROM ca_timestamp_batch b \
     WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.kind = 'ca.timestamps.issued' AND e.subject = b.id)",
    "SELECT (SELECT COUNT(*) FROM ca_crl WHERE der IS NOT NULL) - (SELECT COUNT(*) FROM ledger_entry WHERE kind = 'ca.crl.published')",
];
const BEGUN: &str = "SELECT COUNT(*) FROM ca_certificate WHERE state = 'intent'";

/// Holds what the node has now against what it acknowledged.
/// After the last kill nothing may be half done either: what was begun is finished by a job half a minute later.
pub(crate) async fn judge(node: &Node, known: &Acknowledged, since: &mut Option<String>, last: bool) {
    let db = Db::open(&node.database).await.unwrap();
    settled(node, &db, last).await;
    let mut records = BTreeMap::new();
    for row in db.all(BATCHES, &[]).await.unwrap() {
        for record in row.bytes(0).unwrap().chunks_exact(48) {
            let serial = i64::from_be_bytes(record[..8].try_into().unwrap());
            assert!(records.insert(serial, record[16..].to_vec()).is_none(), "serial {serial} was given twice");
        }
    }
    let serials: BTreeSet<i64> = known.stamps.iter().map(|(s, _)| *s).collect();
    assert_eq!(serials.len(), known.stamps.len(), "every stamp has its own serial");
    for (serial, digest) in &known.stamps {
        assert_eq!(records.get(serial), Some(digest), "time stamp {serial}");
    }
    for issued in &known.issued {
        let row = db.one(CERTIFICATE, params![issued.certificate_id]).await.unwrap();
        assert_eq!((row.bytes(0).unwrap(), row.text(1).unwrap().as_str()), (issued.der.clone(), "issued"));
        let revoked = known.revoked.contains(&issued.certificate_id);
        assert!(!revoked || row.text(2).unwrap() == "revoked", "{} was revoked", issued.certificate_id);
    }
    asked_again(node, known).await;
    verified(node, since).await;
    db.close().await;
}

/// Every accepted signature is there; after the last kill every file is finished and good.
pub(crate) async fn judge_signed(citizen: &Citizen, known: &mut Acknowledged, last: bool) {
    let begun = Instant::now();
    for (id, finished) in known.signed.iter_mut().filter(|(_, finished)| !**finished) {
        loop {
            let (state, verdict) = citizen.state(id).await;
            assert!(state == "signed" || state == "done", "{id} is {state}");
            *finished = state == "done";
            if *finished {
                assert_eq!(verdict.as_deref(), Some("TOTAL_PASSED"), "{id}");
            }
            if *finished || !last {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "{id} is not finished");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// Waits until the ledger has taken everything in.
async fn settled(node: &Node, db: &Db, last: bool) {
    let begun = Instant::now();
    loop {
        let mut left = 0;
        for sql in ORPHANS {
            left += db.one(sql, &[]).await.unwrap().int(0).unwrap();
        }
        if last {
            left += db.one(BEGUN, &[]).await.unwrap().int(0).unwrap();
        }
        let head = ledger::head(db).await.unwrap();
        if left == 0 && head.waiting == 0 && head.checkpoint.as_ref().is_some_and(|c| c.size == head.size) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "{left} orphans, {head:?}\n{}", node.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A request whose answer was lost is asked again and gives one certificate: that of the first time if there was one.
async fn asked_again(node: &Node, known: &Acknowledged) {
    let (cx, peers) = (Cx::system(), node.peers());
    let unanswered = known.asked.iter().rev().take(4);
    for wish in unanswered {
        let first = peers.call(&cx, wish.clone()).await.unwrap();
        let second = peers.call(&cx, wish.clone()).await.unwrap();
        assert_eq!(first.der, second.der);
        let acknowledged = known.issued.iter().find(|i| i.certificate_id == first.certificate_id);
        assert!(acknowledged.is_none_or(|a| a.der == first.der));
    }
}

/// The ledger verifies under its key, over HTTP, by the command a stranger would use, and continues what was seen before.
async fn verified(node: &Node, since: &mut Option<String>) {
    let settled = Instant::now();
    loop {
        let checkpoint = client().get(&node.url("/ledger/checkpoint"), 1 << 16).await.unwrap();
        if let Some(earlier) = since {
            fs::write(node.path("earlier"), earlier).unwrap();
        }
        let address = node.url("/ledger");
        let mut arguments = vec!["verify-ledger", &address, "--key", "data/ledger.vkey"];
        if since.is_some() {
            arguments.extend(["--since", "earlier"]);
        }
        let output = node.command(&arguments).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        if output.status.success() {
            *since = Some(String::from_utf8(checkpoint).unwrap());
            return;
        }
        assert!(settled.elapsed() < Duration::from_secs(5), "{said}");
    }
}
