use pki::{KeyKind, PublicKey};

use super::Kind;
use crate::issue::IssueError;

/// Smallest RSA key (TS 119 312 table of recommended key sizes).
const RSA_BITS: u32 = 3072;

/// The subject's key, if it is strong enough and of a kind the profile allows.
pub(super) fn check(spki: &[u8], kind: &Kind) -> Result<PublicKey, IssueError> {
    let key = PublicKey::from_spki(spki).map_err(|_| IssueError::KeyUnreadable)?;
    match key.kind() {
        KeyKind::P256 | KeyKind::P384 => {
            // A point that is not on its curve is refused by the verifier's own parser.
            if !on_curve(&key) {
                return Err(IssueError::KeyUnreadable);
            }
        }
        KeyKind::Ed25519 if !matches!(kind, Kind::Holder(..)) => {}
        KeyKind::Rsa(bits) => {
            let (modulus, exponent) = key.rsa_components().ok_or(IssueError::KeyUnreadable)?;
            let small_exponent = exponent.len() < 3 || exponent.len() > 4 || exponent.last().is_none_or(|b| b & 1 == 0);
            if !(RSA_BITS..=8192).contains(&bits) || small_exponent || modulus.last().is_none_or(|b| b & 1 == 0) {
                return Err(IssueError::KeyWeak { kind: key.kind().name() });
            }
        }
        other => return Err(IssueError::KeyKind { kind: other.name() }),
    }
    Ok(key)
}

fn on_curve(key: &PublicKey) -> bool {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ParsedPublicKey};
    match key.kind() {
        KeyKind::P256 => ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.bits()).is_ok(),
        _ => ParsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, key.bits()).is_ok(),
    }
}
