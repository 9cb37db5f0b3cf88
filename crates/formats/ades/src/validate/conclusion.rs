use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::SubIndication;
use crate::facts::ObjectId;

/// What a building block says (EN 319 102-1 clause 5.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It cannot be decided.
    Indeterminate,
    /// It does not hold.
    Failed,
}

/// Outcome of a building block with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// What.
    pub indication: Outcome,
    /// Why not passed.
    pub sub_indication: Option<SubIndication>,
}

impl Conclusion {
    /// Passed.
    pub const PASSED: Self = Self { indication: Outcome::Passed, sub_indication: None };

    pub(super) fn indeterminate(sub: SubIndication) -> Self {
        Self { indication: Outcome::Indeterminate, sub_indication: Some(sub) }
    }
    pub(super) fn failed(sub: SubIndication) -> Self {
        Self { indication: Outcome::Failed, sub_indication: Some(sub) }
    }
    /// Whether it holds.
    pub fn is_passed(self) -> bool {
        self.indication == Outcome::Passed
    }
}

/// One building block or validation process in the detailed report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its name in the standard.
    pub name: &'static str,
    /// Clause of EN 319 102-1.
    pub clause: &'static str,
    /// What it is about: signature, time stamp or certificate.
    pub about: String,
    /// What it says.
    #[serde(flatten)]
    pub conclusion: Conclusion,
    /// The time for which it was judged.
    pub at: Option<Timestamp>,
}

/// A reason not to pass at the current time, and what would overcome it.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) sub: SubIndication,
    pub(super) cure: Cure,
    pub(super) code: &'static str,
    pub(super) object: String,
}

/// What overcomes a failure at the current time (clauses 5.5.4 and 5.6.2.4).
#[derive(Clone, Debug)]
pub(super) enum Cure {
    /// Nothing.
    Never,
    /// Proof of existence before then: before a revocation, a suspension.
    Before(Timestamp),
    /// Proof of existence within the validity of the certificate.
    Within(Timestamp, Timestamp),
    /// Status information that was fresh at the time that is proven: when it was issued, until when it is fresh.
    Fresh(Timestamp, Timestamp),
    /// Proof of existence before the time to which past certificate validation slides.
    Past,
    /// Proof that the object that uses a weak algorithm existed before the end of that algorithm.
    Proven(Vec<ObjectId>, Timestamp),
}

/// `time` and so much more, at the most the end of time: what a file says of times is not to be trusted.
pub(super) fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}
