//! Status on request (RFC 6960, RFC 9654, RFC 9919). Every answer reads the status from the database, so a revocation shows in the
//! next answer on every node. A serial number that was never issued is answered "revoked" (extended revoke), never "good";
//! a certificate that waits for activation is on hold.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use base::Cx;
use jiff::{SignedDuration, Timestamp};
use keys::{Signer, ToSign};
use pki::{
    CertId, CertStatus, Certificate, OcspErrorStatus, OcspRequest, OcspResponseTemplate, RevocationReason,
    SingleResponse, ocsp_error,
};

use crate::{
    Ca,
    authority::{Authority, PkiError, Realm, Role, ServiceKind, usable},
    profile::whole,
};

mod routes;
mod rows;

pub(crate) use routes::{get, post};
pub(crate) use rows::QUERIES;

/// Largest request taken.
pub(crate) const MAX_REQUEST: usize = 64 * 1024;
/// How long a responder's key is used before it is looked up again.
const KEY_FOR: SignedDuration = SignedDuration::from_secs(60);
/// How long a signed answer may be given again while the status stays the same.
const AGAIN_FOR: SignedDuration = SignedDuration::from_secs(30);
/// Answers kept.
const KEPT: usize = 20_000;

/// An answer, and what a cache may know of it.
#[derive(Clone, Debug)]
pub struct OcspAnswer {
    /// DER of the `OCSPResponse`.
    pub der: Arc<[u8]>,
    /// Time of the status and its end, unless it answers a nonce or tells of an error.
    pub holds: Option<(Timestamp, Timestamp)>,
}

#[derive(Clone)]
struct Responder {
    /// Id of its certificate.
    id: Arc<str>,
    certificate: Certificate,
    signer: Arc<dyn Signer>,
    looked_up: Timestamp,
}

/// What the status row said when an answer was signed.
type Seen = Option<(i64, &'static str)>;

struct Kept {
    /// Who signed it.
    responder: Arc<str>,
    seen: Seen,
    made: Timestamp,
    until: Timestamp,
    der: Arc<[u8]>,
}

/// Responders and signed answers of this node.
#[derive(Default)]
pub(crate) struct Memory {
    responders: RwLock<HashMap<Role, Responder>>,
    answers: Mutex<HashMap<Vec<u8>, Kept>>,
}

impl Memory {
    fn forget(&self, role: Role) {
        self.responders.write().unwrap_or_else(PoisonError::into_inner).remove(&role);
    }
}

/// Answers a request. Never fails: trouble is an OCSP error.
pub(crate) async fn answer(ca: &Ca, cx: &Cx, request: &[u8]) -> OcspAnswer {
    let (answer, outcome) = match try_answer(ca, cx, request).await {
        Ok(answer) => (answer, "answered"),
        Err(Trouble::Malformed) => (refused(OcspErrorStatus::MalformedRequest), "malformed"),
        Err(Trouble::NotOurs) => (refused(OcspErrorStatus::Unauthorized), "unauthorized"),
        Err(Trouble::Pki(e)) if e.transient() => {
            tracing::warn!(code = e.code(), error = %e, "OCSP cannot answer now");
            (refused(OcspErrorStatus::TryLater), "try-later")
        }
        Err(Trouble::Pki(e)) => {
            tracing::error!(code = e.code(), error = %e, "OCSP cannot answer");
            (refused(OcspErrorStatus::InternalError), "internal")
        }
    };
    metrics::counter!("enkurs_ca_ocsp_total", "outcome" => outcome).increment(1);
    answer
}

enum Trouble {
    Malformed,
    NotOurs,
    Pki(PkiError),
}

impl<E: Into<PkiError>> From<E> for Trouble {
    fn from(e: E) -> Self {
        Self::Pki(e.into())
    }
}

fn refused(status: OcspErrorStatus) -> OcspAnswer {
    OcspAnswer { der: ocsp_error(status).into(), holds: None }
}

async fn try_answer(ca: &Ca, cx: &Cx, request: &[u8]) -> Result<OcspAnswer, Trouble> {
    if request.len() > MAX_REQUEST {
        return Err(Trouble::Malformed);
    }
    let request = OcspRequest::from_der(request).map_err(|_| Trouble::Malformed)?;
    let realm = ca.realms().get().await?;
    // One response has one signer: the responder of the first authority named that is ours.
    let authority = request.ids.iter().find_map(|id| realm.of(id)).ok_or(Trouble::NotOurs)?.clone();
    let mut responder = responder(ca, cx, authority.role).await?;
    let mut seen = lookup(ca, &realm, &authority, &responder, &request.ids).await?;
    if seen.is_none() {
        // Its certificate was revoked or suspended since it was looked up.
        ca.memory().forget(authority.role);
        responder = self::responder(ca, cx, authority.role).await?;
        seen = lookup(ca, &realm, &authority, &responder, &request.ids).await?;
    }
    let seen = seen.ok_or(PkiError::NoServiceKey { service: ServiceKind::Ocsp.name() })?;
    let now = whole(cx.now());
    if let ([id], [row], None) = (request.ids.as_slice(), seen.as_slice(), &request.nonce)
        && let Some(known) = recall(ca, id, &responder, row.as_ref().map(rows::StatusRow::seen), now)
    {
        return Ok(known);
    }
    let wished = now.checked_add(SignedDuration::from_mins(i64::from(ca.config().ocsp.valid_minutes))).unwrap_or(now);
    let next_update = wished.min(responder.certificate.not_after()).max(now);
    let mut not_issued = false;
    let responses = request.ids.iter().zip(&seen).map(|(id, row)| {
        let ours = realm.of(id).is_some_and(|a| a.name == authority.name);
        not_issued |= ours && row.is_none();
        SingleResponse {
            id: id.clone(),
            status: if ours { status(row.as_ref()) } else { CertStatus::Unknown },
            this_update: now,
            next_update: Some(next_update),
            archive_cutoff: ours.then(|| authority.certificate.not_before()),
        }
    });
    let responses: Vec<SingleResponse> = responses.collect();
    let template = OcspResponseTemplate {
        responder_key_id: responder.certificate.public_key().key_id(),
        produced_at: now,
        responses,
        nonce: request.nonce.clone(),
        extended_revoke: not_issued,
    };
    let tbs = template.tbs().map_err(broken)?;
    crate::issue::passed(&pki::lint::tbs_ocsp(&tbs)).map_err(PkiError::from)?;
    let signature = responder.signer.sign(ToSign::Message(&tbs), "ocsp").await?;
    let chain = std::slice::from_ref(&responder.certificate);
    let der: Arc<[u8]> =
        OcspResponseTemplate::assemble(&tbs, responder.signer.algorithm(), &signature, chain).map_err(broken)?.into();
    if let ([id], [row], None) = (request.ids.as_slice(), seen.as_slice(), &request.nonce) {
        let seen = row.as_ref().map(rows::StatusRow::seen);
        keep(ca, id, Kept { responder: responder.id, seen, made: now, until: next_update, der: der.clone() });
    }
    Ok(OcspAnswer { der, holds: request.nonce.is_none().then_some((now, next_update)) })
}

/// The status rows of the ids that belong to `authority`, `None` in it for serial numbers that were never issued; nothing when the
/// responder must not answer any more.
async fn lookup(
    ca: &Ca,
    realm: &Realm,
    authority: &Authority,
    responder: &Responder,
    ids: &[CertId],
) -> Result<Option<Vec<Option<rows::StatusRow>>>, PkiError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        if realm.of(id).is_none_or(|a| a.name != authority.name) {
            found.push(None);
            continue;
        }
        let Some(row) = rows::status(ca.db(), &authority.name, &id.serial, &responder.id).await? else {
            return Ok(None);
        };
        found.push(row);
    }
    Ok(Some(found))
}

