use std::rc::Rc;

use jiff::Timestamp;
use pki::{
    CertStatus, Certificate, KeyKind, OcspResponse, RevocationReason, SignatureAlgorithm, path::Purpose,
    strength::Weakness,
};

use super::{
    Action,
    conclusion::later,
    poe::Poe,
    pool::{Pool, id_of},
};
use crate::facts::{ObjectId, SignatureFacts};

/// One piece of status information that the revocation acceptance checker takes (EN 319 102-1 clause 5.2.5), but for its algorithm, which
/// depends on when it is proven to have existed.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// The OCSP response or the list; of lists that only together say it, each of them.
    pub(super) parts: Vec<Part>,
    /// `thisUpdate`; of several lists the earliest.
    pub(super) issued: Timestamp,
    /// When whoever issued it says it was made: `producedAt` of OCSP.
    pub(super) produced: Timestamp,
    /// Until when it is fresh: `nextUpdate`, or as the policy says.
    pub(super) until: Timestamp,
    /// Since when and why revoked, if it says so.
    pub(super) revoked: Option<(Timestamp, Option<RevocationReason>)>,
    /// Whether the file itself carries it.
    pub(super) in_file: bool,
}

/// One object of status information.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) ids: Vec<ObjectId>,
    /// What it and its issuer's certificate are signed with.
    signed: Vec<(Option<SignatureAlgorithm>, KeyKind)>,
    /// End of its issuer's certificate.
    pub(super) issuer_until: Timestamp,
}

impl Evidence {
    /// Whether it says that the certificate is revoked for good.
    pub(super) fn is_final(&self) -> bool {
        self.revoked.is_some_and(|(_, reason)| reason != Some(RevocationReason::CertificateHold))
    }
    /// Whether its issuer's certificate held when it is proven to have existed (5.2.6.4, 5.6.2.2).
    pub(super) fn is_in_bounds(&self, poe: &Poe) -> bool {
        self.parts.iter().all(|p| poe.of_any(&p.ids) <= p.issuer_until)
    }
    /// Whether the certificates of all who issued it have not ended by `at`.
    pub(super) fn is_relied_on(&self, at: Timestamp) -> bool {
        self.parts.iter().all(|p| at <= p.issuer_until)
    }
    /// Since when all of it is proven to exist.
    pub(super) fn proven(&self, poe: &Poe) -> Option<Timestamp> {
        self.parts.iter().map(|p| poe.of_any(&p.ids)).max()
    }
    /// Whether it is fresh at `at`: information made later always is, older until its next update. It tells whole seconds.
    pub(super) fn is_fresh(&self, at: Timestamp) -> bool {
        self.issued.as_second() >= at.as_second() || self.until >= at
    }
}

/// All that is known of the status of one certificate.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Its issuer, or itself, says that there is nothing to know.
    pub(super) not_required: bool,
    /// The oldest first.
    pub(super) evidence: Vec<Evidence>,
    /// Why other information does not count.
    pub(super) problems: Vec<&'static str>,
}

/// Responders whose certificates are asked about: they may have responders in turn.
pub(super) const MAX_RESPONDER_DEPTH: usize = 2;

