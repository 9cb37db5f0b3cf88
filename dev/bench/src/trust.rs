//! Time stamps and OCSP answers of the trust core on SQLite with software keys, in this process.

use std::{path::Path, sync::Arc};

use base::Cx;
use ca::{Ca, Config, TrustedClock};
use jiff::SignedDuration;
use keys::{SoftwareStore, Unlock, software};
use pki::{CertId, Certificate, DigestAlgorithm, OcspRequest, TimeStampRequest, testing::TestKey};
use store::Db;
use tokio::task::JoinSet;

use crate::{
    Failed, Raw,
    rate::{Rate, Table, now, tick},
};

/// Callers at once, each with one request under way: 64 are bound by the wait for the disk, 256 by the two cores.
const CALLERS: [usize; 2] = [64, 256];

pub(crate) fn run(seconds: f64, dir: &Path, raw: &Raw, table: &mut Table) -> Result<(), Failed> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(measured(seconds, dir, raw, table))
}

async fn measured(seconds: f64, dir: &Path, raw: &Raw, table: &mut Table) -> Result<(), Failed> {
    let cx = Cx::system();
    let db = Db::open(&format!("sqlite:{}", dir.join("trust.db").display())).await?;
    db.migrate(&cx).await?;
    let key_file = dir.join("unlock");
    software::new_key_file(&key_file)?;
    let keys = SoftwareStore::open(&dir.join("trust-keys"), Unlock::KeyFile(key_file))?;
    let ca = Ca::new(db, cx.clone(), keys, Config::default(), contract::Peers::new(None), Arc::new(TrustedClock));
    ca.create(&cx, "http://127.0.0.1:8080").await?;
    let issued = ca
        .issue(
            &cx,
            contract::ca::Issue {
                key: "bench".into(),
                profile: contract::ca::Profile::EidSignature,
                subject: contract::ca::Subject {
                    given_name: Some("Anna".into()),
                    surname: Some("Paraudziņa".into()),
                    organization: None,
                    identifier: Some("PNOLV-320000-00007".into()),
                    dns: vec![],
                },
                spki: TestKey::p384().spki().to_vec(),
                not_after: now() + SignedDuration::from_hours(24 * 365),
                on_hold: false,
            },
        )
        .await?;
    let certificate = Certificate::from_der(&issued.der)?;
    let issuer = Certificate::from_der(&issued.chain.first().ok_or("no issuer")?.0)?;

    let stamp = TimeStampRequest {
        digest: DigestAlgorithm::Sha256,
        imprint: vec![5; 32],
        policy: None,
        nonce: Some(vec![1; 8]),
        certificate: true,
    };
    let stamp: Arc<[u8]> = stamp.to_der()?.into();
    for callers in CALLERS {
        let (rate, cpu) = load(seconds, callers, &ca, &cx, stamp.clone(), |ca, cx, request| async move {
            ca.time_stamp(&cx, &request).await.len() > 400
        })
        .await?;
        table.row(&format!("TSA, P-256, SQLite, {callers} callers, 2 cores"), rate, &[]);
        table.note(format!(
            "  of the raw sign rate of its key ({:.0}/s on one core): {:.0} %; {cpu:.1} µs of processor each",
            raw.sign.per_second,
            100.0 * rate.per_second / raw.sign.per_second
        ));
    }

    for (label, nonce) in [("with nonce, signed live", Some(vec![2; 32])), ("without nonce", None)] {
        let request =
            OcspRequest { ids: vec![CertId::new(DigestAlgorithm::Sha256, &issuer, certificate.serial())], nonce };
        let request: Arc<[u8]> = request.to_der()?.into();
        for callers in CALLERS {
            let (rate, cpu) = load(seconds, callers, &ca, &cx, request.clone(), |ca, cx, request| async move {
                ca.ocsp(&cx, &request).await.der.len() > 200
            })
            .await?;
            table.row(&format!("OCSP {label}, P-256, SQLite, {callers} callers, 2 cores"), rate, &[]);
            table.note(format!("  {cpu:.1} µs of processor each"));
        }
    }
    Ok(())
}

/// Closed loops for `seconds`: their rate, and the processor time of this process for each answer in µs (callers included).
async fn load<F, Fut>(
    seconds: f64,
    callers: usize,
    ca: &Ca,
    cx: &Cx,
    request: Arc<[u8]>,
    work: F,
) -> Result<(Rate, f64), Failed>
where
    F: Fn(Ca, Cx, Arc<[u8]>) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = bool> + Send,
{
    let before = processor()?;
    let start = tick();
    let mut running = JoinSet::new();
    for _ in 0..callers {
        let (ca, cx, request, work) = (ca.clone(), cx.clone(), request.clone(), work.clone());
        running.spawn(async move {
            let mut took = Vec::new();
            while start.elapsed().as_secs_f64() < seconds {
                let one = tick();
                if !work(ca.clone(), cx.clone(), request.clone()).await {
                    return Err("the trust core refused");
                }
                took.push(one.elapsed());
            }
            Ok(took)
        });
    }
    let mut all = Vec::new();
    while let Some(took) = running.join_next().await {
        all.extend(took??);
    }
    let cpu = (processor()? - before) * 1e6 / all.len().max(1) as f64;
    Ok((Rate::of(all, start.elapsed()), cpu))
}

/// Seconds of processor that this process has used (proc(5): fields 14 and 15 of `stat`, in hundredths on Linux).
fn processor() -> Result<f64, Failed> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|f| f.parse::<f64>().ok()).ok_or("proc stat");
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}
