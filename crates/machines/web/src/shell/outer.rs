//! What every request and every answer passes: who comes, in which language; headers; faults become pages.

use std::{
    net::SocketAddr,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, atomic::AtomicBool},
};

use askama::Template;
use axum::{
    Json,
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use futures_util::FutureExt as _;

use super::{Inner, visitor};
use crate::{
    Answer, Fault, Lang, PageCx,
    client::{self, ClientCertificate},
    page::Visit,
    peers::NodeName,
    session::{Session, Slot},
};

const LANG: &str = "lang";

pub(crate) fn cookie_name(tls: bool) -> &'static str {
    if tls { "__Host-enkurs" } else { "enkurs" }
}

/// The content security policy: nothing but our own files, no inline script or style, no framing.
pub(crate) fn policy(agent: Option<&str>) -> String {
    let agent = agent.map(|a| format!(" {a}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'{agent}; \
         form-action 'self'{agent}; frame-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )
}

/// Outermost: request id, panics, headers, measurements.
pub(super) async fn outermost(State(shell): State<Arc<Inner>>, mut req: Request, next: Next) -> Response {
    let id: base::Id<PageCx> = shell.cx.id();
    req.extensions_mut().insert(id);
    let begun = tokio::time::Instant::now();
    let method = req.method().clone();
    let route = req.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |m| m.as_str().to_owned());
    let tls = shell.config.tls;
    let csp = shell.csp.clone();
    let texts = Arc::clone(&shell.texts);
    let lang = language(&req).0;
    let mut response = match AssertUnwindSafe(next.run(req)).catch_unwind().await {
        Ok(r) => r,
        Err(_) => {
            tracing::error!(request = %id, route, "panic");
            let problem =
                Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "web.internal").problem(&texts, lang, &id.to_string());
            (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "application/problem+json")], Json(problem))
                .into_response()
        }
    };
    secure(response.headers_mut(), tls, &csp);
    if let Ok(v) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert("x-request-id", v);
    }
    let status = response.status().as_u16();
    let seconds = begun.elapsed().as_secs_f64();
    metrics::histogram!("http_request_seconds", "method" => method.to_string(), "route" => route.clone(), "status" => status.to_string()).record(seconds);
    tracing::debug!(request = %id, %method, route, status, seconds, "answered");
    response
}

/// Only texts are compressed: signed files, pictures and protocol messages go out as they are, with their length.
pub(super) fn text_only(_: StatusCode, _: Version, h: &HeaderMap, _: &Extensions) -> bool {
    let media = h.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let attached = h.contains_key(header::CONTENT_DISPOSITION);
    let text =
        ["text/", "application/json", "application/problem+json", "image/svg"].iter().any(|m| media.starts_with(m));
    text && !attached
}

fn secure(h: &mut HeaderMap, tls: bool, csp: &str) {
    let fixed = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin-allow-popups"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"),
    ];
    for (name, value) in fixed {
        h.insert(name, HeaderValue::from_static(value));
    }
    h.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    if let Ok(v) = HeaderValue::from_str(csp) {
        h.entry(header::CONTENT_SECURITY_POLICY).or_insert(v);
    }
    if tls {
        h.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains"));
    }
    h.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// The language, and whether the visitor has just chosen it.
fn language(req: &Request) -> (Lang, bool) {
    let query = req.uri().query().unwrap_or_default();
    if let Some(l) = query.split('&').find_map(|p| p.strip_prefix("lang=")).and_then(Lang::from_tag) {
        return (l, true);
    }
    let kept = cookie(req.headers(), LANG).and_then(Lang::from_tag);
    let asked = || req.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).and_then(Lang::negotiate);
    (kept.or_else(asked).unwrap_or_default(), false)
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    all.map(str::trim).find_map(|c| c.strip_prefix(name)?.strip_prefix('='))
}

async fn session(shell: &Inner, headers: &HeaderMap) -> Slot {
    let name = cookie_name(shell.config.tls);
    let Some(sealed) = cookie(headers, name) else { return Slot::default() };
    let opened = shell.config.keys.open_text(name, sealed).and_then(|p| serde_json::from_slice::<Session>(&p).ok());
    let opened = opened.filter(|s| s.fresh(&shell.cx, shell.config.lifetimes));
    let Some(mut s) = opened else { return Slot { stale: true, ..Slot::default() } };
    if let Some(a) = &s.actor {
        match shell.gate.holds(&shell.cx, a, &s.sid, s.epochs).await {
            Ok(true) => {}
            Ok(false) => return Slot { stale: true, ..Slot::default() },
            Err(_) => return Slot { unsure: true, ..Slot::default() },
        }
    }
    let dirty = s.touch(&shell.cx);
    Slot { session: Some(s), dirty, ..Slot::default() }
}

