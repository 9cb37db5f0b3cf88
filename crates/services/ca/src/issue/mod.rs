//! Issuing: prepare → lint → commit the intent → sign → compare → commit the result.
//!
//! A crash at any point leaves either nothing or an intent that the same call or the job [`FINISH`] completes; a signature that
//! is not on record was never given to anyone. The same key of the caller gives the same certificate.

use std::sync::Arc;

use base::{Cx, Id};
use jiff::{SignedDuration, Timestamp};
use keys::ToSign;
use pki::{Certificate, CertificateTemplate, DigestAlgorithm, SignatureAlgorithm};
use serde::{Deserialize, Serialize};
use store::{JobError, NewJob, StoreError};

use crate::{
    Ca,
    authority::{Authority, PkiError},
    profile::{self, Kind, Wanted},
    status::Status,
};

mod error;
mod holder;
mod lint;
mod rows;

pub use error::IssueError;
pub(crate) use holder::issue_for;
pub(crate) use lint::passed;
pub(crate) use rows::{CertificateRow, QUERIES, by_id, list_of_holder};

/// Kind of the job that finishes what a crash or a missing token interrupted.
pub(crate) const FINISH: &str = "ca.issue.finish";

/// A certificate to be issued.
pub(crate) struct Order {
    pub(crate) key: String,
    pub(crate) kind: Kind,
    /// `None` for the root.
    pub(crate) issuer: Option<Arc<Authority>>,
    /// Label of the root's own key.
    pub(crate) self_label: Option<String>,
    pub(crate) spki: Vec<u8>,
    pub(crate) not_after: Option<Timestamp>,
    pub(crate) on_hold: bool,
    pub(crate) public_url: String,
}

/// An issued certificate with its id.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) certificate: Certificate,
}

/// An intent as the database keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) id: Id<Certificate>,
    pub(crate) request_key: String,
    pub(crate) request_digest: Vec<u8>,
    pub(crate) issuer: String,
    pub(crate) serial: Vec<u8>,
    pub(crate) profile: &'static str,
    pub(crate) holder: Option<String>,
    pub(crate) key_label: String,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) tbs: Vec<u8>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) on_hold: bool,
}

/// Issues, or finds what was issued for the same key.
pub(crate) async fn issue(ca: &Ca, cx: &Cx, order: Order) -> Result<Made, IssueError> {
    let digest = digest_of(&order);
    let known = {
        let key = order.key.clone();
        ca.db().read(|tx| Box::pin(async move { rows::by_key(tx, &key).await })).await?
    };
    if let Some(row) = known {
        return resume(ca, cx, row, &digest).await;
    }
    let intent = prepare(ca, cx, &order, digest.clone()).await?;
    lint::check(&intent.tbs, &order.kind, order.issuer.as_deref())?;
    let row = ca
        .db()
        .write(&(cx, &intent), |tx, (cx, intent)| Box::pin(async move { commit_intent(tx, cx, intent).await }))
        .await?;
    resume(ca, cx, row, &digest).await
}

async fn resume(ca: &Ca, cx: &Cx, row: CertificateRow, digest: &[u8]) -> Result<Made, IssueError> {
    if row.request_digest != digest {
        return Err(IssueError::KeyReused);
    }
    finish(ca, cx, row).await
}

/// What the caller asked, so that one key cannot stand for two requests.
fn digest_of(order: &Order) -> Vec<u8> {
    let subject = match &order.kind {
        Kind::Holder(_, s) => serde_json::to_string(s).unwrap_or_default(),
        _ => String::new(),
    };
    let issuer = order.issuer.as_ref().map_or("", |i| i.name.as_str());
    let end = order.not_after.map_or(0, Timestamp::as_microsecond).to_be_bytes();
    let mut digest = pki::Digester::new(DigestAlgorithm::Sha256);
    for part in [
        order.kind.name().as_bytes(),
        issuer.as_bytes(),
        subject.as_bytes(),
        &order.spki,
        &end,
        &[u8::from(order.on_hold)],
    ] {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finish()
}

async fn prepare(ca: &Ca, cx: &Cx, order: &Order, request_digest: Vec<u8>) -> Result<Intent, IssueError> {
    let label = match (&order.issuer, &order.self_label) {
        (Some(issuer), _) => issuer.key_label.clone(),
        (None, Some(own)) => own.clone(),
        (None, None) => return Err(PkiError::NotCreated.into()),
    };
    let signer = ca.realms().signer(&label).await?;
    let mut serial = cx.bytes::<16>();
    // 126 random bits; positive, and never shorter than 16 octets.
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x7f | 0x40;
    }
    let now = cx.now();
    let template: CertificateTemplate = profile::template(&Wanted {
        config: ca.config(),
        public_url: &order.public_url,
        issuer: order.issuer.as_deref(),
        algorithm: signer.algorithm(),
        kind: &order.kind,
        spki: &order.spki,
        serial: &serial,
        now,
        not_after: order.not_after,
    })?;
    let holder = match &order.kind {
        Kind::Holder(_, s) => s.identifier.clone().or_else(|| s.dns.first().cloned()),
        _ => None,
    };
    Ok(Intent {
        id: cx.id(),
        request_key: order.key.clone(),
        request_digest,
        issuer: order.issuer.as_ref().map_or("root", |i| i.name.as_str()).to_owned(),
        serial: serial.to_vec(),
        profile: order.kind.name(),
        holder,
        key_label: label,
        algorithm: signer.algorithm(),
        tbs: template.tbs()?,
        not_before: template.not_before,
        not_after: template.not_after,
        on_hold: order.on_hold,
    })
}

