//! What the journey leaves behind: names that do not collide, and `report.json`.

use std::{collections::BTreeSet, path::Path};

use ades::validate::Report;
use serde::Serialize;

/// One signed file, as `report.json` lists it.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    /// Name of the input; for the common container, all names.
    pub(super) input: String,
    /// Name of the signed file; nothing when it was refused.
    pub(super) output: Option<String>,
    /// `pdf`, `edoc` or `asice`.
    pub(super) format: &'static str,
    /// Level of the signatures, the lowest of them.
    pub(super) level: Option<String>,
    /// The worst verdict.
    pub(super) indication: String,
    /// Who signed, in order.
    pub(super) signers: Vec<String>,
    /// Why it was refused, by code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<String>,
}

impl Line {
    /// From our own verdict.
    pub(super) fn judged(input: &str, output: &str, format: &'static str, report: &Report) -> Self {
        let names = report
            .signatures
            .iter()
            .map(|s| s.signed_by.as_ref().and_then(|b| b.common_name.clone()).unwrap_or_default());
        let worst = report.signatures.iter().max_by_key(|s| rank(&s.indication.to_string()));
        Self {
            input: input.to_owned(),
            output: Some(output.to_owned()),
            format,
            level: report.signatures.iter().map(|s| s.level.clone()).min_by_key(String::len),
            indication: worst.map_or_else(|| "NO_SIGNATURE".to_owned(), |s| s.indication.to_string()),
            signers: names.collect(),
            refused: None,
        }
    }
    /// Not signed.
    pub(super) fn refused(input: &str, format: &'static str, code: &str) -> Self {
        Self {
            input: input.to_owned(),
            output: None,
            format,
            level: None,
            indication: "NOT_SIGNED".to_owned(),
            signers: Vec::new(),
            refused: Some(code.to_owned()),
        }
    }
    /// Whether it is as good as it should be.
    pub(super) fn good(&self) -> bool {
        self.indication == "TOTAL_PASSED"
    }
}

fn rank(indication: &str) -> u8 {
    match indication {
        "TOTAL_PASSED" => 0,
        "INDETERMINATE" => 1,
        _ => 2,
    }
}

/// Gives out names: one that is taken, here or by an earlier run, gets `-2`, then `-3`.
pub(super) struct Names<'a> {
    dir: &'a Path,
    taken: BTreeSet<String>,
}

impl<'a> Names<'a> {
    /// The names of a directory.
    pub(super) fn of(dir: &'a Path) -> Self {
        Self { dir, taken: BTreeSet::new() }
    }
    /// A free name `STEM.EXTENSION`.
    pub(super) fn free(&mut self, stem: &str, extension: &str) -> String {
        let dot = if extension.is_empty() { "" } else { "." };
        let mut name = format!("{stem}{dot}{extension}");
        let mut n = 1;
        while self.taken.contains(&name) || self.dir.join(&name).exists() {
            n += 1;
            name = format!("{stem}-{n}{dot}{extension}");
        }
        self.taken.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_gets_a_number() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.edoc"), "x").unwrap();
        let mut names = Names::of(dir.path());
        assert_eq!(names.free("a", "edoc"), "a-2.edoc");
        assert_eq!(names.free("a", "edoc"), "a-3.edoc");
        assert_eq!(names.free("b", ""), "b");
        assert_eq!(names.free("b", ""), "b-2");
    }
}
