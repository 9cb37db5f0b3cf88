use std::{collections::BTreeMap, fmt};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use tower::ServiceExt as _;

/// A browser without a screen: keeps cookies, sends back the hidden fields of forms (the CSRF token among them), follows
/// redirects. Talks to a router in this process. Panics where a test should fail.
#[derive(Clone)]
pub struct Client {
    router: Router,
    cookies: BTreeMap<String, String>,
    headers: Vec<(&'static str, String)>,
    host: String,
}

/// What came back.
#[derive(Clone)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    /// The path that answered, after redirects.
    pub path: String,
}

#[expect(clippy::unwrap_used, clippy::panic, reason = "this runs in tests only")]
impl Client {
    /// A client without cookies, which asks for Latvian pages.
    pub fn new(router: Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
            headers: vec![("accept-language", "lv".into())],
            host: "127.0.0.1:8080".into(),
        }
    }

    /// Sends a header with every request.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(n, _)| *n != name);
        self.headers.push((name, value.into()));
        self
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Sets a cookie, also a forged one.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Forgets all cookies.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// GET, following redirects.
    pub async fn get(&mut self, path: &str) -> Answer {
        let answer = self.send(Method::GET, path, None, Vec::new()).await;
        self.follow(answer).await
    }

    /// GET without following redirects.
    pub async fn get_once(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Vec::new()).await
    }

    /// Submits the form of `page` whose action is `action` (the first form if empty), with its hidden and preset fields and
    /// these; follows redirects.
    pub async fn submit(&mut self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let html = page.text();
        let form = forms(&html).into_iter().find(|f| action.is_empty() || f.action == action);
        let form = form.unwrap_or_else(|| panic!("no form with action {action:?} on {}:\n{html}", page.path));
        let mut all = form.fields;
        for (name, value) in fields {
            all.retain(|(n, _)| n != name);
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
        let target = if form.action.is_empty() { page.path.clone() } else { form.action };
        if form.multipart {
            let files: Vec<(&str, &str, &[u8])> = Vec::new();
            let texts: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            return self.upload(&target, &texts, &files).await;
        }
        let answer = self
            .send(Method::POST, &target, Some("application/x-www-form-urlencoded"), encode(&all).into_bytes())
            .await;
        self.follow(answer).await
    }

    /// Posts form fields as they are; follows redirects.
    pub async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<(String, String)> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let answer = self
            .send(Method::POST, path, Some("application/x-www-form-urlencoded"), encode(&fields).into_bytes())
            .await;
        self.follow(answer).await
    }

    /// Posts text fields and files (`field, file name, content`) as multipart; follows redirects.
    pub async fn upload(&mut self, path: &str, texts: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Answer {
        const EDGE: &str = "----enkurs-test-edge";
        let mut body = Vec::new();
        for (name, value) in texts {
            body.extend(
                format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        for (name, file, content) in files {
            let head = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n");
            body.extend(head.bytes());
            body.extend(b"Content-Type: application/octet-stream\r\n\r\n");
            body.extend_from_slice(content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{EDGE}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        let answer = self.send(Method::POST, path, Some(&kind), body).await;
        self.follow(answer).await
    }

    /// Sends JSON.
    pub async fn json(&mut self, method: Method, path: &str, body: &serde_json::Value) -> Answer {
        self.send(method, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    /// Sends bytes of some media type.
    pub async fn post_bytes(&mut self, path: &str, media_type: &str, body: &[u8]) -> Answer {
        self.send(Method::POST, path, Some(media_type), body.to_vec()).await
    }

    /// Sends any request, without following redirects.
    pub async fn send(&mut self, method: Method, path: &str, media_type: Option<&str>, body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(&method).uri(path).header(header::HOST, &self.host);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if method != Method::GET && !self.headers.iter().any(|(n, _)| *n == "origin") {
            request = request.header(header::ORIGIN, format!("http://{}", self.host));
        }
        if let Some(kind) = media_type {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header(header::COOKIE, all.join("; "));
        }
        let mut request = request.header(header::CONTENT_LENGTH, body.len()).body(Body::from(body)).unwrap();
        let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 40000));
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        for value in head.headers.get_all(header::SET_COOKIE) {
            self.take_cookie(value);
        }
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: head.status, headers: head.headers, body, path: path.to_owned() }
    }

    fn take_cookie(&mut self, value: &HeaderValue) {
        let text = value.to_str().unwrap();
        let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
        let (name, value) = pair.split_once('=').unwrap();
        if value.is_empty() || attributes.to_ascii_lowercase().contains("max-age=0") {
            self.cookies.remove(name.trim());
        } else {
            self.cookies.insert(name.trim().to_owned(), value.to_owned());
        }
    }

    async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            if !answer.status.is_redirection() {
                return answer;
            }
            let to = answer.headers.get(header::LOCATION).unwrap().to_str().unwrap().to_owned();
            let path = to.strip_prefix(&format!("http://{}", self.host)).unwrap_or(&to).to_owned();
            answer = self.send(Method::GET, &path, None, Vec::new()).await;
        }
        panic!("ten redirects, the last to {}", answer.path);
    }
}

#[expect(clippy::unwrap_used, clippy::panic, reason = "this runs in tests only")]
impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().unwrap())
    }

    /// Itself, if the status is this one; else the test fails and shows the body.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{} answered {}:\n{}", self.path, self.status, self.text());
        self
    }

    /// The value of a form field on this page, wherever it stands.
    pub fn field(&self, name: &str) -> Option<String> {
        let html = self.text();
        tags(&html, "input")
            .into_iter()
            .find(|t| attribute(t, "name").as_deref() == Some(name))
            .and_then(|t| attribute(&t, "value"))
    }

    /// Targets of the links on this page.
    pub fn links(&self) -> Vec<String> {
        tags(&self.text(), "a").iter().filter_map(|t| attribute(t, "href")).collect()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}\n{}", self.status, self.path, self.text())
    }
}

