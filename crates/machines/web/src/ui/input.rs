use askama::{Template, filters::HtmlSafe};

use crate::{Msg, PageCx, page::Filled};

/// One of several answers.
#[derive(Clone, Debug)]
pub struct Choice {
    value: String,
    label: String,
    hint: Option<String>,
    chosen: bool,
}

/// A form field with label, hint and mistake.
#[derive(Template)]
#[template(path = "ui/input.html")]
pub struct Input {
    cx: PageCx,
    name: String,
    kind: Kind,
    label: Msg,
    hint: Option<Msg>,
    value: String,
    ticked: bool,
    error: Option<String>,
    attrs: Vec<(&'static str, String)>,
    width: &'static str,
    choices: Vec<Choice>,
    optional: bool,
}
impl HtmlSafe for Input {}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line(&'static str),
    Area,
    Select,
    Radio,
    Tick,
    File,
}

impl PageCx {
    fn input(&self, name: &str, label: &str, kind: Kind) -> Input {
        Input {
            cx: self.clone(),
            name: name.to_owned(),
            kind,
            label: self.t(label.to_owned()),
            hint: None,
            value: String::new(),
            ticked: false,
            error: None,
            attrs: vec![],
            width: "",
            choices: vec![],
            optional: false,
        }
    }
    /// A line of text.
    pub fn text(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::Line("text"))
    }
    /// An e-mail address.
    pub fn email(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::Line("email")).attr("autocomplete", "email").attr("spellcheck", "false")
    }
    /// A telephone number.
    pub fn tel(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::Line("tel")).attr("autocomplete", "tel").width("w-code")
    }
    /// A date, by the browser's own calendar; its value is `2026-11-20`.
    pub fn date(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::Line("date")).width("w-code")
    }
    /// A line to search with.
    pub fn search(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::Line("search")).attr("spellcheck", "false")
    }
    /// An identifier or code in digits.
    pub fn code(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::Line("text"))
            .attr("inputmode", "numeric")
            .attr("autocomplete", "off")
            .attr("spellcheck", "false")
            .width("w-code mono")
    }
    /// Several lines of text.
    pub fn area(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::Area)
    }
    /// One of many, folded.
    pub fn select(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::Select)
    }
    /// One of few, all visible.
    pub fn radio(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::Radio)
    }
    /// A box to tick; its value is `yes`.
    pub fn tick(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::Tick)
    }
    /// A file, with a place to drop it.
    pub fn file(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Kind::File)
    }
}

impl Input {
    /// Help below the label.
    #[must_use]
    pub fn hint(mut self, key: &str) -> Self {
        self.hint = Some(self.cx.t(key.to_owned()));
        self
    }
    /// Help that has arguments.
    #[must_use]
    pub fn hint_msg(mut self, text: Msg) -> Self {
        self.hint = Some(text);
        self
    }
    /// What it holds at first.
    #[must_use]
    pub fn value(mut self, value: impl ToString) -> Self {
        self.value = value.to_string();
        self.ticked = !self.value.is_empty();
        for c in &mut self.choices {
            c.chosen = c.value == self.value;
        }
        self
    }
    /// Takes value and mistake from a form as filled in. Give the choices before.
    #[must_use]
    pub fn of(self, form: &Filled) -> Self {
        let name = self.name.clone();
        let error = form.error(&name).map(|e| self.cx.0.shell.texts.text(self.cx.lang(), &e.key, None, &e.args));
        let mut me = if matches!(self.kind, Kind::File) { self } else { self.value(form.get(&name)) };
        me.error = error;
        me
    }
    /// Adds an answer to choose.
    #[must_use]
    pub fn choice(mut self, value: impl ToString, label: impl ToString) -> Self {
        let value = value.to_string();
        self.choices.push(Choice { chosen: value == self.value, value, label: label.to_string(), hint: None });
        self
    }
    /// Adds answers to choose.
    #[must_use]
    pub fn choices(mut self, all: &[(String, String)]) -> Self {
        for (v, l) in all {
            self = self.choice(v, l);
        }
        self
    }
    /// Help for the last answer.
    #[must_use]
    pub fn choice_hint(mut self, text: impl ToString) -> Self {
        if let Some(c) = self.choices.last_mut() {
            c.hint = Some(text.to_string());
        }
        self
    }
    /// Marked as not required.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
    /// Any attribute of the element: `autocomplete`, `maxlength`, `accept`, `multiple`.
    #[must_use]
    pub fn attr(mut self, name: &'static str, value: impl ToString) -> Self {
        self.attrs.retain(|(n, _)| *n != name);
        self.attrs.push((name, value.to_string()));
        self
    }
    /// A class for the width: `w-code`, `w-short`.
    #[must_use]
    pub fn width(mut self, class: &'static str) -> Self {
        self.width = class;
        self
    }

    fn described(&self) -> String {
        let ids = [(self.hint.is_some(), "hint"), (self.error.is_some(), "error")];
        let ids: Vec<String> = ids.iter().filter(|(on, _)| *on).map(|(_, id)| format!("{}-{id}", self.name)).collect();
        ids.join(" ")
    }
    fn line_type(&self) -> &'static str {
        match self.kind {
            Kind::Line(t) => t,
            _ => "text",
        }
    }
    fn is(&self, kind: &str) -> bool {
        match self.kind {
            Kind::Line(_) => kind == "line",
            Kind::Area => kind == "area",
            Kind::Select => kind == "select",
            Kind::Radio => kind == "radio",
            Kind::Tick => kind == "tick",
            Kind::File => kind == "file",
        }
    }
}
