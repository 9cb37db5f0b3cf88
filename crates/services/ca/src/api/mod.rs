//! What operators ask and do over the API.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use contract::ca::{Change, ChangeStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Fault, PageCx, Refuses, Status};

use crate::{Ca, StatusError, issue, status, tsa};

/// A certification authority.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthorityView {
    name: String,
    subject: String,
    serial: String,
    not_before: String,
    not_after: String,
    certificate: String,
    crl: String,
}

/// A certificate.
#[derive(Serialize, ToSchema)]
pub(crate) struct CertificateView {
    id: String,
    issuer: String,
    serial: String,
    profile: String,
    status: String,
    status_since: String,
    reason: Option<u8>,
    not_before: String,
    not_after: String,
    created: String,
    /// DER in base64.
    certificate: Option<String>,
    history: Vec<ChangeView>,
}

/// A change of status.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeView {
    at: String,
    from: String,
    to: String,
    reason: Option<i64>,
    actor: String,
    /// Number of the first revocation list that tells of it.
    crl: Option<i64>,
}

/// The record of a time stamp.
#[derive(Serialize, ToSchema)]
pub(crate) struct StampView {
    serial: i64,
    time: String,
    /// Of the `TSTInfo`: all that the stamp says.
    info_sha256: String,
}

/// What is to become of a certificate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusWish {
    /// `suspend`, `resume` or `revoke`; a certificate is activated by the hand-over of its document alone, and that of a card resumed with the
    /// card.
    change: String,
    /// CRLReason number, for `revoke`.
    reason: Option<u8>,
}

#[derive(Deserialize)]
pub(crate) struct HolderQuery {
    holder: String,
    #[serde(default)]
    after: String,
}

impl Refuses for StatusError {
    fn code(&self) -> Cow<'static, str> {
        Self::code(self).into()
    }
    fn status(&self) -> Status {
        match self {
            Self::NotFound => Status::NOT_FOUND,
            Self::Store(e) if e.transient() => Status::SERVICE_UNAVAILABLE,
            Self::Store(_) => Status::INTERNAL_SERVER_ERROR,
            Self::Reason { .. } => Status::UNPROCESSABLE_ENTITY,
            _ => Status::CONFLICT,
        }
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::Reason { reason } => [("reason".to_owned(), reason.to_string())].into(),
            _ => BTreeMap::new(),
        }
    }
}

fn refused(e: &StatusError) -> Fault {
    Fault { args: e.args(), ..Fault::new(e.status(), Refuses::code(e)) }
}

pub(crate) async fn authorities(State(ca): State<Ca>) -> Answer<Response> {
    let realm = ca.realms().get().await.map_err(|e| crate::unavailable(&e))?;
    let all: Vec<AuthorityView> = realm
        .authorities
        .iter()
        .map(|a| AuthorityView {
            name: a.name.clone(),
            subject: a.certificate.subject().to_string(),
            serial: a.certificate.serial_hex(),
            not_before: a.certificate.not_before().to_string(),
            not_after: a.certificate.not_after().to_string(),
            certificate: format!("{}/ca/{}.cer", realm.public_url, a.name),
            crl: format!("{}/crl/{}.crl", realm.public_url, a.name),
        })
        .collect();
    Ok(Json(all).into_response())
}

pub(crate) async fn certificates(State(ca): State<Ca>, Query(q): Query<HolderQuery>) -> Answer<Response> {
    let found = ca.db().read(|tx| Box::pin(async move { issue::list_of_holder(tx, &q.holder, &q.after).await })).await;
    let rows = found.map_err(|e| refused(&e.into()))?;
    Ok(Json(rows.into_iter().map(|r| view(r, Vec::new())).collect::<Vec<_>>()).into_response())
}

pub(crate) async fn certificate(State(ca): State<Ca>, Path(id): Path<String>) -> Answer<Response> {
    one(&ca, id).await
}

pub(crate) async fn change(
    State(ca): State<Ca>,
    Path(id): Path<String>,
    page: PageCx,
    web::Json(wish): web::Json<StatusWish>,
) -> Answer<Response> {
    let change = match (wish.change.as_str(), wish.reason) {
        ("activate", _) => return Err(refused(&StatusError::NoHandOver)),
        ("suspend", None) => Change::Suspend,
        ("resume", None) => Change::Resume,
        ("revoke", Some(reason)) => Change::Revoke { reason },
        _ => return Err(refused(&StatusError::Reason { reason: wish.reason.unwrap_or_default() })),
    };
    let actor = page.who()?.id;
    let cx = ca.cx().clone();
    status::change_by_hand(&ca, &cx, &ChangeStatus { certificate_id: id.clone(), change, actor })
        .await
        .map_err(|e| refused(&e))?;
    one(&ca, id).await
}

pub(crate) async fn stamp(State(ca): State<Ca>, Path(serial): Path<i64>) -> Answer<Response> {
    let found = ca.db().read(|tx| Box::pin(async move { tsa::of_serial(tx, serial).await })).await;
    let record =
        found.map_err(|e| refused(&e.into()))?.ok_or_else(|| Fault::new(Status::NOT_FOUND, "ca.stamp.not-found"))?;
    let view = StampView { serial, time: record.time.to_string(), info_sha256: issue::hex(&record.info) };
    Ok(Json(view).into_response())
}

async fn one(ca: &Ca, id: String) -> Answer<Response> {
    let found = ca
        .db()
        .read(|tx| {
            Box::pin(async move {
                let row = issue::by_id(tx, &id).await?.ok_or(StatusError::NotFound)?;
                let history = status::changes(tx, &id).await?;
                Ok::<_, StatusError>(view(row, history))
            })
        })
        .await;
    Ok(Json(found.map_err(|e| refused(&e))?).into_response())
}

fn view(row: issue::CertificateRow, history: Vec<status::Change>) -> CertificateView {
    CertificateView {
        id: row.id,
        issuer: row.issuer,
        serial: pki::certificate::serial_hex(&row.serial),
        profile: row.profile,
        status: if row.der.is_some() { row.status.name().to_owned() } else { "intended".to_owned() },
        status_since: row.status_since.to_string(),
        reason: row.reason,
        not_before: row.not_before.to_string(),
        not_after: row.not_after.to_string(),
        created: row.created.to_string(),
        certificate: row.der.map(|d| STANDARD.encode(d)),
        history: history
            .into_iter()
            .map(|c| ChangeView {
                at: c.at.to_string(),
                from: c.from,
                to: c.to,
                reason: c.reason,
                actor: c.actor,
                crl: c.crl,
            })
            .collect(),
    }
}
