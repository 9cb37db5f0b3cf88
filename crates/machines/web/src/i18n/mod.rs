//! Texts: Fluent, Latvian first, English complete.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use serde::{Deserialize, Serialize};

pub mod check;
mod dates;

pub use dates::{day, day_long, duration, moment, moment_long, riga};

/// A language of the user interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Latvian.
    #[default]
    Lv,
    /// English.
    En,
}

impl Lang {
    /// Every language, the first is the default.
    pub const ALL: [Lang; 2] = [Lang::Lv, Lang::En];
    /// BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Lv => "lv",
            Self::En => "en",
        }
    }
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Lv => Self::En,
            Self::En => Self::Lv,
        }
    }
    /// By primary tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|l| primary.eq_ignore_ascii_case(l.tag()))
    }
    /// The best of an Accept-Language header.
    pub fn negotiate(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in header.split(',').take(16) {
            let mut bits = part.split(';');
            let Some(lang) = bits.next().and_then(Self::from_tag) else { continue };
            let q = bits.find_map(|b| b.trim().strip_prefix("q=")).and_then(|q| q.parse().ok()).unwrap_or(1.0);
            if q > 0.0 && best.is_none_or(|(b, _)| q > b) {
                best = Some((q, lang));
            }
        }
        best.map(|(_, l)| l)
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// The texts of one crate.
#[derive(Clone, Copy, Debug)]
pub struct Locale {
    /// Whose.
    pub owner: &'static str,
    /// Latvian, Fluent syntax.
    pub lv: &'static str,
    /// English, Fluent syntax.
    pub en: &'static str,
}

impl Locale {
    fn source(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Lv => self.lv,
            Lang::En => self.en,
        }
    }
}

/// The texts of all crates together.
pub struct Catalogue {
    bundles: BTreeMap<Lang, FluentBundle<FluentResource>>,
    locales: Vec<Locale>,
    missing: Mutex<BTreeSet<String>>,
}

/// A Fluent file does not parse, or two files use one key.
#[derive(Debug, thiserror::Error)]
#[error("texts of {owner} ({lang}): {why}")]
pub struct BadLocale {
    owner: &'static str,
    lang: Lang,
    why: String,
}

impl Catalogue {
    /// Joins the texts of all crates; keys are unique across them.
    pub fn new(locales: &[Locale]) -> Result<Self, BadLocale> {
        let mut bundles = BTreeMap::new();
        for lang in Lang::ALL {
            let tag = lang.tag().parse().unwrap_or_default();
            let mut bundle = FluentBundle::new_concurrent(vec![tag]);
            bundle.set_use_isolating(false);
            for l in locales {
                let bad = |why: String| BadLocale { owner: l.owner, lang, why };
                let res = FluentResource::try_new(l.source(lang).to_owned()).map_err(|(_, e)| bad(format!("{e:?}")))?;
                bundle.add_resource(res).map_err(|e| bad(format!("{e:?}")))?;
            }
            bundles.insert(lang, bundle);
        }
        Ok(Self { bundles, locales: locales.to_vec(), missing: Mutex::default() })
    }

    /// The files it was made of.
    pub fn locales(&self) -> &[Locale] {
        &self.locales
    }

    /// Whether there is a text.
    pub fn has(&self, lang: Lang, key: &str, attr: Option<&str>) -> bool {
        let message = self.bundles.get(&lang).and_then(|b| b.get_message(key));
        message.is_some_and(|m| match attr {
            Some(a) => m.get_attribute(a).is_some(),
            None => m.value().is_some(),
        })
    }

    /// The text, or the key between marks when there is none (which fails a test).
    pub fn text(&self, lang: Lang, key: &str, attr: Option<&str>, args: &BTreeMap<String, String>) -> String {
        let mut fluent = FluentArgs::new();
        for (k, v) in args {
            let number = v.parse::<u32>().ok().filter(|_| !v.starts_with('0') || v.len() == 1);
            fluent.set(k.clone(), number.map_or_else(|| FluentValue::from(v.clone()), FluentValue::from));
        }
        let mut out = String::new();
        self.write(&mut out, lang, key, attr, &fluent);
        out
    }

