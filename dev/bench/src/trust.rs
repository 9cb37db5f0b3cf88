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

/// Callers at once.
const CALLERS: usize = 64;

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
    let ca = Ca::new(db, cx.clone(), keys, Config::default(), Arc::new(TrustedClock));
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
    let rate =
        load(seconds, &ca, &cx, stamp, |ca, cx, request| async move { ca.time_stamp(&cx, &request).await.len() > 400 })
            .await?;
    table.row("TSA, P-256, SQLite, 64 callers, 2 cores", rate, &[]);
    table.note(format!(
        "  of the raw sign rate of its key ({:.0}/s on one core): {:.0} %",
        raw.sign.per_second,
        100.0 * rate.per_second / raw.sign.per_second
    ));

    for (label, nonce) in [("with nonce, signed live", Some(vec![2; 32])), ("without nonce", None)] {
        let request =
            OcspRequest { ids: vec![CertId::new(DigestAlgorithm::Sha256, &issuer, certificate.serial())], nonce };
        let request: Arc<[u8]> = request.to_der()?.into();
        let rate =
            load(
                seconds,
                &ca,
                &cx,
                request,
                |ca, cx, request| async move { ca.ocsp(&cx, &request).await.der.len() > 200 },
            )
            .await?;
        table.row(&format!("OCSP {label}, P-256, SQLite, 64 callers, 2 cores"), rate, &[]);
    }
    Ok(())
}

/// `CALLERS` closed loops for `seconds`.
async fn load<F, Fut>(seconds: f64, ca: &Ca, cx: &Cx, request: Arc<[u8]>, work: F) -> Result<Rate, Failed>
where
    F: Fn(Ca, Cx, Arc<[u8]>) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = bool> + Send,
{
    let mut callers = JoinSet::new();
    let start = tick();
    for _ in 0..CALLERS {
        let (ca, cx, request, work) = (ca.clone(), cx.clone(), request.clone(), work.clone());
        callers.spawn(async move {
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
    while let Some(took) = callers.join_next().await {
        all.extend(took??);
    }
    Ok(Rate::of(all, start.elapsed()))
}
