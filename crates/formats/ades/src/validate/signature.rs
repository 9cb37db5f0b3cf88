use jiff::Timestamp;
use pki::{Certificate, path::Purpose};

use super::{
    Basis, Finding, Indication, Need, Scope, Severity, Signatory, SignatureReport, SubIndication,
    chain::{Verdict, label, worst},
    level,
    pool::Pool,
    timestamp::Judged,
};
use crate::facts::{Coverage, FileFacts, SignatureFacts, TimestampKind};

/// Gathers findings and the first reason not to pass.
struct Bench<'a> {
    basis: &'a Basis<'a>,
    findings: Vec<Finding>,
    conclusion: Option<(Indication, SubIndication)>,
}

impl Bench<'_> {
    fn tell(&mut self, code: &str, object: impl Into<String>, severity: Severity) {
        let finding = Finding::new(code, object, severity, self.basis.lang);
        let same = |f: &&mut Finding| f.code == finding.code && f.object == finding.object;
        match self.findings.iter_mut().find(same) {
            Some(known) => known.severity = known.severity.max(severity),
            None => self.findings.push(finding),
        }
    }
    fn fail(&mut self, indication: Indication, sub: SubIndication) {
        self.conclusion.get_or_insert((indication, sub));
    }
    fn against(&mut self, code: &str, object: impl Into<String>, indication: Indication, sub: SubIndication) {
        self.tell(code, object, Severity::Error);
        self.fail(indication, sub);
    }
}

/// What the time stamps prove.
pub(super) struct Times {
    /// Best signature time.
    pub(super) best: Timestamp,
    /// Whether a time stamp proves it.
    proven: bool,
    /// By when certificates and revocation information are proven to have existed.
    material: Timestamp,
    /// The signature was made after this (content time stamps).
    not_before: Option<Timestamp>,
    pub(super) judged: Vec<Judged>,
}

pub(super) fn judge(
    facts: &SignatureFacts,
    file: &FileFacts,
    basis: &Basis<'_>,
    needs: &mut Vec<Need>,
) -> SignatureReport {
    let pool = Pool::new(facts, basis);
    let mut bench = Bench { basis, findings: Vec::new(), conclusion: None };
    format(facts, file, &mut bench);
    let signer = facts.signing_certificate.as_deref().and_then(|der| Certificate::from_der(der).ok());
    integrity(facts, signer.as_ref(), &mut bench);
    let times = times(facts, &pool, &mut bench);
    let verdict = signer.as_ref().map(|c| chain(c, &pool, &times, &mut bench));
    constraints(facts, &times, &mut bench);
    for what in &pool.unreadable {
        bench.tell("validate.material.unreadable", *what, Severity::Warning);
    }
    needs.extend(pool.needs.take());
    let level = level::level(facts, signer.as_ref(), &times, &pool);
    let (indication, sub_indication) = match bench.conclusion {
        Some((i, s)) => (i, Some(s)),
        None => (Indication::TotalPassed, None),
    };
    let qualification = level::qualification(signer.as_ref(), verdict.as_ref(), indication, basis);
    if let Some(claim) = signer.as_ref().and_then(level::claim)
        && qualification == "NA"
    {
        bench.tell("validate.qualification.claimed", claim, Severity::Info);
    }
    SignatureReport {
        id: facts.id.clone(),
        format: facts.format,
        level,
        indication,
        sub_indication,
        qualification,
        signed_by: signer.as_ref().map(signatory),
        claimed_time: facts.claimed_time,
        best_time: times.best,
        timestamps: times.judged.into_iter().map(|j| j.report).collect(),
        scope: facts.scope.iter().map(|c| Scope { name: c.name.clone(), covered: c.covered }).collect(),
        findings: bench.findings,
    }
}

fn signatory(certificate: &Certificate) -> Signatory {
    let subject = certificate.subject();
    Signatory {
        common_name: subject.common_name().map(str::to_owned),
        serial_number: subject.serial_number().or(subject.organization_identifier()).map(str::to_owned),
    }
}

/// Clause 5.2.2: what the readers saw.
fn format(facts: &SignatureFacts, file: &FileFacts, bench: &mut Bench<'_>) {
    for defect in file.defects.iter().chain(&facts.defects) {
        if defect.fatal {
            bench.against(defect.code, defect.object.clone(), Indication::TotalFailed, SubIndication::FormatFailure);
        } else {
            bench.tell(defect.code, defect.object.clone(), Severity::Warning);
        }
    }
}

