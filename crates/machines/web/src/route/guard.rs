//! What every request passes before its handler: rate, permission, size, form token.

use std::{net::IpAddr, time::Duration};

use axum::{
    RequestExt as _,
    body::{self, Body as HttpBody},
    extract::{DefaultBodyLimit, Multipart, Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http_body_util::Limited;

use super::Body;
use crate::{
    Caller, Client, Fault, Fields, PageCx, Permission, Status,
    actor::Refused,
    client::{self, Count, Counted},
    limits::Class,
    page::encode,
    shell::Inner,
    upload::{Pending, too_large},
};

/// The header that carries the form token of a page's script.
pub const TOKEN_HEADER: &str = "x-csrf-token";

/// Longest form token that is read, in bytes.
const TOKEN_MOST: usize = 256;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) path: &'static str,
    pub(crate) permission: Permission,
    pub(crate) body: Body,
    pub(crate) class: Class,
    pub(crate) audited: bool,
    pub(crate) most: Option<u64>,
}

pub(crate) async fn pass(State(policy): State<Policy>, req: Request, next: Next) -> Response {
    let Some(cx) = req.extensions().get::<PageCx>().cloned() else {
        return Fault::internal(&"a route outside the shell").into_response();
    };
    let limit = cx.0.shell.limits.time(policy.class);
    match tokio::time::timeout(limit, guarded(policy, &cx, req, next)).await {
        Ok(Ok(r)) => r,
        Ok(Err(f)) => f.into_response(),
        Err(_) => {
            Fault::new(Status::GATEWAY_TIMEOUT, "web.request.timeout").with("seconds", limit.as_secs()).into_response()
        }
    }
}

async fn guarded(policy: Policy, cx: &PageCx, req: Request, next: Next) -> Result<Response, Fault> {
    let shell = &cx.0.shell;
    if let Err(wait) = shell.limits.admit(policy.class, cx.ip().unwrap_or(IpAddr::from([0, 0, 0, 0]))) {
        let wait = wait.max(Duration::from_secs(1)).as_secs();
        return Err(Fault::new(Status::TOO_MANY_REQUESTS, "web.rate.exceeded").with("seconds", wait).retry_after(wait));
    }
    if policy.permission != Permission::Public && cx.slot().unsure {
        return Err(Fault::new(Status::SERVICE_UNAVAILABLE, "web.busy").retry_after(5));
    }
    let (actor, client) = (cx.actor(), cx.client());
    let caller = Caller { actor: actor.as_ref(), client: client.as_ref(), node: cx.node().is_some() };
    match policy.permission.check(caller) {
        Ok(()) => {}
        Err(Refused::ClientsOnly) => return Err(Fault::new(Status::UNAUTHORIZED, "web.client.needed")),
        Err(Refused::NotYours) => return Err(Fault::new(Status::FORBIDDEN, "web.permission.denied")),
        Err(Refused::SignInFirst) if policy.path.starts_with("/api/") || policy.body == Body::Raw => {
            return Err(Fault::new(Status::UNAUTHORIZED, "web.session.needed"));
        }
        Err(Refused::SignInFirst) => {
            let staff = matches!(policy.permission, Permission::Staff(_) | Permission::AnyStaff);
            let back =
                if req.method() == Method::GET { req.uri().path_and_query().map_or("/", |p| p.as_str()) } else { "/" };
            let as_staff = if staff { "&staff=1" } else { "" };
            return cx.redirect(&format!("/sign-in?to={}{as_staff}", encode(back)));
        }
    }
    if policy.audited {
        // the id of a private person holds the personal code, which never reaches a log
        let program = client.as_ref().map_or("-", |c| c.id.as_str());
        let actor = actor.as_ref().map_or(program, |a| if a.is_staff() { a.id.as_str() } else { "person" });
        tracing::info!(target: "audit", actor, method = %req.method(), route = policy.path, request = cx.request_id(), "use");
    }
    let most = policy.most.unwrap_or_else(|| shell.limits.body(policy.body));
    let claimed =
        req.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    if claimed.is_some_and(|c| c > most) {
        return Err(too_large(most));
    }
    if let Some(client) = &client {
        if matches!(policy.body, Body::Form | Body::Upload) {
            return Err(Fault::new(Status::FORBIDDEN, "web.permission.denied"));
        }
        // a certificate is sent by a browser too, whoever's page asks for it
        same_origin(&req)?;
        return counted(shell, client, claimed, most, req, next).await;
    }
    let room = usize::try_from(most).unwrap_or(usize::MAX);
    let req = req.map(|b| HttpBody::new(Limited::new(b, room)));
    let req = match policy.body {
        Body::Empty => {
            if !req.method().is_safe() {
                header_token(cx, &req)?;
            }
            req
        }
        Body::Form => form(cx, req, most).await?,
        Body::Upload => upload(cx, req, most).await?,
        Body::Raw => {
            if actor.is_some() && policy.permission != Permission::Public {
                header_token(cx, &req)?;
            }
            req
        }
    };
    Ok(next.run(req).await)
}

