//! Revocation lists (RFC 5280 section 5, EN 319 411-2 section 6.2): one complete list an authority, its number never going
//! back on any node, made anew with every change of status and before the old one ends. Revoked certificates stay listed
//! after they have expired.

use base::Cx;
use jiff::SignedDuration;
use keys::ToSign;
use pki::{Crl, CrlEntry, CrlTemplate, RevocationReason};
use serde::{Deserialize, Serialize};
use store::{Job, JobError, StoreError, Tx};

use crate::{
    Ca,
    authority::{Authority, PkiError},
    profile::whole,
};

mod routes;
mod rows;

pub(crate) use routes::{authority_certificate, get, http_date};
pub(crate) use rows::QUERIES;

/// Kind of the job that tells of a change of status.
pub(crate) const PUBLISH: &str = "ca.crl.publish";
/// Kind of the scheduled job.
pub(crate) const REFRESH: &str = "ca.crl.refresh";

/// Body of [`PUBLISH`].
#[derive(Serialize, Deserialize)]
pub(crate) struct Publish {
    pub(crate) issuer: String,
}

/// A list about to be signed.
struct Draft {
    number: i64,
    tbs: Vec<u8>,
    entries: usize,
}

/// Makes a list if a change is not told of yet or the last list is getting old.
pub(crate) async fn refresh(ca: &Ca, cx: &Cx, issuer: &str) -> Result<(), PkiError> {
    let name = issuer.to_owned();
    let (waiting, last) = ca
        .db()
        .read(|tx| {
            Box::pin(
                async move { Ok::<_, StoreError>((rows::waiting(tx, &name).await?, rows::latest(tx, &name).await?)) },
            )
        })
        .await?;
    let pause = SignedDuration::from_mins(i64::from(ca.config().crl.refresh_minutes));
    let old = last.is_none_or(|l| l.this_update.checked_add(pause).is_ok_and(|due| due <= cx.now()));
    if waiting || old { publish(ca, cx, issuer).await } else { Ok(()) }
}

async fn publish(ca: &Ca, cx: &Cx, issuer: &str) -> Result<(), PkiError> {
    let realm = ca.realms().read().await?;
    let authority = realm.named(issuer).ok_or(PkiError::Unknown)?.clone();
    let signer = ca.realms().signer(&authority.key_label).await?;
    let algorithm = signer.algorithm();
    let draft = ca
        .db()
        .write(&(cx, (ca, authority.as_ref(), algorithm)), |tx, (cx, (ca, authority, algorithm))| {
            Box::pin(async move { draft(tx, cx, ca, authority, *algorithm).await })
        })
        .await?;
    let intent = format!("crl:{issuer}:{}", draft.number);
    let signature = signer.sign(ToSign::Message(&draft.tbs), &intent).await?;
    let der = CrlTemplate::assemble(&draft.tbs, algorithm, &signature).map_err(unbuildable)?;
    let crl = Crl::from_der(&der).map_err(unbuildable)?;
    crl.verify_signed_by(&authority.certificate).map_err(unbuildable)?;
    ca.db()
        .write(&(cx, (issuer, &draft, &der)), |tx, (_, (issuer, draft, der))| {
            Box::pin(async move {
                rows::signed(tx, issuer, draft.number, der).await?;
                let body = serde_json::json!({ "number": draft.number, "entries": draft.entries, "sha256": crate::issue::hex(&pki::DigestAlgorithm::Sha256.of(der)) });
                ledger::record(tx, ledger::Entry::new("ca.crl.published", issuer, body)).await.map(|_| ())
            })
        })
        .await?;
    metrics::counter!("enkurs_ca_crl_published_total", "issuer" => issuer.to_owned()).increment(1);
    Ok(())
}

/// Decides number and content and commits them; what changes after this waits for the next list.
async fn draft(
    tx: &mut Tx,
    cx: &Cx,
    ca: &Ca,
    authority: &Authority,
    algorithm: pki::SignatureAlgorithm,
) -> Result<Draft, PkiError> {
    let number = rows::next_number(tx, &authority.name).await?;
    let this_update = whole(cx.now());
    let valid = SignedDuration::from_mins(i64::from(ca.config().crl.valid_minutes));
    let next_update = this_update.checked_add(valid).unwrap_or(this_update);
    let mut encoder = CrlTemplate {
        signature: algorithm,
        issuer: authority.certificate.subject().clone(),
        this_update,
        next_update,
        number: u64::try_from(number).unwrap_or_default(),
        authority_key_id: authority.certificate.public_key().key_id(),
        distribution_point: None,
        delta_base: None,
        expired_certificates: Some(whole(authority.created)),
    }
    .encoder();
    let mut entries = 0;
    for listed in rows::listed(tx, &authority.name).await? {
        let reason = listed.reason.and_then(RevocationReason::from_code);
        let revoked_at = whole(listed.since);
        encoder
            .push(&CrlEntry { serial: listed.serial, revoked_at, reason, invalid_since: None })
            .map_err(unbuildable)?;
        entries += 1;
    }
    let tbs = encoder.finish().map_err(unbuildable)?;
    crate::issue::passed(&pki::lint::tbs_crl(&tbs, &authority.certificate))?;
    rows::put(tx, &authority.name, number, this_update, next_update, &tbs).await?;
    Ok(Draft { number, tbs, entries })
}

fn unbuildable(source: pki::Error) -> PkiError {
    PkiError::Issue(Box::new(source.into()))
}

/// The job of a change of status.
pub(crate) async fn publish_job(ca: &Ca, cx: &Cx, job: &Job) -> Result<(), JobError> {
    let Publish { issuer } = job.read()?;
    refresh(ca, cx, &issuer).await.map_err(|e| JobError::retry(e.code()))
}

/// The scheduled job.
pub(crate) async fn refresh_job(ca: &Ca, cx: &Cx) -> Result<(), JobError> {
    let realm = ca.realms().get().await.map_err(|e| JobError::retry(e.code()))?;
    for authority in &realm.authorities {
        refresh(ca, cx, &authority.name).await.map_err(|e| JobError::retry(e.code()))?;
    }
    Ok(())
}
