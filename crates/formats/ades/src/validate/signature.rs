use jiff::Timestamp;
use pki::{Certificate, SignatureAlgorithm, path::Purpose};

use super::{
    Basis, Indication, Need, Scope, Severity, Signatory, SignatureReport, SubIndication,
    bench::Bench,
    chain::{Verdict, label},
    conclusion::{Conclusion, Cure, Failure, Outcome, later},
    level,
    past::conclude,
    poe::Poe,
    pool::Pool,
    qualification,
    report::Detail,
    stamps::Stamps,
};
use crate::facts::{Coverage, FileFacts, Format, ReferenceFacts, SignatureFacts};

/// Judges one signature: clauses 5.3, 5.5 and 5.6.
pub(super) fn judge(
    facts: &SignatureFacts,
    file: &FileFacts,
    basis: &Basis<'_>,
    needs: &mut Vec<Need>,
) -> SignatureReport {
    let pool = Pool::new(facts, file, basis);
    let mut bench = Bench::new(basis, &facts.id);
    let signer = facts.signing_certificate.as_deref().and_then(|der| Certificate::from_der(der).ok());
    let mut poe = Poe::new(basis.time);
    let stamps = Stamps::judge(&pool, facts, &mut poe);
    if let Some(mark) = signer.as_ref().and_then(|c| pool.time_mark(c, facts, &poe)) {
        if basis.policy.time_marks {
            poe.add(&[facts.value], mark);
        }
        let code =
            if basis.policy.time_marks { "validate.time-mark.counted" } else { "validate.time-mark.not-counted" };
        bench.tell(code, mark.to_string(), Severity::Info);
    }
    let best = poe.of(facts.value);

    format(facts, file, &mut bench);
    bench.block("format checking", "5.2.2", None);
    identification(facts, signer.as_ref(), &mut bench);
    bench.block("identification of the signing certificate", "5.2.3", None);
    context(facts, &mut bench);
    bench.block("validation context initialization", "5.2.4", None);
    integrity(facts, signer.as_ref(), &mut bench);
    bench.block("cryptographic verification", "5.2.7", None);
    let verdict = signer.as_ref().map(|c| certification(c, facts, &pool, &poe, &stamps, &mut bench));
    bench.block("X.509 certificate validation", "5.2.6", Some(best));
    acceptance(facts, signer.as_ref(), best, &mut bench);
    bench.block("signature acceptance validation", "5.2.8", Some(best));
    stamps.tell(facts, best, poe.is_proven(facts.value), &mut bench);
    bench.block("validation with time", "5.5", Some(best));

    for what in &pool.unreadable {
        bench.tell("validate.material.unreadable", *what, Severity::Warning);
    }
    needs.extend(pool.needs.take());
    let level = level::level(facts, signer.as_ref(), &stamps, &pool);
    let indication = match bench.conclusion.indication {
        Outcome::Passed => Indication::TotalPassed,
        Outcome::Indeterminate => Indication::Indeterminate,
        Outcome::Failed => Indication::TotalFailed,
    };
    let path = verdict.as_ref().and_then(|v| v.path.as_ref());
    let (qualification, told) = qualification::of_signature(signer.as_ref(), path, indication, best, basis);
    for (code, object, severity) in told {
        bench.tell(code, object, severity);
    }
    if let Some(claim) = signer.as_ref().and_then(level::claim)
        && qualification == "NA"
    {
        bench.tell("validate.qualification.claimed", claim, Severity::Info);
    }
    let path = verdict.and_then(|v| v.path).map(|p| p.certificates).unwrap_or_default();
    let mut blocks = stamps.blocks();
    blocks.append(&mut bench.blocks);
    SignatureReport {
        id: facts.id.clone(),
        format: facts.format,
        counter_of: facts.counter_of.clone(),
        level,
        indication,
        sub_indication: bench.conclusion.sub_indication,
        qualification: qualification.to_owned(),
        signed_by: signer.as_ref().map(signatory),
        claimed_time: facts.claimed_time,
        best_time: best,
        timestamps: stamps.own_reports(),
        evidence_records: stamps.records(&facts.evidence),
        scope: facts.scope.iter().map(|c| Scope { name: c.name.clone(), covered: c.covered }).collect(),
        findings: bench.findings,
        detail: Detail { blocks, poe: poe.rows(), value: facts.value, path, stamps: stamps.details() },
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
        if defect.code == "xades.unsigned-lookalike" {
            // what is signed is intact; that it is what the reader sees as signed cannot be said
            let not_found = Conclusion::indeterminate(SubIndication::SignedDataNotFound);
            bench.against(defect.code, defect.object.clone(), not_found);
        } else if defect.fatal {
            bench.against(defect.code, defect.object.clone(), Conclusion::failed(SubIndication::FormatFailure));
        } else if defect.code == crate::facts::DSA {
            let conclusion = Conclusion::indeterminate(SubIndication::CryptoConstraintsFailure);
            bench.against(defect.code, defect.object.clone(), conclusion);
        } else if defect.code == "asic.media-type" {
            let action = bench.basis.policy.constraints.media_type;
            bench.constrain(action, defect.code, defect.object.clone(), SubIndication::SigConstraintsFailure);
        } else {
            bench.tell(defect.code, defect.object.clone(), Severity::Warning);
        }
    }
}

