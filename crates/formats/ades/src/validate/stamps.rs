use jiff::Timestamp;

use super::{
    EvidenceReport, Severity, SubIndication, TimestampIndication, TimestampReport,
    bench::Bench,
    conclusion::{Block, later},
    poe::Poe,
    pool::Pool,
    report::StampDetail,
    timestamp::Judged,
};
use crate::{
    facts::{EvidenceFacts, ObjectId, SignatureFacts, TimestampKind},
    lists::qualification::TimeStampQualification,
};

/// All time stamps that say something about a signature, judged, in the order of the file.
pub(super) struct Stamps<'p, 'a> {
    pool: &'p Pool<'a>,
    judged: Vec<Judged>,
    /// The signature was made after this (content time stamps).
    pub(super) not_before: Option<Timestamp>,
}

/// Which of two stamps of the same time is judged first.
fn rank(kind: TimestampKind) -> usize {
    match kind {
        TimestampKind::Archive | TimestampKind::Document | TimestampKind::Container => 0,
        TimestampKind::ValidationData => 1,
        TimestampKind::Signature => 2,
        TimestampKind::Content => 3,
    }
}

impl<'p, 'a> Stamps<'p, 'a> {
    /// Clauses 5.5.4 and 5.6.3: the latest first, so that each proves the existence of what it covers before that is judged.
    pub(super) fn judge(pool: &'p Pool<'a>, facts: &SignatureFacts, poe: &mut Poe) -> Self {
        let time = |i: usize| pool.stamps.get(i).and_then(|s| s.token.as_ref()).map(|t| t.info.time);
        let mut order: Vec<usize> = (0..pool.stamps.len()).collect();
        order.sort_by_key(|i| {
            let kind = pool.stamps.get(*i).map_or(4, |s| rank(s.facts.kind));
            (std::cmp::Reverse(time(*i)), kind, std::cmp::Reverse(*i))
        });
        let mut not_before: Option<Timestamp> = None;
        let mut judged: Vec<(usize, Judged)> = Vec::new();
        for index in order {
            let Some(stamp) = pool.stamps.get(index) else { continue };
            let one = pool.judge_timestamp(stamp, poe);
            if let Some(time) = one.passed() {
                poe.add(&stamp.facts.covers, time);
                // Who covers a token covers what is in it.
                for inner in pool.stamps.iter().filter(|s| stamp.facts.covers.contains(&s.id)) {
                    poe.add(&inner.carried(), time);
                }
                if stamp.facts.kind == TimestampKind::Content {
                    not_before = Some(not_before.map_or(time, |n| n.max(time)));
                } else if stamp.own {
                    poe.add(&[facts.value], time);
                }
            }
            judged.push((index, one));
        }
        judged.sort_by_key(|(i, _)| *i);
        Self { pool, judged: judged.into_iter().map(|(_, j)| j).collect(), not_before }
    }

    fn pairs(&self) -> impl Iterator<Item = (&super::pool::Stamp<'a>, &Judged)> {
        self.pool.stamps.iter().zip(&self.judged)
    }

    /// The signature's own.
    pub(super) fn own(&self) -> impl Iterator<Item = &Judged> {
        self.pairs().filter(|(s, _)| s.own).map(|(_, j)| j)
    }
    pub(super) fn own_reports(&self) -> Vec<TimestampReport> {
        self.own().map(|j| j.report.clone()).collect()
    }
    /// Those that belong to no signature, and no evidence record.
    pub(super) fn of_file(&self, count: usize) -> Vec<TimestampReport> {
        let from = self.judged.len().saturating_sub(count);
        self.judged.iter().skip(from).map(|j| j.report.clone()).collect()
    }
    pub(super) fn blocks(&self) -> Vec<Block> {
        self.judged.iter().flat_map(|j| j.blocks.clone()).collect()
    }
    pub(super) fn findings(&self) -> impl Iterator<Item = &(&'static str, String, Severity)> {
        self.judged.iter().flat_map(|j| &j.findings)
    }
    pub(super) fn details(&self) -> Vec<StampDetail> {
        self.pairs()
            .map(|(s, j)| StampDetail {
                id: s.id,
                kind: s.facts.kind,
                time: j.report.time,
                indication: j.report.indication,
                sub_indication: j.report.sub_indication,
                unit: j.unit.clone(),
            })
            .collect()
    }
    /// Each evidence record: as good as the least of its time stamps (RFC 4998 section 3.3, RFC 6283 section 2.3).
    pub(super) fn records(&self, records: &[EvidenceFacts]) -> Vec<EvidenceReport> {
        let of = |token: &Vec<u8>| {
            let id = ObjectId::of(token);
            self.pairs().find(|(s, _)| s.id == id && !s.own).map(|(_, j)| &j.report)
        };
        let one = |record: &EvidenceFacts| {
            let reports: Vec<&TimestampReport> = record.stamps.iter().filter_map(|s| of(&s.token)).collect();
            let any = |i| reports.iter().any(|r| r.indication == i);
            let indication = if !record.is_whole() || any(TimestampIndication::Failed) {
                TimestampIndication::Failed
            } else if any(TimestampIndication::Indeterminate) || reports.len() != record.stamps.len() {
                TimestampIndication::Indeterminate
            } else {
                TimestampIndication::Passed
            };
            EvidenceReport { form: record.form, indication, time: reports.first().and_then(|r| r.time) }
        };
        records.iter().map(one).collect()
    }

