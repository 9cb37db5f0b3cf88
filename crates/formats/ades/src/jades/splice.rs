//! Putting signatures and components into a file: new text between the old, which stays.

use token::{
    jose,
    json::{Array, Object, quoted},
};

use super::{
    JadesError,
    document::{Entry, Jws, NoJws, Serialization},
    read::{components, id},
};

pub(super) fn parse(text: &str) -> Result<Jws<'_>, JadesError> {
    Jws::parse(text).map_err(|e| {
        JadesError::Document(match e {
            NoJws::Other => "it is none".to_owned(),
            NoJws::Broken(code, object) => format!("{code} {object}"),
        })
    })
}

/// Which signature of the file has this id.
pub(super) fn place(jws: &Jws<'_>, wanted: &str) -> Result<usize, JadesError> {
    let all = 0..jws.signatures.len();
    all.into_iter().find(|n| id(*n) == wanted).ok_or_else(|| JadesError::Unknown(wanted.to_owned()))
}

/// One signature as an object; its parts as they are in the file.
fn object(jws: &Jws<'_>, entry: &Entry) -> Object {
    let mut out = Object::new().text("protected", &entry.protected);
    if let Some(header) = &entry.header {
        out = out.with("header", jws.text.get(header.span.clone()).unwrap_or_default());
    }
    out.text("signature", &entry.signature)
}

fn outer(jws: &Jws<'_>) -> Object {
    let carried = jws.payload_span.clone().and_then(|s| jws.text.get(s));
    match (carried, &jws.payload) {
        (Some(json), _) => Object::new().with("payload", json),
        (None, Some(text)) => Object::new().text("payload", text),
        (None, None) => Object::new(),
    }
}

/// The file with one more signature; becomes the general serialisation.
pub(super) fn add_signature(jws: &Jws<'_>, entry: &str) -> String {
    if let (Serialization::General, Some(last)) = (jws.serialization, jws.signatures.last()) {
        return insert(jws.text, last.span.end, &format!(",{entry}"));
    }
    let present = jws.signatures.iter().map(|e| object(jws, e).to_string());
    outer(jws).with("signatures", Array::of(present.chain([entry.to_owned()]))).to_string()
}

fn insert(text: &str, at: usize, new: &str) -> String {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    format!("{before}{new}{after}")
}

/// The file with one more component at the end of `etsiU` of signature `id`: in the form of those that are there, else base64url. A compact
/// file becomes the flattened serialisation, since only JSON has a place for it.
pub(super) fn add_component(text: &str, id: &str, name: &str, json: &str) -> Result<String, JadesError> {
    let jws = parse(text)?;
    if jws.serialization == Serialization::Compact {
        let entry = jws.signatures.first().ok_or(JadesError::NoData)?;
        let (protected, signature) = (&entry.protected, &entry.signature);
        let text = outer(&jws).text("protected", protected).text("signature", signature).to_string();
        return add_component(&text, id, name, json);
    }
    let entry = jws.signatures.get(place(&jws, id)?).ok_or_else(|| JadesError::Unknown(id.to_owned()))?;
    let component = Object::new().with(name, json).to_string();
    let Some(header) = &entry.header else {
        let etsi_u = Object::new().with("etsiU", Array::of([quoted(&jose::encode(component.as_bytes()))]));
        return Ok(insert(text, entry.span.end.saturating_sub(1), &format!(",\"header\":{etsi_u}")));
    };
    let present = components(header, text).map_err(|e| JadesError::Document(e.to_owned()))?;
    let clear = present.first().is_some_and(|c| !c.is_encoded());
    let component = if clear { component } else { quoted(&jose::encode(component.as_bytes())) };
    let comma = |empty: bool| if empty { "" } else { "," };
    Ok(match header.get("etsiU") {
        Some(list) => {
            let new = format!("{}{component}", comma(present.is_empty()));
            insert(text, list.span.end.saturating_sub(1), &new)
        }
        None => {
            let empty = header.as_object().is_none_or(<[_]>::is_empty);
            let new = format!("{}\"etsiU\":[{component}]", comma(empty));
            insert(text, header.span.end.saturating_sub(1), &new)
        }
    })
}
