//! The token endpoint.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::IntoResponse as _,
};
use ledger::Entry;
use protocol::client_assertion::{self, ASSERTION_TYPE, AssertionError, Claims, ClientKeys};
use serde::Serialize;
use serde_json::json;
use store::Tx;
use utoipa::ToSchema;
use web::{
    Answer, Fault, Fields, PageCx, Refuses as _, Right,
    client::{self, Registered, TOKEN_LIFE},
};

use super::ClientError;
use crate::Identity;

/// RFC 6749 section 5.1.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Granted {
    /// To be sent in `Authorization: Bearer`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    /// The rights granted, with spaces between them.
    scope: String,
}

/// RFC 8414 section 2.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Metadata {
    issuer: String,
    token_endpoint: String,
    grant_types_supported: [&'static str; 1],
    response_types_supported: [&'static str; 0],
    token_endpoint_auth_methods_supported: [&'static str; 1],
    token_endpoint_auth_signing_alg_values_supported: [&'static str; 5],
    scopes_supported: [&'static str; 3],
    service_documentation: String,
}

pub(crate) async fn metadata(State(me): State<Identity>, cx: PageCx) -> Answer {
    let issuer = me.0.origin.clone();
    cx.json(&Metadata {
        token_endpoint: endpoint(&issuer),
        grant_types_supported: ["client_credentials"],
        response_types_supported: [],
        token_endpoint_auth_methods_supported: ["private_key_jwt"],
        token_endpoint_auth_signing_alg_values_supported: ["ES256", "ES384", "PS256", "EdDSA", "Ed25519"],
        scopes_supported: Right::ALL.map(Right::name),
        service_documentation: format!("{issuer}/api"),
        issuer,
    })
}

fn endpoint(issuer: &str) -> String {
    format!("{issuer}/oauth/token")
}

/// What went wrong, in the words of RFC 6749 section 5.2.
enum Trouble {
    Client(ClientError),
    Here(Fault),
}

impl From<ClientError> for Trouble {
    fn from(e: ClientError) -> Self {
        Self::Client(e)
    }
}

impl From<AssertionError> for Trouble {
    fn from(e: AssertionError) -> Self {
        Self::Client(e.into())
    }
}

pub(crate) async fn token(State(me): State<Identity>, cx: PageCx, headers: HeaderMap, body: String) -> Answer {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let fields = Fields::parse(body.as_bytes()).filter(|_| kind.starts_with("application/x-www-form-urlencoded"));
    let fields = fields.unwrap_or_default();
    match granted(&me, &cx, &fields).await {
        Ok(granted) => cx.json(&granted),
        Err(Trouble::Here(fault)) => Err(fault),
        Err(Trouble::Client(e)) => {
            let status = e.status();
            let error = match e {
                ClientError::Grant => "unsupported_grant_type",
                ClientError::Scope => "invalid_scope",
                ClientError::NoAssertion => "invalid_request",
                _ => "invalid_client",
            };
            let told = json!({ "error": error, "error_description": e.to_string(), "code": e.code() });
            tracing::info!(target: "audit", code = %e.code(), request = cx.request_id(), "no token");
            Ok((status, Json(told)).into_response())
        }
    }
}

async fn granted(me: &Identity, cx: &PageCx, fields: &Fields) -> Result<Granted, Trouble> {
    if fields.get("grant_type") != "client_credentials" {
        return Err(ClientError::Grant.into());
    }
    let assertion = fields.get("client_assertion");
    if fields.get("client_assertion_type") != ASSERTION_TYPE || assertion.is_empty() {
        return Err(ClientError::NoAssertion.into());
    }
    let id = client_assertion::named(assertion)?;
    let told = fields.get("client_id");
    if !told.is_empty() && told != id {
        return Err(AssertionError::Client.into());
    }
    let client = client::find(&me.0.db, &id).await.map_err(|e| Trouble::Here(e.into()))?.ok_or(ClientError::Unknown)?;
    let keys = ClientKeys::parse(client.keys.as_deref().ok_or(ClientError::Unknown)?)?;
    let names = [me.0.origin.as_str(), &endpoint(&me.0.origin)];
    let claims = client_assertion::verify(assertion, &client.id, &keys, &names, cx.cx().now())?;
    if client.suspended.is_some() {
        return Err(ClientError::Suspended.into());
    }
    let rights = scope(&client, fields.get("scope")).ok_or(ClientError::Scope)?;
    if !first(me, cx, &client, &claims, &rights).await.map_err(Trouble::Here)? {
        return Err(ClientError::Replayed.into());
    }
    let scope: Vec<&str> = rights.iter().map(|r| r.name()).collect();
    Ok(Granted {
        access_token: cx.access_token(&client, &rights),
        token_type: "Bearer",
        expires_in: TOKEN_LIFE.as_secs(),
        scope: scope.join(" "),
    })
}

/// What is asked for, if all of it is the client's; everything the client has, if nothing is asked for.
fn scope(client: &Registered, asked: &str) -> Option<BTreeSet<Right>> {
    if asked.trim().is_empty() {
        return Some(client.rights.clone());
    }
    asked
        .split(' ')
        .filter(|w| !w.is_empty())
        .map(|w| Right::from_name(w).filter(|r| client.rights.contains(r)))
        .collect()
}

/// Whether the statement comes for the first time; that it came goes into the ledger.
async fn first(
    me: &Identity,
    cx: &PageCx,
    client: &Registered,
    claims: &Claims,
    rights: &BTreeSet<Right>,
) -> Result<bool, Fault> {
    let id = format!("{}|{}", client.id, claims.id);
    let rights: Vec<&str> = rights.iter().map(|r| r.name()).collect();
    let entry = Entry::new("identity.client.token", format!("client:{}", client.id), json!({ "scope": rights }));
    let work = (cx.cx(), (id, claims.expires, entry));
    me.0.db
        .write(&work, |tx: &mut Tx, (_, (id, expires, entry))| {
            Box::pin(async move {
                let first = tx.once("identity.client.jti", id, *expires).await?;
                if first {
                    ledger::record(tx, entry.clone()).await?;
                }
                Ok::<_, Fault>(first)
            })
        })
        .await
}
