use axum::http::StatusCode;

use super::world;
use crate::WEB_EID_JS;

#[tokio::test]
async fn pages_are_dressed_for_safety() {
    use tower::ServiceExt as _;
    let w = world(&[]);
    for path in ["/", "/popup", "/card", "/request/nothing", "/assets/agent.js", "/nowhere"] {
        let request = axum::http::Request::get(path).header("host", "127.0.0.1:8082");
        let response = w.agent.router().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
        let header = |n: &str| response.headers().get(n).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn no_page_has_inline_script_or_missing_texts() {
    let w = world(&[("AA01", "Andra Ozoliņa")]);
    let at = w.asked(serde_json::json!({ "action": "get-signing-certificate" })).await;
    for path in ["/", "/popup", "/card", "/card?card=AA01", "/request/nothing", &at] {
        let body = w.get(path).await.body;
        assert!(!body.contains("<style") && !body.contains(" style=") && !body.contains("onclick"), "{path}");
        assert!(body.matches("<script").count() == body.matches("<script src=").count(), "{path}");
        for line in body.split(['>', '<']) {
            assert!(!line.starts_with("agent-") && !line.starts_with("error-"), "{path}: no text for {line}");
        }
        assert!(body.len() < 20_000, "{path}");
    }
}

#[tokio::test]
async fn the_look_is_the_platforms() {
    let w = world(&[]);
    let css = w.get("/assets/agent.css").await;
    assert_eq!(css.status, StatusCode::OK);
    assert!(css.body.contains("--accent:#0b5a4a") && !css.body.contains("{{"));
    assert_eq!(w.get("/assets/other").await.status, StatusCode::NOT_FOUND);
}

#[test]
fn the_pages_script_trusts_only_the_agents_window() {
    assert!(WEB_EID_JS.contains("event.origin !== AGENT || event.source !== popup"));
    assert!(!WEB_EID_JS.contains("postMessage(request, \"*\")"));
    assert!(!WEB_EID_JS.contains("eval") && !WEB_EID_JS.contains("innerHTML"));
}
