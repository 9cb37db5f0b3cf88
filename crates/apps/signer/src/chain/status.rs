use base::Timestamp;
use pki::{Certificate, Crl, KeyUsage, RevocationReason};

/// What the lists say against a certificate: a code, and whether it only is not known. `None`: not revoked.
pub(super) fn check(
    certificate: &Certificate,
    issuer: &Certificate,
    crls: &[Crl],
    at: Timestamp,
    index: usize,
) -> Option<(&'static str, bool)> {
    let unneeded =
        certificate.extensions().no_revocation_available || certificate.extensions().validity_assured_short_term;
    if unneeded && index == 0 {
        return None;
    }
    let may_sign = issuer.key_usage().is_none_or(|u| u.contains(KeyUsage::CRL_SIGN));
    let mut known = false;
    for crl in crls.iter().filter(|c| may_sign && c.issuer.matches(issuer.subject())) {
        let point = crl.distribution_point.clone().unwrap_or_default();
        let kind_fits = if certificate.is_ca() { !point.only_user } else { !point.only_ca };
        let understood = crl.unknown_critical.is_empty() && !point.indirect && !point.only_attribute;
        let current = crl.this_update <= at && crl.next_update.is_none_or(|n| at <= n);
        if !kind_fits || !understood || !current || crl.verify_signed_by(issuer).is_err() {
            continue;
        }
        match crl.find(certificate.serial()) {
            Ok(Some(entry)) if entry.reason != Some(RevocationReason::RemoveFromCrl) && entry.revoked_at <= at => {
                return Some(("pki.path.revoked", false));
            }
            // Lists of some reasons and delta lists alone prove nothing good.
            Ok(_) => known |= !point.some_reasons && crl.delta_base.is_none(),
            Err(_) => {}
        }
    }
    (!known).then_some(("pki.path.status-unknown", true))
}
