use jiff::Timestamp;
use pki::{Certificate, TimeStampToken, path::Purpose};

use super::{
    Severity, SubIndication, TimestampIndication, TimestampReport,
    chain::{label, worst},
    pool::Pool,
};
use crate::facts::{TimestampFacts, TimestampKind};

/// What was decided about one time stamp.
pub(super) struct Judged {
    pub(super) report: TimestampReport,
    pub(super) covers_material: bool,
    /// Token signature and imprint are right, whoever made it.
    pub(super) intact: bool,
    pub(super) findings: Vec<(&'static str, String, Severity)>,
    pub(super) unit: Option<Certificate>,
}

impl Judged {
    pub(super) fn passed(&self) -> Option<Timestamp> {
        self.report.time.filter(|_| self.report.indication == TimestampIndication::Passed)
    }
}

/// Name of the kind for findings.
fn kind_name(kind: TimestampKind) -> &'static str {
    match kind {
        TimestampKind::Content => "content",
        TimestampKind::Signature => "signature",
        TimestampKind::Archive => "archive",
        TimestampKind::Document => "document",
        TimestampKind::ValidationData => "validation-data",
        TimestampKind::Container => "container",
    }
}

impl Pool<'_> {
    /// Clause 5.4, with proof that the time stamp existed at `poe` (the current time, or a later archive time stamp over it).
    pub(super) fn judge_timestamp(&self, facts: &TimestampFacts, poe: Timestamp) -> Judged {
        let mut judged = Judged {
            report: TimestampReport { kind: facts.kind, indication: TimestampIndication::Failed, time: None },
            covers_material: facts.covers.len() > 1,
            intact: false,
            findings: Vec::new(),
            unit: None,
        };
        let kind = kind_name(facts.kind);
        let token = match TimeStampToken::from_ber(&facts.token) {
            Ok(t) => t,
            Err(_) => {
                judged.findings.push(("validate.timestamp.unreadable", kind.to_owned(), Severity::Warning));
                return judged;
            }
        };
        let time = token.info.time;
        judged.report.time = Some(time);
        match facts.imprint_matches {
            Some(true) => {}
            Some(false) => {
                judged.findings.push(("validate.timestamp.wrong-imprint", kind.to_owned(), Severity::Warning));
                return judged;
            }
            None => {
                judged.report.indication = TimestampIndication::Indeterminate;
                judged.findings.push(("validate.timestamp.imprint-not-judged", kind.to_owned(), Severity::Warning));
                return judged;
            }
        }
        let unit = match token.verify(&self.certificates) {
            Ok(unit) => unit,
            Err(error) => {
                if error != pki::Error::BadSignature {
                    judged.report.indication = TimestampIndication::Indeterminate;
                }
                judged.findings.push(("validate.timestamp.bad-signature", kind.to_owned(), Severity::Warning));
                return judged;
            }
        };
        judged.intact = true;
        judged.unit = Some(unit.clone());
        judged.report.indication = TimestampIndication::Indeterminate;
        let name = label(&unit);
        let tolerance = self.basis.policy.clock_tolerance;
        if time > self.basis.time + tolerance {
            judged.findings.push(("validate.timestamp.in-future", name, Severity::Error));
            return judged;
        }
        if !unit.is_valid_at(time) {
            judged.findings.push(("validate.timestamp.unit-not-valid", name, Severity::Warning));
            return judged;
        }
        // The unit's certificate has to hold when the stamp is proven to have existed, not only when it was made.
        let at = poe.max(time);
        let strength = &self.basis.policy.strength;
        let signer = token.signed.only_signer();
        let strong = strength.digest(token.info.digest, at).is_ok()
            && signer.is_ok_and(|s| {
                strength.signature(s.algorithm, unit.public_key().kind(), at).is_ok()
                    && strength.digest(s.digest, at).is_ok()
            });
        if !strong {
            judged.findings.push(("validate.timestamp.weak-algorithm", name, Severity::Warning));
            return judged;
        }
        let mut verdict = self.judge_chain_of_unit(&unit, time, at);
        if worst(&verdict.failures).is_none() {
            judged.report.indication = TimestampIndication::Passed;
        } else {
            judged.findings.push(("validate.timestamp.not-trusted", name, Severity::Warning));
        }
        for (_, _, severity) in &mut verdict.findings {
            *severity = (*severity).min(Severity::Warning);
        }
        judged.findings.extend(verdict.findings);
        judged
    }

    /// The unit's path holds at `at`; revocation is judged for the time of the stamp, and any revocation up to `at` counts.
    fn judge_chain_of_unit(&self, unit: &Certificate, time: Timestamp, at: Timestamp) -> super::chain::Verdict {
        let mut verdict = self.judge_chain(unit, time, at, Purpose::TimeStamping);
        if unit.not_after() < at {
            verdict.findings.push(("validate.chain.expired", label(unit), Severity::Error));
            verdict.failures.push(SubIndication::OutOfBoundsNoPoe);
        }
        // A unit revoked after its stamp: the stamp stands only with proof from before.
        if let Some(path) = &verdict.path
            && let Some(issuer) = path.issuer_of(0)
            && let super::revocation::Status::Good { revoked_later: Some(when), .. } =
                self.status(unit, issuer, time, at)
            && when <= at
        {
            verdict.findings.push(("validate.chain.revoked", label(unit), Severity::Error));
            verdict.failures.push(SubIndication::RevokedNoPoe);
        }
        verdict
    }
}