    fn write(&self, out: &mut dyn fmt::Write, lang: Lang, key: &str, attr: Option<&str>, args: &FluentArgs<'_>) {
        let Some(bundle) = self.bundles.get(&lang) else { return };
        let message = bundle.get_message(key);
        let pattern = message.as_ref().and_then(|m| match attr {
            Some(a) => m.get_attribute(a).map(|a| a.value()),
            None => m.value(),
        });
        let Some(pattern) = pattern else {
            self.note(lang, key, attr, "no text");
            let _ = write!(out, "⟦{key}⟧");
            return;
        };
        let mut errors = vec![];
        let text = bundle.format_pattern(pattern, Some(args), &mut errors);
        if let Some(e) = errors.first() {
            self.note(lang, key, attr, &e.to_string());
        }
        let _ = out.write_str(&text);
    }

    /// The text as written, with `{$names}` for its arguments; empty when there is none.
    pub fn sample(&self, lang: Lang, key: &str, attr: Option<&str>) -> String {
        let Some(bundle) = self.bundles.get(&lang) else { return String::new() };
        let message = bundle.get_message(key);
        let pattern = message.as_ref().and_then(|m| match attr {
            Some(a) => m.get_attribute(a).map(|a| a.value()),
            None => m.value(),
        });
        pattern.map(|p| bundle.format_pattern(p, None, &mut vec![]).into_owned()).unwrap_or_default()
    }

    fn note(&self, lang: Lang, key: &str, attr: Option<&str>, why: &str) {
        tracing::error!(%lang, key, attr, why, "text");
        let entry = format!("{lang} {key}{}{}: {why}", if attr.is_some() { "." } else { "" }, attr.unwrap_or_default());
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).insert(entry);
    }

    /// Everything that was asked for and is not there, or lacked an argument. A test fails unless it is empty.
    pub fn missing(&self) -> Vec<String> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// A text with its arguments, on its way to a page: `{{ cx.t("key").with("count", n) }}`.
#[derive(Clone)]
pub struct Msg {
    texts: Arc<Catalogue>,
    lang: Lang,
    key: Cow<'static, str>,
    attr: Option<&'static str>,
    args: Vec<(String, FluentValue<'static>)>,
}

impl Msg {
    /// A text by key.
    pub fn new(texts: Arc<Catalogue>, lang: Lang, key: impl Into<Cow<'static, str>>) -> Self {
        Self { texts, lang, key: key.into(), attr: None, args: vec![] }
    }
    /// One of the attributes of the message.
    #[must_use]
    pub fn attr(mut self, attr: &'static str) -> Self {
        self.attr = Some(attr);
        self
    }
    /// Sets an argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Arg) -> Self {
        self.args.push((name.to_owned(), value.into_value()));
        self
    }
}

impl fmt::Display for Msg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut args = FluentArgs::with_capacity(self.args.len());
        for (k, v) in &self.args {
            args.set(k.clone(), v.clone());
        }
        self.texts.write(f, self.lang, &self.key, self.attr, &args);
        Ok(())
    }
}

/// What may be an argument of a text. Whole numbers choose plurals; give identifiers as text.
pub trait Arg {
    /// The Fluent value.
    fn into_value(self) -> FluentValue<'static>;
}

macro_rules! number_args {
    ($($t:ty),*) => {$(
        impl Arg for $t {
            fn into_value(self) -> FluentValue<'static> { FluentValue::from(self) }
        }
        impl Arg for &$t {
            fn into_value(self) -> FluentValue<'static> { FluentValue::from(*self) }
        }
        impl Arg for &&$t {
            fn into_value(self) -> FluentValue<'static> { FluentValue::from(**self) }
        }
    )*};
}
number_args!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

macro_rules! text_args {
    ($($t:ty),*) => {$(
        impl Arg for $t {
            fn into_value(self) -> FluentValue<'static> { FluentValue::from(self.to_string()) }
        }
    )*};
}
text_args!(&str, &&str, String, &String, &&String, Msg, &Msg, Cow<'_, str>, &Cow<'_, str>, Box<str>);
