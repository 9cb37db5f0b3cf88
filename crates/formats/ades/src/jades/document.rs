use std::ops::Range;

use serde::{Deserialize, Serialize};
use token::{
    jose,
    json::{self, JsonError, Kind, Limits, Value},
};

/// How a JWS is written (RFC 7515 section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Serialization {
    /// `header.payload.signature`: one signature, no unprotected header.
    Compact,
    /// JSON with one signature.
    Flattened,
    /// JSON with an array of signatures.
    General,
}

/// Most signatures of one file.
const MAX_SIGNATURES: usize = 500;

/// Why a text is no JWS.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoJws {
    /// It is something else.
    Other,
    /// It would be one, but breaks a rule: code and object.
    Broken(&'static str, String),
}

impl From<JsonError> for NoJws {
    fn from(e: JsonError) -> Self {
        Self::Broken(e.code(), e.to_string())
    }
}

/// A JWS taken apart; nothing is decoded or believed yet.
#[derive(Debug)]
pub(super) struct Jws<'t> {
    pub(super) text: &'t str,
    pub(super) serialization: Serialization,
    /// The payload as written, escapes undone; `None` when it stands elsewhere.
    pub(super) payload: Option<String>,
    /// Where the payload stands as JSON.
    pub(super) payload_span: Option<Range<usize>>,
    pub(super) signatures: Vec<Entry>,
    /// Members of the outermost object that RFC 7515 does not know.
    pub(super) unknown: Vec<String>,
}

/// One signature of a JWS.
#[derive(Debug)]
pub(super) struct Entry {
    /// The protected header as written: base64url.
    pub(super) protected: String,
    /// The signature value as written: base64url.
    pub(super) signature: String,
    /// The unprotected header.
    pub(super) header: Option<Value>,
    /// The object that holds it in JSON.
    pub(super) span: Range<usize>,
}

impl<'t> Jws<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, NoJws> {
        if text.trim_start().starts_with('{') { Self::from_json(text) } else { Self::compact(text) }
    }

    fn compact(text: &'t str) -> Result<Self, NoJws> {
        let whole = text.trim_end_matches(['\r', '\n']);
        let mut parts = whole.split('.');
        let (Some(protected), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NoJws::Other);
        };
        let is_header = jose::decode(protected)
            .and_then(|h| json::parse(&h, &Limits { bytes: 1 << 20, ..Limits::default() }).ok())
            .is_some_and(|h| h.get("alg").is_some());
        if !is_header {
            return Err(NoJws::Other);
        }
        let entry = Entry {
            protected: protected.to_owned(),
            signature: signature.to_owned(),
            header: None,
            span: 0..whole.len(),
        };
        Ok(Self {
            text,
            serialization: Serialization::Compact,
            payload: (!payload.is_empty()).then(|| payload.to_owned()),
            payload_span: None,
            signatures: vec![entry],
            unknown: Vec::new(),
        })
    }

    fn from_json(text: &'t str) -> Result<Self, NoJws> {
        match json::parse(text.as_bytes(), &Limits::default()) {
            Ok(root) => Self::from_value(text, root),
            // Any other JSON may be as broken as it likes.
            Err(_) if !text.contains("\"signature") => Err(NoJws::Other),
            Err(e) => Err(e.into()),
        }
    }

    /// From a JSON value that stands in `text`.
    pub(super) fn from_value(text: &'t str, mut root: Value) -> Result<Self, NoJws> {
        let (one, many) = (root.get("signature"), root.get("signatures"));
        let (serialization, entries) = match (one, many) {
            (None, None) => return Err(NoJws::Other),
            (Some(_), Some(_)) => return Err(NoJws::Broken("jades.both-serializations", String::new())),
            (Some(_), None) => (Serialization::Flattened, vec![entry(&root)?]),
            (None, Some(many)) => {
                let many = many.as_array().filter(|m| !m.is_empty()).ok_or(wrong("signatures"))?;
                if many.len() > MAX_SIGNATURES {
                    return Err(NoJws::Broken("jades.too-many-signatures", many.len().to_string()));
                }
                if root.get("protected").is_some() || root.get("header").is_some() {
                    return Err(NoJws::Broken("jades.both-serializations", String::new()));
                }
                (Serialization::General, many.iter().map(entry).collect::<Result<_, _>>()?)
            }
        };
        let Kind::Object(members) = &mut root.kind else { return Err(NoJws::Other) };
        let payload = match members.iter_mut().find(|(n, _)| n == "payload") {
            None => None,
            Some((_, Value { kind: Kind::String(text), span })) => Some((std::mem::take(text), span.clone())),
            Some(_) => return Err(wrong("payload")),
        };
        let known = ["payload", "protected", "header", "signature", "signatures"];
        let unknown = members.iter().map(|(n, _)| n).filter(|n| !known.contains(&n.as_str())).cloned().collect();
        let payload = payload.filter(|(p, _)| !p.is_empty());
        let (payload, payload_span) = payload.map_or((None, None), |(p, s)| (Some(p), Some(s)));
        Ok(Self { text, serialization, payload, payload_span, signatures: entries, unknown })
    }
}

fn wrong(member: &str) -> NoJws {
    NoJws::Broken("jades.structure", member.to_owned())
}

fn entry(value: &Value) -> Result<Entry, NoJws> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(wrong(name));
    let header = match value.get("header") {
        None => None,
        Some(h) if h.as_object().is_some() => Some(h.clone()),
        Some(_) => return Err(wrong("header")),
    };
    Ok(Entry { protected: text("protected")?, signature: text("signature")?, header, span: value.span.clone() })
}
