use axum::{
    body::Bytes,
    extract::{OriginalUri, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use web::Answer;

use super::{MAX_REQUEST, OcspAnswer, answer};
use crate::{Ca, crl::http_date};

/// Clients forget or escape the padding; both are understood.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// `POST /ocsp`
pub(crate) async fn post(State(ca): State<Ca>, body: Bytes) -> Answer {
    let cx = ca.cx().clone();
    Ok(respond(answer(&ca, &cx, &body).await, false))
}

/// `GET /ocsp/BASE64`: the path as the client sent it (RFC 6960 appendix A.1), for the request may hold `/` and `+`.
pub(crate) async fn get(State(ca): State<Ca>, OriginalUri(uri): OriginalUri) -> Answer {
    let cx = ca.cx().clone();
    let request = uri.path().strip_prefix("/ocsp/").and_then(from_path).unwrap_or_default();
    Ok(respond(answer(&ca, &cx, &request).await, true))
}

/// The octets of a request in a path: base64, its special characters escaped or not.
pub(super) fn from_path(path: &str) -> Option<Vec<u8>> {
    if path.len() > MAX_REQUEST * 2 {
        return None;
    }
    let mut text = String::with_capacity(path.len());
    let mut rest = path.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let (hi, lo) = (rest.next()?.to_digit(16)?, rest.next()?.to_digit(16)?);
        text.push(char::from_u32(hi * 16 + lo)?);
    }
    BASE64.decode(text).ok()
}

fn respond(answer: OcspAnswer, cacheable: bool) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/ocsp-response")];
    let body = answer.der.to_vec();
    match answer.holds.filter(|_| cacheable) {
        // A revocation must show at once: caches may keep the answer but ask each time whether it still holds.
        Some((this, next)) => {
            let digest = pki::DigestAlgorithm::Sha256.of(&body);
            let cache = [
                (header::CACHE_CONTROL, "public, no-cache, no-transform".to_owned()),
                (header::ETAG, format!("\"{}\"", crate::issue::hex(digest.get(..16).unwrap_or_default()))),
                (header::LAST_MODIFIED, http_date(this)),
                (header::EXPIRES, http_date(next)),
            ];
            (StatusCode::OK, kind, cache, body).into_response()
        }
        None => (StatusCode::OK, kind, [(header::CACHE_CONTROL, "no-store")], body).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_special_characters_escaped_or_not() {
        for octets in [vec![0x30, 0xfb, 0xff, 0xbf], vec![0x30; 7], (0..=255).collect::<Vec<u8>>()] {
            let plain = BASE64.encode(&octets);
            let escaped = plain.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
            assert_eq!(from_path(&plain).unwrap(), octets);
            assert_eq!(from_path(&escaped).unwrap(), octets);
            assert_eq!(from_path(plain.trim_end_matches('=')).unwrap(), octets);
        }
        for bad in ["%", "%2", "%zz", "M*", "ā", "%ff%ff"] {
            assert_eq!(from_path(bad), None, "{bad}");
        }
    }
}
