use jiff::Timestamp;
use pki::{Certificate, path::Purpose};

use super::{
    Action, Severity, SubIndication, TimestampIndication, TimestampReport,
    chain::label,
    conclusion::{Block, Conclusion, Cure, Failure, Outcome, later},
    past::conclude,
    poe::Poe,
    pool::{Pool, Stamp},
    qualification,
};
use crate::facts::TimestampKind;

/// What was decided about one time stamp.
pub(super) struct Judged {
    pub(super) report: TimestampReport,
    pub(super) covers_material: bool,
    /// Token signature and imprint are right, whoever made it.
    pub(super) intact: bool,
    pub(super) findings: Vec<(&'static str, String, Severity)>,
    pub(super) unit: Option<Certificate>,
    pub(super) blocks: Vec<Block>,
}

impl Judged {
    pub(super) fn passed(&self) -> Option<Timestamp> {
        self.report.time.filter(|_| self.report.indication == TimestampIndication::Passed)
    }
    fn conclude(mut self, conclusion: Conclusion, at: Timestamp) -> Self {
        self.report.indication = match conclusion.indication {
            Outcome::Passed => TimestampIndication::Passed,
            Outcome::Indeterminate => TimestampIndication::Indeterminate,
            Outcome::Failed => TimestampIndication::Failed,
        };
        self.report.sub_indication = conclusion.sub_indication;
        self.blocks.push(Block {
            name: "time-stamp validation",
            clause: "5.4",
            about: format!("time stamp ({})", kind_name(self.report.kind)),
            conclusion,
            at: Some(at),
        });
        self
    }
    fn stop(mut self, code: &'static str, object: String, conclusion: Conclusion, at: Timestamp) -> Self {
        self.findings.push((code, object, Severity::Warning));
        self.conclude(conclusion, at)
    }
}

/// Name of the kind for findings.
pub(super) fn kind_name(kind: TimestampKind) -> &'static str {
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
    /// Clause 5.4, and 5.6.2.4 with the proofs of existence of what later time stamps cover.
    pub(super) fn judge_timestamp(&self, stamp: &Stamp<'_>, poe: &Poe) -> Judged {
        use SubIndication as S;
        let facts = stamp.facts;
        let mut judged = Judged {
            report: TimestampReport {
                kind: facts.kind,
                indication: TimestampIndication::Failed,
                time: None,
                sub_indication: None,
                qualification: None,
            },
            covers_material: facts.covers.len() > 1,
            intact: false,
            findings: Vec::new(),
            unit: None,
            blocks: Vec::new(),
        };
        let (kind, now) = (kind_name(facts.kind).to_owned(), self.basis.time);
        let Some(token) = &stamp.token else {
            return judged.stop("validate.timestamp.unreadable", kind, Conclusion::failed(S::FormatFailure), now);
        };
        let time = token.info.time;
        judged.report.time = Some(time);
        match facts.imprint_matches {
            Some(true) if stamp.whole => {}
            Some(_) => {
                return judged.stop("validate.timestamp.wrong-imprint", kind, Conclusion::failed(S::HashFailure), now);
            }
            None => {
                let code = "validate.timestamp.imprint-not-judged";
                return judged.stop(code, kind, Conclusion::indeterminate(S::SignedDataNotFound), now);
            }
        }
        let unit = match token.verify(&self.certificates) {
            Ok(unit) => unit,
            Err(error) => {
                let conclusion = match error {
                    pki::Error::BadSignature => Conclusion::failed(S::SigCryptoFailure),
                    _ => Conclusion::indeterminate(S::NoSigningCertificateFound),
                };
                return judged.stop("validate.timestamp.bad-signature", kind, conclusion, now);
            }
        };
        judged.intact = true;
        judged.unit = Some(unit.clone());
        let name = label(&unit);
        let policy = self.basis.policy;
        if time > later(now, policy.clock_tolerance) {
            judged.findings.push(("validate.timestamp.in-future", name, Severity::Warning));
            return judged.conclude(Conclusion::indeterminate(S::TimestampOrderFailure), now);
        }
        if !unit.is_valid_at(time) {
            let code = "validate.timestamp.unit-not-valid";
            return judged.stop(code, name, Conclusion::indeterminate(S::OutOfBoundsNoPoe), now);
        }
        let proven = poe.of(stamp.id).max(time);
        let mut verdict = self.judge_chain(&unit, &Purpose::TimeStamping, stamp.id, poe, time);
        judged.report.qualification = qualification::of_time_stamp(verdict.path.as_ref(), time, self.basis);
        self.token_strength(token, &unit, stamp, &mut verdict.failures);
        let past = self.overcome(&verdict, poe, proven, time);
        let conclusion = conclude(&past.left, proven, poe.is_proven(stamp.id));
        if !conclusion.is_passed() {
            judged.findings.push(("validate.timestamp.not-trusted", name, Severity::Warning));
        }
        judged.findings.extend(past.left.iter().map(|f| (f.code, f.object.clone(), Severity::Warning)));
        judged.findings.extend(verdict.notes.into_iter().map(|(c, o, s)| (c, o, s.min(Severity::Warning))));
        judged.blocks.extend(past.block(label(&unit)));
        judged.conclude(conclusion, proven)
    }

    /// Algorithms of the token itself.
    fn token_strength(
        &self,
        token: &pki::TimeStampToken,
        unit: &Certificate,
        stamp: &Stamp<'_>,
        failures: &mut Vec<Failure>,
    ) {
        let (now, strength) = (self.basis.time, &self.basis.policy.strength);
        let mut judge = |judged: Result<(), pki::strength::Weakness>| {
            let Err(weakness) = judged else { return };
            if self.weak_action(&weakness) != Action::Fail {
                return;
            }
            let (sub, cure) = match weakness.since() {
                Some(end) => (SubIndication::CryptoConstraintsFailureNoPoe, Cure::Proven(vec![stamp.id], end)),
                None => (SubIndication::CryptoConstraintsFailure, Cure::Never),
            };
            failures.push(Failure { sub, cure, code: "validate.timestamp.weak-algorithm", object: weakness.name() });
        };
        judge(strength.digest(token.info.digest, now));
        if let Ok(signer) = token.signed.only_signer() {
            judge(strength.signature(signer.algorithm, unit.public_key().kind(), now));
            judge(strength.digest(signer.digest, now));
        }
    }
}
