//! Programs of institutions (API clients): operators register and suspend them, and they prove who they are.
//!
//! A client proves itself by a statement signed with a registered key (`private_key_jwt`, RFC 7523) and is given a short access
//! token for it, or by a registered certificate at the listener for clients (RFC 8705). People's own signing needs neither.

mod pages;
mod token;

use std::{borrow::Cow, collections::BTreeMap};

use protocol::client_assertion::AssertionError;
use web::{Permission, Refuses, Role, Route, Routes, Status, limits::Class};

use crate::Identity;

/// Who registers clients.
const OPERATOR: Permission = Permission::Staff(Role::Operator);

pub(crate) fn routes(me: &Identity, routes: Routes) -> Routes {
    let me = || me.clone();
    routes
        .errors(AssertionError::CODES)
        .nav(web::Nav::new(95, "/operator/clients", "identity-nav-clients", OPERATOR))
        .route(Route::get("/operator/clients", OPERATOR).to(me(), pages::show))
        .route(Route::post("/operator/clients", OPERATOR).audited().to(me(), pages::register))
        .route(Route::post("/operator/clients/{id}/suspend", OPERATOR).audited().to(me(), pages::suspend))
        .route(Route::post("/operator/clients/{id}/resume", OPERATOR).audited().to(me(), pages::resume))
        .route(
            Route::post("/oauth/token", Permission::Public)
                .raw()
                .class(Class::Write)
                .most(16 << 10)
                .documented()
                .summary("An access token for a registered program")
                .about("Client credentials (RFC 6749 section 4.4) with private_key_jwt (RFC 7523 section 2.2). The token holds for five minutes. Refusals are in the form of RFC 6749 section 5.2, with our `code`.")
                .takes_bytes("application/x-www-form-urlencoded")
                .gives::<token::Granted>(200, "The token")
                .refuses(AssertionError::CODES)
                .to(me(), token::token),
        )
        .route(
            Route::get("/.well-known/oauth-authorization-server", Permission::Public)
                .documented()
                .summary("Where and how programs get a token (RFC 8414)")
                .gives::<token::Metadata>(200, "The description")
                .to(me(), token::metadata),
        )
}

/// Why a program gets no token, or is not registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Something other than client credentials was asked for.
    #[error("the grant type is not client_credentials")]
    Grant,
    /// No statement of the form of RFC 7523.
    #[error("there is no client assertion")]
    NoAssertion,
    /// The statement, or the set of keys, is not good.
    #[error(transparent)]
    Assertion(#[from] AssertionError),
    /// Nobody of that name, or without keys. Told apart from a wrong signature to nobody but the log.
    #[error("the client is unknown")]
    Unknown,
    /// An operator has suspended it.
    #[error("the client is suspended")]
    Suspended,
    /// The statement was used before.
    #[error("the client assertion has been used")]
    Replayed,
    /// More was asked for than the client may.
    #[error("the scope is not the client's")]
    Scope,
    /// A certificate that cannot be read.
    #[error("the certificate cannot be read")]
    Certificate,
    /// The certificate belongs to another client.
    #[error("the certificate belongs to another client")]
    Taken,
}

/// Every code of this feature.
pub(crate) const CODES: [&str; 8] = [
    "identity.client.grant",
    "identity.client.no-assertion",
    "identity.client.unknown",
    "identity.client.suspended",
    "identity.client.replayed",
    "identity.client.scope",
    "identity.client.certificate",
    "identity.client.taken",
];

impl Refuses for ClientError {
    fn code(&self) -> Cow<'static, str> {
        let [grant, none, unknown, suspended, replayed, scope, certificate, taken] = CODES;
        Cow::Borrowed(match self {
            Self::Grant => grant,
            Self::NoAssertion => none,
            Self::Assertion(e) => e.code(),
            Self::Unknown => unknown,
            Self::Suspended => suspended,
            Self::Replayed => replayed,
            Self::Scope => scope,
            Self::Certificate => certificate,
            Self::Taken => taken,
        })
    }
    fn status(&self) -> Status {
        match self {
            Self::Grant | Self::NoAssertion | Self::Scope => Status::BAD_REQUEST,
            Self::Certificate | Self::Taken => Status::UNPROCESSABLE_ENTITY,
            _ => Status::UNAUTHORIZED,
        }
    }
    fn args(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}
