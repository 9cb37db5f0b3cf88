//! What trusted lists make of a signature: the hand-over from the decision to [`crate::lists::qualification`].

use jiff::Timestamp;
use pki::{Certificate, path::Path};

use super::{Basis, Indication, Severity};
use crate::lists::qualification::{self as lists, TimeStampQualification};

/// Qualification and findings. `NA` where no list was asked, or no list knows the issuer.
pub(super) fn of_signature(
    signer: Option<&Certificate>,
    path: Option<&Path>,
    indication: Indication,
    best: Timestamp,
    basis: &Basis<'_>,
) -> (&'static str, Vec<(&'static str, String, Severity)>) {
    let (Some(catalogue), Some(signer), Some(path)) = (basis.anchors.lists(), signer, path) else {
        return ("NA", Vec::new());
    };
    let issued = lists::certificate(catalogue, signer, &path.certificates, signer.not_before());
    let used = lists::certificate(catalogue, signer, &path.certificates, best);
    let mut remarks: Vec<_> = issued.remarks.iter().chain(&used.remarks).cloned().collect();
    if used.listed {
        for entry in catalogue.of(path.certificates.get(1..).unwrap_or_default()) {
            let state = catalogue.state(&entry.territory);
            if let Some(s) = state.filter(|s| s.next_update.is_none_or(|n| n < basis.time)) {
                remarks.push(("validate.list.expired", format!("{} {}", s.territory, s.sequence)));
            }
        }
    }
    let told = remarks.into_iter().map(|(code, object)| {
        let severity = if code == "validate.list.qualified-by-list" { Severity::Info } else { Severity::Warning };
        (code, object, severity)
    });
    (lists::signature(indication, &issued, &used), told.collect())
}

/// Whether the lists know the unit of a time stamp as qualified; `None` where no list was asked.
pub(super) fn of_time_stamp(path: Option<&Path>, time: Timestamp, basis: &Basis<'_>) -> Option<TimeStampQualification> {
    let catalogue = basis.anchors.lists()?;
    let chain = path.map(|p| p.certificates.as_slice()).unwrap_or_default();
    Some(lists::time_stamp(catalogue, chain, time))
}