struct Form {
    action: String,
    multipart: bool,
    fields: Vec<(String, String)>,
}

fn forms(html: &str) -> Vec<Form> {
    let mut all = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("<form") {
        let (head, body) = after.split_once('>').unwrap_or((after, ""));
        let (inner, next) = body.split_once("</form>").unwrap_or((body, ""));
        let head = format!("<form{head}");
        let fields = tags(inner, "input").into_iter().filter_map(|t| {
            let kind = attribute(&t, "type").unwrap_or_default();
            let ticked = !matches!(kind.as_str(), "checkbox" | "radio") || t.contains("checked");
            (ticked && kind != "file" && kind != "submit").then_some(())?;
            Some((attribute(&t, "name")?, attribute(&t, "value").unwrap_or_default()))
        });
        all.push(Form {
            action: attribute(&head, "action").unwrap_or_default(),
            multipart: attribute(&head, "enctype").is_some_and(|e| e.starts_with("multipart")),
            fields: fields.collect(),
        });
        rest = next;
    }
    all
}

fn tags(html: &str, name: &str) -> Vec<String> {
    let open = format!("<{name}");
    let starts = html
        .match_indices(&open)
        .filter_map(|(i, _)| html.get(i..))
        .filter(|t| t.get(open.len()..).is_some_and(|a| a.starts_with([' ', '\n', '>'])));
    starts.filter_map(|t| t.split_once('>').map(|(tag, _)| tag.to_owned())).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(&format!(" {name}=\"")).or_else(|| tag.split_once(&format!("\n{name}=\"")))?;
    let (value, _) = after.split_once('"')?;
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#x27;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#38;", "&")
            .replace("&amp;", "&"),
    )
}

fn encode(fields: &[(String, String)]) -> String {
    let one = |s: &str| -> String {
        s.bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() || b"-_.*".contains(&b) {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect()
    };
    fields.iter().map(|(n, v)| format!("{}={}", one(n), one(v))).collect::<Vec<_>>().join("&")
}