/// Who comes; afterwards the cookie is sealed and a fault becomes a page or a problem document.
pub(super) async fn visit(State(shell): State<Arc<Inner>>, mut req: Request, next: Next) -> Response {
    let (lang, chosen) = language(&req);
    let certificate = req.extensions().get::<ClientCertificate>().copied();
    let known =
        client::caller(&shell.cx, &shell.config.keys, shell.config.clients.as_ref(), req.headers(), certificate);
    let (client, stranger) = match known.await {
        Ok(client) => (client, None),
        Err(fault) => (None, Some(fault)),
    };
    // a program has no session, whatever cookie it sends
    let program = client.is_some() || stranger.is_some();
    let slot = if program { Slot::default() } else { session(&shell, req.headers()).await };
    let told = shell.config.address_header.as_deref().and_then(|h| req.headers().get(h)).and_then(|v| v.to_str().ok());
    let ip = visitor(told, req.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| &c.0));
    let cx = PageCx(Arc::new(Visit {
        lang,
        path: req.uri().path().to_owned(),
        query: req.uri().query().map(str::to_owned),
        request_id: req.extensions().get::<base::Id<PageCx>>().map(ToString::to_string).unwrap_or_default(),
        ip,
        node: req.extensions().get::<NodeName>().map(|n| n.0.clone()),
        client,
        slot: Mutex::new(slot),
        failed: AtomicBool::new(false),
        shell: Arc::clone(&shell),
    }));
    let accept = req.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let machine = wants_problem(req.uri().path(), &accept);
    req.extensions_mut().insert(cx.clone());
    let response = match stranger {
        Some(fault) => fault.into_response(),
        None => next.run(req).await,
    };
    let mut response = explain(&cx, response, machine);
    if chosen {
        let secure = if shell.config.tls { "; Secure" } else { "" };
        set_cookie(&mut response, &format!("{LANG}={lang}; Path=/; Max-Age=31536000; SameSite=Lax{secure}"));
    }
    write_session(&shell, &cx, &mut response);
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Language, Authorization, Cookie"));
    response.headers_mut().entry(header::CONTENT_LANGUAGE).or_insert(HeaderValue::from_static(lang.tag()));
    response
}

fn write_session(shell: &Inner, cx: &PageCx, response: &mut Response) {
    let name = cookie_name(shell.config.tls);
    let secure = if shell.config.tls { "; Secure" } else { "" };
    let slot = cx.slot();
    match &slot.session {
        Some(s) if slot.dirty => {
            let sealed = serde_json::to_vec(s).ok();
            let sealed = sealed.map(|p| shell.config.keys.seal_text(shell.cx.random.as_ref(), name, &p));
            let Some(sealed) = sealed else { return };
            drop(slot);
            set_cookie(response, &format!("{name}={sealed}; Path=/; HttpOnly; SameSite=Lax{secure}"));
        }
        None if slot.stale => {
            set_cookie(response, &format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}"))
        }
        _ => {}
    }
}

fn set_cookie(response: &mut Response, value: &str) {
    if let Ok(v) = HeaderValue::from_str(value) {
        response.headers_mut().append(header::SET_COOKIE, v);
    }
}

fn wants_problem(path: &str, accept: &str) -> bool {
    let api = path.starts_with("/api/v1/") || path.starts_with("/contract/") || path.starts_with("/csc/");
    api || (accept.contains("json") && !accept.contains("text/html"))
}

#[derive(Template)]
#[template(path = "pages/fault.html")]
struct FaultPage<'a> {
    cx: &'a PageCx,
    key: String,
    code: &'a str,
    title: String,
    cause: String,
    remedy: String,
    support: Option<&'a str>,
}

/// Turns a fault, or a plain refusal of the framework, into what the visitor can read.
fn explain(cx: &PageCx, mut response: Response, machine: bool) -> Response {
    let found = response.extensions_mut().remove::<Fault>();
    let status = response.status();
    let plain =
        || response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/plain"));
    let fault = match found {
        Some(f) => f,
        None if status.is_client_error() && plain() => {
            Fault::new(status, "web.request.malformed").with("why", status.canonical_reason().unwrap_or_default())
        }
        None => return response,
    };
    let texts = &cx.0.shell.texts;
    let problem = fault.problem(texts, cx.lang(), cx.request_id());
    let mut out = if machine {
        let mut r = (fault.status, Json(&problem)).into_response();
        r.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        r
    } else {
        let support = cx.0.shell.config.support.as_deref();
        let page = FaultPage {
            cx,
            key: fault.key(),
            code: &fault.code,
            title: problem.title,
            cause: problem.detail,
            remedy: problem.remedy,
            support,
        };
        cx.page_with(fault.status, &page).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    };
    if let Some(after) = response.headers().get(header::RETRY_AFTER) {
        out.headers_mut().insert(header::RETRY_AFTER, after.clone());
    }
    if fault.status == StatusCode::UNAUTHORIZED && fault.code.starts_with("web.client.") {
        // RFC 6750 section 3: an error is named only to whom has tried
        let tried = if fault.code == "web.client.token" { " error=\"invalid_token\"" } else { "" };
        if let Ok(v) = HeaderValue::from_str(&format!("Bearer{tried}")) {
            out.headers_mut().insert(header::WWW_AUTHENTICATE, v);
        }
    }
    out.extensions_mut().insert(fault);
    out
}

pub(super) async fn nothing_here() -> Fault {
    Fault::not_found()
}

pub(super) async fn wrong_method() -> Fault {
    Fault::new(StatusCode::METHOD_NOT_ALLOWED, "web.method")
}

pub(super) async fn openapi(cx: PageCx) -> Json<serde_json::Value> {
    Json(cx.0.shell.openapi.clone())
}

/// Keeps a session alive that is about to end; a page's script or a plain button asks for it.
pub(super) async fn extend(cx: PageCx, headers: HeaderMap) -> Answer {
    cx.slot().dirty = true;
    let from = headers.get(header::REFERER).and_then(|v| v.to_str().ok()).and_then(|r| r.strip_prefix(cx.public_url()));
    Ok(Redirect::to(crate::page::safe_local(from.unwrap_or("/"))).into_response())
}
