//! What the person sees: texts in two languages, errors, progress.

mod progress;
mod text;

use std::{
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
    sync::OnceLock,
};

use serde::Serialize;

pub(crate) use progress::{Counted, Progress};
pub(crate) use text::Lang;
use text::Texts;

use crate::{cli::Common, failure::Failure};

pub(crate) struct Ui {
    pub(crate) lang: Lang,
    pub(crate) json: bool,
    quiet: bool,
    terminal: bool,
    /// Read when the first text is wanted.
    texts: OnceLock<Texts>,
}

#[derive(Serialize)]
struct Refusal<'r> {
    code: &'r str,
    text: String,
    cause: String,
    remedy: String,
    detail: &'r str,
}

impl Ui {
    pub(crate) fn new(common: &Common) -> Self {
        let system =
            || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|v| std::env::var(v).ok().filter(|t| !t.is_empty()));
        let lang = common.lang.clone().or_else(system).map_or(Lang::Lv, |t| Lang::of(&t));
        Self {
            lang,
            json: common.json,
            quiet: common.quiet,
            terminal: std::io::stderr().is_terminal(),
            texts: OnceLock::new(),
        }
    }

    fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| Texts::new(self.lang))
    }

    /// A text of the program.
    pub(crate) fn text(&self, key: &str, args: &[(&str, String)]) -> String {
        self.texts().get(key, None, args).unwrap_or_else(|| key.to_owned())
    }

    /// Tells of a failure; gives its exit code.
    pub(crate) fn fail(&self, f: &Failure) -> ExitCode {
        let texts = self.texts();
        let key = format!("error-{}", f.code.replace('.', "-"));
        let args: Vec<(&str, String)> = f.args.iter().map(|(k, v)| (*k, v.clone())).collect();
        let part = |attribute| texts.get(&key, attribute, &args).unwrap_or_default();
        let text = texts.get(&key, None, &args).unwrap_or_else(|| f.detail.clone());
        let refusal =
            Refusal { code: f.code, text, cause: part(Some("cause")), remedy: part(Some("remedy")), detail: &f.detail };
        let shown = if self.json {
            serde_json::to_string(&refusal).unwrap_or_default()
        } else {
            let lines = [&refusal.text, &refusal.cause, &refusal.remedy];
            let body = lines.into_iter().filter(|l| !l.is_empty()).cloned().collect::<Vec<_>>().join("\n  ");
            let detail = if f.detail.is_empty() { String::new() } else { format!(": {}", f.detail) };
            format!("{body}\n  [{}{detail}]", f.code)
        };
        let _unwritable = writeln!(std::io::stderr(), "{shown}");
        ExitCode::from(f.exit)
    }

    /// One result: a JSON line, or the text for people.
    pub(crate) fn result(&self, value: &impl Serialize, text: impl FnOnce() -> String) {
        let shown = if self.json { serde_json::to_string(value).unwrap_or_default() } else { text() };
        // A reader that went away is no error of ours.
        let _unwritable = writeln!(std::io::stdout(), "{shown}");
    }

    /// A remark that does not belong to the result.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet && !self.json {
            let _unwritable = writeln!(std::io::stderr(), "{text}");
        }
    }

    pub(crate) fn progress(&self, total: u64) -> Progress {
        Progress::new(total, self.terminal && !self.quiet && !self.json)
    }
}
