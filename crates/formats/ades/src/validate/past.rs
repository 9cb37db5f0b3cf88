//! Past signature validation (EN 319 102-1 clause 5.6.2): what proofs of existence overcome.

use jiff::Timestamp;
use pki::path::Path;

use super::{
    Action, SubIndication,
    chain::Verdict,
    conclusion::{Block, Conclusion, Cure, Failure},
    poe::Poe,
    pool::{Pool, id_of},
    revocation::Evidence,
};

/// What follows from the failures of the current time once proofs of existence are counted.
pub(super) struct Past {
    /// What stays, the end entity's first.
    pub(super) left: Vec<Failure>,
    /// To where past certificate validation slid, or why it did not, if it was asked for.
    pub(super) control_time: Option<Result<Timestamp, SubIndication>>,
}

impl Past {
    /// Past certificate validation in the detailed report.
    pub(super) fn block(&self, about: String) -> Option<Block> {
        let control = self.control_time?;
        let conclusion = control.map_or_else(Conclusion::indeterminate, |_| Conclusion::PASSED);
        let (name, clause) = ("past certificate validation", "5.6.2.1");
        Some(Block { name, clause, about, conclusion, at: control.ok() })
    }
}

impl Pool<'_> {
    /// Clauses 5.5.4 step 4 and 5.6.2.4 over all failures. `proven` is the earliest proof of the signature or time stamp; `status_at` the time
    /// for which status information has to be fresh.
    pub(super) fn overcome(&self, verdict: &Verdict, poe: &Poe, proven: Timestamp, status_at: Timestamp) -> Past {
        let past = |f: &Failure| matches!(f.cure, Cure::Past) || f.sub == SubIndication::OutOfBoundsNoPoe;
        let asks = verdict.failures.iter().any(past);
        let control_time = verdict.path.as_ref().filter(|_| asks).map(|path| self.slide(path, poe));
        let slid = control_time.and_then(Result::ok);
        let cured = |f: &&Failure| match &f.cure {
            Cure::Never => false,
            Cure::Before(time) => proven < *time,
            Cure::Within(from, to) => {
                let known = f.sub == SubIndication::OutOfBoundsNotRevoked || slid.is_some_and(|c| proven <= c);
                *from <= proven && proven <= *to && known
            }
            Cure::Fresh(issued, until) => issued.as_second() >= status_at.as_second() || *until >= status_at,
            Cure::Past => slid.is_some_and(|c| proven <= c),
            Cure::Proven(objects, end) => poe.of_any(objects) < *end,
        };
        Past { left: verdict.failures.iter().filter(|f| !cured(f)).cloned().collect(), control_time }
    }

    /// Past certificate validation with validation time sliding (5.6.2.1, 5.6.2.2): the time at which everything below can be relied on.
    ///
    /// # Errors
    /// `OUT_OF_BOUNDS_NO_POE` without a common time of validity, `NO_POE` without status information that is proven to have existed.
    fn slide(&self, path: &Path, poe: &Poe) -> Result<Timestamp, SubIndication> {
        self.control_time(path, poe).unwrap_or(Err(SubIndication::NoPoe))
    }

    fn control_time(&self, path: &Path, poe: &Poe) -> Option<Result<Timestamp, SubIndication>> {
        let policy = &self.basis.policy.constraints;
        let mut control = self.sunset(path).unwrap_or(self.basis.time);
        let below = path.certificates.get(..path.certificates.len().saturating_sub(1))?;
        if below.is_empty() {
            return Some(Ok(control));
        }
        let from = below.iter().map(pki::Certificate::not_before).max()?;
        let to = below.iter().map(pki::Certificate::not_after).min()?;
        if from > to {
            return Some(Err(SubIndication::OutOfBoundsNoPoe));
        }
        for (index, certificate) in below.iter().enumerate().rev() {
            let known = self.known(certificate, path.issuer_of(index)?);
            if poe.of(id_of(certificate)) > control {
                return None;
            }
            if !known.not_required {
                let (accepted, _) = self.accepted(&known, poe);
                let bounded = policy.revocation_issuer_not_expired == Action::Fail;
                let usable = |e: &&&Evidence| {
                    e.issued <= control && e.proven(poe) <= Some(control) && (!bounded || e.is_in_bounds(poe))
                };
                let newest = accepted.iter().rev().find(usable)?;
                let revoked = accepted.iter().filter(usable).filter(|e| e.is_final()).filter_map(|e| e.revoked).min();
                match revoked.or(newest.revoked) {
                    Some((at, _)) => control = control.min(at),
                    None if policy.sliding_freshness == Action::Fail && !newest.is_fresh(control) => {
                        control = newest.issued;
                    }
                    None => {}
                }
            }
            // What an authority signed can be relied on while its certificate held, or with proof from then.
            if policy.authority_not_expired == Action::Fail {
                control = control.min(certificate.not_after());
            }
            let strength = &self.basis.policy.strength;
            let issuer_key = path.issuer_of(index)?.public_key().kind();
            let end = certificate
                .signature_algorithm()
                .ok()
                .and_then(|a| strength.signature(a, issuer_key, control).err())
                .filter(|w| self.weak_action(w) == Action::Fail);
            if let Some(weakness) = end {
                control = control.min(weakness.since()?);
            }
        }
        Some(Ok(control))
    }
}

/// The conclusion from what stays.
pub(super) fn conclude(left: &[Failure], proven: Timestamp, is_proven: bool) -> Conclusion {
    let Some(first) = left.first() else { return Conclusion::PASSED };
    match &first.cure {
        // Proof from before the certificate was issued: it cannot be its signature.
        Cure::Within(from, _) if is_proven && proven < *from => Conclusion::failed(SubIndication::NotYetValid),
        _ => Conclusion::indeterminate(first.sub),
    }
}
