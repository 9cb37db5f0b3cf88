//! Which of the files that came together are signed, which are what the detached signatures are about, and what became of each.

use ades::validate::{Lang, Report};
use base::{Cx, Id};
use serde::{Deserialize, Serialize};
use web::Refuses as _;

use super::{input, rows::ReportRow};
use crate::{
    Signing,
    engine::{EngineError, Files, Validation},
    errand::{ErrandError, NewFile},
    lists,
    report::ReportDoc,
};

/// A file with its verdict.
pub(super) struct Judged {
    pub(super) id: Id<ReportRow>,
    pub(super) file: NewFile,
    /// In Latvian and in English.
    pub(super) reports: [ReportDoc; 2],
}

/// One of several files that came together, for the list over each verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Together {
    /// Of its verdict; nothing when the file could not be read.
    pub(super) id: Option<Id<ReportRow>>,
    pub(super) name: String,
    /// `good`, `open`, `bad`, `unsigned` or `unreadable`.
    pub(super) outcome: String,
}

/// Judges every file that is signed, with the others beside it: these are what its detached signatures may be about. When none is signed, the
/// first file's verdict says so. The list is empty when one verdict says everything.
pub(super) async fn judge(
    app: &Signing,
    cx: &Cx,
    files: &[NewFile],
) -> Result<(Vec<Judged>, Vec<Together>), ErrandError> {
    let lists = lists::current(app).await?;
    let mut read = Vec::new();
    for (n, file) in files.iter().enumerate() {
        let others = || files.iter().enumerate().filter(|(i, _)| *i != n).map(|(_, f)| f);
        if others().any(|f| f.name == file.name) {
            return Err(EngineError::SameName(file.name.clone()).into());
        }
        let beside = Files(others().map(|f| input(app, f)).collect());
        let how = Validation { lists: lists.clone(), beside, ..Validation::default() };
        match app.engine().validate(cx, &input(app, file), &how).await.map_err(ErrandError::from) {
            Err(e) if !e.status().is_client_error() => return Err(e),
            judged => read.push((file, judged)),
        }
    }
    if !read.iter().any(|(_, r)| is_signed(r)) {
        let (file, report) = read.into_iter().next().ok_or(EngineError::NoFile)?;
        let id = cx.id();
        return Ok((vec![Judged { id, file: file.clone(), reports: in_both(&report?) }], Vec::new()));
    }
    Ok(sort(cx, read))
}

type Read<'a> = (&'a NewFile, Result<Report, ErrandError>);

fn is_signed(read: &Result<Report, ErrandError>) -> bool {
    read.as_ref().is_ok_and(|r| !(r.signatures.is_empty() && r.timestamps.is_empty() && r.evidence_records.is_empty()))
}

fn in_both(report: &Report) -> [ReportDoc; 2] {
    [ReportDoc::of(report), ReportDoc::of(&report.clone().in_language(Lang::En))]
}

/// The verdicts of the signed files; files that no signature is about are told with each of them.
fn sort(cx: &Cx, read: Vec<Read<'_>>) -> (Vec<Judged>, Vec<Together>) {
    let loose: Vec<&str> = read.iter().filter(|(_, r)| !is_signed(r)).map(|(f, _)| f.name.as_str()).collect();
    let docs: Vec<Option<[ReportDoc; 2]>> =
        read.iter().map(|(_, r)| r.as_ref().ok().filter(|_| is_signed(r)).map(in_both)).collect();
    let covers =
        |docs: &[ReportDoc; 2], name: &&str| !docs[0].clone().with_beside(&loose).unsigned.iter().any(|u| u == name);
    let covered: Vec<Vec<&str>> =
        docs.iter().map(|d| d.iter().flat_map(|d| loose.iter().copied().filter(|n| covers(d, n))).collect()).collect();
    let (mut judged, mut together) = (Vec::new(), Vec::new());
    for (n, ((file, result), docs)) in read.iter().zip(&docs).enumerate() {
        if let Some(docs) = docs {
            let by_another = |name: &&str| covered.iter().enumerate().any(|(m, c)| m != n && c.contains(name));
            let beside: Vec<&str> = loose.iter().copied().filter(|name| !by_another(name)).collect();
            let (id, reports) = (cx.id(), docs.clone().map(|d| d.with_beside(&beside)));
            let outcome = reports[0].outcome().name().to_owned();
            together.push(Together { id: Some(id), name: file.name.clone(), outcome });
            judged.push(Judged { id, file: (*file).clone(), reports });
        } else if !covered.iter().any(|c| c.contains(&file.name.as_str())) {
            let outcome = if result.is_ok() { "unsigned" } else { "unreadable" }.to_owned();
            together.push(Together { id: None, name: file.name.clone(), outcome });
        }
    }
    let said = judged.len() == 1 && !together.iter().any(|t| t.outcome == "unreadable");
    (judged, if said { Vec::new() } else { together })
}
