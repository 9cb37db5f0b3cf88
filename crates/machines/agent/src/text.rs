//! Texts in Latvian and English: those of the agent, of cards and of readers.

use std::borrow::Cow;

use axum::http::{HeaderMap, header};
use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use serde::Deserialize;

const SOURCES: [(Lang, [&str; 3]); 2] = [
    (Lang::Lv, [crate::LOCALE_LV, card::LOCALE_LV, reader::LOCALE_LV]),
    (Lang::En, [crate::LOCALE_EN, card::LOCALE_EN, reader::LOCALE_EN]),
];

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Lang {
    #[default]
    Lv,
    En,
}

impl Lang {
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Lv => "lv",
            Self::En => "en",
        }
    }
    /// English when asked for before Latvian.
    pub(crate) fn wanted(tags: &str) -> Self {
        let known = |t: &str| match t.trim().get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("lv") => Some(Self::Lv),
            Some("en") => Some(Self::En),
            _ => None,
        };
        tags.split(',').find_map(known).unwrap_or_default()
    }
    pub(crate) fn of_headers(headers: &HeaderMap) -> Self {
        headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).map(Self::wanted).unwrap_or_default()
    }
}

pub(crate) struct Texts {
    lv: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
}

impl Texts {
    pub(crate) fn new() -> Result<Self, String> {
        let [lv, en] = SOURCES.map(|(lang, sources)| bundle(lang, sources));
        Ok(Self { lv: lv?, en: en? })
    }

    fn pattern(&self, lang: Lang, key: &str, args: &[(&str, &str)]) -> Option<String> {
        let bundle = match lang {
            Lang::Lv => &self.lv,
            Lang::En => &self.en,
        };
        let (id, attribute) = key.split_once('.').map_or((key, None), |(id, a)| (id, Some(a)));
        let message = bundle.get_message(id)?;
        let pattern = match attribute {
            Some(a) => message.get_attribute(a)?.value(),
            None => message.value()?,
        };
        let args: FluentArgs<'_> = args.iter().map(|(k, v)| (Cow::from((*k).to_owned()), (*v).to_owned())).collect();
        Some(bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned())
    }

    /// The text of a key; the key itself where there is none (a test looks for those).
    pub(crate) fn get(&self, lang: Lang, key: &str, args: &[(&str, &str)]) -> String {
        self.pattern(lang, key, args).unwrap_or_else(|| key.to_owned())
    }
}

fn bundle(lang: Lang, sources: [&str; 3]) -> Result<FluentBundle<FluentResource>, String> {
    let tag = lang.tag().parse().map_err(|_| "language tag".to_owned())?;
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    bundle.set_use_isolating(false);
    for source in sources {
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, e)| format!("{e:?}"))?;
        bundle.add_resource(resource).map_err(|e| format!("{e:?}"))?;
    }
    Ok(bundle)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(sources: [&'static str; 3]) -> BTreeSet<&'static str> {
        let lines = sources.into_iter().flat_map(str::lines);
        lines
            .filter(|l| l.starts_with(char::is_alphabetic))
            .filter_map(|l| l.split_once(" ="))
            .map(|(k, _)| k)
            .collect()
    }

    #[test]
    fn both_languages_hold_the_same_keys() {
        let [(_, lv), (_, en)] = SOURCES;
        assert_eq!(keys(lv), keys(en));
        assert!(Texts::new().is_ok());
    }

    #[test]
    fn the_first_known_language_is_taken() {
        assert_eq!(Lang::wanted("de-DE,en;q=0.8,lv;q=0.5"), Lang::En);
        assert_eq!(Lang::wanted("de"), Lang::Lv);
        assert_eq!(Lang::wanted("lv-LV"), Lang::Lv);
    }
}
