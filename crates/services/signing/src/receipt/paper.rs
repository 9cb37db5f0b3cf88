use ades::pades::{PadesError, Paper};
use web::{PageCx, upload::size};

use crate::report::{ReportDoc, SignatureDoc};

/// What a receipt says.
pub(crate) struct Receipt<'a> {
    pub(crate) cx: &'a PageCx,
    pub(crate) name: &'a str,
    pub(crate) sha256: &'a str,
    pub(crate) size: u64,
    pub(crate) report: &'a ReportDoc,
    /// Pages of a PDF that look different now, as text; empty when there are none.
    pub(crate) pages: String,
}

impl Receipt<'_> {
    /// As a PDF, not yet sealed.
    pub(super) fn print(&self) -> Result<Vec<u8>, PadesError> {
        let (cx, report) = (self.cx, self.report);
        let t = |key: &'static str| cx.t(key).to_string();
        let lang = if cx.lang() == web::Lang::Lv { "lv" } else { "en" };
        let mut paper = Paper::new(&t("signing-receipt-title"), lang);
        paper.heading(1, &t("signing-receipt-title"));
        let outcome = cx.tk("signing-verdict-", report.outcome().name()).with("count", report.signatures.len());
        paper.heading(2, &outcome.to_string());
        let about = cx.tk("signing-verdict-text-", report.outcome().name());
        paper.paragraph(&about.with("file", self.name).with("names", report.names()).to_string());
        paper.gap(6.0);
        paper.row(&t("signing-file"), &format!("{} ({})", self.name, size(self.size)));
        paper.row("SHA-256", self.sha256);
        paper.row(&t("signing-container"), report.container.as_deref().unwrap_or("—"));
        paper.row(&t("signing-receipt-when"), &cx.moment_long(&cx.cx().now()).to_string());
        if !self.pages.is_empty() {
            paper.row(&t("signing-pages-differ"), &self.pages);
        }
        for (number, s) in (1..).zip(&report.signatures) {
            self.signature(&mut paper, number, s);
        }
        if !report.unsigned.is_empty() {
            paper.heading(2, &t("signing-covers-not"));
            paper.paragraph(&report.unsigned.join(", "));
        }
        paper.gap(10.0);
        paper.paragraph(&t("signing-verdict-note"));
        paper.paragraph(&t("signing-receipt-note"));
        paper.finish()
    }

    fn signature(&self, paper: &mut Paper, number: usize, s: &SignatureDoc) {
        let cx = self.cx;
        let t = |key: &'static str| cx.t(key).to_string();
        paper.heading(2, &format!("{number}. {}", s.name().map_or_else(|| t("signing-nameless"), str::to_owned)));
        let verdict = cx.tk("signing-indication-", &s.indication).to_string();
        let sub = s.sub_indication.as_deref().map(|sub| format!(" ({} · {sub})", s.indication)).unwrap_or_default();
        paper.row(&t("signing-sub"), &format!("{verdict}{sub}"));
        if !s.number().is_empty() {
            paper.row(&t("signing-number"), s.number());
        }
        let when = match (s.stamped(), s.claimed_time) {
            (Some(at), _) => format!("{} ({})", cx.moment_long(&at), t("signing-when-proven")),
            (None, Some(at)) => format!("{} ({})", cx.moment_long(&at), t("signing-when-claimed")),
            (None, None) => t("signing-when-unknown"),
        };
        paper.row(&t("signing-when"), &when);
        paper.row(&t("signing-level"), &s.level);
        paper.row(&t("signing-covers"), &s.covering("full"));
        let rest: Vec<String> =
            ["partial", "none"].map(|how| s.covering(how)).into_iter().filter(|l| !l.is_empty()).collect();
        if !rest.is_empty() {
            paper.row(&t("signing-covers-not"), &rest.join(", "));
        }
        for f in &s.findings {
            let severity = cx.tk("signing-severity-", &f.severity).to_string();
            paper.row(&severity, &format!("{} {} [{}; {}]", f.text, f.remedy, f.code, f.clause));
        }
    }
}
