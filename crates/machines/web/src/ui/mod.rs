//! Components of pages. Each is a small value whose `Display` is finished HTML, so a template writes
//! `{{ cx.text("surname", "register-surname").hint("register-surname-hint").of(form) }}`.

use askama::{Template, filters::HtmlSafe};

mod input;

pub use input::{Choice, Input};

use crate::{Msg, PageCx, page::Filled};

/// A hidden field.
#[derive(Template)]
#[template(source = r#"<input type="hidden" name="{{ name }}" value="{{ value }}">"#, ext = "html")]
pub struct Hidden {
    /// Name.
    pub name: &'static str,
    /// Value.
    pub value: String,
}
impl HtmlSafe for Hidden {}

/// A line of text in a notice.
pub struct Line {
    /// `ok`, `note`, `warn` or `bad`.
    pub kind: String,
    /// The text.
    pub text: String,
}

/// The list of mistakes at the top of a form.
#[derive(Template)]
#[template(path = "ui/errors.html")]
pub struct Errors {
    title: Msg,
    items: Vec<(String, String)>,
}
impl HtmlSafe for Errors {}

/// A step list: what is done, where we are, what comes.
#[derive(Template)]
#[template(path = "ui/steps.html")]
pub struct Steps {
    items: Vec<Step>,
    label: Msg,
    done: Msg,
    now: Msg,
}
impl HtmlSafe for Steps {}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub title: String,
    /// More about it.
    pub note: Option<String>,
    /// Where it stands.
    pub state: StepState,
    /// Where it is done.
    pub href: Option<String>,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Finished.
    Done,
    /// The one to do.
    Now,
    /// Later.
    Later,
    /// It failed and waits for somebody.
    Failed,
}

impl Steps {
    /// Adds a step.
    #[must_use]
    pub fn step(mut self, state: StepState, title: impl ToString, note: Option<String>) -> Self {
        self.items.push(Step { title: title.to_string(), note, state, href: None });
        self
    }
    /// Gives the last step an address.
    #[must_use]
    pub fn link(mut self, href: impl ToString) -> Self {
        if let Some(s) = self.items.last_mut() {
            s.href = Some(href.to_string());
        }
        self
    }
}

/// A summary list: names and values.
#[derive(Template)]
#[template(path = "ui/summary.html")]
pub struct Summary {
    rows: Vec<Row>,
}
impl HtmlSafe for Summary {}

struct Row {
    name: String,
    value: String,
    change: Option<(String, Msg)>,
    mono: bool,
}

impl Summary {
    /// Adds a row; nothing becomes a dash.
    #[must_use]
    pub fn row(mut self, name: impl ToString, value: impl ToString) -> Self {
        let value = value.to_string();
        let value = if value.is_empty() { "—".to_owned() } else { value };
        self.rows.push(Row { name: name.to_string(), value, change: None, mono: false });
        self
    }
    /// Adds a row of an identifier or code.
    #[must_use]
    pub fn code(mut self, name: impl ToString, value: impl ToString) -> Self {
        self = self.row(name, value);
        if let Some(r) = self.rows.last_mut() {
            r.mono = true;
        }
        self
    }
    /// Gives the last row a link that changes it.
    #[must_use]
    pub fn change(mut self, href: impl ToString, text: Msg) -> Self {
        if let Some(r) = self.rows.last_mut() {
            r.change = Some((href.to_string(), text));
        }
        self
    }
}

/// A coloured word for a state.
#[derive(Template)]
#[template(source = r#"<span class="tag {{ kind }}">{{ text }}</span>"#, ext = "html")]
pub struct Tag {
    kind: String,
    text: String,
}
impl HtmlSafe for Tag {}

/// A boxed message.
#[derive(Template)]
#[template(path = "ui/notice.html")]
pub struct Notice {
    kind: String,
    title: String,
    body: Option<String>,
    link: Option<(String, String)>,
    alert: bool,
}
impl HtmlSafe for Notice {}

impl Notice {
    /// The text below the title.
    #[must_use]
    pub fn body(mut self, text: impl ToString) -> Self {
        self.body = Some(text.to_string());
        self
    }
    /// Where to go on.
    #[must_use]
    pub fn link(mut self, href: impl ToString, text: impl ToString) -> Self {
        self.link = Some((href.to_string(), text.to_string()));
        self
    }
    /// Read out at once by screen readers.
    #[must_use]
    pub fn alert(mut self) -> Self {
        self.alert = true;
        self
    }
}

/// An empty list says so, and what to do about it.
#[derive(Template)]
#[template(path = "ui/empty.html")]
pub struct Empty {
    title: String,
    hint: Option<String>,
    link: Option<(String, String)>,
}
impl HtmlSafe for Empty {}

