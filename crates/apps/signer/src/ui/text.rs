use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};

/// A language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    Lv,
    En,
}

impl Lang {
    /// Of a tag or locale name (`en_GB.UTF-8`); Latvian when it is neither.
    pub(crate) fn of(tag: &str) -> Self {
        if tag.get(..2).is_some_and(|t| t.eq_ignore_ascii_case("en")) { Self::En } else { Self::Lv }
    }
}

const LV: [&str; 9] = [
    include_str!("../../locale/lv.ftl"),
    ::agent::LOCALE_LV,
    include_str!("../validate/lv.ftl"),
    ades::LOCALE_LV,
    card::LOCALE_LV,
    net::LOCALE_LV,
    pki::LOCALE_LV,
    reader::LOCALE_LV,
    xml::LOCALE_LV,
];
const EN: [&str; 9] = [
    include_str!("../../locale/en.ftl"),
    ::agent::LOCALE_EN,
    include_str!("../validate/en.ftl"),
    ades::LOCALE_EN,
    card::LOCALE_EN,
    net::LOCALE_EN,
    pki::LOCALE_EN,
    reader::LOCALE_EN,
    xml::LOCALE_EN,
];

pub(super) struct Texts(FluentBundle<FluentResource>);

impl Texts {
    pub(super) fn new(lang: Lang) -> Self {
        let (tag, sources) = match lang {
            Lang::Lv => ("lv", LV),
            Lang::En => ("en", EN),
        };
        let mut bundle = FluentBundle::new_concurrent(tag.parse().into_iter().collect());
        bundle.set_use_isolating(false);
        for source in sources {
            // What does not parse is found by the test of this module.
            let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(parsed, _)| parsed);
            bundle.add_resource_overriding(resource);
        }
        Self(bundle)
    }

    pub(super) fn get(&self, key: &str, attribute: Option<&str>, args: &[(&str, String)]) -> Option<String> {
        let message = self.0.get_message(key)?;
        let pattern = match attribute {
            Some(a) => message.get_attribute(a)?.value(),
            None => message.value()?,
        };
        let args: FluentArgs<'_> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        Some(self.0.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_parse_and_languages_have_the_same_keys() {
        for (lv, en) in LV.into_iter().zip(EN) {
            let keys = |s: &str| {
                FluentResource::try_new(s.to_owned()).unwrap();
                s.lines()
                    .filter(|l| !l.starts_with([' ', '#']) && l.contains('='))
                    .map(|l| l.split('=').next().unwrap().trim().to_owned())
                    .collect::<Vec<_>>()
            };
            assert_eq!(keys(lv), keys(en));
        }
    }

    #[test]
    fn language_of_a_locale() {
        assert_eq!(
            [Lang::of("en_GB.UTF-8"), Lang::of("lv_LV"), Lang::of("C"), Lang::of("")],
            [Lang::En, Lang::Lv, Lang::Lv, Lang::Lv]
        );
    }
}
