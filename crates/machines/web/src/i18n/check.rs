//! Checks of text files for the tests of each crate: same keys, same arguments in both languages.

use std::collections::{BTreeMap, BTreeSet};

use super::{Catalogue, Lang, Locale};

/// Key (with `.attribute`) → the arguments its text uses.
type Keys = BTreeMap<String, BTreeSet<String>>;

/// What differs between the languages of one file pair, and what does not parse.
pub fn disagreements(locale: Locale) -> Vec<String> {
    let mut out = vec![];
    if let Err(e) = Catalogue::new(&[locale]) {
        out.push(e.to_string());
    }
    let (lv, en) = (keys(locale.lv), keys(locale.en));
    for (here, there, lang) in [(&lv, &en, Lang::En), (&en, &lv, Lang::Lv)] {
        out.extend(here.keys().filter(|k| !there.contains_key(*k)).map(|k| format!("{k}: no text in {lang}")));
    }
    for (k, args) in &lv {
        if let Some(others) = en.get(k)
            && others != args
        {
            out.push(format!("{k}: arguments {args:?} in lv, {others:?} in en"));
        }
    }
    out
}

/// The keys of a Fluent file. Fluent files of this project put each message at the start of a line and each attribute as
/// `.name =` on an indented line.
fn keys(source: &str) -> Keys {
    let mut out = Keys::new();
    let (mut message, mut current) = (String::new(), String::new());
    for line in source.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        let head = line.split_once('=').map(|(h, _)| h.trim());
        match head {
            Some(h) if !indented && is_key(h) => {
                h.clone_into(&mut message);
                h.clone_into(&mut current);
                out.entry(current.clone()).or_default();
            }
            Some(h) if indented && h.strip_prefix('.').is_some_and(is_key) => {
                current = format!("{message}{h}");
                out.entry(current.clone()).or_default();
            }
            _ => {}
        }
        let args = out.entry(current.clone()).or_default();
        for part in line.split('$').skip(1) {
            args.insert(part.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect());
        }
    }
    out
}

fn is_key(s: &str) -> bool {
    !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// The keys that a source file (Rust or template) asks for by literal: `t("key")`, `label("key")`, …
pub fn asked_for(source: &str, calls: &[&str]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for call in calls {
        let needle = format!("{call}(\"");
        for rest in source.split(&needle).skip(1) {
            let key: String = rest.chars().take_while(|c| *c != '"').collect();
            if is_key(&key) {
                out.insert(key);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_differs() {
        let l = Locale {
            owner: "x",
            lv: "a = Sveiki { $name }\nb = { $n ->\n    [one] viens\n   *[other] daudz\n }\n",
            en: "a = Hello { $person }\nb = { $n ->\n    [one] one\n   *[other] many\n }\nc = C\n    .cause = why\n",
        };
        let found = disagreements(l);
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn plural_of_latvian() {
        let l = Locale {
            owner: "x",
            lv: "n = { $n ->\n    [zero] { $n } failu\n    [one] { $n } fails\n   *[other] { $n } faili\n }\n",
            en: "n = { $n ->\n    [one] { $n } file\n   *[other] { $n } files\n }\n",
        };
        let c = std::sync::Arc::new(Catalogue::new(&[l]).unwrap());
        let say = |lang, n: u32| crate::Msg::new(c.clone(), lang, "n").with("n", n).to_string();
        assert_eq!(say(Lang::Lv, 0), "0 failu");
        assert_eq!(say(Lang::Lv, 21), "21 fails");
        assert_eq!(say(Lang::Lv, 12), "12 failu");
        assert_eq!(say(Lang::Lv, 5), "5 faili");
        assert_eq!(say(Lang::En, 1), "1 file");
    }
}
