use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use base::Cx;
use contract::{
    Peers,
    ca::{Change, ChangeStatus, Issue, Issued, Profile, Subject},
};
use pki::{DigestAlgorithm, TimeStampRequest, TimeStampResponse, TimeStampToken, testing::TestKey};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    citizen::Citizen,
    node::{Node, client},
};

/// What the node has acknowledged: it may never forget it.
#[derive(Default)]
pub(crate) struct Acknowledged {
    /// Time stamps: serial and SHA-256 of what was signed.
    pub(crate) stamps: Vec<(i64, Vec<u8>)>,
    /// Certificates.
    pub(crate) issued: Vec<Issued>,
    /// Ids of revoked certificates.
    pub(crate) revoked: Vec<String>,
    /// Errands of citizens whose signature was accepted, and whether the file was seen finished.
    pub(crate) signed: BTreeMap<String, bool>,
    /// What was asked for, acknowledged or not.
    pub(crate) asked: Vec<Issue>,
}

pub(crate) type Shared = Arc<Mutex<Acknowledged>>;

static COUNT: AtomicU64 = AtomicU64::new(1);

/// A citizen who signs until `stop`.
pub(crate) fn signing(citizen: &Citizen, shared: &Shared, stop: &CancellationToken, set: &mut JoinSet<()>) {
    let (citizen, shared, stop) = (citizen.clone(), shared.clone(), stop.clone());
    set.spawn(async move {
        while !stop.is_cancelled() {
            match citizen.sign().await {
                Some(id) => drop(shared.lock().unwrap().signed.insert(id, false)),
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    });
}

/// Loads a node from all sides until `stop`.
pub(crate) fn start(node: &Node, shared: &Shared, stop: &CancellationToken) -> JoinSet<()> {
    let mut set = JoinSet::new();
    for _ in 0..3 {
        let (url, shared, stop) = (node.url("/tsa"), shared.clone(), stop.clone());
        set.spawn(async move {
            while !stop.is_cancelled() {
                stamp(&url, &shared).await
            }
        });
    }
    for n in 0..3 {
        let (peers, shared, stop) = (node.peers(), shared.clone(), stop.clone());
        set.spawn(async move {
            let cx = Cx::system();
            while !stop.is_cancelled() {
                if n < 2 { issue(&cx, &peers, &shared).await } else { revoke(&cx, &peers, &shared).await }
            }
        });
    }
    set
}

async fn stamp(url: &str, shared: &Shared) {
    let cx = Cx::system();
    let (imprint, nonce) = (cx.bytes::<32>().to_vec(), cx.bytes::<16>().to_vec());
    let request = TimeStampRequest {
        digest: DigestAlgorithm::Sha256,
        imprint,
        policy: None,
        nonce: Some(nonce),
        certificate: false,
    };
    let (sent, wanted) = ("application/timestamp-query", "application/timestamp-reply");
    let answer = client().post(url, sent, wanted, request.to_der().unwrap(), 1 << 16).await;
    match answer.map(|der| TimeStampResponse::from_der(&der).unwrap().token_for(&request)) {
        Ok(Ok(token)) => {
            let token = TimeStampToken::from_ber(&token).unwrap();
            let serial = token.info.serial.iter().fold(0i64, |n, b| n << 8 | i64::from(*b));
            let content = token.signed.content.unwrap();
            shared.lock().unwrap().stamps.push((serial, DigestAlgorithm::Sha256.of(&content)));
        }
        _ => tokio::time::sleep(Duration::from_millis(10)).await,
    }
}

fn wish() -> Issue {
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let subject = Subject {
        given_name: Some("Ilze".into()),
        surname: Some("Slodze".into()),
        organization: None,
        identifier: Some(format!("PNOLV-32{:04}-{:05}", n / 100_000, n % 100_000)),
        dns: vec![],
    };
    Issue {
        key: format!("load {n} {}", Cx::system().id::<Issue>()),
        profile: Profile::EidSignature,
        subject,
        spki: TestKey::p384().spki().to_vec(),
        not_after: Cx::system().now().checked_add(jiff::SignedDuration::from_hours(24 * 365)).unwrap(),
        on_hold: false,
    }
}

async fn issue(cx: &Cx, peers: &Peers, shared: &Shared) {
    let wish = wish();
    shared.lock().unwrap().asked.push(wish.clone());
    match peers.call(cx, wish).await {
        Ok(issued) => shared.lock().unwrap().issued.push(issued),
        Err(refusal) => {
            assert!(refusal.transient, "refused: {refusal:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn revoke(cx: &Cx, peers: &Peers, shared: &Shared) {
    let next = {
        let known = shared.lock().unwrap();
        known.issued.iter().map(|i| i.certificate_id.clone()).find(|id| !known.revoked.contains(id))
    };
    let Some(certificate_id) = next else { return tokio::time::sleep(Duration::from_millis(20)).await };
    let wish = ChangeStatus {
        certificate_id: certificate_id.clone(),
        change: Change::Revoke { reason: 4 },
        actor: "load".into(),
    };
    match peers.call(cx, wish).await {
        Ok(()) => shared.lock().unwrap().revoked.push(certificate_id),
        // Killed after the commit and before the answer: asked again, it is told that it is done.
        Err(refusal) if refusal.code == "ca.revoke.already-revoked" => {
            shared.lock().unwrap().revoked.push(certificate_id)
        }
        Err(refusal) => assert!(refusal.transient, "refused: {refusal:?}"),
    }
    tokio::time::sleep(Duration::from_millis(30)).await;
}
