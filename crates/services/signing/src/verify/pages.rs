use askama::Template;
use web::{Filled, Msg, PageCx, Refuses as _, upload::size};

use super::{
    judge::Together,
    pictures::{Page, Pictures},
    rows::Kept,
};
use crate::{
    Signing,
    errand::ErrandError,
    report::{Outcome, ReportDoc, SignatureDoc},
};

/// Which file?
#[derive(Template)]
#[template(path = "verify/ask.html")]
pub(super) struct AskPage<'a> {
    cx: &'a PageCx,
    form: &'a Filled,
    limit: String,
    most: usize,
    refusal: Option<ErrandError>,
    lists: Option<base::Timestamp>,
}

impl<'a> AskPage<'a> {
    pub(super) fn new(cx: &'a PageCx, app: &Signing, form: &'a Filled) -> Self {
        Self { cx, form, limit: size(app.config().file_size), most: app.config().files, refusal: None, lists: None }
    }
    /// With the time at which the trusted lists were fetched.
    pub(super) fn lists(self, lists: Option<base::Timestamp>) -> Self {
        Self { lists, ..self }
    }
    /// The page after a refusal.
    pub(super) fn refused(self, refusal: ErrandError) -> Self {
        Self { refusal: Some(refusal), ..self }
    }
    /// A part of the text of the refusal.
    fn why(&self, part: &'static str) -> Option<Msg> {
        let refusal = self.refusal.as_ref()?;
        let key = format!("error-{}", refusal.code().replace('.', "-"));
        let mut text = self.cx.t(key).attr(part);
        for (name, value) in refusal.args() {
            text = text.with(&name, value);
        }
        Some(text)
    }
}

/// The verdict.
#[derive(Template)]
#[template(path = "verify/verdict.html")]
pub(super) struct VerdictPage<'a> {
    cx: &'a PageCx,
    id: &'a str,
    name: String,
    sha256: String,
    size: String,
    report: ReportDoc,
    pictures: Option<Pictures>,
    together: Vec<Together>,
}

impl<'a> VerdictPage<'a> {
    pub(super) fn new(cx: &'a PageCx, id: &'a str, kept: Kept) -> Self {
        let report = if cx.lang() == web::Lang::Lv { kept.lv } else { kept.en };
        let Kept { name, sha256, pictures, together, .. } = kept;
        Self { cx, id, name, sha256, size: size(kept.size), report, pictures, together }
    }
    fn verdict(&self) -> web::ui::Verdict {
        let outcome = self.report.outcome();
        let title = self.cx.tk("signing-verdict-", outcome.name()).with("count", self.report.signatures.len());
        let body = self.cx.tk("signing-verdict-text-", outcome.name());
        let body = body.with("file", &self.name).with("names", self.report.names());
        match outcome {
            Outcome::Good => self.cx.verdict_good(title, body),
            Outcome::Bad => self.cx.verdict_bad(title, body),
            Outcome::Open | Outcome::Unsigned => self.cx.verdict_open(title, body),
        }
    }
    fn tag_of(&self, outcome: &str) -> web::ui::Tag {
        let tone = match outcome {
            "good" => "ok",
            "bad" | "unreadable" => "bad",
            "open" => "warn",
            _ => "",
        };
        self.cx.tag(tone, self.cx.tk("signing-together-", outcome))
    }
    fn is_this(&self, t: &Together) -> bool {
        t.id.is_some_and(|id| id.as_str() == self.id)
    }
    fn partial(&self, s: &SignatureDoc) -> String {
        let all = [s.covering("partial"), s.covering("none")];
        all.iter().filter(|l| !l.is_empty()).cloned().collect::<Vec<_>>().join(", ")
    }
    fn unsigned(&self) -> String {
        self.report.unsigned.join(", ")
    }
    fn sub(&self, s: &SignatureDoc) -> String {
        s.sub_indication.clone().unwrap_or_default()
    }
    fn proof(&self, indication: &str) -> &'static str {
        match indication {
            "PASSED" => "ok",
            "FAILED" => "bad",
            _ => "warn",
        }
    }
    /// What a picture shows, for those who do not see it.
    fn alt(&self, page: &Page, when: &'static str) -> Msg {
        self.cx.tk("signing-page-alt-", when).with("number", page.number).with("count", page.places)
    }
    fn tone(&self, severity: &str) -> &'static str {
        match severity {
            "error" => "bad",
            "warning" => "warn",
            _ => "note",
        }
    }
}