/// Clauses 5.2.3 and 5.2.7: signing certificate, signed data, signature value.
fn integrity(facts: &SignatureFacts, signer: Option<&Certificate>, bench: &mut Bench<'_>) {
    use Indication::{Indeterminate, TotalFailed};
    for reference in facts.references.iter().filter(|r| r.found && !r.intact) {
        bench.against("validate.data.changed", reference.object.clone(), TotalFailed, SubIndication::HashFailure);
    }
    if facts.value_verifies == Some(false) {
        bench.against("validate.signature.value", facts.id.clone(), TotalFailed, SubIndication::SigCryptoFailure);
    }
    if signer.is_none() {
        bench.against(
            "validate.certificate.missing",
            facts.id.clone(),
            Indeterminate,
            SubIndication::NoSigningCertificateFound,
        );
    }
    if facts.certificate_reference_matches == Some(false) {
        let name = signer.map(label).unwrap_or_default();
        bench.against(
            "validate.certificate.reference-differs",
            name,
            Indeterminate,
            SubIndication::NoSigningCertificateFound,
        );
    }
    for reference in facts.references.iter().filter(|r| !r.found) {
        bench.against(
            "validate.data.missing",
            reference.object.clone(),
            Indeterminate,
            SubIndication::SignedDataNotFound,
        );
    }
    if facts.references.iter().all(|r| r.properties) {
        bench.against(
            "validate.data.nothing-signed",
            facts.id.clone(),
            Indeterminate,
            SubIndication::SignedDataNotFound,
        );
    }
    if facts.algorithm.is_none() || facts.references.iter().any(|r| r.found && r.digest.is_none()) {
        bench.against(
            "validate.algorithm.unknown",
            facts.id.clone(),
            Indeterminate,
            SubIndication::CryptoConstraintsFailureNoPoe,
        );
    }
    if facts.value_verifies.is_none() && signer.is_some() {
        bench.against("validate.signature.not-judged", facts.id.clone(), Indeterminate, SubIndication::Generic);
    }
}

/// Clauses 5.4 and 5.6.2.3: the latest archive time stamp first; each proves the existence of what it covers.
fn times(facts: &SignatureFacts, pool: &Pool<'_>, bench: &mut Bench<'_>) -> Times {
    let now = pool.basis.time;
    let stated: Vec<Option<Timestamp>> =
        facts.timestamps.iter().map(|t| pki::TimeStampToken::from_ber(&t.token).ok().map(|t| t.info.time)).collect();
    let rank = |kind: TimestampKind| match kind {
        TimestampKind::Archive | TimestampKind::Document | TimestampKind::Container => 0,
        TimestampKind::Signature | TimestampKind::ValidationData => 1,
        TimestampKind::Content => 2,
    };
    let mut order: Vec<usize> = (0..facts.timestamps.len()).collect();
    order.sort_by_key(|i| {
        let kind = facts.timestamps.get(*i).map_or(3, |t| rank(t.kind));
        (kind, std::cmp::Reverse(stated.get(*i).copied().flatten()))
    });
    let mut best = now;
    let mut proven = false;
    let mut material = now;
    let mut not_before: Option<Timestamp> = None;
    let mut judged: Vec<(usize, Judged)> = Vec::new();
    for index in order {
        let Some(stamp) = facts.timestamps.get(index) else { continue };
        let one = pool.judge_timestamp(stamp, material);
        if let Some(time) = one.passed() {
            if stamp.kind == TimestampKind::Content {
                not_before = Some(not_before.map_or(time, |n| n.max(time)));
            } else {
                proven = true;
                best = best.min(time);
                if one.covers_material {
                    material = material.min(time);
                }
            }
        }
        judged.push((index, one));
    }
    judged.sort_by_key(|(i, _)| *i);
    let judged: Vec<Judged> = judged.into_iter().map(|(_, j)| j).collect();
    for one in &judged {
        for (code, object, severity) in &one.findings {
            bench.tell(code, object.clone(), *severity);
            if *code == "validate.timestamp.in-future" {
                bench.fail(Indication::Indeterminate, SubIndication::TimestampOrderFailure);
            }
        }
    }
    let latest_signature =
        judged.iter().filter(|j| j.report.kind == TimestampKind::Signature).filter_map(Judged::passed).max();
    let archive_too_early = judged
        .iter()
        .filter(|j| j.report.kind == TimestampKind::Archive)
        .filter_map(Judged::passed)
        .any(|a| latest_signature.is_some_and(|s| a < s));
    if not_before.is_some_and(|n| proven && n > best) || archive_too_early {
        bench.against(
            "validate.timestamp.order",
            facts.id.clone(),
            Indication::Indeterminate,
            SubIndication::TimestampOrderFailure,
        );
    }
    Times { best, proven, material, not_before, judged }
}