/// Clause 5.2.3.
fn identification(facts: &SignatureFacts, signer: Option<&Certificate>, bench: &mut Bench<'_>) {
    let none = Conclusion::indeterminate(SubIndication::NoSigningCertificateFound);
    // A value that cannot be right and changed data are certain, whoever signed: they are told by the next block, and weigh more.
    let broken = facts.value_verifies == Some(false) || facts.references.iter().any(is_changed);
    let severe = |bench: &mut Bench<'_>, code: &str, object: String| {
        if broken {
            bench.tell(code, object, Severity::Error);
        } else {
            bench.against(code, object, none);
        }
    };
    if signer.is_none() {
        severe(bench, "validate.certificate.missing", facts.id.clone());
    }
    match facts.certificate_reference_matches {
        Some(false) => {
            severe(bench, "validate.certificate.reference-differs", signer.map(label).unwrap_or_default());
        }
        None if signer.is_some() => bench.constrain(
            bench.basis.policy.constraints.signing_certificate_reference,
            "validate.certificate.reference-missing",
            facts.id.clone(),
            SubIndication::SigConstraintsFailure,
        ),
        _ => {}
    }
}

/// Clause 5.2.4: the signature policy. Signatures without one, with the implied one and with any named one are taken.
fn context(facts: &SignatureFacts, bench: &mut Bench<'_>) {
    let constraints = &bench.basis.policy.constraints;
    let (available, digest) = (constraints.signature_policy_available, constraints.signature_policy_digest);
    let Some(policy) = &facts.policy else { return };
    let Some(id) = &policy.id else { return };
    match policy.digest_matches {
        Some(true) => {}
        Some(false) => {
            bench.constrain(digest, "validate.policy.digest", id.clone(), SubIndication::PolicyProcessingError);
        }
        None => bench.constrain(
            available,
            "validate.policy.not-available",
            id.clone(),
            SubIndication::SignaturePolicyNotAvailable,
        ),
    }
}

/// Whether signed data are there and others than what was signed; with an unknown digest nobody can tell.
fn is_changed(reference: &ReferenceFacts) -> bool {
    reference.found && !reference.intact && reference.digest.is_some()
}

/// Clause 5.2.7: signed data, signature value.
fn integrity(facts: &SignatureFacts, signer: Option<&Certificate>, bench: &mut Bench<'_>) {
    for reference in facts.references.iter().filter(|r| is_changed(r)) {
        let conclusion = Conclusion::failed(SubIndication::HashFailure);
        bench.against("validate.data.changed", reference.object.clone(), conclusion);
    }
    if facts.value_verifies == Some(false) {
        let conclusion = Conclusion::failed(SubIndication::SigCryptoFailure);
        bench.against("validate.signature.value", facts.id.clone(), conclusion);
    }
    let missing = Conclusion::indeterminate(SubIndication::SignedDataNotFound);
    for reference in facts.references.iter().filter(|r| !r.found) {
        bench.against("validate.data.missing", reference.object.clone(), missing);
    }
    if facts.references.iter().all(|r| r.properties) {
        bench.against("validate.data.nothing-signed", facts.id.clone(), missing);
    }
    if facts.algorithm.is_none() || facts.references.iter().any(|r| r.found && r.digest.is_none()) {
        let conclusion = Conclusion::indeterminate(SubIndication::CryptoConstraintsFailure);
        bench.against("validate.algorithm.unknown", facts.id.clone(), conclusion);
    }
    if facts.value_verifies.is_none() && signer.is_some() {
        let conclusion = Conclusion::indeterminate(SubIndication::Generic);
        // The mathematics at hand have no RSA with SHA-3.
        match facts.algorithm {
            Some(SignatureAlgorithm::RsaPkcs1(d) | SignatureAlgorithm::RsaPss(d)) if d.is_sha3() => {
                bench.against("validate.algorithm.rsa-sha3", d.name().to_owned(), conclusion);
            }
            _ => bench.against("validate.signature.not-judged", facts.id.clone(), conclusion),
        }
    }
}

