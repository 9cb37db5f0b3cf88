//! A page's request: what it wants, how far the holder has got with it, what came of it.

pub(crate) mod pages;
mod perform;
pub(crate) mod routes;

pub(crate) use perform::arguments;

use std::collections::BTreeMap;

use base::{Cx, Timestamp};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use protocol::web_eid::{HashFunction, MAX_NONCE, MIN_NONCE, is_origin};
use serde::Deserialize;

use crate::text::Lang;

/// A request that nobody touches for so long is over.
const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// A consent that is not to be remembered holds for so long.
const CONSENT: SignedDuration = SignedDuration::from_mins(15);

/// What a page asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum Action {
    Authenticate { challenge_nonce: String },
    GetSigningCertificate,
    Sign { certificate: String, hash: String, hash_function: String },
}

impl Action {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Authenticate { .. } => "authenticate",
            Self::GetSigningCertificate => "get-signing-certificate",
            Self::Sign { .. } => "sign",
        }
    }

    /// Whether the parameters make sense; judged before anybody is asked anything.
    fn is_sound(&self) -> bool {
        match self {
            Self::Authenticate { challenge_nonce: n } => {
                (MIN_NONCE..=MAX_NONCE).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_graphic())
            }
            Self::GetSigningCertificate => true,
            Self::Sign { certificate, hash, hash_function } => {
                let size = HashFunction::of_name(hash_function).map(|h| h.digest().size());
                size.is_some()
                    && STANDARD.decode(hash).ok().map(|h| h.len()) == size
                    && STANDARD.decode(certificate).is_ok_and(|c| pki::Certificate::from_der(&c).is_ok())
            }
        }
    }
}

/// What the agent's window passes on. The origin is the one that the browser gave with the page's message.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    origin: String,
    call: String,
    #[serde(default)]
    lang: Lang,
    #[serde(flatten)]
    action: Action,
}

/// Why a page gets nothing, in the words of the Web eID interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    Cancelled,
    Timeout,
    Replaced,
    Failed(&'static str),
}

impl Denial {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "ERR_WEBEID_USER_CANCELLED",
            Self::Timeout => "ERR_WEBEID_USER_TIMEOUT",
            Self::Replaced => "ERR_WEBEID_ACTION_PENDING",
            Self::Failed(_) => "ERR_WEBEID_NATIVE_FATAL",
        }
    }
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Cancelled => "the holder did not agree",
            Self::Timeout => "the holder did not answer in time",
            Self::Replaced => "another request took the place of this one",
            Self::Failed(code) => code,
        }
    }
}

/// Something to tell the holder about the last try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) code: &'static str,
    pub(crate) args: Vec<(&'static str, String)>,
}

/// Where the holder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// May this site ask at all?
    Consent,
    /// Which card?
    Card,
    /// PIN, or confirmation where no PIN is needed.
    Go,
    /// Over; the window hands the outcome to the page.
    Done,
}

/// The one request that is being dealt with.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) id: String,
    pub(crate) origin: String,
    pub(crate) call: String,
    pub(crate) lang: Lang,
    pub(crate) action: Action,
    pub(crate) consented: bool,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) outcome: Option<Result<serde_json::Value, Denial>>,
    /// The card is working for it.
    pub(crate) working: bool,
    deadline: Timestamp,
}

/// What the agent is busy with, and which card is in its reader.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    pending: Option<Pending>,
    /// Sites that were allowed just now, and until when that holds: a signature needs two requests.
    allowed: BTreeMap<String, Timestamp>,
    /// The slot that the holder chose last.
    pub(crate) slot: Option<String>,
}

/// Why no request was made of what the window passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unasked {
    /// Nonsense.
    Arguments,
    /// The card is working for another request just now.
    Busy,
}

impl Desk {
    /// Lays a request on the desk. An unfinished earlier one ends; its page hears that it was replaced.
    pub(crate) fn ask(&mut self, cx: &Cx, asked: Asked, consented: bool) -> Result<&Pending, Unasked> {
        if !is_origin(&asked.origin) || asked.call.len() > 64 || !asked.action.is_sound() {
            return Err(Unasked::Arguments);
        }
        if self.pending.as_ref().is_some_and(|p| p.working) {
            return Err(Unasked::Busy);
        }
        let now = cx.now();
        self.allowed.retain(|_, until| *until > now);
        let consented = consented || self.allowed.contains_key(&asked.origin);
        let id = cx.bytes::<16>().iter().map(|b| format!("{b:02x}")).collect();
        Ok(self.pending.insert(Pending {
            id,
            origin: asked.origin,
            call: asked.call,
            lang: asked.lang,
            action: asked.action,
            consented,
            trouble: None,
            outcome: None,
            working: false,
            deadline: cx.now() + LIFETIME,
        }))
    }

    /// The request of this name, if it is still the one on the desk. Looking at it gives it more time.
    pub(crate) fn find(&mut self, cx: &Cx, id: &str) -> Option<&mut Pending> {
        let pending = self.pending.as_mut().filter(|p| p.id == id)?;
        if pending.deadline < cx.now() && pending.outcome.is_none() && !pending.working {
            pending.outcome = Some(Err(Denial::Timeout));
        }
        pending.deadline = cx.now() + LIFETIME;
        Some(pending)
    }

    /// The holder allowed this site to ask.
    pub(crate) fn allow(&mut self, cx: &Cx, origin: &str) {
        self.allowed.insert(origin.to_owned(), cx.now() + CONSENT);
    }

    /// The holder took it back.
    pub(crate) fn disallow(&mut self, origin: &str) {
        self.allowed.remove(origin);
    }

    /// Takes the finished request off the desk.
    pub(crate) fn take(&mut self, id: &str) -> Option<Pending> {
        self.pending.take_if(|p| p.id == id && p.outcome.is_some())
    }
}

impl Pending {
    pub(crate) fn stage(&self, slot: Option<&str>) -> Stage {
        match (&self.outcome, self.consented, slot) {
            (Some(_), ..) => Stage::Done,
            (None, false, _) => Stage::Consent,
            (None, true, None) => Stage::Card,
            (None, true, Some(_)) => Stage::Go,
        }
    }
}
