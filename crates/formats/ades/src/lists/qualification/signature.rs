use super::{CertificateQualification, Kind};
use crate::validate::Indication;

/// The qualification of a signature (clause 4.6): its certificate was qualified when it was issued and when it was used, and the key was
/// in a qualified device when it was used (Regulation (EU) No 910/2014 article 32).
pub fn signature(
    indication: Indication,
    issued: &CertificateQualification,
    used: &CertificateQualification,
) -> &'static str {
    if !used.listed && !issued.listed {
        return "NA";
    }
    let qualified = match (issued.qualified, used.qualified) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    };
    let kind = if issued.kind == used.kind { used.kind } else { Kind::Unknown };
    // Where the lists contradict themselves nothing better than an advanced signature is said.
    signature_name(indication, qualified == Some(true), used.qscd == Some(true), kind)
}

/// The name of a qualification, as EU DSS writes it.
pub fn signature_name(indication: Indication, qualified: bool, device: bool, kind: Kind) -> &'static str {
    use Indication::{Indeterminate, TotalFailed, TotalPassed};
    use Kind::{ESeal, ESig, Wsa};
    match (indication, qualified, device, kind) {
        // A certificate of a website makes neither signatures nor seals.
        (TotalPassed | Indeterminate, _, _, Wsa) => "NotAdES",
        (TotalPassed, true, true, ESig) => "QESig",
        (TotalPassed, true, true, ESeal) => "QESeal",
        (TotalPassed, true, true, _) => "UnknownQC-QSCD",
        (TotalPassed, true, false, ESig) => "AdESig-QC",
        (TotalPassed, true, false, ESeal) => "AdESeal-QC",
        (TotalPassed, true, false, _) => "UnknownQC",
        (TotalPassed, false, _, ESig) => "AdESig",
        (TotalPassed, false, _, ESeal) => "AdESeal",
        (TotalPassed, false, ..) => "AdES",
        (Indeterminate, true, true, ESig) => "Indeterminate-QESig",
        (Indeterminate, true, true, ESeal) => "Indeterminate-QESeal",
        (Indeterminate, true, true, _) => "Indeterminate-UnknownQC-QSCD",
        (Indeterminate, true, false, ESig) => "Indeterminate-AdESig-QC",
        (Indeterminate, true, false, ESeal) => "Indeterminate-AdESeal-QC",
        (Indeterminate, true, false, _) => "Indeterminate-UnknownQC",
        (Indeterminate, false, _, ESig) => "Indeterminate-AdESig",
        (Indeterminate, false, _, ESeal) => "Indeterminate-AdESeal",
        (Indeterminate, false, ..) => "Indeterminate-AdES",
        (TotalFailed, true, true, _) => "NotAdES-QC-QSCD",
        (TotalFailed, true, false, _) => "NotAdES-QC",
        (TotalFailed, false, ..) => "NotAdES",
    }
}
