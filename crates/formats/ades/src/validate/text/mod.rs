//! Texts of findings, Latvian and English.

mod certificates;
mod defects;
mod lists;
mod signature;
mod stamps;
mod status;

use super::Lang;

/// What is said of a code. `{}` stands for the object.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Code.
    pub code: &'static str,
    /// Clause.
    pub clause: &'static str,
    /// Latvian text and remedy.
    pub lv: (&'static str, &'static str),
    /// English text and remedy.
    pub en: (&'static str, &'static str),
}

const fn t(
    code: &'static str,
    clause: &'static str,
    lv: (&'static str, &'static str),
    en: (&'static str, &'static str),
) -> Text {
    Text { code, clause, lv, en }
}

const NOTHING: (&str, &str) = ("Nekas nav jādara.", "Nothing needs to be done.");
const ASK_SIGNER: (&str, &str) = ("Lūdziet parakstītāju parakstīt vēlreiz.", "Ask the signer to sign again.");

/// Codes of the decision, and of the readers' defects.
fn rows() -> impl Iterator<Item = &'static Text> {
    let own = [certificates::TEXTS, status::TEXTS, lists::TEXTS, signature::TEXTS, stamps::TEXTS];
    let all = [defects::CADES, defects::CONTAINERS, defects::EVIDENCE, defects::JADES, defects::XADES, defects::PADES];
    own.into_iter().chain(all).flatten()
}

const OTHER: Text = t(
    "",
    "EN 319 102-1 5.2.2",
    ("Paraksta vai konteinera uzbūve neatbilst noteikumiem: {}.", "Lūdziet parakstītājam neskartu failu."),
    ("The structure of the signature or container breaks the rules: {}.", "Ask the signer for an intact file."),
);

pub(super) fn row(code: &str) -> Text {
    rows().find(|t| t.code == code).copied().unwrap_or(OTHER)
}

/// The code itself, if there is a text for it.
pub(crate) fn known(code: &str) -> Option<&'static str> {
    rows().find(|t| t.code == code).map(|t| t.code)
}

/// Text and remedy of a code.
pub fn of(code: &str, object: &str, lang: Lang) -> (String, String) {
    let row = row(code);
    let (text, remedy) = match lang {
        Lang::Lv => row.lv,
        Lang::En => row.en,
    };
    let object = if row.code.is_empty() { format!("{code} ({object})") } else { told(object, lang) };
    (text.replace("{}", &object), remedy.to_owned())
}

/// What a finding is about, in the language of its text: the places of a PDF (`page 3/Contents 4 0 R`) begin with a word.
fn told(object: &str, lang: Lang) -> String {
    let place = |part: &str| {
        let rest = part.strip_prefix("page ").filter(|_| lang == Lang::Lv)?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits).filter(|(n, a)| !n.is_empty() && !a.starts_with('.'))?;
        Some(format!("{number}. lappuse{after}"))
    };
    object.split(", ").map(|part| place(part).unwrap_or_else(|| part.to_owned())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Text> {
    rows()
}

#[cfg(test)]
mod tests {
    use super::{Lang, told};

    #[test]
    fn places_of_a_pdf_are_told_in_the_language_of_the_reader() {
        let places = "page 1/Contents 4 0 R, page 12 7 0 R, /Root/Names/JavaScript 9 0 R";
        assert_eq!(told(places, Lang::En), places);
        assert_eq!(
            told(places, Lang::Lv),
            "1. lappuse/Contents 4 0 R, 12. lappuse 7 0 R, /Root/Names/JavaScript 9 0 R"
        );
        for name in ["page 1.xml", "page x", "page", "lapa 1"] {
            assert_eq!(told(name, Lang::Lv), name);
        }
    }
}
