//! Refusals: a stable code, a status and the arguments of its text. The shell writes the text.

use std::{borrow::Cow, collections::BTreeMap};

use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::i18n::{Catalogue, Lang};

/// HTTP status, re-exported so that a service need not name the HTTP crate.
pub use axum::http::StatusCode as Status;

/// What a handler answers.
pub type Answer<T = Response> = Result<T, Fault>;

/// An error of a feature that a visitor may see. The texts are the Fluent message `error-` + the code with dashes for dots:
/// the value is the title (what happened), `.cause` the rule behind it, `.remedy` what to do next.
pub trait Refuses {
    /// Stable code, like `ca.revoke.already-revoked`.
    fn code(&self) -> Cow<'static, str>;
    /// HTTP status.
    fn status(&self) -> Status {
        Status::UNPROCESSABLE_ENTITY
    }
    /// Arguments of the text. Never personal data.
    fn args(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

/// A refusal on its way to the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable code.
    pub code: Cow<'static, str>,
    /// HTTP status.
    pub status: Status,
    /// Arguments of the text.
    pub args: BTreeMap<String, String>,
    /// Seconds after which the same request may succeed.
    pub retry_after: Option<u64>,
}

impl Fault {
    /// A refusal by code.
    pub fn new(status: Status, code: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), status, args: BTreeMap::new(), retry_after: None }
    }
    /// The thing asked for does not exist, or not for this visitor.
    pub fn not_found() -> Self {
        Self::new(Status::NOT_FOUND, "web.page.not-found")
    }
    /// Something broke here; the cause is in the log, not on the page.
    pub fn internal(why: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %why, "request failed");
        Self::new(Status::INTERNAL_SERVER_ERROR, "web.internal")
    }
    /// Adds an argument of the text.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
    /// The same call may succeed after `seconds`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
    /// The Fluent key of the title.
    pub fn key(&self) -> String {
        key_of(&self.code)
    }
    /// The problem document of RFC 9457.
    pub fn problem(&self, texts: &Catalogue, lang: Lang, instance: &str) -> Problem {
        let key = self.key();
        let say = |attr: Option<&str>| texts.text(lang, &key, attr, &self.args);
        Problem {
            kind: format!("/api/errors#{}", self.code),
            title: say(None),
            status: self.status.as_u16(),
            detail: say(Some("cause")),
            remedy: say(Some("remedy")),
            code: self.code.to_string(),
            instance: instance.to_owned(),
        }
    }
}

/// The Fluent key of an error code: `ca.revoke.held` → `error-ca-revoke-held`.
pub fn key_of(code: &str) -> String {
    format!("error-{}", code.replace('.', "-"))
}

impl<E: Refuses> From<E> for Fault {
    fn from(e: E) -> Self {
        Self { code: e.code(), status: e.status(), args: e.args(), retry_after: None }
    }
}

impl Refuses for contract::Refusal {
    fn code(&self) -> Cow<'static, str> {
        Cow::Owned(self.code.clone())
    }
    fn status(&self) -> Status {
        if self.transient { Status::SERVICE_UNAVAILABLE } else { Status::UNPROCESSABLE_ENTITY }
    }
    fn args(&self) -> BTreeMap<String, String> {
        self.args.clone()
    }
}

impl Refuses for store::StoreError {
    fn code(&self) -> Cow<'static, str> {
        tracing::error!(error = %self, "database");
        Cow::Borrowed(match self {
            Self::Unavailable(_) | Self::Conflict { .. } => "web.busy",
            Self::Full => "web.full",
            _ => "web.internal",
        })
    }
    fn status(&self) -> Status {
        match self {
            Self::Unavailable(_) | Self::Conflict { .. } => Status::SERVICE_UNAVAILABLE,
            Self::Full => Status::INSUFFICIENT_STORAGE,
            _ => Status::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<Fault> for contract::Refusal {
    fn from(f: Fault) -> Self {
        Self { code: f.code.into_owned(), args: f.args, transient: f.status == Status::SERVICE_UNAVAILABLE }
    }
}

impl IntoResponse for Fault {
    /// An empty answer that carries the fault; the shell, which knows the language, fills it.
    fn into_response(self) -> Response {
        let mut r = self.status.into_response();
        if let Some(after) = self.retry_after
            && let Ok(v) = after.to_string().parse()
        {
            r.headers_mut().insert(axum::http::header::RETRY_AFTER, v);
        }
        r.extensions_mut().insert(self);
        r
    }
}

/// `application/problem+json`.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// Address of the description.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in the reader's language.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Why: which rule.
    pub detail: String,
    /// What to do next.
    pub remedy: String,
    /// Stable code.
    pub code: String,
    /// The request.
    pub instance: String,
}
