use std::rc::Rc;

use jiff::Timestamp;
use pki::{
    CertStatus, Certificate, KeyKind, KeyUsage, OcspResponse, RevocationReason, SignatureAlgorithm, path::Purpose,
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
    pub(super) ids: Vec<ObjectId>,
    /// `thisUpdate`.
    pub(super) issued: Timestamp,
    /// When whoever issued it says it was made: `producedAt` of OCSP.
    produced: Timestamp,
    /// Until when it is fresh: `nextUpdate`, or as the policy says.
    pub(super) until: Timestamp,
    /// Since when and why revoked, if it says so.
    pub(super) revoked: Option<(Timestamp, Option<RevocationReason>)>,
    /// Whether the file itself carries it.
    pub(super) in_file: bool,
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
        poe.of_any(&self.ids) <= self.issuer_until
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
const MAX_RESPONDER_DEPTH: usize = 2;

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
            let since = poe.of_any(&e.ids);
            let weak = e.signed.iter().any(|(algorithm, key)| {
                let judged = match algorithm {
                    Some(a) => policy.strength.signature(*a, *key, since),
                    None => Err(Weakness::Key(*key, None)),
                };
                judged.is_err_and(|w| self.weak_action(&w) == Action::Fail)
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

    fn collect(&self, certificate: &Certificate, issuer: &Certificate, depth: usize) -> Known {
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
            let mut evidence = Evidence {
                ids: source.ids.clone(),
                issued: single.this_update,
                produced,
                until: single.next_update.unwrap_or_else(|| later(single.this_update, policy.max_revocation_age)),
                revoked,
                in_file: source.in_file,
                signed: vec![(response.signature_algorithm().ok(), responder.public_key().kind())],
                issuer_until: self.relied_on_until(&responder),
            };
            if responder != *issuer {
                evidence.signed.push((responder.signature_algorithm().ok(), issuer.public_key().kind()));
            }
            self.take(certificate, evidence, single.archive_cutoff, known);
        }
    }

    fn take(&self, certificate: &Certificate, evidence: Evidence, remembers: Option<Timestamp>, known: &mut Known) {
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

    fn collect_crl(&self, certificate: &Certificate, issuer: &Certificate, depth: usize, known: &mut Known) {
        let policy = self.basis.policy;
        for (index, source) in self.crls.iter().enumerate() {
            let crl = &source.item;
            let of_issuer = crl.issuer.matches(issuer.subject());
            let indirect = crl.distribution_point.as_ref().is_some_and(|p| p.indirect);
            if !of_issuer && !indirect {
                continue;
            }
            let scope = pki::crl::scope(crl, certificate);
            let signer = match self.crl_signer(index, issuer, depth) {
                Ok(signer) => signer,
                Err(problem) => {
                    // Lists of others are no fault as long as the certificate does not name them.
                    if of_issuer || scope.is_some() {
                        known.problems.push(problem);
                    }
                    continue;
                }
            };
            let Some(scope) = scope else { continue };
            let Ok(entry) = crl.find_of(certificate.serial(), certificate.issuer()) else {
                known.problems.push("validate.revocation.unreadable");
                continue;
            };
            let listed = entry.map(|e| e.entry).filter(|e| e.reason != Some(RevocationReason::RemoveFromCrl));
            // A list with a condition that is not understood, of some reasons or of changes only proves no good status.
            let partial = !crl.unknown_critical.is_empty() || !scope.is_complete() || crl.delta_base.is_some();
            if partial && listed.is_none() {
                known.problems.push("validate.revocation.unknown-critical");
                continue;
            }
            let mut evidence = Evidence {
                ids: source.ids.clone(),
                issued: crl.this_update,
                produced: crl.this_update,
                until: crl.next_update.unwrap_or_else(|| later(crl.this_update, policy.max_revocation_age)),
                revoked: listed.map(|e| (e.revoked_at, e.reason)),
                in_file: source.in_file,
                signed: vec![(crl.signature_algorithm().ok(), signer.public_key().kind())],
                issuer_until: self.relied_on_until(&signer),
            };
            if signer != *issuer && !self.is_anchor(&signer) {
                evidence.signed.push((signer.signature_algorithm().ok(), issuer.public_key().kind()));
            }
            self.take(certificate, evidence, crl.expired_certificates, known);
        }
    }

    /// Who signed a CRL: the issuer of the certificate, else somebody of the name on the list with a path of their own to the same anchor
    /// (RFC 5280 section 6.3.3 (f) and (g)): whoever keeps an indirect list, or the issuer under another key.
    fn crl_signer(&self, index: usize, issuer: &Certificate, depth: usize) -> Result<Certificate, &'static str> {
        let Some(crl) = self.crls.get(index).map(|c| &c.item) else { return Err("validate.revocation.unreadable") };
        let may_sign = |c: &Certificate| c.key_usage().is_none_or(|u| u.contains(KeyUsage::CRL_SIGN));
        let signed_by =
            |c: &Certificate| crl.issuer.matches(c.subject()) && may_sign(c) && self.crl_is_of(index, crl, c);
        if signed_by(issuer) {
            return Ok(issuer.clone());
        }
        let found = self.basis.anchors.certificates().chain(&self.certificates).find(|c| signed_by(c));
        let Some(signer) = found else { return Err("validate.crl.bad-signature") };
        if depth + 1 >= MAX_RESPONDER_DEPTH {
            return Err("validate.crl.signer-status-unknown");
        }
        let at = crl.this_update;
        let path = self.structural_path(signer, at).filter(pki::path::Path::is_valid);
        let anchor = self.structural_path(issuer, at).and_then(|p| p.certificates.last().cloned());
        let Some(path) = path.filter(|p| p.certificates.last() == anchor.as_ref()) else {
            return Err("validate.crl.signer-not-authorised");
        };
        let good =
            path.certificates.iter().enumerate().all(|(i, c)| {
                path.issuer_of(i).is_none_or(|above| self.was_good(&self.collect(c, above, depth + 1), at))
            });
        if good { Ok(signer.clone()) } else { Err("validate.crl.signer-status-unknown") }
    }

    /// Whether a certificate is known not to have been revoked at `at`.
    fn was_good(&self, known: &Known, at: Timestamp) -> bool {
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
        let marks = accepted.iter().filter(|e| e.ids.iter().any(|id| facts.time_marks.contains(id)));
        marks.filter(|e| e.is_in_bounds(poe)).map(|e| e.produced).min()
    }
}
