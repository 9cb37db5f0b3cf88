use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Crl, CrlEntry, IssuedEntry, RevocationReason};
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
        let of = |list: &Crl| list.find_of(certificate.serial(), certificate.issuer());
        let (Ok(listed), Ok(change)) = (of(crl), delta.map(of).transpose()) else { continue };
        if let Some(entry) = changed(listed, change.flatten()).filter(|e| e.revoked_at <= at) {
            return CrlStatus::Revoked(entry.revoked_at, entry.reason);
        }
        // A list with a critical extension that is not understood can only speak against a certificate (RFC 5280 section 5.2).
        if crl.unknown_critical.is_empty() {
            covered |= scope.reasons;
        }
    }
    if covered == ALL_REASONS { CrlStatus::Good } else { CrlStatus::Unknown }
}

/// The entry on a complete list after the changes of a delta list (RFC 5280 section 6.3.3 (i) to (k)).
fn changed(listed: Option<IssuedEntry>, change: Option<IssuedEntry>) -> Option<CrlEntry> {
    change.or(listed).map(|f| f.entry).filter(|e| e.reason != Some(RevocationReason::RemoveFromCrl))
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

/// A complete list and, if there is one, the delta list that brings it up to date, each by its place among the lists given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Updated {
    /// The complete list.
    pub complete: usize,
    /// The changes since.
    pub delta: Option<usize>,
}

impl Updated {
    /// Place of the list whose times are those of the status (RFC 5280 section 5.2.4).
    pub fn newest(self) -> usize {
        self.delta.unwrap_or(self.complete)
    }
}

/// Lists that only together cover every reason, or speak of the time of a delta list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Combination {
    /// The lists; several when each covers some reasons only.
    pub parts: Vec<Updated>,
    /// The entry of the certificate. One that revokes for good comes before one that suspends.
    pub entry: Option<CrlEntry>,
}

/// Most pairs of complete and delta list, and most lists of some reasons, that are tried; the newest are.
const MAX_PARTS: usize = 64;

/// What lists say of a certificate together, besides what each complete one says alone: complete lists with the changes of delta lists (RFC
/// 5280 section 5.2.4), and lists of some reasons whose union is all of them (section 6.3.3). There is one combination for each state of
/// knowledge, so that the caller may choose by time. Lists with a condition that is not understood are left out; whether they are authentic
/// is not asked.
pub fn combine(certificate: &Certificate, crls: &[&Crl]) -> Vec<Combination> {
    let made = |part: &Updated| crls.get(part.newest()).map(|c| c.this_update);
    let clear = |crl: &&Crl| crl.unknown_critical.is_empty();
    let complete = crls.iter().enumerate().filter(|(_, c)| c.delta_base.is_none() && clear(c));
    let mut parts: Vec<(Updated, u16)> = Vec::new();
    for (place, crl) in complete {
        let Some(scope) = scope(crl, certificate) else { continue };
        let with = crls.iter().enumerate().filter(|(_, d)| clear(d) && goes_with(d, crl)).map(|(i, _)| Some(i));
        let alone = (!scope.is_complete()).then_some(None);
        parts.extend(with.chain(alone).map(|delta| (Updated { complete: place, delta }, scope.reasons)));
    }
    parts.sort_by_key(|(part, _)| std::cmp::Reverse(made(part)));
    parts.truncate(MAX_PARTS);
    let mut entries = BTreeMap::new();
    for place in parts.iter().flat_map(|(part, _)| [Some(part.complete), part.delta]).flatten() {
        let read = || crls.get(place).and_then(|c| c.find_of(certificate.serial(), certificate.issuer()).ok());
        entries.entry(place).or_insert_with(read);
    }
    let entry = |place: usize| entries.get(&place).cloned().flatten();
    let read = |part: Updated| Some(changed(entry(part.complete)?, part.delta.map(entry).unwrap_or(Some(None))?));
    let parts: Vec<_> = parts.into_iter().filter_map(|(part, reasons)| Some((part, reasons, read(part)?))).collect();
    let mut found = Vec::new();
    for (first, (part, reasons, entry)) in parts.iter().enumerate() {
        // Older ones are added only for reasons that no newer one covers.
        let (mut covered, mut chosen, mut entries) = (*reasons, vec![*part], vec![entry]);
        for (part, reasons, entry) in parts.iter().skip(first + 1) {
            if reasons & !covered != 0 {
                covered |= reasons;
                chosen.push(*part);
                entries.push(entry);
            }
        }
        if covered == ALL_REASONS {
            let hold = |e: &CrlEntry| e.reason == Some(RevocationReason::CertificateHold);
            let entry = entries.into_iter().flatten().min_by_key(|e| (hold(e), e.revoked_at)).cloned();
            found.push(Combination { parts: chosen, entry });
        }
    }
    found
}
