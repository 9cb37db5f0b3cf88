//! Web eID: a person signs in, or signs, in the browser with an identity card.
//!
//! The card's side (an agent or extension) signs `hash(origin) ‖ hash(nonce)` with the authentication key and wraps certificate and
//! signature in an authentication token ([`AuthToken`]). The server's side gives out the nonce and judges the token
//! ([`verify()`]); whether the certificate is trusted and not revoked is judged by the caller through its path validation and OCSP.
//!
//! The origin in the token is never a parameter of the page: it is what the browser says about the page.

mod algorithm;
mod token;
mod verify;

#[cfg(test)]
mod tests;

pub use algorithm::{Algorithm, HashFunction, SignatureDescription};
pub use token::{AuthToken, SigningCertificate, challenge, nonce};
pub use verify::{Authenticated, Expected, WebEidError, verify};

/// Longest token that is read, in bytes: two certificates and their wrapping are far below.
pub const MAX_TOKEN: usize = 32 * 1024;
/// Fewest characters of a nonce: 32 random bytes in base64.
pub const MIN_NONCE: usize = 44;
/// Longest nonce.
pub const MAX_NONCE: usize = 128;

/// Whether `origin` is an origin as browsers write it: scheme, host, port if unusual; no path. Plain http only for this computer itself.
pub fn is_origin(origin: &str) -> bool {
    let host = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
        (Some(host), _) => host,
        (_, Some(host)) if is_loopback(host) => host,
        _ => return false,
    };
    let letters = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b".-:[]".contains(&c);
    !host.is_empty() && host.len() <= 255 && host.bytes().all(letters)
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}
