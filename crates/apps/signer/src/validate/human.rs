use std::fmt::Write as _;

use ades::{
    facts::Coverage,
    validate::{Indication, Report, Severity, SignatureReport, TimestampIndication},
};

use crate::ui::Ui;

/// A report for people.
pub(crate) fn text(report: &Report, ui: &Ui) -> String {
    let mut out = String::new();
    let container = report.container.as_deref().map(|c| format!(" ({c})")).unwrap_or_default();
    line(&mut out, 0, &format!("{}{container}", report.file));
    if report.signatures.is_empty() {
        line(&mut out, 1, &ui.text("validate-nothing-signed", &[]));
    }
    for signature in &report.signatures {
        one(&mut out, signature, ui);
    }
    for name in &report.unsigned {
        line(&mut out, 1, &ui.text("validate-unsigned", &[("name", name.clone())]));
    }
    out.truncate(out.trim_end().len());
    out
}

/// With the building blocks, for people who know the standard.
pub(super) fn detailed(report: &Report, ui: &Ui) -> String {
    let mut out = text(report, ui);
    out.push('\n');
    for s in &report.signatures {
        line(&mut out, 1, &format!("{}:", s.id));
        for b in &s.detail.blocks {
            let conclusion = &b.conclusion;
            let sub = conclusion.sub_indication.map(|s| format!(" / {s}")).unwrap_or_default();
            let at = b.at.map(|t| format!(" · {t}")).unwrap_or_default();
            line(&mut out, 2, &format!("{} {} ({}): {:?}{sub}{at}", b.clause, b.name, b.about, conclusion.indication));
        }
        for (object, since) in &s.detail.poe {
            line(&mut out, 2, &format!("{object} · {since}"));
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn one(out: &mut String, s: &SignatureReport, ui: &Ui) {
    let verdict = match s.indication {
        Indication::TotalPassed => "validate-passed",
        Indication::Indeterminate => "validate-indeterminate",
        Indication::TotalFailed => "validate-failed",
    };
    let code = s.sub_indication.map_or_else(|| s.indication.to_string(), |sub| format!("{} / {sub}", s.indication));
    line(out, 1, &format!("{}: {}  [{code}]", s.id, ui.text(verdict, &[])));
    let mut row = |key: &str, value: String| {
        if !value.is_empty() {
            line(out, 2, &ui.text(key, &[("value", value)]));
        }
    };
    if let Some(by) = &s.signed_by {
        let number = by.serial_number.as_ref().map(|n| format!(" ({n})")).unwrap_or_default();
        row("validate-signed-by", format!("{}{number}", by.common_name.as_deref().unwrap_or("?")));
    }
    let stamped = s.timestamps.iter().any(|t| t.indication == TimestampIndication::Passed);
    if stamped {
        row("validate-proven-time", s.best_time.to_string());
    } else {
        row("validate-claimed-time", s.claimed_time.map(|t| t.to_string()).unwrap_or_default());
    }
    row("validate-level", s.level.clone());
    if s.qualification != "NA" {
        row("validate-qualification", s.qualification.clone());
    }
    let covered: Vec<&str> = s.scope.iter().filter(|c| c.covered == Coverage::Full).map(|c| c.name.as_str()).collect();
    row("validate-covers", covered.join(", "));
    let mut findings: Vec<_> = s.findings.iter().collect();
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    for f in findings {
        let mark = match f.severity {
            Severity::Error => "✗",
            Severity::Warning => "!",
            Severity::Info => "·",
        };
        line(out, 2, &format!("{mark} {}", f.text));
        if f.severity != Severity::Info {
            line(out, 3, &f.remedy);
            line(out, 3, &format!("{} · {}", f.code, f.clause));
        }
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    // Names of strangers must not move the cursor or colour the terminal.
    let clean: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    // Writing into a string cannot fail.
    let _always = writeln!(out, "{:indent$}{clean}", "", indent = depth * 2);
}