fn status(row: Option<&rows::StatusRow>) -> CertStatus {
    match row {
        None => CertStatus::Revoked { at: Timestamp::UNIX_EPOCH, reason: Some(RevocationReason::CertificateHold) },
        Some(row) if row.status == "good" => CertStatus::Good,
        Some(row) if row.status == "revoked" => {
            CertStatus::Revoked { at: whole(row.since), reason: row.reason.and_then(RevocationReason::from_code) }
        }
        Some(row) => CertStatus::Revoked { at: whole(row.since), reason: Some(RevocationReason::CertificateHold) },
    }
}

async fn responder(ca: &Ca, cx: &Cx, role: Role) -> Result<Responder, PkiError> {
    let now = cx.now();
    let known = ca.memory().responders.read().unwrap_or_else(PoisonError::into_inner).get(&role).cloned();
    if let Some(known) = known
        && now.duration_since(known.looked_up).abs() < KEY_FOR
        && known.certificate.is_valid_at(now)
    {
        return Ok(known);
    }
    let (key, signer) = usable(ca, cx, ServiceKind::Ocsp, role).await?;
    let found = Responder { id: key.id.into(), certificate: key.certificate, signer, looked_up: now };
    ca.memory().responders.write().unwrap_or_else(PoisonError::into_inner).insert(role, found.clone());
    Ok(found)
}

/// An answer signed a moment ago, if the status is still the one it tells of.
fn recall(ca: &Ca, id: &CertId, responder: &Responder, seen: Seen, now: Timestamp) -> Option<OcspAnswer> {
    let answers = ca.memory().answers.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = answers.get(id.to_der())?;
    let age = now.duration_since(kept.made);
    let fresh = !age.is_negative() && age < AGAIN_FOR && now < kept.until;
    (fresh && kept.seen == seen && kept.responder == responder.id)
        .then(|| OcspAnswer { der: kept.der.clone(), holds: Some((kept.made, kept.until)) })
}

fn keep(ca: &Ca, id: &CertId, kept: Kept) {
    let mut answers = ca.memory().answers.lock().unwrap_or_else(PoisonError::into_inner);
    if answers.len() >= KEPT {
        answers.clear();
    }
    answers.insert(id.to_der().to_vec(), kept);
}

fn broken(source: pki::Error) -> PkiError {
    PkiError::Issue(Box::new(source.into()))
}
