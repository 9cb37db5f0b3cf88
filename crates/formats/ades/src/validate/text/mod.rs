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
    let object = if row.code.is_empty() { format!("{code} ({object})") } else { object.to_owned() };
    (text.replace("{}", &object), remedy.to_owned())
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Text> {
    rows()
}