impl Pool<'_> {
    /// What is known of a certificate, from all status information in the file and elsewhere.
    pub(super) fn known(&self, certificate: &Certificate, issuer: &Certificate) -> Rc<Known> {
        let key = (id_of(certificate), id_of(issuer));
        if let Some(known) = self.known.borrow().get(&key) {
            return Rc::clone(known);
        }
        let known = Rc::new(self.collect(certificate, issuer, 0));
        self.known.borrow_mut().insert(key, Rc::clone(&known));
        known
    }

    /// What of it counts, given what is proven to have existed when.
    pub(super) fn accepted<'k>(&self, known: &'k Known, poe: &Poe) -> (Vec<&'k Evidence>, Vec<&'static str>) {
        let policy = self.basis.policy;
        let mut problems = known.problems.clone();
        let accepted = known.evidence.iter().filter(|e| {
            let weak = e.parts.iter().any(|part| {
                let since = poe.of_any(&part.ids);
                part.signed.iter().any(|(algorithm, key)| {
                    let judged = match algorithm {
                        Some(a) => policy.strength.signature(*a, *key, since),
                        None => Err(Weakness::Key(*key, None)),
                    };
                    judged.is_err_and(|w| self.weak_action(&w) == Action::Fail)
                })
            });
            if weak {
                problems.push("validate.revocation.weak-algorithm");
            }
            !weak
        });
        let accepted = accepted.collect();
        problems.sort_unstable();
        problems.dedup();
        (accepted, problems)
    }

    /// What the policy says of a weak algorithm: one whose end lies after the last update of the list may be taken milder.
    pub(super) fn weak_action(&self, weakness: &Weakness) -> Action {
        let policy = self.basis.policy;
        let later = |end: Timestamp| policy.strength_updated.is_some_and(|updated| end > updated);
        if weakness.since().is_some_and(later) {
            policy.constraints.cryptography_after_update
        } else {
            policy.constraints.cryptography
        }
    }

    pub(super) fn collect(&self, certificate: &Certificate, issuer: &Certificate, depth: usize) -> Known {
        let e = certificate.extensions();
        if !certificate.is_ca() && (e.no_revocation_available || e.validity_assured_short_term) {
            return Known { not_required: true, ..Known::default() };
        }
        let mut known = Known::default();
        self.collect_ocsp(certificate, issuer, depth, &mut known);
        self.collect_crl(certificate, issuer, depth, &mut known);
        known.evidence.sort_by_key(|e| e.issued);
        known
    }

    /// Whether information of `issued` can speak of `certificate` at all; `remembers`: since when expired ones are kept.
    fn speaks_of(
        &self,
        certificate: &Certificate,
        issued: Timestamp,
        remembers: Option<Timestamp>,
    ) -> Result<(), &'static str> {
        if issued > later(self.basis.time, self.basis.policy.clock_tolerance) {
            return Err("validate.revocation.from-future");
        }
        if issued < certificate.not_before() {
            return Err("validate.revocation.before-issuance");
        }
        // Certificates that have expired may be forgotten, unless it is said how far back they are remembered.
        if issued > certificate.not_after() && remembers.is_none_or(|since| since > certificate.not_after()) {
            return Err("validate.revocation.after-expiry");
        }
        Ok(())
    }

    fn collect_ocsp(&self, certificate: &Certificate, issuer: &Certificate, depth: usize, known: &mut Known) {
        let policy = self.basis.policy;
        for (index, source) in self.ocsps.iter().enumerate() {
            let response = &source.item;
            let Some(single) = response.find(certificate, issuer) else {
                known.problems.push("validate.revocation.other-certificate");
                continue;
            };
            let responder = match self.responder(index, response, issuer) {
                Ok(r) => r,
                Err(error) => {
                    let other = (policy.constraints.ocsp_responder_authorised != Action::Fail)
                        .then(|| self.other_responder(response))
                        .flatten();
                    let problem = match error {
                        pki::Error::BadSignature => "validate.ocsp.bad-signature",
                        _ => "validate.ocsp.responder-not-authorised",
                    };
                    match other {
                        Some(r) => r,
                        None => {
                            known.problems.push(problem);
                            continue;
                        }
                    }
                }
            };
            if !response.unknown_critical.is_empty() {
                known.problems.push("validate.revocation.unknown-critical");
                continue;
            }
            let produced = response.produced_at;
            if responder != *issuer && !self.responder_was_good(&responder, issuer, produced, depth) {
                known.problems.push("validate.ocsp.responder-status-unknown");
                continue;
            }
            let revoked = match single.status {
                CertStatus::Unknown => {
                    known.problems.push("validate.ocsp.unknown");
                    continue;
                }
                CertStatus::Revoked { at, reason } => Some((at, reason)),
                CertStatus::Good => None,
            };
            let algorithm = response.signature_algorithm().ok();
            let evidence = Evidence {
                parts: vec![self.part(source.ids.clone(), algorithm, &responder, Some(issuer))],
                issued: single.this_update,
                produced,
                until: single.next_update.unwrap_or_else(|| later(single.this_update, policy.max_revocation_age)),
                revoked,
                in_file: source.in_file,
            };
            self.take(certificate, evidence, single.archive_cutoff, known);
        }
    }

    /// One object of status information. `issuer` is who issued the signer's certificate, if that is not the signer and matters.
    pub(super) fn part(
        &self,
        ids: Vec<ObjectId>,
        algorithm: Option<SignatureAlgorithm>,
        signer: &Certificate,
        issuer: Option<&Certificate>,
    ) -> Part {
        let mut signed = vec![(algorithm, signer.public_key().kind())];
        if let Some(issuer) = issuer.filter(|i| *i != signer) {
            signed.push((signer.signature_algorithm().ok(), issuer.public_key().kind()));
        }
        Part { ids, signed, issuer_until: self.relied_on_until(signer) }
    }

    pub(super) fn take(
        &self,
        certificate: &Certificate,
        evidence: Evidence,
        remembers: Option<Timestamp>,
        known: &mut Known,
    ) {
        match self.speaks_of(certificate, evidence.issued, remembers) {
            // A revocation for good counts whenever it was told.
            Err(problem) if !evidence.is_final() || problem == "validate.revocation.from-future" => {
                known.problems.push(problem);
            }
            _ => known.evidence.push(evidence),
        }
    }

    /// Until when what a certificate signs can be relied on without further proof; an anchor has no end.
    fn relied_on_until(&self, signer: &Certificate) -> Timestamp {
        if self.is_anchor(signer) { Timestamp::MAX } else { signer.not_after() }
    }

    /// A responder that nobody authorised but that leads to an anchor: for policies that take it.
    fn other_responder(&self, response: &OcspResponse) -> Option<Certificate> {
        let mut all = response.certificates.iter().chain(&self.certificates);
        all.find(|c| {
            response.responder.is(c)
                && response.verify_with(c.spki()).is_ok()
                && self.structural_path(c, response.produced_at).is_some()
                && self.path(c, response.produced_at, Purpose::Any).is_ok()
        })
        .cloned()
    }

    fn responder_was_good(&self, responder: &Certificate, issuer: &Certificate, at: Timestamp, depth: usize) -> bool {
        if !responder.is_valid_at(at) || !responder.extensions().malformed.is_empty() {
            return false;
        }
        if responder.extensions().ocsp_nocheck {
            return true;
        }
        if depth + 1 >= MAX_RESPONDER_DEPTH {
            return false;
        }
        self.was_good(&self.collect(responder, issuer, depth + 1), at)
    }

    /// Whether a certificate is known not to have been revoked at `at`.
    pub(super) fn was_good(&self, known: &Known, at: Timestamp) -> bool {
        let revoked = known.evidence.iter().filter_map(|e| e.revoked).any(|(since, _)| since <= at);
        known.not_required || (!known.evidence.is_empty() && !revoked)
    }

    /// When the signature was marked: by an OCSP answer about its certificate, made for this signature value (BDOC 2.1 clause 6.1).
    pub(super) fn time_mark(&self, signer: &Certificate, facts: &SignatureFacts, poe: &Poe) -> Option<Timestamp> {
        if facts.time_marks.is_empty() {
            return None;
        }
        let path = self.path(signer, self.basis.time, Purpose::Any).ok()?;
        let known = self.known(signer, path.issuer_of(0)?);
        let (accepted, _) = self.accepted(&known, poe);
        let marks =
            accepted.iter().filter(|e| e.parts.iter().flat_map(|p| &p.ids).any(|id| facts.time_marks.contains(id)));
        marks.filter(|e| e.is_in_bounds(poe)).map(|e| e.produced).min()
    }
}
