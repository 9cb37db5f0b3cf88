use jiff::Timestamp;
use pki::{CertStatus, Certificate, KeyUsage, RevocationReason};

use super::{Need, pool::Pool};

/// What is known of a certificate's revocation at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// No revocation information exists for it by its own statement.
    NotRequired,
    /// Not revoked at that time.
    Good {
        /// Revoked later, if known.
        revoked_later: Option<Timestamp>,
        /// Whether the file itself carries the information.
        in_file: bool,
        /// Whether the information was issued before the time it is to prove.
        issued_before: bool,
    },
    /// Revoked before that time.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Whether the file itself carries the information.
        in_file: bool,
    },
    /// On hold at that time.
    Held {
        /// Whether the file itself carries the information.
        in_file: bool,
    },
    /// Nothing usable; what was found and why it does not count.
    Unknown(Vec<&'static str>),
}

struct Evidence {
    issued: Timestamp,
    revoked: Option<(Timestamp, Option<RevocationReason>)>,
    in_file: bool,
}

const MAX_RESPONDER_DEPTH: usize = 2;

impl Pool<'_> {
    /// Status of `certificate` at `at`; algorithms of the information are judged at `poe`, when it is proven to have existed.
    pub(super) fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
        poe: Timestamp,
    ) -> Status {
        self.status_at_depth(certificate, issuer, at, poe, 0)
    }

    fn status_at_depth(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
        poe: Timestamp,
        depth: usize,
    ) -> Status {
        let e = certificate.extensions();
        if e.no_revocation_available || e.validity_assured_short_term {
            return Status::NotRequired;
        }
        let mut problems = Vec::new();
        let mut evidence = self.evidence_of_ocsp(certificate, issuer, at, poe, depth, &mut problems);
        evidence.extend(self.evidence_of_crl(certificate, issuer, at, poe, &mut problems));
        // A final revocation in any of them counts; a hold only if the newest says so.
        evidence.sort_by_key(|e| e.issued);
        let in_file = evidence.iter().any(|e| e.in_file);
        let newest = evidence.last().map(|e| e.issued);
        let final_revocation = evidence
            .iter()
            .filter_map(|e| e.revoked)
            .filter(|(_, reason)| !matches!(reason, Some(RevocationReason::CertificateHold)))
            .min_by_key(|(at, _)| *at);
        match final_revocation {
            Some((revoked, _)) if revoked <= at => return Status::Revoked { at: revoked, in_file },
            _ => {}
        }
        let held = evidence.iter().rev().find(|e| Some(e.issued) == newest).and_then(|e| e.revoked);
        if let Some((since, Some(RevocationReason::CertificateHold))) = held
            && since <= at
        {
            return Status::Held { in_file };
        }
        if evidence.is_empty() {
            if depth == 0 {
                self.needs.borrow_mut().push(Need::Status {
                    of: certificate.clone(),
                    issuer: issuer.clone(),
                    ocsp: certificate.ocsp_urls().to_vec(),
                    crl: certificate.crl_urls().to_vec(),
                });
            }
            problems.sort_unstable();
            problems.dedup();
            return Status::Unknown(problems);
        }
        Status::Good {
            revoked_later: final_revocation.map(|(at, _)| at),
            in_file,
            // Status information tells whole seconds.
            issued_before: evidence.iter().all(|e| e.issued.as_second() < at.as_second()),
        }
    }

    /// Whether information of `issued` to `next` speaks of `certificate` at `at`; `remembers`: since when expired ones are kept.
    fn speaks_of(
        &self,
        certificate: &Certificate,
        at: Timestamp,
        issued: Timestamp,
        next: Option<Timestamp>,
        remembers: Option<Timestamp>,
    ) -> Result<(), &'static str> {
        let policy = self.basis.policy;
        if issued > self.basis.time + policy.clock_tolerance {
            return Err("validate.revocation.from-future");
        }
        if issued < certificate.not_before() {
            return Err("validate.revocation.before-issuance");
        }
        // Certificates that have expired may be forgotten, unless it is said how far back they are remembered.
        if issued > certificate.not_after() && remembers.is_none_or(|since| since > certificate.not_after()) {
            return Err("validate.revocation.after-expiry");
        }
        let until = next.unwrap_or(issued + policy.max_revocation_age);
        if issued.as_second() >= at.as_second() || until >= at { Ok(()) } else { Err("validate.revocation.too-old") }
    }

    fn evidence_of_ocsp(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
        poe: Timestamp,
        depth: usize,
        problems: &mut Vec<&'static str>,
    ) -> Vec<Evidence> {
        let mut all = Vec::new();
        for (index, source) in self.ocsps.iter().enumerate() {
            let response = &source.item;
            let Some(single) = response.find(certificate, issuer) else {
                problems.push("validate.revocation.other-certificate");
                continue;
            };
            let responder = match self.responder(index, response, issuer) {
                Ok(r) => r,
                Err(pki::Error::BadSignature) => {
                    problems.push("validate.ocsp.bad-signature");
                    continue;
                }
                Err(_) => {
                    problems.push("validate.ocsp.responder-not-authorised");
                    continue;
                }
            };
            if !response.unknown_critical.is_empty() {
                problems.push("validate.revocation.unknown-critical");
                continue;
            }
            let strength = &self.basis.policy.strength;
            let strong = response
                .signature_algorithm()
                .is_ok_and(|a| strength.signature(a, responder.public_key().kind(), poe).is_ok());
            if !strong {
                problems.push("validate.revocation.weak-algorithm");
                continue;
            }
            if responder != *issuer && !self.responder_was_good(&responder, issuer, response.produced_at, poe, depth) {
                problems.push("validate.ocsp.responder-status-unknown");
                continue;
            }
            if single.status == CertStatus::Unknown {
                problems.push("validate.ocsp.unknown");
                continue;
            }
            let revoked = match single.status {
                CertStatus::Revoked { at, reason } => Some((at, reason)),
                _ => None,
            };
            let final_revocation = revoked.is_some_and(|(_, r)| r != Some(RevocationReason::CertificateHold));
            if !final_revocation {
                let (issued, next, remembers) = (single.this_update, single.next_update, single.archive_cutoff);
                if let Err(problem) = self.speaks_of(certificate, at, issued, next, remembers) {
                    problems.push(problem);
                    continue;
                }
            }
            all.push(Evidence { issued: single.this_update, revoked, in_file: source.in_file });
        }
        all
    }

    fn responder_was_good(
        &self,
        responder: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
        poe: Timestamp,
        depth: usize,
    ) -> bool {
        if !responder.is_valid_at(at) {
            return false;
        }
        let strength = &self.basis.policy.strength;
        let strong = responder
            .signature_algorithm()
            .is_ok_and(|a| strength.signature(a, issuer.public_key().kind(), poe).is_ok());
        if !strong || !responder.extensions().malformed.is_empty() {
            return false;
        }
        responder.extensions().ocsp_nocheck
            || (depth + 1 < MAX_RESPONDER_DEPTH
                && matches!(
                    self.status_at_depth(responder, issuer, at, poe, depth + 1),
                    Status::Good { .. } | Status::NotRequired
                ))
    }

    fn evidence_of_crl(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
        poe: Timestamp,
        problems: &mut Vec<&'static str>,
    ) -> Vec<Evidence> {
        let mut all = Vec::new();
        for (index, source) in self.crls.iter().enumerate() {
            let crl = &source.item;
            if !crl.issuer.matches(issuer.subject()) {
                continue;
            }
            let may_sign = issuer.key_usage().is_none_or(|u| u.contains(KeyUsage::CRL_SIGN));
            if !may_sign || !self.crl_is_of(index, crl, issuer) {
                problems.push("validate.crl.bad-signature");
                continue;
            }
            let point = crl.distribution_point.clone().unwrap_or_default();
            let kind_fits = if certificate.is_ca() { !point.only_user } else { !point.only_ca };
            let applies = kind_fits && !point.only_attribute;
            if !crl.unknown_critical.is_empty() || point.indirect || point.some_reasons {
                problems.push("validate.revocation.unknown-critical");
                continue;
            }
            if !applies {
                continue;
            }
            let strength = &self.basis.policy.strength;
            let strong =
                crl.signature_algorithm().is_ok_and(|a| strength.signature(a, issuer.public_key().kind(), poe).is_ok());
            if !strong {
                problems.push("validate.revocation.weak-algorithm");
                continue;
            }
            let entry = match crl.find(certificate.serial()) {
                Ok(e) => e,
                Err(_) => {
                    problems.push("validate.revocation.unreadable");
                    continue;
                }
            };
            let revoked =
                entry.filter(|e| e.reason != Some(RevocationReason::RemoveFromCrl)).map(|e| (e.revoked_at, e.reason));
            let final_revocation = revoked.is_some_and(|(_, r)| r != Some(RevocationReason::CertificateHold));
            if !final_revocation {
                // A delta list alone proves no good status.
                if crl.delta_base.is_some() && revoked.is_none() {
                    continue;
                }
                let (issued, next, remembers) = (crl.this_update, crl.next_update, crl.expired_certificates);
                if let Err(problem) = self.speaks_of(certificate, at, issued, next, remembers) {
                    problems.push(problem);
                    continue;
                }
            }
            all.push(Evidence { issued: crl.this_update, revoked, in_file: source.in_file });
        }
        all
    }
}
