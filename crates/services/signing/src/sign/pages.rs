use ades::facts::Level;
use askama::Template;
use web::{Answer, Fault, Filled, PageCx, Refuses as _, upload::size};

use crate::{
    Signing,
    engine::{Format, Kind},
    errand::{Errand, ErrandError, ErrandFile, ErrandId, formats},
    report::{Outcome, ReportDoc},
};

/// What signing is, for visitors who have not signed in.
#[derive(Template)]
#[template(path = "sign/start.html")]
pub(super) struct StartPage<'a> {
    pub(super) cx: &'a PageCx,
    pub(super) days: i64,
}

/// Which files?
#[derive(Template)]
#[template(path = "sign/choose.html")]
pub(super) struct ChoosePage<'a> {
    cx: &'a PageCx,
    form: &'a Filled,
    most: usize,
    limit: String,
    days: i64,
    refusal: Option<ErrandError>,
}

impl<'a> ChoosePage<'a> {
    pub(super) fn new(cx: &'a PageCx, app: &Signing, form: &'a Filled) -> Self {
        let config = app.config();
        Self { cx, form, most: config.files, limit: size(config.file_size), days: config.keep_days, refusal: None }
    }

    /// The page after a refusal.
    pub(super) fn refused(self, refusal: ErrandError) -> Self {
        Self { refusal: Some(refusal), ..self }
    }

    /// A part of the text of the refusal.
    fn why(&self, part: &'static str) -> Option<web::Msg> {
        let refusal = self.refusal.as_ref()?;
        let key = format!("error-{}", refusal.code().replace('.', "-"));
        let mut text = self.cx.t(key).attr(part);
        for (name, value) in refusal.args() {
            text = text.with(&name, value);
        }
        Some(text)
    }
}

/// In which format?
#[derive(Template)]
#[template(path = "sign/format.html")]
pub(super) struct FormatPage<'a> {
    cx: &'a PageCx,
    form: &'a Filled,
    id: ErrandId,
    choices: Vec<Format>,
}

impl<'a> FormatPage<'a> {
    pub(super) fn new(cx: &'a PageCx, errand: &Errand, form: &'a Filled) -> Self {
        Self { cx, form, id: errand.id, choices: formats(&errand.files) }
    }

    fn question(&self) -> web::ui::Input {
        let mut input = self.cx.radio("format", "signing-format");
        for f in &self.choices {
            let about = self.cx.tk("signing-format-hint-", f.name());
            input = input.choice(f.name(), self.cx.tk("signing-format-", f.name())).choice_hint(about);
        }
        let first = self.choices.first().map_or("", |f| f.name());
        let filled = self.form.get("format");
        let chosen = if filled.is_empty() && !self.form.failed() { first } else { filled };
        input.of(self.form).value(chosen)
    }
}

/// What will be signed.
#[derive(Template)]
#[template(path = "sign/check.html")]
pub(super) struct CheckPage<'a> {
    cx: &'a PageCx,
    errand: &'a Errand,
    format: Format,
}

impl<'a> CheckPage<'a> {
    pub(super) fn new(cx: &'a PageCx, errand: &'a Errand, format: Format) -> Self {
        Self { cx, errand, format }
    }
    fn size(&self, file: &ErrandFile) -> String {
        size(file.size)
    }
    fn level(&self) -> &'static str {
        match self.errand.wish.as_ref().map(|w| w.level) {
            Some(Level::B) => "b",
            Some(Level::T) => "t",
            Some(Level::LTA) => "lta",
            Some(Level::LT) | None => "lt",
        }
    }
    /// Whether a container gets one more signature.
    fn again(&self) -> bool {
        self.signed_before() > 0
    }
    fn signed_before(&self) -> u64 {
        match self.errand.files.as_slice() {
            [one] if one.seen.kind.is_container() || self.format == Format::Pdf => one.seen.signatures,
            _ => 0,
        }
    }
    fn several_formats(&self) -> bool {
        formats(&self.errand.files).len() > 1
    }
    fn odd(&self, file: &ErrandFile) -> bool {
        file.seen.kind == Kind::OddPdf
    }
    /// How the file is shown: `pdf`, `picture` or not at all.
    fn view(&self, file: &ErrandFile) -> &'static str {
        match super::shown(&file.name) {
            Some(("application/pdf", _)) => "pdf",
            Some(_) => "picture",
            None => "",
        }
    }
    fn person(&self) -> String {
        self.cx.actor().map(|a| a.name()).unwrap_or_default()
    }
}

/// The value is there; time stamp and validation material are being fetched.
#[derive(Template)]
#[template(path = "sign/wait.html")]
pub(super) struct WaitPage<'a> {
    pub(super) cx: &'a PageCx,
    pub(super) id: ErrandId,
}

impl WaitPage<'_> {
    fn here(&self) -> String {
        format!("/sign/{}", self.id)
    }
}

/// The signed file.
#[derive(Template)]
#[template(path = "sign/done.html")]
pub(super) struct DonePage<'a> {
    cx: &'a PageCx,
    errand: &'a Errand,
    name: &'a str,
    sha256: &'a str,
    size: String,
    report: ReportDoc,
}

impl<'a> DonePage<'a> {
    pub(super) fn new(cx: &'a PageCx, errand: &'a Errand) -> Answer<Self> {
        let (Some(result), Some([lv, en])) = (&errand.result, &errand.reports) else {
            return Err(Fault::internal(&"a finished errand without a result"));
        };
        let text = if cx.lang() == web::Lang::Lv { lv } else { en };
        let report = serde_json::from_str(text).map_err(|e| Fault::internal(&e))?;
        Ok(Self { cx, errand, name: &result.name, sha256: &result.sha256, size: size(result.size), report })
    }
    fn good(&self) -> bool {
        self.report.outcome() == Outcome::Good
    }
}

/// The signature could not be completed.
#[derive(Template)]
#[template(path = "sign/failed.html")]
pub(super) struct FailedPage<'a> {
    pub(super) cx: &'a PageCx,
    pub(super) code: String,
}

impl FailedPage<'_> {
    fn why(&self) -> web::Msg {
        self.cx.t(format!("error-{}", self.code.replace('.', "-")))
    }
}
