//! How many time stamps and OCSP answers a second this process gives, beside the raw rate of the same key: `rate [SECONDS]`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool that measures")]

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use base::{Cx, Secret};
use ca::{Ca, Config, DriftWatch, Role};
use futures_util::future::BoxFuture;
use keys::{KeyStore, SoftwareStore, ToSign, Unlock};
use pki::{CertId, DigestAlgorithm, OcspRequest, TimeStampRequest};
use store::Db;

type Work = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

async fn rate(name: &str, seconds: u64, tasks: usize, work: Work) -> f64 {
    let (done, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..tasks {
        let (done, stop, work) = (done.clone(), stop.clone(), work.clone());
        set.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                work().await;
                done.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    stop.store(true, Ordering::Relaxed);
    let rate = done.load(Ordering::Relaxed) as f64 / seconds as f64;
    set.join_all().await;
    println!("{name:<40} {rate:>10.0} /s");
    rate
}

#[tokio::main]
async fn main() {
    let seconds = env::args().nth(1).map_or(3, |s| s.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let cx = Cx::system();
    let db = Db::open(&format!("sqlite:{}", dir.path().join("rate.db").display())).await.unwrap();
    db.migrate(&cx).await.unwrap();
    let keys =
        SoftwareStore::open(&dir.path().join("keys"), Unlock::Passphrase(Secret::new("rate".to_owned()))).unwrap();
    let ca = Ca::new(db, cx.clone(), keys.clone(), Config::default(), Arc::new(DriftWatch::system()));
    ca.create(&cx, "http://pki.example.com").await.unwrap();

    let label = keys.list().await.unwrap().into_iter().find(|k| k.label.contains(".tsu.")).unwrap().label;
    let signer = keys.signer(&label).await.unwrap();
    let raw: Work = Arc::new(move || {
        let signer = signer.clone();
        Box::pin(async move { drop(signer.sign(ToSign::Digest(&[7; 32]), "rate").await.unwrap()) })
    });
    let raw = rate("raw signatures of the unit's key", seconds, 2, raw).await;

    let digest = DigestAlgorithm::Sha256;
    micro(&ca, &label, &keys).await;
    let request =
        TimeStampRequest { digest, imprint: digest.of(b"x"), policy: None, nonce: Some(vec![1; 8]), certificate: true };
    let request: Arc<[u8]> = request.to_der().unwrap().into();
    for tasks in [256, 1024, 4096] {
        let (ca, cx, request) = (ca.clone(), cx.clone(), request.clone());
        let work: Work = Arc::new(move || {
            let (ca, cx, request) = (ca.clone(), cx.clone(), request.clone());
            Box::pin(async move { assert!(ca.time_stamp(&cx, &request).await.len() > 1000) })
        });
        let got = rate(&format!("time stamps, {tasks} at a time"), seconds, tasks, work).await;
        println!("{:>40.1} % of raw", got / raw * 100.0);
    }

    let all = ca.authorities().await.unwrap();
    let (root, esign) = (&all[0].certificate, all.iter().find(|a| a.role == Role::Signature).unwrap());
    let id = CertId::new(digest, root, esign.certificate.serial());
    for nonce in [None, Some(vec![1; 16])] {
        let kind = if nonce.is_some() { "OCSP answers to a nonce, 32 at a time" } else { "OCSP answers, 32 at a time" };
        let request: Arc<[u8]> = OcspRequest { ids: vec![id.clone()], nonce }.to_der().unwrap().into();
        let (ca, cx) = (ca.clone(), cx.clone());
        let work: Work = Arc::new(move || {
            let (ca, cx, request) = (ca.clone(), cx.clone(), request.clone());
            Box::pin(async move { assert!(ca.ocsp(&cx, &request).await.holds.is_some() || !request.is_empty()) })
        });
        rate(kind, seconds, 32, work).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "measures")]
async fn micro(ca: &Ca, label: &str, keys: &Arc<SoftwareStore>) {
    let certs = ca.service_certificates().await.unwrap();
    let unit = &certs.iter().find(|c| c.0 == label).unwrap().1;
    let chain = [ca.authorities().await.unwrap().last().unwrap().certificate.clone()];
    let signer = keys.signer(label).await.unwrap();
    let digest = DigestAlgorithm::Sha256;
    let request =
        TimeStampRequest { digest, imprint: digest.of(b"x"), policy: None, nonce: Some(vec![1; 8]), certificate: true }
            .to_der()
            .unwrap();
    let info = pki::TstInfo {
        policy: pki::oid::BEST_PRACTICE_TIME_STAMP_POLICY,
        digest,
        imprint: digest.of(b"x"),
        serial: vec![1; 8],
        time: Cx::system().now(),
        accuracy_micros: Some(1_000_000),
        ordering: false,
        nonce: Some(vec![1; 8]),
        tsa: None,
        qualified: false,
    };
    let content = info.to_der().unwrap();
    let template = pki::TokenTemplate::new(&info, digest, signer.algorithm(), unit).unwrap();
    let signed = template.to_be_signed().unwrap();
    let signature = signer.sign(ToSign::Message(&signed), "x").await.unwrap();
    let n = 20_000u32;
    macro_rules! time {
        ($name:expr, $e:expr) => {{
            let t = std::time::Instant::now();
            for _ in 0..n {
                std::hint::black_box($e);
            }
            println!("{:<30} {:>8.2} us", $name, t.elapsed().as_secs_f64() * 1e6 / f64::from(n));
        }};
    }
    time!("parse request", TimeStampRequest::from_der(&request).unwrap());
    time!("info to_der", info.to_der().unwrap());
    time!("lint", pki::lint::tst_info(&content));
    time!("template new", pki::TokenTemplate::new(&info, digest, signer.algorithm(), unit).unwrap());
    time!("to be signed", template.to_be_signed().unwrap());
    time!("sign", signer.sign(ToSign::Message(&signed), "x").await.unwrap());
    time!("assemble", template.assemble(&signed, &signature, Some(&chain)).unwrap());
    time!("sha256 unit cert", digest.of(unit.der()));
    time!("granted", pki::TimeStampResponse::granted(&signed));
}
