//! Forms and JSON bodies.

use std::{collections::BTreeMap, fmt::Display};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::header,
};
use serde::de::DeserializeOwned;

use crate::{Fault, Refuses, Status, fault::key_of};

/// The fields of a form, in order; a name may repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// From `name=value&…`.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let mut out = vec![];
        for pair in text.split('&').filter(|p| !p.is_empty()) {
            let (k, v) = pair.split_once('=').unwrap_or((pair, ""));
            out.push((decode(k)?, decode(v)?));
        }
        Some(Self(out))
    }
    /// The first value of that name, without surrounding white space.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.trim())
    }
    /// Every value of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(k, _)| k == name).map(|(_, v)| v.as_str())
    }
    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }
    /// Sets a field, for a page that shows the form first.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Display) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }
}

fn decode(s: &str) -> Option<String> {
    let mut out = Vec::with_capacity(s.len());
    let mut bytes = s.bytes();
    while let Some(b) = bytes.next() {
        match b {
            b'+' => out.push(b' '),
            b'%' => {
                let hex = [bytes.next()?, bytes.next()?];
                out.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
            }
            b => out.push(b),
        }
    }
    String::from_utf8(out).ok()
}

fn malformed(why: impl Display) -> Fault {
    Fault::new(Status::BAD_REQUEST, "web.request.malformed").with("why", why)
}

async fn whole(req: Request) -> Result<Bytes, Fault> {
    Bytes::from_request(req, &()).await.map_err(|e| match e.status() {
        Status::PAYLOAD_TOO_LARGE => Fault::new(Status::PAYLOAD_TOO_LARGE, "web.body.too-large").with("limit", "?"),
        _ => malformed("body"),
    })
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Fault;
    async fn from_request(req: Request, _: &S) -> Result<Self, Fault> {
        Fields::parse(&whole(req).await?).ok_or_else(|| malformed("form"))
    }
}

/// A form read into a type.
#[derive(Clone, Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Fault;
    async fn from_request(req: Request, state: &S) -> Result<Self, Fault> {
        axum::Form::<T>::from_request(req, state).await.map(|f| Self(f.0)).map_err(|e| malformed(e.body_text()))
    }
}

/// A JSON body.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Fault;
    async fn from_request(req: Request, _: &S) -> Result<Self, Fault> {
        let media = req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !media.split(';').next().is_some_and(|m| m.trim() == "application/json" || m.trim().ends_with("+json")) {
            return Err(
                Fault::new(Status::UNSUPPORTED_MEDIA_TYPE, "web.request.media-type").with("wanted", "application/json")
            );
        }
        serde_json::from_slice(&whole(req).await?).map(Self).map_err(malformed)
    }
}

/// Spends the one-time token of a form (`{{ cx.once() }}`) in the transaction of its work: the second time is refused.
pub async fn spend(tx: &mut store::Tx, fields: &Fields) -> Result<(), Fault> {
    let token = fields.get("_once");
    let expires = tx.now()? + jiff::SignedDuration::from_hours(24 * 30);
    let known = token.parse::<base::Id<super::Once>>().is_ok();
    if known && tx.once("form", token, expires).await? {
        return Ok(());
    }
    Err(Fault::new(Status::CONFLICT, "web.form.replayed"))
}

/// A mistake in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, also its id on the page.
    pub field: String,
    /// Key of the text.
    pub key: String,
    /// Its arguments.
    pub args: BTreeMap<String, String>,
}

/// A form as filled in, with what is wrong in it, to be shown again.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// What was entered.
    pub fields: Fields,
    /// What is wrong, in the order of checking.
    pub errors: Vec<FieldError>,
}

impl From<Fields> for Filled {
    fn from(fields: Fields) -> Self {
        Self { fields, errors: vec![] }
    }
}

impl Filled {
    /// What was entered in a field.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name)
    }
    /// Notes a mistake by the key of its text.
    pub fn wrong(&mut self, field: &str, key: &str) {
        self.wrong_with(field, key, &[]);
    }
    /// The same, with arguments.
    pub fn wrong_with(&mut self, field: &str, key: &str, args: &[(&str, &str)]) {
        let args = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.errors.push(FieldError { field: field.to_owned(), key: key.to_owned(), args });
    }
    /// Notes a refusal at a field; its title is the text.
    pub fn refused(&mut self, field: &str, why: &impl Refuses) {
        self.errors.push(FieldError { field: field.to_owned(), key: key_of(&why.code()), args: why.args() });
    }
    /// Reads a field through `f`; a refusal becomes the field's mistake.
    pub fn read<T, E: Refuses>(&mut self, field: &str, f: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        match f(self.fields.get(field)) {
            Ok(v) => Some(v),
            Err(e) => {
                self.refused(field, &e);
                None
            }
        }
    }
    /// A field that must not be empty; `key` is the text when it is.
    pub fn required(&mut self, field: &str, key: &str) -> Option<String> {
        let v = self.fields.get(field).to_owned();
        if v.is_empty() {
            self.wrong(field, key);
            return None;
        }
        Some(v)
    }
    /// Whether anything is wrong.
    pub fn failed(&self) -> bool {
        !self.errors.is_empty()
    }
    /// What is wrong with one field.
    pub fn error(&self, field: &str) -> Option<&FieldError> {
        self.errors.iter().find(|e| e.field == field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_forms() {
        let f = Fields::parse(b"a=1+2&b=%C4%80bols&b=x&c").unwrap();
        assert_eq!((f.get("a"), f.get("b"), f.get("c"), f.get("d")), ("1 2", "Ābols", "", ""));
        assert_eq!(f.all("b").count(), 2);
        assert!(
            Fields::parse(b"a=%Z1").is_none() && Fields::parse(b"a=%F0").is_none() && Fields::parse(b"a=%4").is_none()
        );
    }
}
