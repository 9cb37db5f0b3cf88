use jiff::Timestamp;
use pki::Certificate;

use super::{Catalogue, TimeStampQualification, rules};

/// Whether a time stamp made at `at` is qualified: a QTST service granted then is the unit, or issued its certificate. `chain` is the
/// certification path of the unit, itself first.
pub fn time_stamp(catalogue: &Catalogue, chain: &[Certificate], at: Timestamp) -> TimeStampQualification {
    let mut found = TimeStampQualification::Unlisted;
    for entry in catalogue.find("TSA/QTST", chain) {
        found = TimeStampQualification::NotQualified;
        let granted = entry
            .service
            .at(at)
            .is_some_and(|i| i.type_name() == "TSA/QTST" && i.unknown_critical.is_empty() && rules::is_granted(i, at));
        if granted {
            return TimeStampQualification::Qualified;
        }
    }
    found
}
