use jiff::Timestamp;

use super::{
    Action, Basis, Finding, Severity, SubIndication,
    conclusion::{Block, Conclusion},
};

/// Gathers findings, the building blocks and the first reason not to pass.
pub(super) struct Bench<'a> {
    pub(super) basis: &'a Basis<'a>,
    pub(super) about: &'a str,
    pub(super) findings: Vec<Finding>,
    pub(super) blocks: Vec<Block>,
    pub(super) conclusion: Conclusion,
    /// Of the building block being judged.
    block: Conclusion,
}

impl<'a> Bench<'a> {
    pub(super) fn new(basis: &'a Basis<'a>, about: &'a str) -> Self {
        let (conclusion, block) = (Conclusion::PASSED, Conclusion::PASSED);
        Self { basis, about, findings: Vec::new(), blocks: Vec::new(), conclusion, block }
    }
    pub(super) fn tell(&mut self, code: &str, object: impl Into<String>, severity: Severity) {
        let finding = Finding::new(code, object, severity, self.basis.lang);
        let same = |f: &&mut Finding| f.code == finding.code && f.object == finding.object;
        match self.findings.iter_mut().find(same) {
            Some(known) => known.severity = known.severity.max(severity),
            None => self.findings.push(finding),
        }
    }
    pub(super) fn against(&mut self, code: &str, object: impl Into<String>, conclusion: Conclusion) {
        self.tell(code, object, Severity::Error);
        self.conclude(conclusion);
    }
    pub(super) fn conclude(&mut self, conclusion: Conclusion) {
        if self.block.is_passed() {
            self.block = conclusion;
        }
    }
    /// A constraint of the policy that does not hold.
    pub(super) fn constrain(&mut self, action: Action, code: &str, object: impl Into<String>, sub: SubIndication) {
        match action {
            Action::Fail => self.against(code, object, Conclusion::indeterminate(sub)),
            Action::Warn => self.tell(code, object, Severity::Warning),
            Action::Inform => self.tell(code, object, Severity::Info),
            Action::Ignore => {}
        }
    }
    /// Ends a building block.
    pub(super) fn block(&mut self, name: &'static str, clause: &'static str, at: Option<Timestamp>) {
        let conclusion = std::mem::replace(&mut self.block, Conclusion::PASSED);
        if self.conclusion.is_passed() {
            self.conclusion = conclusion;
        }
        self.blocks.push(Block { name, clause, about: self.about.to_owned(), conclusion, at });
    }
}
