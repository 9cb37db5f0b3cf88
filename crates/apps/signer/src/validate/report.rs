use std::{io::Write as _, path::PathBuf, str::FromStr};

use ades::validate::Report;
use base::Timestamp;

use crate::{failure::Failure, output::Output};

/// What is told beside the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The verdict and its findings.
    Simple,
    /// All building blocks too.
    Detailed,
    /// An XML report of TS 119 102-2 in this file.
    Etsi(PathBuf),
}

impl FromStr for Kind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "simple" => Ok(Self::Simple),
            None if text == "detailed" => Ok(Self::Detailed),
            Some(("etsi", out)) if !out.is_empty() => Ok(Self::Etsi(out.into())),
            _ => Err("simple, detailed or etsi:OUT".to_owned()),
        }
    }
}

/// Writes the XML report.
pub(super) fn write_etsi(
    path: &std::path::Path,
    report: &Report,
    time: Timestamp,
    policy: &str,
    force: bool,
) -> Result<(), Failure> {
    let Some(xml) = report.etsi(time, policy) else { return Ok(()) };
    let mut out = Output::create(path, force)?;
    out.write_all(xml.as_bytes()).map_err(Failure::writing(path))?;
    out.commit().map(drop)
}
