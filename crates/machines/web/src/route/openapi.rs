//! The OpenAPI 3.1 description, made from the declared routes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Body, Doc, Seen, Shape};
use crate::Permission;

/// Builds the description.
pub(crate) fn describe(routes: &[(Seen, Doc)], public_url: &str, version: &str) -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut schemas = Map::new();
    for (seen, doc) in routes.iter().filter(|(s, _)| s.api) {
        let operation = operation(seen, doc, &mut schemas);
        paths.entry(seen.path).or_default().insert(seen.method.as_str().to_lowercase(), operation);
    }
    schemas.insert("Problem".to_owned(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Enkurs",
            "version": version,
            "summary": "Trust services and electronic identification",
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "servers": [{ "url": public_url }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "enkurs", "description": "A session signed in with the eID card." },
                "token": { "type": "http", "scheme": "bearer", "description": "A registered program with an access token from /oauth/token (private_key_jwt, RFC 7523)." },
                "certificate": { "type": "mutualTLS", "description": "A registered program with its certificate, at the listener for clients." },
                "node": { "type": "mutualTLS", "description": "Another node of the platform." },
            },
        },
    })
}

fn operation(seen: &Seen, doc: &Doc, schemas: &mut Map<String, Value>) -> Value {
    let mut params: Vec<Value> = vec![];
    for part in seen.path.split('/') {
        if let Some(name) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            let name = name.trim_start_matches('*');
            params.push(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
        }
    }
    for (name, about) in &doc.query {
        params.push(json!({ "name": name, "in": "query", "description": about, "schema": { "type": "string" } }));
    }
    let mut responses = Map::new();
    for (status, about, media, shape) in &doc.gives {
        let entry =
            responses.entry(status.to_string()).or_insert_with(|| json!({ "description": about, "content": {} }));
        if let Some(content) = entry.get_mut("content").and_then(Value::as_object_mut) {
            content.insert((*media).to_owned(), content_of(shape, schemas));
        }
    }
    if responses.is_empty() {
        responses.insert("200".to_owned(), json!({ "description": "Done" }));
    }
    let refusals = if doc.refuses.is_empty() { String::new() } else { format!(": {}", doc.refuses.join(", ")) };
    let problem = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    responses.insert("default".to_owned(), json!({ "description": format!("Refused{refusals}"), "content": problem }));
    let tag = seen.path.trim_start_matches("/api/v1").trim_start_matches('/').split('/').next().unwrap_or_default();
    let mut op = json!({
        "operationId": operation_id(seen),
        "tags": [tag],
        "summary": doc.summary,
        "parameters": params,
        "responses": responses,
        "x-permission": seen.permission.name(),
    });
    if let Some(o) = op.as_object_mut() {
        if !doc.about.is_empty() {
            o.insert("description".to_owned(), json!(doc.about));
        }
        let mut content = Map::new();
        for (media, shape) in &doc.takes {
            content.insert((*media).to_owned(), content_of(shape, schemas));
        }
        if seen.body == Body::Upload && content.is_empty() {
            content.insert("multipart/form-data".to_owned(), json!({ "schema": { "type": "object" } }));
        }
        if !content.is_empty() {
            o.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        }
        let security = match seen.permission {
            Permission::Public => json!([]),
            Permission::Node => json!([{ "node": [] }]),
            Permission::Client(_) | Permission::AnyClient => json!([{ "token": [] }, { "certificate": [] }]),
            Permission::PersonOr(_) | Permission::AnyCaller => {
                json!([{ "session": [] }, { "token": [] }, { "certificate": [] }])
            }
            _ => json!([{ "session": [] }]),
        };
        o.insert("security".to_owned(), security);
    }
    op
}

fn operation_id(seen: &Seen) -> String {
    let words =
        seen.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty() && !matches!(*w, "api" | "v1"));
    let mut id = seen.method.as_str().to_lowercase();
    for w in words {
        id.push('-');
        id.push_str(w);
    }
    id
}

fn content_of(shape: &Shape, schemas: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Bytes => json!({ "schema": { "type": "string", "format": "binary" } }),
        Shape::Json { name, schema, parts } => {
            for (n, s) in parts.iter().map(|(n, s)| (n, s)).chain([(name, schema.as_ref())]) {
                if let Ok(v) = serde_json::to_value(s) {
                    schemas.insert(n.clone(), v);
                }
            }
            json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } })
        }
    }
}

fn problem_schema() -> Value {
    let text = |about: &str| json!({ "type": "string", "description": about });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "detail", "remedy", "instance"],
        "description": "RFC 9457, in the language of Accept-Language (lv or en).",
        "properties": {
            "type": text("Address of the description of this code."),
            "title": text("What happened."),
            "status": { "type": "integer" },
            "code": text("Stable code."),
            "detail": text("Why: which rule."),
            "remedy": text("What to do next."),
            "instance": text("The request, to be named when asking for help."),
        },
    })
}
