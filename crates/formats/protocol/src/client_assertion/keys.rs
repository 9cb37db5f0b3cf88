use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use pki::{DigestAlgorithm, KeyKind, PublicKey, SignatureAlgorithm, ecdsa_raw_to_der};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::AssertionError;

/// Most keys of one client.
pub const MAX_KEYS: usize = 8;
/// Longest JWK Set, in bytes.
pub const MAX_SET: usize = 32 << 10;

/// Members that hold a secret (RFC 7518 section 6): whoever registers them has given their key away.
const SECRET: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The algorithms that are accepted; neither `none` nor one with a shared secret is among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Es256,
    Es384,
    Ps256,
    EdDsa,
}

impl Algorithm {
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "PS256" => Self::Ps256,
            // RFC 9864 names the curve; RFC 8037 did not
            "EdDSA" | "Ed25519" => Self::EdDsa,
            _ => return None,
        })
    }
    fn of_key(kind: KeyKind) -> Option<Self> {
        Some(match kind {
            KeyKind::P256 => Self::Es256,
            KeyKind::P384 => Self::Es384,
            KeyKind::Rsa(2048..=8192) => Self::Ps256,
            KeyKind::Ed25519 => Self::EdDsa,
            _ => return None,
        })
    }
    /// Whether `signature` over `message` is one of `key` by this algorithm.
    pub(super) fn holds(self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), AssertionError> {
        if Self::of_key(key.kind()) != Some(self) {
            return Err(AssertionError::Algorithm);
        }
        let signature = match key.kind().ecdsa_size() {
            // r ‖ s of the curve's size (RFC 7518 section 3.4)
            Some(half) if signature.len() == 2 * half => {
                ecdsa_raw_to_der(signature).map_err(|_| AssertionError::Signature)?
            }
            Some(_) => return Err(AssertionError::Signature),
            None => signature.to_vec(),
        };
        let algorithm = match self {
            Self::Es256 => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
            Self::Es384 => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384),
            Self::Ps256 => SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha256),
            Self::EdDsa => SignatureAlgorithm::Ed25519,
        };
        pki::verify(key.spki(), algorithm, message, &signature).map_err(|_| AssertionError::Signature)
    }
}

/// The public keys of a client.
#[derive(Clone, Debug)]
pub struct ClientKeys(Vec<(Option<String>, PublicKey)>);

#[derive(Deserialize)]
struct Set {
    keys: Vec<Map<String, Value>>,
}

impl ClientKeys {
    /// Reads a JWK Set (RFC 7517 section 5): 1 to [`MAX_KEYS`] public keys for signatures on P-256, P-384, Ed25519, or RSA of
    /// at least 2048 bits; several keys have different `kid`. A secret key is refused.
    pub fn parse(json: &str) -> Result<Self, AssertionError> {
        if json.len() > MAX_SET {
            return Err(AssertionError::TooLong);
        }
        let set: Set = serde_json::from_str(json).map_err(|_| AssertionError::Keys("no JWK Set"))?;
        if set.keys.is_empty() || set.keys.len() > MAX_KEYS {
            return Err(AssertionError::Keys("1 to 8 keys"));
        }
        let keys = set.keys.iter().map(key).collect::<Result<Vec<_>, _>>()?;
        let names: BTreeSet<&str> = keys.iter().filter_map(|(k, _)| k.as_deref()).collect();
        if keys.len() > 1 && names.len() != keys.len() {
            return Err(AssertionError::Keys("several keys need different kid"));
        }
        Ok(Self(keys))
    }
    /// How many keys.
    pub fn count(&self) -> usize {
        self.0.len()
    }
    pub(super) fn find(&self, kid: Option<&str>) -> Option<&PublicKey> {
        match (kid, self.0.as_slice()) {
            (None, [(_, only)]) => Some(only),
            (None, _) => None,
            (Some(kid), keys) => keys.iter().find(|(k, _)| k.as_deref() == Some(kid)).map(|(_, key)| key),
        }
    }
}

fn key(jwk: &Map<String, Value>) -> Result<(Option<String>, PublicKey), AssertionError> {
    let bad = AssertionError::Keys;
    if SECRET.iter().any(|s| jwk.contains_key(*s)) {
        return Err(bad("a secret key"));
    }
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|u| u != "sig") {
        return Err(bad("a key that is not for signatures"));
    }
    let octets = |name: &str| {
        let value = text(name).ok_or(bad("a member is missing"))?;
        URL_SAFE_NO_PAD.decode(value).map_err(|_| bad("base64url"))
    };
    let public = match (text("kty"), text("crv")) {
        (Some("EC"), Some(curve @ ("P-256" | "P-384"))) => {
            let (kind, half) = if curve == "P-256" { (KeyKind::P256, 32) } else { (KeyKind::P384, 48) };
            let (x, y) = (octets("x")?, octets("y")?);
            if x.len() != half || y.len() != half {
                return Err(bad("coordinates of a wrong length"));
            }
            PublicKey::from_ec_point(kind, &[&[4], x.as_slice(), y.as_slice()].concat())
        }
        (Some("OKP"), Some("Ed25519")) => PublicKey::from_ed25519(&octets("x")?),
        (Some("RSA"), _) => PublicKey::from_rsa(&octets("n")?, &octets("e")?),
        _ => return Err(bad("EC on P-256 or P-384, OKP on Ed25519, or RSA")),
    };
    let public = public.map_err(|_| bad("a key that cannot be read"))?;
    let algorithm = Algorithm::of_key(public.kind()).ok_or(bad("RSA of 2048 to 8192 bits"))?;
    if text("alg").is_some_and(|a| Algorithm::of_name(a) != Some(algorithm)) {
        return Err(bad("alg does not belong to the key"));
    }
    Ok((text("kid").filter(|k| k.len() <= 256).map(str::to_owned), public))
}
