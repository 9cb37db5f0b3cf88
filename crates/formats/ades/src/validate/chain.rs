use jiff::Timestamp;
use pki::{
    Certificate,
    path::{NoPath, Path, PathProblem, Purpose},
    strength::Weakness,
};

use super::{
    Action, Need, Severity, SubIndication,
    conclusion::{Cure, Failure},
    poe::Poe,
    pool::{Pool, id_of},
    revocation::Evidence,
};
use crate::facts::ObjectId;

/// What X.509 validation says at the current time (EN 319 102-1 clause 5.2.6), with what would overcome each failure.
#[derive(Default)]
pub(super) struct Verdict {
    /// Empty: passed.
    pub(super) failures: Vec<Failure>,
    /// Codes and objects of findings that change nothing.
    pub(super) notes: Vec<(&'static str, String, Severity)>,
    /// The path, if there is one.
    pub(super) path: Option<Path>,
    /// When the newest status information about the end entity was made.
    pub(super) status_issued: Option<Timestamp>,
}

impl Verdict {
    fn fail(&mut self, sub: SubIndication, cure: Cure, code: &'static str, object: String) {
        self.failures.push(Failure { sub, cure, code, object });
    }
    /// A constraint that does not hold.
    fn constrain(&mut self, action: Action, sub: SubIndication, code: &'static str, object: String) {
        match action {
            Action::Fail => self.fail(sub, Cure::Never, code, object),
            Action::Warn => self.notes.push((code, object, Severity::Warning)),
            Action::Inform => self.notes.push((code, object, Severity::Info)),
            Action::Ignore => {}
        }
    }
}

/// A certificate of a path whose status is asked for.
#[derive(Clone, Copy)]
struct Asked<'c> {
    certificate: &'c Certificate,
    issuer: &'c Certificate,
    index: usize,
    /// Whether it is the path of a signature, which may be stamped.
    stamped: bool,
    proven: Timestamp,
}

/// Name of a certificate for people: common name or serial number.
pub(super) fn label(certificate: &Certificate) -> String {
    certificate.subject().common_name().map_or_else(|| certificate.serial_hex(), str::to_owned)
}

