use jiff::Timestamp;

use super::{Crl, IssuedEntry, RevocationReason};
use crate::{Certificate, DistributionPoint, GeneralName};

/// All reasons a certificate may be revoked for, as bits of ReasonFlags (the first bit is unused).
const ALL_REASONS: u16 = 0b1_1111_1110;

/// What a list speaks of, concerning one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Reasons, as bits of ReasonFlags.
    reasons: u16,
}

impl Scope {
    /// Whether no reason is left out: only then an absent entry means "not revoked".
    pub fn is_complete(self) -> bool {
        self.reasons == ALL_REASONS
    }
}

/// Whether, and for which reasons, a CRL covers a certificate: RFC 5280 section 6.3.3 (b) and (d). Nothing is verified. `None`: it does not.
pub fn scope(crl: &Crl, certificate: &Certificate) -> Option<Scope> {
    let own = DistributionPoint { names: None, reasons: None, crl_issuer: Vec::new() };
    let points = &certificate.extensions().crl_points;
    // A list of the certificate's issuer counts even where no distribution point leads to it (6.3.3, last paragraph).
    let all = points.iter().map(|p| (p, false)).chain([(&own, true)]);
    let mut reasons = 0;
    for (point, implied) in all {
        if covers(crl, certificate, point, implied) {
            let of_list = crl.distribution_point.as_ref().and_then(|p| p.reasons).unwrap_or(ALL_REASONS);
            reasons |= of_list & point.reasons.unwrap_or(ALL_REASONS) & ALL_REASONS;
        }
    }
    (reasons != 0).then_some(Scope { reasons })
}

fn covers(crl: &Crl, certificate: &Certificate, point: &DistributionPoint, implied: bool) -> bool {
    let none = super::IssuingDistributionPoint::default();
    let stated = crl.distribution_point.as_ref().unwrap_or(&none);
    // (b)(1): whose list it is.
    let by_issuer = if point.crl_issuer.is_empty() {
        crl.issuer.matches(certificate.issuer())
    } else {
        let named = |n: &GeneralName| matches!(n, GeneralName::Directory(d) if d.matches(&crl.issuer));
        point.crl_issuer.iter().any(named) && (stated.indirect || crl.issuer.matches(certificate.issuer()))
    };
    // (b)(2)(i): a list of one distribution point speaks of the certificates that name it.
    let same = |a: &GeneralName, b: &GeneralName| match (a, b) {
        (GeneralName::Directory(a), GeneralName::Directory(b)) => a.matches(b),
        _ => a == b,
    };
    let meant = stated.names.is_empty()
        || match &point.names {
            Some(names) => names.iter().any(|a| stated.names.iter().any(|b| same(a, b))),
            None if implied => {
                stated.names.iter().any(|n| matches!(n, GeneralName::Directory(d) if d.matches(certificate.issuer())))
            }
            None => point.crl_issuer.iter().any(|a| stated.names.iter().any(|b| same(a, b))),
        };
    // (b)(2)(ii) to (iv).
    let kind = if certificate.is_ca() { !stated.only_user } else { !stated.only_ca };
    by_issuer && meant && kind && !stated.only_attribute
}

/// What lists say about a certificate at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrlStatus {
    /// Every reason is covered, and it is on none.
    Good,
    /// It was revoked by then, for good or on hold.
    Revoked(Timestamp, Option<RevocationReason>),
    /// Not every reason is covered by a list that may be used.
    Unknown,
}

/// RFC 5280 section 6.3.3 over the lists given, complete and delta ones. `authentic` says whether a list is signed by an issuer that may sign
/// it, with a certification path of its own to the same anchor: steps (f) to (h).
pub fn status(certificate: &Certificate, crls: &[Crl], at: Timestamp, authentic: &dyn Fn(&Crl) -> bool) -> CrlStatus {
    let current = |c: &Crl| c.this_update <= at && c.next_update.is_none_or(|n| at <= n);
    let mut covered = 0;
    for crl in crls.iter().filter(|c| c.delta_base.is_none()) {
        let Some(scope) = scope(crl, certificate) else { continue };
        let delta = crls
            .iter()
            .filter(|d| goes_with(d, crl) && current(d) && d.unknown_critical.is_empty() && authentic(d))
            .max_by(|a, b| number(a).cmp(&number(b)));
        // A complete list that has ended stands on with a delta list that is current.
        if !(current(crl) || (crl.this_update <= at && delta.is_some())) || !authentic(crl) {
            continue;
        }
        let found = match delta.map(|d| find(d, certificate)).transpose() {
            Ok(Some(Some(entry))) => Some(entry),
            Ok(_) => match find(crl, certificate) {
                Ok(entry) => entry,
                Err(_) => continue,
            },
            Err(_) => continue,
        };
        match found.map(|f| f.entry) {
            Some(e) if e.reason == Some(RevocationReason::RemoveFromCrl) => {}
            Some(e) if e.revoked_at <= at => return CrlStatus::Revoked(e.revoked_at, e.reason),
            _ => {}
        }
        // A list with a critical extension that is not understood can only speak against a certificate (RFC 5280 section 5.2).
        if crl.unknown_critical.is_empty() {
            covered |= scope.reasons;
        }
    }
    if covered == ALL_REASONS { CrlStatus::Good } else { CrlStatus::Unknown }
}

fn find(crl: &Crl, certificate: &Certificate) -> crate::Result<Option<IssuedEntry>> {
    crl.find_of(certificate.serial(), certificate.issuer())
}

/// CRL number, comparable.
fn number(crl: &Crl) -> Option<(usize, &[u8])> {
    plain(crl.number.as_deref())
}

fn plain(number: Option<&[u8]>) -> Option<(usize, &[u8])> {
    let digits = number?;
    let start = digits.iter().position(|b| *b != 0).unwrap_or(digits.len());
    digits.get(start..).map(|d| (d.len(), d))
}

/// RFC 5280 section 6.3.3 (c): same issuer, scope and key, and the complete list is not older than what the delta list starts from.
fn goes_with(delta: &Crl, complete: &Crl) -> bool {
    let base = plain(delta.delta_base.as_deref());
    base.is_some()
        && delta.issuer.matches(&complete.issuer)
        && delta.distribution_point == complete.distribution_point
        && delta.authority_key_id == complete.authority_key_id
        && number(complete).is_some_and(|n| Some(n) >= base && Some(n) < number(delta))
}
