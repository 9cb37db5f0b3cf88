use jiff::Timestamp;
use pki::{Certificate, TimeStampToken, strength::Strength};

use super::Raise;

/// When the latest time stamp of a signature stops proving anything: the unit's certificate ends, or one of its algorithms does
/// (ETSI TS 119 312). Before that a new archive time stamp has to be over it. `None` without a readable time stamp.
pub fn due(file: &dyn Raise, id: &str, strength: &Strength) -> Option<Timestamp> {
    let carried: Vec<Certificate> = file.carried(id).iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    let tokens = file.tokens(id).into_iter().filter_map(|t| TimeStampToken::from_ber(&t).ok());
    let latest = tokens.max_by_key(|t| t.info.time)?;
    let unit = latest.verify(&carried).ok()?;
    let signer = latest.signed.only_signer().ok()?;
    let key = strength.key_end(unit.public_key().kind());
    let digests = [latest.info.digest, signer.digest].into_iter().map(|d| strength.digest_end(d));
    digests.chain([key]).flatten().chain([unit.not_after()]).min()
}
