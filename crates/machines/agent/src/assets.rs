//! The agent's own files: the look of the platform, and the script of its window.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};

/// The platform's style sheet; its fonts are beside it.
const LOOK: &str = include_str!("../../web/assets/app.css");
const OWN: &str = include_str!("../assets/agent.css");
const SCRIPT: &str = include_str!("../assets/agent.js");
const LATIN: &[u8] = include_bytes!("../../web/assets/source-serif-4-600-latin.woff2");
const LATVIAN: &[u8] = include_bytes!("../../web/assets/source-serif-4-600-latvian.woff2");
const MARK: &[u8] = include_bytes!("../../web/assets/mark.svg");

pub(crate) async fn serve(Path(name): Path<String>) -> Response {
    const CACHE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "private, max-age=600");
    let file = |media: &'static str, body: Vec<u8>| ([(header::CONTENT_TYPE, media), CACHE], body).into_response();
    match name.as_str() {
        "agent.css" => {
            let look = LOOK
                .replace("{{enkurs-latin.woff2}}", "latin.woff2")
                .replace("{{enkurs-latvian.woff2}}", "latvian.woff2");
            file("text/css; charset=utf-8", format!("{look}\n{OWN}").into_bytes())
        }
        "agent.js" => file("text/javascript; charset=utf-8", SCRIPT.into()),
        "latin.woff2" => file("font/woff2", LATIN.into()),
        "latvian.woff2" => file("font/woff2", LATVIAN.into()),
        "mark.svg" => file("image/svg+xml", MARK.into()),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
