//! Navigation, language switch and safe return addresses.

use super::PageCx;
use crate::{Lang, Msg};

/// One entry of the main navigation as this visitor sees it.
pub struct NavLink {
    /// Where to.
    pub href: &'static str,
    /// Its text.
    pub label: Msg,
    /// Whether the visitor is there.
    pub current: bool,
}

impl PageCx {
    /// The entries that this visitor may use.
    pub fn nav(&self) -> Vec<NavLink> {
        let actor = self.actor();
        let here = self.path();
        let seen = self.0.shell.nav.iter().filter(|n| n.show.check(actor.as_ref().into()).is_ok());
        let seen = seen.filter(|n| !n.not_for_staff || !actor.as_ref().is_some_and(crate::Actor::is_staff));
        let seen: Vec<_> = seen.collect();
        let covers =
            |href: &str| href == here || (href != "/" && here.strip_prefix(href).is_some_and(|r| r.starts_with('/')));
        let longest = seen.iter().filter(|n| covers(n.path)).map(|n| n.path.len()).max();
        let current = |n: &crate::Nav| covers(n.path) && Some(n.path.len()) == longest;
        seen.iter().map(|n| NavLink { href: n.path, label: self.t(n.key), current: current(n) }).collect()
    }
    /// The other language.
    pub fn other_lang(&self) -> Lang {
        self.lang().other()
    }
    /// This page in another language.
    pub fn in_lang(&self, lang: Lang) -> String {
        let kept =
            self.0.query.as_deref().unwrap_or_default().split('&').filter(|p| !p.is_empty() && !p.starts_with("lang="));
        let query: Vec<&str> = kept.collect();
        let and = if query.is_empty() { String::new() } else { format!("&{}", query.join("&")) };
        format!("{}?lang={}{and}", self.path(), lang.tag())
    }
    /// The address of sign-in that comes back here.
    pub fn sign_in_link(&self) -> String {
        if self.path() == "/" || self.path().starts_with("/sign-in") {
            "/sign-in".to_owned()
        } else {
            format!("/sign-in?to={}", encode(self.path()))
        }
    }
    /// Seconds until this session ends unless used; nothing for the anonymous.
    pub fn session_seconds(&self) -> Option<i64> {
        let slot = self.slot();
        let s = slot.session.as_ref().filter(|s| s.actor.is_some())?;
        Some((s.idle_ends(self.0.shell.config.lifetimes) - self.cx().now().as_second()).max(0))
    }
}

/// Percent-encodes all but unreserved characters and `/`.
pub(crate) fn encode(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for b in s.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~/".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// `to` when it is a path of this site, else `/`: a return address never leads elsewhere.
pub fn safe_local(to: &str) -> &str {
    let ok = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n', '\t']) && to.is_ascii();
    if ok { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_at_home() {
        assert_eq!(safe_local("/a?b=c#d"), "/a?b=c#d");
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y", "", "/\t/evil.example"] {
            assert_eq!(safe_local(bad), "/", "{bad:?}");
        }
    }
}
