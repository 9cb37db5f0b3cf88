use axum::{
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use jiff::fmt::rfc2822::DateTimePrinter;
use store::StoreError;
use web::{Answer, Fault};

use super::rows;
use crate::Ca;

/// `GET /crl/NAME.crl`
pub(crate) async fn get(State(ca): State<Ca>, Path(file): Path<String>, headers: HeaderMap) -> Answer {
    let name = file.strip_suffix(".crl").ok_or_else(Fault::not_found)?.to_owned();
    let found = ca.db().read(|tx| Box::pin(async move { rows::latest(tx, &name).await })).await;
    let latest = found.map_err(|e: StoreError| crate::unavailable(&e))?.ok_or_else(Fault::not_found)?;
    let tag = format!("\"{file}-{}\"", latest.number);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes()) {
        return Ok((axum::http::StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    // A change of status must show at once: caches ask each time, and get nothing when there is nothing new.
    Ok((
        [
            (header::CONTENT_TYPE, "application/pkix-crl".to_owned()),
            (header::CACHE_CONTROL, "public, no-cache".to_owned()),
            (header::ETAG, tag),
            (header::LAST_MODIFIED, http_date(latest.this_update)),
            (header::EXPIRES, http_date(latest.next_update)),
        ],
        latest.der,
    )
        .into_response())
}

/// `GET /ca/NAME.cer`
pub(crate) async fn authority_certificate(State(ca): State<Ca>, Path(file): Path<String>) -> Answer<Response> {
    let name = file.strip_suffix(".cer").ok_or_else(Fault::not_found)?;
    let realm = ca.realms().get().await.map_err(|e| crate::unavailable(&e))?;
    let authority = realm.named(name).ok_or_else(Fault::not_found)?;
    Ok((
        [(header::CONTENT_TYPE, "application/pkix-cert"), (header::CACHE_CONTROL, "public, max-age=86400")],
        authority.certificate.der().to_vec(),
    )
        .into_response())
}

/// The form of RFC 9110 section 5.6.7.
pub(crate) fn http_date(at: jiff::Timestamp) -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default()
}
