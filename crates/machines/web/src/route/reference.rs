//! The browsable reference at `/api` and the catalogue of errors at `/api/errors`.

use askama::Template;
use serde_json::Value;

use crate::{Answer, PageCx, fault::key_of};

pub(crate) struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    about: String,
    permission: String,
    params: Vec<[String; 3]>,
    takes: Vec<String>,
    answers: Vec<[String; 3]>,
    curl: String,
}

pub(crate) struct Group {
    name: String,
    operations: Vec<Operation>,
}

struct Schema {
    name: String,
    fields: Vec<[String; 3]>,
}

#[derive(Template)]
#[template(path = "pages/api.html")]
struct Reference<'a> {
    cx: &'a PageCx,
    groups: Vec<Group>,
    schemas: Vec<Schema>,
}

pub(crate) async fn reference(cx: PageCx) -> Answer {
    let doc = &cx.0.shell.openapi;
    let page = Reference { cx: &cx, groups: groups(doc), schemas: schemas(doc) };
    cx.page(&page)
}

fn text(v: Option<&Value>) -> String {
    v.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn groups(doc: &Value) -> Vec<Group> {
    let mut out: Vec<Group> = vec![];
    let server = text(doc.pointer("/servers/0/url"));
    for (path, methods) in doc.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, op) in methods.as_object().into_iter().flatten() {
            let tag = text(op.pointer("/tags/0"));
            let operation = operation(&server, path, method, op);
            match out.iter_mut().find(|g| g.name == tag) {
                Some(g) => g.operations.push(operation),
                None => out.push(Group { name: tag, operations: vec![operation] }),
            }
        }
    }
    out
}

fn operation(server: &str, path: &str, method: &str, op: &Value) -> Operation {
    let list = |name: &str| op.get(name).and_then(Value::as_array).into_iter().flatten();
    let params =
        list("parameters").map(|p| [text(p.get("name")), text(p.get("in")), text(p.get("description"))]).collect();
    let content = op.pointer("/requestBody/content").and_then(Value::as_object);
    let takes: Vec<String> = content.into_iter().flatten().map(|(m, c)| named(m, c)).collect();
    let responses = op.get("responses").and_then(Value::as_object).into_iter().flatten();
    let answers = responses.map(|(status, r)| {
        let content = r.get("content").and_then(Value::as_object).into_iter().flatten();
        let media: Vec<String> = content.map(|(m, c)| named(m, c)).collect();
        [status.clone(), text(r.get("description")), media.join(", ")]
    });
    let method = method.to_uppercase();
    let mut curl = if method == "GET" { "curl".to_owned() } else { format!("curl -X {method}") };
    if let Some(media) = content.and_then(|c| c.keys().next()) {
        curl.push_str(&format!(" -H 'Content-Type: {media}' --data-binary @body"));
    }
    curl.push_str(&format!(" {server}{path}"));
    Operation {
        id: text(op.get("operationId")),
        method,
        path: path.to_owned(),
        summary: text(op.get("summary")),
        about: text(op.get("description")),
        permission: text(op.get("x-permission")),
        params,
        takes,
        answers: answers.collect(),
        curl,
    }
}

fn named(media: &str, content: &Value) -> String {
    let reference = text(content.pointer("/schema/$ref"));
    match reference.rsplit('/').next().filter(|n| !n.is_empty()) {
        Some(n) => format!("{media} ({n})"),
        None => media.to_owned(),
    }
}

fn schemas(doc: &Value) -> Vec<Schema> {
    let all = doc.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
    all.map(|(name, s)| {
        let fields = s.get("properties").and_then(Value::as_object).into_iter().flatten();
        let fields = fields.map(|(f, p)| [f.clone(), kind(p), text(p.get("description"))]).collect();
        Schema { name: name.clone(), fields }
    })
    .collect()
}

fn kind(p: &Value) -> String {
    if let Some(r) = p.get("$ref").and_then(Value::as_str) {
        return r.rsplit('/').next().unwrap_or_default().to_owned();
    }
    match p.get("type") {
        Some(Value::String(t)) if t == "array" => format!("{}[]", p.get("items").map(kind).unwrap_or_default()),
        Some(Value::String(t)) => t.clone(),
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        _ => String::new(),
    }
}

#[derive(Template)]
#[template(path = "pages/errors.html")]
struct Errors<'a> {
    cx: &'a PageCx,
    codes: Vec<(String, String)>,
}

/// Every error code with its texts.
pub(crate) async fn errors(cx: PageCx) -> Answer {
    let codes = cx.0.shell.codes.iter().map(|c| ((*c).to_owned(), key_of(c))).collect();
    cx.page(&Errors { cx: &cx, codes })
}
