//! `Idempotency-Key`: a creating request sent twice does its work once and gets the same answer twice.

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    body::{self, Body},
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use store::{
    Db,
    idempotency::{self, Claim},
};

use crate::{Fault, PageCx, Status, limits::Class, upload::too_large};

const KEY: &str = "idempotency-key";
/// Longest answer that is kept.
const MOST: usize = 1 << 20;

pub(super) async fn once(State((db, class)): State<(Db, Class)>, req: Request, next: Next) -> Response {
    let Some(key) = req.headers().get(KEY).cloned() else { return next.run(req).await };
    kept(&db, class, &key, req, next).await.unwrap_or_else(Fault::into_response)
}

async fn kept(db: &Db, class: Class, key: &HeaderValue, req: Request, next: Next) -> Result<Response, Fault> {
    let key = key.to_str().ok().filter(|k| (1..=128).contains(&k.len()));
    let key = key.ok_or_else(|| Fault::new(Status::BAD_REQUEST, "web.idempotency.key"))?;
    let cx = req.extensions().get::<PageCx>().cloned().ok_or_else(|| Fault::internal(&"a route outside the shell"))?;
    let caller = cx.caller().or_else(|| cx.ip().map(|i| i.to_string())).unwrap_or_default();
    let scope = format!("{caller} {} {}", req.method(), req.uri().path());
    let (parts, body) = req.into_parts();
    let bytes = body::to_bytes(body, usize::MAX).await.map_err(|_| too_large(0))?;
    let sum = digest(&SHA256, &bytes).as_ref().to_vec();
    let work = (cx.cx(), (scope.as_str(), key, sum.as_slice(), cx.lease(class)));
    let claim = db.write(&work, |tx, (_, (scope, key, sum, lease))| {
        Box::pin(async move { Ok::<_, Fault>(idempotency::claim(tx, scope, key, sum, *lease).await?) })
    });
    match claim.await? {
        Claim::New => {}
        Claim::Done { status, answer } => {
            let status = Status::from_u16(status).unwrap_or(Status::OK);
            let json = [(header::CONTENT_TYPE, "application/json")];
            return Ok((status, json, answer).into_response());
        }
        Claim::Running => return Err(Fault::new(Status::CONFLICT, "web.idempotency.running").retry_after(2)),
        Claim::Different => return Err(Fault::new(Status::UNPROCESSABLE_ENTITY, "web.idempotency.different")),
    }
    let answer = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if !answer.status().is_success() {
        let work = (cx.cx(), (scope.as_str(), key));
        let release = db.write(&work, |tx, (_, (scope, key))| {
            Box::pin(async move { Ok::<_, Fault>(idempotency::release(tx, scope, key).await?) })
        });
        release.await?;
        return Ok(answer);
    }
    let (head, body) = answer.into_parts();
    let body = body::to_bytes(body, MOST).await.map_err(|e| Fault::internal(&e))?;
    let work = (cx.cx(), (scope.as_str(), key, head.status.as_u16(), body.as_ref()));
    let keep = db.write(&work, |tx, (_, (scope, key, status, body))| {
        Box::pin(async move { Ok::<_, Fault>(idempotency::keep(tx, scope, key, *status, body).await?) })
    });
    keep.await?;
    Ok(Response::from_parts(head, Body::from(body)))
}
