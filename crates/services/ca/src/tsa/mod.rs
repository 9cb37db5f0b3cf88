//! Time stamps (RFC 3161, RFC 5816, EN 319 421, EN 319 422).
//!
//! Serial numbers are reserved in blocks, so they are unique across restarts and nodes. The record of a stamp is committed before
//! the stamp is given out, many stamps to one commit. When the clock is in doubt, no stamp is made.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicI64, Ordering},
};

use base::Cx;
use jiff::{SignedDuration, Timestamp};
use keys::ToSign;
use pki::{
    Certificate, DigestAlgorithm, FailureInfo, Oid, TimeStampRequest, TimeStampResponse, TokenTemplate, TstInfo,
    tsp::rejection,
};

use crate::{
    Ca, TsaConfig,
    authority::{PkiError, Role, ServiceKind, usable},
};

mod batch;
mod clock;
mod routes;
mod rows;
mod serials;
mod utc;

pub use clock::{Certainty, ClockHealth, DriftWatch, Steady, TimeWitness, TrustedClock};
pub(crate) use routes::post;
pub(crate) use rows::{QUERIES, of_serial};
pub use utc::UtcWatch;

use batch::{Batcher, Committed, New, Record};
use serials::Serials;

/// Largest request taken.
pub(crate) const MAX_REQUEST: usize = 64 * 1024;
/// How long a unit's key is used before it is looked up again.
const KEY_FOR: SignedDuration = SignedDuration::from_secs(60);
/// How far a stamp may lie before the last one given out: what threads that run side by side explain.
const STEP_BACK: SignedDuration = SignedDuration::from_millis(100);

struct Unit {
    /// Id of its certificate.
    id: Arc<str>,
    certificate: Certificate,
    chain: Vec<Certificate>,
    signer: Arc<dyn keys::Signer>,
    digest: DigestAlgorithm,
    looked_up: Timestamp,
}

/// What this node's time-stamping unit keeps in memory.
pub(crate) struct Memory {
    policy: Oid,
    unit: RwLock<Option<Arc<Unit>>>,
    serials: Serials,
    batcher: Batcher,
    latest: AtomicI64,
}

