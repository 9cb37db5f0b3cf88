//! Programs prove who they are by a signed statement: `private_key_jwt` (RFC 7523 sections 2.2 and 3, RFC 7521 section 4.2).
//!
//! The statement is a JWS in compact form (RFC 7515) over claims (RFC 7519). The server knows the client's public keys as a
//! JWK Set (RFC 7517). That a statement counts once is the server's matter: [`Claims::id`] and [`Claims::expires`] are for that.

mod keys;
#[cfg(test)]
mod tests;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

pub use keys::{ClientKeys, MAX_KEYS, MAX_SET};

use keys::Algorithm;

/// The `client_assertion_type` of RFC 7523 section 2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Longest statement that is read, in bytes.
pub const MAX_ASSERTION: usize = 8 << 10;
/// The longest a statement may still live when it comes.
pub const MAX_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How far the clocks of client and server may differ.
pub const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// Longest `jti`, `iss` and `sub`, in bytes.
const MAX_NAME: usize = 256;

/// Why a statement, or a set of keys, is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// Longer than [`MAX_ASSERTION`] or [`MAX_SET`].
    #[error("it is too long")]
    TooLong,
    /// Not a compact JWS over claims (RFC 7515 section 7.1, RFC 7519 section 7.2).
    #[error("it is no signed JWT: {0}")]
    Form(&'static str),
    /// `alg` is not among those allowed, or does not belong to the key.
    #[error("its algorithm is not accepted")]
    Algorithm,
    /// No registered key has this `kid`, or it says none and there are several.
    #[error("no registered key fits")]
    Key,
    /// The signature does not hold.
    #[error("its signature does not hold")]
    Signature,
    /// `iss` and `sub` are not both the client (RFC 7523 section 3, points 1 and 2).
    #[error("issuer and subject are not the client")]
    Client,
    /// `aud` is not this server alone (RFC 7523 section 3, point 3).
    #[error("it is meant for another server")]
    Audience,
    /// Expired, not valid yet, or valid for longer than [`MAX_LIFE`].
    #[error("it is not valid at this time")]
    Time,
    /// No `jti`, or one too long: it could not be told from a repetition.
    #[error("it has no usable jti")]
    Id,
    /// The set of keys cannot be used.
    #[error("the set of keys: {0}")]
    Keys(&'static str),
}

impl AssertionError {
    /// Every code.
    pub const CODES: &[&str] = &[
        "client-assertion.too-long",
        "client-assertion.form",
        "client-assertion.algorithm",
        "client-assertion.key",
        "client-assertion.signature",
        "client-assertion.client",
        "client-assertion.audience",
        "client-assertion.time",
        "client-assertion.id",
        "client-assertion.keys",
    ];
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "client-assertion.too-long",
            Self::Form(_) => "client-assertion.form",
            Self::Algorithm => "client-assertion.algorithm",
            Self::Key => "client-assertion.key",
            Self::Signature => "client-assertion.signature",
            Self::Client => "client-assertion.client",
            Self::Audience => "client-assertion.audience",
            Self::Time => "client-assertion.time",
            Self::Id => "client-assertion.id",
            Self::Keys(_) => "client-assertion.keys",
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood (RFC 7515 section 4.1.11): none are.
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Body {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    jti: Option<String>,
}

/// What a statement says once it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The client.
    pub client: String,
    /// `jti`: counts once.
    pub id: String,
    /// Until when it could be used again.
    pub expires: Timestamp,
}

struct Parts<'a> {
    signed: &'a str,
    header: Header,
    body: Body,
    signature: Vec<u8>,
}

fn parts(assertion: &str) -> Result<Parts<'_>, AssertionError> {
    if assertion.len() > MAX_ASSERTION {
        return Err(AssertionError::TooLong);
    }
    let (signed, signature) = assertion.rsplit_once('.').ok_or(AssertionError::Form("three parts"))?;
    let (header, body) = signed.split_once('.').ok_or(AssertionError::Form("three parts"))?;
    let octets = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| AssertionError::Form("base64url"));
    let header = serde_json::from_slice::<Header>(&octets(header)?).map_err(|_| AssertionError::Form("header"))?;
    let body = serde_json::from_slice::<Body>(&octets(body)?).map_err(|_| AssertionError::Form("claims"))?;
    if header.crit.is_some() {
        return Err(AssertionError::Form("crit"));
    }
    Ok(Parts { signed, header, body, signature: octets(signature)? })
}

/// The client that a statement names, before anything of it is proven: whose keys to look for.
pub fn named(assertion: &str) -> Result<String, AssertionError> {
    let sub = parts(assertion)?.body.sub;
    if (1..=MAX_NAME).contains(&sub.len()) { Ok(sub) } else { Err(AssertionError::Client) }
}

/// Judges a statement of `client` with its registered keys. `audiences` are the names of this server: its issuer, its token endpoint.
pub fn verify(
    assertion: &str,
    client: &str,
    keys: &ClientKeys,
    audiences: &[&str],
    at: Timestamp,
) -> Result<Claims, AssertionError> {
    let Parts { signed, header, body, signature } = parts(assertion)?;
    let algorithm = Algorithm::of_name(&header.alg).ok_or(AssertionError::Algorithm)?;
    let key = keys.find(header.kid.as_deref()).ok_or(AssertionError::Key)?;
    algorithm.holds(key, signed.as_bytes(), &signature)?;
    if body.iss != client || body.sub != client {
        return Err(AssertionError::Client);
    }
    let audience = match &body.aud {
        Audience::One(one) => Some(one),
        Audience::Many(many) => Some(many).filter(|m| m.len() == 1).and_then(|m| m.first()),
    };
    // a statement that other servers accept as well could be carried on by them
    if !audience.is_some_and(|a| audiences.contains(&a.as_str())) {
        return Err(AssertionError::Audience);
    }
    let expires = moment(body.exp)?;
    if expires <= at - SKEW || expires > at + MAX_LIFE {
        return Err(AssertionError::Time);
    }
    for since in [body.nbf, body.iat].into_iter().flatten() {
        if moment(since)? > at + SKEW {
            return Err(AssertionError::Time);
        }
    }
    let id = body.jti.filter(|j| (1..=MAX_NAME).contains(&j.len())).ok_or(AssertionError::Id)?;
    Ok(Claims { client: body.sub, id, expires: expires + SKEW })
}

/// `NumericDate` (RFC 7519 section 2): seconds, maybe with a fraction, which is dropped.
fn moment(seconds: f64) -> Result<Timestamp, AssertionError> {
    if !(0.0..=9_999_999_999.0).contains(&seconds) {
        return Err(AssertionError::Time);
    }
    Timestamp::from_second(seconds as i64).map_err(|_| AssertionError::Time)
}
