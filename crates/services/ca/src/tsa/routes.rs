use axum::{
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse as _,
};
use web::Answer;

use super::answer;
use crate::Ca;

/// `POST /tsa` (RFC 3161 section 3.4).
pub(crate) async fn post(State(ca): State<Ca>, body: Bytes) -> Answer {
    let cx = ca.cx().clone();
    let der = answer(&ca, &cx, &body).await;
    Ok((
        StatusCode::OK,
        [(header::CONTENT_TYPE, "application/timestamp-reply"), (header::CACHE_CONTROL, "no-store")],
        der,
    )
        .into_response())
}