/// Clauses 5.2.6, 5.5 and 5.6: the signing certificate at the best signature time.
fn chain(signer: &Certificate, pool: &Pool<'_>, times: &Times, bench: &mut Bench<'_>) -> Verdict {
    let mut verdict = pool.judge_chain(signer, times.best, times.material, Purpose::Sign);
    for (code, object, severity) in std::mem::take(&mut verdict.findings) {
        bench.tell(code, object, severity);
    }
    let Some(sub) = worst(&verdict.failures) else { return verdict };
    let after = |limit: Timestamp| times.not_before.is_some_and(|n| n > limit);
    let unknown = [SubIndication::TryLater, SubIndication::CertificateChainGeneralFailure];
    let status_known = !unknown.iter().any(|s| verdict.failures.contains(s));
    let conclusion = match sub {
        SubIndication::NotYetValid if times.proven => (Indication::TotalFailed, sub),
        SubIndication::NotYetValid => (Indication::Indeterminate, SubIndication::OutOfBoundsNoPoe),
        SubIndication::RevokedNoPoe if verdict.revoked_at.is_some_and(after) => {
            (Indication::TotalFailed, SubIndication::Revoked)
        }
        SubIndication::OutOfBoundsNoPoe if after(signer.not_after()) => {
            (Indication::TotalFailed, SubIndication::Expired)
        }
        SubIndication::OutOfBoundsNoPoe if status_known && times.best > signer.not_after() => {
            (Indication::Indeterminate, SubIndication::OutOfBoundsNotRevoked)
        }
        other => (Indication::Indeterminate, other),
    };
    bench.fail(conclusion.0, conclusion.1);
    verdict
}

/// Clause 5.2.8: algorithms at the best signature time, signed attributes, claimed time.
fn constraints(facts: &SignatureFacts, times: &Times, bench: &mut Bench<'_>) {
    let policy = bench.basis.policy;
    let weak = |bench: &mut Bench<'_>, object: String| {
        bench.against(
            "validate.algorithm.weak",
            object,
            Indication::Indeterminate,
            SubIndication::CryptoConstraintsFailureNoPoe,
        );
    };
    if let Some(digest) = facts.algorithm.and_then(pki::SignatureAlgorithm::digest)
        && policy.strength.digest(digest, times.best).is_err()
    {
        weak(bench, digest.name().to_owned());
    }
    for reference in &facts.references {
        if let Some(digest) = reference.digest
            && policy.strength.digest(digest, times.best).is_err()
        {
            weak(bench, format!("{} ({})", digest.name(), reference.object));
        }
    }
    if facts.certificate_reference_matches.is_none() && facts.signing_certificate.is_some() {
        if policy.require_certificate_reference {
            bench.against(
                "validate.certificate.reference-missing",
                facts.id.clone(),
                Indication::Indeterminate,
                SubIndication::SigConstraintsFailure,
            );
        } else {
            bench.tell("validate.certificate.reference-missing", facts.id.clone(), Severity::Warning);
        }
    }
    if let Some(claimed) = facts.claimed_time {
        if claimed > bench.basis.time + policy.clock_tolerance {
            bench.against(
                "validate.time.in-future",
                claimed.to_string(),
                Indication::Indeterminate,
                SubIndication::SigConstraintsFailure,
            );
        } else if claimed > times.best + policy.clock_tolerance {
            bench.tell("validate.time.after-time-stamp", claimed.to_string(), Severity::Warning);
        }
    }
    for covered in &facts.scope {
        match covered.covered {
            Coverage::Full => {}
            Coverage::Partial => bench.tell("validate.scope.partial", covered.name.clone(), Severity::Warning),
            Coverage::None => bench.tell("validate.scope.none", covered.name.clone(), Severity::Warning),
        }
    }
}