/// Clauses 5.2.6, 5.3.4, 5.5.4 and 5.6.2.4: the signing certificate.
fn certification(
    signer: &Certificate,
    facts: &SignatureFacts,
    pool: &Pool<'_>,
    poe: &Poe,
    stamps: &Stamps<'_, '_>,
    bench: &mut Bench<'_>,
) -> Verdict {
    let best = poe.of(facts.value);
    let verdict = pool.judge_chain(signer, &Purpose::Sign, facts.value, poe, best);
    let past = pool.overcome(&verdict, poe, best, best);
    for (code, object, severity) in &verdict.notes {
        bench.tell(code, object.clone(), *severity);
    }
    for failure in &past.left {
        bench.tell(failure.code, failure.object.clone(), Severity::Error);
    }
    let is_left = |f: &Failure| past.left.iter().any(|l| l.code == f.code && l.object == f.object);
    for failure in verdict.failures.iter().filter(|f| !is_left(f)) {
        if matches!(failure.sub, SubIndication::RevokedNoPoe | SubIndication::RevokedCaNoPoe) {
            bench.tell("validate.revocation.later", failure.object.clone(), Severity::Info);
        }
    }
    let after = |limit: Timestamp| stamps.not_before.is_some_and(|n| n > limit);
    let mut conclusion = conclude(&past.left, best, poe.is_proven(facts.value));
    if let Some(first) = past.left.first() {
        conclusion = match (first.sub, &first.cure) {
            // Content time stamps prove that it was made too late.
            (SubIndication::RevokedNoPoe, Cure::Before(at)) if after(*at) => Conclusion::failed(SubIndication::Revoked),
            (_, Cure::Within(_, to)) if after(*to) => Conclusion::failed(SubIndication::Expired),
            (SubIndication::CryptoConstraintsFailureNoPoe, Cure::Proven(_, end)) if after(*end) => {
                Conclusion::indeterminate(SubIndication::CryptoConstraintsFailure)
            }
            _ => conclusion,
        };
    }
    let early = poe.is_proven(facts.value) && best < signer.not_before();
    if early && past.left.iter().all(|f| !matches!(f.cure, Cure::Never)) {
        bench.tell("validate.chain.not-yet-valid", label(signer), Severity::Error);
        conclusion = Conclusion::failed(SubIndication::NotYetValid);
    }
    bench.conclude(conclusion);
    bench.blocks.extend(past.block(label(signer)));
    verdict
}

/// Clause 5.2.8: algorithms at the best signature time, signed attributes, claimed time.
fn acceptance(facts: &SignatureFacts, signer: Option<&Certificate>, best: Timestamp, bench: &mut Bench<'_>) {
    let policy = bench.basis.policy;
    let rules = &policy.constraints;
    if facts.claimed_time.is_none() {
        let sub = SubIndication::SigConstraintsFailure;
        bench.constrain(rules.signing_time, "validate.time.missing", facts.id.clone(), sub);
    }
    if facts.format == Format::XAdES && !facts.references.iter().any(|r| r.properties) {
        let sub = SubIndication::SigConstraintsFailure;
        bench.constrain(rules.signed_properties, "validate.properties.not-signed", facts.id.clone(), sub);
    }
    let digest = facts.algorithm.and_then(pki::SignatureAlgorithm::digest).map(|d| (d, d.name().to_owned()));
    let of_references = facts.references.iter().filter_map(|r| {
        let digest = r.digest?;
        Some((digest, format!("{} ({})", digest.name(), r.object)))
    });
    for (digest, object) in digest.into_iter().chain(of_references) {
        let Err(weakness) = policy.strength.digest(digest, best) else { continue };
        let action = match weakness.since() {
            Some(end) if policy.strength_updated.is_some_and(|updated| end > updated) => {
                rules.cryptography_after_update
            }
            _ => rules.cryptography,
        };
        let sub = if weakness.since().is_some() {
            SubIndication::CryptoConstraintsFailureNoPoe
        } else {
            SubIndication::CryptoConstraintsFailure
        };
        bench.constrain(action, "validate.algorithm.weak", object, sub);
    }
    if let Some(claimed) = facts.claimed_time {
        if claimed > later(bench.basis.time, policy.clock_tolerance) {
            bench.constrain(
                rules.signing_time_not_in_future,
                "validate.time.in-future",
                claimed.to_string(),
                SubIndication::SigConstraintsFailure,
            );
        } else if claimed > later(best, policy.clock_tolerance) {
            bench.tell("validate.time.after-time-stamp", claimed.to_string(), Severity::Warning);
        }
        if signer.is_some_and(|c| !c.is_valid_at(claimed)) {
            bench.constrain(
                rules.signing_time_in_certificate_validity,
                "validate.time.outside-certificate",
                claimed.to_string(),
                SubIndication::SigConstraintsFailure,
            );
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