impl Empty {
    /// What to do about it.
    #[must_use]
    pub fn hint(mut self, text: impl ToString) -> Self {
        self.hint = Some(text.to_string());
        self
    }
    /// Where to do it.
    #[must_use]
    pub fn link(mut self, href: impl ToString, text: impl ToString) -> Self {
        self.link = Some((href.to_string(), text.to_string()));
        self
    }
}

/// A verdict in plain words.
#[derive(Template)]
#[template(path = "ui/verdict.html")]
pub struct Verdict {
    main: bool,
    kind: &'static str,
    title: String,
    body: String,
}
impl HtmlSafe for Verdict {}

impl Verdict {
    /// Its title is the heading of the page.
    #[must_use]
    pub fn heading(mut self) -> Self {
        self.main = true;
        self
    }
    fn good(&self) -> bool {
        self.kind == "ok"
    }
    fn poor(&self) -> bool {
        self.kind == "bad"
    }
}

/// The picture of an identity card.
#[derive(Template)]
#[template(path = "ui/idcard.html")]
pub struct IdCard {
    caption: Msg,
    name: String,
    number: String,
    until: String,
}
impl HtmlSafe for IdCard {}

/// What happened when, newest first.
#[derive(Template)]
#[template(path = "ui/timeline.html")]
pub struct Timeline {
    items: Vec<Happened>,
}
impl HtmlSafe for Timeline {}

struct Happened {
    title: String,
    note: Option<String>,
    when: String,
    iso: String,
}

impl Timeline {
    /// Adds an entry.
    #[must_use]
    pub fn at(mut self, cx: &PageCx, when: &jiff::Timestamp, title: impl ToString, note: Option<String>) -> Self {
        self.items.push(Happened { title: title.to_string(), note, when: cx.moment(when), iso: when.to_string() });
        self
    }
}

/// Progress of long work; with an address it renews itself.
#[derive(Template)]
#[template(path = "ui/progress.html")]
pub struct Progress {
    label: String,
    done: Option<u32>,
    watch: Option<String>,
}
impl HtmlSafe for Progress {}

impl Progress {
    /// The page is loaded anew from this address every two seconds until it shows no progress.
    #[must_use]
    pub fn watch(mut self, href: impl ToString) -> Self {
        self.watch = Some(href.to_string());
        self
    }
}

impl PageCx {
    /// The list of mistakes of a form; empty when there are none.
    pub fn errors(&self, form: &Filled) -> Errors {
        let texts = &self.0.shell.texts;
        let say = |e: &crate::page::FieldError| (e.field.clone(), texts.text(self.lang(), &e.key, None, &e.args));
        Errors {
            title: self.t("web-errors").with("count", form.errors.len()),
            items: form.errors.iter().map(say).collect(),
        }
    }
    /// An empty step list to add to.
    pub fn steps(&self) -> Steps {
        Steps { items: vec![], label: self.t("web-steps"), done: self.t("web-step-done"), now: self.t("web-step-now") }
    }
    /// An empty summary list to add to.
    pub fn summary(&self) -> Summary {
        Summary { rows: vec![] }
    }
    /// A tag: kind is `ok`, `note`, `warn`, `bad` or nothing.
    pub fn tag(&self, kind: impl ToString, text: impl ToString) -> Tag {
        Tag { kind: kind.to_string(), text: text.to_string() }
    }
    /// A notice: kind is `ok`, `note`, `warn` or `bad`.
    pub fn notice(&self, kind: impl ToString, title: impl ToString) -> Notice {
        Notice { kind: kind.to_string(), title: title.to_string(), body: None, link: None, alert: false }
    }
    /// An empty state.
    pub fn empty(&self, title: impl ToString) -> Empty {
        Empty { title: title.to_string(), hint: None, link: None }
    }
    /// A good verdict.
    pub fn verdict_good(&self, title: impl ToString, body: impl ToString) -> Verdict {
        Verdict { main: false, kind: "ok", title: title.to_string(), body: body.to_string() }
    }
    /// A verdict that could not be reached.
    pub fn verdict_open(&self, title: impl ToString, body: impl ToString) -> Verdict {
        Verdict { main: false, kind: "warn", title: title.to_string(), body: body.to_string() }
    }
    /// A bad verdict.
    pub fn verdict_bad(&self, title: impl ToString, body: impl ToString) -> Verdict {
        Verdict { main: false, kind: "bad", title: title.to_string(), body: body.to_string() }
    }
    /// An identity card.
    pub fn idcard(&self, name: impl ToString, number: impl ToString, until: impl ToString) -> IdCard {
        IdCard {
            caption: self.t("web-idcard-caption"),
            name: name.to_string(),
            number: number.to_string(),
            until: until.to_string(),
        }
    }
    /// An empty timeline to add to.
    pub fn timeline(&self) -> Timeline {
        Timeline { items: vec![] }
    }
    /// Progress in percent, or without a measure.
    pub fn progress(&self, label: impl ToString, done: Option<u32>) -> Progress {
        Progress { label: label.to_string(), done, watch: None }
    }
}
