use jiff::Timestamp;
use pki::{Certificate, Oid, QcType};

use super::{Kind, Remark};
use crate::lists::{Entry, Instance};

/// 1 July 2016 in Brussels: from here on Regulation (EU) No 910/2014 applies, before it Directive 1999/93/EC.
const REGULATION: &str = "2016-06-30T22:00:00Z";
/// `QCP public`, and with a secure device (TS 101 456).
const QCP: Oid = Oid::new_unwrap("0.4.0.1456.1.2");
const QCP_PLUS: Oid = Oid::new_unwrap("0.4.0.1456.1.1");

/// Whether the directive still held.
pub(super) fn is_before_regulation(at: Timestamp) -> bool {
    REGULATION.parse::<Timestamp>().is_ok_and(|start| at < start)
}

/// Whether a service of this status may issue what is qualified, under the law of the time.
pub(super) fn is_granted(instance: &Instance, at: Timestamp) -> bool {
    let status = instance.status_name();
    if is_before_regulation(at) {
        matches!(status, "undersupervision" | "supervisionincessation" | "accredited" | "granted")
    } else {
        status == "granted"
    }
}

/// What one instance of a service says of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) qualified: Option<bool>,
    pub(super) kind: Kind,
    pub(super) qscd: Option<bool>,
}

/// Clauses 4.4 and 4.5: the certificate's own statements, overruled by the qualifiers of the list where its criteria are met.
pub(super) fn say(
    entry: &Entry,
    instance: &Instance,
    certificate: &Certificate,
    at: Timestamp,
    remarks: &mut Vec<Remark>,
) -> Said {
    let met: Vec<_> = instance.qualifications.iter().filter(|q| q.criteria.met_by(certificate)).collect();
    let says = |names: &[&str]| met.iter().any(|q| names.iter().any(|n| q.says(n)));
    let before = is_before_regulation(at);
    let qc = certificate.qc();
    let has = |oid| certificate.extensions().policies.iter().any(|p| p.oid == oid);
    let claims = qc.is_some_and(|q| q.compliance) || (before && (has(QCP) || has(QCP_PLUS)));
    let object = || format!("{} ({})", entry.provider, entry.territory);

    let mut qualified = match (says(&["NotQualified"]), says(&["QCStatement"])) {
        (true, true) => {
            remarks.push(("validate.list.qualifiers-conflict", object()));
            None
        }
        (true, false) => Some(false),
        (false, true) => Some(true),
        (false, false) => Some(claims),
    };
    if qualified == Some(true) && !claims {
        remarks.push(("validate.list.qualified-by-list", object()));
    }
    if qualified == Some(false) && claims {
        remarks.push(("validate.list.not-qualified-by-list", object()));
    }

    let listed_kinds: Vec<Kind> = [("QCForESig", Kind::ESig), ("QCForESeal", Kind::ESeal), ("QCForWSA", Kind::Wsa)]
        .into_iter()
        .filter_map(|(name, kind)| says(&[name]).then_some(kind))
        .collect();
    let kind = match listed_kinds.as_slice() {
        [one] => *one,
        [] => own_kind(certificate, claims || qualified == Some(true)),
        _ => {
            remarks.push(("validate.list.qualifiers-conflict", object()));
            qualified = None;
            Kind::Unknown
        }
    };

    // A legal person seals: a certificate for signatures contradicts the list.
    if qualified == Some(true) && kind == Kind::ESig && says(&["QCForLegalPerson"]) {
        remarks.push(("validate.list.legal-person", object()));
        qualified = Some(false);
    }

    // Clause 4.4: since the regulation a service is granted for signatures, seals or websites, and only for what it says.
    let purpose = match kind {
        Kind::ESig => Some("ForeSignatures"),
        Kind::ESeal => Some("ForeSeals"),
        Kind::Wsa => Some("ForWebSiteAuthentication"),
        Kind::Unknown => None,
    };
    if !before && qualified == Some(true) && purpose.is_some_and(|p| !instance.is_for(p)) {
        remarks.push(("validate.list.other-purpose", object()));
        qualified = Some(false);
    }

    let qscd = device(&says, before, qc.is_some_and(|q| q.sscd) || (before && has(QCP_PLUS)));
    if qscd.is_none() {
        remarks.push(("validate.list.qscd-conflict", object()));
    }
    Said { qualified, kind, qscd }
}

/// Clause 4.5: whether the key is in a qualified device. The qualifiers of the directive (`…SSCD…`) alone say nothing under the regulation.
fn device(says: &dyn Fn(&[&str]) -> bool, before: bool, stated: bool) -> Option<bool> {
    let old = [says(&["QCWithSSCD"]), says(&["QCNoSSCD"]), says(&["QCSSCDStatusAsInCert"])];
    let new = [says(&["QCWithQSCD", "QCQSCDManagedOnBehalf"]), says(&["QCNoQSCD"]), says(&["QCQSCDStatusAsInCert"])];
    let any = |of: [bool; 3]| of.contains(&true);
    if !before && any(old) && !any(new) {
        return None;
    }
    let [with, without, as_stated] = if before && !any(new) { old } else { new };
    match (with, without, as_stated) {
        (true, false, false) => Some(true),
        (false, true, false) => Some(false),
        (false, false, _) => Some(stated),
        _ => None,
    }
}

/// What the certificate itself says it is for. Without a type a qualified certificate is for signatures (EN 319 412-5 clause 4.2.3).
pub(super) fn own_kind(certificate: &Certificate, qualified: bool) -> Kind {
    match certificate.qc().map(|q| q.types.as_slice()).unwrap_or_default() {
        [] if qualified => Kind::ESig,
        [QcType::Esign] => Kind::ESig,
        [QcType::Eseal] => Kind::ESeal,
        [QcType::Web] => Kind::Wsa,
        _ => Kind::Unknown,
    }
}
