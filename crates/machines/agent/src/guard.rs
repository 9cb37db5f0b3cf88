//! What every request must satisfy, and the headers of every answer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::Agent;

const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not "no-referrer": that would make the browser hide the origin of the agent's own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), clipboard-read=()"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// Refuses what did not come from the agent's own pages, and dresses the answer.
pub(crate) async fn guard(State(agent): State<Arc<Agent>>, request: Request, next: Next) -> Response {
    let own = agent.config.origin.as_str();
    let mut response = match judge(own, request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err((status, why)) => (status, why).into_response(),
    };
    for (name, value) in HEADERS {
        if !(name == header::CACHE_CONTROL && response.headers().contains_key(header::CACHE_CONTROL)) {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|v| v.to_str().unwrap_or("?"))
}

fn judge(own: &str, method: &Method, headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
    // A page under another name that resolves to this computer does not get in.
    if text(headers, "host") != own.strip_prefix("http://") {
        return Err((StatusCode::MISDIRECTED_REQUEST, "agent.host: this is not the agent's address\n"));
    }
    if matches!(text(headers, "sec-fetch-dest"), Some("iframe" | "frame" | "embed" | "object" | "fencedframe")) {
        return Err((StatusCode::FORBIDDEN, "agent.frame: the agent is not shown inside other pages\n"));
    }
    if method == Method::GET || method == Method::HEAD {
        return Ok(());
    }
    // Whatever changes something comes from the agent's own pages, in a browser that says so.
    let origin = text(headers, "origin");
    let site = text(headers, "sec-fetch-site");
    if origin == Some(own) && site.is_none_or(|s| s == "same-origin") {
        Ok(())
    } else {
        Err((StatusCode::FORBIDDEN, "agent.origin: only the agent's own pages may do this\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "http://127.0.0.1:8082";

    fn judged(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        judge(OWN, &method, &map).is_ok()
    }

    #[test]
    fn other_names_of_this_computer_are_refused() {
        assert!(judged(Method::GET, &[("host", "127.0.0.1:8082")]));
        for host in
            ["evil.example:8082", "127.0.0.1", "127.0.0.1:8080", "localhost:8082", "127.0.0.1:8082.evil.example"]
        {
            assert!(!judged(Method::GET, &[("host", host)]), "{host}");
        }
        assert!(!judged(Method::GET, &[]));
    }

    #[test]
    fn forms_of_other_pages_are_refused() {
        let host = ("host", "127.0.0.1:8082");
        assert!(judged(Method::POST, &[host, ("origin", OWN), ("sec-fetch-site", "same-origin")]));
        assert!(judged(Method::POST, &[host, ("origin", OWN)]));
        assert!(!judged(Method::POST, &[host]));
        assert!(!judged(Method::POST, &[host, ("origin", "null")]));
        assert!(!judged(Method::POST, &[host, ("origin", "http://127.0.0.1:8080")]));
        assert!(!judged(Method::POST, &[host, ("origin", OWN), ("sec-fetch-site", "same-site")]));
        assert!(!judged(Method::DELETE, &[host, ("origin", "https://evil.example")]));
    }

    #[test]
    fn frames_are_refused() {
        assert!(!judged(Method::GET, &[("host", "127.0.0.1:8082"), ("sec-fetch-dest", "iframe")]));
    }
}