impl Memory {
    pub(crate) fn new(config: &TsaConfig) -> Self {
        Self {
            policy: Oid::new(&config.policy).unwrap_or(pki::oid::BEST_PRACTICE_TIME_STAMP_POLICY),
            unit: RwLock::default(),
            serials: Serials::new(config.serial_block),
            batcher: Batcher::default(),
            latest: AtomicI64::new(i64::MIN),
        }
    }
    fn forget(&self) {
        *self.unit.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

enum Trouble {
    Refused(FailureInfo, &'static str),
    Pki(PkiError),
}

impl<E: Into<PkiError>> From<E> for Trouble {
    fn from(e: E) -> Self {
        Self::Pki(e.into())
    }
}

/// Answers a request. Never fails: trouble is a rejection.
pub(crate) async fn answer(ca: &Ca, cx: &Cx, request: &[u8]) -> Vec<u8> {
    let (der, outcome) = match try_answer(ca, cx, request).await {
        Ok(der) => (der, "granted"),
        Err(Trouble::Refused(info, text)) => (rejection(info, text), text),
        Err(Trouble::Pki(e)) => {
            tracing::warn!(code = e.code(), error = %e, "no time stamp can be made now");
            (rejection(FailureInfo::SystemFailure, e.code()), "system-failure")
        }
    };
    metrics::counter!("enkurs_ca_timestamps_total", "outcome" => outcome).increment(1);
    der
}

async fn try_answer(ca: &Ca, cx: &Cx, request: &[u8]) -> Result<Vec<u8>, Trouble> {
    if request.len() > MAX_REQUEST {
        return Err(Trouble::Refused(FailureInfo::BadDataFormat, "request-too-large"));
    }
    let request = TimeStampRequest::from_der(request).map_err(|info| Trouble::Refused(info, named(info)))?;
    if request.policy.is_some_and(|p| p != ca.stamps().policy) {
        return Err(Trouble::Refused(FailureInfo::UnacceptedPolicy, "unaccepted-policy"));
    }
    if let Some(stamp) = stamp(ca, cx, &request).await? {
        return Ok(stamp);
    }
    // The certificate of the unit was revoked or suspended since it was looked up: another unit stamps.
    ca.stamps().forget();
    stamp(ca, cx, &request).await?.ok_or(Trouble::Refused(FailureInfo::SystemFailure, "unit-certificate-not-in-force"))
}

/// A stamp that is on record; nothing when the certificate of the unit is revoked or suspended.
async fn stamp(ca: &Ca, cx: &Cx, request: &TimeStampRequest) -> Result<Option<Vec<u8>>, Trouble> {
    let unit = unit(ca, cx).await?;
    let memory = ca.stamps();
    let serial = memory.serials.next(ca.db(), cx).await?;
    let now = time(ca, cx)?;
    if !unit.certificate.is_valid_at(now) {
        return Err(Trouble::Refused(FailureInfo::TimeNotAvailable, "unit-certificate-not-in-force"));
    }
    let info = TstInfo {
        policy: memory.policy,
        digest: request.digest,
        imprint: request.imprint.clone(),
        serial: serial.to_be_bytes().to_vec(),
        time: now,
        accuracy_micros: Some(u64::from(ca.config().tsa.accuracy()) * 1000),
        ordering: false,
        nonce: request.nonce.clone(),
        tsa: None,
        qualified: ca.config().tsa.qualified,
    };
    let template =
        TokenTemplate::new(&info, unit.digest, unit.signer.algorithm(), &unit.certificate).map_err(broken)?;
    crate::issue::passed(&pki::lint::tst_info(template.content())).map_err(PkiError::from)?;
    // The disk takes the record while the processor signs; a stamp that then fails to be signed is on record and nowhere else.
    let record = Record { serial, time: now, info: DigestAlgorithm::Sha256.of(template.content()) };
    let committed = memory.batcher.commit(ca, cx, New { record, unit: unit.id.clone() });
    let token = token(&unit, &template, request.certificate).await;
    // Whatever became of the signature, no answer goes out before the record has been decided.
    match committed.await? {
        Committed::UnitNotInForce => Ok(None),
        _ => Ok(Some(TimeStampResponse::granted(&token?))),
    }
}

/// The signed token, with the chain of the unit if it was asked for.
async fn token(unit: &Unit, template: &TokenTemplate, chain: bool) -> Result<Vec<u8>, Trouble> {
    let signed = template.to_be_signed().map_err(broken)?;
    let signature = unit.signer.sign(ToSign::Message(&signed), "time-stamp").await?;
    Ok(template.assemble(&signed, &signature, chain.then_some(unit.chain.as_slice())).map_err(broken)?)
}

/// The time to stamp, if it can be relied on.
fn time(ca: &Ca, cx: &Cx) -> Result<Timestamp, Trouble> {
    let now = cx.now();
    if let Err(doubt) = ca.clock_health().check(now) {
        tracing::error!(doubt, "the clock is in doubt: no time stamps");
        return Err(Trouble::Refused(FailureInfo::TimeNotAvailable, "clock-in-doubt"));
    }
    let us = now.as_microsecond();
    let before = ca.stamps().latest.fetch_max(us, Ordering::AcqRel);
    if i128::from(us) + STEP_BACK.as_micros() < i128::from(before) {
        tracing::error!("the clock went back: no time stamps until it has caught up");
        return Err(Trouble::Refused(FailureInfo::TimeNotAvailable, "clock-went-back"));
    }
    Ok(now)
}

async fn unit(ca: &Ca, cx: &Cx) -> Result<Arc<Unit>, Trouble> {
    let now = cx.now();
    let memory = ca.stamps();
    let known = memory.unit.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(known) = known
        && now.duration_since(known.looked_up).abs() < KEY_FOR
        && known.certificate.is_valid_at(now)
    {
        return Ok(known);
    }
    // A stamp of another node, or of this one before it stopped, is never followed by an earlier one.
    let last = ca.db().read(|tx| Box::pin(async move { rows::latest(tx).await })).await?;
    if let Some(last) = last {
        memory.latest.fetch_max(last.as_microsecond(), Ordering::AcqRel);
    }
    // By a clock in doubt no certificate is found to have ended, and none is made.
    time(ca, cx)?;
    let (key, signer) = usable(ca, cx, ServiceKind::Tsu, Role::TimeStamping).await?;
    let realm = ca.realms().get().await?;
    let issuer = realm.role(Role::TimeStamping)?;
    let digest = signer.algorithm().companion_digest();
    let unit = Arc::new(Unit {
        id: key.id.into(),
        chain: vec![issuer.certificate.clone()],
        certificate: key.certificate,
        signer,
        digest,
        looked_up: now,
    });
    *memory.unit.write().unwrap_or_else(PoisonError::into_inner) = Some(unit.clone());
    Ok(unit)
}

fn named(info: FailureInfo) -> &'static str {
    match info {
        FailureInfo::BadAlg => "bad-algorithm",
        FailureInfo::BadRequest => "bad-request",
        FailureInfo::BadDataFormat => "bad-data-format",
        FailureInfo::UnacceptedPolicy => "unaccepted-policy",
        FailureInfo::UnacceptedExtension => "unaccepted-extension",
        FailureInfo::AddInfoNotAvailable => "information-not-available",
        FailureInfo::TimeNotAvailable => "time-not-available",
        FailureInfo::SystemFailure => "system-failure",
    }
}

fn broken(source: pki::Error) -> PkiError {
    PkiError::Issue(Box::new(source.into()))
}