async fn commit_intent(tx: &mut store::Tx, cx: &Cx, intent: &Intent) -> Result<CertificateRow, IssueError> {
    if rows::put_intent(tx, intent, cx.now()).await? {
        let body = serde_json::json!({
            "issuer": intent.issuer, "serial": pki::certificate::serial_hex(&intent.serial), "profile": intent.profile,
            "tbs_sha256": hex(&DigestAlgorithm::Sha256.of(&intent.tbs)),
        });
        ledger::record(tx, ledger::Entry::new("ca.certificate.intended", intent.id, body)).await?;
        let later = cx.now().checked_add(SignedDuration::from_secs(30)).unwrap_or_default();
        tx.enqueue(
            NewJob::new(FINISH, &Finish { certificate: intent.id.to_string() })?
                .key(intent.id.to_string())
                .at(later)
                .most(1000),
        )
        .await?;
    }
    rows::by_key(tx, &intent.request_key).await?.ok_or_else(|| StoreError::NotFound.into())
}

/// Signs what was intended and commits the result, unless that is done.
async fn finish(ca: &Ca, cx: &Cx, row: CertificateRow) -> Result<Made, IssueError> {
    if let Some(der) = &row.der {
        return Ok(Made { id: row.id.clone(), certificate: Certificate::from_der(der)? });
    }
    let signer = ca.realms().signer(&row.key_label).await?;
    let algorithm = signer.algorithm();
    let signature = signer.sign(ToSign::Message(&row.tbs), &row.id).await?;
    let certificate = CertificateTemplate::assemble(&row.tbs, algorithm, &signature)?;
    // Compare: the bytes intended, and a signature that the issuer's key made.
    if certificate.tbs() != row.tbs.as_slice() {
        return Err(IssueError::Mismatch { what: "content" });
    }
    pki::verify(signer.spki_der(), algorithm, &row.tbs, &signature)
        .map_err(|_| IssueError::Mismatch { what: "signature" })?;
    let kept = ca
        .db()
        .write(&(cx, (&row, &certificate)), |tx, (cx, (row, certificate))| {
            Box::pin(async move { commit_result(tx, cx, row, certificate).await })
        })
        .await?;
    metrics::counter!("enkurs_ca_certificates_issued_total", "profile" => row.profile.clone()).increment(1);
    Ok(Made { id: row.id, certificate: Certificate::from_der(&kept)? })
}

async fn commit_result(
    tx: &mut store::Tx,
    cx: &Cx,
    row: &CertificateRow,
    certificate: &Certificate,
) -> Result<Vec<u8>, IssueError> {
    if !rows::set_issued(tx, &row.id, certificate.der()).await? {
        // Another call or the job was first; what it recorded holds.
        let there = rows::by_id(tx, &row.id).await?.and_then(|r| r.der);
        return there.ok_or_else(|| StoreError::NotFound.into());
    }
    if row.status == Status::Pending {
        crate::status::record_birth(tx, cx, row).await?;
    }
    let body = serde_json::json!({
        "issuer": row.issuer, "serial": certificate.serial_hex(), "profile": row.profile, "status": row.status.name(),
        "certificate_sha256": hex(&certificate.fingerprint(DigestAlgorithm::Sha256)),
    });
    ledger::record(tx, ledger::Entry::new("ca.certificate.issued", &row.id, body.clone())).await?;
    tx.event(store::NewEvent { topic: "ca.certificate.issued", subject: row.id.clone(), body }).await?;
    Ok(certificate.der().to_vec())
}

#[derive(Serialize, Deserialize)]
struct Finish {
    certificate: String,
}

/// The job: completes an intent that nobody completed.
pub(crate) async fn finish_job(ca: &Ca, cx: &Cx, job: &store::Job) -> Result<(), JobError> {
    let Finish { certificate } = job.read()?;
    let row =
        ca.db().read(|tx| Box::pin(async move { rows::by_id(tx, &certificate).await })).await.map_err(crate::again)?;
    match row {
        Some(row) => finish(ca, cx, row)
            .await
            .map(|_| ())
            .map_err(|e| if e.transient() { JobError::retry(e.code()) } else { JobError::dead(e.code()) }),
        None => Ok(()),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