    /// Clause 5.5.4: findings about the time stamps, and whether their order holds.
    pub(super) fn tell(&self, facts: &SignatureFacts, best: Timestamp, proven: bool, bench: &mut Bench<'_>) {
        let rules = &bench.basis.policy.constraints;
        for (code, object, severity) in self.findings() {
            bench.tell(code, object.clone(), *severity);
        }
        for one in &self.judged {
            let sub = one.report.sub_indication.unwrap_or(SubIndication::Generic);
            if sub == SubIndication::TimestampOrderFailure {
                let object = one.unit.as_ref().map(super::chain::label).unwrap_or_default();
                bench.constrain(rules.time_stamp_not_in_future, "validate.timestamp.in-future", object, sub);
            } else if one.passed().is_none() && rules.time_stamp_valid == super::Action::Fail {
                bench.conclude(super::conclusion::Conclusion::indeterminate(sub));
            }
        }
        self.delay(facts, best, bench);
        let qualified = |j: &Judged| j.report.qualification == Some(TimeStampQualification::Qualified);
        let of_best: Vec<_> = self.own().filter(|j| j.passed() == Some(best)).collect();
        if !of_best.is_empty() && !of_best.iter().any(|j| qualified(j)) {
            let object = of_best.first().and_then(|j| j.unit.as_ref()).map(super::chain::label).unwrap_or_default();
            let sub = SubIndication::SigConstraintsFailure;
            bench.constrain(rules.time_stamp_qualified, "validate.timestamp.not-qualified", object, sub);
        }
        let passed: Vec<_> = self.pairs().filter_map(|(s, j)| Some((s, j.passed()?))).collect();
        let out_of_order = passed.iter().any(|(outer, time)| {
            passed.iter().any(|(inner, earlier)| {
                let after_signature = outer.own
                    && outer.facts.kind == TimestampKind::Archive
                    && inner.own
                    && inner.facts.kind == TimestampKind::Signature;
                (after_signature || outer.facts.covers.contains(&inner.id)) && time < earlier
            })
        });
        if out_of_order || self.not_before.is_some_and(|n| proven && n > best) {
            let sub = SubIndication::TimestampOrderFailure;
            bench.constrain(rules.time_stamp_order, "validate.timestamp.order", facts.id.clone(), sub);
        }
    }

    /// Clause 5.5.4 step 5: a signature that carries a time stamp was stamped within the delay that the policy allows.
    fn delay(&self, facts: &SignatureFacts, best: Timestamp, bench: &mut Bench<'_>) {
        let (action, sub) = (bench.basis.policy.constraints.time_stamp_delay, SubIndication::SigConstraintsFailure);
        let is_of_signature = |j: &Judged| matches!(j.report.kind, TimestampKind::Signature | TimestampKind::Document);
        let Some(delay) = bench.basis.policy.time_stamp_delay.filter(|_| self.own().any(is_of_signature)) else {
            return;
        };
        match facts.claimed_time {
            None => bench.constrain(action, "validate.time.missing", facts.id.clone(), sub),
            Some(claimed) if later(claimed, delay) <= best => {
                bench.constrain(action, "validate.timestamp.late", best.to_string(), sub);
            }
            Some(_) => {}
        }
    }
}
