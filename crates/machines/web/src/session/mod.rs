//! Sessions in sealed cookies: nothing is kept on the node. A row decides only whether a session was ended early.

use std::collections::BTreeMap;

use base::Cx;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::{Actor, Fault};

mod rows;

pub use rows::{DbGate, MemoryGate, QUERIES, end_all, epoch};

/// How long a session lasts.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// Without any request.
    pub idle: SignedDuration,
    /// In all, since sign-in.
    pub absolute: SignedDuration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self { idle: SignedDuration::from_mins(30), absolute: SignedDuration::from_hours(12) }
    }
}

/// Says whether a session was ended before its time, here or on another node.
pub trait Gate: Send + Sync {
    /// Whether session `sid` of `actor`, begun in `epochs`, still holds.
    fn holds<'a>(
        &'a self,
        cx: &'a Cx,
        actor: &'a Actor,
        sid: &'a str,
        epochs: Epochs,
    ) -> BoxFuture<'a, Result<bool, Fault>>;
    /// Ends one session. The row may be forgotten after `keep`.
    fn end<'a>(&'a self, cx: &'a Cx, sid: &'a str, keep: SignedDuration) -> BoxFuture<'a, Result<(), Fault>>;
    /// Ends every session of `subject`.
    fn end_all<'a>(&'a self, cx: &'a Cx, subject: &'a str) -> BoxFuture<'a, Result<(), Fault>>;
}

/// What a session stands on. An epoch grows when something is taken away: all sessions begun in an earlier one are over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epochs {
    /// Of the actor: roles changed, work ended, signed out everywhere.
    pub actor: i64,
    /// Of the human behind it ([`human`]): the card was suspended or revoked.
    pub human: i64,
}

/// The subject of the sessions of a human, private or at work: `PNOLV-` and the personal code.
pub fn human(code: &str) -> String {
    format!("PNOLV-{code}")
}

/// A line for the next page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// `ok`, `note`, `warn` or `bad`.
    pub kind: String,
    /// Key of the text.
    pub key: String,
    /// Its arguments.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
}

/// What the cookie holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) sid: String,
    pub(crate) csrf: String,
    /// Seconds.
    pub(crate) born: i64,
    pub(crate) seen: i64,
    #[serde(default)]
    pub(crate) epochs: Epochs,
    #[serde(default)]
    pub(crate) actor: Option<Actor>,
    #[serde(default)]
    pub(crate) flash: Vec<Flash>,
    /// Small values of an unfinished errand, like the nonce of a sign-in.
    #[serde(default)]
    pub(crate) notes: BTreeMap<String, String>,
}

impl Session {
    pub(crate) fn new(cx: &Cx) -> Self {
        let now = cx.now().as_second();
        Self {
            sid: URL_SAFE_NO_PAD.encode(cx.bytes::<16>()),
            csrf: URL_SAFE_NO_PAD.encode(cx.bytes::<32>()),
            born: now,
            seen: now,
            epochs: Epochs::default(),
            actor: None,
            flash: vec![],
            notes: BTreeMap::new(),
        }
    }

    /// Whether the clock still allows it.
    pub(crate) fn fresh(&self, cx: &Cx, life: Lifetimes) -> bool {
        let now = cx.now().as_second();
        let within = |since: i64, most: SignedDuration| now >= since - 60 && now - since <= most.as_secs();
        within(self.seen, life.idle) && within(self.born, life.absolute)
    }

    /// Notes the request; true when the cookie should be written anew.
    pub(crate) fn touch(&mut self, cx: &Cx) -> bool {
        let now = cx.now().as_second();
        let stale = now - self.seen >= 60;
        if stale {
            self.seen = now;
        }
        stale
    }

    /// When it ends unless used.
    pub(crate) fn idle_ends(&self, life: Lifetimes) -> i64 {
        (self.seen + life.idle.as_secs()).min(self.born + life.absolute.as_secs())
    }

    /// The form token, masked anew on each page so that compression does not leak it.
    pub(crate) fn csrf_token(&self, cx: &Cx) -> String {
        let secret = URL_SAFE_NO_PAD.decode(&self.csrf).unwrap_or_default();
        let mask = cx.bytes::<32>();
        let mut out = mask.to_vec();
        out.extend(secret.iter().zip(mask).map(|(s, m)| s ^ m));
        URL_SAFE_NO_PAD.encode(out)
    }

    /// Whether `token` is a masked form of this session's secret; constant time.
    pub(crate) fn csrf_matches(&self, token: &str) -> bool {
        let secret = URL_SAFE_NO_PAD.decode(&self.csrf).unwrap_or_default();
        let Ok(token) = URL_SAFE_NO_PAD.decode(token) else { return false };
        if token.len() != 64 || secret.len() != 32 {
            return false;
        }
        let (mask, masked) = token.split_at(32);
        let given: Vec<u8> = mask.iter().zip(masked).map(|(a, b)| a ^ b).collect();
        given.ct_eq(&secret).into()
    }

    /// After sign-in and sign-out every secret of the session is new.
    pub(crate) fn renewed(&self, cx: &Cx) -> Self {
        Self { flash: self.flash.clone(), ..Self::new(cx) }
    }
}

/// The session of this request and what has become of it.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    pub(crate) session: Option<Session>,
    pub(crate) dirty: bool,
    /// A cookie came that no longer holds; it is cleared.
    pub(crate) stale: bool,
    /// Whether it holds cannot be asked now.
    pub(crate) unsure: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> (Cx, std::sync::Arc<base::VirtualClock>) {
        Cx::seeded("2026-11-20T08:00:00Z".parse().unwrap(), 7)
    }

    #[test]
    fn tokens_differ_and_match() {
        let (cx, _) = at();
        let s = Session::new(&cx);
        let (a, b) = (s.csrf_token(&cx), s.csrf_token(&cx));
        assert_ne!(a, b);
        assert!(s.csrf_matches(&a) && s.csrf_matches(&b));
        assert!(!Session::new(&cx).csrf_matches(&a));
        assert!(!s.csrf_matches("") && !s.csrf_matches(&a[..80]));
    }

    #[test]
    fn ends_by_idleness_and_by_age() {
        let (cx, clock) = at();
        let mut s = Session::new(&cx);
        let life = Lifetimes::default();
        for _ in 0..23 {
            clock.advance(SignedDuration::from_mins(29));
            assert!(s.fresh(&cx, life));
            s.touch(&cx);
        }
        clock.advance(SignedDuration::from_mins(31));
        assert!(!s.fresh(&cx, life));
        let mut s = Session::new(&cx);
        for _ in 0..25 {
            clock.advance(SignedDuration::from_mins(29));
            s.touch(&cx);
        }
        assert!(!s.fresh(&cx, life));
    }
}
