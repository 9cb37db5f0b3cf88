//! The pages of the agent's window.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reader::Slot;

use super::{Action, Pending, Stage, perform::pin_of};
use crate::{
    Agent,
    text::{Lang, Texts},
};

/// What every page needs: language, texts.
pub(crate) struct Page<'a> {
    texts: &'a Texts,
    pub(crate) lang: Lang,
    pub(crate) demo: bool,
}

impl<'a> Page<'a> {
    pub(crate) fn new(agent: &'a Agent, lang: Lang) -> Self {
        Self { texts: &agent.texts, lang, demo: agent.config.demo }
    }
    /// A text.
    pub(crate) fn t(&self, key: &str) -> String {
        self.texts.get(self.lang, key, &[])
    }
    /// A text with one argument.
    pub(crate) fn t1(&self, key: &str, name: &str, value: &str) -> String {
        self.texts.get(self.lang, key, &[(name, value)])
    }
    pub(crate) fn tag(&self) -> &'static str {
        self.lang.tag()
    }
    /// What happened, why, what to do: the three lines of an error.
    pub(crate) fn error(&self, code: &str, args: &[(&'static str, String)]) -> [String; 3] {
        let key = format!("error-{}", code.replace('.', "-"));
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let of = |suffix: &str| self.texts.get(self.lang, &format!("{key}{suffix}"), &args);
        [of(""), of(".cause"), of(".remedy")]
    }
}

pub(crate) fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the agent could not be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Waits for the page's message.
#[derive(Template)]
#[template(path = "hello.html")]
pub(crate) struct Hello<'a> {
    pub(crate) page: Page<'a>,
}

/// The request was ended, or there is none of this name.
#[derive(Template)]
#[template(path = "gone.html")]
pub(crate) struct Gone<'a> {
    pub(crate) page: Page<'a>,
}

/// One step of a request.
#[derive(Template)]
#[template(path = "step.html")]
pub(crate) struct Step<'a> {
    page: Page<'a>,
    id: &'a str,
    site: &'a str,
    stage: Stage,
    action: &'static str,
    trouble: Option<[String; 3]>,
    blocked: bool,
    cards: &'a [Slot],
    card: Option<&'a Slot>,
    pin: Option<&'static str>,
    /// Fewest digits.
    min: usize,
    /// The first bytes of the hash, for comparing.
    hash: String,
    keeps_open: bool,
}

impl<'a> Step<'a> {
    pub(crate) fn new(page: Page<'a>, pending: &'a Pending, cards: &'a [Slot], slot: Option<&str>) -> Self {
        let card = slot.and_then(|s| cards.iter().find(|c| c.id == s && c.present));
        let trouble = pending.trouble.as_ref();
        let hash = match &pending.action {
            Action::Sign { hash, .. } => STANDARD.decode(hash).unwrap_or_default(),
            _ => Vec::new(),
        };
        let pin = pin_of(&pending.action);
        Self {
            id: &pending.id,
            site: &pending.origin,
            stage: pending.stage(card.map(|c| c.id.as_str())),
            action: pending.action.name(),
            trouble: trouble.map(|t| page.error(t.code, &t.args)),
            blocked: trouble.is_some_and(|t| t.code == "card.pin-blocked"),
            cards,
            card,
            pin: pin.map(card::profile::Pin::name),
            min: if pin == Some(card::profile::Pin::Pin2) { 5 } else { 4 },
            hash: hash.iter().take(8).map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" "),
            keeps_open: pending.action == Action::GetSigningCertificate,
            page,
        }
    }
    fn title(&self) -> String {
        self.page.t(&format!("agent-{}-title", self.action))
    }
    fn text(&self, suffix: &str) -> String {
        self.page.t(&format!("agent-{}-{suffix}", self.action))
    }
    fn is(&self, name: &str) -> bool {
        match self.stage {
            Stage::Consent => name == "consent",
            Stage::Card => name == "card",
            Stage::Go => name == "go",
            Stage::Done => name == "done",
        }
    }
    /// The name of the site as people read it.
    fn host(&self) -> &str {
        self.site.split_once("://").map_or(self.site, |(_, h)| h)
    }
}
