//! Programs as callers of the API: who they are, what they may do, how much of it a day.
//!
//! A client proves itself either by a certificate at the listener for clients (mutual TLS, RFC 8705 section 2.2) or by an access
//! token (RFC 6750) that it was given for a signed statement. Every use is counted; what people do for themselves is not.

use std::{collections::BTreeSet, time::Duration};

use axum::http::{HeaderMap, header};
use base::{Cx, KeyRing};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{Fault, Status};

mod count;
mod quota;
mod routes;
mod rows;

pub(crate) use count::{Count, Counted};
pub(crate) use quota::charge;
pub use quota::{Quota, Usage};
pub use routes::routes;
pub use rows::{NewClient, QUERIES, Registered, change, find, list, register, resume, suspend};

/// How long an access token holds.
pub const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// Purpose of the sealing of access tokens.
const TOKEN: &str = "access-token";

/// What a program may be let do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Judge signatures.
    Validate,
    /// Prepare and finish signatures whose value is made elsewhere.
    Sign,
    /// Augment signatures, ask for time stamps and evidence.
    Preserve,
}

impl Right {
    /// Every right.
    pub const ALL: [Right; 3] = [Right::Validate, Right::Sign, Right::Preserve];
    /// The name used as OAuth scope and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Sign => "sign",
            Self::Preserve => "preserve",
        }
    }
    /// The right of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
}

/// A program that has proved who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Stable id, `client_id` of OAuth.
    pub id: String,
    /// Whose it is.
    pub institution: String,
    /// What it may do.
    pub rights: BTreeSet<Right>,
    /// How much a day.
    pub quota: Quota,
    /// How it proved itself: `private_key_jwt` or `mtls`.
    pub method: &'static str,
}

impl Client {
    /// The id that the ledger and other services see.
    pub fn actor(&self) -> String {
        format!("client:{}", self.id)
    }
    fn of(row: Registered, method: &'static str) -> Self {
        Self { id: row.id, institution: row.institution, rights: row.rights, quota: row.quota, method }
    }
}

/// SHA-256 of the certificate that the other end of the connection proved to have, put into each request of the listener for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientCertificate(pub [u8; 32]);

impl ClientCertificate {
    /// Lower-case hexadecimal, as it is registered.
    pub fn hex(&self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }
}

#[derive(Serialize, Deserialize)]
struct Token {
    client: String,
    generation: i64,
    /// Seconds.
    expires: i64,
    rights: BTreeSet<Right>,
}

/// An access token of `client` with `rights`, sealed: only this platform can read it.
pub(crate) fn token(cx: &Cx, keys: &KeyRing, client: &Registered, rights: &BTreeSet<Right>) -> String {
    let token = Token {
        client: client.id.clone(),
        generation: client.generation,
        expires: (cx.now() + TOKEN_LIFE).as_second(),
        rights: rights.clone(),
    };
    keys.seal_text(cx.random.as_ref(), TOKEN, &serde_json::to_vec(&token).unwrap_or_default())
}

/// The client that a request comes from, if it comes from one. What claims to be one and is not is refused, also where anyone may come.
pub(crate) async fn caller(
    cx: &Cx,
    keys: &KeyRing,
    db: Option<&store::Db>,
    headers: &HeaderMap,
    certificate: Option<ClientCertificate>,
) -> Result<Option<Client>, Fault> {
    let bearer = headers.get(header::AUTHORIZATION).map(|v| v.to_str().unwrap_or_default());
    let refused = |code: &'static str| Fault::new(Status::UNAUTHORIZED, code);
    let (row, method, granted) = match (bearer, certificate) {
        (None, None) => return Ok(None),
        (Some(bearer), _) => {
            let sealed = bearer.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
            let sealed = sealed.map(|(_, t)| t.trim()).filter(|t| t.len() <= 2048);
            let opened = sealed.and_then(|t| keys.open_text(TOKEN, t));
            let token: Option<Token> = opened.and_then(|t| serde_json::from_slice(&t).ok());
            let token =
                token.filter(|t| t.expires > cx.now().as_second()).ok_or_else(|| refused("web.client.token"))?;
            let db = db.ok_or_else(|| refused("web.client.token"))?;
            let row = find(db, &token.client).await?.filter(|r| r.generation == token.generation);
            (row.ok_or_else(|| refused("web.client.token"))?, "private_key_jwt", Some(token.rights))
        }
        (None, Some(certificate)) => {
            let db = db.ok_or_else(|| refused("web.client.certificate"))?;
            let row = rows::by_certificate(db, &certificate.hex()).await?;
            (row.ok_or_else(|| refused("web.client.certificate"))?, "mtls", None)
        }
    };
    if row.suspended.is_some() {
        return Err(Fault::new(Status::FORBIDDEN, "web.client.suspended"));
    }
    let mut client = Client::of(row, method);
    if let Some(granted) = granted {
        client.rights.retain(|r| granted.contains(r));
    }
    Ok(Some(client))
}

/// How long until a client may try again.
pub(crate) fn wait(seconds: Duration) -> u64 {
    seconds.as_secs().max(1)
}