/// A program's request: no form token, since there is no session, but every octet is counted. What is told beforehand is
/// counted beforehand; what is not, as it comes.
async fn counted(
    shell: &Inner,
    client: &Client,
    claimed: Option<u64>,
    most: u64,
    req: Request,
    next: Next,
) -> Result<Response, Fault> {
    let Some(db) = &shell.config.clients else { return Err(Fault::internal(&"a client without a register")) };
    let used = client::charge(db, &shell.cx, client, 1, claimed.unwrap_or(0)).await?;
    let left = client.quota.bytes.saturating_sub(used.bytes);
    let most = claimed.unwrap_or_else(|| most.min(left));
    let count = Count::default();
    let room = usize::try_from(most).unwrap_or(usize::MAX);
    let req = req.map(|b| HttpBody::new(Limited::new(Counted(b, count.clone()), room)));
    let answer = next.run(req).await;
    if claimed.is_none() && count.octets() > 0 {
        client::charge(db, &shell.cx, client, 0, count.octets().min(left)).await?;
    }
    Ok(answer)
}

fn matches(cx: &PageCx, token: &str) -> Result<(), Fault> {
    let slot = cx.slot();
    let good = slot.session.as_ref().is_some_and(|s| s.csrf_matches(token));
    if good { Ok(()) } else { Err(Fault::new(Status::FORBIDDEN, "web.form.foreign")) }
}

fn header_token(cx: &PageCx, req: &Request) -> Result<(), Fault> {
    matches(cx, req.headers().get(TOKEN_HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default())
}

/// Other sites' pages are told apart by the browser itself before the token is even read.
fn same_origin(req: &Request) -> Result<(), Fault> {
    let site = req.headers().get("sec-fetch-site").and_then(|v| v.to_str().ok()).unwrap_or("same-origin");
    if matches!(site, "same-origin" | "none") { Ok(()) } else { Err(Fault::new(Status::FORBIDDEN, "web.form.foreign")) }
}

async fn form(cx: &PageCx, req: Request, most: u64) -> Result<Request, Fault> {
    same_origin(&req)?;
    let (parts, body) = req.into_parts();
    let bytes = body::to_bytes(body, usize::MAX).await.map_err(|_| too_large(most))?;
    let fields = Fields::parse(&bytes)
        .ok_or_else(|| Fault::new(Status::BAD_REQUEST, "web.request.malformed").with("why", "form"))?;
    matches(cx, fields.get("_csrf"))?;
    Ok(Request::from_parts(parts, HttpBody::from(bytes)))
}

async fn upload(cx: &PageCx, mut req: Request, most: u64) -> Result<Request, Fault> {
    same_origin(&req)?;
    DefaultBodyLimit::disable().apply(&mut req);
    let (mut parts, body) = req.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let bad = |why: String| Fault::new(Status::BAD_REQUEST, "web.request.malformed").with("why", why);
    let mut form: Multipart =
        whole.extract().await.map_err(|e: axum::extract::multipart::MultipartRejection| bad(e.body_text()))?;
    let token = match form.next_field().await {
        Ok(Some(mut f)) if f.name() == Some("_csrf") => {
            let mut token = Vec::new();
            while let Some(chunk) = f.chunk().await.map_err(|e| bad(e.body_text()))? {
                // anybody may send this field: no more of it is kept than a token has
                if token.len() + chunk.len() > TOKEN_MOST {
                    return Err(too_large(TOKEN_MOST as u64));
                }
                token.extend_from_slice(&chunk);
            }
            String::from_utf8(token).unwrap_or_default()
        }
        Ok(_) => String::new(),
        Err(e) if e.status() == Status::PAYLOAD_TOO_LARGE => return Err(too_large(most)),
        Err(e) => return Err(bad(e.body_text())),
    };
    matches(cx, &token)?;
    parts.extensions.insert(Pending::new(form, most));
    Ok(Request::from_parts(parts, HttpBody::empty()))
}
