//! What the readers of containers and formats report ([`crate::facts::Defect`]).

mod cades;
mod containers;
mod evidence;
mod jades;
mod pades;
mod xades;

use super::Text;

pub(super) use cades::TEXTS as CADES;
pub(super) use containers::TEXTS as CONTAINERS;
pub(super) use evidence::TEXTS as EVIDENCE;
pub(super) use jades::TEXTS as JADES;
pub(super) use pades::TEXTS as PADES;
pub(super) use xades::TEXTS as XADES;

/// A defect after which another file is needed.
const fn broken(code: &'static str, clause: &'static str, lv: &'static str, en: &'static str) -> Text {
    let lv = (lv, "Neuzticieties failam; lūdziet parakstītājam neskartu failu.");
    Text { code, clause, lv, en: (en, "Do not rely on the file; ask the signer for an intact one.") }
}

/// Something to know.
const fn note(code: &'static str, clause: &'static str, lv: &'static str, en: &'static str) -> Text {
    Text { code, clause, lv: (lv, "Nekas nav jādara."), en: (en, "Nothing needs to be done.") }
}

/// Something this program cannot judge.
const fn limit(code: &'static str, clause: &'static str, lv: &'static str, en: &'static str) -> Text {
    let lv = (lv, "Pārbaudiet failu ar programmu, kas šo iespēju atbalsta.");
    Text { code, clause, lv, en: (en, "Validate the file with a program that supports this.") }
}