impl Pool<'_> {
    /// Judges the certificate of `subject`, a signature value or a time stamp, at the current time; `proven` is the time for which status
    /// information is sought.
    pub(super) fn judge_chain(
        &self,
        leaf: &Certificate,
        purpose: &Purpose,
        subject: ObjectId,
        poe: &Poe,
        proven: Timestamp,
    ) -> Verdict {
        let mut v = Verdict::default();
        let path = match self.path(leaf, self.basis.time, purpose.clone()) {
            Ok(path) => path,
            Err(error) => {
                let (code, name) = match error {
                    NoPath::NoAnchor(partial) => {
                        ("validate.chain.no-anchor", partial.last().map(label).unwrap_or_default())
                    }
                    NoPath::TooComplex => ("validate.chain.too-complex", label(leaf)),
                };
                v.fail(SubIndication::NoCertificateChainFound, Cure::Never, code, name);
                return v;
            }
        };
        if self.sunset(&path).is_some() {
            let name = path.certificates.last().map(label).unwrap_or_default();
            v.fail(SubIndication::NoCertificateChainFoundNoPoe, Cure::Past, "validate.chain.anchor-ended", name);
        }
        // The end entity first, with all there is about it: what is told is the first that nothing overcomes.
        for (index, certificate) in path.certificates.iter().enumerate() {
            self.rules(&path, index, purpose, &mut v);
            let Some(issuer) = path.issuer_of(index) else { break };
            if index > 0 && certificate.subject_key_id().is_none() {
                let action = self.basis.policy.constraints.authority_key_identifier;
                let sub = SubIndication::CertificateChainGeneralFailure;
                v.constrain(action, sub, "validate.chain.key-identifier", label(certificate));
            }
            let asked = Asked { certificate, issuer, index, stamped: *purpose != Purpose::TimeStamping, proven };
            self.status(&asked, poe, &mut v);
            self.strength(&path, index, subject, &mut v);
        }
        // That nothing is known of some certificate comes before what is known of others, and what time alone may mend comes last.
        v.failures.sort_by_key(|f| match (f.code, &f.cure) {
            ("validate.chain.anchor-ended", _) => 0,
            ("validate.revocation.missing" | "validate.chain.misplaced", _) => 0,
            (_, Cure::Fresh(..)) => 2,
            _ => 1,
        });
        v.path = Some(path);
        v
    }

    /// Everything about one certificate of the path but its times, status and algorithms.
    fn rules(&self, path: &Path, index: usize, purpose: &Purpose, v: &mut Verdict) {
        let policy = &self.basis.policy.constraints;
        let usage = match purpose {
            Purpose::TimeStamping => policy.time_stamping_certificate_usage,
            _ => policy.signing_certificate_usage,
        };
        for finding in path.findings.iter().filter(|f| f.index == index) {
            let name = path.certificates.get(index).map(label).unwrap_or_default();
            let general = SubIndication::CertificateChainGeneralFailure;
            match &finding.problem {
                PathProblem::NotYetValid | PathProblem::Expired | PathProblem::Weak(_) => {}
                PathProblem::WrongPurpose => {
                    let sub = SubIndication::ChainConstraintsFailure;
                    v.constrain(usage, sub, "validate.chain.wrong-purpose", name);
                }
                PathProblem::UnknownCritical(_) | PathProblem::Malformed(_) => {
                    v.constrain(policy.critical_extensions, general, "validate.chain.extension", name);
                }
                PathProblem::NameNotPermitted | PathProblem::NoPolicy => {
                    v.constrain(policy.names_and_policies, general, "validate.chain.constraints", name);
                }
                _ => v.constrain(policy.certification_path, general, "validate.chain.constraints", name),
            }
        }
        let Some(certificate) = path.certificates.get(index).filter(|_| path.issuer_of(index).is_some()) else {
            return;
        };
        let e = certificate.extensions();
        if (index == 0 && e.ocsp_nocheck) || (index > 0 && e.no_revocation_available) {
            let sub = SubIndication::CertificateChainGeneralFailure;
            v.constrain(policy.misplaced_extensions, sub, "validate.chain.misplaced", label(certificate));
        }
    }

    fn strength(&self, path: &Path, index: usize, subject: ObjectId, v: &mut Verdict) {
        for finding in path.findings.iter().filter(|f| f.index == index) {
            let (PathProblem::Weak(weakness), Some(certificate)) = (&finding.problem, path.certificates.get(index))
            else {
                continue;
            };
            let mut objects = vec![id_of(certificate)];
            // What is signed names the digest of the signer's certificate, and so proves it.
            objects.extend((index == 0).then_some(subject));
            self.weak(weakness, objects, label(certificate), v);
        }
    }

    fn weak(&self, weakness: &Weakness, objects: Vec<ObjectId>, name: String, v: &mut Verdict) {
        let object = format!("{name} ({})", weakness.name());
        let code = "validate.chain.weak-algorithm";
        match (self.weak_action(weakness), weakness.since()) {
            (Action::Fail, Some(end)) => {
                v.fail(SubIndication::CryptoConstraintsFailureNoPoe, Cure::Proven(objects, end), code, object);
            }
            (action, _) => v.constrain(action, SubIndication::CryptoConstraintsFailure, code, object),
        }
    }

    /// Status and validity of one certificate of the path.
    fn status(&self, asked: &Asked<'_>, poe: &Poe, v: &mut Verdict) {
        let Asked { certificate, issuer, index, proven, stamped } = *asked;
        use SubIndication as S;
        let (now, policy) = (self.basis.time, &self.basis.policy.constraints);
        let name = label(certificate);
        let known = self.known(certificate, issuer);
        let (accepted, problems) = self.accepted(&known, poe);
        let newest = accepted.last();
        if index == 0 {
            v.status_issued = newest.map(|e| e.issued);
        }
        if newest.is_none_or(|e| !e.is_fresh(proven)) && !known.not_required {
            self.needs.borrow_mut().push(Need::Status {
                of: certificate.clone(),
                issuer: issuer.clone(),
                ocsp: certificate.ocsp_urls().to_vec(),
                crl: certificate.crl_urls().to_vec(),
            });
        }
        let Some(newest) = newest else {
            if !known.not_required {
                let action = if stamped || index == 0 {
                    policy.revocation_available
                } else {
                    policy.time_stamping_authority_revocation_available
                };
                let sub = S::CertificateChainGeneralFailure;
                v.constrain(action, sub, "validate.revocation.missing", name.clone());
                let stray = !self.speaks_of_somebody(issuer);
                let told = problems.iter().filter(|p| **p != "validate.revocation.other-certificate" || stray);
                let told = told.map(|p| (*p, name.clone(), Severity::Info));
                v.notes.extend(told);
            }
            if !certificate.is_valid_at(now) {
                self.out_of_bounds(certificate, index, known.not_required, v);
            }
            return;
        };
        let revoked = accepted.iter().filter(|e| e.is_final()).filter_map(|e| e.revoked).map(|(at, _)| at).min();
        let held = newest.revoked.filter(|_| !newest.is_final()).map(|(since, _)| since);
        match (revoked, held) {
            (Some(at), _) if at <= now => {
                if index == 0 {
                    v.fail(S::RevokedNoPoe, Cure::Before(at), "validate.chain.revoked", name.clone());
                } else {
                    v.fail(S::RevokedCaNoPoe, Cure::Past, "validate.chain.ca-revoked", name.clone());
                }
            }
            (_, Some(since)) if since <= now => {
                v.fail(S::TryLater, Cure::Before(since), "validate.chain.held", name.clone());
            }
            _ => {}
        }
        let bounded = policy.revocation_issuer_not_expired == Action::Fail;
        if bounded && certificate.is_valid_at(now) && !accepted.iter().any(|e| e.is_relied_on(now)) {
            let (sub, code) = (S::RevocationOutOfBoundsNoPoe, "validate.revocation.issuer-expired");
            for part in newest.parts.iter().filter(|p| p.issuer_until < now) {
                v.fail(sub, Cure::Proven(part.ids.clone(), part.issuer_until), code, name.clone());
            }
        }
        if !certificate.is_valid_at(now) {
            // That it was not revoked is known only while whoever said so could still take it back (RFC 6960 section 4.2.2.2).
            let said = !bounded || newest.is_relied_on(now);
            self.out_of_bounds(certificate, index, said && revoked.is_none() && held.is_none(), v);
        }
        if revoked.is_none_or(|at| at > now) && held.is_none_or(|since| since > now) {
            let fresh = |at| accepted.iter().find(|e| e.is_fresh(at));
            self.freshness(fresh(now).or_else(|| fresh(proven)).unwrap_or(newest), certificate, now, v);
        }
        let before = newest.issued.as_second() < proven.as_second();
        if stamped && index == 0 && before && proven < now && revoked.is_none() && held.is_none() {
            let code = "validate.revocation.issued-before";
            v.constrain(policy.revocation_after_time_stamp, S::SigConstraintsFailure, code, name);
        }
    }

    fn freshness(&self, evidence: &Evidence, certificate: &Certificate, now: Timestamp, v: &mut Verdict) {
        if evidence.is_fresh(now) {
            return;
        }
        let (code, name) = ("validate.revocation.too-old", label(certificate));
        match self.basis.policy.constraints.revocation_freshness {
            Action::Fail => {
                v.fail(SubIndication::TryLater, Cure::Fresh(evidence.issued, evidence.until), code, name);
            }
            action => v.constrain(action, SubIndication::TryLater, code, name),
        }
    }

    fn out_of_bounds(&self, certificate: &Certificate, index: usize, good: bool, v: &mut Verdict) {
        let code = if self.basis.time > certificate.not_after() {
            "validate.chain.expired"
        } else {
            "validate.chain.not-yet-valid"
        };
        let name = label(certificate);
        if index > 0 {
            v.fail(SubIndication::OutOfBoundsNoPoe, Cure::Past, code, name);
            return;
        }
        let sub = if good { SubIndication::OutOfBoundsNotRevoked } else { SubIndication::OutOfBoundsNoPoe };
        v.fail(sub, Cure::Within(certificate.not_before(), certificate.not_after()), code, name);
    }

    /// Whether any OCSP response answers about a certificate of this issuer that is in the pool: then it is not a stray one.
    fn speaks_of_somebody(&self, issuer: &Certificate) -> bool {
        self.ocsps.iter().all(|o| self.certificates.iter().any(|c| o.item.find(c, issuer).is_some()))
    }
}
