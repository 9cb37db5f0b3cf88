use jiff::Timestamp;
use pki::Certificate;

use super::{Catalogue, CertificateQualification, Kind, rules};

/// Whether a certificate was qualified at `at` (clauses 4.3 to 4.5). `chain` is its certification path, itself first.
///
/// Asked twice for a signature: for the time of issuance (`notBefore`) and for the best signature time.
pub fn certificate(
    catalogue: &Catalogue,
    certificate: &Certificate,
    chain: &[Certificate],
    at: Timestamp,
) -> CertificateQualification {
    let issuers = chain.get(1..).unwrap_or_default();
    let claims = certificate.qc().is_some_and(|q| q.compliance);
    let mut found = CertificateQualification {
        listed: catalogue.of(issuers).next().is_some(),
        qualified: Some(false),
        kind: rules::own_kind(certificate, claims),
        qscd: Some(false),
        remarks: Vec::new(),
    };
    let mut said: Vec<rules::Said> = Vec::new();
    let mut refused: Vec<rules::Said> = Vec::new();
    for entry in catalogue.find("CA/QC", issuers) {
        let object = |why: &str| format!("{} ({}): {why}", entry.provider, entry.territory);
        let Some(instance) = entry.service.at(at).filter(|i| i.type_name() == "CA/QC") else {
            found.remarks.push(("validate.list.not-listed-then", object(&at.to_string())));
            continue;
        };
        if let Some(extension) = instance.unknown_critical.first() {
            found.remarks.push(("validate.list.unknown-extension", object(extension)));
            continue;
        }
        let granted = rules::is_granted(instance, at);
        if !granted {
            found.remarks.push(("validate.list.not-granted", object(instance.status_name())));
        }
        let mut remarks = Vec::new();
        let one = rules::say(entry, instance, certificate, at, &mut remarks);
        let list = if granted { &mut said } else { &mut refused };
        if granted {
            found.remarks.append(&mut remarks);
        }
        if !list.contains(&one) {
            list.push(one);
        }
    }
    match (said.as_slice(), refused.as_slice()) {
        ([one], _) => {
            (found.qualified, found.kind, found.qscd) = (one.qualified, one.kind, one.qscd);
        }
        ([], [first, ..]) => found.kind = first.kind,
        ([], []) => {}
        // Services that were granted at the same time for the same certificate say different things.
        ([first, rest @ ..], _) => {
            found.remarks.push(("validate.list.services-conflict", certificate.issuer().to_string()));
            let same = |f: &dyn Fn(&rules::Said) -> bool| rest.iter().all(f);
            found.qualified = first.qualified.filter(|_| same(&|s| s.qualified == first.qualified));
            found.kind = if same(&|s| s.kind == first.kind) { first.kind } else { Kind::Unknown };
            found.qscd = first.qscd.filter(|_| same(&|s| s.qscd == first.qscd));
        }
    }
    found
}
